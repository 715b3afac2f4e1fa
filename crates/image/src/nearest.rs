//! Which of several records of one image counts.

use crate::ImageRecord;
use atlas_scope::{Scope, visible};
use core::cmp::Reverse;

/// The record that counts, and those that it hides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Nearest<'a> {
    /// The visible record of the nearest scope.
    pub record: &'a ImageRecord,
    /// The other visible records, from the nearest scope upward.
    pub shadows: Vec<&'a ImageRecord>,
}

/// Picks, of records of one and the same image in one location, the one that counts at `viewer`.
///
/// Ours: several scopes of a branch may hold a record of an image, and the nearest scope wins.
/// Records that `viewer` does not see, and deleted ones, are passed over.
pub fn nearest<'a>(
    records: impl IntoIterator<Item = &'a ImageRecord>,
    viewer: &Scope,
) -> Option<Nearest<'a>> {
    let seen = |record: &&ImageRecord| {
        !record.lifecycle().is_deleted() && visible(record.scope(), record.shared(), viewer)
    };
    let mut found: Vec<_> = records.into_iter().filter(seen).collect();
    // Visible records lie on one branch, where the greater scope is the nearer one.
    found.sort_by_key(|record| (Reverse(record.scope().clone()), record.id()));
    let mut found = found.into_iter();
    let record = found.next()?;
    Some(Nearest {
        record,
        shadows: found.collect(),
    })
}
