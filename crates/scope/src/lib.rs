//! Who may do what, where: scopes, principals, roles, permissions and grants; decisions that
//! explain themselves.
//!
//! ```
//! use atlas_base::Timestamp;
//! use atlas_scope::{Decision, Grant, Permission, Question, Role, RoleTable, Scope, visible};
//!
//! let now = Timestamp::parse("2026-07-21T14:07:12Z")?;
//! let grants = [Grant::new("dana".parse()?, Role::DESIGNER, "/acme".parse()?)];
//! let roles = RoleTable::built_in();
//! let ask = |permission, scope: &str| {
//!     let question = Question::new(permission, scope.parse()?, "dana".parse()?);
//!     Ok::<_, Box<dyn std::error::Error>>(question.decide(&grants, &roles, now))
//! };
//!
//! assert!(ask(Permission::ImageRegister, "/acme/prod")?.is_allowed());
//! let Decision::Denied(denied) = ask(Permission::Publish, "/acme")? else { unreachable!() };
//! assert_eq!(
//!     denied.to_string(),
//!     "`dana` may not publish revisions at `/acme`: the permission `publish` is missing; \
//!      roles that give it: admin, publisher"
//! );
//!
//! let (account, environment) = (Scope::parse("/acme")?, Scope::parse("/acme/prod")?);
//! assert!(visible(&account, true, &environment));
//! assert!(!visible(&account, false, &environment));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It is no authentication: it takes a principal's word for who they are, and it knows neither
//! records of images nor a store. Everything here is a function over values; the moment is an
//! argument.
//!
//! | type | is |
//! |---|---|
//! | [`Scope`], [`Level`] | a place in the tree global > account > environment |
//! | [`visible`] | whether a record of one scope is seen from another |
//! | [`PrincipalId`], [`PrincipalRecord`] | who asks |
//! | [`Permission`], [`Role`], [`RoleTable`] | what can be allowed, and which role allows it |
//! | [`Grant`] | a role given to a principal at a scope, perhaps for a time |
//! | [`Question`], [`decide`], [`Decision`] | whether a principal may, and by which grant or for want of what |
//! | [`Explanation`] | the whole reasoning as data and as text |
//! | [`add_scope`], [`remove_scope`], [`add_principal`], [`remove_principal`] | changes of the tree and its people |
//! | [`rename_scope`], [`rename_principal`] | other names for them, and what moves along |
//! | [`grant`], [`revoke`] | changes of grants; the last administrator stays |
//! | [`AccessKey`], [`AccessKeyRecord`] | what programs sign their requests with, for whom and where |
//! | [`add_access_key`], [`rotate_access_key`], [`disable_access_key`], [`enable_access_key`] | the life of a key |
//! | [`OperationTable`] | which permission a command or an action of the EC2 API needs |
//! | [`AccountGroup`], [`Invitation`] | accounts that know each other, and how they got there |
//! | [`make_group`], [`invite`], [`accept_invitation`], [`cancel_invitation`], [`remove_member`], [`delete_group`] | the life of a group |

mod access_key;
mod account;
mod decision;
mod error;
mod explain;
mod grant;
mod group;
mod operation_table;
mod permission;
mod principal;
mod rename;
mod role;
mod role_table;
mod scope;
mod tree;
mod visible;

pub use crate::{
    access_key::{
        AccessKey, AccessKeyError, AccessKeyId, AccessKeyRecord, AccessKeyState, AddAccessKey,
        AddAccessKeyFacts, AddedAccessKey, RotatedAccessKey, SealedSecret, add_access_key,
        disable_access_key, enable_access_key, rotate_access_key,
    },
    account::AccountNumber,
    decision::{Allowed, Decision, Denied, Question, decide},
    error::{
        ParseAccessKeyIdError, ParseAccountNumberError, ParsePermissionError, ParsePrincipalError,
        ParseRoleError, ParseScopeError, ParseSealedSecretError,
    },
    explain::{Considered, Explanation, Finding},
    grant::{Grant, GrantError, GrantFacts, Granted, RevokeError, grant, revoke},
    group::{
        AcceptError, AcceptFacts, AccountGroup, CancelInvitationError, GroupError, GroupId,
        Invitation, InvitationCode, InviteError, InviteFacts, Invited, MakeGroup, MakeGroupFacts,
        Member, accept_invitation, cancel_invitation, delete_group, invite, make_group,
        remove_member,
    },
    operation_table::OperationTable,
    permission::Permission,
    principal::{
        AddPrincipalError, PrincipalId, PrincipalRecord, RemovePrincipalError, RemovedPrincipal,
        add_principal, remove_principal,
    },
    rename::{
        MovedGrant, RenamePrincipalError, RenamePrincipalFacts, RenameScopeError, RenameScopeFacts,
        RenamedPrincipal, RenamedScope, rename_principal, rename_scope,
    },
    role::Role,
    role_table::RoleTable,
    scope::{Level, Scope},
    tree::{
        AddScope, AddScopeError, AddScopeFacts, Contents, RemoveScopeError, RemoveScopeFacts,
        RemovedScope, ScopeRecord, add_scope, remove_scope,
    },
    visible::visible,
};
