//! The marketplace: what was imported, against its lineages.

use super::{Care, histories::Lineage};
use crate::{
    Error,
    tables::{
        FOLLOWERS, HEAD_OFFERS, IMPORTED, IMPORTERS, KeptImported, LISTINGS, PUBLICATIONS,
        PUBLISHED_IMAGES, REVISIONS, SUBSCRIPTIONS, revision_parts,
    },
};
use atlas_store::Walk;

impl Care<'_> {
    /// Every imported revision is there, and of an import.
    pub(super) async fn market(&mut self) -> Result<(), Error> {
        self.table(&PUBLICATIONS, |_, _| {}).await?;
        self.table(&PUBLISHED_IMAGES, |_, _| {}).await?;
        self.table(&LISTINGS, |_, _| {}).await?;
        self.table(&IMPORTERS, |_, _| {}).await?;
        self.table(&FOLLOWERS, |_, _| {}).await?;
        self.table(&HEAD_OFFERS, |_, _| {}).await?;
        self.table(&SUBSCRIPTIONS, |_, _| {}).await?;
        self.table(&IMPORTED, |_, _| {}).await?;
        let mut walk = Walk::new(self.snapshot, self.partition, &IMPORTED)?;
        while let Some(page) = walk.next().await? {
            for (key, kept) in page {
                let Ok(KeptImported(kept)) = kept else {
                    continue;
                };
                let of = kept.revision.revision;
                let parts = revision_parts(of.lineage, of.number);
                self.place(&key, &IMPORTED.key(self.partition, parts.clone())?);
                let revision = REVISIONS.key(self.partition, parts)?;
                let found = self.snapshot.get(&[revision]).await?;
                let imported = self.lineage(of.lineage, &mut None).await?;
                if found.iter().all(Option::is_none) {
                    self.find(format!("{of}: the imported revision is missing"));
                } else if !matches!(imported, Lineage::Imported(_) | Lineage::Unreadable) {
                    self.find(format!("{of}: was imported, and its lineage was not"));
                }
            }
        }
        Ok(())
    }
}
