//! `atlas disk convert`.

use super::{ImageArgs, files::Outputs, tell_warnings, told, verdict::Verdict};
use crate::{
    exit::{Failure, Run},
    print::Out,
    progress,
};
use clap::ValueEnum;
use cloud_atlas::disk::{
    Budget, Convert, Converted, DigestChoice, Disk, DiskError, Image, Progress, convert,
};
use core::num::NonZeroUsize;
use std::path::Path;

/// How it is converted.
#[derive(Debug, clap::Args)]
pub(crate) struct How {
    /// Which digests of each RAW are told
    #[arg(long, value_enum, default_value_t = Digests::Usual)]
    digest: Digests,
    /// Threads that work at once [default: as many as the machine runs]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    /// Make the RAW of an image with one disk so large; it is never made smaller
    #[arg(long, value_name = "BYTES")]
    size: Option<u64>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Digests {
    /// BLAKE3, and SHA-256 up to 64 GiB
    Usual,
    /// BLAKE3 and SHA-256
    Both,
    /// BLAKE3
    Blake3,
    /// No digest
    None,
}

impl How {
    fn convert(&self) -> Convert {
        let mut convert = Convert::default();
        convert.threads = super::threads(self.threads);
        convert.digests = match self.digest {
            Digests::Usual => DigestChoice::Usual,
            Digests::Both => DigestChoice::Both,
            Digests::Blake3 => DigestChoice::Blake3,
            Digests::None => DigestChoice::None,
        };
        convert.size = self.size;
        convert
    }
}

pub(super) fn run(
    args: &ImageArgs,
    folder: &Path,
    how: &How,
    stop: &(dyn Fn() -> bool + Sync),
    out: &mut Out,
) -> Run {
    let outputs = Outputs::new(folder)?;
    let limits = args.limits();
    let budget = Budget::new(&limits, stop);
    let image = match args.open(&budget) {
        Ok(image) => image,
        Err(error) => return told(Err(error), &args.file, out),
    };
    if how.size.is_some() && image.disks().len() != 1 {
        return Err(Failure::misused(
            "--size is for an image with one disk, and this one has several",
        ));
    }
    tell_warnings(&image);
    let done = all(&image, outputs, how, &budget, stop)?;
    let verdict = done.map(|done| Verdict::accepted(&image).with(&done));
    told(verdict, &args.file, out)
}

/// Converts each disk, and shows the files once all are whole.
fn all(
    image: &Image,
    mut outputs: Outputs<'_>,
    how: &How,
    budget: &Budget<'_>,
    stop: &(dyn Fn() -> bool + Sync),
) -> Result<Result<Vec<(String, Converted)>, DiskError>, Failure> {
    let total = image.disks().iter().map(Disk::virtual_size);
    let bar = progress::bytes("converting", total.sum());
    let ask = how.convert();
    let mut converted = Vec::new();
    for disk in image.disks() {
        let (name, file) = outputs.file()?;
        let before = bar.position();
        let shown = |now: Progress| bar.set_position(before + now.done);
        match convert(disk, &file, &ask, budget, &shown) {
            Ok(done) => converted.push((name, done)),
            Err(error) => {
                bar.finish_and_clear();
                return Ok(Err(error));
            }
        }
        outputs.done(file)?;
    }
    bar.finish_and_clear();
    if stop() {
        return Ok(Err(DiskError::Stopped));
    }
    outputs.show()?;
    Ok(Ok(converted))
}
