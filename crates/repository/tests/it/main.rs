//! What `atlas-repository` promises, proved from outside.
#![expect(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::disallowed_methods,
    reason = "a failed test is the right place for a panic, and tests make files"
)]

mod chunks;
mod faulty;
mod forge;
mod full;
mod gc;
mod images;
mod kill;
mod laws;
mod order;
mod plain;
mod pool;
mod rot;
#[cfg(feature = "s3")]
mod s3;
mod seeds;
mod stage;
#[cfg(unix)]
mod volumes;

use atlas_base::Timestamp;
use atlas_disk::{Budget, Disk, Firmware, Format, Image, Limits, WriteAt};
use atlas_repository::{
    About, Export, Gc, Ingest, Ingested, Park, Repository, RepositoryError, RunId, StoredId, Watch,
};
use core::{num::NonZeroUsize, time::Duration};
use object_store::{ObjectStore, memory::InMemory};
use std::{
    io,
    sync::{Arc, Mutex},
};

/// A repository in memory.
fn memory() -> Repository {
    over(Arc::new(InMemory::new()))
}

/// A repository in any backend.
fn over(store: Arc<dyn ObjectStore>) -> Repository {
    Repository::new(store, Arc::new(Park))
}

/// One over objects that a test looks at.
fn on(store: &Arc<InMemory>) -> Repository {
    over(Arc::<InMemory>::clone(store))
}

fn id(number: u128) -> StoredId {
    StoredId::from_u128(number)
}

/// A disk of some bytes.
fn image(bytes: &[u8]) -> Image {
    let limits = Limits::default();
    let budget = Budget::new(&limits, &|| false);
    Image::open(Arc::new(bytes.to_vec()), Format::Raw, &budget).unwrap()
}

/// The one disk of an image.
fn disk(image: &Image) -> &Disk {
    &image.disks()[0]
}

fn ask(number: u128) -> Ingest {
    let mut ask = Ingest::new(id(number), About::new(Format::Raw, Firmware::Bios));
    ask.threads = NonZeroUsize::new(2).unwrap();
    ask.about.tool.push_str("a test");
    // Small, so that there are many.
    ask.pack_size = 256 << 10;
    ask
}

fn ingest(
    repository: &Repository,
    number: u128,
    bytes: &[u8],
) -> Result<Ingested, RepositoryError> {
    let image = image(bytes);
    repository.ingest(&image.disks()[0], &ask(number), Watch::default())
}

/// All bytes of an image, as an export writes them.
fn whole(repository: &Repository, number: u128) -> Result<Vec<u8>, RepositoryError> {
    let image = repository.open(id(number))?;
    let sink = Memory::default();
    let mut ask = Export::default();
    ask.threads = NonZeroUsize::new(3).unwrap();
    image.export(&sink, &ask, Watch::default())?;
    Ok(sink.0.into_inner().unwrap())
}

/// A run a year later, without any grace.
fn run(number: u128) -> Gc {
    let now = Timestamp::parse("2100-01-01T00:00:00Z").unwrap();
    let mut gc = Gc::new(RunId::from_u128(number), now);
    gc.grace = Duration::ZERO;
    gc
}

/// A disk in memory.
#[derive(Default)]
struct Memory(Mutex<Vec<u8>>);

impl WriteAt for Memory {
    fn write_at(&self, bytes: &[u8], at: u64) -> io::Result<()> {
        let mut disk = self.0.lock().unwrap();
        let (at, end) = (at as usize, at as usize + bytes.len());
        if disk.len() < end {
            disk.resize(end, 0);
        }
        disk[at..end].copy_from_slice(bytes);
        Ok(())
    }

    fn finish(&self, length: u64) -> io::Result<()> {
        self.0.lock().unwrap().resize(length as usize, 0);
        Ok(())
    }
}

/// The same numbers on every run.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most
    }

    /// Bytes that do not compress.
    fn bytes(&mut self, length: usize) -> Vec<u8> {
        let words = core::iter::repeat_with(|| self.next().to_le_bytes());
        words.flatten().take(length).collect()
    }
}

/// A disk with data of all kinds: what compresses, what does not, holes long and short.
fn mixed(seed: u64, parts: usize) -> Vec<u8> {
    let mut chance = Chance(seed | 1);
    let mut all = Vec::new();
    for _ in 0..parts {
        let length = (1 + chance.below(64) as usize) << 12;
        match chance.below(4) {
            0 => all.resize(all.len() + length, 0),
            1 => all.resize(all.len() + length, chance.below(255) as u8 + 1),
            2 => {
                let line = format!("line {} of a text\n", chance.below(1000));
                all.extend(line.bytes().cycle().take(length));
            }
            _ => all.extend(chance.bytes(length)),
        }
    }
    all
}
