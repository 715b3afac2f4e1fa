//! Account groups, as the accounts see them that own them or are in them.

use crate::{Error, Page, Paging, Session, tables::GROUPS};
use atlas_base::{Name, ParseNameError, Timestamp, text_form};
use atlas_scope::{AccountGroup, GroupId, Member, Permission, PrincipalId, Scope};
use atlas_store::{Partition, Query};
use core::fmt;
use serde::Serialize;

/// Names an account group: by its id, or as its owner calls it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum GroupRef {
    /// `grp-…`
    Id(GroupId),
    /// The name that its owner gave it.
    Name(Name),
}

impl GroupRef {
    /// Reads an id or else a name.
    ///
    /// # Errors
    ///
    /// It is neither.
    pub fn parse(text: &str) -> Result<Self, ParseNameError> {
        match GroupId::parse(text) {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) => Name::parse(text).map(Self::Name),
        }
    }
}

impl fmt::Display for GroupRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Name(name) => name.fmt(f),
        }
    }
}

text_form!(GroupRef, ParseNameError);

/// An account group, as one account sees it: the owner sees all of it, a member who owns it and
/// that it is in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct GroupView {
    /// Its id.
    pub id: GroupId,
    /// What the owner calls it.
    pub name: Name,
    /// The account that owns it.
    pub owner: Scope,
    /// When it was made.
    pub created: Timestamp,
    /// Since when the account is in it; none for the owner.
    pub member_since: Option<Timestamp>,
    /// The members; none for a member: accounts stay apart.
    pub members: Option<Vec<Member>>,
    /// The open invitations; none for a member.
    pub invitations: Option<Vec<InvitationView>>,
}

/// An invitation that can still be accepted. Its code is nowhere kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct InvitationView {
    /// Its number in the group.
    pub number: u32,
    /// The first moment at which it no longer holds.
    pub expires: Timestamp,
    /// Who made it.
    pub created_by: PrincipalId,
}

impl GroupView {
    pub(crate) fn new(group: AccountGroup, account: &Scope, now: Timestamp) -> Self {
        let owns = group.owner == *account;
        let mut own = group.members.iter();
        let own = own.find(|member| member.account == *account);
        let open = group.invitations.iter().filter(|one| !one.has_lapsed(now));
        let open = open.map(|one| InvitationView {
            number: one.number,
            expires: one.expires,
            created_by: one.created_by.clone(),
        });
        Self {
            id: group.id,
            owner: group.owner.clone(),
            created: group.created,
            member_since: own.map(|member| member.since),
            invitations: owns.then(|| open.collect()),
            members: owns.then(|| group.members.clone()),
            name: group.name,
        }
    }
}

impl Session {
    /// The groups that an account owns, by name, then those that it is in.
    ///
    /// # Errors
    ///
    /// The scope is no account or not there, the caller may not see them, or the page is none of
    /// this list.
    pub async fn groups(&self, account: &Scope, paging: &Paging) -> Result<Page<GroupView>, Error> {
        let unit = self.read().await?;
        unit.enter_account(Permission::MarketView, account).await?;
        let of = |index| {
            let query = Query::all(&Partition::global()).index(index);
            query.prefix(account.as_str())
        };
        let now = unit.now;
        unit.page(&GROUPS, vec![of("name"), of("member")], paging, |kept| {
            Ok(GroupView::new(kept.0, account, now))
        })
        .await
    }

    /// One group that an account owns or is in.
    ///
    /// # Errors
    ///
    /// The scope is no account or not there, it has no such group, or the caller may not see it.
    pub async fn group(&self, group: &GroupRef, account: &Scope) -> Result<GroupView, Error> {
        let unit = self.read().await?;
        unit.enter_account(Permission::MarketView, account).await?;
        let found = unit.seen_group(group, account).await?;
        Ok(GroupView::new(found, account, unit.now))
    }
}
