//! Where a disk image stands, and how it gets there.

use super::{DiskImage, DiskImageError, FailureCode, KeptDevice, KeptDeviceId};
use crate::{
    Availability, Checksum, Device, Devices, ImageRecordId, LaunchPermission, Origin, Reason,
    RegisterImage, Via,
};
use atlas_base::{Digest, Timestamp};
use atlas_image_id::ImageId;
use atlas_scope::{AccountNumber, Level};
use core::num::NonZeroU32;
use serde::{Deserialize, Serialize};

/// Where a disk image stands (Symphony has creating, with its progress, and ready; the rest is ours).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum DiskImageState {
    /// It is being made. Nobody can use anything of it.
    Creating {
        /// When it was begun, or moved on the last time.
        since: Timestamp,
        /// How much is done.
        done: u64,
        /// How much there is to do, in bytes of its devices; 0 while that is not known.
        total: u64,
    },
    /// It is whole, and can be launched as its record says.
    Ready {
        /// Since when.
        since: Timestamp,
        /// Its image record.
        record: ImageRecordId,
    },
    /// It could not be made, and nothing of it is kept.
    Failed {
        /// Since when.
        since: Timestamp,
        /// Why, for programs: `backing-file`.
        code: FailureCode,
        /// Why, for people.
        reason: Reason,
    },
    /// What is kept of it is being removed.
    Deleting {
        /// Since when.
        since: Timestamp,
        /// Its image record, which waits to be deleted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        record: Option<ImageRecordId>,
    },
    /// What is kept of it could not be removed; that can be tried again.
    DeleteFailed {
        /// Since when.
        since: Timestamp,
        /// Why.
        reason: Reason,
        /// Its image record.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        record: Option<ImageRecordId>,
    },
}

impl DiskImageState {
    /// At the beginning, where nothing is known.
    pub(super) const fn begun(since: Timestamp) -> Self {
        Self::Creating {
            since,
            done: 0,
            total: 0,
        }
    }

    /// The word for it: `creating`.
    pub const fn as_str(&self) -> &'static str {
        match self {
            Self::Creating { .. } => "creating",
            Self::Ready { .. } => "ready",
            Self::Failed { .. } => "failed",
            Self::Deleting { .. } => "deleting",
            Self::DeleteFailed { .. } => "delete-failed",
        }
    }

    /// When it came to be so; while it is created, when it was last heard of.
    pub const fn since(&self) -> Timestamp {
        match self {
            Self::Creating { since, .. }
            | Self::Ready { since, .. }
            | Self::Failed { since, .. }
            | Self::Deleting { since, .. }
            | Self::DeleteFailed { since, .. } => *since,
        }
    }

    /// The image record, where there is one.
    pub const fn record(&self) -> Option<ImageRecordId> {
        match self {
            Self::Ready { record, .. } => Some(*record),
            Self::Deleting { record, .. } | Self::DeleteFailed { record, .. } => *record,
            Self::Creating { .. } | Self::Failed { .. } => None,
        }
    }

    pub(super) const fn misfit(&self, needed: &'static str, what: &'static str) -> DiskImageError {
        DiskImageError::State {
            state: self.as_str(),
            needed,
            what,
        }
    }
}

/// What a device came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "whoever keeps devices makes it")]
pub struct MadeDevice {
    /// Bytes that are no holes.
    pub data: u64,
    /// The digest of what the pool keeps.
    pub content: Digest,
    /// SHA-256 of the RAW, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sha256: Option<Checksum>,
    /// BLAKE3 of the RAW, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub blake3: Option<Checksum>,
    /// SHA-256 of the source, in hex.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_sha256: Option<Checksum>,
}

/// Notes how far it is; it never goes back (Symphony).
///
/// # Errors
///
/// It is not being created, or by another attempt than that of `ids`.
pub fn advance(
    image: &DiskImage,
    ids: &[KeptDeviceId],
    done: u64,
    now: Timestamp,
) -> Result<DiskImage, DiskImageError> {
    let DiskImageState::Creating { done: before, .. } = image.state else {
        return Err(image.state.misfit("creating", "moved on"));
    };
    check_attempt(image, ids)?;
    let total = image.size();
    let done = done.max(before).min(total);
    let state = DiskImageState::Creating {
        since: now,
        done,
        total,
    };
    Ok(in_state(image, state))
}

/// Whether it is still the attempt that keeps its devices under these ids.
fn check_attempt(image: &DiskImage, ids: &[KeptDeviceId]) -> Result<(), DiskImageError> {
    let own = image.devices.iter().map(|device| device.id);
    if own.eq(ids.iter().copied()) {
        Ok(())
    } else {
        Err(DiskImageError::OtherAttempt { id: image.id })
    }
}

/// What [`make_ready`] must know.
#[derive(Debug, Clone)]
pub struct ReadyFacts {
    /// What the devices came to, each under the id that it is kept under, in order.
    pub made: Vec<(KeptDeviceId, MadeDevice)>,
    /// The id that its record will have.
    pub record: ImageRecordId,
    /// The number of the account that owns it, if it belongs to one.
    pub account: Option<AccountNumber>,
    /// The moment.
    pub now: Timestamp,
}

/// A disk image that is whole, and the record that it is to have.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Readied {
    /// The image.
    pub image: DiskImage,
    /// What is registered in the same commit, under the id that the image names.
    pub register: RegisterImage,
    /// To whom the record is opened in the same commit.
    pub opened_to: Option<LaunchPermission>,
}

/// Ends the making of an image, which is whole now: it can be launched from its record (Symphony).
///
/// # Errors
///
/// It is not being created, or by another attempt.
pub fn make_ready(image: &DiskImage, facts: ReadyFacts) -> Result<Readied, DiskImageError> {
    let DiskImageState::Creating { .. } = image.state else {
        return Err(image.state.misfit("creating", "made ready"));
    };
    let ids: Vec<_> = facts.made.iter().map(|(id, _)| *id).collect();
    check_attempt(image, &ids)?;
    if ids.is_empty() {
        return Err(DiskImageError::NoDevice);
    }
    let mut ready = in_state(
        image,
        DiskImageState::Ready {
            since: facts.now,
            record: facts.record,
        },
    );
    for (device, (_, made)) in ready.devices.iter_mut().zip(facts.made) {
        device.made = Some(made);
    }
    let (shared, opened_to) = opens(image, facts.account);
    let register = RegisterImage {
        name: Some(image.name.clone()),
        description: image.description.clone(),
        os: image.os.clone(),
        architecture: image.architecture,
        size_gb: gigabytes(image.size()),
        init_agent: image.init_agent.clone(),
        guest: image.guest.clone(),
        firmware: image.firmware,
        devices: devices(&ready.devices),
        shared,
        tags: image.tags.clone(),
        origin: origin(&ready),
        ..RegisterImage::new(
            image.scope.clone(),
            image.location.clone(),
            ImageId::Local(image.id),
            Via::Repository,
        )
    };
    Ok(Readied {
        image: ready,
        register,
        opened_to,
    })
}

/// Symphony: the owner is always the project; beside it the account, or everybody.
fn opens(
    image: &DiskImage,
    account: Option<AccountNumber>,
) -> (Option<bool>, Option<LaunchPermission>) {
    let is_environment = image.scope.level() == Level::Environment;
    match image.availability {
        Availability::Project => (Some(false), None),
        Availability::Account if is_environment => (None, account.map(LaunchPermission::Account)),
        Availability::Account => (Some(true), None),
        Availability::Public => (Some(true), Some(LaunchPermission::Everybody)),
    }
}

/// Gigabytes, of 2^30 bytes as the clouds count them, rounded up.
fn gigabytes(bytes: u64) -> Option<NonZeroU32> {
    let whole = u32::try_from(bytes.div_ceil(1 << 30)).unwrap_or(u32::MAX);
    NonZeroU32::new(whole)
}

fn devices(kept: &[KeptDevice]) -> Devices {
    let device = |kept: &KeptDevice| Device {
        kind: Some(kept.kind),
        bus: Some(kept.bus),
        pool: Some(kept.pool.clone()),
        size_gb: gigabytes(kept.size),
        ..Device::default()
    };
    // INVARIANT: there are no more than a list may have, and none has a name.
    Devices::new(kept.iter().map(device).collect()).unwrap_or_default()
}

/// What the record says of where it comes from: the source of what boots.
fn origin(image: &DiskImage) -> Origin {
    let boots = image.devices.iter().find(|device| device.boots);
    match (
        boots.and_then(|device| device.from.clone()),
        image.content(),
    ) {
        (Some(from), Some(content)) => Origin::Converted { from, content },
        _ => Origin::Registered,
    }
}

/// Ends the making of an image that could not be made. What is there of its devices is
/// [left](super::LeftDevice), until somebody has removed it.
///
/// # Errors
///
/// It is not being created, or by another attempt than that of `ids`.
pub fn fail_import(
    image: &DiskImage,
    ids: &[KeptDeviceId],
    code: FailureCode,
    reason: Reason,
    now: Timestamp,
) -> Result<DiskImage, DiskImageError> {
    let DiskImageState::Creating { .. } = image.state else {
        return Err(image.state.misfit("creating", "failed"));
    };
    check_attempt(image, ids)?;
    let mut failed = in_state(
        image,
        DiskImageState::Failed {
            since: now,
            code,
            reason,
        },
    );
    failed.leave_devices();
    Ok(failed)
}

/// Begins the making of an image anew that failed, or whose maker is gone; what is there of its
/// devices is [left](super::LeftDevice).
///
/// # Errors
///
/// It is ready, or about to be removed.
pub fn restart_import(image: &DiskImage, now: Timestamp) -> Result<DiskImage, DiskImageError> {
    match image.state {
        DiskImageState::Creating { .. } | DiskImageState::Failed { .. } => {
            let mut begun = in_state(image, DiskImageState::begun(now));
            begun.leave_devices();
            Ok(begun)
        }
        _ => Err(image.state.misfit("failed", "tried again")),
    }
}

/// Begins to remove an image, or tries it again. What is being created is given up.
///
/// Its record, if it has one, must be about to be deleted by then, which is decided where records are.
pub fn delete_disk_image(image: &DiskImage, now: Timestamp) -> DiskImage {
    if let DiskImageState::Deleting { .. } = image.state {
        return image.clone();
    }
    let record = image.record();
    in_state(image, DiskImageState::Deleting { since: now, record })
}

/// Notes that what is kept of an image could not be removed.
///
/// # Errors
///
/// Nobody is about to.
pub fn fail_delete(
    image: &DiskImage,
    reason: Reason,
    now: Timestamp,
) -> Result<DiskImage, DiskImageError> {
    let DiskImageState::Deleting { record, .. } = image.state else {
        return Err(image.state.misfit("deleting", "left undeleted"));
    };
    let since = now;
    let state = DiskImageState::DeleteFailed {
        since,
        reason,
        record,
    };
    Ok(in_state(image, state))
}

/// Whether nothing is kept of an image any more, so that it can be forgotten.
///
/// # Errors
///
/// Nobody is about to remove it.
pub fn forget_disk_image(image: &DiskImage) -> Result<(), DiskImageError> {
    match image.state {
        DiskImageState::Deleting { .. } => Ok(()),
        _ => Err(image.state.misfit("deleting", "forgotten")),
    }
}

fn in_state(image: &DiskImage, state: DiskImageState) -> DiskImage {
    DiskImage {
        state,
        ..image.clone()
    }
}
