//! `atlas lock update`: from one lock file to the next.

use super::{read, save};
use crate::{
    args::Global,
    exit::Run,
    files,
    print::{Out, note},
};
use cloud_atlas::{
    LockUpdate,
    history::RevisionNumber,
    image_id::CloudLocation,
    template::{LockChange, Selector},
};
use pollster::FutureExt as _;
use serde::Serialize;
use std::{collections::BTreeMap, path::PathBuf};

/// Show what a lock file would say now, and write it
#[derive(Debug, clap::Args)]
pub(super) struct Update {
    /// The lock file
    file: PathBuf,
    /// Where [default: the locations of the lock file]
    #[arg(value_name = "LOCATION")]
    locations: Vec<CloudLocation>,
    /// To which state, such as 3 or production [default: the newest revision]
    #[arg(long, value_name = "X")]
    to: Option<Selector>,
    /// Show the difference and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// What an update came to.
#[derive(Serialize)]
struct Updated<'a> {
    file: String,
    /// The revision that the file held.
    before: RevisionNumber,
    after: RevisionNumber,
    locations: &'a BTreeMap<CloudLocation, Vec<LockChange>>,
    written: bool,
}

pub(super) fn update(update: Update, global: &Global, out: &mut Out) -> Run {
    let Update {
        file,
        locations,
        to,
        dry_run,
    } = update;
    let before = read(&file)?;
    let some = (!locations.is_empty()).then_some(locations.as_slice());
    let LockUpdate { lock, diff, .. } = global
        .session()?
        .update_lock(&before, to.as_ref(), &global.scope, some)
        .block_on()?;
    let writes = !dry_run && !diff.is_empty();
    let answer = Updated {
        file: file.display().to_string(),
        before: diff.revision.0,
        after: diff.revision.1,
        locations: &diff.locations,
        written: writes,
    };
    // A person is shown the difference before she says whether it is written.
    if !out.is_json() {
        out.one(&answer, |out| writeln!(out, "{diff}"))?;
    }
    if writes {
        global.confirm(&format!("write {}", files::shown(&file)))?;
        save(&lock, &file)?;
    }
    if out.is_json() {
        return out.one(&answer, |_| Ok(()));
    }
    if writes {
        note(format_args!("{} is written", files::shown(&file)));
    }
    Ok(())
}
