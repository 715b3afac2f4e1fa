//! From one lock to the next: what would change is seen before it is written.

use super::{LockEntry, LockError, LockFile, TemplateLock};
use crate::LaunchPlan;
use atlas_base::counted;
use atlas_history::RevisionNumber;
use atlas_image_id::CloudLocation;
use atlas_mci::UserData;
use core::fmt;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A part of an entry that is another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LockChange {
    /// Which part.
    pub field: &'static str,
    /// In the old lock; none where it is not there. Of user data the size.
    pub before: Option<String>,
    /// In the new lock.
    pub after: Option<String>,
}

/// What turns a lock into the next; `Display` writes it as people read diffs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LockDiff {
    /// The revision of the old lock and of the new one.
    pub revision: (RevisionNumber, RevisionNumber),
    /// The locations that differ, with their parts.
    pub locations: BTreeMap<CloudLocation, Vec<LockChange>>,
}

impl LockFile {
    /// The lock that new plans give, and what is different in it. Nothing is written: whoever is
    /// shown the diff says whether the new lock takes the place of this one.
    ///
    /// # Errors
    ///
    /// The plans cannot be locked, or are of another lineage.
    pub fn update(&self, plans: &[LaunchPlan]) -> Result<(Self, LockDiff), LockError> {
        let next = Self::new(plans)?;
        if next.lineage != self.lineage {
            return Err(LockError::OtherLineage {
                locked: self.lineage,
                found: next.lineage,
            });
        }
        let diff = LockDiff::between(self, &next);
        Ok((next, diff))
    }
}

impl LockDiff {
    /// What turns `before` into `after`.
    pub fn between(before: &LockFile, after: &LockFile) -> Self {
        let (old, new) = (before.locations(), after.locations());
        let places: BTreeSet<_> = old.keys().chain(new.keys()).collect();
        let locations = places.into_iter().filter_map(|place| {
            let changes = changes(old.get(place), new.get(place));
            (!changes.is_empty()).then(|| (place.clone(), changes))
        });
        Self {
            revision: (before.revision(), after.revision()),
            locations: locations.collect(),
        }
    }

    /// The same of two locks of a template, with the revision of the MultiCloud Image that is chosen at
    /// each location.
    pub(super) fn of_templates(before: &TemplateLock, after: &TemplateLock) -> Self {
        let (old, new) = (entries(before), entries(after));
        let places: BTreeSet<_> = old.keys().chain(new.keys()).copied().collect();
        let locations = places.into_iter().filter_map(|place| {
            let (old, new) = (old.get(place), new.get(place));
            let told = |held: Option<&(&LockFile, &LockEntry)>| {
                held.map(|(lock, _)| format!("{}@{}", lock.mci(), lock.revision()))
            };
            let (before, after) = (told(old), told(new));
            let chosen = (before != after).then_some(LockChange {
                field: "MultiCloud Image",
                before,
                after,
            });
            let entry =
                |held: Option<&(&_, &'_ LockEntry)>| held.map(|(_, entry)| (*entry).clone());
            let parts = changes(entry(old).as_ref(), entry(new).as_ref());
            let all: Vec<_> = chosen.into_iter().chain(parts).collect();
            (!all.is_empty()).then(|| (place.clone(), all))
        });
        let number =
            |lock: &TemplateLock| lock.template().revision.unwrap_or(RevisionNumber::FIRST);
        Self {
            revision: (number(before), number(after)),
            locations: locations.collect(),
        }
    }

    /// Whether the new lock launches the same everywhere, from the same revision.
    pub fn is_empty(&self) -> bool {
        self.revision.0 == self.revision.1 && self.locations.is_empty()
    }
}

/// The entries of all locks of a template, by location.
fn entries(lock: &TemplateLock) -> BTreeMap<&CloudLocation, (&LockFile, &LockEntry)> {
    let locks = lock.locks().values();
    let all = locks.flat_map(|lock| {
        let entries = lock.locations().iter();
        entries.map(move |(location, entry)| (location, (lock, entry)))
    });
    all.collect()
}

fn fields(entry: Option<&LockEntry>) -> [(&'static str, Option<String>); 5] {
    [
        ("image", entry.map(|entry| entry.image.clone())),
        ("served by", entry.map(|entry| entry.served_by.to_string())),
        (
            "instance type",
            entry.and_then(|entry| Some(entry.instance_type.as_ref()?.to_string())),
        ),
        ("kernel", entry.and_then(|entry| entry.kernel.clone())),
        ("ramdisk", entry.and_then(|entry| entry.ramdisk.clone())),
    ]
}

pub(crate) fn changes(before: Option<&LockEntry>, after: Option<&LockEntry>) -> Vec<LockChange> {
    let pairs = fields(before).into_iter().zip(fields(after));
    let differ = pairs.filter(|((_, before), (_, after))| before != after);
    let fields = differ.map(|((field, before), (_, after))| LockChange {
        field,
        before,
        after,
    });
    let data = |entry: Option<&LockEntry>| entry.and_then(|entry| entry.user_data.clone());
    let (old, new) = (data(before), data(after));
    let size = |data: &UserData| counted(data.as_bytes().len(), "byte");
    let (before, after) = (old.as_ref().map(size), new.as_ref().map(size));
    // People keep secrets in user data: only how much there is is told.
    let user_data = (old != new).then(|| LockChange {
        field: "user data",
        after: match new {
            Some(data) if before == after => Some(counted(data.as_bytes().len(), "other byte")),
            _ => after,
        },
        before,
    });
    fields.chain(user_data).collect()
}

impl fmt::Display for LockDiff {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("nothing changes");
        }
        let (before, after) = self.revision;
        if before == after {
            write!(f, "revision {before}")?;
        } else {
            write!(f, "revision {before} -> {after}")?;
        }
        for (location, changes) in &self.locations {
            write!(f, "\n@@ {location} @@")?;
            for LockChange {
                field,
                before,
                after,
            } in changes
            {
                for (sign, value) in [('-', before), ('+', after)] {
                    if let Some(value) = value {
                        write!(f, "\n{sign}{field}: {value}")?;
                    }
                }
            }
        }
        Ok(())
    }
}
