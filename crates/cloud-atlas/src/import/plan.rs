//! From a stream document to the settings of MultiCloud Images: values only.

use super::{ImportError, ImportOptions, ImportWarning};
use atlas_base::{Digest, Name, Tag, Timestamp, canonical};
use atlas_history::Message;
use atlas_image::Architecture;
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_mci::{Content, Description, HeadEdit, KnownImage, Setting};
use atlas_streams::{ArchitectureImages, Release, StreamArch, StreamDocument, StreamName};
use std::collections::{BTreeMap, BTreeSet};

/// One release, ready to be written in one transaction.
#[derive(Debug, Clone)]
pub(super) struct ReleasePlan {
    pub(super) stream: StreamName,
    pub(super) release: Release,
    pub(super) released_at: Timestamp,
    pub(super) parts: Vec<PartPlan>,
}

impl ReleasePlan {
    /// What tells it from the other releases.
    pub(super) fn key(&self) -> (StreamName, Release) {
        (self.stream.clone(), self.release.clone())
    }
}

/// What a release says about one architecture.
#[derive(Debug, Clone)]
pub(super) struct PartPlan {
    pub(super) name: Name,
    pub(super) arch: StreamArch,
    pub(super) architecture: Architecture,
    pub(super) settings: BTreeMap<CloudLocation, Setting>,
    pub(super) images: Digest,
    pub(super) message: Message,
    pub(super) description: Description,
    pub(super) tags: Vec<Tag>,
    /// The clouds for which the caller named the instance type.
    pub(super) said: BTreeSet<Cloud>,
}

/// The domain of the digest that tells whether a release names the same images as before.
const IMAGES_DOMAIN: &str = "cloud-atlas/stream-images/1";

/// Plans documents in the order of their release times.
pub(super) fn plan(
    documents: &[StreamDocument],
    options: &ImportOptions,
    warnings: &mut Vec<ImportWarning>,
) -> Result<Vec<ReleasePlan>, ImportError> {
    let mut plans = Vec::new();
    for document in documents {
        plans.extend(plan_one(document, options, warnings)?);
    }
    plans.sort_by(|a, b| {
        (a.released_at, &a.stream, &a.release).cmp(&(b.released_at, &b.stream, &b.release))
    });
    Ok(plans)
}

fn plan_one(
    document: &StreamDocument,
    options: &ImportOptions,
    warnings: &mut Vec<ImportWarning>,
) -> Result<Option<ReleasePlan>, ImportError> {
    let stream = document.stream();
    let mut parts = Vec::new();
    let mut seen: Option<&Release> = None;
    for (arch, images) in document.architectures() {
        if images.by_location().is_empty() {
            warnings.push(ImportWarning::NoImages {
                stream: stream.clone(),
                architecture: arch.clone(),
            });
            continue;
        }
        let mut releases = images.releases().into_iter().chain(seen);
        let release = releases.next();
        if let (Some(one), Some(other)) = (release, releases.find(|other| Some(*other) != release))
        {
            return Err(ImportError::MixedReleases {
                stream: stream.clone(),
                architecture: arch.clone(),
                one: one.clone(),
                other: other.clone(),
            });
        }
        let Some(release) = release else { continue };
        seen = Some(release);
        parts.push(part(stream, arch, release, images, options)?);
    }
    let Some(release) = seen else {
        return Ok(None);
    };
    let released_at = document
        .last_modified()
        .ok_or_else(|| ImportError::NoTime {
            stream: stream.clone(),
            release: release.clone(),
        })?;
    Ok(Some(ReleasePlan {
        stream: stream.clone(),
        release: release.clone(),
        released_at,
        parts,
    }))
}

fn part(
    stream: &StreamName,
    arch: &StreamArch,
    release: &Release,
    images: &ArchitectureImages,
    options: &ImportOptions,
) -> Result<PartPlan, ImportError> {
    let architecture =
        Architecture::parse(arch.as_str()).map_err(|source| ImportError::Architecture {
            stream: stream.clone(),
            source,
        })?;
    let mut settings = BTreeMap::new();
    let mut ids: BTreeMap<&CloudLocation, &ImageId> = BTreeMap::new();
    for (location, image) in images.by_location() {
        let setting = Setting::new(image.id().clone());
        let setting = options
            .instance_types
            .complete(setting, location, architecture)?;
        settings.insert(location.clone(), setting);
        ids.insert(location, image.id());
    }
    let word = |error: &dyn core::fmt::Display| ImportError::Word {
        stream: stream.clone(),
        release: release.clone(),
        reason: error.to_string(),
    };
    let tag = |predicate: &str, value: &str| {
        Tag::parse(&format!("stream:{predicate}={value}")).map_err(|error| word(&error))
    };
    let clouds = settings.keys().map(CloudLocation::cloud);
    let said = clouds
        .filter(|cloud| options.instance_types.is_said(*cloud, architecture))
        .collect();
    Ok(PartPlan {
        said,
        name: Name::parse(&format!("{}-{arch}", options.name)).map_err(|error| word(&error))?,
        arch: arch.clone(),
        architecture,
        settings,
        images: canonical::digest(IMAGES_DOMAIN, &ids).map_err(|error| word(&error))?,
        message: Message::parse(&format!("{stream} {release}")).map_err(|error| word(&error))?,
        description: Description::parse(&format!(
            "{} {release} ({stream}) for {arch}",
            options.name
        ))
        .map_err(|error| word(&error))?,
        tags: vec![
            tag("name", stream.as_str())?,
            tag("release", release.as_str())?,
            tag("architecture", arch.as_str())?,
        ],
    })
}

impl PartPlan {
    /// What is known of the images of a content that says what the release says.
    pub(super) fn known(&self, content: &Content) -> BTreeMap<CloudLocation, KnownImage> {
        let known = KnownImage {
            architecture: Some(self.architecture),
            ..KnownImage::default()
        };
        let ours = content.settings().keys();
        let ours = ours.filter(|location| self.settings.contains_key(location));
        ours.map(|location| (location.clone(), known.clone()))
            .collect()
    }

    /// The edits that make HEAD say what the release says. Tags that earlier imports set make
    /// room; those that people set stay.
    pub(super) fn edits(&self, head: &Content) -> Vec<HeadEdit> {
        let mut edits = vec![HeadEdit::SetDescription(self.description.clone())];
        let old = head
            .tags()
            .iter()
            .filter(|tag| tag.namespace() == Some("stream"));
        edits.extend(old.cloned().map(HeadEdit::RemoveTag));
        edits.extend(self.tags.iter().cloned().map(HeadEdit::AddTag));
        // Only the clouds that the release speaks of are its own; what people added beside the
        // image (user data, another instance type) stays with the next image.
        let clouds: BTreeSet<_> = self.settings.keys().map(CloudLocation::cloud).collect();
        let gone = head.settings().keys().filter(|location| {
            clouds.contains(&location.cloud()) && !self.settings.contains_key(location)
        });
        edits.extend(gone.cloned().map(|location| HeadEdit::Unset { location }));
        edits.extend(self.settings.iter().map(|(at, new)| {
            let setting = match head.settings().get(at) {
                Some(old) if self.said.contains(&at.cloud()) => {
                    let old = old.clone().with_image(new.image().clone());
                    new.instance_type()
                        .cloned()
                        .into_iter()
                        .fold(old, Setting::with_instance_type)
                }
                Some(old) => old.clone().with_image(new.image().clone()),
                None => new.clone(),
            };
            HeadEdit::set(at.clone(), setting)
        }));
        edits
    }
}
