//! Whether lower scopes see a lineage of either kind.

use crate::{
    exit::Run,
    print::{Out, warn},
};
use cloud_atlas::{LineageKind, LineageShared, Session, scope::Scope, template::Reference};
use pollster::FutureExt as _;

/// Whether lower scopes see what is made.
#[derive(Debug, clap::Args)]
pub(crate) struct Shared {
    /// Whether lower scopes see it [default: yes, but not in environments]
    #[arg(long, value_name = "BOOL")]
    pub(crate) shared: Option<bool>,
}

/// Show one with HEAD and all its revisions to lower scopes
#[derive(Debug, clap::Args)]
pub(crate) struct Share {
    /// Which one; without @X, since no revision is shared by itself
    #[arg(value_name = "REF")]
    reference: Reference,
}

/// Hide one with HEAD and all its revisions from lower scopes
///
/// Where lower scopes refer to it, they are listed, and it stays shared.
#[derive(Debug, clap::Args)]
pub(crate) struct Unshare {
    /// Which one; without @X, since no revision is shared by itself
    #[arg(value_name = "REF")]
    reference: Reference,
    /// Hide it although lower scopes refer to it, and tell which
    #[arg(long)]
    force: bool,
}

pub(crate) fn share(
    share: &Share,
    kind: LineageKind,
    session: &Session,
    from: &Scope,
    out: &mut Out,
) -> Run {
    let reference = &share.reference;
    let done = match kind {
        LineageKind::Mci => session.share_mci(reference, from).block_on()?,
        LineageKind::Template => session.share_template(reference, from).block_on()?,
    };
    told("shared", &done, out)
}

pub(crate) fn unshare(
    unshare: &Unshare,
    kind: LineageKind,
    session: &Session,
    from: &Scope,
    out: &mut Out,
) -> Run {
    let Unshare { reference, force } = unshare;
    let done = match kind {
        LineageKind::Mci => session.unshare_mci(reference, from, *force).block_on()?,
        LineageKind::Template => {
            let done = session.unshare_template(reference, from, *force);
            done.block_on()?
        }
    };
    told("unshared", &done, out)
}

fn told(verb: &str, done: &LineageShared, out: &mut Out) -> Run {
    if let Some(lost) = &done.lost {
        warn(lost);
    }
    out.one(done, |out| {
        writeln!(
            out,
            "{verb} {} at {}: {}",
            done.name, done.scope, done.lineage
        )
    })
}

/// A scope, and whether what it holds is kept from those below, where that is not the rule.
pub(crate) fn scope_line(scope: &Scope, shared: bool) -> String {
    if shared || !scope.level().shares_by_default() {
        return scope.to_string();
    }
    format!("{scope}, hidden from the scopes below")
}
