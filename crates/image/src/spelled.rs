//! Location and id as a person writes them.

use crate::form;
use atlas_base::quoted;
use atlas_image_id::{
    Cloud, CloudLocation, ImageId, ParseImageIdError, ParseLocationError, VmwareImageId, detect,
    where_to_find,
};

/// A location and an image id, read together: what the id itself says of the location need not be
/// said again.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SpelledImage {
    /// Where the image is.
    pub location: CloudLocation,
    /// Whether the region was filled in, as [`CloudLocation::parse_completing`] says.
    pub region_assumed: bool,
    /// The cloud's id of the image.
    pub image_id: ImageId,
}

impl SpelledImage {
    /// Reads both. A location of AWS or VMware may leave the region out where the id names it: the
    /// ARN of an AMI, the path of a template.
    ///
    /// # Errors
    ///
    /// One of them cannot be read, or the id is marked as one of another cloud.
    pub fn read(location: &str, image: &str) -> Result<Self, ReadImageError> {
        let completed = match CloudLocation::parse_completing(location) {
            Ok(completed) => completed,
            Err(error) => {
                return Self::placed_by_id(location, image).ok_or(ReadImageError::Location(error));
            }
        };
        let location = completed.location;
        let image_id = ImageId::parse(location.cloud(), image)
            .map_err(|error| ReadImageError::of(error, image, &location))?;
        Ok(Self {
            image_id,
            region_assumed: completed.region_assumed,
            location,
        })
    }

    fn placed_by_id(location: &str, image: &str) -> Option<Self> {
        let (cloud, installation) = match location.split_once(':') {
            Some((cloud, installation)) => (cloud, Some(installation)),
            None => (location, None),
        };
        let cloud = Cloud::parse(cloud).ok()?;
        let image_id = ImageId::parse(cloud, image).ok()?;
        let location = match &image_id {
            ImageId::Aws(id) => CloudLocation::aws(id.region()?),
            ImageId::Vmware(VmwareImageId::Template(path)) => {
                CloudLocation::new(cloud, installation, Some(path.datacenter()), None).ok()?
            }
            _ => return None,
        };
        Some(Self {
            location,
            region_assumed: false,
            image_id,
        })
    }
}

fn owner(cloud: Cloud) -> &'static str {
    match cloud {
        Cloud::Local => "the image repository",
        cloud => cloud.label(),
    }
}

/// Why a location and an image id cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadImageError {
    /// It is no location.
    #[error(transparent)]
    Location(#[from] ParseLocationError),
    /// It is no id of that cloud.
    #[error(transparent)]
    Image(#[from] ParseImageIdError),
    /// It is an id of another cloud, whose mark it has.
    #[error(
        "{} is an image id of {}, and `{location}` is a location of {}: give a location such as `{}`, or an id of {}; {}",
        quoted(image), owner(*of), owner(location.cloud()), form(*of).example_location,
        owner(location.cloud()), where_to_find(location.cloud())
    )]
    OtherCloud {
        /// What was given as the id.
        image: String,
        /// The cloud that it is an id of.
        of: Cloud,
        /// The location that was given.
        location: CloudLocation,
    },
}

impl ReadImageError {
    /// Why a text is no id of the cloud of a location.
    fn of(error: ParseImageIdError, image: &str, location: &CloudLocation) -> Self {
        match detect(image).ok().and_then(|found| found.marked()) {
            Some(of) => Self::OtherCloud {
                image: image.to_owned(),
                of,
                location: location.clone(),
            },
            None => Self::Image(error),
        }
    }
}
