//! The decision: which image is launched at a location.

mod plan;
mod trace;

use atlas_base::Timestamp;
use atlas_history::{Frozen, LineageId, Marks, Revision, RevisionNumber};
use atlas_image::{ImageRecord, ImageRecordId, Lifecycle, Records, nearest_or_opened};
use atlas_image_id::{CloudLocation, ImageId, Stability};
use atlas_mci::{Content, Fit, InstanceTypes, Misfit, Setting};
use atlas_scope::Scope;
use serde::Serialize;

pub use self::{
    plan::{LaunchPlan, LaunchWarning},
    trace::{Trace, TraceStep},
};

/// What a launch starts from: HEAD or a committed revision of a MultiCloud Image.
#[derive(Debug, Clone, Copy)]
pub struct Source<'a> {
    /// The lineage.
    pub lineage: LineageId,
    /// The content.
    pub content: &'a Frozen<Content>,
    /// The revision; none for HEAD.
    pub revision: Option<&'a Revision>,
    /// The revision's marks; HEAD has none.
    pub marks: &'a Marks,
}

impl Source<'_> {
    fn number(&self) -> Option<RevisionNumber> {
        self.revision.map(Revision::number)
    }
}

/// Why nothing is launched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ResolveError {
    /// No setting serves the location (RightScale: the clouds that a template does not support).
    #[error("`{mci}` {state} has no image for {location}; it has images for {}. To support {location}, edit its HEAD, set an image there and commit", list(.supported), state = state(*.revision))]
    NotSupported {
        /// The nickname.
        mci: String,
        /// The revision; none for HEAD.
        revision: Option<RevisionNumber>,
        /// What was asked for.
        location: CloudLocation,
        /// Where it has images.
        supported: Vec<CloudLocation>,
    },
    /// The revision is revoked (HCP Packer).
    #[error("`{mci}` revision {revision} was revoked by {by}: {reason}")]
    RevisionRevoked {
        /// The nickname.
        mci: String,
        /// Which revision.
        revision: RevisionNumber,
        /// Who revoked it.
        by: String,
        /// Why.
        reason: String,
    },
    /// The image's record is disabled or deleted (AWS, HCP Packer).
    #[error(
        "the image `{image}` at {location} is {state}: choose another revision, or set another image"
    )]
    ImageUnusable {
        /// The image.
        image: ImageId,
        /// The setting's location.
        location: CloudLocation,
        /// The state of its record.
        state: &'static str,
    },
    /// The instance type does not take the image (RightScale).
    #[error(transparent)]
    Misfit(#[from] Misfit),
}

fn state(revision: Option<RevisionNumber>) -> String {
    revision.map_or_else(
        || "at HEAD".to_owned(),
        |number| format!("revision {number}"),
    )
}

fn list(locations: &[CloudLocation]) -> String {
    let shown: Vec<_> = locations
        .iter()
        .take(8)
        .map(CloudLocation::as_str)
        .collect();
    match locations.len() {
        0 => "no location at all".to_owned(),
        count if count > shown.len() => {
            format!("{} and {} more", shown.join(", "), count - shown.len())
        }
        _ => shown.join(", "),
    }
}

/// Decides what to launch at `location`.
///
/// `records` are the image records that the viewer may see for the image of the setting that
/// serves the location ([`Content::serving`] names it), those of the tree of scopes and those that
/// were opened to the viewer's account; others are ignored. `types` judges whether the instance type
/// takes an image of the architecture that its record tells.
///
/// # Errors
///
/// See [`ResolveError`].
pub fn resolve<'a>(
    source: &Source<'a>,
    location: &CloudLocation,
    records: impl Into<Records<'a>>,
    types: &InstanceTypes,
    viewer: &Scope,
    now: Timestamp,
) -> Result<LaunchPlan, ResolveError> {
    let ask = Ask {
        source,
        location,
        records: records.into(),
        types,
        viewer,
        now,
    };
    ask.decide(&mut |_| {})
}

/// [`resolve`] with the whole reasoning, whatever its outcome.
pub fn explain<'a>(
    source: &Source<'a>,
    location: &CloudLocation,
    records: impl Into<Records<'a>>,
    types: &InstanceTypes,
    viewer: &Scope,
    now: Timestamp,
) -> (Result<LaunchPlan, ResolveError>, Trace) {
    let mut steps = Vec::new();
    let ask = Ask {
        source,
        location,
        records: records.into(),
        types,
        viewer,
        now,
    };
    let outcome = ask.decide(&mut |step| steps.push(step()));
    let last = match &outcome {
        Ok(plan) => TraceStep::Decided {
            image: plan.image.clone(),
        },
        Err(error) => TraceStep::Refused {
            reason: error.to_string(),
        },
    };
    steps.push(last);
    (outcome, Trace::new(steps))
}

/// Receives the steps of a decision; a step that nobody wants is never built.
type Witness<'a> = &'a mut dyn FnMut(&dyn Fn() -> TraceStep);

/// Everything that a decision depends on.
#[derive(Debug, Clone, Copy)]
struct Ask<'a> {
    source: &'a Source<'a>,
    location: &'a CloudLocation,
    records: Records<'a>,
    types: &'a InstanceTypes,
    viewer: &'a Scope,
    now: Timestamp,
}

impl Ask<'_> {
    fn decide(&self, witness: Witness<'_>) -> Result<LaunchPlan, ResolveError> {
        let content = self.source.content.content();
        witness(&|| TraceStep::Source {
            mci: content.nickname().clone(),
            lineage: self.source.lineage,
            revision: self.source.number(),
            content: self.source.content.digest(),
        });
        self.check_revision()?;
        let (served_by, setting) = self.setting(&mut *witness)?;
        let mut warnings = Vec::new();
        if self.source.revision.is_none() {
            warnings.push(LaunchWarning::Head);
        }
        if let Some(mark) = &self.source.marks.deprecated {
            warnings.push(LaunchWarning::RevisionDeprecated {
                reason: mark.reason.clone(),
            });
        }
        if setting.image().stability() == Stability::Moving {
            warnings.push(LaunchWarning::MovingId {
                image: setting.image().clone(),
            });
        }
        let record = self.record(served_by, setting, &mut warnings, witness)?;
        Ok(LaunchPlan {
            mci: content.nickname().clone(),
            lineage: self.source.lineage,
            revision: self.source.number(),
            content: self.source.content.digest(),
            revision_digest: self.source.revision.map(Revision::digest),
            location: self.location.clone(),
            served_by: served_by.clone(),
            image: setting.image().clone(),
            record,
            instance_type: setting.instance_type().cloned(),
            kernel: setting.kernel().cloned(),
            ramdisk: setting.ramdisk().cloned(),
            user_data: setting.user_data().cloned(),
            tags: content.tags().clone(),
            warnings,
        })
    }

    /// A revoked revision launches nothing (HCP Packer).
    fn check_revision(&self) -> Result<(), ResolveError> {
        match (self.source.number(), &self.source.marks.revoked) {
            (Some(revision), Some(mark)) => Err(ResolveError::RevisionRevoked {
                mci: self.source.content.content().nickname().to_string(),
                revision,
                by: mark.by.to_string(),
                reason: mark.reason.clone(),
            }),
            _ => Ok(()),
        }
    }

    /// The setting that serves the location (RightScale; containment is ours).
    fn setting(&self, witness: Witness<'_>) -> Result<(&CloudLocation, &Setting), ResolveError> {
        let content = self.source.content.content();
        let asked = self.location;
        if let Some((served_by, setting)) = content.serving(asked) {
            let step = || TraceStep::Setting {
                asked: asked.clone(),
                served_by: served_by.clone(),
            };
            witness(&step);
            return Ok((served_by, setting));
        }
        witness(&|| TraceStep::NoSetting {
            asked: asked.clone(),
        });
        Err(ResolveError::NotSupported {
            mci: content.nickname().to_string(),
            revision: self.source.number(),
            location: asked.clone(),
            supported: content.settings().keys().cloned().collect(),
        })
    }

    /// The record of the image, the nearest that the viewer sees (ours).
    fn record(
        &self,
        served_by: &CloudLocation,
        setting: &Setting,
        warnings: &mut Vec<LaunchWarning>,
        witness: Witness<'_>,
    ) -> Result<Option<ImageRecordId>, ResolveError> {
        let (image, viewer) = (setting.image(), self.viewer);
        // A record of an id that is common to all regions stands at the cloud alone (Scalr; I02).
        let placed = image.record_location(served_by);
        let at = placed.as_ref().map_or(served_by, |placed| &placed.location);
        let known_as = image.at_place();
        let fitting =
            |record: &&ImageRecord| record.location() == at && record.image_id() == &*known_as;
        let Records { held, opened } = self.records;
        let (held, opened) = (held.iter().filter(fitting), opened.iter().filter(fitting));
        let Some(found) = nearest_or_opened(held, opened, viewer) else {
            witness(&|| TraceStep::NoRecord {
                image: image.clone(),
                viewer: viewer.clone(),
            });
            warnings.push(LaunchWarning::Unregistered {
                image: image.clone(),
            });
            return Ok(None);
        };
        let record = found.record;
        witness(&|| TraceStep::Record {
            record: record.id(),
            scope: record.scope().clone(),
            shadows: found
                .shadows
                .iter()
                .map(|record| record.scope().clone())
                .collect(),
        });
        if !record.lifecycle().is_usable() {
            return Err(ResolveError::ImageUnusable {
                image: image.clone(),
                location: served_by.clone(),
                state: record.lifecycle().as_str(),
            });
        }
        if let Lifecycle::Deprecated {
            reason,
            replacement,
            from,
        } = record.lifecycle()
            && *from <= self.now
        {
            warnings.push(LaunchWarning::ImageDeprecated {
                record: record.id(),
                reason: reason.as_ref().map(ToString::to_string),
                replacement: *replacement,
            });
        }
        self.judge(served_by, setting, record, warnings, witness)?;
        Ok(Some(record.id()))
    }

    /// Whether the instance type takes the image (RightScale: 32-bit and 64-bit types).
    fn judge(
        &self,
        served_by: &CloudLocation,
        setting: &Setting,
        record: &ImageRecord,
        warnings: &mut Vec<LaunchWarning>,
        witness: Witness<'_>,
    ) -> Result<(), ResolveError> {
        let architecture = record.architecture();
        let fit = self.types.judge_setting(served_by, setting, architecture)?;
        if let (Some(instance_type), Some(architecture)) = (setting.instance_type(), architecture) {
            witness(&|| TraceStep::InstanceType {
                instance_type: instance_type.clone(),
                architecture,
                verdict: fit.clone(),
            });
        }
        if let Fit::Late(late) = fit {
            warnings.push(LaunchWarning::LateFit(late));
        }
        Ok(())
    }
}
