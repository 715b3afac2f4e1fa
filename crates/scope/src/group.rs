//! Account groups: accounts that know each other by invitation.

mod invitation;

use crate::{Level, PrincipalId, Scope};
use atlas_base::{Name, Timestamp};
use serde::{Deserialize, Serialize};

pub use self::invitation::{
    AcceptError, AcceptFacts, CancelInvitationError, Invitation, InvitationCode, InviteError,
    InviteFacts, Invited, accept_invitation, cancel_invitation, invite,
};

atlas_base::id_type! {
    /// Names an account group, for ever: another group of the same name is another group.
    pub struct GroupId("grp-");
}

/// Accounts, not people, that belong together (RightScale). One account owns the group; the others
/// came by invitation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountGroup {
    /// Its own id, which never changes.
    pub id: GroupId,
    /// The account that owns it; it is no member.
    pub owner: Scope,
    /// What the owner calls it; no two groups of an account share a name.
    pub name: Name,
    /// The members, by account; at most [`AccountGroup::MAX_MEMBERS`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub members: Vec<Member>,
    /// The invitations that nobody has used or cancelled, by number; lapsed ones go when the next
    /// is made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub invitations: Vec<Invitation>,
    /// How many invitations it has ever had: the number of the last one.
    pub invited: u32,
    /// When it was made.
    pub created: Timestamp,
    /// Who made it.
    pub created_by: PrincipalId,
}

/// An account in a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// The account.
    pub account: Scope,
    /// Since when.
    pub since: Timestamp,
    /// Who accepted the invitation.
    pub by: PrincipalId,
}

impl AccountGroup {
    /// The most members a group can have.
    pub const MAX_MEMBERS: usize = 1000;
    /// The most open invitations a group can have.
    pub const MAX_INVITATIONS: usize = 100;

    /// Whether an account is a member; the owner is none.
    pub fn has_member(&self, account: &Scope) -> bool {
        self.members.iter().any(|member| member.account == *account)
    }
}

/// A group to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MakeGroup {
    /// The account that is to own it.
    pub owner: Scope,
    /// What it is to be called.
    pub name: Name,
}

/// What [`make_group`] must know.
#[derive(Debug, Clone)]
pub struct MakeGroupFacts<'a> {
    /// The group of that name which the account owns, if it does.
    pub same_name: Option<&'a AccountGroup>,
    /// The id to give.
    pub id: GroupId,
    /// Who makes it.
    pub by: PrincipalId,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// Why a group is not made, or not deleted, or keeps its members.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum GroupError {
    /// Only accounts own groups and belong to them.
    #[error(
        "`{scope}` is no account: groups, publications and imports are those of accounts, such as `/acme`; name one with --scope"
    )]
    NotAnAccount {
        /// What was named.
        scope: Scope,
    },
    /// The account owns a group of that name.
    #[error("the account `{owner}` has an account group `{name}` already: choose another name")]
    NameTaken {
        /// The account.
        owner: Scope,
        /// The name.
        name: Name,
    },
    /// The account is not in the group.
    #[error("the account `{account}` is no member of the account group `{name}`")]
    NotAMember {
        /// The account.
        account: Scope,
        /// The group.
        name: Name,
    },
    /// Somebody is in the group (RightScale).
    #[error("the account group `{name}` is not empty (members: {count}): remove its members first")]
    HasMembers {
        /// The group.
        name: Name,
        /// How many members it has.
        count: usize,
    },
}

/// Decides whether an account may have another group.
///
/// # Errors
///
/// The owner is no account, or has a group of that name.
pub fn make_group(
    request: MakeGroup,
    facts: MakeGroupFacts<'_>,
) -> Result<AccountGroup, GroupError> {
    let MakeGroup { owner, name } = request;
    if owner.level() != Level::Account {
        return Err(GroupError::NotAnAccount { scope: owner });
    }
    if facts.same_name.is_some() {
        return Err(GroupError::NameTaken { owner, name });
    }
    Ok(AccountGroup {
        id: facts.id,
        owner,
        name,
        members: Vec::new(),
        invitations: Vec::new(),
        invited: 0,
        created: facts.now,
        created_by: facts.by,
    })
}

/// Puts an account out of a group; what it took while it was a member stays with it (RightScale).
///
/// # Errors
///
/// The account is no member.
pub fn remove_member(
    mut group: AccountGroup,
    account: &Scope,
) -> Result<(AccountGroup, Member), GroupError> {
    match group.members.iter().position(|one| one.account == *account) {
        Some(at) => {
            let member = group.members.remove(at);
            Ok((group, member))
        }
        None => Err(GroupError::NotAMember {
            account: account.clone(),
            name: group.name,
        }),
    }
}

/// Decides whether a group may go: only without members (RightScale). Open invitations go with it.
///
/// # Errors
///
/// It has members.
pub fn delete_group(group: &AccountGroup) -> Result<(), GroupError> {
    match group.members.len() {
        0 => Ok(()),
        count => Err(GroupError::HasMembers {
            name: group.name.clone(),
            count,
        }),
    }
}
