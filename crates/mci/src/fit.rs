//! Whether an instance type takes an image.

mod table;

use crate::{Content, InstanceType, Setting};
use atlas_image::Architecture;
use atlas_image_id::{Cloud, CloudLocation};
use core::fmt;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Which architectures instance types take (RightScale: 32-bit and 64-bit types; arm64: AWS).
///
/// The families of EC2 ship with the crate; a host adds what it knows, for any cloud. A type is
/// looked up by its whole name, then by its family, which is what stands before the first point.
/// What the host says comes first. A type in neither is not judged.
///
/// ```
/// use atlas_image::Architecture;
/// use atlas_mci::{Fit, InstanceType, InstanceTypes};
///
/// let types = InstanceTypes::default();
/// let tokyo = "aws/ap-northeast-1".parse()?;
/// let (arm, unknown) = (InstanceType::parse("m7g.large")?, InstanceType::parse("z99.large")?);
/// assert_eq!(types.judge(&tokyo, &arm, Some(Architecture::Aarch64)), Ok(Fit::Fits));
/// assert_eq!(types.judge(&tokyo, &unknown, Some(Architecture::I386)), Ok(Fit::Unjudged));
/// let refused = types.judge(&tokyo, &arm, Some(Architecture::X86_64)).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "`m7g.large` at aws/ap-northeast-1 takes images for aarch64, and this one is for x86_64: \
///      choose another instance type, or another image"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceTypes {
    said: BTreeMap<(Cloud, Box<str>), Takes>,
}

/// Which architectures a type or family takes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Takes {
    /// Those it takes.
    pub architectures: BTreeSet<Architecture>,
    /// Those it takes as well, though older documents say otherwise: allowed with a warning.
    pub late: BTreeSet<Architecture>,
}

/// What is known of an instance type and an image together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "fit", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Fit {
    /// The type or the architecture is not known.
    Unjudged,
    /// They fit.
    Fits,
    /// They fit, and older documents say that they do not.
    Late(LateFit),
}

/// An instance type and an image that fit, though older documents say otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LateFit {
    /// Where.
    pub location: CloudLocation,
    /// The type.
    pub instance_type: InstanceType,
    /// The architecture that the type did not take at first.
    pub architecture: Architecture,
}

impl fmt::Display for LateFit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            location,
            instance_type,
            architecture,
        } = self;
        write!(
            f,
            "`{instance_type}` at {location} did not take images for {architecture} at first: make \
             sure that yours does"
        )
    }
}

/// An instance type that does not take an image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[error("`{instance_type}` at {location} takes images for {}, and this one is for {architecture}: choose another instance type, or another image", words(.takes))]
pub struct Misfit {
    /// Where.
    pub location: CloudLocation,
    /// The type.
    pub instance_type: InstanceType,
    /// What the image is for.
    pub architecture: Architecture,
    /// What the type takes, those of a warning included.
    pub takes: BTreeSet<Architecture>,
}

fn words(architectures: &BTreeSet<Architecture>) -> String {
    let words: Vec<_> = architectures.iter().map(|it| it.as_str()).collect();
    words.join(" or ")
}

impl InstanceTypes {
    /// These types with one more: `type_or_family` is a whole name, `m1.small`, or a family, `m1`.
    /// It takes the place of what is known of the same name.
    #[must_use]
    pub fn with(mut self, cloud: Cloud, type_or_family: &InstanceType, takes: Takes) -> Self {
        self.said
            .insert((cloud, type_or_family.as_str().into()), takes);
        self
    }

    /// What is known of a type.
    pub fn takes(&self, cloud: Cloud, instance_type: &InstanceType) -> Option<&Takes> {
        let name = instance_type.as_str();
        let family = name.split_once('.').map(|(family, _)| family);
        let said = |name: &str| self.said.get(&(cloud, name.into()));
        said(name)
            .or_else(|| family.and_then(said))
            .or_else(|| table::shipped(cloud, name))
            .or_else(|| family.and_then(|family| table::shipped(cloud, family)))
    }

    /// Whether a type takes an image of an architecture, where both are known. It is asked when
    /// HEAD is edited and when a launch is resolved.
    ///
    /// # Errors
    ///
    /// The type is known and does not take such images.
    pub fn judge(
        &self,
        location: &CloudLocation,
        instance_type: &InstanceType,
        architecture: Option<Architecture>,
    ) -> Result<Fit, Misfit> {
        let Some(architecture) = architecture else {
            return Ok(Fit::Unjudged);
        };
        match self.takes(location.cloud(), instance_type) {
            None => Ok(Fit::Unjudged),
            Some(takes) if takes.architectures.contains(&architecture) => Ok(Fit::Fits),
            Some(takes) if takes.late.contains(&architecture) => Ok(Fit::Late(LateFit {
                location: location.clone(),
                instance_type: instance_type.clone(),
                architecture,
            })),
            Some(takes) => Err(Misfit {
                location: location.clone(),
                instance_type: instance_type.clone(),
                architecture,
                takes: takes.architectures.union(&takes.late).copied().collect(),
            }),
        }
    }

    /// [`judge`](Self::judge) for a setting as it stands; one without an instance type fits.
    ///
    /// # Errors
    ///
    /// Its type does not take images of that architecture.
    pub fn judge_setting(
        &self,
        location: &CloudLocation,
        setting: &Setting,
        architecture: Option<Architecture>,
    ) -> Result<Fit, Misfit> {
        match setting.instance_type() {
            None => Ok(Fit::Unjudged),
            Some(instance_type) => self.judge(location, instance_type, architecture),
        }
    }
}

impl Content {
    /// The settings that have to be judged after an edit of `before`: those that are new, or whose
    /// image or instance type is another.
    pub fn to_judge<'a>(&'a self, before: &Self) -> Vec<(&'a CloudLocation, &'a Setting)> {
        let settings = self.settings.iter().filter(|(location, setting)| {
            before.settings.get(location).is_none_or(|old| {
                old.image() != setting.image() || old.instance_type() != setting.instance_type()
            })
        });
        settings.collect()
    }
}
