//! `atlas image`: the life of a record after its registration.

use super::{
    register::{agent, os},
    warned,
};
use crate::{
    args::Global,
    exit::{Failure, Run},
    pages::PageArgs,
    print::{Columns, Out, note, warn},
};
use clap::{Subcommand, ValueEnum};
use cloud_atlas::{
    ImageChange, ImageQuery, Retention,
    base::{Tag, Timestamp},
    image::{
        AgentFacts, Architecture, EditImage, ImageDescription, ImageName, ImageRecord,
        ImageRecordId, Lifecycle, LifecycleState, LoginName, OsFacts, Reason, Referrer,
        RemoteAccess,
    },
};
use core::num::NonZeroU32;
use pollster::FutureExt as _;

/// Count an image as deprecated: it is still launched, with a warning
#[derive(Debug, clap::Args)]
pub(crate) struct Deprecate {
    /// Which record
    record: ImageRecordId,
    /// Take the deprecation back
    #[arg(long, conflicts_with_all = ["from", "replacement", "reason"])]
    undo: bool,
    /// From when on, such as 2026-12-01T00:00:00Z [default: now]
    #[arg(long, value_name = "TIME")]
    from: Option<Timestamp>,
    /// The record to use instead
    #[arg(long, value_name = "RECORD")]
    replacement: Option<ImageRecordId>,
    /// Why
    #[arg(long)]
    reason: Option<Reason>,
}

/// Keep an image from being launched, until it is enabled
#[derive(Debug, clap::Args)]
pub(crate) struct Disable {
    /// Which record
    record: ImageRecordId,
    /// Why
    #[arg(long)]
    reason: Option<Reason>,
}

/// Put a record that nothing refers to into the recycle bin
#[derive(Debug, clap::Args)]
pub(crate) struct Delete {
    /// Which record
    record: ImageRecordId,
    /// Why
    #[arg(long)]
    reason: Option<Reason>,
    /// How many days the bin keeps it, 1 to 365, or `forever`
    #[arg(long, value_name = "DAYS", value_parser = retention, default_value = "30")]
    keep: Retention,
    /// Have a host delete the image in its cloud first; then it cannot be restored
    #[arg(long)]
    in_cloud: bool,
}

/// A record that is named
#[derive(Debug, clap::Args)]
pub(crate) struct One {
    /// Which record
    record: ImageRecordId,
}

/// Keep a record from being deleted
#[derive(Debug, clap::Args)]
pub(crate) struct Protect {
    /// Which record
    record: ImageRecordId,
    /// Keep it for 24 hours more after it was unprotected
    #[arg(long)]
    cool_down: bool,
}

/// Hide a record from lower scopes
#[derive(Debug, clap::Args)]
pub(crate) struct Unshare {
    /// Which record
    record: ImageRecordId,
    /// Hide it although lower scopes refer to it, and tell which
    #[arg(long)]
    force: bool,
}

/// Change what people say about an image; what it is stays
#[derive(Debug, clap::Args)]
pub(crate) struct Edit {
    /// Which record
    record: ImageRecordId,
    /// What it is called
    #[arg(long)]
    name: Option<ImageName>,
    /// What it is for
    #[arg(long, value_name = "TEXT")]
    description: Option<ImageDescription>,
    /// Its size in gigabytes
    #[arg(long, value_name = "GB")]
    size: Option<NonZeroU32>,
    /// What is to be said no more
    #[arg(long, value_name = "FIELD", value_enum)]
    clear: Vec<Field>,
    /// Tags to add, such as team:owner=web
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<Tag>,
    /// Tags to take away
    #[arg(long = "untag", value_name = "TAG")]
    untags: Vec<Tag>,
    /// The agent that runs scripts: installed, absent, unknown, or its KIND/VERSION
    #[arg(long, value_parser = agent)]
    agent: Option<AgentFacts>,
    /// The agent that sets a server up, such as cloud-init: as --agent
    #[arg(long, value_name = "AGENT", value_parser = agent)]
    init_agent: Option<AgentFacts>,
    /// Whether a server asks for its address by DHCP
    #[arg(long, value_name = "BOOL")]
    dhcp: Option<bool>,
    /// How a person gets in, instead of what was said before: ssh, rdp, vnc; may be given again
    #[arg(long)]
    access: Vec<RemoteAccess>,
    /// Who logs in: the name of an account, never a password
    #[arg(long, value_name = "NAME")]
    login: Option<LoginName>,
    /// The operating system, FAMILY/GENERATION/VERSION, where it is unknown so far
    #[arg(long, value_name = "OS", value_parser = os)]
    os: Option<OsFacts>,
    /// The processor architecture, where it is unknown so far
    #[arg(long)]
    architecture: Option<Architecture>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Field {
    Name,
    Description,
    Size,
    Dhcp,
    Access,
    Login,
}

/// Deleted records wait in the recycle bin, where they can be restored
#[derive(Debug, Subcommand)]
pub(crate) enum Bin {
    /// List the deleted records that are seen from --scope, those first whose time ends first
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Purge what the bin of --scope has kept long enough; that cannot be taken back
    Empty {
        /// Purge all of it, also what can still be restored
        #[arg(long)]
        early: bool,
    },
}

fn retention(text: &str) -> Result<Retention, &'static str> {
    if text == "forever" {
        return Ok(Retention::Forever);
    }
    let days = text.parse().ok().and_then(Retention::days);
    days.ok_or("expected a number of days, 1 to 365, or `forever`")
}

/// Says what was done to a record.
fn told(verb: &str, change: ImageChange, out: &mut Out) -> Run {
    warned(&change.warnings);
    if let Some(lost) = change.lost {
        warn(lost);
    }
    if let Some(order) = change.order {
        let (id, state) = (order.id, order.state.as_str());
        note(format!("the work order for a host is {id}: {state}"));
    }
    let record = change.record;
    out.one(&record, |out| {
        writeln!(out, "{verb} {} at {}", record.id(), record.scope())
    })
}

impl Deprecate {
    pub(super) fn run(self, global: &Global, out: &mut Out) -> Run {
        let (session, scope) = (global.session()?, &global.scope);
        if self.undo {
            let change = session.undeprecate_image(self.record, scope).block_on()?;
            return told("took back the deprecation of", change, out);
        }
        let Self {
            record,
            from,
            reason,
            replacement,
            ..
        } = self;
        let change = session.deprecate_image(record, scope, from, reason, replacement);
        told("deprecated", change.block_on()?, out)
    }
}

impl Disable {
    pub(super) fn run(self, global: &Global, out: &mut Out) -> Run {
        let session = global.session()?;
        let change = session.disable_image(self.record, &global.scope, self.reason);
        told("disabled", change.block_on()?, out)
    }
}

impl Delete {
    pub(super) fn run(self, global: &Global, out: &mut Out) -> Run {
        let session = global.session()?;
        let scope = &global.scope;
        let change =
            session.delete_image(self.record, scope, self.reason, self.keep, self.in_cloud);
        let verb = if self.in_cloud {
            "asked for the image in its cloud to be deleted:"
        } else {
            "deleted"
        };
        told(verb, change.block_on()?, out)
    }
}

impl Protect {
    pub(super) fn run(&self, global: &Global, out: &mut Out) -> Run {
        let session = global.session()?;
        let change = session.protect_image(self.record, &global.scope, self.cool_down);
        told("protected", change.block_on()?, out)
    }
}

impl Unshare {
    pub(super) fn run(&self, global: &Global, out: &mut Out) -> Run {
        let session = global.session()?;
        let change = session.unshare_image(self.record, &global.scope, self.force);
        told("unshared", change.block_on()?, out)
    }
}

impl Edit {
    pub(super) fn run(self, global: &Global, out: &mut Out) -> Run {
        let record = self.record;
        let edit = self.edit()?;
        let session = global.session()?;
        let change = session.edit_image(record, &global.scope, edit).block_on()?;
        told("edited", change, out)
    }

    fn edit(self) -> Result<EditImage, Failure> {
        let clears = |field| self.clear.contains(&field);
        let both = [
            (self.name.is_some(), Field::Name),
            (self.description.is_some(), Field::Description),
            (self.size.is_some(), Field::Size),
            (self.dhcp.is_some(), Field::Dhcp),
            (!self.access.is_empty(), Field::Access),
            (self.login.is_some(), Field::Login),
        ];
        if both.into_iter().any(|(said, field)| said && clears(field)) {
            return Err(Failure::misused("a field is set or cleared, not both"));
        }
        let mut edit = EditImage::default();
        edit.name = clears(Field::Name).then_some(None);
        edit.description = clears(Field::Description).then_some(None);
        edit.size_gb = clears(Field::Size).then_some(None);
        edit.name = self.name.map(Some).or(edit.name);
        edit.description = self.description.map(Some).or(edit.description);
        edit.size_gb = self.size.map(Some).or(edit.size_gb);
        edit.dhcp = clears(Field::Dhcp).then_some(None);
        edit.dhcp = self.dhcp.map(Some).or(edit.dhcp);
        let access = !self.access.is_empty() || clears(Field::Access);
        edit.access = access.then(|| self.access.into_iter().collect());
        edit.login = clears(Field::Login).then_some(None);
        edit.login = self.login.map(Some).or(edit.login);
        edit.add_tags = self.tags.into_iter().collect();
        edit.remove_tags = self.untags.into_iter().collect();
        edit.agent = self.agent;
        edit.init_agent = self.init_agent;
        edit.os = self.os;
        edit.architecture = self.architecture;
        Ok(edit)
    }
}

impl One {
    pub(super) fn enable(&self, global: &Global, out: &mut Out) -> Run {
        let session = global.session()?;
        let change = session.enable_image(self.record, &global.scope);
        told("enabled", change.block_on()?, out)
    }

    pub(super) fn restore(&self, global: &Global, out: &mut Out) -> Run {
        let session = global.session()?;
        let change = session.restore_image(self.record, &global.scope);
        told("restored", change.block_on()?, out)
    }

    pub(super) fn unprotect(&self, global: &Global, out: &mut Out) -> Run {
        let session = global.session()?;
        let change = session.unprotect_image(self.record, &global.scope);
        told("unprotected", change.block_on()?, out)
    }

    pub(super) fn share(&self, global: &Global, out: &mut Out) -> Run {
        let session = global.session()?;
        let change = session.share_image(self.record, &global.scope);
        told("shared", change.block_on()?, out)
    }

    pub(super) fn referrers(&self, global: &Global, out: &mut Out) -> Run {
        let session = global.session()?;
        let usage = session.image_referrers(self.record, &global.scope);
        let usage = usage.block_on()?;
        let headers = ["SCOPE", "KIND", "NAME"];
        let columns = Columns::new("nothing that you see refers to it", &headers, referrer);
        out.list(usage.referrers(), &columns)?;
        let hidden = usage.hidden().unwrap_or_default();
        let count = hidden.here.saturating_add(hidden.elsewhere);
        if count > 0 {
            note(format_args!("there are {count} more that you do not see"));
        }
        Ok(())
    }
}

impl Bin {
    pub(super) fn run(self, global: &Global, out: &mut Out) -> Run {
        let (session, scope) = (global.session()?, &global.scope);
        match self {
            Self::List { page } => {
                let mut query = ImageQuery::new(scope.clone());
                query.state = Some(LifecycleState::Deleted);
                let headers = ["RECORD", "LOCATION", "KEPT UNTIL", "SCOPE", "IMAGE"];
                let columns = Columns::new("the bin is empty", &headers, binned);
                page.show(&columns, out, |page| {
                    session.images(&query, page).block_on()
                })
            }
            Self::Empty { early } => {
                let session = if early {
                    let ask = |_: &_| Ok(Some(format!("purge all deleted records at {scope}")));
                    global.confirmed(session, ask)?
                } else {
                    session
                };
                let purged = session.empty_image_bin(scope, early).block_on()?;
                let answer = std::collections::BTreeMap::from([("purged", purged)]);
                out.one(&answer, |out| {
                    let s = if purged == 1 { "" } else { "s" };
                    writeln!(out, "purged {purged} record{s} at {scope}")
                })
            }
        }
    }
}

fn referrer(referrer: &Referrer) -> Vec<String> {
    vec![
        referrer.scope.to_string(),
        referrer.kind.to_string(),
        referrer.name.clone(),
    ]
}

fn binned(record: &ImageRecord) -> Vec<String> {
    let until = match record.lifecycle() {
        Lifecycle::Deleted { gone: true, .. } => "gone from the cloud".to_owned(),
        Lifecycle::Deleted {
            purge_at: Some(until),
            ..
        } => until.to_string(),
        _ => "forever".to_owned(),
    };
    vec![
        record.id().to_string(),
        record.location().to_string(),
        until,
        record.scope().to_string(),
        record.image_id().to_string(),
    ]
}
