//! Images as chunks: how fast they come in, go out and are verified, and what a second build of a
//! system takes; how fast many are listed. In memory, in one run.
#![expect(
    clippy::disallowed_methods,
    reason = "a bench makes its images, reads the clock and what was used"
)]

#[path = "repository/listed.rs"]
mod listed;

use atlas_base::Timestamp;
use atlas_benches::{Claim, is_quick, median, rounds, seconds};
use atlas_disk::{Budget, DigestChoice, Firmware, Format, Image, Limits};
use atlas_repository::{
    About, Depth, Export, Gc, Ingest, Ingested, Park, Repository, RunId, StoredId, StoredImage,
    Verify, Watch,
};
use core::num::NonZeroUsize;
use object_store::local::LocalFileSystem;
use std::{
    error::Error,
    fs::{self, File},
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
};
use tempfile::TempDir;

type Fault = Box<dyn Error>;

/// What the claims are of: a hundred million bytes, and a thousand.
const FAST: f64 = 100e6;
const VERY_FAST: f64 = 1e9;

struct Bench {
    folder: TempDir,
    repository: Repository,
    rounds: usize,
    threads: NonZeroUsize,
}

fn main() -> Result<(), Fault> {
    // What is measured is neither a disk nor its cache.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)?
    } else {
        tempfile::tempdir()?
    };
    let store = folder.path().join("store");
    fs::create_dir(&store)?;
    let store = LocalFileSystem::new_with_prefix(&store)?;
    let bench = Bench {
        repository: Repository::new(Arc::new(store), Arc::new(Park)),
        folder,
        rounds: if is_quick() { 1 } else { 3 },
        threads: NonZeroUsize::new(2).ok_or("two is not zero")?,
    };
    let data = if is_quick() { 64 << 20 } else { 700 << 20 };
    bench.build("one", data, 0)?;
    bench.build("two", data, 1)?;
    bench.ingest("one", 1)?;
    bench.export(&bench.repository.open(bench.last()?)?)?;
    Bench::memory()?;
    let first = bench.comes_in()?;
    bench.second(&first)?;
    bench.goes_out(&first)?;
    bench.is_verified(&first);
    listed::listed(bench.folder.path())
}

impl Bench {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn ingest(&self, name: &str, id: u128) -> Result<Ingested, Fault> {
        let limits = Limits::default();
        let source = Arc::new(File::open(self.path(name))?);
        let image = Image::open(source, Format::Raw, &Budget::new(&limits, &|| false))?;
        let about = About::new(Format::Raw, Firmware::Bios);
        let mut ask = Ingest::new(StoredId::from_u128(id), about);
        ask.threads = self.threads;
        ask.digests = DigestChoice::Both;
        let disk = image.disks().first().ok_or("a file has a disk")?;
        Ok(self.repository.ingest(disk, &ask, Watch::default())?)
    }

    /// A disk with digests, chunks and compression, beside compression alone.
    fn comes_in(&self) -> Result<Ingested, Fault> {
        let raw = fs::read(self.path("one"))?;
        let mut id = 1;
        let mut last = None;
        let (mut used, mut of_peer) = (Vec::new(), Vec::new());
        let pair = rounds(
            self.rounds,
            || {
                // Of the one before, nothing is left.
                self.empty(id);
                id += 1;
                let before = processor();
                let mut done = None;
                let taken = seconds(|| done = self.ingest("one", id).ok());
                used.push(processor() - before);
                last = done;
                taken
            },
            || {
                let before = processor();
                let taken = seconds(|| zstd::bulk::compress(&raw, 3));
                of_peer.push(processor() - before);
                taken
            },
        );
        let done = last.ok_or("the disk did not come in")?;
        let claim = "a disk comes in, with digests, chunks and compression, beside `zstd -3` of it";
        Claim::seconds(claim, pair, 1.1).print();
        let (used, of_peer) = (median(&mut used), median(&mut of_peer));
        let claim = "a disk comes in, seconds of the processor beside `zstd -3` of it";
        Claim::cost(claim, "s", used, of_peer, 2.5).print();
        let limit = float(done.summary.data) / FAST;
        let claim =
            "a disk comes in, seconds of the processor beside 100 MB of data a second on two";
        Claim::cost(claim, "s", used, limit * 2.0, 1.0).print();
        let claim = "a disk comes in, beside 100 MB of data a second";
        Claim::cost(claim, "s", pair.ours, limit, 1.0).print();
        let claim = "what is stored of a disk, beside `zstd -3` of all of it";
        let whole = zstd::bulk::compress(&raw, 3)?.len();
        Claim::cost(
            claim,
            "B",
            float(done.stored),
            float(u64::try_from(whole)?),
            1.15,
        )
        .print();
        Ok(done)
    }

    /// Removes an image and its packs.
    fn empty(&self, id: u128) {
        let _ = self.repository.delete(StoredId::from_u128(id));
        for number in 0..2 {
            let now = Timestamp::from_micros(4_000_000_000_000_000).unwrap_or(Timestamp::EPOCH);
            let mut gc = Gc::new(RunId::from_u128(id * 10 + number), now);
            gc.grace = core::time::Duration::ZERO;
            let _ = self.repository.gc(&gc, Watch::default());
        }
    }

    /// Another build of the same system.
    fn second(&self, first: &Ingested) -> Result<(), Fault> {
        let second = self.ingest("two", 1 << 64)?;
        let claim = "new data of a second build of a system, beside its data";
        let (new, all) = (float(second.new_data), float(second.summary.data));
        Claim::cost(claim, "B", new, all, 0.5).print();
        let claim = "what is stored for a second build of a system, beside the first";
        Claim::cost(claim, "B", float(second.stored), float(first.stored), 0.5).print();
        Ok(())
    }

    /// The image that came in last.
    fn last(&self) -> Result<StoredId, Fault> {
        let all = self.repository.images()?;
        Ok(*all.first().ok_or("there is an image")?)
    }

    fn export(&self, image: &StoredImage) -> Result<(), Fault> {
        let mut ask = Export::default();
        ask.threads = self.threads;
        image.export(&File::create(self.path("out"))?, &ask, Watch::default())?;
        Ok(())
    }

    fn goes_out(&self, first: &Ingested) -> Result<(), Fault> {
        let image = self.repository.open(self.last()?)?;
        let (one, out) = (self.path("one"), self.path("out"));
        self.export(&image)?;
        if !Command::new("cmp").args([&one, &out]).status()?.success() {
            return Err("what went out is not what came in".into());
        }
        let mut used = Vec::new();
        let pair = rounds(
            self.rounds * 3,
            || {
                let _ = fs::remove_file(&out);
                let before = processor();
                let taken = seconds(|| self.export(&image));
                used.push(processor() - before);
                taken
            },
            || {
                let _ = fs::remove_file(&out);
                let copy = || {
                    Command::new("cp")
                        .arg("--sparse=always")
                        .args([&one, &out])
                        .status()
                };
                seconds(copy)
            },
        );
        fs::remove_file(&out)?;
        let claim = "an image goes out, verified, beside `cp --sparse` of it";
        Claim::seconds(claim, pair, 2.0).print();
        let claim =
            "an image goes out, seconds of the processor beside 1 GB of data a second on two";
        let limit = float(first.summary.data) / VERY_FAST;
        Claim::cost(claim, "s", median(&mut used), limit * 2.0, 1.0).print();
        let claim = "an image goes out, beside 1 GB of data a second";
        Claim::cost(claim, "s", pair.ours, limit, 1.0).print();
        Ok(())
    }

    fn is_verified(&self, first: &Ingested) {
        for (depth, words) in [
            (
                Depth::Packs,
                "all packs are verified, beside 1 GB of stored bytes a second",
            ),
            (
                Depth::Chunks,
                "all chunks are decompressed and verified, beside 1 GB of data a second",
            ),
        ] {
            let mut ask = Verify::default();
            ask.depth = depth;
            ask.threads = self.threads;
            let mut bytes = 0;
            let mut verify = || -> f64 {
                seconds(|| {
                    let done = self.repository.verify(&ask, Watch::default());
                    bytes = done.map_or(0, |done| done.bytes);
                })
            };
            let mut all: Vec<f64> = (0..self.rounds * 3).map(|_| verify()).collect();
            let taken = median(&mut all);
            let bytes = match depth {
                Depth::Packs => float(bytes),
                // As much as is stored of the first, so much is data.
                _ => float(bytes) / float(first.stored) * float(first.summary.data),
            };
            Claim::cost(words, "s", taken, bytes / VERY_FAST, 1.0).print();
        }
    }

    /// What this process took at most so far.
    fn memory() -> Result<(), Fault> {
        let status = fs::read_to_string("/proc/self/status")?;
        let most = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let most: f64 = most
            .and_then(|it| it.split_whitespace().next())
            .ok_or("the system tells no memory")?
            .parse()?;
        let claim = "memory at most while a disk comes in and goes out, beside 192 MiB";
        Claim::cost(claim, "MiB", most / 1024.0, 192.0, 1.0).print();
        Ok(())
    }

    /// A file system of programs and texts. Of each ten files another build has other ones.
    fn build(&self, name: &str, bytes: u64, build: usize) -> Result<(), Fault> {
        let tree = self.path(&format!("tree-{name}"));
        let mut left = bytes;
        for (number, file) in files()?.into_iter().enumerate() {
            let length = fs::metadata(&file)?.len();
            if number % 10 == build || length == 0 || length > left {
                continue;
            }
            left -= length;
            let to = tree.join(file.strip_prefix("/")?);
            fs::create_dir_all(to.parent().ok_or("a file is in a folder")?)?;
            fs::copy(&file, &to)?;
        }
        let disk = self.path(name);
        let size = (bytes * 3 / 2) >> 20;
        let made = Command::new("mke2fs")
            .args(["-q", "-t", "ext4", "-d"])
            .args([&tree, &disk])
            .arg(format!("{size}M"))
            .status();
        let made = made.map_err(|error| format!("mke2fs ({error}): apt-get install e2fsprogs"))?;
        fs::remove_dir_all(&tree)?;
        if made.success() {
            Ok(())
        } else {
            Err("mke2fs failed".into())
        }
    }
}

/// The files of a system, in the order of their names.
fn files() -> Result<Vec<PathBuf>, Fault> {
    let mut waiting: Vec<PathBuf> = ["/usr/bin", "/usr/share", "/usr/lib"]
        .map(PathBuf::from)
        .into();
    let mut all = Vec::new();
    while let Some(folder) = waiting.pop() {
        let mut inside: Vec<_> = fs::read_dir(folder)?.collect::<Result<_, _>>()?;
        inside.sort_by_key(fs::DirEntry::path);
        for entry in inside {
            let kind = entry.file_type()?;
            if kind.is_dir() {
                waiting.push(entry.path());
            } else if kind.is_file() && File::open(entry.path()).is_ok() {
                all.push(entry.path());
            }
        }
    }
    Ok(all)
}

#[expect(
    clippy::cast_precision_loss,
    reason = "figures are shown with a few digits"
)]
fn float(value: u64) -> f64 {
    value as f64
}

/// User and system seconds of this process, in hundredths as Linux tells them.
fn processor() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let times = fields.split_whitespace().skip(11).take(2);
    times.filter_map(|it| it.parse::<f64>().ok()).sum::<f64>() / 100.0
}
