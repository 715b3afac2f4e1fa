//! `atlas template merge`: a revision of any lineage into a HEAD.

mod report;

use crate::{
    commands::mci::{generation, merge::read},
    exit::{Failure, Run},
    print::Out,
};
use cloud_atlas::{
    Error, MergeOutcome, MergeTemplate, Session,
    history::{Generation, LineageId},
    mci::Side,
    scope::Scope,
    template::{
        Reference, TemplateChoice, TemplateChoices, TemplatePath, TemplateTake, TemplateValue,
    },
};
use pollster::FutureExt as _;
use std::path::PathBuf;

/// Merge a revision of another one, or of its own, into HEAD; `undo` brings back what HEAD held
///
/// The path of a link is `link:` and the name of its MultiCloud Image, or its lineage.
#[derive(Debug, clap::Args)]
pub(crate) struct Merge {
    /// Whose HEAD
    #[arg(value_name = "REF")]
    reference: Reference,
    /// What is merged, such as front@5; its newest revision without @X
    #[arg(long = "from", value_name = "REF")]
    theirs: Reference,
    /// Settle all other conflicts with what HEAD holds
    #[arg(long, conflicts_with = "theirs_side")]
    ours: bool,
    /// Settle all other conflicts with what is merged
    #[arg(long = "theirs", id = "theirs_side")]
    others: bool,
    /// Settle the conflict at a path with a side: PATH=ours or PATH=theirs
    #[arg(long, value_name = "PATH=SIDE")]
    take: Vec<String>,
    /// Settle the conflict at a path with another value; scripts stand a line each
    #[arg(long, value_name = "PATH=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// Settle the conflict at a path with nothing: take the link or the scripts of the phase away
    #[arg(long, value_name = "PATH")]
    drop: Vec<String>,
    /// Settle conflicts as a file says: the JSON answer of this command, with `"take": "ours"`,
    /// `"take": "theirs"` or a `"value"` added to its conflicts
    #[arg(long, value_name = "FILE")]
    choices: Option<PathBuf>,
    /// Tell what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    /// Refuse if HEAD is no longer the one of this generation
    #[arg(long, value_name = "GENERATION", value_parser = generation)]
    seen: Option<Generation>,
}

pub(super) fn merge(merge: Merge, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let dry_run = merge.dry_run;
    let ask = MergeTemplate {
        choices: merge.to_choices(session, from)?,
        seen: merge.seen,
        ..MergeTemplate::new(merge.reference, merge.theirs, from.clone())
    };
    let answer = if dry_run {
        session.template_merge_preview(&ask).block_on()?
    } else {
        match session.merge_template(&ask).block_on() {
            Err(Error::OpenTemplateConflicts(open)) => *open,
            answer => answer?,
        }
    };
    report::tell(&answer, &ask.into, out)?;
    match answer.outcome {
        MergeOutcome::Open => Err(Failure::Wanting),
        _ => Ok(()),
    }
}

impl Merge {
    fn to_choices(&self, session: &Session, from: &Scope) -> Result<TemplateChoices, Failure> {
        let mut choices = match &self.choices {
            Some(path) => read::<TemplateChoices, TemplateChoice>(path, |choices, choice| {
                choices.choices.push(choice);
            })?,
            None => TemplateChoices::default(),
        };
        if self.ours || self.others {
            let side = if self.ours { Side::Ours } else { Side::Theirs };
            choices.others = Some(side);
        }
        for text in &self.take {
            let (path, side) = match text.rsplit_once('=') {
                Some((path, "ours")) => (path, Side::Ours),
                Some((path, "theirs")) => (path, Side::Theirs),
                _ => return Err(wrong("--take", text, "PATH=ours or PATH=theirs")),
            };
            let path = path_of(path, session, from)?;
            choices = choices.with(path, TemplateTake::Side(side));
        }
        for text in &self.set {
            let split = text.split_once('=');
            let (path, value) = split.ok_or_else(|| wrong("--set", text, "PATH=…"))?;
            let path = path_of(path, session, from)?;
            let value = match path {
                TemplatePath::Default => TemplateValue::Default(lineage(value, session, from)?),
                _ => TemplateValue::parse(&path, value).map_err(Failure::misused)?,
            };
            choices = choices.with(path, TemplateTake::Value(Some(value)));
        }
        for text in &self.drop {
            let path = path_of(text, session, from)?;
            choices = choices.with(path, TemplateTake::Value(None));
        }
        Ok(choices)
    }
}

/// A path, in which a MultiCloud Image may stand by its name.
fn path_of(text: &str, session: &Session, from: &Scope) -> Result<TemplatePath, Failure> {
    match text.strip_prefix("link:") {
        Some(named) => Ok(TemplatePath::Link(lineage(named, session, from)?)),
        None => TemplatePath::parse(text).map_err(Failure::misused),
    }
}

fn lineage(text: &str, session: &Session, from: &Scope) -> Result<LineageId, Failure> {
    if let Ok(lineage) = LineageId::parse(text) {
        return Ok(lineage);
    }
    let reference = Reference::parse(text).map_err(Failure::misused)?;
    Ok(session.mci(&reference, from).block_on()?.lineage)
}

fn wrong(option: &str, text: &str, expected: &str) -> Failure {
    Failure::misused(format!("`{option} {text}` is none: expected {expected}"))
}
