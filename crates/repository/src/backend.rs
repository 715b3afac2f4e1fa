//! The backend, as the rest of this crate sees it.

use crate::{
    bytes::long,
    error::{self, RepositoryError, Rot, Why},
    staging,
    wait::{Park, Wait},
};
use atlas_base::Timestamp;
use bytes::Bytes;
use core::{error::Error as StdError, fmt, future::Future, ops::Range};
use object_store::{
    Error as StoreError, GetOptions, GetRange, ObjectStore, ObjectStoreExt as _, PutMode,
    PutOptions, local::LocalFileSystem, path::Path,
};
use std::{io, path::Path as FsPath, sync::Arc};

/// Objects, and how a thread waits for them.
#[derive(Clone)]
pub(crate) struct Backend {
    store: Arc<dyn ObjectStore>,
    wait: Arc<dyn Wait>,
    /// Where the objects are files.
    folder: Option<Arc<FsPath>>,
}

impl fmt::Debug for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Backend({})", self.store)
    }
}

/// An object in a list.
#[derive(Debug, Clone)]
pub(crate) struct Listed {
    pub(crate) name: String,
    pub(crate) size: u64,
    pub(crate) changed: Timestamp,
}

impl Backend {
    pub(crate) fn new(store: Arc<dyn ObjectStore>, wait: Arc<dyn Wait>) -> Self {
        Self {
            store,
            wait,
            folder: None,
        }
    }

    /// Objects that are files in a folder.
    pub(crate) fn in_folder(folder: &FsPath) -> Result<Self, RepositoryError> {
        let open = "open the folder";
        let whole = folder.canonicalize();
        let folder = whole.map_err(|error| error::failed(open, error))?;
        let store = LocalFileSystem::new_with_prefix(&folder);
        // Once an object is there, it has reached the disk.
        let store = store.map_err(|error| failed(open, &Path::default(), error))?;
        let store = Arc::new(store.with_fsync(true));
        Ok(Self {
            folder: Some(folder.into()),
            ..Self::new(store, Arc::new(Park))
        })
    }

    /// The folder, whatever the process works in.
    pub(crate) fn folder(&self) -> Option<&Arc<FsPath>> {
        self.folder.as_ref()
    }

    /// Removes what puts that were killed have left, if it was last written before a moment.
    pub(crate) fn clean(&self, since: Timestamp) -> Result<(), RepositoryError> {
        let folder = self.folder.as_ref();
        folder.map_or(Ok(()), |folder| staging::clean(folder, since))
    }

    /// Waits for an answer.
    fn ask<T: Send>(
        &self,
        what: &'static str,
        path: &Path,
        answer: impl Future<Output = Result<T, StoreError>> + Send,
    ) -> Result<T, RepositoryError> {
        let mut slot = None;
        self.wait.wait(Box::pin(async {
            slot = Some(answer.await);
        }));
        match slot {
            Some(Ok(found)) => Ok(found),
            Some(Err(error)) => Err(failed(what, path, error)),
            None => Err(RepositoryError::Backend {
                what,
                is_retryable: true,
                source: "nobody waited for its answer".into(),
            }),
        }
    }

    /// All of an object.
    pub(crate) fn get(&self, path: &Path) -> Result<Bytes, RepositoryError> {
        let (found, size) = self.options(path, GetOptions::default())?;
        if long(found.len()) == size {
            return Ok(found);
        }
        Err(cut(path, size))
    }

    /// All of an object, if it is there.
    pub(crate) fn find(&self, path: &Path) -> Result<Option<Bytes>, RepositoryError> {
        missing_is_none(self.get(path))
    }

    /// Some bytes of an object: as many as are asked for.
    pub(crate) fn range(&self, path: &Path, range: Range<u64>) -> Result<Bytes, RepositoryError> {
        let wanted = range.end.saturating_sub(range.start);
        let options = GetOptions {
            range: Some(GetRange::Bounded(range.clone())),
            ..GetOptions::default()
        };
        let end = range.end;
        match self.options(path, options) {
            Ok((found, _)) if long(found.len()) == wanted => Ok(found),
            Err(RepositoryError::Rot(rot)) => Err(RepositoryError::Rot(rot)),
            // What ends too early is either so, or an answer that was cut.
            otherwise => {
                let size = self.size(path)?;
                if size < end {
                    return Err(Rot::of(path.as_ref(), Why::Short).into());
                }
                otherwise.and_then(|_| Err(cut(path, size)))
            }
        }
    }

    /// How long an object is.
    pub(crate) fn size(&self, path: &Path) -> Result<u64, RepositoryError> {
        self.ask("read", path, async {
            Ok(self.store.head(path).await?.size)
        })
    }

    /// The last bytes of an object, at most so many, and how long it is.
    pub(crate) fn tail(&self, path: &Path, most: u64) -> Result<(Bytes, u64), RepositoryError> {
        let options = GetOptions {
            range: Some(GetRange::Suffix(most)),
            ..GetOptions::default()
        };
        match self.options(path, options) {
            Ok((found, size)) if long(found.len()) == size.min(most) => Ok((found, size)),
            Ok((_, size)) => Err(cut(path, size)),
            Err(RepositoryError::Rot(rot)) => Err(RepositoryError::Rot(rot)),
            // Of nothing there is no last byte.
            Err(error) => match self.size(path)? {
                0 => Err(Rot::of(path.as_ref(), Why::Short).into()),
                _ => Err(error),
            },
        }
    }

    fn options(&self, path: &Path, options: GetOptions) -> Result<(Bytes, u64), RepositoryError> {
        self.ask("read", path, async {
            let found = self.store.get_opts(path, options).await?;
            let size = found.meta.size;
            Ok((found.bytes().await?, size))
        })
    }

    /// Makes an object, unless there is one: says whether it did.
    pub(crate) fn create(&self, path: &Path, bytes: Bytes) -> Result<bool, RepositoryError> {
        let options = PutOptions {
            mode: PutMode::Create,
            ..PutOptions::default()
        };
        self.ask("write", path, async {
            match self.store.put_opts(path, bytes.into(), options).await {
                Ok(_) => Ok(true),
                Err(StoreError::AlreadyExists { .. }) => Ok(false),
                Err(error) => Err(error),
            }
        })
    }

    /// Makes or replaces an object.
    pub(crate) fn put(&self, path: &Path, bytes: Bytes) -> Result<(), RepositoryError> {
        self.ask("write", path, async {
            self.store.put(path, bytes.into()).await.map(|_| ())
        })
    }

    /// Removes an object, if it is there.
    pub(crate) fn delete(&self, path: &Path) -> Result<(), RepositoryError> {
        let deleted = self.ask("remove", path, self.store.delete(path));
        missing_is_none(deleted).map(|_| ())
    }

    /// All objects of a folder, sorted by name.
    pub(crate) fn list(&self, folder: &str) -> Result<Vec<Listed>, RepositoryError> {
        let prefix = Path::from(folder);
        let found = self.ask("list", &prefix, async {
            self.store.list_with_delimiter(Some(&prefix)).await
        })?;
        let mut all = Vec::with_capacity(found.objects.len());
        for object in found.objects {
            let Some(name) = object.location.filename() else {
                continue;
            };
            let changed = object.last_modified.timestamp_micros();
            all.push(Listed {
                name: name.to_owned(),
                size: object.size,
                changed: Timestamp::from_micros(changed).unwrap_or(Timestamp::EPOCH),
            });
        }
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(all)
    }
}

fn missing_is_none<T>(found: Result<T, RepositoryError>) -> Result<Option<T>, RepositoryError> {
    match found {
        Ok(found) => Ok(Some(found)),
        Err(RepositoryError::Rot(rot)) if rot.why == Why::Missing => Ok(None),
        Err(error) => Err(error),
    }
}

fn cut(path: &Path, size: u64) -> RepositoryError {
    RepositoryError::Backend {
        what: "read",
        is_retryable: true,
        source: format!("the answer of `{path}`, which has {size} bytes, was cut").into(),
    }
}

fn failed(what: &'static str, path: &Path, error: StoreError) -> RepositoryError {
    if let StoreError::NotFound { .. } = error {
        return Rot::of(path.as_ref(), Why::Missing).into();
    }
    if is_full(&error) {
        return RepositoryError::Full(Box::new(error));
    }
    let is_retryable = matches!(
        error,
        StoreError::Generic { .. } | StoreError::Precondition { .. }
    );
    RepositoryError::Backend {
        what,
        is_retryable,
        source: Box::new(error),
    }
}

/// Whether the reason is that there is no room.
fn is_full(error: &StoreError) -> bool {
    let mut source: Option<&(dyn StdError + 'static)> = Some(error);
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return error::is_full(error.kind());
        }
        source = error.source();
    }
    false
}
