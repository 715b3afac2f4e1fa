//! A repository.

use crate::{
    StoredId,
    backend::Backend,
    catalogue::Catalogue,
    claim::image_of,
    error::{RepositoryError, Rot},
    index::{Index, Published},
    layout::{self, CONDEMNED, IMAGES},
    packs::Packs,
    records::Condemned,
    sealed::Kind,
    wait::Wait,
};
use atlas_base::Digest;
use core::fmt;
use object_store::{ObjectStore, path::Path};
use std::{
    collections::BTreeSet,
    path::Path as FsPath,
    sync::{Arc, Mutex},
};

/// Images in a backend. Cloning it is cheap, and both are the same.
///
/// Any number of them, in any number of processes, may use one backend at once.
#[derive(Clone)]
pub struct Repository(Arc<Inner>);

struct Inner {
    backend: Backend,
    packs: Packs,
    known: Mutex<Arc<Catalogue>>,
    /// What is under `images/`.
    keeps: Kind,
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Repository({:?})", self.0.backend)
    }
}

impl Repository {
    /// The repository in a backend; an empty backend is an empty repository. `wait` says how threads
    /// wait for the backend: [`Park`](crate::Park) where it needs no runtime.
    pub fn new(store: Arc<dyn ObjectStore>, wait: Arc<dyn Wait>) -> Self {
        Self::of(Backend::new(store, wait), Kind::Index)
    }

    /// The repository in a folder that is there. What it says it has kept has reached the disk, and
    /// [`gc`](Self::gc) removes what killed processes have left in the folder.
    ///
    /// # Errors
    ///
    /// There is no such folder.
    pub fn in_folder(folder: &FsPath) -> Result<Self, RepositoryError> {
        Ok(Self::of(Backend::in_folder(folder)?, Kind::Index))
    }

    /// What keeps images of a kind.
    pub(crate) fn of(backend: Backend, keeps: Kind) -> Self {
        Self(Arc::new(Inner {
            packs: Packs::new(backend.clone()),
            backend,
            known: Mutex::default(),
            keeps,
        }))
    }

    pub(crate) fn backend(&self) -> &Backend {
        &self.0.backend
    }

    pub(crate) fn packs(&self) -> &Packs {
        &self.0.packs
    }

    pub(crate) fn known(&self) -> &Mutex<Arc<Catalogue>> {
        &self.0.known
    }

    /// The ids of all images, in their order.
    ///
    /// # Errors
    ///
    /// The backend fails, or something stands among the images that is none.
    pub fn images(&self) -> Result<Vec<StoredId>, RepositoryError> {
        let mut all = Vec::new();
        for listed in self.backend().list(IMAGES)? {
            let id = image_of(&listed.name)?;
            // What is as short as a void may be one. What cannot be read is an image still.
            let is_void = listed.size <= VOID
                && match self.published(id) {
                    Ok(found) => found.is_none(),
                    Err(RepositoryError::Rot(_)) => false,
                    Err(error) => return Err(error),
                };
            if !is_void {
                all.push(id);
            }
        }
        Ok(all)
    }

    /// Removes an image: says whether there was one. Its chunks are removed by a
    /// [clean-up](Self::gc), unless others have them too.
    ///
    /// # Errors
    ///
    /// The backend fails.
    pub fn delete(&self, id: StoredId) -> Result<bool, RepositoryError> {
        match self.published(id) {
            Ok(None) => return Ok(false),
            // What cannot be read can be removed.
            Ok(Some(_)) | Err(RepositoryError::Rot(_)) => {}
            Err(error) => return Err(error),
        }
        self.backend().delete(&layout::image(id)).map(|()| true)
    }

    /// The index of an image, if there is one.
    pub(crate) fn published(
        &self,
        id: StoredId,
    ) -> Result<Option<(Digest, Index)>, RepositoryError> {
        let path = layout::image(id);
        let Some(bytes) = self.backend().find(&path)? else {
            return Ok(None);
        };
        match Published::parse(&bytes, self.0.keeps) {
            Ok(Published::Image { digest, index }) => Ok(Some((digest, *index))),
            Ok(Published::Void) => Ok(None),
            Err(why) => Err(Rot::of(path.as_ref(), why).image(id).into()),
        }
    }

    /// What clean-ups have condemned, each with its name and how old it is.
    pub(crate) fn condemned(
        &self,
    ) -> Result<Vec<(crate::backend::Listed, Condemned)>, RepositoryError> {
        let mut all = Vec::new();
        for listed in self.backend().list(CONDEMNED)? {
            let path = Path::from(CONDEMNED).join(listed.name.as_str());
            // Once it is removed, so are its packs.
            let Some(bytes) = self.backend().find(&path)? else {
                continue;
            };
            let parsed = Condemned::parse(&bytes);
            let condemned = parsed.map_err(|why| Rot::of(path.as_ref(), why))?;
            all.push((listed, condemned));
        }
        Ok(all)
    }

    pub(crate) fn condemned_packs(&self) -> Result<BTreeSet<Digest>, RepositoryError> {
        let all = self.condemned()?;
        Ok(all.into_iter().flat_map(|(_, it)| it.packs).collect())
    }
}

/// Bytes of a void: what an index has is more.
const VOID: u64 = 40;
