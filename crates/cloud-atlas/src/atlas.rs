//! The engine: a store, a clock, an id source, a table of roles.

use crate::{
    Clock, Error, IdSource, OpenError, RandomIds, Session, SystemClock, cache::Caches, engine,
    limits, open, tables::CATALOG,
};
use atlas_inventory::Inventory;
use atlas_mci::InstanceTypes;
use atlas_scope::{OperationTable, PrincipalId, RoleTable};
use atlas_store::{RetryPolicy, SchemaGuard, Store};
use core::{fmt, time::Duration};
use std::sync::Arc;

/// The engine. Cloning it is cheap; all clones share one store and its caches.
#[derive(Clone)]
pub struct Atlas {
    pub(crate) shared: Arc<Shared>,
}

/// What every session of an engine shares.
pub(crate) struct Shared {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource>,
    pub(crate) roles: RoleTable,
    /// What clouds say they hold, if anybody can tell.
    pub(crate) inventory: Option<Arc<dyn Inventory>>,
    pub(crate) operations: OperationTable,
    /// Which architectures instance types take.
    pub(crate) instance_types: InstanceTypes,
    /// Where disk images are kept.
    #[cfg(feature = "repository")]
    pub(crate) pools: crate::Pools,
    /// One for the whole time that the store is open: its tokens are never drawn twice.
    pub(crate) retries: RetryPolicy,
    pub(crate) caches: Caches,
    /// Every transaction begins with it.
    pub(crate) schema: SchemaGuard,
}

impl Atlas {
    /// Makes a store and opens it: `memory:`, `redb:PATH` for a file that is not there yet,
    /// `postgres://USER:PASSWORD@HOST:PORT/DATABASE` for a schema without our tables, or
    /// `etcd://HOST:PORT,HOST:PORT/PREFIX` for a prefix without keys. It has one principal, `admin`,
    /// who holds the role `admin` at `/`.
    ///
    /// An engine is there if its feature is on: `redb`, which is so unless it is turned off,
    /// `postgres` and `etcd`. The options of their addresses are those of `store_postgres::Address`
    /// and `store_etcd::Address`.
    ///
    /// After a path may come `?` and options with `&` between them, which hold while it is open:
    ///
    /// | option | means | unless given |
    /// |---|---|---|
    /// | `cache=64MiB` | memory for pages of the file, at least 1 MiB, in KiB, MiB or GiB | 256 MiB, or [`Builder::page_cache`] |
    /// | `quick_repair=true` | opens at once after a crash, and flushes twice a commit | `false` |
    ///
    /// They begin after the last `?`: a path that holds one is followed by one more.
    ///
    /// A store in memory takes limits like those of small engines, to try out how they are met:
    /// `memory:?operations=128&commit=1MiB`.
    ///
    /// | option | means | unless given |
    /// |---|---|---|
    /// | `operations=128` | the most writes, and the most reads, of a commit | no limit |
    /// | `commit=1MiB` | the most bytes of a commit and of a value, in KiB, MiB or GiB | no limit; 16 MiB a value |
    ///
    /// # Errors
    ///
    /// The address is none, it has an option that is not understood, something is there
    /// already, or the limits are [too low](crate::OpenError::TooSmall).
    pub async fn init(url: &str) -> Result<Self, Error> {
        Self::builder().init(url).await
    }

    /// Opens a store that [`Atlas::init`] made, by the same address; the options may differ. It
    /// never makes one, and never touches what it does not understand.
    ///
    /// A store of an earlier version gets the indexes that were added since, and loses those that
    /// were removed, before this returns: that takes time where there are many records. One that
    /// was stopped goes on when the store is opened again. Where another process is at it, this
    /// waits for up to a minute.
    ///
    /// # Errors
    ///
    /// The address is none, it has an option that is not understood, what is there is no store of
    /// this program or was changed by a later version, it could not be brought up to date, or the
    /// engine's limits are [too low](crate::OpenError::TooSmall).
    pub async fn open(url: &str) -> Result<Self, Error> {
        Self::builder().open(url).await
    }

    /// To open a store with a clock, ids or roles of one's own.
    pub fn builder() -> Builder {
        Builder::default()
    }

    /// A session of somebody. This is no authentication: the host program says who it is.
    pub fn act_as(&self, principal: &PrincipalId) -> Session {
        Session::new(self.clone(), principal.clone())
    }

    /// Whether the store answers: one read of what it says of itself, from the engine.
    ///
    /// # Errors
    ///
    /// The store fails, or is none of this program any more.
    pub async fn ping(&self) -> Result<(), Error> {
        open::recognise(self).await.map(|_| ())
    }

    /// The store behind it. Whoever takes it may write to it, so from now on each warm answer is
    /// checked against the store's change feed first.
    pub fn store(&self) -> Arc<dyn Store> {
        self.shared.caches.share();
        Arc::clone(&self.shared.store)
    }
}

/// How long one transaction may wait for its engine, retries included.
const DEADLINE: Duration = Duration::from_mins(1);

impl fmt::Debug for Atlas {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Atlas")
            .field("store", &self.shared.store)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared")
            .field("store", &self.store)
            .finish_non_exhaustive()
    }
}

/// How an [`Atlas`] is opened.
#[derive(Debug)]
pub struct Builder {
    clock: Arc<dyn Clock>,
    ids: Arc<dyn IdSource>,
    roles: RoleTable,
    inventory: Option<Arc<dyn Inventory>>,
    operations: OperationTable,
    instance_types: InstanceTypes,
    page_cache: Option<usize>,
    #[cfg(feature = "repository")]
    pools: crate::Pools,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            clock: Arc::new(SystemClock),
            ids: Arc::new(RandomIds),
            roles: RoleTable::built_in(),
            inventory: None,
            operations: OperationTable::built_in(),
            instance_types: InstanceTypes::default(),
            page_cache: None,
            #[cfg(feature = "repository")]
            pools: crate::Pools::default(),
        }
    }
}

impl Builder {
    /// Another clock than the machine's.
    #[must_use]
    pub fn clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Another source of ids than the operating system's randomness.
    #[must_use]
    pub fn ids(self, ids: Arc<dyn IdSource>) -> Self {
        Self { ids, ..self }
    }

    /// Another table of roles than the built-in one.
    #[must_use]
    pub fn roles(self, roles: RoleTable) -> Self {
        Self { roles, ..self }
    }

    /// What clouds say they hold. Registrations in the locations that it covers are verified, and
    /// candidates are listed from it; unless one is given, records stay unverified (Scalr,
    /// `RightScale`).
    #[must_use]
    pub fn with_inventory(self, inventory: Arc<dyn Inventory>) -> Self {
        Self {
            inventory: Some(inventory),
            ..self
        }
    }

    /// Another table of what commands and actions of the EC2 API need than the built-in one.
    #[must_use]
    pub fn operations(self, operations: OperationTable) -> Self {
        Self { operations, ..self }
    }

    /// Which architectures instance types take, beside what ships: a table that the host extends
    /// with the types it knows. Edits of HEAD and launches go by it.
    #[must_use]
    pub fn instance_types(self, instance_types: InstanceTypes) -> Self {
        Self {
            instance_types,
            ..self
        }
    }

    /// So many bytes of memory for pages of a store in a file, where its address says nothing of them.
    /// What does not fit is read from the file, which the system keeps in memory as well.
    #[must_use]
    pub fn page_cache(self, bytes: usize) -> Self {
        Self {
            page_cache: Some(bytes),
            ..self
        }
    }

    /// The storage pools that keep disk images; without `default` among them, none are made unless they
    /// name their pool.
    #[cfg(feature = "repository")]
    #[must_use]
    pub fn with_pools(self, pools: crate::Pools) -> Self {
        Self { pools, ..self }
    }

    /// As [`Atlas::init`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn init(self, url: &str) -> Result<Atlas, Error> {
        let atlas = match engine::create(url, self.page_cache).await {
            Ok(store) => self.finish(store, true)?,
            // A process that stopped between making the file and its first commit left an empty
            // store: it is finished now. Anything else stays as it is.
            Err(error) => {
                let Some(store) = engine::left_behind(url, self.page_cache, &error).await else {
                    return Err(error.into());
                };
                let atlas = self.finish(store, true)?;
                if !open::is_empty(&atlas).await? {
                    return Err(error.into());
                }
                atlas
            }
        };
        open::furnish(&atlas).await?;
        Ok(atlas)
    }

    /// As [`Atlas::open`].
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn open(self, url: &str) -> Result<Atlas, Error> {
        let store = engine::existing(url, self.page_cache).await?;
        let atlas = self.finish(store, true)?;
        open::recognise(&atlas).await?;
        atlas.settle(atlas.shared.caches.is_alone()).await?;
        Ok(atlas)
    }

    /// Takes a store that is open already, and that others may hold too; an empty one is made
    /// into a store of this program.
    ///
    /// # Errors
    ///
    /// It holds something else, or its limits are [too low](crate::OpenError::TooSmall).
    pub async fn with_store(self, store: Arc<dyn Store>) -> Result<Atlas, Error> {
        let atlas = self.finish(store, false)?;
        if open::is_empty(&atlas).await?
            && let Err(error) = open::furnish(&atlas).await
            // Somebody else may have furnished it meanwhile.
            && open::is_empty(&atlas).await?
        {
            return Err(error);
        }
        open::recognise(&atlas).await?;
        atlas.settle(false).await?;
        Ok(atlas)
    }

    pub(crate) fn finish(self, store: Arc<dyn Store>, alone: bool) -> Result<Atlas, OpenError> {
        limits::enough(store.capability())?;
        let alone = alone && store.capability().exclusive;
        let Self {
            clock,
            ids,
            roles,
            inventory,
            operations,
            instance_types,
            page_cache: _,
            #[cfg(feature = "repository")]
            pools,
        } = self;
        let retries = RetryPolicy::new(crate::clock::entropy(clock.now())).with_deadline(DEADLINE);
        let caches = Caches::new(alone);
        let shared = Shared {
            store,
            clock,
            ids,
            roles,
            inventory,
            operations,
            instance_types,
            #[cfg(feature = "repository")]
            pools,
            retries,
            caches,
            schema: SchemaGuard::new(&CATALOG),
        };
        Ok(Atlas {
            shared: Arc::new(shared),
        })
    }
}
