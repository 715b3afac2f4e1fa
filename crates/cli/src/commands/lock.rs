//! `atlas lock`: plans that never move.

mod registered;
mod update;

use crate::{
    args::Global,
    exit::{Failure, Run},
    files,
    pages::PageArgs,
    print::{Columns, Out},
};
use clap::Subcommand;
use cloud_atlas::{
    LockRef,
    base::Name,
    history::{LineageId, RevisionNumber},
    image_id::CloudLocation,
    template::{AnyLock, LockState, Reference},
};
use pollster::FutureExt as _;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Write a lock file: plans that never move
#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Lock {
    #[command(subcommand)]
    command: Option<LockCommand>,
    /// Such as web-base@production; without @X the newest revision
    #[arg(value_name = "REF", required = true)]
    reference: Option<Reference>,
    /// REF names a ServerTemplate
    #[arg(short, long)]
    template: bool,
    /// The MultiCloud Image in place of the template's default: one that it links
    #[arg(long, value_name = "REF", requires = "template")]
    mci: Option<Reference>,
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
    Update(update::Update),
    /// Make a lock file known at --scope: what it holds is not deleted, and whoever revokes it is told
    Register {
        /// What the lock is called there; one of that name is replaced
        name: Name,
        /// The lock file
        file: PathBuf,
    },
    /// List the registered locks at --scope; of an account, with its environments
    List {
        #[command(flatten)]
        page: PageArgs,
    },
    /// Show what a registered lock holds
    Show {
        /// Its name at --scope, or its id
        #[arg(value_name = "LOCK")]
        lock: LockRef,
    },
    /// Forget a registered lock; its file stays
    Unregister {
        /// Its name at --scope, or its id
        #[arg(value_name = "LOCK")]
        lock: LockRef,
    },
}

pub(crate) fn lock(lock: Lock, global: &Global, out: &mut Out) -> Run {
    match lock.command {
        None => write(lock, global, out),
        Some(LockCommand::Verify { file }) => verify(&file, global, out),
        Some(LockCommand::Update(update)) => update::update(update, global, out),
        Some(LockCommand::Register { name, file }) => {
            registered::register(&name, &file, global, out)
        }
        Some(LockCommand::List { page }) => registered::list(page, global, out),
        Some(LockCommand::Show { lock }) => registered::show(&lock, global, out),
        Some(LockCommand::Unregister { lock }) => registered::unregister(&lock, global, out),
    }
}

fn write(lock: Lock, global: &Global, out: &mut Out) -> Run {
    let (Some(reference), Some(path)) = (lock.reference, lock.out) else {
        return Err(Failure::misused(
            "a reference and a file are needed: see --help",
        ));
    };
    let some = (!lock.locations.is_empty()).then_some(lock.locations.as_slice());
    let (session, from) = (global.session()?, &global.scope);
    let locked = if lock.template {
        let mci = lock.mci.as_ref();
        let locked = session.lock_template(&reference, mci, from, some);
        AnyLock::from(locked.block_on()?)
    } else {
        AnyLock::from(session.lock(&reference, from, some).block_on()?)
    };
    let answer = Locked::of(&locked, &path);
    save(&locked, &path)?;
    out.one(&answer, |out| {
        let Locked {
            revision,
            locations,
            ..
        } = &answer;
        let name = locked.name();
        let revision = revision
            .map(|number| number.to_string())
            .unwrap_or_default();
        let places = if *locations == 1 {
            "location"
        } else {
            "locations"
        };
        writeln!(
            out,
            "locked {locations} {places} of {name} revision {revision} in {}",
            files::shown(&path)
        )
    })
}

/// What was written.
#[derive(Serialize)]
struct Locked {
    file: String,
    /// The MultiCloud Image, or the template.
    mci: Option<String>,
    template: Option<String>,
    lineage: LineageId,
    revision: Option<RevisionNumber>,
    revision_digest: Option<String>,
    locations: usize,
}

impl Locked {
    fn of(lock: &AnyLock, path: &Path) -> Self {
        let name = lock.name().to_string();
        let (mci, template, lineage, revision, digest) = match lock {
            AnyLock::Mci(lock) => {
                let (revision, digest) = (lock.revision(), lock.revision_digest());
                (
                    Some(name),
                    None,
                    lock.lineage(),
                    Some(revision),
                    Some(digest),
                )
            }
            AnyLock::Template(lock) => {
                let of = lock.template();
                (
                    None,
                    Some(name),
                    of.lineage,
                    of.revision,
                    of.revision_digest,
                )
            }
        };
        Self {
            file: path.display().to_string(),
            mci,
            template,
            lineage,
            revision,
            revision_digest: digest.map(|digest| digest.to_string()),
            locations: lock.locations().len(),
        }
    }
}

/// Real lock files have some kilobytes.
const LOCK_FILE_BYTES: usize = 16 * 1024 * 1024;

/// Reads a lock file of either kind.
pub(crate) fn read(path: &Path) -> Result<AnyLock, Failure> {
    let text = files::read_text(path, LOCK_FILE_BYTES)?;
    let unusable =
        |error| Failure::refused(format!("{} cannot be used", files::shown(path))).because(error);
    AnyLock::parse(&text).map_err(unusable)
}

/// Writes a lock file whole, or leaves what was there.
fn save(lock: &AnyLock, path: &Path) -> Run {
    let text = lock.to_text();
    let text = text.map_err(|error| Failure::Refused(Box::new(error)))?;
    files::write_text(Some(path), &text)
}

#[derive(Serialize)]
struct Verified {
    location: CloudLocation,
    #[serde(flatten)]
    state: LockState,
}

fn verify(path: &Path, global: &Global, out: &mut Out) -> Run {
    let lock = read(path)?;
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
    let (word, why) = told(state);
    vec![location.to_string(), word.to_owned(), why]
}

/// How an entry stands, in a word, and why.
pub(crate) fn told(state: &LockState) -> (&'static str, String) {
    match state {
        LockState::Same => ("same", String::new()),
        LockState::Changed { now } => ("changed", format!("it gives `{now}` now")),
        LockState::Deprecated { reason } => ("deprecated", reason.clone()),
        LockState::Revoked { reason } => ("revoked", reason.clone()),
        LockState::Gone { reason } => ("gone", reason.clone()),
        _ => ("unknown", String::new()),
    }
}
