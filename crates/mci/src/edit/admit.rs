//! What is known of the images of an edit, and what is refused for it.

use crate::{Content, EditError, Fit, InstanceTypes, LateFit};
use atlas_image::{Architecture, ImageRecord, Look, Verification};
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use core::fmt;
use serde::Serialize;
use std::collections::BTreeMap;

/// What is known of the image of a setting: by its record, or because somebody looked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownImage {
    /// What looking for it in its cloud has shown.
    pub access: ImageAccess,
    /// What it is for.
    pub architecture: Option<Architecture>,
    /// Whether somebody looked for a record of it, and none is seen from where the content is.
    pub unregistered: bool,
}

/// What whoever edited HEAD should know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum EditWarning {
    /// The instance type did not take such images at first (RightScale).
    LateFit(LateFit),
    /// No record of the image is seen from where the content is: nothing is known of it (ours).
    Unregistered {
        /// Where.
        location: CloudLocation,
        /// Which.
        image: ImageId,
    },
}

impl EditWarning {
    /// Where the setting is that it is about.
    pub fn location(&self) -> &CloudLocation {
        match self {
            Self::LateFit(late) => &late.location,
            Self::Unregistered { location, .. } => location,
        }
    }
}

impl fmt::Display for EditWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::LateFit(late) => late.fmt(f),
            Self::Unregistered { location, image } => write!(
                f,
                "`{image}` at {location} is unregistered, so nothing is known of it: register it"
            ),
        }
    }
}

/// Whether an image can be had from its cloud, as an inventory says.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "nobody looked, or it is there, or it is there and closed, or it is not there"
)]
pub enum ImageAccess {
    /// No inventory knows the cloud, or none was asked.
    #[default]
    Unasked,
    /// It is there and can be launched.
    Granted,
    /// It is there, and whoever asks has no access to it.
    Refused,
    /// It is not there.
    Absent,
}

impl KnownImage {
    /// What looking for an image and its record have shown; the record's word on the architecture
    /// counts before the cloud's. A template of VMware whose record was registered as unverified
    /// counts as nobody having looked: the list of its cloud is known to leave it out (Scalr).
    #[must_use]
    pub fn new(look: &Look, record: Option<&ImageRecord>) -> Self {
        let (access, found) = match look {
            Look::Unasked => (ImageAccess::Unasked, None),
            Look::Missing if record.is_some_and(is_left_out) => (ImageAccess::Unasked, None),
            Look::Missing => (ImageAccess::Absent, None),
            Look::Found(image) if image.closed => (ImageAccess::Refused, image.architecture),
            Look::Found(image) => (ImageAccess::Granted, image.architecture),
        };
        Self {
            access,
            architecture: record.and_then(ImageRecord::architecture).or(found),
            unregistered: record.is_none(),
        }
    }
}

fn is_left_out(record: &ImageRecord) -> bool {
    record.location().cloud() == Cloud::Vmware && record.verification() == Verification::Unverified
}

impl Content {
    /// Decides whether this content may take the place of `before` in HEAD, by what is known of
    /// the images of the settings that [`to_judge`](Self::to_judge) names; what is not among
    /// `known` is unknown. The warnings are for whoever edits.
    ///
    /// # Errors
    ///
    /// An image is not in its cloud, or is there without access (RightScale tells the two apart),
    /// or its instance type does not take it. The first in the order of locations is told.
    pub fn admit(
        &self,
        before: &Self,
        known: &BTreeMap<CloudLocation, KnownImage>,
        types: &InstanceTypes,
    ) -> Result<Vec<EditWarning>, EditError> {
        let mut warnings = Vec::new();
        for (location, setting) in self.to_judge(before) {
            let image = known.get(location).cloned().unwrap_or_default();
            let told = || (location.clone(), setting.image().clone());
            match image.access {
                ImageAccess::Unasked | ImageAccess::Granted => {}
                ImageAccess::Refused => {
                    let (location, image) = told();
                    return Err(EditError::NoAccess { location, image });
                }
                ImageAccess::Absent => {
                    let (location, image) = told();
                    return Err(EditError::NoImage { location, image });
                }
            }
            if let Fit::Late(warning) =
                types.judge_setting(location, setting, image.architecture)?
            {
                warnings.push(EditWarning::LateFit(warning));
            }
            if image.unregistered {
                let (location, image) = told();
                warnings.push(EditWarning::Unregistered { location, image });
            }
        }
        Ok(warnings)
    }
}
