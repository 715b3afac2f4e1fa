//! What `atlas-disk` promises, proved from outside.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::disallowed_methods,
    reason = "a failed test is the right place for a panic, and tests make files"
)]

mod corpus;
mod oracle;
mod qcow2;

use atlas_disk::{
    Budget, Convert, Converted, DigestChoice, DiskError, Format, Image, Limits, Reason, convert,
};
use core::num::NonZeroUsize;
use std::{fs::File, path::Path, sync::Arc};

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
        all.push((done, std::fs::read(&to).unwrap()));
    }
    image.check_unchanged()?;
    Ok(all)
}

fn refused(path: &Path, format: Format) -> Reason {
    converted(path, format).unwrap_err().reason().unwrap()
}
