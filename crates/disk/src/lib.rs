//! Read-only readers of disk images: RAW, QCOW2, VMDK, VHD, VHDX, ISO and OVA, with limits and
//! verdicts.

mod appliance;
mod bytes;
mod convert;
mod empty;
mod error;
mod extents;
mod firmware;
mod format;
mod guest;
mod image;
mod inflate;
mod layer;
mod limits;
mod open;
mod ova;
mod probe;
mod qcow2;
mod raw;
mod read_at;
mod reason;
mod seen;
mod sink;
mod vhd;
mod vhdx;
mod vmdk;

pub use self::{
    appliance::{Appliance, Bus, Device},
    convert::{
        Convert, Converted, DigestChoice, Piece, Progress, RawDigest, RawDigests, convert,
        read_in_order,
    },
    error::DiskError,
    firmware::{Firmware, UnknownFirmware},
    format::{Format, UnknownFormat},
    image::{Disk, DiskKind, Image, Warning},
    limits::{Budget, Limits},
    read_at::{ReadAt, SourceState},
    reason::{Reason, Refusal},
    sink::{Discard, WriteAt},
    vmdk::{Streamed, convert_vmdk_stream},
};
