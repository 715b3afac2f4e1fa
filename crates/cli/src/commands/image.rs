//! `atlas image`: records of images.

mod life;
mod permission;

use crate::{
    args::Global,
    commands::{
        bundle::{Bundle, Cleanup},
        candidates::{InventoryArgs, Look},
    },
    exit::{Failure, Run},
    pages::PageArgs,
    print::{Columns, Out, warn},
};
use clap::{Subcommand, ValueEnum};
use cloud_atlas::{
    ImageQuery, OsFilter,
    base::{Name, Tag},
    image::{
        AgentFacts, Architecture, ImageDescription, ImageName, ImageRecord, ImageRecordId,
        LifecycleState, OsFacts, RegisterImage, Registered, Via, Warning,
    },
    image_id::{Cloud, CloudLocation, ImageId},
};
use core::num::NonZeroU32;
use pollster::FutureExt as _;

/// A record is what is known about one image in one cloud location
#[derive(Debug, Subcommand)]
pub(crate) enum ImageCommand {
    /// Register an image at --scope
    Register(Box<Register>),
    /// List the images that could be registered, as the inventory tells
    Candidates(Box<Look>),
    /// Order an image of a server's root disk
    Bundle(Box<Bundle>),
    /// Show what to remove from a server before it is bundled
    Cleanup(Cleanup),
    /// List the records that are seen from --scope
    List(Box<List>),
    /// Show a record
    Show {
        /// Such as img-0123456789abcdef0123456789abcdef
        record: ImageRecordId,
        /// Even if it is deleted
        #[arg(long)]
        deleted: bool,
    },
    /// List the records that an image was made from, the nearest first
    Ancestors {
        /// Such as img-0123456789abcdef0123456789abcdef
        record: ImageRecordId,
    },
    /// List, add, remove those to whom an image is opened beside the tree of scopes
    #[command(subcommand)]
    Permission(permission::PermissionCommand),
    /// Find the records of a cloud's image that are seen from --scope, nearest first
    Find {
        /// Where it is, such as aws/us-east-1 or gcp
        location: String,
        /// The cloud's id of it
        #[arg(allow_hyphen_values = true)]
        image: String,
    },
    /// Change what people say about an image; what it is stays
    Edit(Box<life::Edit>),
    /// Show a record to lower scopes
    Share(life::One),
    /// Hide a record from lower scopes
    Unshare(life::Unshare),
    /// Tell what refers to a record
    Referrers(life::One),
    /// Count an image as deprecated: it is still launched, with a warning
    Deprecate(life::Deprecate),
    /// Keep an image from being launched, until it is enabled
    Disable(life::Disable),
    /// Bring a disabled image back to what it was
    Enable(life::One),
    /// Keep a record from being deleted
    Protect(life::Protect),
    /// Take the protection off
    Unprotect(life::One),
    /// Put a record that nothing refers to into the recycle bin
    Delete(life::Delete),
    /// Bring a deleted record back to what it was
    Restore(life::One),
    /// List, empty the recycle bin
    #[command(subcommand)]
    Bin(life::Bin),
}

/// List the records that are seen from --scope
///
/// With --name, --os and --location it reads little more than what it shows; with other filters
/// alone, every record that is seen from there.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// In this cloud only
    #[arg(long)]
    cloud: Option<Cloud>,
    /// In this cloud location and below only
    #[arg(long)]
    location: Option<CloudLocation>,
    /// With this operating system only: FAMILY, FAMILY/GENERATION or FAMILY/GENERATION/VERSION
    #[arg(long)]
    os: Option<OsFilter>,
    /// For this processor architecture only
    #[arg(long, value_name = "ARCHITECTURE", alias = "architecture")]
    arch: Option<Architecture>,
    /// Of a name that begins so only
    #[arg(long, value_name = "BEGINNING")]
    name: Option<String>,
    /// Of a name with this in it only
    #[arg(long, value_name = "TEXT")]
    name_contains: Option<String>,
    /// With this tag only; with all of them where several are named
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<Tag>,
    /// In this state only: active, deprecated, disabled, pending-delete, delete-failed or deleted
    /// [default: all but deleted]
    #[arg(long)]
    state: Option<LifecycleState>,
    /// Those in the recycle bin too
    #[arg(long, conflicts_with = "state")]
    deleted: bool,
    #[command(flatten)]
    page: PageArgs,
}

/// Register an image
#[derive(Debug, clap::Args)]
pub(crate) struct Register {
    /// Where it is, such as aws/us-east-1 or gcp
    location: String,
    /// The cloud's id of it
    #[arg(allow_hyphen_values = true)]
    image: String,
    /// The operating system: FAMILY/GENERATION/VERSION, such as ubuntu/22.04/22.04.4
    #[arg(long, value_name = "OS", value_parser = os)]
    os: OsFacts,
    /// What it is called; needed for GCP, OpenStack and VMware
    #[arg(long)]
    name: Option<ImageName>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<ImageDescription>,
    /// The processor architecture, such as `x86_64`
    #[arg(long)]
    architecture: Option<Architecture>,
    /// Its size in gigabytes
    #[arg(long, value_name = "GB")]
    size: Option<NonZeroU32>,
    /// Whether the agent that runs scripts is inside
    #[arg(long, value_enum, default_value_t = Agent::Installed)]
    agent: Agent,
    /// Whether lower scopes see it [default: yes, but not in environments]
    #[arg(long, value_name = "BOOL")]
    shared: Option<bool>,
    /// Tags, such as team:owner=web
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<Tag>,
    /// The credential to use, where several fit
    #[arg(long, value_name = "NAME")]
    credential: Option<Name>,
    /// Take a template of VMware that the inventory does not list
    #[arg(long)]
    unverified: bool,
    #[command(flatten)]
    inventory: InventoryArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Agent {
    Installed,
    Absent,
    Unknown,
}

impl Agent {
    fn facts(self) -> AgentFacts {
        match self {
            Self::Installed => AgentFacts::installed(),
            Self::Absent => AgentFacts::Absent,
            Self::Unknown => AgentFacts::Unknown,
        }
    }
}

pub(super) fn os(text: &str) -> Result<OsFacts, String> {
    let parts: Vec<_> = text.split('/').collect();
    match parts.as_slice() {
        [family, generation, version] => {
            OsFacts::parse(family, generation, version).map_err(|error| error.to_string())
        }
        _ => Err("expected FAMILY/GENERATION/VERSION, such as ubuntu/22.04/22.04.4".to_owned()),
    }
}

pub(crate) fn run(command: ImageCommand, global: &Global, out: &mut Out) -> Run {
    match command {
        ImageCommand::Register(register) => {
            let (request, inventory) = register.request(global)?;
            let session = inventory.session(global)?;
            let registered = session.register_image(request).block_on()?;
            let Registered {
                record, warnings, ..
            } = registered;
            warned(&warnings);
            out.one(&record, |out| {
                writeln!(
                    out,
                    "registered {} at {} as {}",
                    record.image_id(),
                    record.location(),
                    record.id()
                )
            })
        }
        ImageCommand::Candidates(look) => look.candidates(global, out),
        ImageCommand::Bundle(bundle) => bundle.order(global, out),
        ImageCommand::Cleanup(cleanup) => cleanup.show(out),
        ImageCommand::List(list) => list.show(global, out),
        ImageCommand::Ancestors { record } => {
            let session = global.session()?;
            let records = session.ancestors(record, &global.scope).block_on()?;
            out.list(&records, &Columns::new("no ancestors", &HEADERS, row))
        }
        ImageCommand::Permission(command) => permission::run(command, global, out),
        ImageCommand::Find { location, image } => {
            let location = CloudLocation::parse_completing(&location).map_err(Failure::misused)?;
            let location = location.location;
            let image = ImageId::parse(location.cloud(), &image).map_err(Failure::misused)?;
            let session = global.session()?;
            let found = session.find_images(&location, &image, &global.scope);
            out.list(
                &found.block_on()?,
                &Columns::new("no images", &HEADERS, row),
            )
        }
        ImageCommand::Show { record, deleted } => {
            let record = global.session()?.image(record, &global.scope).block_on()?;
            if record.lifecycle().is_deleted() && !deleted {
                let message = format!(
                    "`{}` is deleted: see it with --deleted, or restore it",
                    record.id()
                );
                return Err(Failure::refused(message).into());
            }
            warned(&record.warnings());
            out.fields(&record)
        }
        ImageCommand::Edit(edit) => edit.run(global, out),
        ImageCommand::Share(one) => one.share(global, out),
        ImageCommand::Unshare(unshare) => unshare.run(global, out),
        ImageCommand::Referrers(one) => one.referrers(global, out),
        ImageCommand::Deprecate(deprecate) => deprecate.run(global, out),
        ImageCommand::Disable(disable) => disable.run(global, out),
        ImageCommand::Enable(one) => one.enable(global, out),
        ImageCommand::Protect(protect) => protect.run(global, out),
        ImageCommand::Unprotect(one) => one.unprotect(global, out),
        ImageCommand::Delete(delete) => delete.run(global, out),
        ImageCommand::Restore(one) => one.restore(global, out),
        ImageCommand::Bin(bin) => bin.run(global, out),
    }
}

fn warned(warnings: &[Warning]) {
    for warning in warnings {
        warn(warning);
    }
}

impl List {
    fn show(self, global: &Global, out: &mut Out) -> Run {
        let mut query = ImageQuery::new(global.scope.clone());
        query.cloud = self.cloud;
        query.location = self.location;
        query.os = self.os;
        query.architecture = self.arch;
        query.name_begins = self.name;
        query.name_contains = self.name_contains;
        query.tags = self.tags.into_iter().collect();
        query.state = self.state;
        query.deleted = self.deleted;
        let session = global.session()?;
        let columns = Columns::new("no images", &HEADERS, row);
        self.page.show(&columns, out, |page| {
            session.images(&query, page).block_on()
        })
    }
}

impl Register {
    fn request(self, global: &Global) -> Result<(RegisterImage, InventoryArgs), Failure> {
        let completed =
            CloudLocation::parse_completing(&self.location).map_err(Failure::misused)?;
        let location = completed.location;
        let image = ImageId::parse(location.cloud(), &self.image).map_err(Failure::misused)?;
        let mut request = RegisterImage::new(global.scope.clone(), location, image, Via::Form);
        request.region_assumed = completed.region_assumed;
        request.os = Some(self.os);
        request.name = self.name;
        request.description = self.description;
        request.architecture = self.architecture;
        request.size_gb = self.size;
        request.agent = Some(self.agent.facts());
        request.shared = self.shared;
        request.tags = self.tags.into_iter().collect();
        request.credential = self.credential;
        request.unverified = self.unverified;
        Ok((request, self.inventory))
    }
}

const HEADERS: [&str; 7] = [
    "RECORD", "LOCATION", "ARCH", "OS", "STATE", "SCOPE", "IMAGE",
];

fn row(record: &ImageRecord) -> Vec<String> {
    let os = record
        .os()
        .map(|os| format!("{} {}", os.family, os.version));
    let architecture = record
        .architecture()
        .map(|architecture| architecture.to_string());
    vec![
        record.id().to_string(),
        record.location().to_string(),
        architecture.unwrap_or_default(),
        os.unwrap_or_default(),
        record.lifecycle().as_str().to_owned(),
        record.scope().to_string(),
        record.image_id().to_string(),
    ]
}
