//! What can be edited.

use crate::RevisionNumber;
use atlas_base::Name;

/// Whether a lineage was made here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "what was made here has a HEAD, what was imported has none"
)]
pub enum Held {
    /// It was made here, as new or as a clone: it has a HEAD.
    Here,
    /// It was imported: it has the publisher's revisions and no HEAD.
    Imported {
        /// Its newest revision here.
        newest: RevisionNumber,
    },
}

/// Why something cannot be edited (RightScale); cloning it gives a HEAD that can.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotEditable {
    /// A committed revision never changes.
    #[error(
        "`{name}` revision {revision} is committed and never changes: edit HEAD, or clone the revision and edit the clone"
    )]
    Committed {
        /// The lineage's name.
        name: Name,
        /// Which.
        revision: RevisionNumber,
    },
    /// What was imported is its publisher's.
    #[error(
        "`{name}` revision {revision} was imported and never changes: clone it and edit the clone"
    )]
    Imported {
        /// The lineage's name.
        name: Name,
        /// The revision that was named, or the newest.
        revision: RevisionNumber,
    },
}

/// Refuses to edit anything but the HEAD of a lineage that was made here; `revision` is none where
/// HEAD is meant.
///
/// # Errors
///
/// It is a committed revision, or the lineage was imported.
pub fn editable(
    name: &Name,
    revision: Option<RevisionNumber>,
    held: Held,
) -> Result<(), NotEditable> {
    let name = || name.clone();
    match (held, revision) {
        (Held::Here, None) => Ok(()),
        (Held::Here, Some(revision)) => Err(NotEditable::Committed {
            name: name(),
            revision,
        }),
        (Held::Imported { newest }, revision) => Err(NotEditable::Imported {
            name: name(),
            revision: revision.unwrap_or(newest),
        }),
    }
}
