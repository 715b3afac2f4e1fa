//! The decision: which image is launched at a location.

mod image;
mod plan;
mod trace;

use atlas_base::Timestamp;
use atlas_history::{Frozen, LineageId, Marks, Revision, RevisionNumber};
use atlas_image::Records;
use atlas_image_id::{CloudLocation, ImageId};
use atlas_mci::{Content, InstanceTypes, Misfit, Setting};
use atlas_scope::Scope;
use serde::Serialize;

pub(crate) use self::image::{ImageAsk, KnownInside};
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
    pub(crate) fn number(&self) -> Option<RevisionNumber> {
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
        image: ImageAsk {
            records: records.into(),
            told: None,
            types,
            viewer,
            now,
        },
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
        image: ImageAsk {
            records: records.into(),
            told: None,
            types,
            viewer,
            now,
        },
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
pub(crate) type Witness<'a> = &'a mut dyn FnMut(&dyn Fn() -> TraceStep);

/// Everything that a decision depends on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ask<'a> {
    pub(crate) source: &'a Source<'a>,
    pub(crate) location: &'a CloudLocation,
    pub(crate) image: ImageAsk<'a>,
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
        self.plan(served_by, setting, witness)
    }

    /// The plan for the setting of the content.
    fn plan(
        &self,
        served_by: &CloudLocation,
        setting: &Setting,
        witness: Witness<'_>,
    ) -> Result<LaunchPlan, ResolveError> {
        let mut warnings = Vec::new();
        let known = self
            .image
            .known(served_by, setting, &mut warnings, witness)?;
        Ok(self.plan_of(served_by, setting, known, warnings))
    }

    /// The plan for a setting, that of the content or one with overrides, whose image was judged.
    pub(crate) fn plan_of(
        &self,
        served_by: &CloudLocation,
        setting: &Setting,
        known: KnownInside,
        of_image: Vec<LaunchWarning>,
    ) -> LaunchPlan {
        let content = self.source.content.content();
        let mut warnings = Vec::new();
        if self.source.revision.is_none() {
            warnings.push(LaunchWarning::Head);
        }
        if let Some(mark) = &self.source.marks.deprecated {
            warnings.push(LaunchWarning::RevisionDeprecated {
                reason: mark.reason.clone(),
            });
        }
        warnings.extend(of_image);
        LaunchPlan {
            mci: content.nickname().clone(),
            lineage: self.source.lineage,
            revision: self.source.number(),
            content: self.source.content.digest(),
            revision_digest: self.source.revision.map(Revision::digest),
            location: self.location.clone(),
            served_by: served_by.clone(),
            image: setting.image().clone(),
            record: known.record,
            instance_type: setting.instance_type().cloned(),
            kernel: setting.kernel().cloned(),
            ramdisk: setting.ramdisk().cloned(),
            user_data: setting.user_data().cloned(),
            tags: content.tags().clone(),
            guest: known.guest,
            warnings,
        }
    }

    /// A revoked revision launches nothing (HCP Packer).
    pub(crate) fn check_revision(&self) -> Result<(), ResolveError> {
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
}
