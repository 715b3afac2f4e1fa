//! Plans that were carried out: each lies where it is looked for.

use super::Care;
use crate::{
    Error,
    tables::{PLANS, partition_of},
};

impl Care<'_> {
    /// Each lies under its id, in the partition of its scope. What it changed may be gone since then.
    pub(super) async fn plans(&mut self) -> Result<(), Error> {
        let mut plans = Vec::new();
        self.table(&PLANS, |key, kept| {
            plans.push((key.clone(), kept.0.id, kept.0.scope));
        })
        .await?;
        for (found, id, scope) in plans {
            let expected = PLANS.key(&partition_of(&scope)?, id.to_string())?;
            self.place(&found, &expected);
        }
        Ok(())
    }
}
