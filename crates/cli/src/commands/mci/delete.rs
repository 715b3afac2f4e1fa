//! Deletes of whole lineages, of either kind.

use crate::{
    args::Global,
    exit::Run,
    print::{Out, warn},
};
use cloud_atlas::{LineageKind, Session, template::Reference};
use pollster::FutureExt as _;

/// Delete one with HEAD and all its revisions, channels and undo points
///
/// What links or locks it is listed, and then nothing is deleted. A delete that was stopped on its way
/// goes on when it is asked for again, by the lineage id.
#[derive(Debug, clap::Args)]
pub(crate) struct Delete {
    /// Which one; without @X, since no revision goes by itself
    #[arg(value_name = "REF")]
    reference: Reference,
}

pub(crate) fn delete(
    delete: &Delete,
    kind: LineageKind,
    session: &Session,
    global: &Global,
    out: &mut Out,
) -> Run {
    let (reference, from) = (&delete.reference, &global.scope);
    if reference.selector.is_none() {
        global.confirm(&format!("Delete {reference} with all its revisions"))?;
    }
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
