//! What is allowed of a disk image, and worth saying.

use crate::{AgentFacts, Availability, Firmware, GuestFacts};
use core::fmt;
use serde::Serialize;

/// Something about a disk image that is allowed and still worth saying.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum DiskImageWarning {
    /// Ours: the device that boots has no boot sector and no EFI system partition.
    BootsNothing {
        /// Which device, from 0.
        device: u32,
    },
    /// Ours: the firmware that was asked for is another than the source has.
    OtherFirmware {
        /// What was asked for, and is taken.
        asked: Firmware,
        /// What the source says or shows.
        found: Firmware,
    },
    /// Symphony: nobody has said how a person reaches the server.
    GuestUnknown {
        /// What is missing.
        missing: Vec<&'static str>,
        /// Whether everybody may launch it.
        public: bool,
    },
}

impl DiskImageWarning {
    /// The stable name of the warning: `boots-nothing`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::BootsNothing { .. } => "boots-nothing",
            Self::OtherFirmware { .. } => "other-firmware",
            Self::GuestUnknown { .. } => "guest-unknown",
        }
    }

    /// Symphony: who launches an image must know how to get in, and of a public one everybody may.
    pub(super) fn of_guest(
        guest: &GuestFacts,
        init_agent: &AgentFacts,
        availability: Availability,
    ) -> Option<Self> {
        let facts = [
            (guest.access.is_empty(), "a way in"),
            (guest.login.is_none(), "a login name"),
            (guest.dhcp.is_none(), "whether it uses DHCP"),
            (init_agent.is_installed().is_none(), "an init agent"),
        ];
        let missing: Vec<_> = facts
            .into_iter()
            .filter_map(|(is_missing, what)| is_missing.then_some(what))
            .collect();
        let public = availability == Availability::Public;
        (!missing.is_empty()).then_some(Self::GuestUnknown { missing, public })
    }
}

impl fmt::Display for DiskImageWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BootsNothing { device } => write!(
                f,
                "device {device} is to boot, and has neither a boot sector nor an EFI system partition"
            ),
            Self::OtherFirmware { asked, found } => {
                write!(
                    f,
                    "it will start by {asked}, as asked, and its source is made for {found}"
                )
            }
            Self::GuestUnknown { missing, public } => {
                if *public {
                    f.write_str("everybody may launch it, and nobody can tell how to get in: ")?;
                }
                write!(f, "nobody has said {}", missing.join(", "))
            }
        }
    }
}
