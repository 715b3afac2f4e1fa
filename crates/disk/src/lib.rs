//! Read-only readers of disk images: RAW, QCOW2, VMDK, VHD, VHDX, ISO and OVA, with limits and
//! verdicts.
//!
//! ```
//! use atlas_disk::{Budget, Convert, Discard, Format, Image, Limits, Reason, convert};
//! use std::sync::Arc;
//!
//! // A file is a source, and so are bytes; nothing else is ever opened.
//! let source = Arc::new(vec![0; 1 << 20]);
//! let limits = Limits::default();
//! // Is asked often: true, and the work ends.
//! let stop = || false;
//! let budget = Budget::new(&limits, &stop);
//!
//! let image = Image::open(Arc::clone(&source) as _, Format::Raw, &budget)?;
//! for disk in image.disks() {
//!     // A file is a sink too, and stays sparse; this one keeps nothing.
//!     let done = convert(disk, &Discard, &Convert::default(), &budget, &|_progress| {})?;
//!     assert_eq!((done.size, done.data), (1 << 20, 0));
//!     assert!(done.digests.sha256.is_some());
//! }
//!
//! // What was declared must be what the bytes are.
//! let refused = Image::open(source, Format::Qcow2, &budget).map(drop);
//! assert_eq!(refused.unwrap_err().reason(), Some(Reason::FormatMismatch));
//! # Ok::<(), atlas_disk::DiskError>(())
//! ```
//!
//! | type | what it is |
//! |---|---|
//! | [`Image`], [`Disk`] | an image that was accepted, and its disks in the machine's order |
//! | [`convert`], [`convert_in_order`], [`convert_vmdk_stream`] | a disk becomes RAW, and is looked at on the way; a VMDK as it comes in, without going back |
//! | [`ReadAt`], [`WriteAt`] | where images come from and disks go to: given by the caller, never opened here |
//! | [`Limits`], [`Budget`] | how much a stranger's image may ask for, and whether to go on |
//! | [`Reason`], [`Refusal`] | why an image is refused: a code that stays, and what of the image |
//! | [`DiskError`] | what else can go wrong |
//!
//! Whatever the bytes are, reading ends in a verdict: nothing panics, memory is 64 MiB and two clusters a
//! thread at most, and no length in a file is believed. Compressed members of an OVA take room in a
//! temporary file without a name. Threads are started by [`convert`] as the caller asks, and have ended
//! when it returns.

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
mod source;
mod vhd;
mod vhdx;
mod vmdk;

pub use self::{
    appliance::{Appliance, Bus, Device},
    convert::{
        Convert, Converted, DigestChoice, Piece, Progress, RawDigest, RawDigests, convert,
        convert_in_order, read_in_order,
    },
    error::DiskError,
    firmware::{Firmware, UnknownFirmware},
    format::{Format, UnknownFormat},
    image::{Disk, DiskKind, Image, Warning},
    limits::{Budget, Limits},
    read_at::{ReadAt, SourceState},
    reason::{Reason, Refusal},
    sink::{Discard, WriteAt},
    source::source_digest,
    vmdk::{Streamed, convert_vmdk_stream},
};
