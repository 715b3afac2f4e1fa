//! Invitations to account groups: made, accepted, cancelled.

use super::{AccountGroup, GroupError, Member};
use crate::{Level, PrincipalId, Scope};
use atlas_base::{Digest, Name, Timestamp};
use core::time::Duration;
use serde::{Deserialize, Serialize};

atlas_base::id_type! {
    /// What an invited account shows: whoever has it can accept the invitation, once. It is told
    /// to the inviter alone, and only its digest is kept.
    pub struct InvitationCode("inv-");
}

impl InvitationCode {
    /// What is kept of it.
    pub fn digest(self) -> Digest {
        Digest::of("atlas.invitation", &self.as_u128().to_be_bytes())
    }
}

/// An invitation that was neither used nor cancelled.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Invitation {
    /// Its number in the group, counted from 1 and never given again.
    pub number: u32,
    /// The digest of its code.
    pub code: Digest,
    /// The first moment at which it no longer holds.
    pub expires: Timestamp,
    /// When it was made.
    pub created: Timestamp,
    /// Who made it.
    pub created_by: PrincipalId,
}

impl Invitation {
    /// How long an invitation holds: six days (RightScale).
    pub const LASTS: Duration = Duration::from_hours(6 * 24);

    /// Whether it no longer holds.
    pub fn has_lapsed(&self, now: Timestamp) -> bool {
        self.expires <= now
    }
}

/// What [`invite`] must know.
#[derive(Debug, Clone)]
pub struct InviteFacts {
    /// The code to give: bits that nobody guesses.
    pub code: InvitationCode,
    /// Who invites.
    pub by: PrincipalId,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// An invitation that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[must_use]
pub struct Invited {
    /// The group with the invitation, and without those that have lapsed.
    pub group: AccountGroup,
    /// The invitation.
    pub invitation: Invitation,
    /// Its code, to be handed to the invited account. Nothing tells it again.
    pub code: InvitationCode,
}

/// Why nobody is invited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InviteError {
    /// There are as many open invitations, or members, as there can be.
    #[error(
        "the account group `{name}` has {count} {what} already, the most there can be: {advice}"
    )]
    Full {
        /// The group.
        name: Name,
        /// How many there are.
        count: usize,
        /// Of what.
        what: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// The moment is past what a time can be.
    #[error("an invitation made at {now} would never lapse: the clock is wrong")]
    Clock {
        /// The moment.
        now: Timestamp,
    },
}

/// Makes an invitation to a group. It is not meant for a certain account: the inviter tells its
/// code to whom she means.
///
/// # Errors
///
/// The group has as many invitations or members as it can.
pub fn invite(mut group: AccountGroup, facts: InviteFacts) -> Result<Invited, InviteError> {
    let InviteFacts { code, by, now } = facts;
    group.invitations.retain(|open| !open.has_lapsed(now));
    for (count, most, what, advice) in [
        (
            group.invitations.len(),
            AccountGroup::MAX_INVITATIONS,
            "open invitations",
            "cancel some, or wait until they lapse",
        ),
        (
            group.members.len(),
            AccountGroup::MAX_MEMBERS,
            "members",
            "make another group",
        ),
    ] {
        if count >= most {
            let name = group.name;
            return Err(InviteError::Full {
                name,
                count,
                what,
                advice,
            });
        }
    }
    let lasts = i64::try_from(Invitation::LASTS.as_micros()).ok();
    let expires = lasts.and_then(|lasts| now.as_micros().checked_add(lasts));
    let expires = expires.and_then(Timestamp::from_micros);
    let expires = expires.ok_or(InviteError::Clock { now })?;
    group.invited = group.invited.saturating_add(1);
    let invitation = Invitation {
        number: group.invited,
        code: code.digest(),
        expires,
        created: now,
        created_by: by,
    };
    group.invitations.push(invitation.clone());
    Ok(Invited {
        group,
        invitation,
        code,
    })
}

/// What [`accept_invitation`] must know.
#[derive(Debug, Clone)]
pub struct AcceptFacts {
    /// The group that has an open invitation with this code, if one has.
    pub group: Option<AccountGroup>,
    /// Who accepts.
    pub by: PrincipalId,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// Why an invitation is not accepted.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AcceptError {
    /// No open invitation has this code. Whether there ever was one is not told.
    #[error(
        "no open invitation has this code: one can be used once, until it lapses or is cancelled; ask for another"
    )]
    Unknown,
    /// Its six days are over.
    #[error(
        "the invitation to the account group `{name}` of `{owner}` lapsed at {expired}: ask for another"
    )]
    Lapsed {
        /// The group.
        name: Name,
        /// Its owner.
        owner: Scope,
        /// Since when it no longer holds.
        expired: Timestamp,
    },
    /// The account has no use for it.
    #[error(
        "the account `{account}` {} the account group `{name}` already: the invitation stays open",
        if account == owner { "owns" } else { "is in" }
    )]
    AlreadyThere {
        /// The account.
        account: Scope,
        /// The group.
        name: Name,
        /// Its owner.
        owner: Scope,
    },
    /// The group has as many members as it may have.
    #[error(
        "the account group `{name}` of {owner} has {} members, the most that it can have: ask {owner} to remove one",
        AccountGroup::MAX_MEMBERS
    )]
    Full {
        /// Its name.
        name: Name,
        /// Its owner.
        owner: Scope,
    },
    /// Only accounts belong to groups.
    #[error(transparent)]
    Group(#[from] GroupError),
}

/// Makes an account a member, and uses the invitation up (RightScale: single-use, six days).
///
/// # Errors
///
/// There is no such invitation, it has lapsed, the account owns the group or is in it, or the group
/// is full.
pub fn accept_invitation(
    code: InvitationCode,
    account: &Scope,
    facts: AcceptFacts,
) -> Result<AccountGroup, AcceptError> {
    let AcceptFacts { group, by, now } = facts;
    if account.level() != Level::Account {
        let scope = account.clone();
        return Err(GroupError::NotAnAccount { scope }.into());
    }
    let mut group = group.ok_or(AcceptError::Unknown)?;
    let code = code.digest();
    let at = group.invitations.iter().position(|open| open.code == code);
    let Some((at, open)) = at.and_then(|at| Some((at, group.invitations.get(at)?))) else {
        return Err(AcceptError::Unknown);
    };
    if open.has_lapsed(now) {
        return Err(AcceptError::Lapsed {
            expired: open.expires,
            name: group.name,
            owner: group.owner,
        });
    }
    if group.owner == *account || group.has_member(account) {
        return Err(AcceptError::AlreadyThere {
            account: account.clone(),
            name: group.name,
            owner: group.owner,
        });
    }
    if group.members.len() >= AccountGroup::MAX_MEMBERS {
        return Err(AcceptError::Full {
            name: group.name,
            owner: group.owner,
        });
    }
    group.invitations.remove(at);
    group.members.push(Member {
        account: account.clone(),
        since: now,
        by,
    });
    group.members.sort_by(|a, b| a.account.cmp(&b.account));
    Ok(group)
}

/// Why an invitation is not cancelled.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "the account group `{name}` has no open invitation {number}: it was used, cancelled or has lapsed, or never was"
)]
pub struct CancelInvitationError {
    /// The group.
    pub name: Name,
    /// The number that was named.
    pub number: u32,
}

/// Takes an invitation back before it is used.
///
/// # Errors
///
/// There is none of that number.
pub fn cancel_invitation(
    mut group: AccountGroup,
    number: u32,
) -> Result<AccountGroup, CancelInvitationError> {
    let open = group.invitations.len();
    group.invitations.retain(|open| open.number != number);
    if group.invitations.len() == open {
        let name = group.name;
        return Err(CancelInvitationError { name, number });
    }
    Ok(group)
}
