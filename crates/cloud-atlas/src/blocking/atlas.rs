//! The engine: how it is opened, and the care of its store.

use super::{Session, calls, wait};
use crate::{Clock, Error, IdSource, KnownAccessKey, SmallLimit, StoreReport, UpgradeReport};
use atlas_inventory::Inventory;
use atlas_mci::InstanceTypes;
use atlas_scope::{AccessKeyId, OperationTable, PrincipalId, RoleTable};
use atlas_store::{DumpHeader, MigrationProgress, Store, Watcher};
use std::{collections::BTreeMap, io, sync::Arc};

/// The engine, as [`crate::Atlas`]. Cloning it is cheap; all clones share one store and its caches.
#[derive(Debug, Clone)]
pub struct Atlas(crate::Atlas);

impl Atlas {
    /// Blocking [`Atlas::init`](crate::Atlas::init).
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn init(url: &str) -> Result<Self, Error> {
        Self::builder().init(url)
    }

    /// Blocking [`Atlas::open`](crate::Atlas::open).
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn open(url: &str) -> Result<Self, Error> {
        Self::builder().open(url)
    }

    /// As [`crate::Atlas::builder`].
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// As [`crate::Atlas::act_as`].
    pub fn act_as(&self, principal: &PrincipalId) -> Session {
        self.0.act_as(principal).into()
    }

    /// As [`crate::Atlas::store`].
    pub fn store(&self) -> Arc<dyn Store> {
        self.0.store()
    }

    /// As [`crate::Atlas::small_limits`].
    pub fn small_limits(&self) -> Vec<SmallLimit> {
        self.0.small_limits()
    }

    /// Blocking [`Atlas::load`](crate::Atlas::load).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn load<L>(
        &self,
        lines: impl Fn() -> io::Result<L>,
        watcher: Watcher<'_>,
    ) -> Result<DumpHeader, Error>
    where
        L: IntoIterator<Item = io::Result<String>>,
    {
        wait(self.0.load(lines, watcher))
    }

    /// Blocking [`Atlas::check_url`](crate::Atlas::check_url).
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn check_url(url: &str) -> Result<StoreReport, Error> {
        wait(crate::Atlas::check_url(url))
    }
}

calls! {
    impl Atlas {
        fn dump(
            &self,
            sink: impl FnMut(&str) -> io::Result<()>,
            watcher: Watcher<'_>,
        ) -> Result<DumpHeader, Error>;
        fn known_access_key(
            &self,
            id: &AccessKeyId,
        ) -> Result<Option<KnownAccessKey>, Error>;
        fn ping(&self) -> Result<(), Error>;
        fn check(&self) -> Result<StoreReport, Error>;
        fn count(&self) -> Result<BTreeMap<&'static str, u64>, Error>;
        fn upgrade(
            &self,
            progress: impl Fn(&MigrationProgress) + Send + Sync,
        ) -> Result<UpgradeReport, Error>;
    }
}

impl From<crate::Atlas> for Atlas {
    fn from(atlas: crate::Atlas) -> Self {
        Self(atlas)
    }
}

impl From<Atlas> for crate::Atlas {
    fn from(atlas: Atlas) -> Self {
        atlas.0
    }
}

/// How an [`Atlas`] is opened, as [`crate::Builder`].
#[derive(Debug, Default)]
pub struct Builder(crate::Builder);

impl Builder {
    /// As [`crate::Builder::clock`].
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self(self.0.clock(clock))
    }

    /// As [`crate::Builder::ids`].
    #[must_use]
    pub fn ids(self, ids: Arc<dyn IdSource>) -> Self {
        Self(self.0.ids(ids))
    }

    /// As [`crate::Builder::roles`].
    #[must_use]
    pub fn roles(self, roles: RoleTable) -> Self {
        Self(self.0.roles(roles))
    }

    /// As [`crate::Builder::with_inventory`].
    #[must_use]
    pub fn with_inventory(self, inventory: Arc<dyn Inventory>) -> Self {
        Self(self.0.with_inventory(inventory))
    }

    /// As [`crate::Builder::operations`].
    #[must_use]
    pub fn operations(self, operations: OperationTable) -> Self {
        Self(self.0.operations(operations))
    }

    /// As [`crate::Builder::instance_types`].
    #[must_use]
    pub fn instance_types(self, instance_types: InstanceTypes) -> Self {
        Self(self.0.instance_types(instance_types))
    }

    /// As [`crate::Builder::page_cache`].
    #[must_use]
    pub fn page_cache(self, bytes: usize) -> Self {
        Self(self.0.page_cache(bytes))
    }

    /// As [`crate::Builder::with_pools`].
    #[cfg(feature = "repository")]
    #[must_use]
    pub fn with_pools(self, pools: crate::Pools) -> Self {
        Self(self.0.with_pools(pools))
    }

    /// Blocking [`Builder::init`](crate::Builder::init).
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn init(self, url: &str) -> Result<Atlas, Error> {
        wait(self.0.init(url)).map(Atlas)
    }

    /// Blocking [`Builder::open`](crate::Builder::open).
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn open(self, url: &str) -> Result<Atlas, Error> {
        wait(self.0.open(url)).map(Atlas)
    }

    /// Blocking [`Builder::with_store`](crate::Builder::with_store).
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn with_store(self, store: Arc<dyn Store>) -> Result<Atlas, Error> {
        wait(self.0.with_store(store)).map(Atlas)
    }
}

/// A store that is open for nothing but a load, as [`crate::Loader`].
#[derive(Debug)]
pub struct Loader(crate::Loader);

impl Loader {
    /// Blocking [`Loader::open`](crate::Loader::open).
    ///
    /// # Errors
    ///
    /// As there.
    #[inline]
    pub fn open(url: &str) -> Result<Self, Error> {
        wait(crate::Loader::open(url)).map(Self)
    }

    /// As [`crate::Loader::unfinished`].
    pub fn unfinished(&self) -> Option<(u64, u64)> {
        self.0.unfinished()
    }

    /// Blocking [`Loader::load`](crate::Loader::load).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn load<L>(
        &self,
        lines: impl Fn() -> io::Result<L>,
        watcher: Watcher<'_>,
    ) -> Result<DumpHeader, Error>
    where
        L: IntoIterator<Item = io::Result<String>>,
    {
        wait(self.0.load(lines, watcher))
    }
}
