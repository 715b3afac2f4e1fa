//! Conversions that are stopped, that fail, and that tell digests.

use crate::{oracle::Bench, whole};
use atlas_disk::{
    Budget, Convert, DigestChoice, Discard, DiskError, Format, Image, Limits, Piece, Progress,
    ReadAt, Reason, SourceState, WriteAt, convert, convert_in_order, read_in_order,
};
use core::{
    cell::OnceCell,
    num::NonZeroUsize,
    ops::ControlFlow,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
};
use proptest::prelude::*;
use std::{
    io,
    sync::{Arc, Mutex},
    thread::{self, ThreadId},
};

fn threads(count: usize) -> Convert {
    let mut ask = Convert::default();
    ask.threads = NonZeroUsize::new(count).unwrap();
    ask.digests = DigestChoice::Both;
    ask
}

fn opened(source: impl ReadAt + 'static) -> Image {
    let limits = Limits::default();
    let budget = Budget::new(&limits, &|| false);
    Image::open(Arc::new(source), Format::Raw, &budget).unwrap()
}

fn into(
    image: &Image,
    sink: &dyn WriteAt,
    ask: &Convert,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<atlas_disk::Converted, DiskError> {
    let limits = Limits::default();
    convert(
        &image.disks()[0],
        sink,
        ask,
        &Budget::new(&limits, stop),
        &|_| {},
    )
}

fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    /// Whatever the threads and the size, the digests are those of the whole.
    #[test]
    fn b01_digests_are_those_of_the_raw(
        items in 0_usize..6, more in 1_usize..5000, holes in any::<u8>(), count in 1_usize..5,
    ) {
        const ITEM: usize = 2 << 20;
        let mut bytes = noise(items * ITEM + more * 512);
        for (number, item) in bytes.chunks_mut(ITEM).enumerate() {
            if holes >> number & 1 > 0 {
                item.fill(0);
            }
        }
        let image = opened(bytes.clone());
        let done = into(&image, &Discard, &threads(count), &|| false).unwrap();
        prop_assert_eq!(*done.digests.blake3.unwrap().as_bytes(), *blake3::hash(&bytes).as_bytes());
        let sha256: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(&bytes).into();
        prop_assert_eq!(*done.digests.sha256.unwrap().as_bytes(), sha256);
    }
}

#[test]
fn b03_a_disk_only_grows() {
    let bytes = noise(3 << 20);
    let image = opened(bytes.clone());
    let bench = Bench::new();
    let file = std::fs::File::create(bench.path("grown.raw")).unwrap();
    let mut ask = threads(2);
    ask.size = Some((5 << 20) + 512);
    let done = into(&image, &file, &ask, &|| false).unwrap();
    let mut expected = bytes;
    expected.resize((5 << 20) + 512, 0);
    assert_eq!(done.size, expected.len() as u64);
    let found = std::fs::read(bench.path("grown.raw")).unwrap();
    assert!(found == expected);
    assert_eq!(
        done.digests.blake3.unwrap().to_string(),
        *blake3::hash(&expected).to_hex()
    );
    ask.size = Some(1 << 20);
    let smaller = into(&image, &Discard, &ask, &|| false).unwrap_err();
    insta::assert_snapshot!(smaller, @"a disk of 3145728 bytes cannot be made 1048576 bytes small: it only grows");
}

#[test]
fn b05_progress_grows_to_its_end() {
    let image = opened(noise(9 << 20));
    let told = Mutex::new(Vec::new());
    let limits = Limits::default();
    let done = convert(
        &image.disks()[0],
        &Discard,
        &threads(4),
        &Budget::new(&limits, &|| false),
        &|now: Progress| told.lock().unwrap().push((now.done, now.total)),
    );
    done.unwrap();
    let told = told.into_inner().unwrap();
    assert!(told.is_sorted());
    assert_eq!((told.len(), told[4]), (5, (9 << 20, 9 << 20)));
}

#[test]
fn b07_work_stops_whenever_it_is_asked_to() {
    let image = opened(noise(20 << 20));
    for after in 0..12 {
        let asked = AtomicUsize::new(0);
        let stop = || asked.fetch_add(1, Ordering::Relaxed) >= after;
        let outcome = into(&image, &Discard, &threads(3), &stop);
        match outcome {
            Err(DiskError::Stopped) => {}
            Ok(_) if after >= 10 => {}
            other => panic!("{after}: {other:?}"),
        }
    }
}

/// A sink that holds so many bytes.
struct Full(AtomicU64);

impl WriteAt for Full {
    fn write_at(&self, bytes: &[u8], _: u64) -> io::Result<()> {
        let more = bytes.len() as u64;
        let left = self
            .0
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| {
                left.checked_sub(more)
            });
        left.map(|_| ())
            .map_err(|_| io::ErrorKind::StorageFull.into())
    }

    fn finish(&self, _: u64) -> io::Result<()> {
        panic!("it is not whole");
    }
}

#[test]
fn b07_a_full_disk_ends_the_work() {
    let image = opened(noise(20 << 20));
    for threads_at_once in 1..4 {
        let sink = Full(AtomicU64::new(7 << 20));
        let ended = into(&image, &sink, &threads(threads_at_once), &|| false);
        assert!(matches!(ended, Err(DiskError::Sink(_))), "{ended:?}");
    }
}

/// A source that somebody writes to while it is read.
struct Moving {
    bytes: Vec<u8>,
    reads: AtomicUsize,
    after: usize,
}

impl ReadAt for Moving {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.bytes.read_at(buffer, at)
    }

    fn state(&self) -> io::Result<SourceState> {
        let mut state = self.bytes.state()?;
        if self.reads.load(Ordering::Relaxed) >= self.after {
            state.changed = Some(std::time::SystemTime::UNIX_EPOCH);
        }
        Ok(state)
    }
}

#[test]
fn b07_a_source_that_changes_meanwhile_is_refused() {
    let source = Moving {
        bytes: noise(6 << 20),
        reads: AtomicUsize::new(0),
        after: 7,
    };
    let image = opened(source);
    let changed = into(&image, &Discard, &threads(1), &|| false);
    assert!(matches!(changed, Err(DiskError::Changed)), "{changed:?}");
}

#[test]
fn b07_a_source_that_shrinks_meanwhile_is_refused() {
    let bench = Bench::new();
    let path = bench.path("shrinks.raw");
    std::fs::write(&path, noise(6 << 20)).unwrap();
    let image = opened(std::fs::File::open(&path).unwrap());
    let file = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    file.set_len(1 << 20).unwrap();
    let changed = into(&image, &Discard, &threads(2), &|| false);
    assert!(matches!(changed, Err(DiskError::Changed)), "{changed:?}");
}

#[test]
fn b03_zeros_are_holes_of_the_file() {
    let mut bytes = vec![0; 32 << 20];
    bytes[5 << 20..(5 << 20) + 10].fill(1);
    let image = opened(bytes.clone());
    let bench = Bench::new();
    let file = std::fs::File::create(bench.path("sparse.raw")).unwrap();
    let done = into(&image, &file, &threads(2), &|| false).unwrap();
    assert_eq!(done.data, 4096);
    assert!(whole(&bench.path("sparse.raw")) == bytes);
    #[cfg(unix)]
    {
        let blocks = std::os::unix::fs::MetadataExt::blocks(&file.metadata().unwrap());
        assert!(blocks * 512 < 1 << 20, "{blocks}");
    }
}

#[test]
fn b07_each_image_has_the_limits_to_itself() {
    let mut limits = Limits::default();
    limits.data = 8192;
    let budget = Budget::new(&limits, &|| false);
    for _ in 0..3 {
        Image::open(Arc::new(noise(8192)), Format::Raw, &budget).unwrap();
    }
    let refused = Image::open(Arc::new(noise(8704)), Format::Raw, &budget);
    assert_eq!(refused.unwrap_err().reason(), Some(Reason::Amplification));
}

/// What a thread has for itself, and takes its time to take away.
struct Own(Arc<AtomicUsize>);

impl Drop for Own {
    fn drop(&mut self) {
        for _ in 0..200_000 {
            thread::yield_now();
        }
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

thread_local! {
    static OWN: OnceCell<Own> = const { OnceCell::new() };
}

/// A sink whose second thread has something for itself.
struct Owned {
    first: ThreadId,
    now: Arc<AtomicUsize>,
    ever: AtomicUsize,
}

impl WriteAt for Owned {
    fn write_at(&self, _: &[u8], _: u64) -> io::Result<()> {
        if thread::current().id() == self.first {
            // The other one has its share.
            while self.ever.load(Ordering::SeqCst) == 0 {
                thread::yield_now();
            }
            return Ok(());
        }
        let own = || {
            self.now.fetch_add(1, Ordering::SeqCst);
            self.ever.fetch_add(1, Ordering::SeqCst);
            Own(Arc::clone(&self.now))
        };
        OWN.with(|it| {
            it.get_or_init(own);
        });
        Ok(())
    }

    fn finish(&self, _: u64) -> io::Result<()> {
        Ok(())
    }
}

#[test]
fn b07_no_thread_outlives_a_conversion() {
    let image = opened(noise(4 << 20));
    let sink = Owned {
        first: thread::current().id(),
        now: Arc::default(),
        ever: AtomicUsize::new(0),
    };
    let mut ask = threads(2);
    ask.digests = DigestChoice::None;
    into(&image, &sink, &ask, &|| false).unwrap();
    assert_eq!(sink.ever.into_inner(), 1);
    assert_eq!(sink.now.load(Ordering::SeqCst), 0);
}

#[test]
fn pieces_come_in_order_whatever_the_threads() {
    let mut bytes: Vec<u8> = (0..7_u32 << 20).map(|at| (at >> 9) as u8 | 1).collect();
    bytes[2 << 20..4 << 20].fill(0);
    bytes.extend([0; 512]);
    let limits = Limits::default();
    let budget = Budget::new(&limits, &|| false);
    let image = Image::open(Arc::new(bytes.clone()), Format::Raw, &budget).unwrap();
    for threads in [1, 2, 5] {
        let mut ask = Convert::default();
        ask.threads = NonZeroUsize::new(threads).unwrap();
        let mut taken = Vec::new();
        let mut holes = 0;
        let mut take = |piece: Piece<'_>| {
            match piece {
                Piece::Data(data) => taken.extend_from_slice(data),
                Piece::Zeros(length) => {
                    holes += length;
                    taken.resize(taken.len() + length as usize, 0);
                }
            }
            ControlFlow::Continue(())
        };
        let done = read_in_order(&image.disks()[0], &ask, &budget, &mut take, &|_| {}).unwrap();
        assert_eq!(taken, bytes);
        assert_eq!(holes, 2 << 20);
        let same = convert(&image.disks()[0], &Discard, &ask, &budget, &|_| {}).unwrap();
        assert_eq!(done, same);
        // And written on the way.
        let (sink, mut taken) = (Mutex::new(Vec::new()), 0);
        let mut take = |piece: Piece<'_>| {
            taken += match piece {
                Piece::Data(data) => data.len() as u64,
                Piece::Zeros(length) => length,
            };
            ControlFlow::Continue(())
        };
        let disk = &image.disks()[0];
        let both = convert_in_order(disk, &sink, &ask, &budget, &mut take, &|_| {}).unwrap();
        assert_eq!((both, taken), (same, bytes.len() as u64));
        assert!(sink.into_inner().unwrap() == bytes);
    }
}

#[test]
fn whoever_takes_pieces_may_break_off() {
    let limits = Limits::default();
    let budget = Budget::new(&limits, &|| false);
    let image = Image::open(Arc::new(vec![1; 9 << 20]), Format::Raw, &budget).unwrap();
    let mut ask = Convert::default();
    ask.threads = NonZeroUsize::new(3).unwrap();
    let mut pieces = 0;
    let mut take = |_: Piece<'_>| {
        pieces += 1;
        if pieces == 2 {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    let stopped = read_in_order(&image.disks()[0], &ask, &budget, &mut take, &|_| {});
    assert!(matches!(stopped, Err(DiskError::Stopped)));
    assert_eq!(pieces, 2);
}

#[test]
fn b01_a_disk_in_memory_grows_and_ends_where_it_is_said() {
    let disk = Mutex::<Vec<u8>>::default();
    disk.write_at(b"end", 5).unwrap();
    disk.write_at(b"be", 0).unwrap();
    disk.write_at(b"E", 5).unwrap();
    disk.write_at(b"", 1 << 40).unwrap();
    disk.finish(10).unwrap();
    assert_eq!(*disk.lock().unwrap(), b"be\0\0\0End\0\0");
    disk.finish(6).unwrap();
    assert_eq!(disk.into_inner().unwrap(), b"be\0\0\0E");
    // What no memory holds is an error, and what was there stays.
    let disk = Mutex::new(vec![1]);
    for at in [u64::MAX, u64::MAX - 1, i64::MAX as u64] {
        disk.write_at(b"x", at).unwrap_err();
        disk.finish(at).unwrap_err();
    }
    assert_eq!(disk.into_inner().unwrap(), [1]);
}
