//! What may change after registration.

use crate::{
    AgentFacts, Architecture, CloudText, ImageDescription, ImageName, ImageRecord, ImageRecordId,
    LabelChange, LoginName, OsFacts, ProductCode, RemoteAccess, TooManyLabels,
};
use atlas_base::{Tag, Timestamp};
use atlas_image_id::Cloud;
use core::num::NonZeroU32;
use std::collections::BTreeSet;

/// Changes of a record: what is `None` stays as it is, and what is `Some(None)` is taken away.
///
/// Scalr changed the name alone; that what people say about an image may change, and what an image
/// is may not, is ours. Where it is, its id, its credential and its origin have no field here.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct EditImage {
    /// The name.
    pub name: Option<Option<ImageName>>,
    /// What it is for.
    pub description: Option<Option<ImageDescription>>,
    /// Tags to add.
    pub add_tags: BTreeSet<Tag>,
    /// Tags to take away; one that is not there is no mistake.
    pub remove_tags: BTreeSet<Tag>,
    /// What becomes of its labels.
    pub labels: LabelChange,
    /// The size in gigabytes, at least 1.
    pub size_gb: Option<Option<NonZeroU32>>,
    /// The agent that runs scripts.
    pub agent: Option<AgentFacts>,
    /// The agent that sets a server up at its first boot.
    pub init_agent: Option<AgentFacts>,
    /// Whether a server asks for its address by DHCP.
    pub dhcp: Option<Option<bool>>,
    /// The ways in, all of them.
    pub access: Option<BTreeSet<RemoteAccess>>,
    /// Who logs in.
    pub login: Option<Option<LoginName>>,
    /// The operating system, where it is unknown so far.
    pub os: Option<OsFacts>,
    /// The architecture, where it is unknown so far.
    pub architecture: Option<Architecture>,
    /// The version of the metadata service that is demanded; once it is, it stays so (AWS).
    pub imds_support: Option<CloudText>,
    /// Product codes to add; none is ever taken away (AWS).
    pub add_product_codes: BTreeSet<ProductCode>,
    /// When it was last launched; an earlier moment than is known changes nothing.
    pub last_launched: Option<Timestamp>,
}

impl EditImage {
    /// Whether it changes what EC2 alone says of an image.
    fn is_of_ec2(&self) -> bool {
        self.imds_support.is_some()
            || !self.add_product_codes.is_empty()
            || self.last_launched.is_some()
    }
}

/// Changes a record.
///
/// # Errors
///
/// See [`EditImageError`].
pub fn edit(record: &ImageRecord, edit: EditImage) -> Result<ImageRecord, EditImageError> {
    let id = record.id();
    if record.lifecycle().is_deleted() {
        return Err(EditImageError::Deleted { id });
    }
    let cloud = record.location().cloud();
    let needs_name = matches!(cloud, Cloud::Gcp | Cloud::OpenStack | Cloud::Vmware);
    if edit.name == Some(None) && needs_name {
        return Err(EditImageError::NameNeeded { id, cloud });
    }
    if let (Some(known), Some(given)) = (record.os(), &edit.os)
        && known != given
    {
        let known = known.clone();
        return Err(EditImageError::OsKnown { id, known });
    }
    if let (Some(known), Some(given)) = (record.architecture(), edit.architecture)
        && known != given
    {
        return Err(EditImageError::ArchitectureKnown { id, known });
    }
    if edit.is_of_ec2() && !matches!(cloud, Cloud::Aws | Cloud::Local) {
        return Err(EditImageError::NotOfEc2 { id, cloud });
    }
    let labels = record.labels().changed(&edit.labels)?;
    Ok(record.changed(|fields| {
        fields.labels = labels;
        if let Some(name) = edit.name {
            fields.name = name;
        }
        if let Some(description) = edit.description {
            fields.description = description;
        }
        fields.tags.retain(|tag| !edit.remove_tags.contains(tag));
        fields.tags.extend(edit.add_tags);
        if let Some(size) = edit.size_gb {
            fields.size_gb = size;
        }
        if let Some(agent) = edit.agent {
            fields.agent = agent;
        }
        if let Some(agent) = edit.init_agent {
            fields.init_agent = agent;
        }
        fields.guest.dhcp = edit.dhcp.unwrap_or(fields.guest.dhcp);
        if let Some(access) = edit.access {
            fields.guest.access = access;
        }
        if let Some(login) = edit.login {
            fields.guest.login = login;
        }
        fields.os = edit.os.or(fields.os.take());
        fields.architecture = edit.architecture.or(fields.architecture);
        let ec2 = &mut fields.ec2;
        ec2.imds_support = edit.imds_support.or(ec2.imds_support.take());
        ec2.product_codes.extend(edit.add_product_codes);
        ec2.last_launched = edit.last_launched.max(ec2.last_launched);
    }))
}

/// Why a record was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EditImageError {
    /// It is deleted.
    #[error("`{id}` is deleted: restore it first")]
    Deleted {
        /// The record.
        id: ImageRecordId,
    },
    /// Images of that cloud are found by the name alone.
    #[error("images of {cloud} need a name: give `{id}` another one")]
    NameNeeded {
        /// The record.
        id: ImageRecordId,
        /// The cloud.
        cloud: Cloud,
    },
    /// The operating system inside is known, and stays what it is.
    #[error(
        "the operating system of `{id}` is {} {} {} and does not change: register the other image",
        known.family, known.generation, known.version
    )]
    OsKnown {
        /// The record.
        id: ImageRecordId,
        /// What is inside.
        known: OsFacts,
    },
    /// Such facts have images of AWS and of the repository alone.
    #[error("`{id}` is of {cloud}, and EC2 says nothing of it: leave its facts out")]
    NotOfEc2 {
        /// The record.
        id: ImageRecordId,
        /// The cloud.
        cloud: Cloud,
    },
    /// It would have too many labels.
    #[error(transparent)]
    Labels(#[from] TooManyLabels),
    /// The architecture is known, and stays what it is.
    #[error("the architecture of `{id}` is {known} and does not change: register the other image")]
    ArchitectureKnown {
        /// The record.
        id: ImageRecordId,
        /// The architecture.
        known: Architecture,
    },
}
