//! `atlas mci merge`: a revision of any lineage into a HEAD.

pub(crate) mod report;

use super::generation;
use crate::{
    exit::{Failure, Run},
    files,
    print::Out,
};
use cloud_atlas::{
    Error, MergeMci, MergeOutcome, Session,
    history::Generation,
    mci::{Choice, Choices, MergePath, MergeValue, SettingPart, Side, Take, UserData},
    scope::Scope,
    template::Reference,
};
use pollster::FutureExt as _;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Merge a revision of another one, or of its own, into HEAD; `undo` brings back what HEAD held
#[derive(Debug, clap::Args)]
pub(crate) struct Merge {
    /// Whose HEAD
    #[arg(value_name = "REF")]
    reference: Reference,
    /// What is merged, such as web-base@5; its newest revision without @X
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
    /// Settle the conflict at a path with another value
    #[arg(long, value_name = "PATH=VALUE", allow_hyphen_values = true)]
    set: Vec<String>,
    /// Settle a conflict of user data with what a file holds
    #[arg(long, value_name = "PATH=FILE")]
    set_file: Vec<String>,
    /// Settle the conflict at a path with nothing: take the tag, the setting or its part away
    #[arg(long, value_name = "PATH")]
    drop: Vec<MergePath>,
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

/// The most bytes of a file of choices.
const CHOICES_BYTES: usize = 64 * 1024 * 1024;

/// No cloud takes as many bytes of user data.
const USER_DATA_BYTES: usize = 1024 * 1024;

pub(super) fn merge(merge: Merge, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let dry_run = merge.dry_run;
    let ask = MergeMci {
        choices: merge.to_choices()?,
        seen: merge.seen,
        ..MergeMci::new(merge.reference, merge.theirs, from.clone())
    };
    let answer = if dry_run {
        session.mci_merge_preview(&ask).block_on()?
    } else {
        match session.merge_mci(&ask).block_on() {
            Err(Error::OpenConflicts(open)) => *open,
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
    fn to_choices(&self) -> Result<Choices, Failure> {
        let mut choices = match &self.choices {
            Some(path) => read(path, |choices: &mut Choices, choice: Choice| {
                choices.choices.push(choice);
            })?,
            None => Choices::default(),
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
            choices = choices.with(path_of(path)?, Take::Side(side));
        }
        for text in &self.set {
            let (path, value) = split("--set", text)?;
            if let MergePath::Tag(tag) = &path {
                let message = format!("the tag `{tag}` is there or not: say --take or --drop");
                return Err(Failure::misused(message));
            }
            let value = MergeValue::parse(&path, value).map_err(Failure::misused)?;
            choices = choices.with(path, Take::Value(Some(value)));
        }
        for text in &self.set_file {
            let (path, file) = split("--set-file", text)?;
            let MergePath::Setting {
                part: SettingPart::UserData,
                ..
            } = &path
            else {
                let message = format!("only user data is read from a file: say `--set {path}=…`");
                return Err(Failure::misused(message));
            };
            let data = UserData::new(&files::read(Path::new(file), USER_DATA_BYTES)?);
            choices = choices.with(path, Take::Value(data.map(MergeValue::UserData)));
        }
        for path in &self.drop {
            choices = choices.with(path.clone(), Take::Value(None));
        }
        Ok(choices)
    }
}

fn path_of(text: &str) -> Result<MergePath, Failure> {
    MergePath::parse(text).map_err(Failure::misused)
}

fn split<'a>(option: &str, text: &'a str) -> Result<(MergePath, &'a str), Failure> {
    // Of the paths tags alone hold an equals sign.
    let at = if text.starts_with("tag:") {
        text.rsplit_once('=')
    } else {
        text.split_once('=')
    };
    let (path, value) = at.ok_or_else(|| wrong(option, text, "PATH=…"))?;
    Ok((path_of(path)?, value))
}

fn wrong(option: &str, text: &str, expected: &str) -> Failure {
    Failure::misused(format!("`{option} {text}` is none: expected {expected}"))
}

/// Reads a file of choices: nothing but those, or an answer whose conflicts say what to take.
pub(crate) fn read<A, C>(path: &Path, add: impl Fn(&mut A, C)) -> Result<A, Failure>
where
    A: Default + DeserializeOwned,
    C: DeserializeOwned,
{
    let text = files::read_text(path, CHOICES_BYTES)?;
    let refuse = |error: serde_json::Error| {
        Failure::refused(format!("{} holds no choices", files::shown(path)))
            .because(files::in_words(&error))
    };
    let mut form: Value = serde_json::from_str(&text).map_err(refuse)?;
    let Some(Value::Array(conflicts)) = form.get_mut("conflicts").map(Value::take) else {
        return serde_json::from_value(form).map_err(refuse);
    };
    let mut choices = A::default();
    for conflict in conflicts {
        let Value::Object(mut fields) = conflict else {
            continue;
        };
        fields.retain(|name, _| matches!(&**name, "path" | "take" | "value"));
        // One that says neither stays open.
        if fields.len() > 1 {
            add(
                &mut choices,
                serde_json::from_value(fields.into()).map_err(refuse)?,
            );
        }
    }
    Ok(choices)
}
