//! What may change after registration.

use crate::{
    AgentFacts, Architecture, ImageDescription, ImageName, ImageRecord, ImageRecordId, LoginName,
    OsFacts, RemoteAccess,
};
use atlas_base::Tag;
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
    Ok(record.changed(|fields| {
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
    /// The architecture is known, and stays what it is.
    #[error("the architecture of `{id}` is {known} and does not change: register the other image")]
    ArchitectureKnown {
        /// The record.
        id: ImageRecordId,
        /// The architecture.
        known: Architecture,
    },
}
