//! Copying an image to another location of its cloud.

use crate::{
    CloudText, Credential, Devices, Ec2Facts, ImageDescription, ImageName, ImageRecord,
    ImageRecordId, LabelChange, Labels, Origin, RegisterError, RegisterFacts, RegisterImage,
    Registered, TooManyLabels, Via, Warning, register,
};
use atlas_base::{Name, Tag, quoted};
use atlas_image_id::{Cloud, CloudLocation, ImageId, LocationUse};
use atlas_scope::Scope;
use std::collections::BTreeMap;

/// A copy that is wanted, before anybody made it in the cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CopyImage {
    /// Where the copy is to be.
    pub to: CloudLocation,
    /// The name of the copy; the source's where none is given.
    pub name: Option<ImageName>,
    /// What the copy is for; the source's description where none is given.
    pub description: Option<ImageDescription>,
    /// Whether the copy gets the tags and labels of the source.
    pub with_tags: bool,
    /// Labels of the copy, which take the place of those of the source.
    pub labels: Labels,
    /// Whether all volumes of the copy are encrypted, whatever those of the source are (AWS).
    pub encrypted: bool,
    /// The name of the key that they are encrypted with, where they are to be; never a key.
    pub key: Option<CloudText>,
    /// The devices of the copy; those of the source without snapshots and keys where none are given.
    pub devices: Option<Devices>,
    /// The name of the credential to use; needed where several fit.
    pub credential: Option<Name>,
}

impl CopyImage {
    /// A copy with the name and the tags of its source.
    #[must_use]
    pub fn new(to: CloudLocation) -> Self {
        Self {
            to,
            name: None,
            description: None,
            with_tags: true,
            labels: Labels::default(),
            encrypted: false,
            key: None,
            devices: None,
            credential: None,
        }
    }
}

/// Decides whether an image may be copied to a location, before that is done in the cloud.
///
/// Scalr (for EC2; ours for the others): an image is copied to another location of the same cloud.
/// Installations of a cloud are clouds of their own.
///
/// # Errors
///
/// See [`CopyError`].
pub fn check_copy(source: &ImageRecord, to: &CloudLocation) -> Result<(), CopyError> {
    let from = source.location();
    let image_id = || source.image_id().clone();
    if !source.lifecycle().is_usable() {
        let state = source.lifecycle().as_str();
        return Err(CopyError::NotUsable {
            record: source.id(),
            state,
        });
    }
    if (from.cloud(), from.installation()) != (to.cloud(), to.installation()) {
        return Err(CopyError::OtherCloud {
            from: from.clone(),
            to: to.clone(),
        });
    }
    if source.image_id().location_use() == LocationUse::Common {
        return Err(CopyError::Common {
            image_id: image_id(),
            at: from.clone(),
        });
    }
    if from == to {
        return Err(CopyError::SameLocation {
            image_id: image_id(),
            at: from.clone(),
        });
    }
    Ok(())
}

/// Decides whether the repository may have a second image of the same content (AWS: an image is
/// copied within its region too), for which nobody has to do anything elsewhere.
///
/// # Errors
///
/// See [`CopyError`]: also where the image is of another cloud.
pub fn check_duplicate(source: &ImageRecord, to: &CloudLocation) -> Result<(), CopyError> {
    match check_copy(source, to) {
        Err(CopyError::SameLocation { .. }) => {}
        other => other?,
    }
    if to.cloud() == Cloud::Local {
        return Ok(());
    }
    Err(CopyError::NotHere {
        image_id: source.image_id().clone(),
        at: source.location().clone(),
    })
}

/// Makes the record of a copy that is there, at the scope of its source and with the source as its
/// origin.
///
/// What is known of the source is known of the copy; snapshots, keys, kernels and ramdisks, which are
/// of one region, are not taken along, and nobody has seen the copy yet.
///
/// # Errors
///
/// See [`CopyError`]: also whatever keeps an image from being registered.
pub fn copy(
    source: &ImageRecord,
    request: CopyImage,
    image_id: ImageId,
    facts: &RegisterFacts<'_>,
) -> Result<Registered, CopyError> {
    check_copy(source, &request.to)?;
    register_copy(source, source.scope(), request, image_id, facts)
}

/// Makes the record of a copy that a host was asked for while its source could be used, at the scope
/// that asked, whatever has become of the source since.
///
/// # Errors
///
/// The copy cannot be registered.
pub fn register_copy(
    source: &ImageRecord,
    scope: &Scope,
    request: CopyImage,
    image_id: ImageId,
    facts: &RegisterFacts<'_>,
) -> Result<Registered, CopyError> {
    let scope = scope.clone();
    let mut asked = RegisterImage::new(scope, request.to, image_id, Via::Copy);
    asked.name = request.name.or_else(|| source.given_name().cloned());
    let description = request.description;
    asked.description = description.or_else(|| source.description().cloned());
    asked.os = source.os().cloned();
    asked.architecture = source.architecture();
    asked.size_gb = source.size_gb();
    asked.agent = Some(source.agent().clone());
    asked.init_agent = source.init_agent().clone();
    asked.guest = source.guest().clone();
    asked.firmware = source.firmware();
    asked.virtualization = source.virtualization();
    let devices = request.devices;
    asked.devices = devices.unwrap_or_else(|| source.devices().clone().elsewhere());
    if request.encrypted {
        asked.devices = asked.devices.encrypted(request.key.as_ref());
    }
    asked.ec2 = Box::new(ec2_facts(source));
    asked.shared = Some(source.shared());
    asked.labels = request.labels;
    if request.with_tags {
        asked.tags = source.tags().iter().map(Tag::clone).collect();
        let own = BTreeMap::from(asked.labels).into_iter();
        let set = own.collect();
        let change = LabelChange {
            set,
            ..LabelChange::default()
        };
        asked.labels = source.labels().changed(&change)?;
    }
    asked.credential = request
        .credential
        .or_else(|| same_credential(source, &asked.location, facts.credentials));
    asked.origin = Origin::Copied { from: source.id() };
    let mut registered = register(asked, facts)?;
    if source.lifecycle().is_deprecated(facts.now) {
        let from = source.id();
        registered.warnings.push(Warning::SourceDeprecated { from });
    }
    Ok(registered)
}

/// What EC2 will say of the copy of an image of AWS: its source, in the cloud's words.
fn ec2_facts(source: &ImageRecord) -> Ec2Facts {
    let mut facts = source.ec2().clone().elsewhere();
    if matches!(source.location().cloud(), Cloud::Aws | Cloud::Local) {
        facts.source_image = source.image_id().as_str().parse().ok();
        facts.source_region = source
            .location()
            .region()
            .and_then(|name| name.parse().ok());
    }
    facts
}

/// The credential of the source, where it reaches the copy and is the one that its name means there.
fn same_credential(
    source: &ImageRecord,
    to: &CloudLocation,
    credentials: &[Credential],
) -> Option<Name> {
    let id = source.credential()?;
    let own = credentials.iter().find(|one| one.id() == id)?;
    let reaches = own.reaches(to, source.scope());
    reaches.then(|| own.name().clone())
}

/// Why an image is not copied.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CopyError {
    /// The image is there already, being the source (Scalr).
    #[error("{} is in `{at}` already: name another location to copy it to", quoted(image_id.as_str()))]
    SameLocation {
        /// The image.
        image_id: ImageId,
        /// Where it is.
        at: CloudLocation,
    },
    /// The cloud has the image in all its regions.
    #[error("{} is common to all regions of `{at}`: use it there as it is", quoted(image_id.as_str()))]
    Common {
        /// The image.
        image_id: ImageId,
        /// Where it is.
        at: CloudLocation,
    },
    /// The location is of another cloud, or of another installation.
    #[error("`{from}` and `{to}` are not of one cloud: bring the image there, then register it")]
    OtherCloud {
        /// Where the source is.
        from: CloudLocation,
        /// Where the copy was to be.
        to: CloudLocation,
    },
    /// The source cannot be used, and neither could its copy.
    #[error("{record} is {state}: enable or restore it first")]
    NotUsable {
        /// The record of the source.
        record: ImageRecordId,
        /// Its state in one word.
        state: &'static str,
    },
    /// The image is of a cloud that has to make the copy itself.
    #[error("{} is in `{at}` and not in the repository: order the copy, or register one that is there", quoted(image_id.as_str()))]
    NotHere {
        /// The image.
        image_id: ImageId,
        /// Where it is.
        at: CloudLocation,
    },
    /// The token of the request stands for another request.
    #[error("the token {} was given for another copy: take a new one", quoted(token.as_str()))]
    OtherRequest {
        /// The token.
        token: CloudText,
    },
    /// The copy would have too many labels.
    #[error(transparent)]
    Labels(#[from] TooManyLabels),
    /// The copy cannot be registered.
    #[error(transparent)]
    Register(#[from] RegisterError),
}
