//! `atlas image`: records of images.

mod file;
mod life;
mod permission;
mod plans;
mod register;
mod travel;

pub(super) use self::register::{agent, os, with_option};

use self::{
    register::Register,
    travel::{Copy, Find},
};
use crate::{
    args::Global,
    commands::{
        bundle::{Bundle, Cleanup},
        candidates::Look,
        xref::{self, XrefArgs},
    },
    exit::{Failure, Run},
    pages::PageArgs,
    print::{Columns, Out, warn},
};
use clap::{Subcommand, ValueEnum};
use cloud_atlas::{
    AgentState, ImageQuery, OsFilter, XrefSubject,
    base::{Name, Tag, Timestamp},
    image::{Architecture, ImageRecord, ImageRecordId, LifecycleState, Warning},
    image_id::{Cloud, CloudLocation},
    scope::{PrincipalId, Scope},
};
use pollster::FutureExt as _;

/// A record is what is known about one image in one cloud location
#[derive(Debug, Subcommand)]
pub(crate) enum ImageCommand {
    /// Register an image at --scope, or all images of a file
    Register(Box<Register>),
    /// Tell what a registration needs in a cloud
    Form {
        /// Such as aws, azure, gcp, openstack, vmware
        cloud: Cloud,
    },
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
    /// Find the records of an image by the cloud's id of it, and what refers to them
    Find(Find),
    /// Keep the record of a copy of an image in another location of its cloud
    Copy(Box<Copy>),
    /// Lift a record one level, from an environment to its account or from there to `/`
    Promote {
        /// The record
        record: ImageRecordId,
        /// The credential to use from now on, where several fit
        #[arg(long, value_name = "NAME")]
        credential: Option<Name>,
    },
    /// List, add, remove those to whom an image is opened beside the tree of scopes
    #[command(subcommand)]
    Permission(permission::PermissionCommand),
    /// Change what people say about an image; what it is stays
    Edit(Box<life::Edit>),
    /// Show a record to lower scopes
    Share(life::One),
    /// Hide a record from lower scopes
    Unshare(life::Unshare),
    /// Tell what refers to a record
    Referrers(life::One),
    /// Tell who uses an image: MultiCloud Images, role maps, servers, locks, and who uses those
    Xref {
        /// Which record
        record: ImageRecordId,
        #[command(flatten)]
        args: XrefArgs,
    },
    /// Count an image as deprecated: it is still launched, with a warning
    Deprecate(life::Deprecate),
    /// Keep an image from being launched, until it is enabled
    Disable(life::Disable),
    /// Bring a disabled image back to what it was
    Enable(life::One),
    Revoke(Box<plans::Revoke>),
    Replace(Box<plans::Replace>),
    Retention(plans::Retain),
    Plans(plans::List),
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
/// With --name, --os, --location, --tag, --since and --before it reads little more than what it
/// shows; with other filters alone, every record that is seen from there.
#[derive(Debug, clap::Args)]
pub(crate) struct List {
    /// In this cloud only
    #[arg(long)]
    cloud: Option<Cloud>,
    /// In this cloud location and below only
    #[arg(long)]
    location: Option<CloudLocation>,
    /// With this operating system only: FAMILY, FAMILY/GENERATION or FAMILY/GENERATION/VERSION; or
    /// unknown, where nobody has said it
    #[arg(long)]
    os: Option<OsFilter>,
    /// For this processor architecture only
    #[arg(long, value_name = "ARCHITECTURE", alias = "architecture")]
    arch: Option<Architecture>,
    /// Of a name that begins so only, or that a pattern with `*` and `?` fits as a whole
    #[arg(long, value_name = "BEGINNING|PATTERN")]
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
    /// Held by this scope only: --scope, or one above it
    #[arg(long, value_name = "SCOPE")]
    at: Option<Scope>,
    /// Registered by this principal only
    #[arg(long, value_name = "PRINCIPAL")]
    by: Option<PrincipalId>,
    /// With this known of the agent only
    #[arg(long, value_enum)]
    agent: Option<Agent>,
    /// Registered then or later only, such as 2026-08-01T00:00:00Z
    #[arg(long, value_name = "TIME")]
    since: Option<Timestamp>,
    /// Registered before that only
    #[arg(long, value_name = "TIME")]
    before: Option<Timestamp>,
    /// That nothing uses only, as far as you are told: each record is looked into
    #[arg(long)]
    unused: bool,
    /// The order within a scope
    #[arg(long, value_enum)]
    sort: Option<Sort>,
    #[command(flatten)]
    page: PageArgs,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Agent {
    Installed,
    Absent,
    Unknown,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Sort {
    /// As the filters are served best: mostly by location
    Location,
    /// The newest first
    Newest,
}

pub(crate) fn run(command: ImageCommand, global: &Global, out: &mut Out) -> Run {
    match command {
        ImageCommand::Register(register) => register.run(global, out),
        ImageCommand::Form { cloud } => register::show_form(cloud, out),
        ImageCommand::Find(find) => find.run(global, out),
        ImageCommand::Copy(copy) => copy.run(global, out),
        ImageCommand::Promote { record, credential } => {
            let session = global.session()?;
            let promoted = session.promote_image(record, &global.scope, credential.as_ref());
            let record = promoted.block_on()?;
            out.one(&record, |out| {
                writeln!(out, "{} is at {} now, shared", record.id(), record.scope())
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
        ImageCommand::Xref { record, args } => {
            let (session, subject) = (global.session()?, XrefSubject::Image(record));
            xref::run(&subject, &args, &session, &global.scope, out)
        }
        ImageCommand::Deprecate(deprecate) => deprecate.run(global, out),
        ImageCommand::Disable(disable) => disable.run(global, out),
        ImageCommand::Enable(one) => one.enable(global, out),
        ImageCommand::Revoke(revoke) => revoke.run(global, out),
        ImageCommand::Replace(replace) => replace.run(global, out),
        ImageCommand::Retention(retain) => retain.run(global, out),
        ImageCommand::Plans(list) => list.run(global, out),
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
        match self.name {
            Some(name) if name.contains(['*', '?']) => query.name_like = Some(name),
            name => query.name_begins = name,
        }
        query.at = self.at;
        query.by = self.by;
        query.agent = self.agent.map(|agent| match agent {
            Agent::Installed => AgentState::Installed,
            Agent::Absent => AgentState::Absent,
            Agent::Unknown => AgentState::Unknown,
        });
        (query.since, query.before) = (self.since, self.before);
        query.newest_first = self.sort == Some(Sort::Newest);
        query.unused = self.unused;
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
