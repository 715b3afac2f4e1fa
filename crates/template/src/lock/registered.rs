//! Locks that are known here, so that deletes and revocations see them.

use super::{AnyLock, LockError, LockFile};
use atlas_base::{Digest, Name, Timestamp};
use atlas_history::{LineageId, RevisionNumber};
use atlas_image::{Referrer, ReferrerKind};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::{PrincipalId, Scope};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

atlas_base::id_type! {
    /// Names one registered lock.
    pub struct LockId("lck-");
}

/// A lock file that is known here. The file itself lives elsewhere: what is kept says what it holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredLock {
    id: LockId,
    name: Name,
    scope: Scope,
    /// The template of a lock of one, and its revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    template: Option<HeldRevision>,
    /// The revisions of MultiCloud Images, by lineage.
    mcis: Vec<HeldRevision>,
    /// The digest of the lock file.
    lock: Digest,
    images: BTreeMap<CloudLocation, HeldImage>,
    by: PrincipalId,
    at: Timestamp,
}

/// A revision that a lock holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldRevision {
    /// Its lineage.
    pub lineage: LineageId,
    /// What its lineage was called when it was locked.
    pub name: Name,
    /// The revision.
    pub revision: RevisionNumber,
    /// Its digest.
    pub digest: Digest,
}

/// An image that a lock holds at a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldImage {
    /// Its id, a text of the location's cloud.
    pub image: String,
    /// The location whose setting serves this one.
    pub served_by: CloudLocation,
}

/// Asks to register a lock file.
#[derive(Debug, Clone)]
pub struct RegisterLock<'a> {
    /// The file.
    pub lock: &'a AnyLock,
    /// What people call it; one name a scope.
    pub name: Name,
    /// The scope that holds it.
    pub scope: Scope,
    /// Its id where it is a new one.
    pub id: LockId,
    /// Who registers it.
    pub by: PrincipalId,
    /// Now, as the caller's clock says.
    pub at: Timestamp,
}

/// Why a lock file is not registered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RegisterLockError {
    /// This very file is.
    #[error("this lock file is registered as `{name}` already")]
    Already {
        /// Its name.
        name: Name,
    },
    /// The revision is not the one of the file.
    #[error(
        "{}: it was locked elsewhere",
        match .found {
            Some(found) => format!("revision {revision} of `{name}` here has the digest {found}, the lock file says {expected}"),
            None => format!("there is no revision {revision} of `{name}` here, which the lock file holds"),
        }
    )]
    Foreign {
        /// What the file calls the lineage.
        name: Name,
        /// The revision.
        revision: RevisionNumber,
        /// What the file says.
        expected: Digest,
        /// What is here; none where nothing is.
        found: Option<Digest>,
    },
    /// The template of the lock is not committed.
    #[error("the lock file holds `{name}` at no revision: lock again")]
    NoRevision {
        /// What the file calls the template.
        name: Name,
    },
    /// The file has no digest.
    #[error(transparent)]
    Lock(#[from] LockError),
}

/// Registers a lock file. One of the same name at the same scope, `before`, is replaced and keeps
/// its id; `here` are the digests of the revisions that the file names, as they are here, by lineage.
///
/// # Errors
///
/// The very same file is registered, or a revision is not the one here.
pub fn register_lock(
    ask: RegisterLock<'_>,
    before: Option<&RegisteredLock>,
    here: &BTreeMap<LineageId, Digest>,
) -> Result<RegisteredLock, RegisterLockError> {
    let RegisterLock {
        lock,
        name,
        scope,
        id,
        by,
        at,
    } = ask;
    let digest = lock.digest()?;
    if before.is_some_and(|before| before.lock == digest) {
        return Err(RegisterLockError::Already { name });
    }
    let locks = lock.locks();
    let mcis: Vec<_> = locks.iter().map(|lock| of_mci(lock)).collect();
    let template = match lock {
        AnyLock::Mci(_) => None,
        AnyLock::Template(lock) => {
            let template = lock.template();
            let (Some(revision), Some(digest)) = (template.revision, template.revision_digest)
            else {
                let name = template.name.clone();
                return Err(RegisterLockError::NoRevision { name });
            };
            Some(HeldRevision {
                lineage: template.lineage,
                name: template.name.clone(),
                revision,
                digest,
            })
        }
    };
    for held in mcis.iter().chain(&template) {
        let found = here.get(&held.lineage).copied();
        if found != Some(held.digest) {
            return Err(RegisterLockError::Foreign {
                name: held.name.clone(),
                revision: held.revision,
                expected: held.digest,
                found,
            });
        }
    }
    let images = locks.iter().flat_map(|lock| lock.locations());
    Ok(RegisteredLock {
        id: before.map_or(id, RegisteredLock::id),
        name,
        scope,
        template,
        mcis,
        lock: digest,
        images: images
            .map(|(location, entry)| {
                let held = HeldImage {
                    image: entry.image.clone(),
                    served_by: entry.served_by.clone(),
                };
                (location.clone(), held)
            })
            .collect(),
        by,
        at,
    })
}

fn of_mci(lock: &LockFile) -> HeldRevision {
    HeldRevision {
        lineage: lock.lineage(),
        name: lock.mci().clone(),
        revision: lock.revision(),
        digest: lock.revision_digest(),
    }
}

impl RegisteredLock {
    /// Its id.
    pub fn id(&self) -> LockId {
        self.id
    }

    /// Its name.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// The scope that holds it.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// The revision of its template, where it is the lock of one.
    pub fn template(&self) -> Option<&HeldRevision> {
        self.template.as_ref()
    }

    /// The revisions of MultiCloud Images that it holds, one a lineage.
    pub fn mcis(&self) -> &[HeldRevision] {
        &self.mcis
    }

    /// Every revision that it holds, that of its template last.
    pub fn revisions(&self) -> impl Iterator<Item = &HeldRevision> {
        self.mcis.iter().chain(&self.template)
    }

    /// The digest of the lock file.
    pub fn lock(&self) -> Digest {
        self.lock
    }

    /// The images that it holds, by location.
    pub fn images(&self) -> &BTreeMap<CloudLocation, HeldImage> {
        &self.images
    }

    /// Who registered it.
    pub fn by(&self) -> &PrincipalId {
        &self.by
    }

    /// When.
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The images with the places where their records stand: at the cloud alone where ids are common
    /// to all its locations.
    pub fn records(&self) -> BTreeSet<(CloudLocation, ImageId)> {
        let held = self.images.values().map(|held| {
            let image = ImageId::from_stored(held.served_by.cloud(), &held.image);
            let place = image.record_location(&held.served_by);
            let place = place.map_or_else(|_| held.served_by.clone(), |placed| placed.location);
            (place, image.at_place().into_owned())
        });
        held.collect()
    }

    /// This lock as what refers to the records of its images.
    pub fn referrer(&self, is_visible: bool) -> Referrer {
        Referrer {
            scope: self.scope.clone(),
            kind: ReferrerKind::Lock,
            name: self.name.to_string(),
            id: self.id.to_string(),
            visible: is_visible,
        }
    }
}
