//! What images need: packs, and chunks in packs.

use crate::{
    Repository,
    error::RepositoryError,
    home::Home,
    image::StoredImage,
    index::page::Entry,
    packs::{Moved, Packs},
    watch::Watch,
};
use atlas_base::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// All packs where a chunk may be that was put into one.
pub(crate) fn reach(pack: &Digest, moved: &Moved) -> BTreeSet<Digest> {
    let mut all = BTreeSet::new();
    let mut next = vec![*pack];
    while let Some(pack) = next.pop() {
        if all.insert(pack) {
            next.extend(moved.get(&pack).into_iter().flatten());
        }
    }
    all
}

/// The packs that images name, themselves or where their chunks were moved to.
#[derive(Debug, Default)]
pub(crate) struct Needed {
    /// All of them: none of their moves is forgotten.
    pub(crate) named: BTreeSet<Digest>,
    /// Those that must stay: what was moved is elsewhere.
    pub(crate) live: BTreeSet<Digest>,
}

impl Needed {
    pub(crate) fn add(&mut self, pack: &Digest, moved: &Moved) {
        if self.named.contains(pack) {
            return;
        }
        for pack in reach(pack, moved) {
            if !moved.contains_key(&pack) {
                self.live.insert(pack);
            }
            self.named.insert(pack);
        }
    }
}

/// Which chunks of packs are needed: one bit each, in the order of their digests.
#[derive(Debug, Default)]
pub(crate) struct Used {
    bits: BTreeMap<Digest, Vec<u64>>,
    /// Packs that images name and that could not be read: of these nothing is known.
    unknown: BTreeSet<Digest>,
}

const BITS: usize = 64;

impl Used {
    fn set(&mut self, pack: &Digest, at: usize) {
        let bits = self.bits.entry(*pack).or_default();
        let (word, bit) = place(at);
        if bits.len() <= word {
            bits.resize(word.saturating_add(1), 0);
        }
        if let Some(word) = bits.get_mut(word) {
            *word |= bit;
        }
    }

    pub(crate) fn has(&self, pack: &Digest, at: usize) -> bool {
        let (word, bit) = place(at);
        let bits = self.bits.get(pack).and_then(|bits| bits.get(word));
        bits.is_some_and(|word| word & bit != 0)
    }

    /// Whether all chunks of a pack that images need are known.
    pub(crate) fn knows(&self, pack: &Digest) -> bool {
        !self.unknown.contains(pack)
    }

    /// How many of a hundred stored bytes of a pack nobody needs.
    pub(crate) fn dead(&self, pack: &Digest, packs: &Packs) -> Result<u64, RepositoryError> {
        if !self.knows(pack) {
            return Ok(0);
        }
        let trailer = packs.trailer(pack)?;
        let (mut dead, mut all) = (0_u64, 0_u64);
        for (at, place) in trailer.places().iter().enumerate() {
            let stored = u64::from(place.stored);
            all = all.saturating_add(stored);
            if !self.has(pack, at) {
                dead = dead.saturating_add(stored);
            }
        }
        Ok(dead.saturating_mul(100).checked_div(all).unwrap_or(100))
    }
}

fn place(at: usize) -> (usize, u64) {
    let bit = u32::try_from(at.checked_rem(BITS).unwrap_or_default()).unwrap_or_default();
    let word = at.checked_div(BITS).unwrap_or_default();
    (word, 1_u64.checked_shl(bit).unwrap_or_default())
}

impl Repository {
    /// Reads the indexes of all images. What cannot be read is an error: nothing is known then.
    pub(crate) fn needed(
        &self,
        moved: &Moved,
        watch: Watch<'_>,
    ) -> Result<Needed, RepositoryError> {
        let mut needed = Needed::default();
        for id in self.images()? {
            watch.go_on()?;
            // One that is deleted meanwhile needs nothing.
            let Some((_, index)) = self.published(id)? else {
                continue;
            };
            for pack in &index.packs {
                needed.add(pack, moved);
            }
        }
        Ok(needed)
    }

    /// Reads all pages of all images.
    pub(crate) fn used(&self, moved: &Moved, watch: Watch<'_>) -> Result<Used, RepositoryError> {
        let mut used = Used::default();
        for id in self.images()? {
            let Some((digest, index)) = self.published(id)? else {
                continue;
            };
            let image = StoredImage::new(Home::Packs(self.clone()), id, digest, index);
            match self.used_by(&image, moved, &mut used, watch) {
                // One that is deleted meanwhile needs nothing.
                Err(RepositoryError::Rot(_)) if self.published(id)?.is_none() => {}
                otherwise => otherwise?,
            }
        }
        Ok(used)
    }

    fn used_by(
        &self,
        image: &StoredImage,
        moved: &Moved,
        used: &mut Used,
        watch: Watch<'_>,
    ) -> Result<(), RepositoryError> {
        let packs = &image.index().packs;
        let reached: Vec<_> = packs.iter().map(|pack| reach(pack, moved)).collect();
        let mut add = |pack: u32, chunk: &Digest| -> Result<(), RepositoryError> {
            let reached = usize::try_from(pack).ok().and_then(|at| reached.get(at));
            for pack in reached.into_iter().flatten() {
                match self.packs().trailer(pack) {
                    Ok(trailer) => {
                        if let Some(at) = trailer.position(chunk) {
                            used.set(pack, at);
                        }
                    }
                    // Lost, or moved away: of what cannot be read nothing is removed.
                    Err(RepositoryError::Rot(_)) => {
                        used.unknown.insert(*pack);
                    }
                    Err(error) => return Err(error),
                }
            }
            Ok(())
        };
        for (number, (page, place)) in image
            .index()
            .pages
            .iter()
            .zip(&image.index().places)
            .enumerate()
        {
            watch.go_on()?;
            add(place.pack, &page.digest)?;
            add(place.places_pack, &place.places)?;
            for part in image.page(number)?.iter() {
                if let Entry::Chunk { digest, .. } = &part.placed.entry {
                    add(part.placed.pack, digest)?;
                }
            }
        }
        Ok(())
    }
}
