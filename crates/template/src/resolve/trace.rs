//! Why it is this image.

use atlas_base::{Digest, Name};
use atlas_history::{LineageId, RevisionNumber};
use atlas_image::{Architecture, DeclaredGuest, ImageRecordId};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_mci::{Fit, InstanceType};
use atlas_scope::Scope;
use core::fmt;
use serde::Serialize;

/// One step of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TraceStep {
    /// What was launched from.
    Source {
        /// The nickname.
        mci: Name,
        /// The lineage.
        lineage: LineageId,
        /// The revision; none for HEAD.
        revision: Option<RevisionNumber>,
        /// The digest of the content.
        content: Digest,
    },
    /// A setting serves the location.
    Setting {
        /// The location asked for.
        asked: CloudLocation,
        /// The location of the setting: itself, or the nearest around it.
        served_by: CloudLocation,
    },
    /// No setting serves the location.
    NoSetting {
        /// The location asked for.
        asked: CloudLocation,
    },
    /// The record of the image.
    Record {
        /// The record.
        record: ImageRecordId,
        /// Its scope, the nearest that has one.
        scope: Scope,
        /// Scopes further up with a record of the same image.
        shadows: Vec<Scope>,
    },
    /// No record of the image is visible.
    NoRecord {
        /// The image.
        image: ImageId,
        /// From where.
        viewer: Scope,
    },
    /// Whether the instance type takes an image whose record tells what it is for; a misfit is the
    /// refusal that follows.
    InstanceType {
        /// The type.
        instance_type: InstanceType,
        /// What the image is for.
        architecture: Architecture,
        /// What is known of the two.
        verdict: Fit,
    },
    /// How a server of the image is reached, where anybody said.
    Guest {
        /// What was said.
        #[serde(flatten)]
        guest: DeclaredGuest,
    },
    /// The outcome: an image.
    Decided {
        /// The image.
        image: ImageId,
    },
    /// The outcome: a refusal.
    Refused {
        /// Its text.
        reason: String,
    },
}

/// The whole reasoning behind a plan or a refusal, as data; `Display` gives a line a step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Trace<S = TraceStep> {
    steps: Vec<S>,
}

impl<S> Trace<S> {
    pub(crate) fn new(steps: Vec<S>) -> Self {
        Self { steps }
    }

    /// With steps of what was decided before.
    #[must_use]
    pub fn after(mut self, before: impl IntoIterator<Item = S>) -> Self {
        self.steps.splice(0..0, before);
        self
    }

    /// The steps, in their order.
    pub fn steps(&self) -> &[S] {
        &self.steps
    }
}

impl<S: fmt::Display> fmt::Display for Trace<S> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, step) in self.steps.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}. {step}", at + 1)?;
        }
        Ok(())
    }
}

impl fmt::Display for TraceStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Source {
                mci,
                revision: Some(number),
                content,
                ..
            } => {
                write!(
                    f,
                    "from `{mci}` revision {number}, content {}",
                    content.short()
                )
            }
            Self::Source {
                mci,
                revision: None,
                content,
                ..
            } => {
                write!(f, "from `{mci}` at HEAD, content {}", content.short())
            }
            Self::Setting { asked, served_by } if asked == served_by => {
                write!(f, "{asked} has a setting of its own")
            }
            Self::Setting { asked, served_by } => {
                write!(
                    f,
                    "{asked} has no setting of its own; the nearest around it is {served_by}"
                )
            }
            Self::NoSetting { asked } => {
                write!(f, "neither {asked} nor a location around it has a setting")
            }
            Self::Record {
                record,
                scope,
                shadows,
            } => {
                write!(f, "its record is {record} at {scope}")?;
                match shadows.as_slice() {
                    [] => Ok(()),
                    scopes => {
                        let list: Vec<_> = scopes.iter().map(ToString::to_string).collect();
                        write!(f, ", nearer than those at {}", list.join(", "))
                    }
                }
            }
            Self::NoRecord { image, viewer } => {
                write!(
                    f,
                    "no record of `{image}` is visible from {viewer}; the id is used as it stands"
                )
            }
            Self::InstanceType {
                instance_type,
                architecture,
                verdict,
            } => match verdict {
                Fit::Fits => write!(f, "`{instance_type}` takes images for {architecture}"),
                Fit::Late(_) => write!(
                    f,
                    "`{instance_type}` takes images for {architecture}, which it did not at first"
                ),
                _ => write!(
                    f,
                    "nobody said whether `{instance_type}` takes images for {architecture}: it is used as it stands"
                ),
            },
            Self::Guest { guest } => write!(f, "how its server is reached: {guest}"),
            Self::Decided { image } => write!(f, "launch `{image}`"),
            Self::Refused { reason } => write!(f, "refused: {reason}"),
        }
    }
}
