//! For whom a publication is meant, and who looks.

use atlas_scope::{AccountGroup, GroupId, Scope};
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Account groups of a publisher: at least one and at most [`TargetGroups::MOST`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "BTreeSet<GroupId>")]
pub struct TargetGroups(BTreeSet<GroupId>);

/// Why groups are none that something can be opened to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TargetGroupsError {
    /// There is none.
    #[error("no account group was named: name at least one, or publish to everybody")]
    Empty,
    /// There are too many.
    #[error("{count} account groups are too many, at most {most} are allowed: publish to everybody, or put accounts into fewer groups", most = TargetGroups::MOST)]
    TooMany {
        /// How many there are.
        count: usize,
    },
}

impl TargetGroups {
    /// The most groups.
    pub const MOST: usize = 64;

    /// Checks how many there are.
    ///
    /// # Errors
    ///
    /// None, or too many.
    pub fn new(groups: impl IntoIterator<Item = GroupId>) -> Result<Self, TargetGroupsError> {
        let groups: BTreeSet<_> = groups.into_iter().collect();
        match groups.len() {
            0 => Err(TargetGroupsError::Empty),
            count if count > Self::MOST => Err(TargetGroupsError::TooMany { count }),
            _ => Ok(Self(groups)),
        }
    }

    /// The groups, in order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = GroupId> {
        self.0.iter().copied()
    }

    /// Whether a group is among them.
    pub fn contains(&self, group: GroupId) -> bool {
        self.0.contains(&group)
    }

    /// The first of them that is no group of an account.
    pub(crate) fn stranger(&self, owner: &Scope, groups: &[AccountGroup]) -> Option<GroupId> {
        let is_own = |group: &GroupId| {
            groups
                .iter()
                .any(|it| it.id == *group && it.owner == *owner)
        };
        self.iter().find(|group| !is_own(group))
    }
}

impl TryFrom<BTreeSet<GroupId>> for TargetGroups {
    type Error = TargetGroupsError;

    fn try_from(groups: BTreeSet<GroupId>) -> Result<Self, TargetGroupsError> {
        Self::new(groups)
    }
}

/// For whom a publication is meant (RightScale: public, or account groups).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(
    tag = "to",
    content = "groups",
    rename_all = "kebab-case",
    deny_unknown_fields
)]
#[expect(clippy::exhaustive_enums, reason = "some see it, or everybody does")]
pub enum Visibility {
    /// Every account.
    Public,
    /// The members of these groups of the publisher.
    Groups(TargetGroups),
}

impl Visibility {
    /// For the members of these groups.
    ///
    /// # Errors
    ///
    /// No group is named, or too many are.
    pub fn groups(groups: impl IntoIterator<Item = GroupId>) -> Result<Self, TargetGroupsError> {
        TargetGroups::new(groups).map(Self::Groups)
    }

    /// Both together: what one or the other shows.
    ///
    /// # Errors
    ///
    /// They name too many groups.
    pub fn or(&self, other: &Self) -> Result<Self, TargetGroupsError> {
        match (self, other) {
            (Self::Public, _) | (_, Self::Public) => Ok(Self::Public),
            (Self::Groups(one), Self::Groups(other)) => {
                Self::groups(one.iter().chain(other.iter()))
            }
        }
    }
}

impl fmt::Display for Visibility {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Public => f.write_str("everybody"),
            Self::Groups(groups) => {
                for (at, group) in groups.iter().enumerate() {
                    let comma = if at == 0 { "" } else { ", " };
                    write!(f, "{comma}{group}")?;
                }
                Ok(())
            }
        }
    }
}

/// Who looks at the marketplace: an account, with the groups that it is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Viewer {
    account: Option<Scope>,
    groups: BTreeSet<GroupId>,
}

impl Viewer {
    /// Whoever stands at a scope: its account counts, and `groups` are those of which that is a
    /// member. At `/` there is no account, which sees what is public.
    pub fn new(scope: &Scope, groups: impl IntoIterator<Item = GroupId>) -> Self {
        let account = scope.account_scope();
        let groups = groups.into_iter().filter(|_| account.is_some());
        Self {
            groups: groups.collect(),
            account,
        }
    }

    /// Whoever stands at a scope, with those of these groups that its account is in.
    pub fn among(scope: &Scope, groups: &[AccountGroup]) -> Self {
        let account = scope.account_scope();
        let is_in = |group: &&AccountGroup| {
            let account = account.as_ref();
            account.is_some_and(|account| group.has_member(account))
        };
        let groups: Vec<_> = groups.iter().filter(is_in).map(|it| it.id).collect();
        Self::new(scope, groups)
    }

    /// The account; none at `/`.
    pub fn account(&self) -> Option<&Scope> {
        self.account.as_ref()
    }

    /// Whether it is this account that looks.
    pub fn is(&self, account: &Scope) -> bool {
        self.account.as_ref() == Some(account)
    }

    /// Whether something that an account opened like this is seen; the account sees its own.
    pub fn sees(&self, owner: &Scope, visibility: &Visibility) -> bool {
        self.is(owner)
            || match visibility {
                Visibility::Public => true,
                Visibility::Groups(groups) => self.is_in(groups),
            }
    }

    /// Whether its account is in one of these groups.
    pub fn is_in(&self, groups: &TargetGroups) -> bool {
        groups.iter().any(|group| self.groups.contains(&group))
    }
}

/// The members of groups, for questions about many of them.
#[derive(Debug)]
pub(crate) struct Members<'a>(BTreeMap<GroupId, BTreeSet<&'a Scope>>);

impl<'a> Members<'a> {
    pub(crate) fn of(groups: &'a [AccountGroup]) -> Self {
        let members = |group: &'a AccountGroup| {
            let members = group.members.iter().map(|member| &member.account);
            (group.id, members.collect())
        };
        Self(groups.iter().map(members).collect())
    }

    /// The members of one group; none of a group that is not known.
    pub(crate) fn group(&self, group: GroupId) -> impl Iterator<Item = &'a Scope> {
        self.0.get(&group).into_iter().flatten().copied()
    }

    /// The members of all these groups.
    pub(crate) fn all(&self, groups: &TargetGroups) -> BTreeSet<&'a Scope> {
        groups.iter().flat_map(|group| self.group(group)).collect()
    }

    /// Whether all whom `target` reaches see what `owner` opened to `visibility`. A group without
    /// members reaches whoever joins it, so only the group itself covers it.
    pub(crate) fn cover(
        &self,
        owner: &Scope,
        visibility: &Visibility,
        target: &Visibility,
    ) -> bool {
        let (given, wanted) = match (visibility, target) {
            (Visibility::Public, _) => return true,
            (Visibility::Groups(_), Visibility::Public) => return false,
            (Visibility::Groups(given), Visibility::Groups(wanted)) => (given, wanted),
        };
        let seen = self.all(given);
        wanted.iter().all(|group| {
            let mut members = self.group(group).peekable();
            given.contains(group)
                || members.peek().is_some()
                    && members.all(|account| account == owner || seen.contains(account))
        })
    }
}
