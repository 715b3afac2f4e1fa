//! Which chunks are there already, so that an ingest does not write them again.
//!
//! It is made of the trailers of the packs, and of nothing else: whatever happens to it, it is made
//! again. It knows at most as many chunks as it is allowed to, those of the newest packs; what it does
//! not know is written once more, and nothing is wrong.

use crate::{RepositoryError, backend::Listed, layout, packs::Packs};
use atlas_base::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// Chunks by digest: 40 bytes each.
#[derive(Debug, Clone, Default)]
pub(crate) struct Catalogue {
    /// Sorted: the digest of a chunk, and its pack as a place in the list.
    chunks: Vec<(Digest, u32)>,
    packs: Vec<Digest>,
    /// Packs that were left out, for want of room or since they cannot be read.
    left_out: BTreeSet<Digest>,
}

impl Catalogue {
    /// The packs in which chunks may be found.
    pub(crate) fn find(&self, chunk: &Digest) -> Option<Digest> {
        let at = self.chunks.binary_search_by_key(chunk, |it| it.0).ok()?;
        let (_, pack) = self.chunks.get(at)?;
        self.packs.get(usize::try_from(*pack).ok()?).copied()
    }

    /// Makes it agree with the packs that are there and not condemned, and reads the trailers of those
    /// that are new.
    pub(crate) fn refresh(
        &mut self,
        listed: &[Listed],
        condemned: &BTreeSet<Digest>,
        packs: &Packs,
        most: usize,
        go_on: &mut dyn FnMut() -> Result<(), RepositoryError>,
    ) -> Result<(), RepositoryError> {
        let mut newest: Vec<_> = listed
            .iter()
            .filter_map(|it| Some((it.changed, layout::is_pack(&it.name)?)))
            .filter(|(_, name)| !condemned.contains(name))
            .collect();
        newest.sort_unstable();
        let wanted: BTreeSet<Digest> = newest.iter().map(|(_, name)| *name).collect();
        self.keep(&wanted);
        let known: BTreeSet<Digest> = self.packs.iter().copied().collect();
        let mut added = Vec::new();
        let mut count = self.chunks.len();
        let mut done = Ok(());
        for (_, name) in newest.iter().rev() {
            if known.contains(name) || self.left_out.contains(name) {
                continue;
            }
            match go_on().and_then(|()| packs.read_trailer(name)) {
                Ok(trailer) if count.saturating_add(trailer.places().len()) <= most => {
                    let pack = u32::try_from(self.packs.len()).unwrap_or(u32::MAX);
                    count = count.saturating_add(trailer.places().len());
                    added.extend(trailer.places().iter().map(|it| (it.digest, pack)));
                    self.packs.push(*name);
                }
                // It was removed meanwhile, or is rotten: nobody relies on it.
                Ok(_) | Err(RepositoryError::Rot(_)) => {
                    self.left_out.insert(*name);
                }
                Err(error) => {
                    done = Err(error);
                    break;
                }
            }
        }
        self.chunks.extend(added);
        self.chunks.sort_unstable();
        self.chunks.dedup_by_key(|it| it.0);
        done
    }

    /// Forgets all other packs.
    fn keep(&mut self, wanted: &BTreeSet<Digest>) {
        self.left_out.retain(|name| wanted.contains(name));
        if self.packs.iter().all(|name| wanted.contains(name)) {
            return;
        }
        let mut moved = BTreeMap::new();
        let mut kept = Vec::new();
        for (at, name) in self.packs.iter().enumerate() {
            if wanted.contains(name) {
                moved.insert(at, u32::try_from(kept.len()).unwrap_or(u32::MAX));
                kept.push(*name);
            }
        }
        self.packs = kept;
        self.chunks.retain_mut(|(_, pack)| {
            let to = usize::try_from(*pack).ok().and_then(|at| moved.get(&at));
            to.is_some_and(|to| {
                *pack = *to;
                true
            })
        });
    }
}
