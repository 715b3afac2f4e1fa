//! Location and id as a person writes them.

use atlas_image_id::{
    Cloud, CloudLocation, ImageId, ParseImageIdError, ParseLocationError, VmwareImageId,
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
    /// One of them cannot be read.
    pub fn read(location: &str, image: &str) -> Result<Self, ReadImageError> {
        let completed = match CloudLocation::parse_completing(location) {
            Ok(completed) => completed,
            Err(error) => {
                return Self::placed_by_id(location, image).ok_or(ReadImageError::Location(error));
            }
        };
        let location = completed.location;
        Ok(Self {
            image_id: ImageId::parse(location.cloud(), image)?,
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
}
