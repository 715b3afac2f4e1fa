//! What is asked of a file, right or not.

use super::{
    Built,
    file::{Drops, File, Source},
};
use atlas_disk::{
    Budget, Convert, Converted, DigestChoice, Discard, Disk, DiskError, Format, Image, Limits,
    Progress, WriteAt, convert, convert_vmdk_stream,
};
use core::{
    cell::Cell,
    num::NonZeroUsize,
    sync::atomic::{AtomicU64, Ordering},
};
use sha2::{Digest, Sha256};
use std::{
    io,
    sync::{Arc, Mutex},
};

/// Little of everything, so that whoever takes more than is allowed is found soon.
fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.virtual_size = 4 << 20;
    limits.data = 4 << 20;
    limits.first_table = 1 << 20;
    limits.inflated = 4 << 20;
    limits.members = 16;
    limits.disks = 4;
    limits
}

/// How often it may be asked whether to stop: nothing takes longer that ends.
const MOST_QUESTIONS: u64 = 100_000;
/// How often a file is read at most, and how many bytes are, besides what its size and its disks need.
const MOST_READS: u64 = 400_000;
const MOST_BYTES: u64 = 16 << 20;

/// Does something within the limits; that it is stopped means that it does not end.
fn within<T>(work: impl FnOnce(&Budget<'_>) -> Result<T, DiskError>) -> Result<T, String> {
    let asked = AtomicU64::new(0);
    let stop = || asked.fetch_add(1, Ordering::Relaxed) > MOST_QUESTIONS;
    match work(&Budget::new(&limits(), &stop)) {
        Ok(done) => Ok(done),
        Err(DiskError::Refused(refusal)) => {
            let text = refusal.to_string();
            assert!(!text.contains(char::is_control), "{text:?}");
            assert!(text.chars().count() < 400, "{text:?}");
            Err(text)
        }
        Err(other) => panic!("no verdict: {other:?}"),
    }
}

fn open(source: &Arc<Source>, format: Format) -> Result<Image, String> {
    let source: Arc<Source> = Arc::clone(source);
    within(|budget| Image::open(source, format, budget))
}

/// Opens and converts; returns all disks, where all of them were read.
pub(crate) fn check(file: &File, format: Format, expected: Option<&Built>) -> Option<Vec<Vec<u8>>> {
    let source = Arc::new(Source::new(file.clone()));
    let opened = open(&source, format);
    let size = |image: &Image| image.disks().iter().map(Disk::virtual_size).sum();
    check_work(&source, opened.as_ref().map(size).unwrap_or_default());
    let again = open(&source, format);
    assert_eq!(again.as_ref().err(), opened.as_ref().err());
    if matches!(format, Format::Raw | Format::Iso) {
        let all = Format::ALL.iter();
        let read = all.filter(|format| open(&source, **format).is_ok());
        assert!(read.count() <= 1, "more than one format is read");
    }
    let image = match opened {
        Ok(image) => image,
        Err(refusal) => {
            assert!(expected.is_none(), "what is right is refused: {refusal}");
            return None;
        }
    };
    for warning in image.warnings() {
        let text = warning.to_string();
        assert!(!text.contains(char::is_control), "{text:?}");
    }
    source.taken();
    let disks = image.disks().iter().map(|disk| check_disk(&source, disk));
    let disks: Vec<_> = disks.collect();
    if let Some(expected) = expected {
        assert_eq!(disks.len(), expected.disks.len());
        let firmware = expected.firmware.unwrap_or(image.firmware());
        assert_eq!(image.firmware(), firmware);
        for (number, (read, meant)) in disks.iter().zip(&expected.disks).enumerate() {
            match read {
                Ok(read) => assert!(read == meant, "disk {number} is read as another one"),
                Err(refusal) => panic!("what is right is refused: {refusal}"),
            }
        }
    }
    disks.into_iter().collect::<Result<_, _>>().ok()
}

/// That what was read is bounded by what there is and what it comes to.
fn check_work(source: &Source, size: u64) {
    let (reads, bytes) = source.taken();
    let most = MOST_BYTES + 12 * source.file.length.min(256 << 20) + 12 * size;
    assert!(reads <= MOST_READS, "it was read {reads} times");
    assert!(
        bytes <= most,
        "{bytes} bytes of {} were read",
        source.file.length
    );
}

/// Converts with one thread and with two: all is the same, but that of several faults either may be
/// told first.
fn check_disk(source: &Source, disk: &Disk) -> Result<Vec<u8>, String> {
    let size = disk.virtual_size();
    assert!(size > 0 && size <= limits().virtual_size);
    let sink = Memory::new(size);
    let one = converted(disk, &sink, 1, DigestChoice::Both);
    check_work(source, size);
    let two = converted(disk, &Discard, 2, DigestChoice::Blake3);
    check_work(source, size);
    let (one, two) = match (one, two) {
        (Ok(one), Ok(two)) => (one, two),
        (Err(one), Err(_)) => return Err(one),
        (one, two) => panic!("threads make a difference: {one:?}, {two:?}"),
    };
    assert_eq!((one.size, two.size), (size, size));
    assert_eq!(
        (one.data, one.digests.blake3),
        (two.data, two.digests.blake3)
    );
    assert!(one.data <= size.next_multiple_of(4096));
    let disk = sink.whole();
    let digest: [u8; 32] = Sha256::digest(&disk).into();
    assert_eq!(one.digests.sha256.map(|it| *it.as_bytes()), Some(digest));
    Ok(disk)
}

fn converted(
    disk: &Disk,
    sink: &dyn WriteAt,
    threads: usize,
    digests: DigestChoice,
) -> Result<Converted, String> {
    let mut ask = Convert::default();
    ask.threads = NonZeroUsize::new(threads).unwrap_or(NonZeroUsize::MIN);
    ask.digests = digests;
    let last = AtomicU64::new(0);
    let progress = |it: Progress| {
        let before = last.swap(it.done, Ordering::Relaxed);
        assert!(before <= it.done && it.done <= it.total);
    };
    let done = within(|budget| convert(disk, sink, &ask, budget, &progress))?;
    assert_eq!(last.into_inner(), disk.virtual_size());
    Ok(done)
}

/// Reads a stream of VMDK: what is read of it once is what was read of it at any place. Says whether it
/// was read.
pub(crate) fn check_stream(file: &File, disks: Option<&[Vec<u8>]>, is_right: bool) -> bool {
    let mut streamed = None;
    for most in [usize::MAX, 777] {
        let sink = Memory::new(limits().virtual_size);
        let mut source = Drops { file, at: 0, most };
        let last = Cell::new(0);
        let progress = |it: Progress| {
            assert!(last.get() <= it.done && it.done <= it.total);
            last.set(it.done);
        };
        let done = within(|budget| convert_vmdk_stream(&mut source, &sink, budget, &progress));
        let done = done.map(|done| {
            assert_eq!((last.get(), done.read), (done.size, file.length));
            (done, sink.whole())
        });
        let before = streamed.get_or_insert_with(|| done.clone());
        assert!(*before == done, "it matters how much is read at once");
    }
    let (done, disk) = match streamed {
        Some(Ok(read)) => read,
        Some(Err(refusal)) => {
            assert!(!is_right, "a right stream is refused: {refusal}");
            return false;
        }
        None => return false,
    };
    assert_eq!(done.size, disk.len() as u64);
    // Whatever is refused of a file is refused of a stream.
    assert!(disks.is_some(), "as a file it is refused");
    assert!(disks == Some(&[disk]), "as a file it is another disk");
    true
}

/// A disk in memory that is watched.
struct Memory {
    disk: Mutex<Vec<u8>>,
    most: u64,
    /// Behind the last byte that was written.
    end: AtomicU64,
    finished: AtomicU64,
}

impl Memory {
    fn new(most: u64) -> Self {
        Self {
            disk: Mutex::default(),
            most,
            end: AtomicU64::new(0),
            finished: AtomicU64::new(0),
        }
    }

    fn whole(self) -> Vec<u8> {
        assert_eq!(self.finished.into_inner(), 1);
        self.disk.into_inner().expect("nobody panicked")
    }
}

impl WriteAt for Memory {
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let end = at + bytes.len() as u64;
        assert!(end <= self.most, "it is written up to {end}");
        self.end.fetch_max(end, Ordering::Relaxed);
        self.disk.write_at(bytes, at)
    }

    fn finish(&self, length: u64) -> io::Result<()> {
        assert!(self.end.load(Ordering::Relaxed) <= length && length <= self.most);
        self.finished.fetch_add(1, Ordering::Relaxed);
        self.disk.finish(length)
    }
}
