//! A small image of which one byte is another, or which is cut: whatever comes of it, it ends, and
//! nothing panics.

use super::{Entry, corpus, run::make};
use atlas_disk::{Budget, Discard, DiskError, Format, Image, Limits, ReadAt, SourceState};
use core::{fmt, time::Duration};
use std::{fs, io, panic, sync::Arc, thread, time::Instant};

/// How long one image may take.
const PATIENCE: Duration = Duration::from_secs(5);
/// Up to this long every byte of a file is changed.
const SMALL: usize = 8 << 10;
/// In a longer one, what is not zeros, what is near it, and so many others.
const OTHERS: usize = 200;
const NEAR: usize = 8;
/// It is cut at one of so many places.
const CUTS: usize = 5;
const THREADS: usize = 2;

/// What is done to a file.
#[derive(Clone, Copy)]
enum Change {
    /// A byte is another.
    Flip { at: usize, with: u8 },
    /// It ends before a byte.
    Cut(usize),
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flip { at, with } => write!(f, "byte {at} ^ {with:#04x}"),
            Self::Cut(at) => write!(f, "cut at {at}"),
        }
    }
}

struct Changed {
    bytes: Arc<Vec<u8>>,
    change: Change,
}

impl Changed {
    fn length(&self) -> usize {
        match self.change {
            Change::Flip { .. } => self.bytes.len(),
            Change::Cut(at) => at,
        }
    }
}

impl ReadAt for Changed {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        let from = usize::try_from(at).unwrap().min(self.length());
        let read = buffer.len().min(self.length() - from);
        buffer[..read].copy_from_slice(&self.bytes[from..from + read]);
        if let Change::Flip { at, with } = self.change {
            let place = at.checked_sub(from);
            if let Some(byte) = place.and_then(|place| buffer[..read].get_mut(place)) {
                *byte ^= with;
            }
        }
        Ok(read)
    }

    fn state(&self) -> io::Result<SourceState> {
        Ok(SourceState {
            length: self.length() as u64,
            changed: None,
        })
    }
}

/// Opens and converts; false where that takes too long.
fn ends(source: Changed, format: Format) -> bool {
    let mut limits = Limits::default();
    limits.virtual_size = 64 << 20;
    limits.data = 64 << 20;
    let begun = Instant::now();
    let stop = || begun.elapsed() > PATIENCE;
    let budget = Budget::new(&limits, &stop);
    let done = Image::open(Arc::new(source), format, &budget).and_then(|image| {
        let mut disks = image.disks().iter();
        disks.try_for_each(|disk| make(disk, &Discard, 1, &budget))
    });
    !matches!(done, Err(DiskError::Stopped))
}

/// The places that are changed.
fn places(bytes: &[u8]) -> Vec<usize> {
    let is_near = |at: usize| {
        let near = &bytes[at.saturating_sub(NEAR)..bytes.len().min(at + NEAR)];
        near.iter().any(|byte| *byte != 0)
    };
    let all = 0..bytes.len();
    if bytes.len() <= SMALL {
        return all.collect();
    }
    let step = bytes.len() / OTHERS;
    all.filter(|at| at % step == 0 || is_near(*at)).collect()
}

/// What goes wrong with the changes of some places.
fn wrong(entry: &Entry, bytes: &Arc<Vec<u8>>, places: &[usize]) -> Vec<String> {
    let mut wrong = Vec::new();
    for at in places.iter().copied() {
        let flip = |with| Change::Flip { at, with };
        let cut = at.is_multiple_of(CUTS).then_some(Change::Cut(at));
        for change in [flip(0xff), flip(1)].into_iter().chain(cut) {
            let bytes = Arc::clone(bytes);
            let changed = Changed { bytes, change };
            match panic::catch_unwind(|| ends(changed, entry.declared)) {
                Ok(true) => {}
                Ok(false) => wrong.push(format!("{}: {change}: it does not end", entry.name)),
                Err(_) => wrong.push(format!("{}: {change}: it panics", entry.name)),
            }
        }
    }
    wrong
}

#[test]
fn b07_an_image_that_is_changed_or_cut_ends_in_a_verdict() {
    let all = corpus();
    let is_tiny = |it: &&Entry| it.reason.is_none() && it.name.contains("-tiny");
    let mut failed = Vec::new();
    for entry in all.iter().filter(is_tiny) {
        let bytes = Arc::new(fs::read(&entry.path).unwrap());
        let places = places(&bytes);
        let part = places.len().div_ceil(THREADS);
        thread::scope(|scope| {
            let bytes = &bytes;
            let of = |part| scope.spawn(move || wrong(entry, bytes, part));
            let parts: Vec<_> = places.chunks(part).map(of).collect();
            for part in parts {
                failed.extend(part.join().unwrap());
            }
        });
    }
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}
