//! Ancestry over lineages and merges.

use crate::Revision;
use atlas_base::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// Which revisions were made from which, by their digests: a graph without cycles, since a
/// digest covers those of its parents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dag {
    parents: BTreeMap<Digest, Vec<Digest>>,
}

impl Dag {
    /// The graph of these revisions; a parent that is not among them is a root.
    pub fn new(revisions: &[Revision]) -> Self {
        let parents = revisions
            .iter()
            .map(|revision| {
                let parents = revision
                    .parents()
                    .iter()
                    .map(|parent| parent.digest)
                    .collect();
                (revision.digest(), parents)
            })
            .collect();
        Self { parents }
    }

    /// Whether `old` is `new` or one of its ancestors.
    pub fn is_ancestor(&self, old: Digest, new: Digest) -> bool {
        self.ancestors(new).contains(&old)
    }

    /// A revision and everything it was made from.
    pub fn ancestors(&self, of: Digest) -> BTreeSet<Digest> {
        let mut found = BTreeSet::new();
        let mut open = vec![of];
        while let Some(digest) = open.pop() {
            if found.insert(digest) {
                open.extend(self.parents.get(&digest).into_iter().flatten().copied());
            }
        }
        found
    }

    /// The common ancestors of two revisions that are no ancestors of one another.
    pub fn nearest_common_ancestors(&self, a: Digest, b: Digest) -> BTreeSet<Digest> {
        let common: BTreeSet<_> = self
            .ancestors(a)
            .intersection(&self.ancestors(b))
            .copied()
            .collect();
        // What is common is closed under parents: whoever is a parent in it is not the nearest.
        let parents = common
            .iter()
            .filter_map(|digest| self.parents.get(digest))
            .flatten();
        let parents: BTreeSet<_> = parents.copied().collect();
        common.difference(&parents).copied().collect()
    }
}
