//! Why a disk image is not made, or not removed.

use crate::{DeviceKind, DiskFormat, ImageName};
use atlas_base::quoted;
use atlas_image_id::{AmiId, CloudLocation};
use atlas_scope::Scope;
use std::collections::BTreeSet;

/// Why something is not done to a disk image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DiskImageError {
    /// It is to be in another cloud.
    #[error(
        "the repository keeps images in a region of the cloud `local`, such as `local/main`, not in `{location}`"
    )]
    NotHere {
        /// What was named.
        location: CloudLocation,
    },
    /// There is nothing to make it from.
    #[error("name a file, a URL, a volume or a snapshot to make the image from")]
    NoSource,
    /// There is too much to make it from.
    #[error(
        "an image is made from at most {} sources, not {found}",
        super::ImportDiskImage::MOST_SOURCES
    )]
    TooManySources {
        /// How many were named.
        found: usize,
    },
    /// Files, URLs, volumes and snapshots are not mixed.
    #[error("the sources of an image are all of one kind: this one has a {first} and a {other}")]
    MixedSources {
        /// What the first one is.
        first: &'static str,
        /// What another one is.
        other: &'static str,
    },
    /// A file is one device.
    #[error(
        "an image is made from one file, not from {found}: give URLs, or an appliance with all of its disks"
    )]
    OneFile {
        /// How many were named.
        found: usize,
    },
    /// An appliance says itself which disks there are.
    #[error(
        "device {device} is an appliance (OVA), which has all the disks of its image: name nothing beside it"
    )]
    ApplianceBeside {
        /// Which source, from 0.
        device: u32,
    },
    /// Nobody configured such a pool.
    #[error(
        "device {device} is to be kept in the storage pool {}, which is not there: there {}",
        quoted(.pool),
        told_pools(.pools)
    )]
    NoSuchPool {
        /// Which source, from 0.
        device: u32,
        /// What was named.
        pool: String,
        /// What there is.
        pools: BTreeSet<String>,
    },
    /// Of a file nothing but its pool is said.
    #[error(
        "a file takes no other word than the storage pool, and {what} was given: give a URL, where that can be said"
    )]
    PoolOnly {
        /// What was said.
        what: &'static str,
    },
    /// What comes in as ISO is a CD, and nothing else is.
    #[error(
        "device {device} comes in as {format}, which makes no {kind}: a CD comes in as iso, and what comes in as iso is one"
    )]
    KindMisfit {
        /// Which source, from 0.
        device: u32,
        /// What it was to be.
        kind: DeviceKind,
        /// In which form it comes.
        format: DiskFormat,
    },
    /// A CD has the size that it has.
    #[error("device {device} is a CD, which has the size of its source: leave the size out")]
    CdHasItsSize {
        /// Which source, from 0.
        device: u32,
    },
    /// Images have names.
    #[error("the image needs a name")]
    NameMissing,
    /// The name of a CD, and only that, ends with `.iso`.
    #[error("{} is no name for {}: the name of an image of CDs ends with `.iso`, and no other name does", quoted(.name.as_str()), if *.is_iso { "CDs" } else { "what has disks" })]
    NameMisfit {
        /// What was given.
        name: ImageName,
        /// Whether all that it has are CDs.
        is_iso: bool,
    },
    /// The project may keep no more.
    #[error(transparent)]
    Quota(#[from] QuotaError),
    /// There is nothing in the sources.
    #[error("the source has no disk")]
    NoDevice,
    /// The image would have too many devices.
    #[error(
        "an image has at most {} devices, and the sources have {found}",
        crate::Devices::MOST
    )]
    TooManyDevices {
        /// How many there are.
        found: usize,
    },
    /// Which of several disks is to have that size?
    #[error("a size was given for a source of {found} disks: it is for a source with one")]
    SizeOfSeveral {
        /// How many there are.
        found: usize,
    },
    /// A disk never gets smaller.
    #[error(
        "device {device} is to have {asked} bytes, and its source has {found}: it can only grow"
    )]
    TooSmall {
        /// Which device, from 0.
        device: u32,
        /// What was asked for.
        asked: u64,
        /// What the source has.
        found: u64,
    },
    /// The device that is to boot is not there.
    #[error("device {asked} is to boot, and the image has {found}, the first of which is device 0")]
    NoSuchBoot {
        /// Which one was named.
        asked: u32,
        /// How many there are.
        found: usize,
    },
    /// Beside disks, a CD does not boot.
    #[error("device {asked} is to boot, and is a CD beside disks: name a disk")]
    BootsCd {
        /// Which one was named.
        asked: u32,
    },
    /// It is in another state.
    #[error("the image is {state}, and only what is {needed} can be {what}")]
    State {
        /// What it is.
        state: &'static str,
        /// What it had to be.
        needed: &'static str,
        /// What was to be done.
        what: &'static str,
    },
    /// Somebody else makes it by now, or it was given up meanwhile.
    #[error("somebody else has begun to make {id} anew: what this attempt made is thrown away")]
    OtherAttempt {
        /// The image.
        id: AmiId,
    },
}

/// Why a project may keep no more.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum QuotaError {
    /// It has too many images.
    #[error(
        "`{scope}` may keep {most} disk images and has {used}: delete one, or ask for a higher quota"
    )]
    Images {
        /// The project.
        scope: Scope,
        /// What it may have.
        most: u64,
        /// What it has.
        used: u64,
    },
    /// Its images are too large.
    #[error(
        "`{scope}` may keep {most} bytes of disk images and has {used}, so that {asked} more do not fit: delete an image, or ask for a higher quota"
    )]
    Bytes {
        /// The project.
        scope: Scope,
        /// What it may have.
        most: u64,
        /// What it has.
        used: u64,
        /// What was to come.
        asked: u64,
    },
}

fn told_pools(pools: &BTreeSet<String>) -> String {
    let names: Vec<_> = pools.iter().map(|name| format!("`{name}`")).collect();
    match names.as_slice() {
        [] => "is none".to_owned(),
        [only] => format!("is {only}"),
        several => format!("are {}", several.join(", ")),
    }
}
