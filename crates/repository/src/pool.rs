//! Pools: images, whatever keeps them.

mod name;
mod open;
mod url;

pub use self::{
    name::{ParsePoolNameError, PoolName},
    open::OpenPoolError,
    url::{ParsePoolUrlError, PoolUrl},
};

use crate::{
    Collected, Gc, Ingest, Ingested, Repository, RepositoryError, StoredId, StoredImage, Verified,
    Verify, Watch, plain::Plain,
};
use atlas_base::Digest;
use atlas_disk::Disk;
use std::path::{Path, PathBuf};

/// Images, as chunks in a [`Repository`] or as files in a folder: whoever has one need not know.
/// Cloning it is cheap, and both are the same.
///
/// An image has one digest in every pool, and each byte that is read of it was verified.
///
/// In a *plain* pool each image is one sparse file, for hypervisors that need one: [`file`](Self::file)
/// says where it is. Nothing is stored once for two images there, and of [`Ingest`] the size of packs,
/// the uploads and the known chunks mean nothing. What others read or write in that file, nobody
/// verifies, but [`verify`](Self::verify) finds what they have changed, and in what is read here it is
/// rot.
///
/// ```
/// use atlas_disk::{Budget, Firmware, Format, Image, Limits};
/// use atlas_repository::{About, Ingest, Pool, PoolName, PoolUrl, StoredId, Watch};
/// use std::{collections::BTreeMap, sync::Arc};
///
/// let folder = tempfile::tempdir()?;
/// let url = PoolUrl::parse(&format!("plain:{}", folder.path().display()))?;
/// let pools: BTreeMap<PoolName, Pool> = [
///     (PoolName::DEFAULT, PoolUrl::parse("memory:")?.open(&|_| None)?),
///     (PoolName::parse("files")?, url.open(&|_| None)?),
/// ]
/// .into();
///
/// let limits = Limits::default();
/// let budget = Budget::new(&limits, &|| false);
/// let image = Image::open(Arc::new(vec![7; 1 << 20]), Format::Raw, &budget)?;
/// let ask = Ingest::new(StoredId::from_u128(1), About::new(Format::Raw, Firmware::Bios));
/// let mut digests = Vec::new();
/// for pool in pools.values() {
///     for disk in image.disks() {
///         pool.ingest(disk, &ask, Watch::default())?;
///     }
///     digests.push(pool.open(ask.id)?.digest());
/// }
/// assert_eq!(digests[0], digests[1]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct Pool(Kept);

#[derive(Debug, Clone)]
enum Kept {
    Chunks(Repository),
    Files(Plain),
}

impl From<Repository> for Pool {
    fn from(repository: Repository) -> Self {
        Self(Kept::Chunks(repository))
    }
}

impl Pool {
    /// The plain pool in a folder that is there; an empty folder is an empty pool.
    ///
    /// # Errors
    ///
    /// There is no such folder.
    pub fn plain(folder: &Path) -> Result<Self, RepositoryError> {
        Plain::new(folder).map(|plain| Self(Kept::Files(plain)))
    }

    /// Takes in a disk, as [`Repository::ingest`] does. It is there once it is whole.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn ingest(
        &self,
        disk: &Disk,
        ask: &Ingest,
        watch: Watch<'_>,
    ) -> Result<Ingested, RepositoryError> {
        match &self.0 {
            Kept::Chunks(repository) => repository.ingest(disk, ask, watch),
            Kept::Files(plain) => plain.ingest(disk, ask, watch),
        }
    }

    /// Gives an ingest up that will not come back, as [`Repository::abandon`] does: its id is never used
    /// again, and what it may still publish is refused. Says whether there is no image of that id.
    ///
    /// # Errors
    ///
    /// The backend fails.
    pub fn abandon(&self, id: StoredId) -> Result<bool, RepositoryError> {
        self.records().abandon(id)
    }

    /// Opens an image.
    ///
    /// # Errors
    ///
    /// There is none, its index is rotten, its file is gone, or the backend fails.
    pub fn open(&self, id: StoredId) -> Result<StoredImage, RepositoryError> {
        match &self.0 {
            Kept::Chunks(repository) => repository.open(id),
            Kept::Files(plain) => plain.open(id),
        }
    }

    /// Opens an image that is known to have a digest.
    ///
    /// # Errors
    ///
    /// As of [`open`](Self::open); or it has another digest.
    pub fn open_exact(
        &self,
        id: StoredId,
        expected: Digest,
    ) -> Result<StoredImage, RepositoryError> {
        self.open(id)?.expect_digest(expected)
    }

    /// Removes an image: says whether there was one. A plain pool removes its file at once, where the
    /// system lets it; whoever has the image open reads on. All else is for [`gc`](Self::gc).
    ///
    /// # Errors
    ///
    /// The backend fails.
    pub fn delete(&self, id: StoredId) -> Result<bool, RepositoryError> {
        match &self.0 {
            Kept::Chunks(repository) => repository.delete(id),
            Kept::Files(plain) => plain.delete(id),
        }
    }

    /// The ids of all images, in their order.
    ///
    /// # Errors
    ///
    /// The backend fails, or something stands among the images that is none.
    pub fn images(&self) -> Result<Vec<StoredId>, RepositoryError> {
        self.records().images()
    }

    /// Looks at everything that is stored, as [`Repository::verify`] does. A plain pool compares each
    /// chunk of each file, and its holes with zeros, whatever the depth.
    ///
    /// # Errors
    ///
    /// The backend fails, or the caller stopped the work. Rot is no error.
    pub fn verify(&self, ask: &Verify, watch: Watch<'_>) -> Result<Verified, RepositoryError> {
        match &self.0 {
            Kept::Chunks(repository) => repository.verify(ask, watch),
            Kept::Files(plain) => plain.verify(ask, watch),
        }
    }

    /// Removes what no image needs, as [`Repository::gc`] does. In a plain pool one run is enough, and
    /// nothing is rewritten.
    ///
    /// # Errors
    ///
    /// As there.
    pub fn gc(&self, ask: &Gc, watch: Watch<'_>) -> Result<Collected, RepositoryError> {
        match &self.0 {
            Kept::Chunks(repository) => repository.gc(ask, watch),
            Kept::Files(plain) => plain.gc(ask, watch),
        }
    }

    /// The file of an image, for who reads it as it is; none where images are no files. It is not to be
    /// written, and there is no image before [`open`](Self::open) finds it.
    pub fn file(&self, id: StoredId) -> Option<PathBuf> {
        match &self.0 {
            Kept::Chunks(_) => None,
            Kept::Files(plain) => Some(plain.file(id)),
        }
    }

    /// What both kinds have in common.
    fn records(&self) -> &Repository {
        match &self.0 {
            Kept::Chunks(repository) => repository,
            Kept::Files(plain) => plain.records(),
        }
    }
}
