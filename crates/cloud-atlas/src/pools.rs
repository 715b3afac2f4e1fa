//! The storage pools that keep disk images.

use crate::DiskRefusal;
pub(crate) use atlas_repository::Repository as Pool;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Storage pools by name (Symphony). Cloning it is cheap.
#[derive(Debug, Clone, Default)]
pub struct Pools(Arc<BTreeMap<String, Arc<Pool>>>);

impl Pools {
    /// Pools by name.
    pub fn new(pools: impl IntoIterator<Item = (String, Pool)>) -> Self {
        let pools = pools.into_iter().map(|(name, pool)| (name, Arc::new(pool)));
        Self(Arc::new(pools.collect()))
    }

    /// Their names.
    pub fn names(&self) -> BTreeSet<String> {
        self.0.keys().cloned().collect()
    }

    /// Each with its name, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, &Arc<Pool>)> {
        self.0.iter()
    }

    pub(crate) fn get(&self, name: &str) -> Result<&Arc<Pool>, DiskRefusal> {
        self.0.get(name).ok_or_else(|| DiskRefusal::PoolGone {
            pool: name.to_owned(),
        })
    }
}
