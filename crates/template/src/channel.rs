//! Named pointers to committed revisions.

mod care;
mod linked;

use crate::Reference;
use atlas_base::{Timestamp, quoted, text_form};
use atlas_history::{Author, Mark, Marks, RevisionNumber};
use atlas_scope::Denied;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub use self::{
    care::{ChannelAccess, ChannelFate, OnRevoke, channels_after_revoke},
    linked::{ChannelInUse, check_delete_channel},
};

/// The name of a channel: `[a-z][a-z0-9-]*`, at most 63 characters, and not `head` or `latest`,
/// which references give another meaning (HCP Packer: channels).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ChannelName(Arc<str>);

impl ChannelName {
    /// The most characters it may have.
    pub const MAX_CHARACTERS: usize = 63;

    /// Checks a text.
    ///
    /// # Errors
    ///
    /// It has another shape, is too long, or is one of the two reserved words.
    pub fn parse(text: &str) -> Result<Self, ParseChannelNameError> {
        let refuse = |at, why| {
            let message = format_args!("{} is no channel name: {why}, at byte {at}", quoted(text));
            Err(ParseChannelNameError::new(at, message))
        };
        let wrong = text.bytes().enumerate().position(|(at, byte)| match byte {
            b'a'..=b'z' => false,
            b'0'..=b'9' | b'-' => at == 0,
            _ => true,
        });
        match wrong {
            _ if text.is_empty() => refuse(0, "it is empty"),
            Some(at) if at <= Self::MAX_CHARACTERS => refuse(at, "expected `[a-z][a-z0-9-]*`"),
            _ if text.len() > Self::MAX_CHARACTERS => {
                refuse(Self::MAX_CHARACTERS, "it has more than 63 characters")
            }
            _ if matches!(text, "head" | "latest") => refuse(
                0,
                "`head` and `latest` are reserved: they always mean HEAD and the newest revision",
            ),
            _ => Ok(Self(text.into())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ChannelName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

text_form!(ChannelName, ParseChannelNameError);

atlas_base::parse_errors! {
    /// Why a text is no channel name.
    ParseChannelNameError;
}

/// One step of a channel's history.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChannelMove {
    /// Where it points since then.
    pub revision: RevisionNumber,
    /// Who moved it.
    pub by: Author,
    /// When.
    pub at: Timestamp,
}

/// A named pointer of a lineage to one of its committed revisions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Channel {
    name: ChannelName,
    current: RevisionNumber,
    /// How many moves came before those that are kept.
    #[serde(default, skip_serializing_if = "is_none")]
    earlier: u64,
    moves: Vec<ChannelMove>,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_none(earlier: &u64) -> bool {
    *earlier == 0
}

/// Why a channel was not moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChannelError {
    /// It points there already.
    #[error("the channel `{name}` points to revision {revision} already")]
    Already {
        /// The channel.
        name: ChannelName,
        /// Where it points.
        revision: RevisionNumber,
    },
    /// The revision is revoked.
    #[error("the channel `{name}` cannot point to revision {revision}: it was revoked by {by}: {reason}", by = .mark.by, reason = .mark.reason)]
    Revoked {
        /// The channel.
        name: ChannelName,
        /// Where it should have pointed.
        revision: RevisionNumber,
        /// Who revoked it, when and why.
        mark: Mark,
    },
    /// It is restricted, and the caller lacks what that asks for.
    #[error("the channel `{name}` is restricted")]
    Restricted {
        /// The channel.
        name: ChannelName,
        /// What is missing.
        #[source]
        denied: Box<Denied>,
    },
    /// A state was named where the lineage is meant as a whole.
    #[error(
        "`{reference}` names one state, and a channel belongs to all of them: leave out what stands behind `@`"
    )]
    StateNamed {
        /// What was named.
        reference: Reference,
    },
    /// Templates link it.
    #[error("{0}")]
    Linked(Box<ChannelInUse>),
    /// Few or all may move it already.
    #[error("the channel `{name}` is {access} already")]
    Access {
        /// The channel.
        name: ChannelName,
        /// Who may move it.
        access: ChannelAccess,
    },
    /// It never pointed anywhere else that is still good.
    #[error("the channel `{name}` has nothing to go back to from revision {revision}: assign it")]
    NothingBefore {
        /// The channel.
        name: ChannelName,
        /// Where it points.
        revision: RevisionNumber,
    },
}

impl Channel {
    /// The most moves that are kept, the newest: enough to go back, and few enough that looking at
    /// the channel stays quick. Whoever keeps an audit trail has the others there.
    pub const MOST_MOVES: usize = 128;

    /// The channel `name` pointing to a revision: a new one, or `before` moved (HCP Packer).
    ///
    /// # Errors
    ///
    /// It points there already, or the revision is revoked.
    pub fn assign(
        name: ChannelName,
        before: Option<&Self>,
        revoked: Option<&Mark>,
        to: ChannelMove,
    ) -> Result<Self, ChannelError> {
        let revision = to.revision;
        if before.is_some_and(|channel| channel.current == revision) {
            return Err(ChannelError::Already { name, revision });
        }
        if let Some(mark) = revoked {
            return Err(ChannelError::Revoked {
                name,
                revision,
                mark: mark.clone(),
            });
        }
        let new = Self {
            name,
            current: revision,
            earlier: before.map_or(0, |channel| channel.earlier),
            moves: before.map_or_else(Vec::new, |channel| channel.moves.clone()),
        };
        Ok(new.moved(to))
    }

    /// This channel after one move more.
    fn moved(mut self, to: ChannelMove) -> Self {
        self.current = to.revision;
        self.moves.push(to);
        let many = self.moves.len().saturating_sub(Self::MOST_MOVES);
        self.moves.drain(..many);
        self.earlier += many as u64;
        self
    }

    /// Its name.
    pub fn name(&self) -> &ChannelName {
        &self.name
    }

    /// Where it points.
    pub fn current(&self) -> RevisionNumber {
        self.current
    }

    /// Where it pointed, oldest first; the last is the current one. Of many moves these are the
    /// newest [`Channel::MOST_MOVES`].
    pub fn moves(&self) -> &[ChannelMove] {
        &self.moves
    }

    /// How many moves came before [`Channel::moves`].
    pub fn earlier(&self) -> u64 {
        self.earlier
    }
}

/// Where the managed channel `latest` points: the newest committed revision that is not revoked
/// (HCP Packer), so that it rolls back by itself when that one is.
pub fn latest(revisions: &[(RevisionNumber, &Marks)]) -> Option<RevisionNumber> {
    let usable = revisions
        .iter()
        .filter(|(_, marks)| marks.revoked.is_none());
    usable.map(|(number, _)| *number).max()
}
