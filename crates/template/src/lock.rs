//! Lock files: plans that never move.

mod any;
mod registered;
mod stands;
mod template;
mod update;

use crate::LaunchPlan;
use atlas_base::{CanonicalError, Digest, Name, canonical};
use atlas_history::{LineageId, RevisionNumber};
use atlas_image_id::{CloudLocation, ImageId, Stability};
use atlas_mci::{InstanceType, Setting, UserData};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

pub(crate) use self::update::changes as entry_changes;
pub use self::{
    any::{AnyLock, LockedError},
    registered::{
        HeldImage, HeldRevision, LockId, RegisterLock, RegisterLockError, RegisteredLock,
        register_lock,
    },
    stands::{HeldEntry, LockToday},
    template::{TemplateLock, TemplateLockError},
    update::{LockChange, LockDiff},
};

/// What is launched at a set of locations, resolved once (ours, after the lock files of package
/// managers). Its digest covers every other field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockFile {
    version: u32,
    mci: Name,
    lineage: LineageId,
    revision: RevisionNumber,
    revision_digest: Digest,
    content: Digest,
    locations: BTreeMap<CloudLocation, LockEntry>,
    digest: Option<Digest>,
}

/// What is launched at one location. Ids are texts of the location's cloud.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LockEntry {
    /// The image.
    pub image: String,
    /// The location whose setting serves this one.
    pub served_by: CloudLocation,
    /// The instance type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance_type: Option<InstanceType>,
    /// The kernel.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// The ramdisk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ramdisk: Option<String>,
    /// What the server is told at its first boot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user_data: Option<UserData>,
}

/// What a lock file says to launch at a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LockedPlan {
    /// The image.
    pub image: ImageId,
    /// The instance type.
    pub instance_type: Option<InstanceType>,
    /// The kernel.
    pub kernel: Option<ImageId>,
    /// The ramdisk.
    pub ramdisk: Option<ImageId>,
    /// What the server is told at its first boot.
    pub user_data: Option<UserData>,
}

/// How an entry stands today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "state", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LockState {
    /// The locked revision still says the same and nothing is wrong with it.
    Same,
    /// The locked revision gives something else: the lock file was not made of it.
    Changed {
        /// What it gives now.
        now: ImageId,
    },
    /// Usable, with a warning.
    Deprecated {
        /// The warning.
        reason: String,
    },
    /// Its revision or its image was revoked, disabled or deleted.
    Revoked {
        /// The refusal.
        reason: String,
    },
    /// Not to be launched for another reason, which may pass: a policy, a launch permission, an
    /// agent that is missing, or an instance type that does not take the image.
    Refused {
        /// The refusal.
        reason: String,
    },
    /// It is no longer there.
    Gone {
        /// What was found instead.
        reason: String,
    },
}

/// Why there is no lock file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// HEAD moves with every edit.
    #[error(
        "`{mci}` at HEAD cannot be locked, it moves with every edit: commit it and lock the revision"
    )]
    Head {
        /// The nickname.
        mci: Name,
    },
    /// A pointer would move under the lock.
    #[error(
        "`{image}` at {location} cannot be locked, it is a pointer that its owner can move: set the image it points to"
    )]
    Moving {
        /// The pointer.
        image: Box<ImageId>,
        /// Where.
        location: CloudLocation,
    },
    /// There is nothing to lock.
    #[error("no location was resolved, there is nothing to lock")]
    Empty,
    /// The plans are of different revisions.
    #[error("the plans to lock are of different revisions")]
    Mixed,
    /// A lock is of one lineage for ever.
    #[error("the lock is of {locked}, the plans are of {found}: write another lock file")]
    OtherLineage {
        /// Of the lock.
        locked: LineageId,
        /// Of the plans.
        found: LineageId,
    },
    /// The file is of another format.
    #[error("the lock file has the format {found}, this program reads {known}: {}", if .found > .known { "use a newer one" } else { "lock again" })]
    Version {
        /// Of the file.
        found: u32,
        /// The newest that is known.
        known: u32,
    },
    /// The file was changed by hand or damaged.
    #[error(
        "the lock file does not match its digest: it was changed after it was written, lock again"
    )]
    Damaged,
    /// The text is no lock file.
    #[error("this is no lock file: {reason}")]
    Unreadable {
        /// What the reader said.
        reason: String,
    },
    /// The lock has no canonical text.
    #[error("the lock file cannot be written")]
    Encoding(#[from] CanonicalError),
}

impl LockFile {
    /// The format that is written.
    pub const VERSION: u32 = 1;
    /// The domain of its digest.
    pub const DOMAIN: &'static str = "cloud-atlas/lock/1";

    /// Locks plans of one revision.
    ///
    /// # Errors
    ///
    /// There are none, they are of HEAD, or of different revisions.
    pub fn new(plans: &[LaunchPlan]) -> Result<Self, LockError> {
        let first = plans.first().ok_or(LockError::Empty)?;
        let (Some(revision), Some(revision_digest)) = (first.revision, first.revision_digest)
        else {
            return Err(LockError::Head {
                mci: first.mci.clone(),
            });
        };
        let same = |plan: &LaunchPlan| {
            plan.lineage == first.lineage && plan.revision_digest == first.revision_digest
        };
        if !plans.iter().all(same) {
            return Err(LockError::Mixed);
        }
        if let Some(plan) = plans
            .iter()
            .find(|plan| plan.image.stability() != Stability::Fixed)
        {
            return Err(LockError::Moving {
                image: Box::new(plan.image.clone()),
                location: plan.location.clone(),
            });
        }
        let locations = plans
            .iter()
            .map(|plan| (plan.location.clone(), LockEntry::of(plan)));
        let mut lock = Self {
            version: Self::VERSION,
            mci: first.mci.clone(),
            lineage: first.lineage,
            revision,
            revision_digest,
            content: first.content,
            locations: locations.collect(),
            digest: None,
        };
        lock.digest = Some(lock.computed()?);
        Ok(lock)
    }

    fn computed(&self) -> Result<Digest, LockError> {
        Ok(canonical::digest(
            Self::DOMAIN,
            &Self {
                digest: None,
                ..self.clone()
            },
        )?)
    }

    /// The text of a lock file: JSON with a line a field, for reviews.
    ///
    /// # Errors
    ///
    /// The lock cannot be written as JSON.
    pub fn to_text(&self) -> Result<String, LockError> {
        let text = serde_json::to_string_pretty(self).map_err(|error| unreadable(&error))?;
        Ok(text + "\n")
    }

    /// Reads and checks the text of a lock file.
    ///
    /// # Errors
    ///
    /// It is none, of another format, or its digest does not match.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Versioned { version: found } =
            serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        if found != Self::VERSION {
            return Err(LockError::Version {
                found,
                known: Self::VERSION,
            });
        }
        let lock: Self = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        if lock.digest != Some(lock.computed()?) {
            return Err(LockError::Damaged);
        }
        Ok(lock)
    }

    /// The lineage.
    pub fn lineage(&self) -> LineageId {
        self.lineage
    }

    /// The nickname, for people.
    pub fn mci(&self) -> &Name {
        &self.mci
    }

    /// The revision.
    pub fn revision(&self) -> RevisionNumber {
        self.revision
    }

    /// The digest of the revision.
    pub fn revision_digest(&self) -> Digest {
        self.revision_digest
    }

    /// The digest of every other field.
    ///
    /// # Errors
    ///
    /// The lock has no canonical text.
    pub fn digest(&self) -> Result<Digest, LockError> {
        self.digest.map_or_else(|| self.computed(), Ok)
    }

    /// The locations and their entries.
    pub fn locations(&self) -> &BTreeMap<CloudLocation, LockEntry> {
        &self.locations
    }

    /// What it says to launch at a location: always the same, and nothing for any other.
    pub fn resolve(&self, location: &CloudLocation) -> Option<LockedPlan> {
        self.locations
            .get(location)
            .map(|entry| entry.plan(location))
    }
}

fn unreadable(error: &serde_json::Error) -> LockError {
    LockError::Unreadable {
        reason: error.to_string(),
    }
}

impl LockEntry {
    /// What a setting at a location says.
    pub(crate) fn of_setting(setting: &Setting, served_by: &CloudLocation) -> Self {
        Self {
            image: setting.image().to_string(),
            served_by: served_by.clone(),
            instance_type: setting.instance_type().cloned(),
            kernel: setting.kernel().map(ToString::to_string),
            ramdisk: setting.ramdisk().map(ToString::to_string),
            user_data: setting.user_data().cloned(),
        }
    }

    pub(crate) fn of(plan: &LaunchPlan) -> Self {
        Self {
            image: plan.image.to_string(),
            served_by: plan.served_by.clone(),
            instance_type: plan.instance_type.clone(),
            kernel: plan.kernel.as_ref().map(ToString::to_string),
            ramdisk: plan.ramdisk.as_ref().map(ToString::to_string),
            user_data: plan.user_data.clone(),
        }
    }

    /// It as a setting at a location of its cloud.
    pub(crate) fn setting(&self, location: &CloudLocation) -> Setting {
        let id = |text: &String| ImageId::from_stored(location.cloud(), text);
        let setting = Setting::new(id(&self.image))
            .with_kernel(self.kernel.as_ref().map(id))
            .with_ramdisk(self.ramdisk.as_ref().map(id))
            .with_user_data(self.user_data.clone());
        match &self.instance_type {
            Some(instance_type) => setting.with_instance_type(instance_type.clone()),
            None => setting,
        }
    }

    fn plan(&self, location: &CloudLocation) -> LockedPlan {
        let id = |text: &String| ImageId::from_stored(location.cloud(), text);
        LockedPlan {
            image: id(&self.image),
            instance_type: self.instance_type.clone(),
            kernel: self.kernel.as_ref().map(id),
            ramdisk: self.ramdisk.as_ref().map(id),
            user_data: self.user_data.clone(),
        }
    }
}
