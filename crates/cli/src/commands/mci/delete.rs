//! Deletes of whole lineages, of either kind.

use crate::{
    args::Global,
    exit::Run,
    print::{Out, warn},
};
use cloud_atlas::{
    LineageKind, Session,
    template::{Reference, Target},
};
use pollster::FutureExt as _;

/// What is deleted.
#[derive(Debug, clap::Args)]
pub(crate) struct Delete {
    /// Which one; without @X, since no revision goes by itself
    #[arg(value_name = "REF")]
    reference: Reference,
}

pub(crate) fn delete(
    delete: &Delete,
    kind: LineageKind,
    session: Session,
    global: &Global,
    out: &mut Out,
) -> Run {
    let (reference, from) = (&delete.reference, &global.scope);
    let session = global.confirmed(session, |session| {
        // Of one whose delete was stopped there may be nothing left to look at, and one of its states
        // is refused.
        if matches!(reference.target, Target::Named { .. }) {
            match kind {
                LineageKind::Mci => drop(session.mci(reference, from).block_on()?),
                LineageKind::Template => drop(session.template(reference, from).block_on()?),
            }
        }
        let asks = reference.selector.is_none();
        Ok(asks.then(|| format!("delete {reference} with all its revisions")))
    })?;
    let deleted = match kind {
        LineageKind::Mci => session.delete_mci(reference, from).block_on()?,
        LineageKind::Template => session.delete_template(reference, from).block_on()?,
    };
    match deleted.linked_elsewhere {
        0 => {}
        1 => warn("a link of a ServerTemplate in another account leads nowhere now"),
        count => warn(format_args!(
            "{count} links of ServerTemplates in other accounts lead nowhere now"
        )),
    }
    out.one(&deleted, |out| {
        let revisions = match deleted.revisions {
            1 => "1 revision".to_owned(),
            count => format!("{count} revisions"),
        };
        writeln!(
            out,
            "deleted {} at {} with {revisions}: {}",
            deleted.name, deleted.scope, deleted.lineage
        )
    })
}
