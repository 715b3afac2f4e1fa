//! `atlas disk`: disk images, as files and as they are kept.

mod care;
mod convert;
mod export;
mod files;
mod import;
mod kept;
mod pools;
mod quota;
mod sources;
mod verdict;
mod volumes;

use self::{kept::Kept, verdict::Verdict};
pub(super) use self::{pools::PoolArgs, sources::FetchArgs};
use crate::{
    args::Global,
    exit::{Failure, Run},
    print::{Out, warn},
};
use clap::Subcommand;
use cloud_atlas::disk::{Budget, DiskError, Format, Image, Limits};
use core::num::NonZeroUsize;
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// Inspect, convert, keep disk images
#[derive(Debug, Subcommand)]
pub(crate) enum DiskCommand {
    #[command(flatten)]
    File(FileCommand),
    #[command(flatten)]
    Kept(Kept),
}

/// Files, without a store.
#[derive(Debug, Subcommand)]
pub(crate) enum FileCommand {
    /// Tell what a disk image holds, or why it is refused
    ///
    /// Headers and tables are read and checked; compressed data is looked at by `convert`. Ends with 1
    /// if the image is refused.
    Inspect {
        #[command(flatten)]
        image: ImageArgs,
    },
    /// Write each disk of an image as RAW into an empty folder
    ///
    /// The files are disk-0.raw, disk-1.raw and so on, sparse where the disk is. They appear once all
    /// of them are whole: an image that is refused, or work that is stopped, leaves nothing behind. Ends
    /// with 1 if the image is refused.
    Convert {
        #[command(flatten)]
        image: ImageArgs,
        /// The folder; it is there, and empty
        folder: PathBuf,
        #[command(flatten)]
        how: convert::How,
    },
}

/// Which image, and how much it may ask for.
#[derive(Debug, clap::Args)]
pub(crate) struct ImageArgs {
    /// What the image is said to be: raw, qcow2, vmdk, ova, vhd, vhdx or iso; what it is must agree
    #[arg(long, value_name = "FORMAT")]
    declared: Format,
    #[command(flatten)]
    data: DataArgs,
    /// The most seconds that it may take [default: no limit]
    #[arg(long, value_name = "N")]
    max_seconds: Option<u64>,
    /// The image
    file: PathBuf,
}

/// How much an image may ask for.
#[derive(Debug, clap::Args)]
pub(crate) struct DataArgs {
    /// The most bytes of a disk [default: 16 TiB]
    #[arg(long, value_name = "BYTES")]
    max_virtual_size: Option<u64>,
    /// The most bytes of all its disks that are no holes [default: 2 TiB]
    #[arg(long, value_name = "BYTES")]
    max_data_bytes: Option<u64>,
}

impl DataArgs {
    fn limits(&self) -> Limits {
        let mut limits = Limits::default();
        if let Some(bytes) = self.max_virtual_size {
            limits.virtual_size = bytes;
        }
        if let Some(bytes) = self.max_data_bytes {
            limits.data = bytes;
        }
        limits
    }
}

impl ImageArgs {
    fn limits(&self) -> Limits {
        self.data.limits()
    }

    fn open(&self, budget: &Budget<'_>) -> Result<Image, DiskError> {
        let source = File::open(&self.file)?;
        Image::open(Arc::new(source), self.declared, budget)
    }
}

/// The threads that were asked for, or as many as the machine runs.
fn threads(asked: Option<NonZeroUsize>) -> NonZeroUsize {
    let all = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    asked.unwrap_or_else(all)
}

/// Whether somebody has asked for the work to stop, by a signal.
fn stopped() -> impl Fn() -> bool + Send + Sync + 'static {
    let stopped = Arc::new(AtomicBool::new(false));
    let asked = Arc::clone(&stopped);
    // Where nobody can ask for it, the work just goes on to its end.
    let _ = ctrlc::set_handler(move || asked.store(true, Ordering::Relaxed));
    move || stopped.load(Ordering::Relaxed)
}

pub(crate) fn run(command: DiskCommand, global: &Global, out: &mut Out) -> Run {
    match command {
        DiskCommand::File(command) => of_file(command, out),
        DiskCommand::Kept(command) => kept::run(command, global, out),
    }
}

fn of_file(command: FileCommand, out: &mut Out) -> Run {
    let (FileCommand::Inspect { image } | FileCommand::Convert { image, .. }) = &command;
    let most = image.max_seconds;
    let stopped = stopped();
    let begun = Instant::now();
    let is_late = || most.is_some_and(|most| begun.elapsed() > Duration::from_secs(most));
    let stop = || stopped() || is_late();
    let done = carry_out(command, &stop, out);
    if let (Err(Failure::Refused(error)), Some(most)) = (&done, most)
        && let Some(DiskError::Stopped) = error.downcast_ref()
        && is_late()
    {
        let told = format!("it takes longer than {most} seconds, which --max-seconds allows");
        return Err(Failure::refused(told).into());
    }
    done
}

fn carry_out(command: FileCommand, stop: &(dyn Fn() -> bool + Sync), out: &mut Out) -> Run {
    match command {
        FileCommand::Inspect { image } => {
            let limits = image.limits();
            let opened = image.open(&Budget::new(&limits, stop));
            let opened = opened.map(|opened| {
                tell_warnings(&opened);
                Verdict::accepted(&opened)
            });
            told(opened, &image.file, out)
        }
        FileCommand::Convert { image, folder, how } => {
            convert::run(&image, &folder, &how, stop, out)
        }
    }
}

fn tell_warnings(image: &Image) {
    image.warnings().iter().for_each(warn);
}

/// Prints a verdict. What is no verdict is trouble.
fn told(verdict: Result<Verdict, DiskError>, file: &Path, out: &mut Out) -> Run {
    match verdict {
        Ok(verdict) => out.one(&verdict, |out| verdict.write(out)),
        Err(DiskError::Refused(refusal)) => {
            let verdict = Verdict::rejected(&refusal);
            out.one(&verdict, |out| verdict.write(out))?;
            Err(Failure::Wanting)
        }
        Err(error @ (DiskError::Stopped | DiskError::Smaller { .. })) => {
            Err(Failure::Refused(Box::new(error)))
        }
        Err(error) => Err(Failure::Trouble(Box::new(error)).at(crate::files::shown(file))),
    }
}
