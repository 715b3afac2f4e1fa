//! Which locations an id fits (Scalr; I02).

use crate::{AwsImageId, AwsRegion, Cloud, CloudLocation, ImageId, LocationUse, VmwareImageId};
use core::fmt;
use std::borrow::Cow;

impl ImageId {
    /// Checks that the image can be at `location`: the clouds are one, a region that the id names is that
    /// of the location, and an id of one region has one.
    ///
    /// # Errors
    ///
    /// [`LocationMismatch`] says which of these fails.
    pub fn check_location(&self, location: &CloudLocation) -> Result<(), LocationMismatch> {
        let refuse = |why| Err(LocationMismatch::new(self, location, why));
        if self.cloud() != location.cloud() {
            return refuse(Why::OtherCloud);
        }
        if let (Some(named), Some(region)) = (self.named_region(), location.region())
            && !named.lies_in(region)
        {
            return refuse(Why::OtherRegion(named.to_string().into()));
        }
        if self.location_use() == LocationUse::PerRegion
            && location.region().is_none()
            && !matches!(self, Self::Legacy(_))
        {
            return refuse(Why::NeedsRegion);
        }
        Ok(())
    }

    /// Where a record of this image belongs when `given` was said: an id that is common to all regions
    /// goes to the cloud alone, and the rest of `given` is ignored (Scalr; I02).
    ///
    /// # Errors
    ///
    /// Those of [`ImageId::check_location`].
    pub fn record_location(
        &self,
        given: &CloudLocation,
    ) -> Result<RecordLocation, LocationMismatch> {
        if self.cloud() == given.cloud() && self.location_use() == LocationUse::Common {
            let mut widest = given.clone();
            while let Some(wider) = widest.widen() {
                widest = wider;
            }
            let ignored = widest != *given;
            return Ok(RecordLocation {
                location: widest,
                ignored,
            });
        }
        self.check_location(given)?;
        Ok(RecordLocation {
            location: given.clone(),
            ignored: false,
        })
    }

    /// What the image is called in the location of its record: of the ARN of an AMI, which says the
    /// location once more, the AMI id. Whoever keeps ids beside locations keeps and compares these.
    pub fn at_place(&self) -> Cow<'_, Self> {
        match self {
            Self::Aws(AwsImageId::Arn(arn)) => Cow::Owned(Self::Aws(AwsImageId::Ami(arn.image()))),
            _ => Cow::Borrowed(self),
        }
    }

    fn named_region(&self) -> Option<Named<'_>> {
        match self {
            Self::Aws(id) => id.region().map(Named::Region),
            Self::Gcp(id) => id.zone().map(Named::Zone),
            Self::Oracle(id) => Some(Named::Name(id.region().name())),
            Self::Ibm(id) => id.region().map(Named::Name),
            Self::Vmware(VmwareImageId::Template(path)) => Some(Named::Name(path.datacenter())),
            _ => None,
        }
    }
}

/// Where a record belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RecordLocation {
    /// The location of the record.
    pub location: CloudLocation,
    /// Whether more was given than the cloud uses: the warning `location-ignored`.
    pub ignored: bool,
}

/// A place that an id itself names.
enum Named<'a> {
    Region(AwsRegion),
    Zone(&'a str),
    Name(&'a str),
}

impl Named<'_> {
    fn lies_in(&self, region: &str) -> bool {
        match self {
            Self::Region(named) => named.as_str() == region,
            Self::Name(name) => *name == region,
            Self::Zone(zone) => zone
                .rsplit_once('-')
                .is_some_and(|(above, _)| above == region),
        }
    }
}

impl fmt::Display for Named<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Region(region) => write!(f, "{region}"),
            Self::Zone(name) | Self::Name(name) => f.write_str(name),
        }
    }
}

/// Why an image cannot be at a location.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationMismatch(Box<Mismatch>);

#[derive(Debug, Clone, PartialEq, Eq)]
struct Mismatch {
    image: ImageId,
    location: CloudLocation,
    why: Why,
}

/// What keeps an image from a location.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Why {
    OtherCloud,
    OtherRegion(Box<str>),
    NeedsRegion,
}

/// The three ways in which an image cannot be at a location.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MismatchKind {
    /// The id is another cloud's.
    OtherCloud,
    /// The id names a region or zone that is not in the location.
    OtherRegion,
    /// The id means something in one region only, and the location names none.
    NeedsRegion,
}

impl LocationMismatch {
    fn new(image: &ImageId, location: &CloudLocation, why: Why) -> Self {
        Self(Box::new(Mismatch {
            image: image.clone(),
            location: location.clone(),
            why,
        }))
    }

    /// Which of the ways it is.
    pub fn kind(&self) -> MismatchKind {
        match self.0.why {
            Why::OtherCloud => MismatchKind::OtherCloud,
            Why::OtherRegion(_) => MismatchKind::OtherRegion,
            Why::NeedsRegion => MismatchKind::NeedsRegion,
        }
    }

    /// The image.
    pub fn image(&self) -> &ImageId {
        &self.0.image
    }

    /// The location that it cannot be at.
    pub fn location(&self) -> &CloudLocation {
        &self.0.location
    }
}

impl fmt::Display for LocationMismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Mismatch {
            image,
            location,
            why,
        } = &*self.0;
        let id = atlas_base::quoted(image.as_str());
        match why {
            Why::OtherCloud => {
                let owner = |cloud| match cloud {
                    Cloud::Local => "the image repository",
                    cloud => Cloud::label(cloud),
                };
                let (of, at) = (owner(image.cloud()), owner(location.cloud()));
                write!(
                    f,
                    "{id} is an image of {of}, `{location}` is a location of {at}: give a location of {of}"
                )
            }
            Why::OtherRegion(named) => {
                write!(
                    f,
                    "{id} names `{named}`, which is not in `{location}`: give the location that it names"
                )
            }
            Why::NeedsRegion => {
                let kind = image.kind();
                write!(
                    f,
                    "{id} ({kind}) is in one region, and `{location}` names none"
                )?;
                let example = match location.cloud() {
                    Cloud::Azure => "westeurope",
                    _ => "REGION",
                };
                write!(f, ": give a location such as `{location}/{example}`")
            }
        }
    }
}

impl std::error::Error for LocationMismatch {}
