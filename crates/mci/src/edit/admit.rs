//! What is known of the images of an edit, and what is refused for it.

use crate::{Content, EditError, Fit, InstanceTypes, LateFit};
use atlas_image::{Architecture, Look};
use atlas_image_id::CloudLocation;
use std::collections::BTreeMap;

/// What is known of the image of a setting: by its record, or because somebody looked.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownImage {
    /// What looking for it in its cloud has shown.
    pub access: ImageAccess,
    /// What it is for.
    pub architecture: Option<Architecture>,
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

impl From<&Look> for KnownImage {
    fn from(look: &Look) -> Self {
        match look {
            Look::Unasked => Self::default(),
            Look::Missing => Self {
                access: ImageAccess::Absent,
                architecture: None,
            },
            Look::Found(image) => Self {
                access: ImageAccess::Granted,
                architecture: image.architecture,
            },
        }
    }
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
    ) -> Result<Vec<LateFit>, EditError> {
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
                warnings.push(warning);
            }
        }
        Ok(warnings)
    }
}
