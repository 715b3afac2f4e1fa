//! `atlas resolve`: which image is launched here.

mod locked;
mod overriding;

use self::locked::First;
pub(crate) use self::overriding::OverrideArgs;
use crate::{
    args::Global,
    exit::{Failure, Run, say},
    print::{Columns, Out, warn},
};
use cloud_atlas::{
    Error, Explained, LaunchBase, LaunchSubject,
    image::DeclaredGuest,
    image_id::CloudLocation,
    template::{
        Launch, LaunchMatrix, LaunchRefusal, LaunchTrace, MatrixOutcome, MatrixRow, Reference,
    },
};
use pollster::FutureExt as _;
use serde::Serialize;
use std::{collections::BTreeSet, path::PathBuf};

/// Tell which image is launched at a cloud location
///
/// Ends with 1 if there is none for one of the locations.
#[derive(Debug, clap::Args)]
pub(crate) struct Resolve {
    /// Such as web-base@production; without @X the newest revision; not with --lock
    #[arg(value_name = "REF", required_unless_present = "lock", value_parser = First::read)]
    first: Option<First>,
    /// REF names a ServerTemplate
    #[arg(short, long, conflicts_with = "lock")]
    template: bool,
    /// The MultiCloud Image in place of the template's default: one that it links, or any other
    #[arg(long, value_name = "REF", requires = "template")]
    mci: Option<Reference>,
    /// Where
    #[arg(value_name = "LOCATION", required_unless_present_any = ["all", "lock"])]
    locations: Vec<CloudLocation>,
    /// At every location that has a setting, as a table of what is launched where
    #[arg(long, conflicts_with_all = ["locations", "image", "kernel", "ramdisk"])]
    all: bool,
    /// With the reasons, step by step
    #[arg(long)]
    explain: bool,
    /// What a lock file says, and never anything else [default: at all its locations]
    #[arg(long, value_name = "FILE", conflicts_with_all = ["all", "explain", "template", "mci", "OverrideArgs"])]
    lock: Option<PathBuf>,
    #[command(flatten)]
    overrides: OverrideArgs,
}

pub(crate) fn resolve(resolve: Resolve, global: &Global, out: &mut Out) -> Run {
    if let Some(file) = resolve.lock.clone() {
        return locked::resolve(resolve, &file, global, out);
    }
    let Resolve {
        first,
        template,
        mci,
        locations,
        all,
        explain,
        overrides,
        ..
    } = resolve;
    let Some(first) = first else {
        return Err(Failure::misused("a reference is needed: see --help"));
    };
    let reference = first.reference()?;
    let base = if template {
        LaunchBase::Template {
            template: reference,
            mci,
        }
    } else {
        LaunchBase::Mci(reference)
    };
    let subject = LaunchSubject::new(base, global.scope.clone());
    let overridden = |location: Option<&CloudLocation>| {
        let overrides = overrides.at(location)?;
        Ok::<_, Failure>(subject.clone().with_overrides(overrides))
    };
    if all {
        let (subject, session) = (overridden(None)?, global.session()?);
        return if explain {
            let explained = session.explain_all(&subject).block_on()?;
            print_explained(explained.into_iter().map(Ok), out)
        } else {
            print_matrix(&*session.resolve_all(&subject).block_on()?, out)
        };
    }
    let mut requests = Vec::with_capacity(locations.len());
    for location in locations {
        requests.push(overridden(Some(&location))?.at(location));
    }
    let session = global.session()?;
    if explain {
        let explained = requests
            .iter()
            .map(|request| Ok(session.explain(request).block_on()?));
        return print_explained(explained, out);
    }
    let mut outcomes = Vec::with_capacity(requests.len());
    for request in requests {
        match session.resolve(&request).block_on() {
            Ok(launch) => outcomes.push(Ok(Launch::clone(&launch))),
            Err(error @ Error::Launch(_)) => outcomes.push(Err((request.location, error))),
            Err(error) => return Err(error.into()),
        }
    }
    let launches = outcomes.iter().flatten();
    let texts: BTreeSet<_> = launches.flat_map(Launch::warning_texts).collect();
    for text in texts {
        warn(text);
    }
    let table = Table {
        headers: &["LOCATION", "INSTANCE TYPE", "FROM", "IMAGE"],
        row,
        guest: |launch| &launch.plan.guest,
    };
    print_outcomes(outcomes, &table, out)
}

/// What is launched at a location, or why nothing is there.
type Outcome<T> = Result<T, (CloudLocation, Error)>;

/// An outcome for programs: one that is refused is as in the answer for all locations.
#[derive(Serialize)]
#[serde(untagged)]
enum Answer<'a, T> {
    Launch(&'a T),
    Refused(MatrixRow),
}

/// Launches as a table.
struct Table<T> {
    headers: &'static [&'static str],
    row: fn(&T) -> Vec<String>,
    guest: fn(&T) -> &DeclaredGuest,
}

impl<T> Table<T> {
    /// Prints it; how the servers are reached stands last, where anybody said.
    fn print(&self, launches: &[T], out: &mut Out) -> Run
    where
        T: Serialize,
    {
        let is_told = launches.iter().any(|it| !(self.guest)(it).is_empty());
        let guest = |launch: &T| {
            let guest = (self.guest)(launch);
            let text = (!guest.is_empty()).then(|| guest.to_string());
            is_told.then(|| text.unwrap_or_default())
        };
        let mut headers = self.headers.to_vec();
        headers.extend(is_told.then_some("GUEST"));
        let cells = |launch: &T| {
            let mut cells = (self.row)(launch);
            cells.extend(guest(launch));
            cells
        };
        out.list(launches, &Columns::new("no locations", &headers, cells))
    }
}

/// Prints what is launched at each location, and says why nothing is at others.
fn print_outcomes<T: Serialize>(outcomes: Vec<Outcome<T>>, table: &Table<T>, out: &mut Out) -> Run {
    if out.is_json() {
        for outcome in &outcomes {
            let answer = match outcome {
                Ok(launch) => Answer::Launch(launch),
                Err((location, error)) => Answer::Refused(MatrixRow {
                    location: location.clone(),
                    outcome: MatrixOutcome::Refused {
                        reason: error.to_string(),
                    },
                }),
            };
            out.one(&answer, |_| Ok(()))?;
        }
    }
    let (mut launches, mut refusals) = (Vec::new(), Vec::new());
    for outcome in outcomes {
        match outcome {
            Ok(launch) => launches.push(launch),
            Err((_, error)) => refusals.push(error),
        }
    }
    if !launches.is_empty() && !out.is_json() {
        table.print(&launches, out)?;
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

fn row(launch: &Launch) -> Vec<String> {
    let plan = &launch.plan;
    let instance_type = plan.instance_type.as_ref().map(ToString::to_string);
    let revision = plan
        .revision
        .map_or_else(|| "head".to_owned(), |number| number.to_string());
    let overridden = if launch.overridden.is_empty() {
        ""
    } else {
        "  (with overrides)"
    };
    vec![
        plan.location.to_string(),
        instance_type.unwrap_or_default(),
        format!("{}@{revision}", plan.mci),
        format!("{}{overridden}", plan.image),
    ]
}

fn print_matrix(matrix: &LaunchMatrix, out: &mut Out) -> Run {
    if out.is_json() {
        // A line a location; people get the table of the domain.
        let row = |row: &MatrixRow| vec![row.location.to_string()];
        out.list(matrix.rows(), &Columns::new("", &[], row))?;
    } else {
        out.one(matrix, |out| writeln!(out, "{matrix}"))?;
    }
    wanting(matrix.launched() < matrix.rows().len())
}

/// A decision with its reasons.
#[derive(Serialize)]
struct Reasoned {
    location: CloudLocation,
    launch: Option<Launch>,
    refusal: Option<LaunchRefusal>,
    trace: LaunchTrace,
}

fn print_explained(all: impl Iterator<Item = Result<Explained, Failure>>, out: &mut Out) -> Run {
    let mut refused = false;
    for explained in all {
        let explained = explained?;
        let (launch, refusal) = match explained.outcome {
            Ok(launch) => (Some(launch), None),
            Err(refusal) => (None, Some(refusal)),
        };
        refused |= refusal.is_some();
        let answer = Reasoned {
            location: explained.location,
            launch,
            refusal,
            trace: explained.trace,
        };
        out.one(&answer, |out| {
            writeln!(out, "{}", answer.location)?;
            for line in answer.trace.to_string().lines() {
                writeln!(out, "  {line}")?;
            }
            let plan = answer.launch.as_ref().map(|launch| &launch.plan);
            match plan.and_then(|plan| plan.instance_type.as_ref()) {
                Some(instance_type) => writeln!(out, "     as {instance_type}"),
                None => Ok(()),
            }
        })?;
    }
    wanting(refused)
}

fn wanting(is_wanting: bool) -> Run {
    if is_wanting {
        Err(Failure::Wanting)
    } else {
        Ok(())
    }
}
