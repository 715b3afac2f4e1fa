//! What must not have moved, as comparisons of etcd.

use crate::{
    layout::{Layout, Span, space_of},
    reach::Reach,
    request::Compares,
};
use atlas_store::ReadSet;
use std::collections::BTreeSet;

/// How closely a commit looks whether anything has moved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Closeness {
    /// Each key and each range for itself.
    Exact,
    /// Whether anything at all was written to a partition that was read.
    Partitions,
    /// Whether anything at all was written.
    Everything,
}

impl Closeness {
    /// From the one that refuses least to the one that needs least.
    pub(crate) const ALL: [Self; 3] = [Self::Exact, Self::Partitions, Self::Everything];
}

/// The comparisons for what was read from a snapshot. One that was never read from has no point yet,
/// and so nothing can have happened since; versions that its commit names are compared all the same.
pub(crate) fn guards(
    layout: &Layout,
    reads: &ReadSet,
    reach: &Reach<'_>,
    point: Option<i64>,
    closeness: Closeness,
) -> Compares {
    let mut compares = Compares::default();
    match (closeness, point) {
        (Closeness::Exact, _) | (_, None) => exact(layout, reads, point, &mut compares),
        (Closeness::Partitions, Some(point)) if !reach.is_wide => {
            for partition in &reach.read {
                compares.quiet_key(layout.head(partition), point);
            }
        }
        (_, Some(point)) if reach.is_wide || !reach.read.is_empty() => {
            compares.quiet(layout.heads(), point);
        }
        _ => {}
    }
    compares
}

fn exact(layout: &Layout, reads: &ReadSet, point: Option<i64>, compares: &mut Compares) {
    let mut epochs = BTreeSet::<Span>::new();
    for (key, version) in &reads.keys {
        // INVARIANT: a version is a revision of etcd, which is positive.
        let revision = version.map_or(0, |version| version.as_u64().cast_signed());
        compares.unchanged(layout.entry(key.as_str()), revision);
        if version.is_none() {
            // It may have come and gone.
            let epoch = layout.epoch(space_of(key));
            let end = format!("{epoch}\0");
            epochs.insert(Span { start: epoch, end });
        }
    }
    let Some(point) = point else {
        return;
    };
    for range in reads.ranges.iter().filter(|range| !range.is_empty()) {
        compares.quiet(layout.entries(range.start(), range.end()), point);
        epochs.insert(layout.epochs(range.start(), range.end()));
    }
    for span in epochs {
        compares.quiet(span, point);
    }
}
