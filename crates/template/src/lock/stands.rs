//! How the entries of a lock stand today.

use super::{AnyLock, LockEntry, LockFile, LockState};
use crate::{
    LaunchFacts, LaunchRefusal, LaunchTemplate, LaunchWarning, ResolveError, Source,
    launch::{Judged, Launchable},
    resolve::Ask,
};
use atlas_history::{Marks, Revision, RevisionRef};
use atlas_image::DeclaredGuest;
use atlas_image_id::{CloudLocation, ImageId};
use std::collections::BTreeSet;

/// One location of a lock, of either kind.
#[derive(Debug, Clone, Copy)]
pub struct HeldEntry<'a> {
    template: Option<&'a LaunchTemplate>,
    lock: &'a LockFile,
    location: &'a CloudLocation,
    entry: &'a LockEntry,
}

/// What there is today of the revisions that an entry is of: each, or why it is there no longer.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::exhaustive_structs,
    reason = "an entry is of no more than these"
)]
pub struct LockToday<'a> {
    /// The revision of the MultiCloud Image.
    pub mci: Result<Source<'a>, &'a str>,
    /// The marks of the template's revision; none where the lock is of no template.
    pub template: Option<Result<&'a Marks, &'a str>>,
}

impl AnyLock {
    /// What it holds, location by location.
    pub fn entries(&self) -> impl Iterator<Item = HeldEntry<'_>> {
        let template = match self {
            Self::Mci(_) => None,
            Self::Template(lock) => Some(lock.template()),
        };
        self.locks().into_iter().flat_map(move |lock| {
            let entries = lock.locations().iter();
            entries.map(move |(location, entry)| HeldEntry {
                template,
                lock,
                location,
                entry,
            })
        })
    }

    /// What it holds for a location.
    pub fn entry(&self, location: &CloudLocation) -> Option<HeldEntry<'_>> {
        self.entries().find(|entry| entry.location == location)
    }
}

impl<'a> HeldEntry<'a> {
    /// The lock of the MultiCloud Image that it is of.
    pub fn lock(&self) -> &'a LockFile {
        self.lock
    }

    /// Where.
    pub fn location(&self) -> &'a CloudLocation {
        self.location
    }

    /// The location whose setting serves it.
    pub fn served_by(&self) -> &'a CloudLocation {
        &self.entry.served_by
    }

    /// The image.
    pub fn image(&self) -> ImageId {
        self.entry.plan(self.location).image
    }

    /// How a server of its image is reached, and what nobody said of it, as it is known today
    /// (Symphony): a lock keeps the image, and what is said of it goes on.
    pub fn guest(&self, facts: &LaunchFacts<'_>) -> (DeclaredGuest, Vec<LaunchWarning>) {
        let ask = facts.ask();
        let found = ask.found(self.served_by(), &self.image());
        let record = found.as_ref().map(|found| found.record);
        let (guest, unknown) = ask.guest(record);
        (guest, unknown.into_iter().collect())
    }

    /// How it stands, with what is known of its image. A refusal counts before all else: what is
    /// gone is launched as the lock says, what must not be launched is not.
    #[must_use]
    pub fn stands(&self, today: &LockToday<'_>, facts: &LaunchFacts<'_>) -> LockState {
        let known = match self.judge(today, facts) {
            Ok(known) => known,
            Err(refusal) => return LockState::of_refusal(&refusal),
        };
        let gone = |reason: &str| LockState::Gone {
            reason: reason.to_owned(),
        };
        let marks = match today.template {
            Some(Err(reason)) => return gone(reason),
            Some(Ok(marks)) => Some(marks),
            None => None,
        };
        let source = match today.mci {
            Ok(source) => source,
            Err(reason) => return gone(reason),
        };
        let content = source.content.content();
        let Some((served_by, setting)) = content.serving(self.location) else {
            return gone(&format!(
                "the revision has no image for {}, the lock was not made of it",
                self.location
            ));
        };
        if LockEntry::of_setting(setting, served_by) != *self.entry {
            let now = setting.image().clone();
            return LockState::Changed { now };
        }
        let template = marks.and_then(|marks| marks.deprecated.as_ref());
        let template = template.map(|mark| {
            format!(
                "the revision of the template is deprecated: {}",
                mark.reason
            )
        });
        match deprecated(&source, &known).or(template) {
            Some(reason) => LockState::Deprecated { reason },
            None => LockState::Same,
        }
    }

    fn judge(
        &self,
        today: &LockToday<'_>,
        facts: &LaunchFacts<'_>,
    ) -> Result<Launchable, LaunchRefusal> {
        if let (Some(template), Some(Ok(marks))) = (self.template, today.template)
            && let (Some(revision), Some(mark)) = (template.revision, &marks.revoked)
        {
            return Err(LaunchRefusal::TemplateRevoked {
                template: template.name.clone(),
                revision,
                mark: Box::new(mark.clone()),
            });
        }
        let source = today.mci.ok();
        if let Some(source) = &source {
            let ask = Ask {
                source,
                location: self.location,
                image: facts.ask(),
            };
            ask.check_revision()?;
        }
        let unknown = BTreeSet::new();
        let scripts_of = self.template.filter(|template| template.has_scripts);
        let judged = Judged {
            setting: &self.entry.setting(self.location),
            served_by: self.served_by(),
            tags: source.map_or(&unknown, |source| source.content.content().tags()),
            revision: Some(RevisionRef {
                lineage: self.lock.lineage(),
                number: self.lock.revision(),
            }),
            committed: source.and_then(|source| source.revision.map(Revision::time)),
            scripts_of: scripts_of.map(|template| &template.name),
        };
        facts.judge(&judged, &mut |_| {})
    }
}

/// Why the revision or its image should be used no longer.
fn deprecated(source: &Source<'_>, known: &Launchable) -> Option<String> {
    let revision = source.marks.deprecated.as_ref();
    let revision = revision.map(|mark| {
        let reason = mark.reason.clone();
        LaunchWarning::RevisionDeprecated { reason }.to_string()
    });
    let is_image =
        |warning: &&LaunchWarning| matches!(warning, LaunchWarning::ImageDeprecated { .. });
    revision.or_else(|| {
        known
            .warnings
            .iter()
            .find(is_image)
            .map(ToString::to_string)
    })
}

impl LockState {
    fn of_refusal(refusal: &LaunchRefusal) -> Self {
        let reason = refusal.to_string();
        match refusal {
            LaunchRefusal::TemplateRevoked { .. }
            | LaunchRefusal::Mci(
                ResolveError::RevisionRevoked { .. } | ResolveError::ImageUnusable { .. },
            ) => Self::Revoked { reason },
            _ => Self::Refused { reason },
        }
    }
}
