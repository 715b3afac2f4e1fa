//! The chunks of condemned packs that images need are moved to new packs.

use crate::{
    bytes::short, claim::Claim, codec::Decoder, error::RepositoryError, gc::Run, layout,
    mark::Used, pack::Packing, records::Moves,
};
use atlas_base::Digest;
use bytes::Bytes;
use std::collections::{BTreeMap, BTreeSet};

/// Bytes of a pack that is made of what was left of others.
const PACK: usize = 16 << 20;

impl Run<'_> {
    /// Copies what is needed, and tells where it is then. A pack of which something cannot be read stays
    /// as it is.
    pub(crate) fn rewrite(
        &self,
        packs: impl Iterator<Item = Digest>,
        used: &Used,
        claim: &Claim<'_>,
    ) -> Result<Moves, RepositoryError> {
        let mut packing = Packing::new(self.ask.run.as_u128());
        // Which of the new packs have chunks of an old one, by their numbers.
        let mut to: BTreeMap<Digest, BTreeSet<u32>> = BTreeMap::new();
        let mut names = BTreeMap::new();
        let mut end = |packing: &mut Packing| -> Result<(), RepositoryError> {
            if packing.is_empty() {
                return Ok(());
            }
            let number = packing.number();
            let packed = packing.seal();
            let backend = self.repository.backend();
            backend.put(&layout::pack(&packed.name), packed.bytes.into())?;
            names.insert(number, packed.name);
            claim.renew()
        };
        for pack in packs {
            self.watch.go_on()?;
            if !used.knows(&pack) {
                continue;
            }
            let chunks = match self.chunks(&pack, used) {
                Ok(chunks) => chunks,
                Err(RepositoryError::Rot(_)) => continue,
                Err(error) => return Err(error),
            };
            let numbers = to.entry(pack).or_default();
            for (digest, raw, stored) in chunks {
                if packing.length().saturating_add(stored.len()) > PACK {
                    end(&mut packing)?;
                }
                numbers.insert(packing.number());
                packing.add(digest, raw, &stored);
            }
        }
        end(&mut packing)?;
        let names = |numbers: BTreeSet<u32>| {
            let names = numbers.iter().filter_map(|it| names.get(it).copied());
            names.collect()
        };
        let moved = to.into_iter().map(|(from, to)| (from, names(to))).collect();
        Ok(Moves { moved })
    }

    /// The needed chunks of a pack, each verified.
    fn chunks(
        &self,
        pack: &Digest,
        used: &Used,
    ) -> Result<Vec<(Digest, u32, Bytes)>, RepositoryError> {
        let packs = self.repository.packs();
        let trailer = packs.trailer(pack)?;
        let whole = self.repository.backend().get(&layout::pack(pack))?;
        let mut decoder = Decoder::new();
        let mut chunk = Vec::new();
        let mut all = Vec::new();
        for (at, place) in trailer.places().iter().enumerate() {
            if !used.has(pack, at) {
                continue;
            }
            let (start, end) = (short(place.at), short(place.range().end));
            let stored = whole.get(start..end).unwrap_or_default();
            let right = decoder.decode(stored, place.raw, &place.digest, &mut chunk);
            right.map_err(|why| {
                let object = layout::pack(pack);
                crate::error::Rot::of(object.as_ref(), why).chunk(place.digest)
            })?;
            all.push((place.digest, place.raw, whole.slice(start..end)));
        }
        Ok(all)
    }
}
