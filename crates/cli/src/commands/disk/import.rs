//! `atlas disk import`.

use super::{
    DataArgs,
    kept::{DiskImageRef, watched},
    pools::PoolArgs,
    sources::{SourceArg, SourceArgs},
    verdict::ToldWarning,
};
use crate::{
    args::Global,
    commands::image::{agent, os},
    exit::{Failure, Run},
    print::{Out, warn},
};
use cloud_atlas::{
    BringDisk, DiskImageImported, ImportDiskOptions,
    base::Tag,
    image::{
        AgentFacts, Architecture, AskedDevice, Availability, CloudText, DeviceBus, DeviceKind,
        DiskFormat, Firmware, ImageDescription, ImageName, ImportDiskImage, LoginName, OsFacts,
        RemoteAccess,
    },
    image_id::CloudLocation,
};
use core::num::NonZeroUsize;
use pollster::FutureExt as _;
use serde::Serialize;

/// Make an image of a file, URLs, volumes or snapshots, and keep it
///
/// It is converted to RAW, and ready once all of it is kept; it has a record of the cloud `local` then,
/// for MultiCloud Images and launches. What is said of devices is said once for all sources, or once for
/// each in their order.
#[derive(Debug, clap::Args)]
pub(crate) struct Import {
    /// A file; or URLs, volume:ID or snapshot:ID, each a device of the image
    #[arg(required = true, value_name = "SOURCE")]
    sources: Vec<SourceArg>,
    /// What it is called; a volume's image is called as the volume, unless it is said
    #[arg(long)]
    name: Option<ImageName>,
    /// What files and URLs are said to be: raw, qcow2, vmdk, ova, vhd, vhdx or iso; what they are must
    /// agree
    #[arg(long, value_name = "FORMAT")]
    declared: Vec<DiskFormat>,
    /// The storage pool that keeps it
    #[arg(long, value_name = "NAME", default_value = "default")]
    pool: Vec<CloudText>,
    /// How it is attached: native or ide
    #[arg(long)]
    bus: Vec<DeviceBus>,
    /// What it is: disk or cdrom
    #[arg(long)]
    kind: Vec<DeviceKind>,
    /// Bytes of the device, where they are to be more than the source has
    #[arg(long, value_name = "BYTES")]
    size: Vec<u64>,
    /// Which device boots, from 0 [default: the first disk]
    #[arg(long, value_name = "N")]
    boot: Option<u32>,
    /// How it starts: bios or uefi [default: as its source says or shows]
    #[arg(long)]
    firmware: Option<Firmware>,
    /// Who may use it beside --scope: project is nobody, account every environment, public everybody
    #[arg(long, value_name = "WHO", default_value = "project")]
    availability: Availability,
    /// Where it is: a region of the repository
    #[arg(long, value_name = "LOCATION", default_value = "local/main")]
    location: CloudLocation,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<ImageDescription>,
    /// The operating system: FAMILY/GENERATION/VERSION, such as ubuntu/22.04/22.04.4
    #[arg(long, value_parser = os)]
    os: Option<OsFacts>,
    /// The processor architecture, such as `x86_64`
    #[arg(long)]
    architecture: Option<Architecture>,
    /// The agent that sets a server up: installed, absent, unknown, or its KIND/VERSION
    #[arg(long, value_name = "AGENT", value_parser = agent, default_value = "unknown")]
    init_agent: AgentFacts,
    /// Whether a server asks for its address by DHCP
    #[arg(long, value_name = "BOOL")]
    dhcp: Option<bool>,
    /// How a person gets in: ssh, rdp, vnc
    #[arg(long, value_name = "WAY")]
    access: Vec<RemoteAccess>,
    /// Who logs in; never a password
    #[arg(long, value_name = "NAME")]
    login: Option<LoginName>,
    /// Tags, such as team:owner=web
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<Tag>,
    /// Make an image anew that failed or was interrupted, of the same sources; all else stays as it was
    /// said then
    #[arg(long, value_name = "IMAGE")]
    retry: Option<DiskImageRef>,
    /// Threads that work at once [default: as many as the machine runs]
    #[arg(long, value_name = "N")]
    threads: Option<NonZeroUsize>,
    #[command(flatten)]
    data: DataArgs,
    #[command(flatten)]
    from: SourceArgs,
    #[command(flatten)]
    pools: PoolArgs,
}

/// What came of it.
#[derive(Serialize)]
struct Told<'a> {
    image: &'a cloud_atlas::image::DiskImage,
    record: &'a cloud_atlas::image::ImageRecord,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    warnings: Vec<ToldWarning>,
}

impl Import {
    pub(super) fn run(self, global: &Global, out: &mut Out) -> Run {
        let mut asked = Vec::new();
        let mut bring: Vec<Box<dyn BringDisk>> = Vec::new();
        let mut name = self.name.clone();
        for (at, source) in self.sources.iter().enumerate() {
            let pool = one_of(&self.pool, at, self.sources.len(), "--pool")?;
            // INVARIANT: there is a default.
            let Some(pool) = pool.cloned() else { continue };
            let declared = one_of(&self.declared, at, self.sources.len(), "--declared")?;
            let opened = self
                .from
                .open(source, declared.copied(), name.as_ref(), pool, global)?;
            name = name.or(opened.name);
            let device = self.device(at, opened.asked)?;
            asked.push(device);
            bring.push(opened.bring);
        }
        let options = self.options();
        let session = self.pools.session(global)?;
        let (watch, bar) = watched("importing");
        let imported = if let Some(image) = &self.retry {
            let found = image.find(&session, global)?;
            let scope = &found.scope;
            let again = session.retry_disk_image(found.id, scope, bring, &options, &watch);
            again.block_on()
        } else {
            let request = self.request(name, asked, global);
            let made = session.import_disk_image(request, bring, &options, &watch);
            made.block_on()
        };
        bar.finish_and_clear();
        told(&imported?, out)
    }

    fn device(&self, at: usize, mut asked: AskedDevice) -> Result<AskedDevice, Failure> {
        let count = self.sources.len();
        asked.bus = one_of(&self.bus, at, count, "--bus")?.copied();
        asked.kind = one_of(&self.kind, at, count, "--kind")?.copied();
        asked.size = one_of(&self.size, at, count, "--size")?.copied();
        Ok(asked)
    }

    fn options(&self) -> ImportDiskOptions {
        let mut options = ImportDiskOptions::default();
        options.limits = self.data.limits();
        options.threads = super::threads(self.threads);
        options.uploads = options.threads;
        concat!("atlas ", env!("CARGO_PKG_VERSION")).clone_into(&mut options.tool);
        options
    }

    fn request(
        &self,
        name: Option<ImageName>,
        devices: Vec<AskedDevice>,
        global: &Global,
    ) -> ImportDiskImage {
        let mut request =
            ImportDiskImage::new(global.scope.clone(), self.location.clone(), devices);
        request.name = name;
        request.description.clone_from(&self.description);
        request.availability = self.availability;
        request.firmware = self.firmware;
        request.tags = self.tags.iter().cloned().collect();
        request.os.clone_from(&self.os);
        request.architecture = self.architecture;
        request.init_agent = self.init_agent.clone();
        request.guest.dhcp = self.dhcp;
        request.guest.access = self.access.iter().copied().collect();
        request.guest.login.clone_from(&self.login);
        request.boot = self.boot;
        request
    }
}

fn told(imported: &DiskImageImported, out: &mut Out) -> Run {
    let mut warnings: Vec<ToldWarning> = Vec::new();
    let mut add = |code, message| warnings.push(ToldWarning { code, message });
    for warning in &imported.warnings {
        add(warning.code(), warning.to_string());
    }
    for warning in &imported.record_warnings {
        add(warning.code(), warning.to_string());
    }
    for warning in &imported.source_warnings {
        // What is said of all devices together is said better.
        if !matches!(
            warning,
            cloud_atlas::disk::Warning::NothingBoots
                | cloud_atlas::disk::Warning::OtherFirmware { .. }
        ) {
            add(warning.code(), warning.to_string());
        }
    }
    for warning in &warnings {
        warn(&warning.message);
    }
    let (image, record) = (&imported.image, &imported.record);
    let answer = Told {
        image,
        record,
        warnings,
    };
    out.one(&answer, |out| {
        writeln!(
            out,
            "kept {} at {} as {}: {} bytes, its record is {}",
            image.name,
            image.location,
            image.id,
            image.size(),
            record.id()
        )
    })
}

/// What is said of a source: once for all, or once for each.
fn one_of<'a, T>(
    said: &'a [T],
    at: usize,
    count: usize,
    option: &str,
) -> Result<Option<&'a T>, Failure> {
    match said {
        [] => Ok(None),
        [only] => Ok(Some(only)),
        several if several.len() == count => Ok(several.get(at)),
        several => {
            let found = several.len();
            let told = format!(
                "{option} is said {found} times for {count} sources: say it once, or once for each in their order"
            );
            Err(Failure::misused(told))
        }
    }
}
