//! The storage pools that keep disk images.

use crate::DiskRefusal;
use atlas_repository::{Pool, PoolName};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Storage pools by name (Symphony). Cloning it is cheap.
#[derive(Debug, Clone, Default)]
pub struct Pools(Arc<BTreeMap<PoolName, Pool>>);

impl Pools {
    /// Pools by name.
    pub fn new(pools: impl IntoIterator<Item = (PoolName, Pool)>) -> Self {
        Self(Arc::new(pools.into_iter().collect()))
    }

    /// Their names.
    pub fn names(&self) -> BTreeSet<String> {
        self.0.keys().map(ToString::to_string).collect()
    }

    /// Each with its name, in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&PoolName, &Pool)> {
        self.0.iter()
    }

    pub(crate) fn get(&self, name: &str) -> Result<&Pool, DiskRefusal> {
        let found = PoolName::parse(name)
            .ok()
            .and_then(|name| self.0.get(&name));
        found.ok_or_else(|| DiskRefusal::PoolGone {
            pool: name.to_owned(),
        })
    }
}
