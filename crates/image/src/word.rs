//! Facts that are one of a few words.

use atlas_base::{quoted, text_form};
use core::fmt;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident = $what:literal { $($(#[$variant_doc:meta])* $variant:ident $text:literal,)+ })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_doc])* $variant,)+
        }

        impl $name {
            /// The text form.
            pub const fn as_str(self) -> &'static str {
                match self {
                    $(Self::$variant => $text,)+
                }
            }

            /// Reads the text form.
            ///
            /// # Errors
            ///
            /// It is none of the words.
            pub fn parse(text: &str) -> Result<Self, ParseWordError> {
                match text {
                    $($text => Ok(Self::$variant),)+
                    _ => Err(ParseWordError::new(text, $what, &[$($text),+])),
                }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }

        text_form!($name, ParseWordError);
    )*};
}

words! {
    /// How a machine starts (Symphony: BIOS or UEFI; AWS: the boot mode).
    Firmware = "firmware" {
        /// With a BIOS.
        Bios "bios",
        /// With UEFI.
        Uefi "uefi",
        /// With UEFI where the machine has it (AWS).
        UefiPreferred "uefi-preferred",
    }
    /// How the processor is shared (AWS).
    Virtualization = "virtualization" {
        /// By the hardware.
        Hvm "hvm",
        /// By the kernel of the guest.
        Paravirtual "paravirtual",
    }
    /// How a person gets into a guest (Symphony).
    RemoteAccess = "way into a guest" {
        /// Remote Desktop.
        Rdp "rdp",
        /// Secure Shell.
        Ssh "ssh",
        /// The screen of the machine.
        Vnc "vnc",
    }
    /// What a device is to the guest (Symphony).
    DeviceKind = "kind of device" {
        /// A disk.
        Disk "disk",
        /// A CDROM drive with its disc.
        Cdrom "cdrom",
    }
    /// In which form the image of a disk comes in (Symphony has OVA, QCOW2, RAW and ISO).
    DiskFormat = "format of a disk image" {
        /// The bytes of the disk, one after the other.
        Raw "raw",
        /// QEMU's own.
        Qcow2 "qcow2",
        /// VMware's own.
        Vmdk "vmdk",
        /// An archive of a descriptor and its disks.
        Ova "ova",
        /// That of Virtual PC.
        Vhd "vhd",
        /// That of Hyper-V.
        Vhdx "vhdx",
        /// A CD.
        Iso "iso",
    }
    /// Who may use a disk image, beside the project that owns it (Symphony).
    Availability = "availability" {
        /// Nobody else.
        Project "project",
        /// Every project of the account.
        Account "account",
        /// Everybody.
        Public "public",
    }
    /// How a device is attached (Symphony).
    DeviceBus = "bus" {
        /// As the platform does it.
        Native "native",
        /// As an IDE device, for guests that know no other.
        Ide "ide",
    }
}

/// Why a text is none of the words of a fact.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseWordError {
    message: String,
}

impl ParseWordError {
    fn new(text: &str, what: &str, words: &[&str]) -> Self {
        let (shown, words) = (quoted(text), words.join(", "));
        let message = format!("{shown} is no {what}: expected one of {words}");
        Self { message }
    }

    /// The byte offset at which the text stopped making sense: a word counts as a whole.
    pub fn at(&self) -> usize {
        0
    }
}

impl fmt::Display for ParseWordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseWordError {}
