//! Tombstones against the lineages that there are.

use super::Care;
use crate::{
    Error, LineageKind,
    deleting::StoredTombstone,
    kind::{Mci, Template, Versioned as _},
    tables::{KeptTombstone, TOMBSTONES, partition_of},
};
use atlas_history::LineageId;
use atlas_store::{Partition, Walk, read_record};

impl Care<'_> {
    /// Every tombstone lies where it is looked for, and its lineage is not there.
    pub(super) async fn tombstones(&mut self) -> Result<(), Error> {
        self.table(&TOMBSTONES, |_, _| {}).await?;
        let mut walk = Walk::new(self.snapshot, self.partition, &TOMBSTONES)?;
        while let Some(page) = walk.next().await? {
            for (key, kept) in page {
                let Ok(KeptTombstone(tombstone)) = kept else {
                    continue;
                };
                let lineage = tombstone.lineage;
                let global = Partition::global();
                self.place(&key, &TOMBSTONES.key(&global, lineage.to_string())?);
                if self.is_there(&tombstone).await? {
                    let kind = tombstone.kind;
                    self.find(format!(
                        "{lineage}: the {kind} was deleted and is there again"
                    ));
                }
            }
        }
        Ok(())
    }

    async fn is_there(&self, tombstone: &StoredTombstone) -> Result<bool, Error> {
        let (at, lineage) = (
            partition_of(&tombstone.scope)?,
            tombstone.lineage.to_string(),
        );
        let key = match tombstone.kind {
            LineageKind::Mci => Mci::HEADS.key(&at, lineage)?,
            LineageKind::Template => Template::HEADS.key(&at, lineage)?,
        };
        let found = self.snapshot.get(&[key]).await?;
        Ok(found.iter().any(Option::is_some))
    }

    /// Whether a lineage was deleted and what stood beside it is on its way out.
    pub(super) async fn is_leaving(&self, lineage: LineageId) -> Result<bool, Error> {
        let key = TOMBSTONES.key(&Partition::global(), lineage.to_string())?;
        let found = read_record::<KeptTombstone>(self.snapshot, &key).await?;
        Ok(found.is_some_and(|found| found.is_ok_and(|kept| kept.0.is_open())))
    }
}
