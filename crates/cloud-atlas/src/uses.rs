//! Which revisions hold which images: what a commit changes of that is written with it.

use crate::{
    Error,
    stored::{StoredMci, StoredUse, StoredUseMany, UsedImage, images_of},
    tables::{KeptUse, KeptUseMany, USES, USES_MANY, partition_of, revision_parts, use_parts},
    unit::Unit,
};
use atlas_history::{LineageId, Presence, RevisionNumber};
use atlas_mci::Content;
use atlas_store::Partition;
use std::collections::BTreeSet;

/// The most images that may come and go with a revision and have a row each: those of a release for
/// some sixty places. Beyond that a commit grows, and imports slow down, more than a search gains.
const FEW: usize = 128;
/// The same where the engine has a limit of operations: the least one is 128, and a release may have
/// several architectures.
const FEW_WHERE_LIMITED: usize = 32;

/// The images of a content, as they are looked for.
pub(crate) fn used_images(content: &Content) -> BTreeSet<UsedImage> {
    let images = images_of(content);
    images
        .map(|(at, image)| UsedImage::new(&at, &image))
        .collect()
}

impl Unit {
    /// Writes which images came and went with a revision. What changes many at once has one record
    /// for all of them: a row each would not fit the commits of small engines.
    pub(crate) async fn keep_uses(
        &self,
        mci: &StoredMci,
        number: RevisionNumber,
        before: Option<&Content>,
        after: &Content,
    ) -> Result<(), Error> {
        // What an import holds stands beside each of its revisions, which may have gaps.
        if mci.imported.is_some() {
            return Ok(());
        }
        let partition = partition_of(&mci.scope)?;
        let before = before.map(used_images).unwrap_or_default();
        let after = used_images(after);
        let turned = before.symmetric_difference(&after);
        let mut rest: BTreeSet<_> = turned.cloned().collect();
        let limit = self.shared.store.capability().max_operations;
        if rest.len() <= limit.map_or(FEW, |_| FEW_WHERE_LIMITED) {
            rest = self.keep_few(&partition, mci.lineage, number, rest).await?;
        }
        if rest.is_empty() {
            return Ok(());
        }
        let (came, went) = rest.into_iter().partition(|image| after.contains(image));
        let kept = KeptUseMany(StoredUseMany {
            lineage: mci.lineage,
            number,
            came,
            went,
        });
        let parts = revision_parts(mci.lineage, number);
        Ok(USES_MANY.insert(&self.tx, &partition, parts, &kept).await?)
    }

    /// Writes a row an image, and returns those whose row is full.
    async fn keep_few(
        &self,
        partition: &Partition,
        lineage: LineageId,
        number: RevisionNumber,
        images: BTreeSet<UsedImage>,
    ) -> Result<BTreeSet<UsedImage>, Error> {
        let parts = images.iter().map(|image| use_parts(image, lineage));
        let found = USES.get_many(&self.tx, partition, parts).await?;
        let mut full = BTreeSet::new();
        for (image, found) in images.into_iter().zip(found) {
            let mut turns = found.map_or_else(Presence::default, |kept| kept.0.turns);
            if turns.turns().len() >= StoredUse::MOST_TURNS {
                full.insert(image);
                continue;
            }
            turns.turn(number);
            let parts = use_parts(&image, lineage);
            let kept = KeptUse(StoredUse { lineage, turns });
            USES.put(&self.tx, partition, parts, &kept).await?;
        }
        Ok(full)
    }
}
