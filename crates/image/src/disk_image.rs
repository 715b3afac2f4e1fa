//! Disk images: what the repository keeps, from the first byte on.

mod ask;
mod devices;
mod error;
mod failure_code;
mod left;
mod quota;
mod state;
mod warning;

pub use self::{
    ask::{AskedDevice, BeginFacts, ImportDiskImage, begin_disk_image},
    devices::{FoundDisk, FoundSource, SettleFacts, settle_devices},
    error::{DiskImageError, QuotaError},
    failure_code::{FailureCode, ParseFailureCodeError},
    left::{LeftDevice, forget_left},
    quota::{DiskQuota, DiskUsage},
    state::{
        DiskImageState, MadeDevice, Readied, ReadyFacts, advance, delete_disk_image, fail_delete,
        fail_import, forget_disk_image, make_ready, restart_import,
    },
    warning::DiskImageWarning,
};
use crate::{
    AgentFacts, Architecture, Availability, CloudText, ConvertedFrom, DeviceBus, DeviceKind,
    DiskFormat, Firmware, GuestFacts, ImageDescription, ImageName, ImageRecordId, OsFacts,
};
use atlas_base::{Digest, Tag, Timestamp};
use atlas_image_id::{AmiId, CloudLocation};
use atlas_scope::{PrincipalId, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

atlas_base::id_type! {
    /// Names what a storage pool keeps of one device, by one attempt to make it.
    pub struct KeptDeviceId("kept-");
}

/// An image that the repository makes, keeps or is about to remove (Symphony).
///
/// It is there from the moment at which somebody asks for it, and has an image record, which can be
/// launched, only while it is ready. Its id is that of the record: an AMI id of the cloud `local`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct DiskImage {
    /// Its id, which never changes and comes to nothing else.
    pub id: AmiId,
    /// Where it is: a region of the cloud `local`.
    pub location: CloudLocation,
    /// The project that owns it.
    pub scope: Scope,
    /// Its name; that of a CD ends with `.iso`.
    pub name: ImageName,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<ImageDescription>,
    /// Who else may use it, once it is ready.
    pub availability: Availability,
    /// How it starts: what was asked for, and once its bytes were looked at what is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub firmware: Option<Firmware>,
    /// Tags of the record.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub tags: BTreeSet<Tag>,
    /// The operating system inside; none while it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os: Option<OsFacts>,
    /// The processor architecture; none while it is unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub architecture: Option<Architecture>,
    /// The agent that sets a server up at its first boot.
    #[serde(default)]
    pub init_agent: AgentFacts,
    /// How a person reaches the server.
    #[serde(default, skip_serializing_if = "GuestFacts::is_empty")]
    pub guest: GuestFacts,
    /// What was asked for, a device a source, in order.
    pub asked: Vec<AskedDevice>,
    /// Which device boots, if that was said: its place among all of them, from 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub asked_boot: Option<u32>,
    /// Its devices, once its bytes were looked at, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub devices: Vec<KeptDevice>,
    /// What attempts that came to nothing may have left in storage pools.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub left: Vec<LeftDevice>,
    /// Where it stands.
    pub state: DiskImageState,
    /// When it was asked for.
    pub created: Timestamp,
    /// By whom.
    pub created_by: PrincipalId,
}

/// One device of a disk image, as a storage pool keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct KeptDevice {
    /// Under which id the pool keeps it.
    pub id: KeptDeviceId,
    /// The storage pool.
    pub pool: CloudText,
    /// What it was made from; not told to whom it is opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<ConvertedFrom>,
    /// In which form that was.
    pub format: DiskFormat,
    /// What it is.
    pub kind: DeviceKind,
    /// How it is attached.
    pub bus: DeviceBus,
    /// Bytes of it.
    pub size: u64,
    /// Whether the machine starts from it: one device does.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub boots: bool,
    /// What it came to, once it is whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub made: Option<MadeDevice>,
}

impl DiskImage {
    /// Bytes of all its devices, which count for the quota: those of holes too.
    pub fn size(&self) -> u64 {
        self.devices
            .iter()
            .fold(0, |sum, device| sum.saturating_add(device.size))
    }

    /// The image record that it has while it is ready, or about to be removed.
    pub fn record(&self) -> Option<ImageRecordId> {
        self.state.record()
    }

    /// The digest of its content: that of its only device, or of those of all of them; none until it
    /// is whole.
    pub fn content(&self) -> Option<Digest> {
        let digests = self
            .devices
            .iter()
            .map(|device| device.made.as_ref().map(|made| made.content));
        let digests = digests.collect::<Option<Vec<_>>>()?;
        match digests.as_slice() {
            [] => None,
            [only] => Some(*only),
            several => {
                let bytes: Vec<u8> = several
                    .iter()
                    .flat_map(|digest| digest.as_bytes().iter().copied())
                    .collect();
                Some(Digest::of("atlas-image/devices/1", &bytes))
            }
        }
    }

    /// It as those see it to whom its record is opened: not who made it, and from what (Symphony: the
    /// owner is told as an account).
    #[must_use]
    pub fn as_opened(&self) -> Self {
        let mut seen = self.clone();
        if let Some(account) = seen.scope.account_scope() {
            // INVARIANT: the name of an account reads as a principal.
            if let Ok(account) = PrincipalId::parse(account.account().unwrap_or_default()) {
                seen.created_by = account;
            }
            seen.scope = account;
        }
        seen.tags.clear();
        seen.asked.clear();
        seen.left.clear();
        seen.asked_boot = None;
        for device in &mut seen.devices {
            device.from = None;
            if let Some(made) = &mut device.made {
                made.source_sha256 = None;
            }
        }
        seen
    }

    /// Whether all that it has are CDs (Symphony: its name ends with `.iso`).
    fn is_iso(asked: &[AskedDevice]) -> bool {
        !asked.is_empty() && asked.iter().all(|one| one.format == DiskFormat::Iso)
    }
}
