//! Which of several records of one image counts.

use crate::{Audience, ImageRecord, ImageRecordId};
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

/// Records of one and the same image in one location.
#[derive(Debug, Clone, Copy, Default)]
pub struct Records<'a> {
    /// Those of the tree of scopes; what the viewer does not see is passed over.
    pub held: &'a [ImageRecord],
    /// Those of other branches that launch permissions open to the viewer.
    pub opened: &'a [ImageRecord],
    /// Those of either that launch permissions open to everybody, as far as anybody looked.
    pub to_all: &'a [ImageRecordId],
}

impl Records<'_> {
    /// Who may launch the image of one of them.
    pub fn audience(&self, record: &ImageRecord) -> Audience {
        if self.to_all.contains(&record.id()) {
            return Audience::Everybody;
        }
        Audience::of(record, &[])
    }
}

impl<'a> From<&'a [ImageRecord]> for Records<'a> {
    fn from(held: &'a [ImageRecord]) -> Self {
        Self {
            held,
            ..Self::default()
        }
    }
}

impl<'a> From<&'a Vec<ImageRecord>> for Records<'a> {
    fn from(held: &'a Vec<ImageRecord>) -> Self {
        held.as_slice().into()
    }
}

impl<'a, const N: usize> From<&'a [ImageRecord; N]> for Records<'a> {
    fn from(held: &'a [ImageRecord; N]) -> Self {
        held.as_slice().into()
    }
}

/// Picks, of records of one and the same image in one location, the one that counts at `viewer`.
///
/// Ours: several scopes of a branch may hold a record of an image, and the nearest scope wins.
/// Records that `viewer` does not see, and deleted ones, are passed over.
pub fn nearest<'a>(
    records: impl IntoIterator<Item = &'a ImageRecord>,
    viewer: &Scope,
) -> Option<Nearest<'a>> {
    nearest_or_opened(records, [], viewer)
}

/// [`nearest`], with the records that launch permissions open to the viewer.
///
/// Ours: what the branch holds wins over what others opened, whatever its scope. Of those the ones
/// that can be used come first, then the first by scope and id.
pub fn nearest_or_opened<'a>(
    held: impl IntoIterator<Item = &'a ImageRecord>,
    opened: impl IntoIterator<Item = &'a ImageRecord>,
    viewer: &Scope,
) -> Option<Nearest<'a>> {
    let there = |record: &&ImageRecord| !record.lifecycle().is_deleted();
    let seen = |record: &&ImageRecord| visible(record.scope(), record.shared(), viewer);
    let mut found: Vec<_> = held.into_iter().filter(there).filter(seen).collect();
    // Visible records lie on one branch, where the greater scope is the nearer one.
    found.sort_by_key(|record| (Reverse(record.scope().clone()), record.id()));
    let mut others: Vec<_> = opened.into_iter().filter(there).collect();
    others.sort_by_key(|record| {
        let usable = record.lifecycle().is_usable();
        (Reverse(usable), record.scope().clone(), record.id())
    });
    found.append(&mut others);
    let mut found = found.into_iter();
    let record = found.next()?;
    Some(Nearest {
        record,
        shadows: found.collect(),
    })
}
