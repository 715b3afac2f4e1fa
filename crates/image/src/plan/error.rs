//! Why there is no plan, or no part of one.

use super::PlanKind;
use crate::ImageRecordId;
use atlas_base::CanonicalError;
use atlas_scope::Scope;

/// Why there is no plan, or a text is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// The text is too large to be read, or the plan to be written.
    #[error("a plan has at most {limit} bytes, this one has {found}: ask for less at once")]
    TooLarge {
        /// The most bytes.
        limit: usize,
        /// How many there are.
        found: usize,
    },
    /// The plan has too many lines.
    #[error("a plan has at most {limit} {what}, this one has {found}: ask for less at once")]
    TooMany {
        /// `items` or `changes`.
        what: &'static str,
        /// The most of them.
        limit: usize,
        /// How many there are.
        found: usize,
    },
    /// Two items have one key.
    #[error("the plan has `{key}` twice: make the plan again")]
    Twice {
        /// The key.
        key: String,
    },
    /// The text is no plan.
    #[error("this is no plan: {reason}")]
    Unreadable {
        /// What the reader said.
        reason: String,
    },
    /// The text is of another format.
    #[error("the plan has the format {found}, this program reads `plan/1`: make the plan again")]
    Format {
        /// The format, in backticks and cut.
        found: String,
    },
    /// The plan is for something else.
    #[error("this is a plan to {found}, not to {wanted}", found = purpose(*.found), wanted = purpose(*.wanted))]
    OtherKind {
        /// What was asked for.
        wanted: PlanKind,
        /// What it is for.
        found: PlanKind,
    },
    /// Somebody changed the text.
    #[error(
        "the plan is not as it was written: make the plan again, or choose a part of it by name"
    )]
    Edited,
    /// What an item was decided from has no canonical text.
    #[error("the plan cannot be written")]
    Encoding(#[from] CanonicalError),
}

fn purpose(kind: PlanKind) -> &'static str {
    match kind {
        PlanKind::Revoke => "revoke an image",
        PlanKind::Replace => "replace an image",
        PlanKind::Retention => "keep or drop images",
    }
}

/// Why a part of a plan cannot be chosen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PartError {
    /// Nothing was chosen.
    #[error("nothing of the plan is chosen: name what to carry out")]
    Empty,
    /// Something was chosen that is not in the plan.
    #[error("the plan has no {}: choose among its keys", listed(keys))]
    Unknown {
        /// The keys.
        keys: Vec<String>,
    },
    /// What descends from an image is revoked because the image is (HCP Packer).
    #[error(
        "what was made from `{root}` is revoked because that is: choose `{root}` too, or disable the others one by one"
    )]
    WithoutRoot {
        /// The image that is to be revoked.
        root: ImageRecordId,
    },
    /// A lower scope is changed only together with those above it (Scalr).
    #[error(
        "a change at {scope} needs those at the scopes above it: choose {} too",
        listed(missing)
    )]
    WithoutHigher {
        /// The scope of something that was chosen.
        scope: Scope,
        /// The keys of what was left out above it.
        missing: Vec<String>,
    },
}

/// At most eight keys.
pub(super) fn listed(keys: &[String]) -> String {
    const SHOWN: usize = 8;
    let quoted: Vec<_> = keys
        .iter()
        .take(SHOWN)
        .map(|key| format!("`{key}`"))
        .collect();
    let more = match keys.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{more}", quoted.join(", "))
}
