//! `atlas resolve`, `lock`: which image is launched here.

use crate::{
    args::Global,
    exit::{Failure, Run, say},
    files,
    print::{Columns, Out, warn},
};
use clap::Subcommand;
use cloud_atlas::{
    Error, LaunchRequest, Session,
    history::{LineageId, RevisionNumber},
    image_id::CloudLocation,
    template::{LaunchPlan, LockFile, LockState, Reference, ResolveError, Trace},
};
use pollster::FutureExt as _;
use serde::Serialize;
use std::{collections::BTreeSet, path::PathBuf};

/// Tell which image is launched at a cloud location
///
/// Ends with 1 if there is none for one of the locations.
#[derive(Debug, clap::Args)]
pub(crate) struct Resolve {
    /// Such as web-base@production; without @X the newest revision
    #[arg(value_name = "REF")]
    reference: Reference,
    /// Where
    #[arg(value_name = "LOCATION", required_unless_present = "all")]
    locations: Vec<CloudLocation>,
    /// At every location that has a setting
    #[arg(long, conflicts_with = "locations")]
    all: bool,
    /// With the reasons, step by step
    #[arg(long)]
    explain: bool,
}

pub(crate) fn resolve(resolve: Resolve, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let Resolve {
        reference,
        locations,
        all,
        explain,
    } = resolve;
    if all && !explain {
        let plans = session.resolve_all(&reference, &global.scope).block_on()?;
        return print_plans(&plans, out);
    }
    let locations = if all {
        let plans = session.resolve_all(&reference, &global.scope).block_on()?;
        plans.into_iter().map(|plan| plan.location).collect()
    } else {
        locations
    };
    let request = |location| LaunchRequest::new(reference.clone(), location, global.scope.clone());
    if explain {
        return explained(locations.into_iter().map(request), &session, out);
    }
    let (mut plans, mut refusals) = (Vec::new(), Vec::new());
    for location in locations {
        match session.resolve(&request(location)).block_on() {
            Ok(plan) => plans.push(LaunchPlan::clone(&plan)),
            Err(error @ Error::Resolve(_)) => refusals.push(error),
            Err(error) => return Err(error.into()),
        }
    }
    if !plans.is_empty() {
        print_plans(&plans, out)?;
    }
    match refusals.pop() {
        None => Ok(()),
        Some(last) => {
            for refusal in &refusals {
                say(refusal);
            }
            Err(last.into())
        }
    }
}

fn print_plans(plans: &[LaunchPlan], out: &mut Out) -> Run {
    let warnings: BTreeSet<_> = plans
        .iter()
        .flat_map(|plan| &plan.warnings)
        .map(ToString::to_string)
        .collect();
    for warning in warnings {
        warn(warning);
    }
    let headers = ["LOCATION", "INSTANCE TYPE", ">REV", "IMAGE"];
    out.list(plans, &Columns::new("no locations", &headers, plan_row))
}

fn plan_row(plan: &LaunchPlan) -> Vec<String> {
    let instance_type = plan.instance_type.as_ref().map(ToString::to_string);
    let revision = plan
        .revision
        .map_or_else(|| "head".to_owned(), |number| number.to_string());
    vec![
        plan.location.to_string(),
        instance_type.unwrap_or_default(),
        revision,
        plan.image.to_string(),
    ]
}

/// A decision with its reasons.
#[derive(Serialize)]
struct Reasoned {
    location: CloudLocation,
    plan: Option<LaunchPlan>,
    refusal: Option<ResolveError>,
    trace: Trace,
}

fn explained(
    requests: impl Iterator<Item = LaunchRequest>,
    session: &Session,
    out: &mut Out,
) -> Run {
    let mut refused = false;
    for request in requests {
        let explained = session.explain(&request).block_on()?;
        let (plan, refusal) = match explained.outcome {
            Ok(plan) => (Some(plan), None),
            Err(refusal) => (None, Some(refusal)),
        };
        refused |= refusal.is_some();
        let answer = Reasoned {
            location: request.location,
            plan,
            refusal,
            trace: explained.trace,
        };
        out.one(&answer, |out| {
            writeln!(out, "{}", answer.location)?;
            for line in answer.trace.to_string().lines() {
                writeln!(out, "  {line}")?;
            }
            let instance_type = answer
                .plan
                .as_ref()
                .and_then(|plan| plan.instance_type.as_ref());
            match instance_type {
                Some(instance_type) => writeln!(out, "     as {instance_type}"),
                None => Ok(()),
            }
        })?;
        for warning in answer.plan.iter().flat_map(|plan| &plan.warnings) {
            warn(warning);
        }
    }
    if refused {
        Err(Failure::Wanting)
    } else {
        Ok(())
    }
}

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
