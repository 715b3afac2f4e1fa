//! Registered locks against the revisions that they hold.

use super::Care;
use crate::{
    Error,
    tables::{KeptLock, LOCKS, REVISIONS, revision_parts},
};
use atlas_store::{Partition, Walk};
use atlas_template::HeldRevision;

impl Care<'_> {
    /// Every registered lock lies where it is looked for, and what it holds is there: in its account,
    /// or where accounts share.
    pub(super) async fn locks(&mut self) -> Result<(), Error> {
        self.table(&LOCKS, |_, _| {}).await?;
        let mut walk = Walk::new(self.snapshot, self.partition, &LOCKS)?;
        while let Some(page) = walk.next().await? {
            for (key, kept) in page {
                let Ok(KeptLock(lock)) = kept else { continue };
                self.place(&key, &LOCKS.key(self.partition, lock.id().to_string())?);
                for held in lock.revisions() {
                    if !self.holds(held).await? {
                        let HeldRevision {
                            lineage, revision, ..
                        } = held;
                        let what = format!("holds {lineage}@{revision}, which is not there");
                        self.find(format!("{}: the registered lock {what}", lock.id()));
                    }
                }
            }
        }
        Ok(())
    }

    async fn holds(&self, held: &HeldRevision) -> Result<bool, Error> {
        let parts = || revision_parts(held.lineage, held.revision);
        let keys = [
            REVISIONS.key(self.partition, parts())?,
            REVISIONS.key(&Partition::global(), parts())?,
        ];
        Ok(self.snapshot.get(&keys).await?.iter().any(Option::is_some))
    }
}
