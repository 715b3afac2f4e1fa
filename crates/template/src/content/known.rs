//! What is known of linked MultiCloud Images, and what a link is refused for.

use super::{LinkTarget, TemplateContent};
use crate::{Channel, ChannelName};
use atlas_base::Name;
use atlas_history::{LineageId, Mark, Marks, RevisionNumber};
use std::collections::{BTreeMap, BTreeSet};

/// What whoever links sees of a MultiCloud Image.
#[derive(Debug, Clone, PartialEq)]
pub struct KnownMci {
    /// Its nickname.
    pub name: Name,
    /// Whether it has a HEAD; an import has none.
    pub has_head: bool,
    /// Its committed revisions with their marks.
    pub revisions: BTreeMap<RevisionNumber, Marks>,
    /// Its channels.
    pub channels: Vec<Channel>,
}

/// Why a link cannot stand.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LinkError {
    /// Nothing of that id is visible.
    #[error("there is no MultiCloud Image {lineage}: check its id and your scope")]
    NoMci {
        /// Which.
        lineage: LineageId,
    },
    /// What was imported has no HEAD.
    #[error("`{name}` was imported and has no HEAD: link one of its revisions")]
    NoHead {
        /// Which.
        name: Name,
    },
    /// There is no such revision.
    #[error("`{name}` has no revision {revision}; {}", said(*.newest))]
    NoRevision {
        /// Which.
        name: Name,
        /// What was asked for.
        revision: RevisionNumber,
        /// Its newest one, if there is any.
        newest: Option<RevisionNumber>,
    },
    /// Nothing is committed yet.
    #[error("`{name}` has no committed revision that is not revoked: link its HEAD, or commit it")]
    NoLatest {
        /// Which.
        name: Name,
    },
    /// There is no such channel.
    #[error("`{name}` has no channel `{channel}`: assign it first")]
    NoChannel {
        /// Which.
        name: Name,
        /// What was asked for.
        channel: ChannelName,
    },
    /// The revision is revoked.
    #[error("`{name}` revision {revision} was revoked by {by}: {reason}", by = .mark.by, reason = .mark.reason)]
    Revoked {
        /// Which.
        name: Name,
        /// Its revision.
        revision: RevisionNumber,
        /// Who revoked it, when and why.
        mark: Box<Mark>,
    },
}

fn said(newest: Option<RevisionNumber>) -> String {
    newest.map_or_else(
        || "nothing of it is committed yet".to_owned(),
        |newest| format!("the newest is {newest}"),
    )
}

/// The state of a lineage that a target means today.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "a lineage has HEAD and revisions")]
pub enum LinkedState {
    /// HEAD.
    Head,
    /// A committed revision.
    Revision(RevisionNumber),
}

impl LinkedState {
    /// The revision; none for HEAD.
    pub fn revision(self) -> Option<RevisionNumber> {
        match self {
            Self::Head => None,
            Self::Revision(number) => Some(number),
        }
    }
}

impl core::fmt::Display for LinkedState {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self {
            Self::Head => f.write_str("HEAD"),
            Self::Revision(number) => write!(f, "revision {number}"),
        }
    }
}

impl KnownMci {
    /// The newest committed revision.
    pub fn newest(&self) -> Option<RevisionNumber> {
        self.revisions.keys().next_back().copied()
    }

    /// Where the managed channel `latest` points: the newest revision that is not revoked
    /// (HCP Packer).
    pub fn latest(&self) -> Option<RevisionNumber> {
        let revisions = self.revisions.iter();
        let all: Vec<_> = revisions.map(|(number, marks)| (*number, marks)).collect();
        crate::latest(&all)
    }

    /// What a new link means unless told otherwise: the newest committed revision, or HEAD where
    /// there is none (RightScale).
    pub fn default_target(&self) -> LinkTarget {
        self.latest().map_or(LinkTarget::Head, LinkTarget::Revision)
    }

    /// The state that a target means today.
    ///
    /// # Errors
    ///
    /// There is none, or it is revoked.
    pub fn state(&self, target: &LinkTarget) -> Result<LinkedState, LinkError> {
        let name = || self.name.clone();
        let revision = match target {
            LinkTarget::Head if self.has_head => return Ok(LinkedState::Head),
            LinkTarget::Head => return Err(LinkError::NoHead { name: name() }),
            LinkTarget::Latest => self
                .latest()
                .ok_or_else(|| LinkError::NoLatest { name: name() })?,
            LinkTarget::Revision(revision) => *revision,
            LinkTarget::Channel(channel) => {
                let found = self.channels.iter().find(|known| known.name() == channel);
                let found = found.map(Channel::current);
                found.ok_or_else(|| LinkError::NoChannel {
                    name: name(),
                    channel: channel.clone(),
                })?
            }
        };
        match self.revisions.get(&revision) {
            None => Err(LinkError::NoRevision {
                name: name(),
                revision,
                newest: self.newest(),
            }),
            Some(Marks {
                revoked: Some(mark),
                ..
            }) => Err(LinkError::Revoked {
                name: name(),
                revision,
                mark: Box::new(mark.clone()),
            }),
            Some(_) => Ok(LinkedState::Revision(revision)),
        }
    }
}

impl TemplateContent {
    /// The links that have to be looked at after an edit of `before`: those that are new, or mean
    /// another state.
    pub fn to_admit(&self, before: &Self) -> Vec<(LineageId, &LinkTarget)> {
        let links = self.links.iter();
        let links = links.filter(|(lineage, target)| before.links.get(lineage) != Some(target));
        links.map(|(lineage, target)| (*lineage, target)).collect()
    }

    /// Decides whether this content may take the place of `before` in HEAD, by what whoever edits
    /// sees of the MultiCloud Images that [`to_admit`](Self::to_admit) names.
    ///
    /// # Errors
    ///
    /// A link means nothing that is there, or something revoked. The first by its lineage is told.
    pub fn admit(
        &self,
        before: &Self,
        known: &BTreeMap<LineageId, KnownMci>,
    ) -> Result<(), LinkError> {
        for (lineage, target) in self.to_admit(before) {
            let mci = known.get(&lineage).ok_or(LinkError::NoMci { lineage })?;
            mci.state(target)?;
        }
        Ok(())
    }

    /// Decides whether a new template may hold this content, where no more than some lineages are
    /// seen. What its links mean is told of by whoever looks at it.
    ///
    /// # Errors
    ///
    /// A link is to none of them.
    pub fn check_links(&self, seen: &BTreeSet<LineageId>) -> Result<(), LinkError> {
        let mut links = self.links.keys().copied();
        match links.find(|lineage| !seen.contains(lineage)) {
            Some(lineage) => Err(LinkError::NoMci { lineage }),
            None => Ok(()),
        }
    }
}
