//! `atlas disk convert` beside `qemu-img convert`: the same image, in memory, in one run.
#![expect(
    clippy::disallowed_methods,
    reason = "a bench starts the commands, makes their images and reads what they have used"
)]

use atlas_benches::{Claim, is_quick, rounds};
use std::{
    env,
    error::Error,
    ffi::OsStr,
    fs::{self, File},
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};
use tempfile::TempDir;

type Fault = Box<dyn Error>;

/// What a command used, in seconds.
#[derive(Clone, Copy)]
struct Used {
    user: f64,
    system: f64,
    wall: f64,
}

struct Bench {
    folder: TempDir,
    command: PathBuf,
    rounds: usize,
}

fn main() -> Result<(), Fault> {
    let Some(command) = env::var_os("ATLAS_COMMAND") else {
        return Err(
            "set ATLAS_COMMAND to the release build of `atlas`, as `cargo xtask bench` does".into(),
        );
    };
    // What is measured is neither a disk nor its cache.
    let memory = Path::new("/dev/shm");
    let folder = if memory.is_dir() {
        tempfile::tempdir_in(memory)?
    } else {
        tempfile::tempdir()?
    };
    let bench = Bench {
        folder,
        command: command.into(),
        rounds: if is_quick() { 1 } else { 5 },
    };
    let size = if is_quick() { 128 << 20 } else { 1 << 30 };
    fill(&bench.path("disk.raw"), size)?;
    let half = |name: &str, what: &str, goal| -> Result<(), Fault> {
        let claim = format!("{what}, user seconds beside qemu-img");
        bench.versus(name, &claim, 1, goal, |used| used.user)
    };
    bench.make("zlib.qcow2", &["-O", "qcow2", "-c"])?;
    half("zlib.qcow2", "a QCOW2 with zlib to RAW", GOAL_ZLIB)?;
    let claim = "the same with two threads, time beside qemu-img";
    bench.versus("zlib.qcow2", claim, 2, 0.6, |used| used.wall)?;
    bench.digests("zlib.qcow2")?;
    fs::remove_file(bench.path("zlib.qcow2"))?;
    bench.make(
        "zstd.qcow2",
        &["-O", "qcow2", "-c", "-o", "compression_type=zstd"],
    )?;
    half("zstd.qcow2", "a QCOW2 with zstd to RAW", 0.7)?;
    fs::remove_file(bench.path("zstd.qcow2"))?;
    bench.make(
        "stream.vmdk",
        &["-O", "vmdk", "-o", "subformat=streamOptimized"],
    )?;
    half("stream.vmdk", "a streamOptimized VMDK to RAW", GOAL_ZLIB)?;
    fs::remove_file(bench.path("stream.vmdk"))?;
    bench.make("plain.qcow2", &["-O", "qcow2"])?;
    let claim = "a plain QCOW2 to RAW, user and system seconds beside qemu-img";
    bench.versus("plain.qcow2", claim, 1, 1.0, |used| used.user + used.system)?;
    bench.memory()
}

/// What zlib may cost beside qemu-img.
const GOAL_ZLIB: f64 = 0.6;

impl Bench {
    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn make(&self, name: &str, args: &[&str]) -> Result<(), Fault> {
        let mut all = vec!["convert", "-f", "raw"];
        all.extend(args);
        all.extend(["disk.raw", name]);
        self.run(Path::new("qemu-img"), &all).map(|_| ())
    }

    /// Runs a command in the folder, and tells what it used.
    fn run(&self, program: &Path, args: &[&str]) -> Result<Used, Fault> {
        let before = children()?;
        let start = Instant::now();
        let ran = Command::new(program)
            .args(args)
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .output()
            .map_err(|error| {
                format!(
                    "{} ({error}): apt-get install qemu-utils",
                    program.display()
                )
            })?;
        let wall = start.elapsed().as_secs_f64();
        if !ran.status.success() {
            let said = String::from_utf8_lossy(&ran.stderr).into_owned();
            return Err(format!("{} {args:?}: {said}", program.display()).into());
        }
        let after = children()?;
        Ok(Used {
            user: after.0 - before.0,
            system: after.1 - before.1,
            wall,
        })
    }

    fn ours(&self, name: &str, threads: usize, digest: &str) -> Result<Used, Fault> {
        let format = format_of(name);
        let out = self.path("out");
        fs::create_dir_all(&out)?;
        let threads = threads.to_string();
        let args = [
            "disk",
            "convert",
            "--declared",
            format,
            "--threads",
            &threads,
            "--digest",
            digest,
            name,
            "out",
        ];
        let used = self.run(&self.command, &args)?;
        fs::remove_file(out.join("disk-0.raw"))?;
        Ok(used)
    }

    fn peer(&self, name: &str) -> Result<Used, Fault> {
        let format = format_of(name);
        let used = self.run(
            Path::new("qemu-img"),
            &["convert", "-f", format, "-O", "raw", name, "peer.raw"],
        )?;
        fs::remove_file(self.path("peer.raw"))?;
        Ok(used)
    }

    fn versus(
        &self,
        name: &str,
        claim: &str,
        threads: usize,
        goal: f64,
        cost: impl Fn(Used) -> f64,
    ) -> Result<(), Fault> {
        self.check(name)?;
        let mut fault = None;
        let mut measured = |used: Result<Used, Fault>| match used {
            Ok(used) => cost(used),
            Err(error) => {
                fault.get_or_insert(error);
                f64::NAN
            }
        };
        let measured = core::cell::RefCell::new(&mut measured);
        let pair = rounds(
            self.rounds,
            || (measured.borrow_mut())(self.ours(name, threads, "none")),
            || (measured.borrow_mut())(self.peer(name)),
        );
        if let Some(error) = fault {
            return Err(error);
        }
        Claim::seconds(claim, pair, goal).print();
        Ok(())
    }

    /// Digests cost what they cost by themselves.
    fn digests(&self, name: &str) -> Result<(), Fault> {
        let without = self.ours(name, 2, "none")?;
        let with = self.ours(name, 2, "both")?;
        let raw = fs::read(self.path("disk.raw"))?;
        let alone = atlas_benches::seconds(|| {
            use sha2::Digest as _;
            (sha2::Sha256::digest(&raw), blake3::hash(&raw))
        });
        let claim = "digests of the RAW on the way, user seconds beside taking them of its bytes";
        Claim::cost(claim, "s", with.user - without.user, alone, 1.1).print();
        Ok(())
    }

    /// The most memory that a large and almost empty disk takes, beside what is promised.
    fn memory(&self) -> Result<(), Fault> {
        let threads = 2.0;
        let promised = 64.0 + 2.0 * 2.0 * threads;
        fs::create_dir_all(self.path("out"))?;
        let create = ["create", "-q", "-f", "qcow2", "large.qcow2", "1T"];
        self.run(Path::new("qemu-img"), &create)?;
        for write in ["write -P 1 0 64k", "write -P 2 700G 64k"] {
            self.run(Path::new("qemu-io"), &["-c", write, "large.qcow2"])?;
        }
        let args = "disk convert --declared qcow2 --threads 2 --digest none large.qcow2 out";
        let mut child = Command::new(&self.command)
            .args(args.split(' '))
            .current_dir(self.folder.path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()?;
        let status = format!("/proc/{}/status", child.id());
        let mut most = 0.0_f64;
        while child.try_wait()?.is_none() {
            let now = fs::read_to_string(&status).unwrap_or_default();
            let line = now.lines().find_map(|line| line.strip_prefix("VmHWM:"));
            let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse().ok());
            most = most.max(kib.unwrap_or(0.0));
        }
        if !child.wait()?.success() {
            return Err("`atlas disk convert` failed for the large disk".into());
        }
        let claim = "memory for a QCOW2 of 1 TiB, beside 64 MiB and two clusters a thread";
        Claim::cost(claim, "MiB", most / 1024.0, promised, 1.0).print();
        Ok(())
    }

    /// Both write the same.
    fn check(&self, name: &str) -> Result<(), Fault> {
        let format = format_of(name);
        fs::create_dir_all(self.path("out"))?;
        self.run(
            &self.command,
            &["disk", "convert", "--declared", format, name, "out"],
        )?;
        let same = self.run(Path::new("cmp"), &["disk.raw", "out/disk-0.raw"]);
        fs::remove_file(self.path("out/disk-0.raw"))?;
        same.map(|_| ())
    }
}

/// User and system seconds of the children that have ended.
fn children() -> Result<(f64, f64), Fault> {
    /// Linux tells times in hundredths to every program.
    const A_SECOND: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat")?;
    let fields = stat.rsplit(')').next().unwrap_or_default();
    let mut times = fields.split_whitespace().skip(13);
    let mut next = || -> Result<f64, Fault> {
        let field = times.next().ok_or("the system tells no times")?;
        Ok(field.parse::<f64>()? / A_SECOND)
    };
    Ok((next()?, next()?))
}

/// The format of a file, which its name ends with.
fn format_of(name: &str) -> &str {
    let ending = Path::new(name).extension().and_then(OsStr::to_str);
    ending.unwrap_or_default()
}

/// A disk of programs and texts as a system has them, with a tenth of nothing.
fn fill(path: &Path, size: u64) -> Result<(), Fault> {
    let mut disk = File::create(path)?;
    let mut waiting: Vec<PathBuf> = ["/usr/share", "/usr/bin", "/usr/lib"]
        .map(PathBuf::from)
        .into();
    let mut left = size / 10 * 9;
    let mut buffer = Vec::new();
    while let Some(place) = waiting.pop() {
        if left == 0 {
            break;
        }
        let Ok(metadata) = fs::symlink_metadata(&place) else {
            continue;
        };
        if metadata.is_dir() {
            let mut inside: Vec<_> = fs::read_dir(&place)?
                .filter_map(Result::ok)
                .map(|it| it.path())
                .collect();
            inside.sort();
            waiting.extend(inside);
        } else if metadata.is_file() {
            buffer.clear();
            if File::open(&place)
                .and_then(|file| file.take(left).read_to_end(&mut buffer))
                .is_ok()
            {
                // A file system begins each file with a block.
                buffer.resize(buffer.len().next_multiple_of(4096), 0);
                let some = buffer
                    .len()
                    .min(usize::try_from(left).unwrap_or(usize::MAX));
                buffer.truncate(some);
                disk.write_all(&buffer)?;
                left -= u64::try_from(some)?;
            }
        }
    }
    disk.set_len(size)?;
    io::Write::flush(&mut disk)?;
    Ok(())
}
