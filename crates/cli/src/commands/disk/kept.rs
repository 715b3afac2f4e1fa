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
    print::{Columns, HEAD_COLUMN, Out, fields, moment, warn},
};
use clap::Subcommand;
use cloud_atlas::{
    DiskWatch, Session,
    image::{DeclaredGuest, DiskImage, DiskImageState, ImageName, KeptDevice, Reason},
    image_id::AmiId,
};
use core::str::FromStr;
use pollster::FutureExt as _;

/// Keep disk images
#[derive(Debug, Subcommand)]
pub(crate) enum Kept {
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
    Verify(care::Verify),
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
            show(&image, out)
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
            out.removed("disk-image", &found.id)
        }
        Kept::Verify(verify) => verify.run(global, out),
        Kept::Gc(clean) => clean.run(global, out),
        Kept::Quota(command) => command.run(global, out),
        Kept::Volume(command) => command.run(out),
        Kept::Snapshot(command) => command.run(out),
    }
}

fn show(image: &DiskImage, out: &mut Out) -> Run {
    let mut lines = vec![
        ("image", image.id.to_string()),
        ("name", image.name.to_string()),
        ("state", state(&image.state)),
        ("location", image.location.to_string()),
        ("scope", image.scope.to_string()),
        ("available", image.availability.to_string()),
    ];
    if let DiskImageState::Failed { reason, .. } | DiskImageState::DeleteFailed { reason, .. } =
        &image.state
    {
        lines.push(("because", reason.to_string()));
    }
    let some = [
        ("starts by", image.firmware.map(|it| it.to_string())),
        ("record", image.record().map(|it| it.to_string())),
        (
            "description",
            image.description.as_ref().map(ToString::to_string),
        ),
        ("content", image.content().map(|it| it.to_string())),
    ];
    lines.extend(some.into_iter().filter_map(|(name, it)| Some((name, it?))));
    let guest = DeclaredGuest {
        facts: image.guest.clone(),
        init_agent: image.init_agent.clone(),
    };
    if !guest.is_empty() {
        lines.push(("guest", guest.to_string()));
    }
    lines.push((
        "created",
        format!("{} by {}", moment(image.created), image.created_by),
    ));
    let lines: Vec<_> = lines
        .into_iter()
        .map(|(name, text)| (name.to_owned(), text))
        .collect();
    if out.is_json() {
        return out.one(image, |_| Ok(()));
    }
    out.one(image, |out| fields(&lines, HEAD_COLUMN, out))?;
    if image.devices.is_empty() {
        return Ok(());
    }
    out.blank()?;
    let headers = [
        "DEVICE", "KIND", "BUS", "BYTES", "DATA", "POOL", "FORMAT", "SHA-256",
    ];
    let devices: Vec<_> = image.devices.iter().enumerate().collect();
    let row = |(number, device): &(usize, &KeptDevice)| {
        let made = device.made.as_ref();
        let boots = if device.boots { " (boots)" } else { "" };
        vec![
            format!("{number}{boots}"),
            device.kind.to_string(),
            device.bus.to_string(),
            device.size.to_string(),
            made.map_or_else(String::new, |made| made.data.to_string()),
            device.pool.to_string(),
            device.format.to_string(),
            made.and_then(|made| made.sha256.as_ref())
                .map_or_else(String::new, ToString::to_string),
        ]
    };
    out.table(&devices, &Columns::new("no devices", &headers, row))
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
