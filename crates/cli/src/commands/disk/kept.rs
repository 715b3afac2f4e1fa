//! Disk images that a store knows and storage pools keep.

use super::{
    care,
    export::Export,
    import::Import,
    pools::PoolArgs,
    quota::QuotaCommand,
    volumes::{SnapshotCommand, VolumeCommand},
};
use crate::{
    args::Global,
    exit::{Failure, Run},
    pages::PageArgs,
    print::{Columns, Out, moment, warn},
};
use clap::Subcommand;
use cloud_atlas::{
    DiskWatch, Session,
    image::{DiskImage, DiskImageState, ImageName, Reason},
    image_id::AmiId,
};
use core::str::FromStr;
use pollster::FutureExt as _;
use serde::Serialize;

/// Keep disk images
#[derive(Debug, Subcommand)]
pub(crate) enum Kept {
    /// Make an image of a file, URLs, volumes or snapshots, and keep it
    Import(Box<Import>),
    /// List the disk images of --scope, those that are being made or failed too
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show a disk image with its devices
    Show {
        /// Its id, or its name at --scope
        image: DiskImageRef,
    },
    /// Write the devices of an image as RAW into an empty folder
    Export(Export),
    /// Remove an image with its bytes, and its record to the recycle bin
    ///
    /// It is refused while something refers to the record.
    Delete {
        /// Its id, or its name at --scope
        image: DiskImageRef,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: Option<Reason>,
        #[command(flatten)]
        pools: PoolArgs,
    },
    /// Read everything in the storage pools, and tell what is rotten or lost
    ///
    /// Ends with 1 if something is.
    Verify(care::Verify),
    /// Remove what no image needs from the storage pools, and end what was interrupted
    Gc(care::Clean),
    /// Show, set how much a project may keep
    #[command(subcommand)]
    Quota(QuotaCommand),
    /// List volumes that images can be made of
    #[command(subcommand)]
    Volume(VolumeCommand),
    /// List, make, delete snapshots of volumes
    #[command(subcommand)]
    Snapshot(SnapshotCommand),
}

/// A disk image: an id, or a name at the scope.
#[derive(Debug, Clone)]
pub(crate) enum DiskImageRef {
    Id(AmiId),
    Name(ImageName),
}

impl FromStr for DiskImageRef {
    type Err = cloud_atlas::image::ParseTextError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match AmiId::parse(text) {
            Ok(id) => Ok(Self::Id(id)),
            Err(_) => ImageName::parse(text).map(Self::Name),
        }
    }
}

impl DiskImageRef {
    /// The image that is meant: names stand for one at most.
    pub(super) fn find(&self, session: &Session, global: &Global) -> Result<DiskImage, Failure> {
        let scope = &global.scope;
        let name = match self {
            Self::Id(id) => return Ok(session.disk_image(*id, scope).block_on()?),
            Self::Name(name) => name,
        };
        let mut found = session.disk_images_named(name, scope).block_on()?;
        match (found.pop(), found.as_slice()) {
            (Some(only), []) => Ok(only),
            (None, _) => {
                let told = format!("no disk image `{name}` is at {scope}");
                Err(Failure::refused(told).into())
            }
            (Some(last), others) => {
                let ids: Vec<_> = others
                    .iter()
                    .chain([&last])
                    .map(|it| it.id.as_str())
                    .collect();
                let told = format!(
                    "several disk images at {scope} are called `{name}`: name one of {}",
                    ids.join(", ")
                );
                Err(Failure::refused(told).into())
            }
        }
    }
}

pub(super) fn run(command: Kept, global: &Global, out: &mut Out) -> Run {
    match command {
        Kept::Import(import) => import.run(global, out),
        Kept::List { page } => list(page, global, out),
        Kept::Show { image } => {
            let session = global.session()?;
            let image = image.find(&session, global)?;
            out.fields(&image)
        }
        Kept::Export(export) => export.run(global, out),
        Kept::Delete {
            image,
            reason,
            pools,
        } => {
            let session = pools.session(global)?;
            let found = image.find(&session, global)?;
            drop(session);
            global.confirm(&format!(
                "delete {} ({}) with its bytes",
                found.id, found.name
            ))?;
            let session = pools.session(global)?;
            let deleted = session.delete_disk_image(found.id, &global.scope, reason);
            let deleted = deleted.block_on()?;
            deleted.warnings.iter().for_each(warn);
            out.removed("disk image", &found.id)
        }
        Kept::Verify(verify) => verify.run(global, out),
        Kept::Gc(clean) => clean.run(global, out),
        Kept::Quota(command) => command.run(global, out),
        Kept::Volume(command) => command.run(out),
        Kept::Snapshot(command) => command.run(out),
    }
}

fn list(page: PageArgs, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let headers = ["IMAGE", "NAME", "STATE", "BYTES", "STARTS BY", "CREATED"];
    let columns = Columns::new("no disk images", &headers, row);
    page.show(&columns, out, |page| {
        session.disk_images(&global.scope, page).block_on()
    })
}

fn row(image: &DiskImage) -> Vec<String> {
    vec![
        image.id.to_string(),
        image.name.to_string(),
        state(&image.state),
        image.size().to_string(),
        image.firmware.map_or_else(String::new, |it| it.to_string()),
        moment(image.created),
    ]
}

/// The state in a few words.
fn state(state: &DiskImageState) -> String {
    match state {
        DiskImageState::Creating { done, total, .. } if *total > 0 => {
            let percent = u128::from(*done) * 100 / u128::from(*total);
            format!("creating {percent} %")
        }
        DiskImageState::Failed { code, .. } => format!("failed: {code}"),
        other => other.as_str().to_owned(),
    }
}

/// Who watches long work: a bar, and the signal that stops it.
pub(super) fn watched(what: &'static str) -> (DiskWatch, indicatif::ProgressBar) {
    let bar = crate::progress::bytes(what, 0);
    let stopped = super::stopped();
    let shown = bar.clone();
    let watch = DiskWatch::new(stopped, move |done, total| {
        shown.set_length(total.max(done));
        shown.set_position(done);
    });
    (watch, bar)
}

/// A warning of some kind, for programs.
#[derive(Debug, Serialize)]
pub(super) struct ToldWarning {
    pub(super) code: &'static str,
    pub(super) message: String,
}
