//! The life of a record.

use crate::{ImageRecordId, Reason};
use atlas_base::Timestamp;
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
    /// It is gone but for its memory: it frees its location and id, and can be restored.
    Deleted {
        /// When.
        since: Timestamp,
        /// Why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        reason: Option<Reason>,
        /// What restoring it brings back.
        before: Box<Self>,
    },
}

impl Lifecycle {
    /// Whether it can be resolved to, with or without a warning.
    pub fn is_usable(&self) -> bool {
        match self {
            Self::Active | Self::Deprecated { .. } => true,
            Self::Disabled { .. } | Self::Deleted { .. } => false,
        }
    }

    /// Whether it counts as deprecated by then: a date ahead does not count yet.
    pub fn is_deprecated(&self, now: Timestamp) -> bool {
        match self {
            Self::Deprecated { from, .. } => *from <= now,
            Self::Active | Self::Disabled { .. } | Self::Deleted { .. } => false,
        }
    }

    /// Whether the record is deleted and so holds its location and id no more.
    pub fn is_deleted(&self) -> bool {
        matches!(self, Self::Deleted { .. })
    }

    /// The state in one word.
    pub fn as_str(&self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::Deprecated { .. } => "deprecated",
            Self::Disabled { .. } => "disabled",
            Self::Deleted { .. } => "deleted",
        }
    }
}
