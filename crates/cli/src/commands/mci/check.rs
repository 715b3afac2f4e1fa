//! Checks, and commits that are refused for what they find.

use crate::{
    exit::{Failure, Run},
    print::{Columns, Out},
};
use cloud_atlas::{
    CheckOptions, Session,
    base::Tag,
    history::{Generation, Message},
    mci::{Deny, Finding},
    scope::Scope,
    template::Reference,
};
use pollster::FutureExt as _;

/// What checks go by.
#[derive(Debug, clap::Args)]
struct CheckArgs {
    /// The tag that says that the images have an agent [default:
    /// `provides:rs_agent_type=right_link`]
    #[arg(long, value_name = "TAG")]
    agent_tag: Option<Tag>,
    /// Scripts are to run on what is launched, so that images need an agent
    #[arg(long)]
    scripts: bool,
}

impl CheckArgs {
    fn options(&self) -> CheckOptions {
        let mut options = CheckOptions::default();
        options.agent_tag.clone_from(&self.agent_tag);
        options.needs_agent = self.scripts;
        options
    }
}

/// Tell what is worth knowing of one before it is used
///
/// What its images have not in common, which of them are deprecated, private or unregistered, what
/// its tags and its name leave out: a code for each.
#[derive(Debug, clap::Args)]
pub(crate) struct Check {
    /// Such as web-base or web-base@3
    #[arg(value_name = "REF")]
    reference: Reference,
    /// End with 1 if there is any of these: `warnings`, which is every finding, or codes with a
    /// comma between them
    #[arg(long, value_name = "CODES")]
    deny: Option<Deny>,
    #[command(flatten)]
    rules: CheckArgs,
}

/// Freeze HEAD as the next revision, which never changes again
#[derive(Debug, clap::Args)]
pub(crate) struct Commit {
    /// Which one
    #[arg(value_name = "REF")]
    reference: Reference,
    /// Why
    #[arg(short, long, value_name = "TEXT")]
    message: Message,
    /// Refuse if HEAD is no longer the one of this generation
    #[arg(long, value_name = "GENERATION", value_parser = super::generation)]
    seen: Option<Generation>,
    /// Refuse if checks find any of these: `warnings`, which is every finding, or codes with a comma
    /// between them
    #[arg(long, value_name = "CODES")]
    deny: Option<Deny>,
    #[command(flatten)]
    rules: CheckArgs,
}

pub(super) fn check(check: &Check, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let options = check.rules.options();
    let findings = session
        .mci_check(&check.reference, from, &options)
        .block_on()?;
    let headers = ["CODE", "SEVERITY", "FOUND"];
    out.list(&findings, &Columns::new("nothing found", &headers, row))?;
    match &check.deny {
        Some(deny) if deny.refuse(&findings).is_err() => Err(Failure::Wanting),
        _ => Ok(()),
    }
}

/// How many parts of a finding are listed.
const PARTS: usize = 5;

fn row(finding: &Finding) -> Vec<String> {
    let mut lines = vec![finding.code.says().to_owned()];
    let parts = finding.found.iter().take(PARTS);
    lines.extend(parts.map(|part| format!("  {part}")));
    if finding.found.len() > PARTS {
        lines.push(format!("  and {} more", finding.found.len() - PARTS));
    }
    vec![
        finding.code.to_string(),
        finding.severity.to_string(),
        lines.join("\n"),
    ]
}

pub(super) fn commit(commit: Commit, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let options = commit.rules.options();
    let Commit {
        reference,
        message,
        seen,
        deny,
        ..
    } = commit;
    let revision = match &deny {
        Some(deny) => session
            .commit_mci_denying(&reference, from, message, seen, deny, &options)
            .block_on()?,
        None => session
            .commit_mci(&reference, from, message, seen)
            .block_on()?,
    };
    out.one(&revision, |out| {
        let digest = revision.digest().short();
        writeln!(
            out,
            "revision {} {digest}: {}",
            revision.number(),
            revision.message().subject()
        )
    })
}
