//! Making an image of a server's root disk.

use crate::{
    AgentFacts, Architecture, Cleaned, CleanupList, CloudServer, CloudText, Credential, DiskKind,
    ImageDescription, ImageName, ImageRecord, ImageRecordId, Origin, OriginText, OsFacts,
    RegisterError, RegisterImage, ServerState, Via, Warning, choose_credential,
};
use atlas_base::{Name, Tag};
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_scope::Scope;
use core::num::NonZeroU32;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A server of which an image is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleImage {
    /// The scope that is to hold the record.
    pub scope: Scope,
    /// Where the server runs.
    pub location: CloudLocation,
    /// The cloud's id of the server.
    pub server: OriginText,
    /// The name of the record; mandatory for GCP, OpenStack and VMware.
    pub name: Option<ImageName>,
    /// What the image is for.
    pub description: Option<ImageDescription>,
    /// The operating system; that of the base image unless it is said.
    pub os: Option<OsFacts>,
    /// The agent that runs scripts; that of the base image unless it is said.
    pub agent: Option<AgentFacts>,
    /// Whether lower scopes see the record; where nothing is said the level of the scope settles it.
    pub shared: Option<bool>,
    /// Tags of the record.
    pub tags: BTreeSet<Tag>,
    /// The name of the credential to use; needed where several fit.
    pub credential: Option<Name>,
    /// Whether the server runs on while its disk is read; what it writes then may be half there.
    pub no_reboot: bool,
    /// The gigabytes of the packages that are to be part of the image, if that is known.
    pub packages_gb: Option<NonZeroU32>,
    /// The `ServerTemplate` and its revision that the server runs.
    pub template: Option<OriginText>,
    /// The MultiCloud Image and its revision that the server was launched from.
    pub mci: Option<OriginText>,
    /// The name of the clean-up list that was applied.
    pub cleaned_with: Option<OriginText>,
}

impl BundleImage {
    /// A request that says nothing but what every one must say.
    #[must_use]
    pub fn new(scope: Scope, location: CloudLocation, server: OriginText) -> Self {
        Self {
            scope,
            location,
            server,
            name: None,
            description: None,
            os: None,
            agent: None,
            shared: None,
            tags: BTreeSet::new(),
            credential: None,
            no_reboot: false,
            packages_gb: None,
            template: None,
            mci: None,
            cleaned_with: None,
        }
    }
}

/// What [`bundle`] must know.
#[derive(Debug, Clone)]
pub struct BundleFacts<'a> {
    /// The server, if it is there.
    pub server: Option<&'a CloudServer>,
    /// The record of the image that the server was launched from, if the scope sees one.
    pub base: Option<&'a ImageRecord>,
    /// The credentials of the scope, of those above it and of those below it.
    pub credentials: &'a [Credential],
    /// The clean-up lists there are.
    pub lists: &'a [CleanupList],
}

/// A bundle to be made: what its work order tells the host, and what becomes of the record then.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Bundle {
    /// Where the server runs.
    pub location: CloudLocation,
    /// The cloud's id of the server.
    pub server: OriginText,
    /// Whether the server runs on while its disk is read.
    pub no_reboot: bool,
    /// The disks that are not part of the image.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<CloudText>,
    /// What was removed from the server before.
    #[serde(default, skip_serializing_if = "Cleaned::is_not_stated")]
    pub cleaned: Cleaned,
    /// The name of the credential.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credential: Option<Name>,
    /// The name of the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<ImageName>,
    /// What the image is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<ImageDescription>,
    /// The operating system inside.
    pub os: OsFacts,
    /// The processor architecture, which is that of the base image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<Architecture>,
    /// The size of the root disk in gigabytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_gb: Option<NonZeroU32>,
    /// The agent that runs scripts.
    #[serde(default)]
    pub agent: AgentFacts,
    /// The agent that sets a server up, which is that of the base image.
    #[serde(default)]
    pub init_agent: AgentFacts,
    /// Whether lower scopes see the record.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shared: Option<bool>,
    /// Tags of the record.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<Tag>,
    /// The record of the base image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<ImageRecordId>,
    /// The `ServerTemplate` and its revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<OriginText>,
    /// The MultiCloud Image and its revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mci: Option<OriginText>,
}

impl Bundle {
    /// The registration of the image that was made.
    #[must_use]
    pub fn registration(&self, scope: Scope, image_id: ImageId) -> RegisterImage {
        RegisterImage {
            name: self.name.clone(),
            description: self.description.clone(),
            os: Some(self.os.clone()),
            architecture: self.architecture,
            size_gb: self.size_gb,
            agent: Some(self.agent.clone()),
            init_agent: self.init_agent.clone(),
            shared: self.shared,
            tags: self.tags.clone(),
            credential: self.credential.clone(),
            origin: Origin::Bundled {
                server: self.server.clone(),
                base: self.base,
                template: self.template.clone(),
                mci: self.mci.clone(),
                cleaned: self.cleaned.clone(),
            },
            ..RegisterImage::new(scope, self.location.clone(), image_id, Via::Bundle)
        }
    }
}

/// A bundle that may be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundled {
    /// The bundle.
    pub bundle: Bundle,
    /// What is worth saying about it.
    pub warnings: Vec<Warning>,
}

/// Decides whether an image may be made of a server (RightScale, Symphony): of an operational one,
/// and of its root disk alone. The record is made when the host reports the image's id.
///
/// # Errors
///
/// See [`BundleError`].
pub fn bundle(request: BundleImage, facts: &BundleFacts<'_>) -> Result<Bundled, BundleError> {
    let Some(server) = facts.server else {
        let (server, location) = (request.server, request.location);
        return Err(BundleError::NoServer { server, location });
    };
    if server.state != ServerState::Operational {
        return Err(BundleError::NotOperational {
            server: server.id.clone(),
            state: server.state,
        });
    }
    let cloud = request.location.cloud();
    if matches!(cloud, Cloud::Gcp | Cloud::OpenStack | Cloud::Vmware) && request.name.is_none() {
        return Err(RegisterError::NameMissing { cloud }.into());
    }
    let named = request.credential.as_ref();
    let used = choose_credential(&request.location, &request.scope, named, facts.credentials)?;
    let used = facts
        .credentials
        .iter()
        .find(|credential| Some(credential.id()) == used);
    let base = facts.base;
    let os = request
        .os
        .or_else(|| base.and_then(ImageRecord::os).cloned());
    let os = os.ok_or(RegisterError::OsMissing)?;
    let agent = request
        .agent
        .or_else(|| base.map(|base| base.agent().clone()))
        .unwrap_or_default();

    let (root, others): (Vec<_>, Vec<_>) = server
        .devices
        .iter()
        .partition(|device| device.kind == DiskKind::Root);
    let left_out: Vec<_> = others.iter().map(|device| device.name.clone()).collect();
    let mut warnings = Vec::new();
    if !left_out.is_empty() {
        warnings.push(Warning::NotIncluded {
            devices: left_out.clone(),
        });
    }
    let size_gb = root.iter().find_map(|device| device.size_gb);
    let sizes = [
        size_gb,
        base.and_then(ImageRecord::size_gb),
        request.packages_gb,
    ];
    if let Some(size_gb) = sizes.into_iter().flatten().max()
        && size_gb.get() > ROOT_DISK_GB
    {
        warnings.push(Warning::LargeBundle { size_gb });
    }
    let cleaned = cleaned(request.cleaned_with, &agent, facts.lists, &mut warnings)?;
    Ok(Bundled {
        bundle: Bundle {
            location: request.location,
            server: request.server,
            no_reboot: request.no_reboot,
            left_out,
            cleaned,
            credential: used.map(|credential| credential.name().clone()),
            name: request.name,
            description: request.description,
            os,
            architecture: base.and_then(ImageRecord::architecture),
            size_gb,
            agent,
            init_agent: base
                .map(|base| base.init_agent().clone())
                .unwrap_or_default(),
            shared: request.shared,
            tags: request.tags,
            base: base.map(ImageRecord::id),
            template: request.template,
            mci: request.mci,
        },
        warnings,
    })
}

/// `RightScale`: the root disk of its images has 10 GB.
const ROOT_DISK_GB: u32 = 10;

fn cleaned(
    named: Option<OriginText>,
    agent: &AgentFacts,
    lists: &[CleanupList],
    warnings: &mut Vec<Warning>,
) -> Result<Cleaned, BundleError> {
    let Some(list) = named else {
        return Ok(Cleaned::NotStated);
    };
    let Some(found) = lists.iter().find(|known| known.name == list.as_str()) else {
        let known = lists.iter().map(|list| list.name).collect();
        return Err(BundleError::NoCleanupList { list, known });
    };
    if !found.fits(agent) {
        warnings.push(Warning::CleanupMisfit { list: list.clone() });
    }
    Ok(Cleaned::With { list })
}

/// Why no image is made of a server.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BundleError {
    /// The server is not there.
    #[error("there is no server `{server}` in `{location}`: check its id and the location")]
    NoServer {
        /// The server.
        server: OriginText,
        /// Where it was looked for.
        location: CloudLocation,
    },
    /// The server does not run (RightScale).
    #[error("the server `{server}` is {state}: wait until it is operational")]
    NotOperational {
        /// The server.
        server: OriginText,
        /// What it is instead.
        state: ServerState,
    },
    /// No inventory knows the server's cloud, and nobody described the server.
    #[error(
        "no inventory knows `{location}`: configure one, or say that the server is operational"
    )]
    NotDescribed {
        /// Where the server runs.
        location: CloudLocation,
    },
    /// There is no such clean-up list.
    #[error("there is no clean-up list `{list}`: name one of {}", listed(known))]
    NoCleanupList {
        /// What was named.
        list: OriginText,
        /// The lists there are.
        known: Vec<&'static str>,
    },
    /// The image could not be registered afterwards.
    #[error(transparent)]
    Register(#[from] RegisterError),
}

fn listed(names: &[&str]) -> String {
    let quoted: Vec<_> = names.iter().map(|name| format!("`{name}`")).collect();
    quoted.join(", ")
}
