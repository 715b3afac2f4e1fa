//! What `atlas-disk` promises, proved from outside.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::disallowed_methods,
    reason = "a failed test is the right place for a panic, and tests make files"
)]

mod convert;
mod corpus;
mod firmware;
mod oracle;
mod ova;
mod ova_file;
mod ova_hostile;
mod ova_inside;
mod ova_machine;
mod ovf;
mod qcow2;
mod seeds;
mod vhd;
mod vhdx;
mod vmdk;
mod vmdk_file;
mod vmdk_stream;

use atlas_disk::{
    Budget, Convert, Converted, DigestChoice, DiskError, Format, Image, Limits, Reason, convert,
};
use core::num::NonZeroUsize;
use std::{
    fs::File,
    path::Path,
    sync::{Arc, Mutex},
};

/// Opens a file of a format.
fn open(path: &Path, format: Format) -> Result<Image, DiskError> {
    let limits = Limits::default();
    let source = Arc::new(File::open(path)?);
    Image::open(source, format, &Budget::new(&limits, &|| false))
}

/// What all disks of a file come to, each converted to a file beside it.
fn converted(path: &Path, format: Format) -> Result<Vec<(Converted, Vec<u8>)>, DiskError> {
    let image = open(path, format)?;
    let limits = Limits::default();
    let mut all = Vec::new();
    for disk in image.disks() {
        let folder = tempfile::tempdir().unwrap();
        let to = folder.path().join("disk.raw");
        let file = File::create(&to).unwrap();
        let mut ask = Convert::default();
        ask.threads = NonZeroUsize::new(3).unwrap();
        ask.digests = DigestChoice::Both;
        let budget = Budget::new(&limits, &|| false);
        let done = convert(disk, &file, &ask, &budget, &|_| {})?;
        all.push((done, whole(&to)));
    }
    Ok(all)
}

/// What becomes of bytes: their disks one after the other, each with its digest checked.
fn read_bytes(bytes: &[u8], format: Format, limits: &Limits) -> Result<Vec<u8>, DiskError> {
    let source = Arc::new(bytes.to_vec());
    let image = Image::open(source, format, &Budget::new(limits, &|| false))?;
    let mut all = Vec::new();
    for disk in image.disks() {
        let sink = Mutex::<Vec<u8>>::default();
        let budget = Budget::new(limits, &|| false);
        convert(disk, &sink, &Convert::default(), &budget, &|_| {})?;
        all.extend(sink.into_inner().unwrap());
    }
    Ok(all)
}

/// Why bytes are refused.
#[track_caller]
fn reason(bytes: &[u8], format: Format) -> Reason {
    match read_bytes(bytes, format, &Limits::default()) {
        Ok(read) => panic!("{} bytes were read", read.len()),
        Err(DiskError::Refused(refusal)) => refusal.reason(),
        Err(error) => panic!("{error}"),
    }
}

/// Flips every byte of a file, one at a time: it is refused, or read within its limits.
fn flip_every_byte(bytes: &[u8], format: Format) {
    let mut limits = Limits::default();
    limits.virtual_size = 8 << 20;
    let mut bytes = bytes.to_vec();
    for at in 0..bytes.len() {
        bytes[at] ^= 0xff;
        match read_bytes(&bytes, format, &limits) {
            Ok(read) => assert!(read.len() <= 8 << 20, "byte {at}"),
            Err(DiskError::Refused(_)) => {}
            Err(error) => panic!("byte {at}: {error}"),
        }
        bytes[at] ^= 0xff;
    }
}

/// All bytes of a file.
fn whole(path: &Path) -> Vec<u8> {
    std::fs::read(path).unwrap()
}
