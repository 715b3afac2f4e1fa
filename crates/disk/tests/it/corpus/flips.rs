//! Each byte of a good image is changed: whatever comes of it, it ends, and nothing panics.

use super::{NOT_READ_YET, corpus, run::make};
use atlas_disk::{Budget, Discard, DiskError, Format, Image, Limits, ReadAt, SourceState};
use core::time::Duration;
use std::{fs, io, panic, sync::Arc, thread, time::Instant};

/// How long one image may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Up to this long every byte of a file is changed.
const SMALL: usize = 16 << 10;
/// In a longer one, what is not zeros, those near it, and one of so many others.
const STEP: usize = 1009;

/// A file of which one byte is another.
struct Flipped {
    bytes: Arc<Vec<u8>>,
    at: usize,
    with: u8,
}

impl ReadAt for Flipped {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let read = self.bytes.read_at(buffer, at)?;
        let place = self.at.checked_sub(usize::try_from(at).unwrap());
        if let Some(byte) = place.and_then(|place| buffer[..read].get_mut(place)) {
            *byte ^= self.with;
        }
        Ok(read)
    }

    fn state(&self) -> io::Result<SourceState> {
        self.bytes.state()
    }
}

/// Opens and converts; false where that takes too long.
fn ends(source: Flipped, format: Format) -> bool {
    let mut limits = Limits::default();
    limits.virtual_size = 64 << 20;
    limits.data = 64 << 20;
    let begun = Instant::now();
    let stop = || begun.elapsed() > PATIENCE;
    let budget = Budget::new(&limits, &stop);
    let done = Image::open(Arc::new(source), format, &budget).and_then(|image| {
        let mut disks = image.disks().iter();
        disks.try_for_each(|disk| make(disk, &Discard, &budget))
    });
    !matches!(done, Err(DiskError::Stopped))
}

/// The places that are changed.
fn places(bytes: &[u8]) -> Vec<usize> {
    let is_near = |at: usize| {
        let near = &bytes[at.saturating_sub(16)..bytes.len().min(at + 16)];
        near.iter().any(|byte| *byte != 0)
    };
    let all = 0..bytes.len();
    if bytes.len() <= SMALL {
        return all.collect();
    }
    all.filter(|at| at % STEP == 0 || is_near(*at)).collect()
}

#[test]
fn b07_a_byte_that_is_changed_ends_in_a_verdict() {
    let all = corpus();
    let mut wrong = Vec::new();
    for format in Format::ALL.iter().filter(|it| !NOT_READ_YET.contains(it)) {
        let good = all
            .iter()
            .filter(|it| it.declared == *format && it.reason.is_none());
        let smallest = good
            .min_by_key(|it| fs::metadata(&it.path).unwrap().len())
            .unwrap();
        let bytes = Arc::new(fs::read(&smallest.path).unwrap());
        let places = places(&bytes);
        let half = places.len().div_ceil(2);
        let failed = thread::scope(|scope| {
            let parts: Vec<_> = places
                .chunks(half)
                .map(|part| {
                    let bytes = &bytes;
                    scope.spawn(move || {
                        let mut failed = Vec::new();
                        for (at, with) in part.iter().flat_map(|at| [(*at, 0xff), (*at, 1)]) {
                            let bytes = Arc::clone(bytes);
                            let flipped = Flipped { bytes, at, with };
                            match panic::catch_unwind(|| ends(flipped, *format)) {
                                Ok(true) => {}
                                Ok(false) => {
                                    failed.push(format!("byte {at} ^ {with:#x}: it does not end"))
                                }
                                Err(_) => failed.push(format!("byte {at} ^ {with:#x}: it panics")),
                            }
                        }
                        failed
                    })
                })
                .collect();
            parts
                .into_iter()
                .flat_map(|part| part.join().unwrap())
                .collect::<Vec<_>>()
        });
        wrong.extend(
            failed
                .iter()
                .map(|what| format!("{}: {what}", smallest.name)),
        );
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
