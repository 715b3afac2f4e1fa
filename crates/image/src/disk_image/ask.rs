//! Somebody asks for a disk image.

use super::{DiskImage, DiskImageError, DiskImageState, DiskQuota, DiskUsage};
use crate::{
    AgentFacts, Architecture, Availability, CloudText, ConvertedFrom, DeviceBus, DeviceKind,
    DiskFormat, Firmware, GuestFacts, ImageDescription, ImageName, OsFacts,
};
use atlas_base::{Tag, Timestamp};
use atlas_image_id::{AmiId, Cloud, CloudLocation};
use atlas_scope::{PrincipalId, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A disk image that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportDiskImage {
    /// The project that is to own it.
    pub scope: Scope,
    /// Where it is to be: a region of the cloud `local`.
    pub location: CloudLocation,
    /// Its name, which it must have; that of a CD ends with `.iso`.
    pub name: Option<ImageName>,
    /// What it is for.
    pub description: Option<ImageDescription>,
    /// Who else may use it.
    pub availability: Availability,
    /// How it starts, whatever its source says.
    pub firmware: Option<Firmware>,
    /// Tags.
    pub tags: BTreeSet<Tag>,
    /// The operating system inside.
    pub os: Option<OsFacts>,
    /// The processor architecture.
    pub architecture: Option<Architecture>,
    /// The agent that sets a server up at its first boot.
    pub init_agent: AgentFacts,
    /// How a person reaches the server.
    pub guest: GuestFacts,
    /// The sources, each a device; an appliance may have several.
    pub devices: Vec<AskedDevice>,
    /// Which device boots: its place among all that come of the sources, from 0.
    pub boot: Option<u32>,
}

impl ImportDiskImage {
    /// The most sources (ours).
    pub const MOST_SOURCES: usize = 16;

    /// A request that says nothing but what every one must say.
    #[must_use]
    pub fn new(scope: Scope, location: CloudLocation, devices: Vec<AskedDevice>) -> Self {
        Self {
            scope,
            location,
            name: None,
            description: None,
            availability: Availability::Project,
            firmware: None,
            tags: BTreeSet::new(),
            os: None,
            architecture: None,
            init_agent: AgentFacts::Unknown,
            guest: GuestFacts::default(),
            devices,
            boot: None,
        }
    }
}

/// What is asked for of one source (Symphony: block device mapping).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AskedDevice {
    /// Where it comes from.
    pub from: ConvertedFrom,
    /// In which form it is said to be; its bytes must agree.
    pub format: DiskFormat,
    /// The storage pool that is to keep it: `default` is always there (Symphony).
    pub pool: CloudText,
    /// How it is attached; natively where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bus: Option<DeviceBus>,
    /// What it is; a disk where nothing is said, and a CD where an ISO comes in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<DeviceKind>,
    /// Its bytes, where they are to be more than the source has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size: Option<u64>,
}

impl AskedDevice {
    /// A source of which nothing more is said.
    #[must_use]
    pub fn new(from: ConvertedFrom, format: DiskFormat, pool: CloudText) -> Self {
        Self {
            from,
            format,
            pool,
            bus: None,
            kind: None,
            size: None,
        }
    }

    /// What it will be.
    pub fn device_kind(&self) -> DeviceKind {
        match self.format {
            DiskFormat::Iso => DeviceKind::Cdrom,
            _ => self.kind.unwrap_or(DeviceKind::Disk),
        }
    }
}

/// What [`begin_disk_image`] must know.
#[derive(Debug, Clone)]
pub struct BeginFacts<'a> {
    /// The storage pools that there are.
    pub pools: &'a BTreeSet<String>,
    /// What the project may keep.
    pub quota: Option<&'a DiskQuota>,
    /// What it keeps.
    pub usage: DiskUsage,
    /// The id that the image is to have.
    pub id: AmiId,
    /// Who asks.
    pub by: &'a PrincipalId,
    /// When.
    pub now: Timestamp,
}

/// Decides whether a disk image may be made, and begins it: it is being created, with nothing of it
/// known yet (Symphony).
///
/// # Errors
///
/// See [`DiskImageError`].
pub fn begin_disk_image(
    request: ImportDiskImage,
    facts: &BeginFacts<'_>,
) -> Result<DiskImage, DiskImageError> {
    if request.location.cloud() != Cloud::Local || request.location.region().is_none() {
        return Err(DiskImageError::NotHere {
            location: request.location,
        });
    }
    check_sources(&request.devices)?;
    for (at, asked) in (0_u32..).zip(&request.devices) {
        check_device(at, asked, facts.pools)?;
    }
    let name = name_of(&request)?;
    if let Some(quota) = facts.quota {
        quota.check_image(facts.usage)?;
    }
    let image = DiskImage {
        id: facts.id,
        location: request.location,
        scope: request.scope,
        name,
        description: request.description,
        availability: request.availability,
        firmware: request.firmware,
        tags: request.tags,
        os: request.os,
        architecture: request.architecture,
        init_agent: request.init_agent,
        guest: request.guest,
        asked: request.devices,
        asked_boot: request.boot,
        devices: Vec::new(),
        left: Vec::new(),
        state: DiskImageState::begun(facts.now),
        created: facts.now,
        created_by: facts.by.clone(),
    };
    Ok(image)
}

/// Symphony: a file is one device; of the other kinds there may be several, and they are not mixed.
fn check_sources(asked: &[AskedDevice]) -> Result<(), DiskImageError> {
    let Some(first) = asked.first() else {
        return Err(DiskImageError::NoSource);
    };
    if asked.len() > ImportDiskImage::MOST_SOURCES {
        return Err(DiskImageError::TooManySources { found: asked.len() });
    }
    if let Some(other) = asked
        .iter()
        .find(|one| one.from.kind() != first.from.kind())
    {
        return Err(DiskImageError::MixedSources {
            first: first.from.kind(),
            other: other.from.kind(),
        });
    }
    if matches!(first.from, ConvertedFrom::File { .. }) && asked.len() > 1 {
        return Err(DiskImageError::OneFile { found: asked.len() });
    }
    if asked.len() > 1
        && let Some(at) = asked.iter().position(|one| one.format == DiskFormat::Ova)
    {
        return Err(DiskImageError::ApplianceBeside {
            device: u32::try_from(at).unwrap_or(u32::MAX),
        });
    }
    Ok(())
}

/// Symphony: a file takes a pool alone, a CD no size, and pools must be known.
fn check_device(
    device: u32,
    asked: &AskedDevice,
    pools: &BTreeSet<String>,
) -> Result<(), DiskImageError> {
    if !pools.contains(asked.pool.as_str()) {
        return Err(DiskImageError::NoSuchPool {
            device,
            pool: asked.pool.as_str().to_owned(),
            pools: pools.clone(),
        });
    }
    if matches!(asked.from, ConvertedFrom::File { .. }) {
        let said = [
            (asked.bus.is_some(), "a bus"),
            (asked.kind.is_some(), "a kind of device"),
            (asked.size.is_some(), "a size"),
        ];
        if let Some((_, what)) = said.into_iter().find(|(is_said, _)| *is_said) {
            return Err(DiskImageError::PoolOnly { what });
        }
    }
    let is_iso = asked.format == DiskFormat::Iso;
    if let Some(kind) = asked.kind
        && (kind == DeviceKind::Cdrom) != is_iso
    {
        let format = asked.format;
        return Err(DiskImageError::KindMisfit {
            device,
            kind,
            format,
        });
    }
    if is_iso && asked.size.is_some() {
        return Err(DiskImageError::CdHasItsSize { device });
    }
    Ok(())
}

/// Symphony: the name of a CD, and only of a CD, ends with `.iso`.
fn name_of(request: &ImportDiskImage) -> Result<ImageName, DiskImageError> {
    let Some(name) = request.name.clone() else {
        return Err(DiskImageError::NameMissing);
    };
    let is_iso = DiskImage::is_iso(&request.devices);
    if name.as_str().to_ascii_lowercase().ends_with(".iso") != is_iso {
        return Err(DiskImageError::NameMisfit { name, is_iso });
    }
    Ok(name)
}
