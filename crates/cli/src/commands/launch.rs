//! `atlas resolve`: which image is launched here.

use crate::{
    args::Global,
    exit::{Failure, Run, say},
    print::{Columns, Out, warn},
};
use cloud_atlas::{
    Error, LaunchRequest, Session,
    image_id::CloudLocation,
    template::{LaunchPlan, Reference, ResolveError, Trace},
};
use pollster::FutureExt as _;
use serde::Serialize;
use std::collections::BTreeSet;

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
