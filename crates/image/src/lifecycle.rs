//! The life of a record.

use crate::{ImageRecordId, Reason};
use atlas_base::{Timestamp, quoted, text_form};
use core::fmt;
use serde::{Deserialize, Serialize};

/// Where a record stands on its way from active to deleted (AWS, GCE, HCP Packer).
///
/// Each step keeps what was before it, so that each can be undone until a deleted record is purged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Lifecycle {
    /// It can be used.
    #[default]
    Active,
    /// It can be used, with a warning.
    Deprecated {
        /// The first moment at which it counts as deprecated; may lie ahead.
        from: Timestamp,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// What to use instead.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        replacement: Option<ImageRecordId>,
    },
    /// It cannot be used: it was disabled, or revoked together with what descends from it.
    Disabled {
        /// When.
        since: Timestamp,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// The ancestor whose revocation reached it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        inherited_from: Option<ImageRecordId>,
        /// What enabling it brings back.
        before: Box<Self>,
    },
    /// A host was asked to delete the image in its cloud, and has not reported yet. It cannot be
    /// used, and keeps its location and id.
    PendingDelete {
        /// When it was asked for.
        since: Timestamp,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// How long the bin keeps the record once the image is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purge_at: Option<Timestamp>,
        /// What withdrawing the order brings back.
        before: Box<Self>,
    },
    /// The host could not delete the image in its cloud. It cannot be used, and keeps its location
    /// and id; the order can be given again or withdrawn.
    DeleteFailed {
        /// When the host reported it.
        since: Timestamp,
        /// What the host said.
        failure: Reason,
        /// Why it was to be deleted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// How long the bin is to keep the record once the image is gone.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purge_at: Option<Timestamp>,
        /// What withdrawing the order brings back.
        before: Box<Self>,
    },
    /// It is gone but for its memory, in the recycle bin (AWS): it frees its location and id, and
    /// can be restored.
    Deleted {
        /// When.
        since: Timestamp,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// From when on it can be purged and no longer be restored; none where the bin keeps it
        /// until somebody purges it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        purge_at: Option<Timestamp>,
        /// Whether the image was deleted in its cloud too, so that nothing is left to restore.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        gone: bool,
        /// What restoring it brings back.
        before: Box<Self>,
    },
}

impl Lifecycle {
    /// Whether it can be resolved to, with or without a warning.
    pub fn is_usable(&self) -> bool {
        match self {
            Self::Active | Self::Deprecated { .. } => true,
            Self::Disabled { .. }
            | Self::PendingDelete { .. }
            | Self::DeleteFailed { .. }
            | Self::Deleted { .. } => false,
        }
    }

    /// Whether it counts as deprecated by then: a date ahead does not count yet.
    pub fn is_deprecated(&self, now: Timestamp) -> bool {
        match self {
            Self::Deprecated { from, .. } => *from <= now,
            _ => false,
        }
    }

    /// Whether the record is deleted and so holds its location and id no more.
    pub fn is_deleted(&self) -> bool {
        matches!(self, Self::Deleted { .. })
    }

    /// Whether the record is deleted, or will be as soon as a host reports: nothing new may refer to
    /// it, and it stays where it is.
    pub fn is_leaving(&self) -> bool {
        matches!(self, Self::Deleted { .. } | Self::PendingDelete { .. })
    }

    /// The state, without what belongs to it.
    pub fn state(&self) -> LifecycleState {
        match self {
            Self::Active => LifecycleState::Active,
            Self::Deprecated { .. } => LifecycleState::Deprecated,
            Self::Disabled { .. } => LifecycleState::Disabled,
            Self::PendingDelete { .. } => LifecycleState::PendingDelete,
            Self::DeleteFailed { .. } => LifecycleState::DeleteFailed,
            Self::Deleted { .. } => LifecycleState::Deleted,
        }
    }

    /// The state in one word.
    pub fn as_str(&self) -> &'static str {
        self.state().as_str()
    }
}

/// The name of a [`Lifecycle`]'s state, to look for records by it.
///
/// A record that is to be deprecated from a later day on is in the state `deprecated` already.
/// Order is the order of a record's life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LifecycleState {
    /// It can be used.
    Active,
    /// It can be used, with a warning.
    Deprecated,
    /// It cannot be used.
    Disabled,
    /// A host was asked to delete the image in its cloud.
    PendingDelete,
    /// The host could not.
    DeleteFailed,
    /// It is gone but for its memory.
    Deleted,
}

impl LifecycleState {
    /// Every state, in order.
    pub const fn all() -> &'static [Self] {
        &[
            Self::Active,
            Self::Deprecated,
            Self::Disabled,
            Self::PendingDelete,
            Self::DeleteFailed,
            Self::Deleted,
        ]
    }

    /// The text form: the state in one word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deprecated => "deprecated",
            Self::Disabled => "disabled",
            Self::PendingDelete => "pending-delete",
            Self::DeleteFailed => "delete-failed",
            Self::Deleted => "deleted",
        }
    }

    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// It is none of the words.
    pub fn parse(text: &str) -> Result<Self, ParseLifecycleStateError> {
        let known = Self::all().iter().find(|state| state.as_str() == text);
        known.copied().ok_or_else(|| {
            let words: Vec<_> = Self::all().iter().map(|state| state.as_str()).collect();
            let (shown, words) = (quoted(text), words.join(", "));
            let message = format!("{shown} is no state of an image: expected one of {words}");
            ParseLifecycleStateError { message }
        })
    }
}

impl fmt::Display for LifecycleState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_form!(LifecycleState, ParseLifecycleStateError);

/// Why a text is no [`LifecycleState`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseLifecycleStateError {
    message: String,
}

impl ParseLifecycleStateError {
    /// The byte offset at which the text stopped making sense: a word counts as a whole.
    pub fn at(&self) -> usize {
        0
    }
}

impl fmt::Display for ParseLifecycleStateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseLifecycleStateError {}
