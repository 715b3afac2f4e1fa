//! What a stream document says: which image to launch where, for each architecture.

use crate::{Family, Generator, Release, StreamArch, StreamName};
use atlas_base::Timestamp;
use atlas_image_id::{Cloud, CloudLocation, IdKind, ImageId};
use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

/// One state of a stream: its images by architecture and cloud location.
///
/// It holds only what the CoreOS form can say, so that [`export`](crate::export) never fails:
/// AMIs in `aws/REGION` and images of a project in `gcp`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamDocument {
    stream: StreamName,
    last_modified: Option<Timestamp>,
    generator: Option<Generator>,
    architectures: BTreeMap<StreamArch, ArchitectureImages>,
}

impl StreamDocument {
    /// A document without a date and without images.
    pub fn new(stream: StreamName) -> Self {
        Self {
            stream,
            last_modified: None,
            generator: None,
            architectures: BTreeMap::new(),
        }
    }

    /// Says when the stream was last changed.
    #[must_use]
    pub fn with_last_modified(self, last_modified: Option<Timestamp>) -> Self {
        Self {
            last_modified,
            ..self
        }
    }

    /// Names the program that wrote the document.
    #[must_use]
    pub fn with_generator(self, generator: Option<Generator>) -> Self {
        Self { generator, ..self }
    }

    /// The name of the stream.
    pub fn stream(&self) -> &StreamName {
        &self.stream
    }

    /// When the stream was last changed; none where the document does not say it.
    pub fn last_modified(&self) -> Option<Timestamp> {
        self.last_modified
    }

    /// The program that wrote the document.
    pub fn generator(&self) -> Option<&Generator> {
        self.generator.as_ref()
    }

    /// The architectures, some of which may have no image.
    pub fn architectures(&self) -> &BTreeMap<StreamArch, ArchitectureImages> {
        &self.architectures
    }

    /// All images, by architecture and then by location.
    pub fn images(&self) -> impl Iterator<Item = (&StreamArch, &CloudLocation, &StreamImage)> {
        self.architectures
            .iter()
            .flat_map(|(architecture, images)| {
                let images = images.by_location().iter();
                images.map(move |(location, image)| (architecture, location, image))
            })
    }

    /// The release of all images; none where they differ or where there is no image.
    pub fn release(&self) -> Option<&Release> {
        one(self.images().map(|(_, _, image)| image.release()))
    }

    /// Lists an architecture, even if it gets no image.
    pub fn add_architecture(&mut self, architecture: StreamArch) {
        self.architectures.entry(architecture).or_default();
    }

    /// Puts an image where it is launched; returns the one that was there.
    ///
    /// # Errors
    ///
    /// The CoreOS form cannot say it: see [`NotInStreams`].
    pub fn insert(
        &mut self,
        architecture: StreamArch,
        location: CloudLocation,
        image: StreamImage,
    ) -> Result<Option<StreamImage>, NotInStreams> {
        if !fits(&location, &image) {
            return Err(NotInStreams(Box::new((location, image.id))));
        }
        let images = self.architectures.entry(architecture).or_default();
        Ok(images.by_location.insert(location, image))
    }

    /// Takes an image away; its architecture stays listed.
    pub fn remove(
        &mut self,
        architecture: &StreamArch,
        location: &CloudLocation,
    ) -> Option<StreamImage> {
        self.architectures
            .get_mut(architecture)?
            .by_location
            .remove(location)
    }
}

/// The images of one architecture.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ArchitectureImages {
    by_location: BTreeMap<CloudLocation, StreamImage>,
}

impl ArchitectureImages {
    /// The images by the location in which each is launched.
    pub fn by_location(&self) -> &BTreeMap<CloudLocation, StreamImage> {
        &self.by_location
    }

    /// The releases of these images: usually one, but clouds may lag behind each other.
    pub fn releases(&self) -> BTreeSet<&Release> {
        self.by_location
            .values()
            .map(StreamImage::release)
            .collect()
    }

    /// The release of all these images; none where they differ or where there is no image.
    pub fn release(&self) -> Option<&Release> {
        one(self.by_location.values().map(StreamImage::release))
    }
}

/// One launchable image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamImage {
    id: ImageId,
    release: Release,
    family: Option<Family>,
}

impl StreamImage {
    /// An image that belongs to a release.
    pub fn new(id: ImageId, release: Release) -> Self {
        Self {
            id,
            release,
            family: None,
        }
    }

    /// Names the family whose newest image this was when the document was written.
    #[must_use]
    pub fn with_family(self, family: Option<Family>) -> Self {
        Self { family, ..self }
    }

    /// The cloud's id.
    pub fn id(&self) -> &ImageId {
        &self.id
    }

    /// The release that the image was made from.
    pub fn release(&self) -> &Release {
        &self.release
    }

    /// The family of an image in `gcp`. It always means the newest image, so it is no image id.
    pub fn family(&self) -> Option<&Family> {
        self.family.as_ref()
    }

    /// The image's own name where the id holds one: in `gcp`.
    pub fn name(&self) -> Option<&str> {
        self.project_and_name().map(|(_, name)| name)
    }

    /// The project and the name of an image in `gcp`.
    pub(crate) fn project_and_name(&self) -> Option<(&str, &str)> {
        if self.id.kind() != IdKind::Image || self.id.cloud() != Cloud::Gcp {
            return None;
        }
        let rest = self.id.as_str().strip_prefix("projects/")?;
        let (project, name) = rest.split_once("/global/images/")?;
        (!name.contains('/')).then_some((project, name))
    }
}

/// An image that the CoreOS form cannot say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotInStreams(Box<(CloudLocation, ImageId)>);

impl NotInStreams {
    /// Where it should have been put.
    pub fn location(&self) -> &CloudLocation {
        &self.0.0
    }

    /// What should have been put there.
    pub fn image(&self) -> &ImageId {
        &self.0.1
    }
}

impl fmt::Display for NotInStreams {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (location, image) = &*self.0;
        let image = atlas_base::quoted(image.as_str());
        write!(f, "a stream document cannot hold {image} in `{location}`: ")?;
        f.write_str("it holds AMIs in `aws/REGION` and `projects/P/global/images/N` in `gcp`")
    }
}

impl std::error::Error for NotInStreams {}

fn fits(location: &CloudLocation, image: &StreamImage) -> bool {
    let plain = location.installation().is_none() && location.compute_resource().is_none();
    let same_cloud = location.cloud() == image.id.cloud();
    let has_region = location.region().is_some();
    plain
        && same_cloud
        && match location.cloud() {
            Cloud::Aws => has_region && image.id.kind() == IdKind::Ami && image.family.is_none(),
            Cloud::Gcp => !has_region && image.project_and_name().is_some(),
            _ => false,
        }
}

fn one<'a>(mut releases: impl Iterator<Item = &'a Release>) -> Option<&'a Release> {
    let first = releases.next()?;
    releases.all(|release| release == first).then_some(first)
}
