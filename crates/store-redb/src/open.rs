//! From bytes to an engine: whose are they, and may we?

use crate::{
    Backend, Content, FileBackend, Found, OpenError, Options, Place,
    gate::{Engine, Gate},
    guard::{Guarded, engine, guard, guarded, is_damage},
    header,
    holder::Holder,
    layout::{self, COMMITS, ENTRIES, FEED, FORMAT, Head, MARKER, META, misread},
};
use atlas_store::{Partition, StoreError};
use core::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use redb::{
    Builder, Database, DatabaseError, ReadableDatabase as _, ReadableTable as _, StorageError,
    TableError,
};
use std::{
    collections::BTreeMap,
    fs::{self, File},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// A store that can begin to work.
pub(crate) struct Opened {
    pub(crate) database: Guarded,
    pub(crate) gate: Arc<Gate>,
    /// The number of the newest commit.
    pub(crate) newest: u64,
    pub(crate) heads: BTreeMap<Partition, Head>,
}

/// Makes a store in a new file.
///
/// It is made under another name and then given its own, so that nobody ever finds half a store.
pub(crate) fn create(path: &Path, options: &Options) -> Result<Opened, OpenError> {
    let place = Place::file(path);
    let io = |source: io::Error| OpenError::Io {
        place: place.clone(),
        source,
    };
    if is_taken(path) {
        return Err(OpenError::AlreadyExists { place });
    }
    let (draft, backend) = draft(path).map_err(io)?;
    let made = fresh(backend, &place, options).and_then(|opened| {
        give_name(&draft, path).map_err(|source| match source.kind() {
            io::ErrorKind::AlreadyExists => OpenError::AlreadyExists {
                place: place.clone(),
            },
            _ => io(source),
        })?;
        Ok(opened)
    });
    let _ = fs::remove_file(&draft);
    let opened = made?;
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        };
        // The name has to last as well. Where a folder cannot be flushed, the system does it.
        let _ = File::open(folder).and_then(|folder| folder.sync_all());
    }
    Ok(opened)
}

/// How many drafts that killed processes left behind are passed over.
const DRAFTS_LEFT: usize = 1000;

/// A new file beside a path that no other thread or process uses.
fn draft(path: &Path) -> io::Result<(PathBuf, FileBackend)> {
    static DRAFTS: AtomicU64 = AtomicU64::new(0);
    let mut last = io::ErrorKind::AlreadyExists.into();
    for _ in 0..DRAFTS_LEFT {
        let draft = DRAFTS.fetch_add(1, Ordering::Relaxed);
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(format!(".new-{}-{draft}", std::process::id()));
        let draft = path.with_file_name(name);
        match FileBackend::create_new(&draft) {
            Ok(backend) => return Ok((draft, backend)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => last = error,
            Err(error) => {
                // Made, and then not locked.
                let _ = fs::remove_file(&draft);
                return Err(error);
            }
        }
    }
    Err(last)
}

/// Gives a file its name, unless that is taken.
fn give_name(draft: &Path, path: &Path) -> io::Result<()> {
    match fs::hard_link(draft, path) {
        // A file system without links. Unlike a link, a rename would replace what is there.
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists && !is_taken(path) => {
            fs::rename(draft, path)
        }
        linked => linked,
    }
}

fn is_taken(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

/// Opens a file, if there is one and it is a file.
pub(crate) fn file(
    path: &Path,
    open: impl FnOnce(&Path) -> io::Result<FileBackend>,
) -> Result<FileBackend, OpenError> {
    let place = Place::file(path);
    let kind = match path.metadata() {
        Ok(metadata) => metadata.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            return Err(OpenError::NotFound { place });
        }
        Err(source) => return Err(OpenError::Io { place, source }),
    };
    if !kind.is_file() {
        return Err(OpenError::NotAStore {
            place,
            found: Found::NoFile,
        });
    }
    open(path).map_err(|source| match source.kind() {
        io::ErrorKind::WouldBlock => OpenError::Locked {
            place,
            holder: Holder::of(path),
        },
        io::ErrorKind::NotFound => OpenError::NotFound { place },
        _ => OpenError::Io { place, source },
    })
}

/// Makes a store where there are no bytes.
pub(crate) fn fresh(
    backend: impl Backend,
    place: &Place,
    options: &Options,
) -> Result<Opened, OpenError> {
    let gate = Gate::open(backend);
    let database = start(&gate, place, options)?.0;
    guarded(|| write_tables(database.get()?, options.content))
        .map_err(|error| failed(place, error))?;
    Ok(Opened {
        database,
        gate,
        newest: 0,
        heads: BTreeMap::new(),
    })
}

/// Opens the store in these bytes; they change only once it is known to be one of ours.
pub(crate) fn existing(
    backend: impl Backend,
    place: &Place,
    options: &Options,
) -> Result<Opened, OpenError> {
    let (opened, _) = inspect(backend, place, options)?;
    opened.gate.release().map_err(|source| OpenError::Io {
        place: place.clone(),
        source,
    })?;
    Ok(opened)
}

/// Opens the store in these bytes, which stay as they are, and tells whether it was closed well.
pub(crate) fn inspect(
    backend: impl Backend,
    place: &Place,
    options: &Options,
) -> Result<(Opened, bool), OpenError> {
    let io = |source: io::Error| OpenError::Io {
        place: place.clone(),
        source,
    };
    let foreign = |found| OpenError::NotAStore {
        place: place.clone(),
        found,
    };
    header::look(&backend, place)?;
    let gate = Gate::holding(backend).map_err(io)?;
    let (database, clean) = start(&gate, place, options)?;
    match guarded(|| read_meta(database.get()?, options.content))
        .map_err(|error| failed(place, error))?
    {
        Meta::Ours { newest, heads } => Ok((
            Opened {
                database,
                gate,
                newest,
                heads,
            },
            clean,
        )),
        other => {
            // The engine writes when it closes, and the gate keeps that too.
            drop(database);
            Err(match other {
                Meta::Newer { found, supported } => OpenError::NewerFormat {
                    place: place.clone(),
                    found,
                    supported,
                },
                Meta::OtherContent => foreign(Found::ForeignContent),
                _ => foreign(Found::ForeignDatabase),
            })
        }
    }
}

/// Starts the engine, and tells whether it had nothing to repair.
fn start(gate: &Arc<Gate>, place: &Place, options: &Options) -> Result<(Guarded, bool), OpenError> {
    let repaired = Arc::new(AtomicBool::new(false));
    let noted = Arc::clone(&repaired);
    let result = guard(|| {
        Builder::new()
            .set_cache_size(options.cache_bytes)
            .set_repair_callback(move |_| noted.store(true, Ordering::Relaxed))
            .create_with_backend(Engine(Arc::clone(gate)))
    });
    let place = place.clone();
    match result {
        Ok(Ok(database)) => Ok((Guarded::new(database), !repaired.load(Ordering::Relaxed))),
        Ok(Err(DatabaseError::DatabaseAlreadyOpen)) => {
            let holder = place.path().and_then(Holder::of);
            Err(OpenError::Locked { place, holder })
        }
        Ok(Err(DatabaseError::Storage(StorageError::Io(source)))) if !is_damage(&source) => {
            Err(OpenError::Io { place, source })
        }
        Ok(Err(error)) => Err(OpenError::Damaged {
            place,
            source: Some(Box::new(error)),
        }),
        Err(panicked) => Err(OpenError::Damaged {
            place,
            source: Some(Box::new(panicked)),
        }),
    }
}

enum Meta {
    Ours {
        newest: u64,
        heads: BTreeMap<Partition, Head>,
    },
    Newer {
        found: u32,
        supported: u32,
    },
    OtherContent,
    Foreign,
}

fn read_meta(database: &Database, content: Option<Content>) -> Result<Meta, StoreError> {
    let transaction = database.begin_read().map_err(engine)?;
    let meta = match transaction.open_table(META) {
        Ok(meta) => meta,
        Err(TableError::Storage(error)) => return Err(engine(error)),
        Err(_) => return Ok(Meta::Foreign),
    };
    let row = |name: &str| -> Result<Option<String>, StoreError> {
        Ok(meta
            .get(name)
            .map_err(engine)?
            .map(|row| row.value().to_owned()))
    };
    if row("store")?.as_deref() != Some(MARKER) {
        return Ok(Meta::Foreign);
    }
    let format = row("format")?
        .and_then(|text| text.parse::<u32>().ok())
        .ok_or_else(misread)?;
    if format > FORMAT {
        return Ok(Meta::Newer {
            found: format,
            supported: FORMAT,
        });
    }
    if let Some(content) = content {
        let noted = row("content")?.unwrap_or_default();
        let Some(found) = content.format_in(&noted) else {
            return Ok(Meta::OtherContent);
        };
        if found > content.format() {
            return Ok(Meta::Newer {
                found,
                supported: content.format(),
            });
        }
    }
    let commits = transaction.open_table(COMMITS).map_err(engine)?;
    let newest = commits.last().map_err(engine)?;
    let newest = newest.map_or(0, |(number, _)| number.value());
    let heads = layout::heads(&transaction.open_table(FEED).map_err(engine)?)?;
    transaction.open_table(ENTRIES).map_err(engine)?;
    Ok(Meta::Ours { newest, heads })
}

fn write_tables(database: &Database, content: Option<Content>) -> Result<(), StoreError> {
    let transaction = database.begin_write().map_err(engine)?;
    {
        let mut meta = transaction.open_table(META).map_err(engine)?;
        meta.insert("store", MARKER).map_err(engine)?;
        meta.insert("format", FORMAT.to_string().as_str())
            .map_err(engine)?;
        meta.insert("writer", env!("CARGO_PKG_VERSION"))
            .map_err(engine)?;
        if let Some(content) = content {
            meta.insert("content", content.to_string().as_str())
                .map_err(engine)?;
        }
        transaction.open_table(ENTRIES).map_err(engine)?;
        transaction.open_table(FEED).map_err(engine)?;
        transaction.open_table(COMMITS).map_err(engine)?;
    }
    transaction.commit().map_err(engine)
}

pub(crate) fn failed(place: &Place, error: StoreError) -> OpenError {
    let place = place.clone();
    match error {
        StoreError::Unavailable { source } => OpenError::Io {
            place,
            source: io::Error::other(StoreError::Unavailable { source }),
        },
        error => OpenError::Damaged {
            place,
            source: Some(Box::new(error)),
        },
    }
}
