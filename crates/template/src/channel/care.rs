//! Channels that go back, and channels that few may move.

use super::{Channel, ChannelError, ChannelMove, ChannelName};
use atlas_base::Timestamp;
use atlas_history::{Author, Mark, Marks, RevisionNumber};
use atlas_scope::{Denied, Permission};
use core::fmt;
use serde::{Deserialize, Serialize};

/// Who may move a channel (HCP Packer: restricted channels). It stands beside the channel.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "access", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(clippy::exhaustive_enums, reason = "it is restricted or it is not")]
pub enum ChannelAccess {
    /// Whoever may assign channels.
    #[default]
    Open,
    /// Whoever has one more permission at the scope of the lineage.
    Restricted {
        /// Which.
        needs: Permission,
    },
}

impl ChannelAccess {
    /// The restriction that people ask for: whoever moves the channel may also restrict it.
    pub const RESTRICTED: Self = Self::Restricted {
        needs: Permission::ChannelRestrict,
    };

    /// Decides whether somebody who may assign channels may move this one; `decide` says what is
    /// lacking of a permission.
    ///
    /// # Errors
    ///
    /// The permission that it asks for is missing.
    pub fn check(
        self,
        name: &ChannelName,
        decide: impl FnOnce(Permission) -> Result<(), Denied>,
    ) -> Result<(), ChannelError> {
        let Self::Restricted { needs } = self else {
            return Ok(());
        };
        decide(needs).map_err(|denied| ChannelError::Restricted {
            name: name.clone(),
            denied: Box::new(denied),
        })
    }

    /// This access changed to another. Whoever changes it has passed [`ChannelAccess::check`], so
    /// that nobody opens a channel to move it.
    ///
    /// # Errors
    ///
    /// It is the same.
    pub fn changed(self, name: &ChannelName, to: Self) -> Result<Self, ChannelError> {
        if self == to {
            return Err(ChannelError::Access {
                name: name.clone(),
                access: self,
            });
        }
        Ok(to)
    }
}

impl fmt::Display for ChannelAccess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Open => "open",
            Self::Restricted { .. } => "restricted",
        })
    }
}

/// What becomes of channels that point to a revision that is revoked.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "they go back or they stay")]
pub enum OnRevoke {
    /// They go back to where they pointed before (HCP Packer).
    #[default]
    RollBack,
    /// They stay, and launch nothing until somebody moves them.
    Stay,
}

/// What became of one channel when a revision was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fate", rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "it went back, or could not")]
pub enum ChannelFate {
    /// It went back.
    RolledBack {
        /// The channel as it is now.
        channel: Channel,
    },
    /// It stays where it is and launches nothing: it was told to, or there is nothing to go back to.
    Stuck {
        /// The channel.
        name: ChannelName,
        /// The revoked revision that it points to.
        revision: RevisionNumber,
    },
}

impl Channel {
    /// Where it would go back to: the place before the current one that is not revoked. Going back
    /// is remembered as such, so that going back twice goes two places back (ours).
    pub fn before(
        &self,
        mut is_revoked: impl FnMut(RevisionNumber) -> bool,
    ) -> Option<RevisionNumber> {
        let mut places: Vec<RevisionNumber> = Vec::new();
        for step in &self.moves {
            match places.iter().position(|place| *place == step.revision) {
                Some(at) => places.truncate(at + 1),
                None => places.push(step.revision),
            }
        }
        places.pop();
        places.into_iter().rev().find(|place| !is_revoked(*place))
    }

    /// This channel where it pointed before (HCP Packer: roll back).
    ///
    /// # Errors
    ///
    /// It never pointed anywhere else that is still good.
    pub fn rolled_back(
        &self,
        is_revoked: impl FnMut(RevisionNumber) -> bool,
        by: Author,
        at: Timestamp,
    ) -> Result<Self, ChannelError> {
        let nowhere = || ChannelError::NothingBefore {
            name: self.name.clone(),
            revision: self.current,
        };
        let revision = self.before(is_revoked).ok_or_else(nowhere)?;
        Ok(self.clone().moved(ChannelMove { revision, by, at }))
    }
}

/// What becomes of the channels of a lineage once one of its revisions is revoked: those that point
/// to it go back by themselves, unless they are told to stay. Others are not among the answers.
///
/// `marks` are those of the whole lineage, with the new one; who revoked it is who moves them.
pub fn channels_after_revoke(
    channels: &[Channel],
    revoked: RevisionNumber,
    marks: &[(RevisionNumber, &Marks)],
    mark: &Mark,
    wanted: OnRevoke,
) -> Vec<ChannelFate> {
    let is_revoked = |number: RevisionNumber| {
        let found = marks.iter().find(|(known, _)| *known == number);
        number == revoked || found.is_some_and(|(_, marks)| marks.revoked.is_some())
    };
    let hit = channels.iter().filter(|channel| channel.current == revoked);
    let fates = hit.map(|channel| {
        let stuck = || ChannelFate::Stuck {
            name: channel.name.clone(),
            revision: revoked,
        };
        match wanted {
            OnRevoke::Stay => stuck(),
            OnRevoke::RollBack => channel
                .rolled_back(is_revoked, mark.by.clone(), mark.at)
                .map_or_else(|_| stuck(), |channel| ChannelFate::RolledBack { channel }),
        }
    });
    fates.collect()
}
