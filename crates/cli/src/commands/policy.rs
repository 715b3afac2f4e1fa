//! `atlas policy`: what may be launched.

use crate::{
    args::Global,
    exit::{Failure, Run},
    files,
    pages::PageArgs,
    print::{Columns, Out},
};
use clap::Subcommand;
use cloud_atlas::{
    PolicyView,
    base::{Name, Tag},
    history::RevisionRef,
    image::{CloudText, ImageRecordId, OsText},
    template::{AgentRequirement, ApprovedAncestor, ImageText, Policy, PolicyMode, PolicyRule},
};
use pollster::FutureExt as _;
use std::path::PathBuf;

/// A policy says what may be launched at a scope and below: all that hold must allow it
#[derive(Debug, Subcommand)]
pub(crate) enum PolicyCommand {
    /// Keep a policy at --scope, in place of the one of its name
    Set(Box<Set>),
    /// List the policies that hold at --scope, the nearest first
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show the policy of a name that holds at --scope, the nearest one
    Show {
        /// Its name
        name: Name,
    },
    /// Remove a policy of --scope
    Remove {
        /// Its name
        name: Name,
    },
}

/// Keep a policy at --scope, in place of the one of its name
#[derive(Debug, clap::Args)]
pub(crate) struct Set {
    /// What it is called
    name: Name,
    /// The whole of it in JSON, such as `policy show --output json` prints
    #[arg(long, value_name = "FILE", conflicts_with = "rules")]
    file: Option<PathBuf>,
    #[command(flatten)]
    rules: Rules,
}

/// What a policy asks for; what it does not say is allowed.
#[derive(Debug, clap::Args)]
#[group(id = "rules", multiple = true)]
struct Rules {
    /// Only tell what it would refuse
    #[arg(long)]
    audit: bool,
    /// Who may own the image: an account number, an alias such as amazon, or self
    #[arg(long = "owner", value_name = "OWNER")]
    owners: Vec<CloudText>,
    /// How old the image may be, in days
    #[arg(long, value_name = "DAYS")]
    max_age: Option<u32>,
    /// How long the revision must have been committed, in hours
    #[arg(long, value_name = "HOURS")]
    min_soak: Option<u32>,
    /// A tag that the image or its MultiCloud Image must have
    #[arg(long = "tag", value_name = "TAG")]
    tags: Vec<Tag>,
    /// A family of operating systems, such as ubuntu
    #[arg(long = "os", value_name = "FAMILY")]
    families: Vec<OsText>,
    /// The agent inside and its version, such as `right_link ^5.8`
    #[arg(long, value_name = "AGENT")]
    agent: Option<AgentRequirement>,
    /// A record of which the image must be, or be made from
    #[arg(long = "ancestor", value_name = "RECORD", requires = "within")]
    ancestors: Vec<ImageRecordId>,
    /// Within how many steps: 0 is the image itself, 1 what it was made from
    #[arg(long, value_name = "STEPS", requires = "ancestors")]
    within: Option<u32>,
    /// A revision that is passed over: LINEAGE@NUMBER
    #[arg(long = "skip-revision", value_name = "REVISION")]
    skip_revisions: Vec<RevisionRef>,
    /// An image that is passed over, by its cloud's own id
    #[arg(long = "skip-image", value_name = "ID")]
    skip_images: Vec<ImageText>,
}

/// Real policies have some kilobytes.
const POLICY_BYTES: usize = 1024 * 1024;

pub(crate) fn run(command: PolicyCommand, global: &Global, out: &mut Out) -> Run {
    let scope = &global.scope;
    match command {
        PolicyCommand::Set(set) => {
            let policy = set.policy()?;
            if policy.rules().next().is_none() {
                return Err(Failure::misused(format!(
                    "the policy {} has no rules and would allow everything: say what it asks for, \
                     or remove it",
                    policy.name
                )));
            }
            let kept = global.session()?.set_policy(scope, policy).block_on()?;
            out.one(&kept, |out| {
                let Policy { name, mode, .. } = &kept.policy;
                let does = match mode {
                    PolicyMode::Enforce => "refuses",
                    PolicyMode::Audit => "audits",
                };
                writeln!(out, "policy {name} {does} at {scope} and below")
            })
        }
        PolicyCommand::List { page } => {
            let session = global.session()?;
            let headers = ["POLICY", "SCOPE", "MODE", "ASKS FOR"];
            let columns = Columns::new("no policies", &headers, row);
            page.show(&columns, out, |page| {
                session.policies(scope, page).block_on()
            })
        }
        PolicyCommand::Show { name } => {
            let kept = global.session()?.policy(&name, scope).block_on()?;
            out.fields(&kept)
        }
        PolicyCommand::Remove { name } => {
            global.session()?.remove_policy(scope, &name).block_on()?;
            out.removed("policy", &name)
        }
    }
}

impl Set {
    fn policy(self) -> Result<Policy, Failure> {
        let Self { name, file, rules } = self;
        let Some(path) = file else {
            return Ok(rules.of(name));
        };
        let unusable = |error| {
            let shown = files::shown(&path);
            Failure::refused(format!("{shown} is no policy")).because(error)
        };
        let text = files::read_text(&path, POLICY_BYTES)?;
        let mut json: serde_json::Value = serde_json::from_str(&text).map_err(unusable)?;
        if let Some(fields) = json.as_object_mut() {
            // The name is said on the command line, and the scope with --scope.
            fields.insert("name".to_owned(), name.as_str().into());
            fields.remove("scope");
        }
        serde_json::from_value(json).map_err(unusable)
    }
}

impl Rules {
    fn of(self, name: Name) -> Policy {
        let mode = if self.audit {
            PolicyMode::Audit
        } else {
            PolicyMode::Enforce
        };
        let mut policy = Policy::new(name);
        policy.mode = mode;
        policy.allowed_owners = some(self.owners);
        policy.max_age_days = self.max_age;
        policy.min_soak_hours = self.min_soak;
        policy.required_tags = self.tags.into_iter().collect();
        policy.os_families = some(self.families);
        policy.agent = self.agent;
        policy.ancestor = self.within.map(|within| ApprovedAncestor {
            approved: self.ancestors.into_iter().collect(),
            within,
        });
        policy.skip_revisions = self.skip_revisions.into_iter().collect();
        policy.skip_images = self.skip_images.into_iter().collect();
        policy
    }
}

/// None where nothing was said: then everything is allowed.
fn some<T: Ord>(said: Vec<T>) -> Option<std::collections::BTreeSet<T>> {
    (!said.is_empty()).then(|| said.into_iter().collect())
}

fn row(view: &PolicyView) -> Vec<String> {
    let mode = match view.policy.mode {
        PolicyMode::Enforce => "enforce",
        PolicyMode::Audit => "audit",
    };
    let rules: Vec<_> = view.policy.rules().map(PolicyRule::as_str).collect();
    vec![
        view.policy.name.to_string(),
        view.scope.to_string(),
        mode.to_owned(),
        rules.join(" "),
    ]
}
