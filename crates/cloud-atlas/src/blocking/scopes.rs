//! Scopes, people, what they may do, the secrets they point at, and groups of accounts.

use super::{Session, calls};
use crate::{AddCredential, Error, GroupDeleted, GroupRef, GroupView, Page, Paging};
use atlas_base::{Name, Timestamp};
use atlas_image::Credential;
use atlas_scope::{
    AccessKey, AccessKeyId, AccessKeyRecord, AccountGroup, AddAccessKey, Explanation, Grant,
    Granted, InvitationCode, Invited, Member, Permission, PrincipalId, PrincipalRecord, Role,
    Scope, ScopeRecord, SealedSecret,
};
use std::collections::BTreeSet;

calls! {
    impl Session {
        fn add_scope(&self, scope: &Scope) -> Result<ScopeRecord, Error>;
        fn scopes(&self, paging: &Paging) -> Result<Page<ScopeRecord>, Error>;
        fn remove_scope(&self, scope: &Scope) -> Result<(), Error>;
        fn rename_scope(&self, from: &Scope, to: &Scope) -> Result<ScopeRecord, Error>;
        fn rename_principal(
            &self,
            from: &PrincipalId,
            to: &PrincipalId,
        ) -> Result<PrincipalRecord, Error>;
        fn add_principal(&self, principal: &PrincipalId) -> Result<PrincipalRecord, Error>;
        fn principals(&self, paging: &Paging) -> Result<Page<PrincipalRecord>, Error>;
        fn remove_principal(&self, principal: &PrincipalId) -> Result<(), Error>;
        fn grant(
            &self,
            principal: &PrincipalId,
            role: &Role,
            scope: &Scope,
            until: Option<Timestamp>,
        ) -> Result<Granted, Error>;
        fn revoke(
            &self,
            principal: &PrincipalId,
            role: &Role,
            scope: &Scope,
        ) -> Result<Grant, Error>;
        fn grants(&self, of: Option<&PrincipalId>, paging: &Paging) -> Result<Page<Grant>, Error>;
        fn can(&self, permission: Permission, scope: &Scope) -> Result<Explanation, Error>;
        fn givers(&self, scope: &Scope) -> Result<BTreeSet<PrincipalId>, Error>;
        fn add_access_key(
            &self,
            request: &AddAccessKey,
            secret: &SealedSecret,
        ) -> Result<AccessKey, Error>;
        fn access_keys(
            &self,
            of: Option<&PrincipalId>,
            paging: &Paging,
        ) -> Result<Page<AccessKey>, Error>;
        fn rotate_access_key(
            &self,
            id: &AccessKeyId,
            successor: &AccessKeyId,
            secret: &SealedSecret,
            until: Timestamp,
        ) -> Result<AccessKey, Error>;
        fn disable_access_key(&self, id: &AccessKeyId) -> Result<AccessKey, Error>;
        fn enable_access_key(&self, id: &AccessKeyId) -> Result<AccessKey, Error>;
        fn remove_access_key(&self, id: &AccessKeyId) -> Result<AccessKey, Error>;
        fn sealed_access_keys(&self, paging: &Paging) -> Result<Page<AccessKeyRecord>, Error>;
        fn reseal_access_key(
            &self,
            seen: &AccessKeyRecord,
            secret: &SealedSecret,
        ) -> Result<bool, Error>;
        fn add_credential(&self, request: AddCredential) -> Result<Credential, Error>;
        fn credentials(&self, from: &Scope, paging: &Paging) -> Result<Page<Credential>, Error>;
        fn remove_credential(&self, scope: &Scope, name: &Name) -> Result<(), Error>;
        fn make_group(&self, owner: &Scope, name: &Name) -> Result<AccountGroup, Error>;
        fn invite(&self, group: &GroupRef, owner: &Scope) -> Result<Invited, Error>;
        fn cancel_invitation(
            &self,
            group: &GroupRef,
            number: u32,
            owner: &Scope,
        ) -> Result<AccountGroup, Error>;
        fn accept_invitation(
            &self,
            code: InvitationCode,
            account: &Scope,
        ) -> Result<GroupView, Error>;
        fn remove_member(
            &self,
            group: &GroupRef,
            member: &Scope,
            owner: &Scope,
        ) -> Result<Member, Error>;
        fn leave_group(&self, group: &GroupRef, account: &Scope) -> Result<Member, Error>;
        fn delete_group(&self, group: &GroupRef, owner: &Scope) -> Result<GroupDeleted, Error>;
        fn groups(&self, account: &Scope, paging: &Paging) -> Result<Page<GroupView>, Error>;
        fn group(&self, group: &GroupRef, account: &Scope) -> Result<GroupView, Error>;
    }
}
