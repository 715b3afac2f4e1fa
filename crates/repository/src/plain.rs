//! Images as files: one sparse RAW each, for whoever needs a file.
//!
//! | files | are |
//! |---|---|
//! | `raw/<id>.raw` | the image |
//! | `raw/<id>.pages` | the digest of each of its chunks, in pages |
//! | `raw/<id>.raw.part`, `raw/<id>.pages.part` | what comes in, or came and was broken off |
//! | `images/<id>` | the record of the image, which is there once the image is; or a void |
//! | `claims/<id>` | that an ingest is at work |
//!
//! Records, voids and claims are those of a [repository](crate#cleaning-up), and so is why an image is
//! whole or not there. The files belong to whoever has the claim; of an id whose void is there, to
//! nobody, for ever. So whoever removes files makes the claim first, and nobody brings an image of that
//! id meanwhile.

mod gc;
mod verify;

use crate::{
    Repository, StoredId,
    backend::Backend,
    error::{RepositoryError, Rot, Why, failed},
    home::{self, Files, Home, Named},
    image::StoredImage,
    sealed::Kind,
};
use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
    sync::Arc,
};

/// What comes behind the name of a file that is not whole yet.
const PART: &str = ".part";

/// A folder of images as files.
#[derive(Debug, Clone)]
pub(crate) struct Plain {
    records: Repository,
    folder: Arc<Path>,
}

impl Plain {
    /// The pool in a folder, which is there.
    pub(crate) fn new(folder: &Path) -> Result<Self, RepositoryError> {
        let backend = Backend::in_folder(folder)?;
        let folder = backend.folder().map_or_else(|| folder.into(), Arc::clone);
        Ok(Self {
            records: Repository::of(backend, Kind::Plain),
            folder,
        })
    }

    pub(crate) fn records(&self) -> &Repository {
        &self.records
    }

    pub(crate) fn backend(&self) -> &Backend {
        self.records.backend()
    }

    /// Opens an image.
    pub(crate) fn open(&self, id: StoredId) -> Result<StoredImage, RepositoryError> {
        let found = self.records.published(id)?;
        let (digest, index) = found.ok_or(RepositoryError::NotFound(id))?;
        let named = |name: String| match OpenOptions::new().read(true).open(self.path(&name)) {
            Ok(file) => Ok(Named { file, name }),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Err(RepositoryError::from(
                Rot::of(&name, Why::Missing).image(id),
            )),
            Err(error) => Err(failed("read", error)),
        };
        let files = Files {
            raw: named(home::raw(id))?,
            pages: named(home::pages(id))?,
        };
        let home = Home::Files(Arc::new(files));
        Ok(StoredImage::new(home, id, digest, index))
    }

    /// Removes an image, and its files as far as that is possible now.
    pub(crate) fn delete(&self, id: StoredId) -> Result<bool, RepositoryError> {
        let was_there = self.records.delete(id)?;
        if was_there {
            // It is gone; files that stay are removed by a clean-up.
            let _ = self.sweep(id);
        }
        Ok(was_there)
    }

    /// Where the file of an image is, for whoever reads it as it is.
    pub(crate) fn file(&self, id: StoredId) -> PathBuf {
        self.path(&home::raw(id))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    fn part(&self, name: &str) -> PathBuf {
        self.folder.join(format!("{name}{PART}"))
    }

    /// Makes the two files of an image that comes in, which nobody else has while the claim is there.
    pub(crate) fn create(&self, id: StoredId) -> Result<[File; 2], RepositoryError> {
        fs::create_dir_all(self.path(RAW)).map_err(|error| failed("write", error))?;
        let create = |name: String| {
            let mut options = OpenOptions::new();
            // Of what a broken off ingest has left under this id nothing stays.
            let options = options.read(true).write(true).create(true).truncate(true);
            let file = options.open(self.part(&name));
            file.map_err(|error| failed("write", error))
        };
        Ok([create(home::raw(id))?, create(home::pages(id))?])
    }

    /// Gives the files of an image their names, for good.
    pub(crate) fn rename(&self, id: StoredId) -> Result<(), RepositoryError> {
        let rename = || {
            for name in [home::pages(id), home::raw(id)] {
                fs::rename(self.part(&name), self.path(&name))?;
            }
            sync(&self.path(RAW))?;
            sync(&self.folder)
        };
        rename().map_err(|error| failed("write", error))
    }

    /// Removes the files of an image that is not there: how many, and how many bytes they had.
    pub(crate) fn remove(&self, id: StoredId) -> Result<(u64, u64), RepositoryError> {
        let (mut files, mut bytes) = (0_u64, 0_u64);
        for name in [home::raw(id), home::pages(id)] {
            for path in [self.part(&name), self.path(&name)] {
                let length = fs::metadata(&path).map_or(0, |it| allocated(&it));
                match fs::remove_file(&path) {
                    Ok(()) => {
                        files = files.saturating_add(1);
                        bytes = bytes.saturating_add(length);
                    }
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(failed("remove", error)),
                }
            }
        }
        Ok((files, bytes))
    }
}

/// The folder of the files.
const RAW: &str = "raw";

/// Waits until the names in a folder have reached the disk.
fn sync(folder: &Path) -> io::Result<()> {
    #[cfg(unix)]
    OpenOptions::new().read(true).open(folder)?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}

/// Bytes that a file takes: holes take none.
fn allocated(file: &fs::Metadata) -> u64 {
    #[cfg(unix)]
    return std::os::unix::fs::MetadataExt::blocks(file).saturating_mul(512);
    #[cfg(not(unix))]
    return file.len();
}
