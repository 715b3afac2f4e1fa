//! `atlas can`: who may do what, and why.

use crate::{
    args::Global,
    exit::{Failure, Run},
    print::Out,
};
use cloud_atlas::scope::{Explanation, PrincipalId, Scope};
use pollster::FutureExt as _;
use serde::Serialize;
use std::collections::BTreeSet;

/// Tell whether --as may do something, and by which grant or for want of what
///
/// Ends with 1 if not.
#[derive(Debug, clap::Args)]
pub(crate) struct Can {
    /// A permission such as image.register, or what needs one: a command such as "image register", an
    /// action of the EC2 API such as `RegisterImage`
    #[arg(value_name = "ACTION")]
    action: String,
    /// Where
    #[arg(value_name = "SCOPE")]
    at: Scope,
}

/// The reasoning, and who could change the answer.
#[derive(Debug, Serialize)]
struct Answer {
    #[serde(flatten)]
    explanation: Explanation,
    /// Who can grant roles there, as far as the principal may see; only where the answer is no.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    givers: BTreeSet<PrincipalId>,
}

pub(crate) fn can(Can { action, at }: &Can, global: &Global, out: &mut Out) -> Run {
    let session = global.session()?;
    let permission = session.needed_for(action).map_err(Failure::misused)?;
    let explanation = session.can(permission, at).block_on()?;
    let allowed = explanation.decision.is_allowed();
    let givers = if allowed {
        BTreeSet::new()
    } else {
        session.givers(at).block_on()?
    };
    let answer = Answer {
        explanation,
        givers,
    };
    out.one(&answer, |out| {
        writeln!(out, "{}", answer.explanation)?;
        if !answer.givers.is_empty() {
            let names: Vec<_> = answer.givers.iter().map(PrincipalId::as_str).collect();
            writeln!(out, "  who can grant roles here: {}", names.join(", "))?;
        }
        Ok(())
    })?;
    if allowed {
        Ok(())
    } else {
        Err(Failure::Wanting)
    }
}
