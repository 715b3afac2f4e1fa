//! `atlas lock`: plans that never move.

use crate::{
    args::Global,
    exit::{Failure, Run},
    files,
    print::{Columns, Out},
};
use clap::Subcommand;
use cloud_atlas::{
    history::{LineageId, RevisionNumber},
    image_id::CloudLocation,
    template::{LockFile, LockState, Reference},
};
use pollster::FutureExt as _;
use serde::Serialize;
use std::path::PathBuf;

/// Write a lock file: plans that never move
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Lock {
    #[command(subcommand)]
    verify: Option<LockCommand>,
    /// Such as web-base@production; without @X the newest revision
    #[arg(value_name = "REF", required = true)]
    reference: Option<Reference>,
    /// Where [default: every location that has a setting]
    #[arg(value_name = "LOCATION")]
    locations: Vec<CloudLocation>,
    /// Into which file
    #[arg(short, long, value_name = "FILE", required = true)]
    out: Option<PathBuf>,
}

/// What else is done with lock files.
#[derive(Debug, Subcommand)]
enum LockCommand {
    /// Tell how each entry of a lock file stands today
    ///
    /// Ends with 1 if one of them is no longer to be launched, or leads to another image.
    Verify {
        /// The lock file
        file: PathBuf,
    },
}

/// Real lock files have some kilobytes.
const LOCK_FILE_BYTES: usize = 16 * 1024 * 1024;

pub(crate) fn lock(lock: Lock, global: &Global, out: &mut Out) -> Run {
    let Lock {
        verify,
        reference,
        locations,
        out: file,
    } = lock;
    if let Some(LockCommand::Verify { file }) = verify {
        return self::verify(&file, global, out);
    }
    let (Some(reference), Some(path)) = (reference, file) else {
        return Err(Failure::misused(
            "a reference and a file are needed: see --help",
        ));
    };
    let some = (!locations.is_empty()).then_some(locations.as_slice());
    let lock = global
        .session()?
        .lock(&reference, &global.scope, some)
        .block_on()?;
    let text = lock
        .to_text()
        .map_err(|error| Failure::Refused(Box::new(error)))?;
    files::write_text(Some(&path), &text)?;
    let answer = Locked {
        file: path.display().to_string(),
        mci: lock.mci().to_string(),
        lineage: lock.lineage(),
        revision: lock.revision(),
        revision_digest: lock.revision_digest().to_string(),
        locations: lock.locations().len(),
    };
    out.one(&answer, |out| {
        let Locked {
            mci,
            revision,
            locations,
            ..
        } = &answer;
        writeln!(
            out,
            "locked {locations} locations of {mci} revision {revision} in {}",
            files::shown(&path)
        )
    })
}

#[derive(Serialize)]
struct Locked {
    file: String,
    mci: String,
    lineage: LineageId,
    revision: RevisionNumber,
    revision_digest: String,
    locations: usize,
}

#[derive(Serialize)]
struct Verified {
    location: CloudLocation,
    #[serde(flatten)]
    state: LockState,
}

fn verify(path: &std::path::Path, global: &Global, out: &mut Out) -> Run {
    let text = files::read_text(path, LOCK_FILE_BYTES)?;
    let unusable =
        |error| Failure::refused(format!("{} cannot be used", files::shown(path))).because(error);
    let lock = LockFile::parse(&text).map_err(unusable)?;
    let states = global
        .session()?
        .verify_lock(&lock, &global.scope)
        .block_on()?;
    let states: Vec<_> = states
        .into_iter()
        .map(|(location, state)| Verified { location, state })
        .collect();
    out.list(
        &states,
        &Columns::new("no locations", &["LOCATION", "STATE", "WHY"], verified_row),
    )?;
    let usable =
        |state: &LockState| matches!(state, LockState::Same | LockState::Deprecated { .. });
    if states.iter().all(|verified| usable(&verified.state)) {
        Ok(())
    } else {
        Err(Failure::Wanting)
    }
}

fn verified_row(Verified { location, state }: &Verified) -> Vec<String> {
    let (word, why) = match state {
        LockState::Same => ("same", String::new()),
        LockState::Changed { now } => ("changed", format!("it gives `{now}` now")),
        LockState::Deprecated { reason } => ("deprecated", reason.clone()),
        LockState::Revoked { reason } => ("revoked", reason.clone()),
        LockState::Gone { reason } => ("gone", reason.clone()),
        _ => ("unknown", String::new()),
    };
    vec![location.to_string(), word.to_owned(), why]
}
