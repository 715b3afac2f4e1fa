//! Locks of templates: a lock file for each MultiCloud Image that was chosen.

use super::{LockDiff, LockError, LockFile, LockedPlan, unreadable};
use crate::{Launch, LaunchPlan, LaunchTemplate, OverrideField};
use atlas_base::{CanonicalError, Digest, canonical};
use atlas_history::LineageId;
use atlas_image_id::CloudLocation;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What a revision of a `ServerTemplate` launches at a set of locations, resolved once. It holds a
/// [`LockFile`] for each MultiCloud Image that was chosen; its digest covers every other field.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateLock {
    version: u32,
    template: LaunchTemplate,
    locks: BTreeMap<LineageId, LockFile>,
    digest: Option<Digest>,
}

/// Why there is no lock of a template.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateLockError {
    /// There is nothing to lock, or a launch did not begin with a template.
    #[error("nothing was launched from a ServerTemplate, there is nothing to lock")]
    NoTemplate,
    /// HEAD moves with every edit.
    #[error(
        "the ServerTemplate `{template}` at HEAD cannot be locked, it moves with every edit: commit it and lock the revision"
    )]
    Head {
        /// The template.
        template: atlas_base::Name,
    },
    /// The launches are of different revisions of templates.
    #[error("the launches to lock are of different ServerTemplates or revisions")]
    Mixed,
    /// An override is nobody's revision.
    #[error(
        "the launch at {location} overrides the {field}: lock what the revision says, and override at each launch"
    )]
    Overridden {
        /// Where.
        location: CloudLocation,
        /// The first part that is overridden.
        field: OverrideField,
    },
    /// The file does not say what it says it says.
    #[error(
        "the lock of the ServerTemplate holds {location} twice, or a lock under another lineage: lock again"
    )]
    Inconsistent {
        /// A location of it.
        location: CloudLocation,
    },
    /// One of the locks cannot be.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The lock has no canonical text.
    #[error("the lock file cannot be written")]
    Encoding(#[from] CanonicalError),
}

impl TemplateLock {
    /// The format that is written.
    pub const VERSION: u32 = 1;
    /// The domain of its digest.
    pub const DOMAIN: &'static str = "cloud-atlas/template-lock/1";

    /// Locks launches of one revision of a template, each at a location of its own.
    ///
    /// # Errors
    ///
    /// See [`TemplateLockError`]; the MultiCloud Images that they use are committed, too.
    pub fn new(launches: &[Launch]) -> Result<Self, TemplateLockError> {
        let first = launches.first().and_then(|it| it.template.as_ref());
        let template = first.ok_or(TemplateLockError::NoTemplate)?.clone();
        if template.revision.is_none() {
            let template = template.name;
            return Err(TemplateLockError::Head { template });
        }
        let mut plans: BTreeMap<LineageId, Vec<LaunchPlan>> = BTreeMap::new();
        for launch in launches {
            if launch.template.as_ref() != Some(&template) {
                return Err(TemplateLockError::Mixed);
            }
            if let Some(mark) = launch.overridden.first() {
                return Err(TemplateLockError::Overridden {
                    location: launch.plan.location.clone(),
                    field: mark.field,
                });
            }
            let lineage = launch.plan.lineage;
            plans.entry(lineage).or_default().push(launch.plan.clone());
        }
        let locks = plans.into_iter().map(|(lineage, plans)| {
            let lock = LockFile::new(&plans)?;
            Ok::<_, LockError>((lineage, lock))
        });
        let mut lock = Self {
            version: Self::VERSION,
            template,
            locks: locks.collect::<Result<_, _>>()?,
            digest: None,
        };
        lock.consistent()?;
        lock.digest = Some(lock.computed()?);
        Ok(lock)
    }

    /// Each location stands in one lock, and each lock under its lineage.
    fn consistent(&self) -> Result<(), TemplateLockError> {
        let mut seen = std::collections::BTreeSet::new();
        for (lineage, lock) in &self.locks {
            for location in lock.locations().keys() {
                if !seen.insert(location) || lock.lineage() != *lineage {
                    let location = location.clone();
                    return Err(TemplateLockError::Inconsistent { location });
                }
            }
        }
        Ok(())
    }

    fn computed(&self) -> Result<Digest, CanonicalError> {
        canonical::digest(
            Self::DOMAIN,
            &Self {
                digest: None,
                ..self.clone()
            },
        )
    }

    /// The text of the file: JSON with a line a field, for reviews.
    ///
    /// # Errors
    ///
    /// It cannot be written as JSON.
    pub fn to_text(&self) -> Result<String, TemplateLockError> {
        let text = serde_json::to_string_pretty(self).map_err(|error| unreadable(&error))?;
        Ok(text + "\n")
    }

    /// Reads and checks the text of a lock of a template, and each lock in it.
    ///
    /// # Errors
    ///
    /// It is none, of another format, or a digest does not match.
    pub fn parse(text: &str) -> Result<Self, TemplateLockError> {
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Versioned { version: found } =
            serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        if found != Self::VERSION {
            let known = Self::VERSION;
            return Err(LockError::Version { found, known }.into());
        }
        let lock: Self = serde_json::from_str(text).map_err(|error| unreadable(&error))?;
        if lock.digest != Some(lock.computed()?) {
            return Err(LockError::Damaged.into());
        }
        if lock.template.revision.is_none() {
            let template = lock.template.name;
            return Err(TemplateLockError::Head { template });
        }
        for one in lock.locks.values() {
            LockFile::parse(&one.to_text()?)?;
        }
        lock.consistent()?;
        Ok(lock)
    }

    /// The digest of every other field.
    ///
    /// # Errors
    ///
    /// The lock has no canonical text.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        self.digest.map_or_else(|| self.computed(), Ok)
    }

    /// The revision of the template.
    pub fn template(&self) -> &LaunchTemplate {
        &self.template
    }

    /// The locks, by the lineage of their MultiCloud Image: each is verified, registered and updated
    /// like any other.
    pub fn locks(&self) -> &BTreeMap<LineageId, LockFile> {
        &self.locks
    }

    /// The lock that new launches give, and what is different in it, as [`LockFile::update`] does.
    ///
    /// # Errors
    ///
    /// The launches cannot be locked, or begin with another template.
    pub fn update(&self, launches: &[Launch]) -> Result<(Self, LockDiff), TemplateLockError> {
        let next = Self::new(launches)?;
        if next.template.lineage != self.template.lineage {
            return Err(LockError::OtherLineage {
                locked: self.template.lineage,
                found: next.template.lineage,
            }
            .into());
        }
        let diff = LockDiff::of_templates(self, &next);
        Ok((next, diff))
    }

    /// What it says to launch at a location: always the same, and nothing for any other.
    pub fn resolve(&self, location: &CloudLocation) -> Option<LockedPlan> {
        self.locks.values().find_map(|lock| lock.resolve(location))
    }
}
