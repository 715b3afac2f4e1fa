//! Where feeds end, as far as this process knows, and whose turn it is to write to them.

use crate::rows::Head;
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};
use tokio::sync::{Mutex as Turn, OwnedMutexGuard};

/// Where a feed ends; none where it has to be looked at.
pub(crate) type Known = Option<Head>;

/// The feeds that this process has written to.
///
/// Positions are dense, so of two commits to one partition the servers refuse one, which then goes
/// again. Within a process they take turns instead.
#[derive(Default)]
pub(crate) struct Heads(Mutex<BTreeMap<Box<str>, Arc<Turn<Known>>>>);

impl Heads {
    /// Waits for the turns at some partitions, which have to be in order.
    pub(crate) async fn turns(
        &self,
        partitions: impl Iterator<Item = &str>,
    ) -> Vec<OwnedMutexGuard<Known>> {
        let mut turns = Vec::new();
        for partition in partitions {
            let turn = {
                let mut heads = self.0.lock().unwrap_or_else(PoisonError::into_inner);
                Arc::clone(heads.entry(partition.into()).or_default())
            };
            turns.push(turn.lock_owned().await);
        }
        turns
    }
}
