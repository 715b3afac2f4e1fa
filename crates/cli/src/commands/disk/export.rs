//! `atlas disk export`.

use super::{
    files::Outputs,
    kept::{DiskImageRef, watched},
    pools::PoolArgs,
};
use crate::{
    args::Global,
    exit::{Failure, Run},
    print::Out,
};
use cloud_atlas::{
    DiskRefusal, Error,
    repository::{Export as Ask, Watch},
};
use core::num::NonZeroUsize;
use pollster::FutureExt as _;
use serde::Serialize;
use std::path::PathBuf;

/// Write the devices of an image as RAW into an empty folder
///
/// The files are disk-0.raw, disk-1.raw and so on, sparse where the device is, each chunk verified. They
/// appear once all of them are whole. A device that is one file already, in a pool `plain:`, is told with
/// `show` and need not be exported.
#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    /// Its id, or its name at --scope
    image: DiskImageRef,
    /// The folder; it is there, and empty
    folder: PathBuf,
    /// Threads that work at once [default: as many as the machine runs]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    #[command(flatten)]
    pools: PoolArgs,
}

/// What was written.
#[derive(Serialize)]
struct Told {
    image: String,
    disks: Vec<ToldDisk>,
}

#[derive(Serialize)]
struct ToldDisk {
    file: String,
    size: u64,
    data_bytes: u64,
}

impl Export {
    pub(super) fn run(self, global: &Global, out: &mut Out) -> Run {
        let session = self.pools.session(global)?;
        let found = self.image.find(&session, global)?;
        let opened = session
            .open_disk_image(found.id, &global.scope)
            .block_on()?;
        // Nobody else waits for the store while bytes are written.
        drop(session);
        let mut outputs = Outputs::new(&self.folder)?;
        let (watch, bar) = watched("exporting");
        let mut ask = Ask::default();
        ask.threads = super::threads(self.threads);
        let total = opened
            .devices
            .iter()
            .map(|it| it.stored.summary().data)
            .sum::<u64>();
        let (mut before, mut disks) = (0, Vec::new());
        for device in &opened.devices {
            let (name, file) = outputs.file()?;
            let stop = || watch.is_stopped();
            let tell =
                |now: cloud_atlas::repository::Progress| watch.tell(before + now.done, total);
            let exported = device.stored.export(&file, &ask, Watch::new(&stop, &tell));
            let exported = match exported {
                Ok(exported) => exported,
                Err(error) => {
                    bar.finish_and_clear();
                    return Err(Error::from(DiskRefusal::from(error)).into());
                }
            };
            outputs.done(file)?;
            before += exported.data;
            disks.push(ToldDisk {
                file: name,
                size: exported.size,
                data_bytes: exported.data,
            });
        }
        bar.finish_and_clear();
        if watch.is_stopped() {
            return Err(Failure::refused("the work was stopped").into());
        }
        outputs.show()?;
        let told = Told {
            image: found.id.to_string(),
            disks,
        };
        out.one(&told, |out| {
            told.disks.iter().try_for_each(|disk| {
                let (size, data) = (disk.size, disk.data_bytes);
                writeln!(out, "{}: {size} bytes, {data} of them data", disk.file)
            })
        })
    }
}
