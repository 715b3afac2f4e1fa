//! A disk becomes RAW.

mod digests;
mod inorder;
mod piece;

pub use self::{
    digests::{DigestChoice, RawDigest, RawDigests},
    piece::Piece,
};

use self::{
    digests::{Digesting, Taking},
    inorder::InOrder,
    piece::Take,
};
use crate::{
    Budget, Discard, Disk, DiskError, WriteAt,
    guest::{ITEM, item},
    layer::{Filled, Scratch},
    sink::write_data,
};
use core::{
    num::NonZeroUsize,
    sync::atomic::{AtomicU64, Ordering},
};
use std::{
    panic,
    sync::{Mutex, PoisonError},
    thread,
};

/// How a disk is converted.
#[derive(Debug, Clone)]
#[non_exhaustive]
pub struct Convert {
    /// Threads that work at once; each takes some 10 MiB.
    pub threads: NonZeroUsize,
    /// Which digests of the RAW are taken.
    pub digests: DigestChoice,
    /// The size of the RAW, where it is not that of the disk: it only grows (B03).
    pub size: Option<u64>,
}

impl Default for Convert {
    fn default() -> Self {
        Self {
            threads: NonZeroUsize::MIN,
            digests: DigestChoice::default(),
            size: None,
        }
    }
}

/// How far a conversion is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes of the disk that are done; it only grows.
    pub done: u64,
    /// Bytes of the disk.
    pub total: u64,
}

/// A disk that was converted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Converted {
    /// Bytes of the RAW.
    pub size: u64,
    /// Bytes that are data: the rest are zeros, and were not written.
    pub data: u64,
    /// Digests of the RAW.
    pub digests: RawDigests,
}

/// Writes a disk as RAW: zeros are left out, so that a file comes to be sparse.
///
/// Progress is told after each step of 2 MiB, from any of the threads, one at a time. Where it fails or is stopped,
/// whoever made the sink takes away what it holds.
///
/// # Errors
///
/// The source cannot be read or changed, its compressed data is refused, the sink cannot be written,
/// the caller stopped the work, or asked for a size that is too small.
pub fn convert(
    disk: &Disk,
    sink: &dyn WriteAt,
    ask: &Convert,
    budget: &Budget<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Converted, DiskError> {
    run(disk, sink, ask, budget, progress, None)
}

/// Reads a disk from its beginning to its end, piece by piece: the threads decode ahead, and one of
/// them at a time takes what is next. Digests are taken as [`convert`] does.
///
/// Where `take` breaks off, the work has been [stopped](DiskError::Stopped).
///
/// # Errors
///
/// As of [`convert`], without a sink.
///
/// # Examples
///
/// ```
/// use atlas_disk::{Budget, Convert, Format, Image, Limits, Piece, read_in_order};
/// use std::{ops::ControlFlow, sync::Arc};
///
/// let limits = Limits::default();
/// let budget = Budget::new(&limits, &|| false);
/// let image = Image::open(Arc::new(vec![7_u8; 1024]), Format::Raw, &budget)?;
/// let mut data = 0;
/// let mut take = |piece: Piece<'_>| {
///     if let Piece::Data(bytes) = piece {
///         data += bytes.len();
///     }
///     ControlFlow::Continue(())
/// };
/// for disk in image.disks() {
///     read_in_order(disk, &Convert::default(), &budget, &mut take, &|_| {})?;
/// }
/// assert_eq!(data, 1024);
/// # Ok::<(), atlas_disk::DiskError>(())
/// ```
pub fn read_in_order(
    disk: &Disk,
    ask: &Convert,
    budget: &Budget<'_>,
    take: &mut Take<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Converted, DiskError> {
    run(disk, &Discard, ask, budget, progress, Some(take))
}

/// Both at once: writes a disk as RAW, as [`convert`] does, and gives it to `take`, as
/// [`read_in_order`] does. A piece may be taken before or after it is written.
///
/// # Errors
///
/// As of [`convert`]; and `take` broke off.
pub fn convert_in_order(
    disk: &Disk,
    sink: &dyn WriteAt,
    ask: &Convert,
    budget: &Budget<'_>,
    take: &mut Take<'_>,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<Converted, DiskError> {
    run(disk, sink, ask, budget, progress, Some(take))
}

fn run<'a>(
    disk: &'a Disk,
    sink: &'a dyn WriteAt,
    ask: &Convert,
    budget: &'a Budget<'_>,
    progress: &'a (dyn Fn(Progress) + Sync),
    take: Option<&'a mut Take<'a>>,
) -> Result<Converted, DiskError> {
    let virtual_size = disk.virtual_size();
    let size = ask.size.unwrap_or(virtual_size);
    if size < virtual_size {
        let asked = size;
        return Err(DiskError::Smaller {
            virtual_size,
            asked,
        });
    }
    budget.virtual_size(size)?;
    let threads = ask.threads.get();
    let window = u64::try_from(threads).unwrap_or(1).saturating_mul(2);
    let items = size.div_ceil(ITEM);
    let taking = Taking::new(ask.digests, size, items, take.is_some());
    let work = Work {
        disk,
        sink,
        budget,
        progress,
        size,
        items,
        taking,
        next: AtomicU64::new(0),
        done: Mutex::new(0),
        data: AtomicU64::new(0),
        order: InOrder::new(Digesting::new(taking, take), window),
        failed: Mutex::new(None),
    };
    thread::scope(|scope| {
        // A thread that cannot be had is done without.
        let spawn = |_| {
            thread::Builder::new()
                .spawn_scoped(scope, || work.run())
                .ok()
        };
        let others: Vec<_> = (1..threads).filter_map(spawn).collect();
        work.run();
        // A scope waits for what threads do, and not for what they leave behind.
        for other in others {
            if let Err(panicked) = other.join() {
                panic::resume_unwind(panicked);
            }
        }
    });
    let failed = work.failed.into_inner();
    if let Some(error) = failed.unwrap_or_else(PoisonError::into_inner) {
        return Err(error);
    }
    if work.order.is_over() {
        return Err(DiskError::Stopped);
    }
    disk.check_unchanged()?;
    sink.finish(size).map_err(DiskError::Sink)?;
    Ok(Converted {
        size,
        data: work.data.into_inner(),
        digests: work
            .order
            .into_inner()
            .map(Digesting::finish)
            .unwrap_or_default(),
    })
}

/// What the threads share.
struct Work<'a> {
    disk: &'a Disk,
    sink: &'a dyn WriteAt,
    budget: &'a Budget<'a>,
    progress: &'a (dyn Fn(Progress) + Sync),
    size: u64,
    items: u64,
    taking: Taking,
    next: AtomicU64,
    done: Mutex<u64>,
    data: AtomicU64,
    order: InOrder<'a>,
    failed: Mutex<Option<DiskError>>,
}

impl Work<'_> {
    /// Does item after item, until there is none or one has failed.
    fn run(&self) {
        let mut scratch = Scratch::default();
        loop {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            if number >= self.items || !self.order.wait_for(number) {
                return;
            }
            if let Err(error) = self.item(number, &mut scratch) {
                let failed = self.failed.lock();
                failed
                    .unwrap_or_else(PoisonError::into_inner)
                    .get_or_insert(error);
                self.order.give_up();
                return;
            }
        }
    }

    fn item(&self, number: u64, scratch: &mut Scratch) -> Result<(), DiskError> {
        self.budget.go_on()?;
        let (at, length) = item(self.size, number);
        let (_, of_disk) = item(self.disk.virtual_size(), number);
        let mut buffer = self.order.buffer(length);
        let mut filled = Filled::Hole;
        if let Some(inside) = buffer
            .get_mut(..of_disk)
            .filter(|inside| !inside.is_empty())
        {
            filled = self.disk.layer.fill(inside, at, scratch)?;
        }
        let is_data = filled == Filled::Data && {
            if let Some(behind) = buffer.get_mut(of_disk..) {
                behind.fill(0);
            }
            self.write(&buffer, at)?
        };
        let bytes = u64::try_from(length).unwrap_or_default();
        let (part, free) = self.taking.part(buffer, is_data, at);
        self.order.add(number, part, free);
        // It is told in the order in which it grows.
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        *done = done.saturating_add(bytes);
        (self.progress)(Progress {
            done: *done,
            total: self.size,
        });
        Ok(())
    }

    /// Writes what is not zeros, and says whether there is anything.
    fn write(&self, buffer: &[u8], at: u64) -> Result<bool, DiskError> {
        let written = write_data(self.sink, buffer, at)?;
        self.data.fetch_add(written, Ordering::Relaxed);
        Ok(written > 0)
    }
}
