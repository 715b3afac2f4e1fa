//! What keeps an import.

use crate::{ImportedLineage, PublicationLineageId};
use atlas_base::Name;
use atlas_history::{LineageId, RevisionNumber};
use atlas_image::{Referrer, UsedBy};
use atlas_scope::Scope;
use core::fmt;
use serde::Serialize;
use std::collections::BTreeSet;

/// What of an import is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an import goes as a whole, or a revision at a time"
)]
pub enum DeleteImport {
    /// All revisions that the scope imported.
    Lineage,
    /// One of them: unlike those that are made here, imports may have gaps.
    Revision(RevisionNumber),
}

/// Something that refers to an import.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ImportUse {
    /// The revision; none where it refers to whichever is the newest.
    pub revision: Option<RevisionNumber>,
    /// What refers to it.
    pub by: Referrer,
}

/// An import, or a revision of it, that goes. It leaves no tombstone: it may be imported again
/// (ours).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DeletedImport {
    /// The scope that had imported it.
    pub scope: Scope,
    /// The lineage.
    pub lineage: LineageId,
    /// Where it came from.
    pub publication: PublicationLineageId,
    /// The revisions that go.
    pub revisions: BTreeSet<RevisionNumber>,
    /// Whether the lineage goes with them, since none is left.
    pub is_whole: bool,
}

/// Who refers to an import.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImportInUse {
    /// The name of the import.
    pub name: Name,
    /// Who, as far as the caller sees, by scope, kind and name.
    pub referrers: Vec<Referrer>,
    /// How many more there are.
    pub hidden: u64,
}

impl fmt::Display for ImportInUse {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = UsedBy::new(&self.referrers, self.hidden);
        write!(f, "`{}` is {used}", self.name)
    }
}

/// Why an import stays.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeleteImportError {
    /// The scope did not import that revision.
    #[error("revision {revision} of `{name}` was not imported to `{scope}`: {}", here(.revisions))]
    NotThere {
        /// The name of the import.
        name: Name,
        /// The scope.
        scope: Scope,
        /// What was named.
        revision: RevisionNumber,
        /// What there is.
        revisions: BTreeSet<RevisionNumber>,
    },
    /// Something refers to it.
    #[error("{0}: set something else there first")]
    InUse(Box<ImportInUse>),
}

fn here(revisions: &BTreeSet<RevisionNumber>) -> String {
    let shown: Vec<_> = revisions.iter().take(8).map(ToString::to_string).collect();
    match revisions.len().saturating_sub(shown.len()) {
        _ if shown.is_empty() => "none is".to_owned(),
        0 => format!("there are {}", shown.join(", ")),
        more => format!("there are {} and {more} more", shown.join(", ")),
    }
}

/// Decides whether an import, or a revision of it, goes: only where nothing at its scope or below
/// refers to it (ours).
///
/// `revisions` are those that the scope imported, `uses` all that refers to them from there and from
/// below. What follows the newest revision keeps the newest.
///
/// # Errors
///
/// The revision is not there, or something refers to it.
pub fn check_delete_import(
    import: &ImportedLineage,
    which: DeleteImport,
    revisions: &BTreeSet<RevisionNumber>,
    uses: &[ImportUse],
) -> Result<DeletedImport, DeleteImportError> {
    let going = match which {
        DeleteImport::Lineage => revisions.clone(),
        DeleteImport::Revision(revision) if revisions.contains(&revision) => {
            BTreeSet::from([revision])
        }
        DeleteImport::Revision(revision) => {
            return Err(DeleteImportError::NotThere {
                name: import.name.clone(),
                scope: import.scope.clone(),
                revision,
                revisions: revisions.clone(),
            });
        }
    };
    let newest = revisions.last().copied();
    let is_binding = |it: &&ImportUse| {
        let meant = it.revision.or(newest);
        which == DeleteImport::Lineage || meant.is_some_and(|meant| going.contains(&meant))
    };
    let binding: BTreeSet<_> = uses.iter().filter(is_binding).map(|it| &it.by).collect();
    if !binding.is_empty() {
        let (seen, hidden): (Vec<_>, Vec<_>) = binding.into_iter().partition(|it| it.visible);
        return Err(DeleteImportError::InUse(Box::new(ImportInUse {
            name: import.name.clone(),
            referrers: seen.into_iter().cloned().collect(),
            hidden: u64::try_from(hidden.len()).unwrap_or(u64::MAX),
        })));
    }
    Ok(DeletedImport {
        scope: import.scope.clone(),
        lineage: import.lineage,
        publication: import.publication,
        is_whole: going.len() == revisions.len(),
        revisions: going,
    })
}
