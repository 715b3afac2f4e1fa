//! What a reference names: which kind of lineage, and which of its states.

use crate::exit::Failure;
use cloud_atlas::{LineageKind, template::Reference};

/// What REF names.
#[derive(Debug, Clone, Copy, clap::Args)]
pub(crate) struct KindArg {
    /// REF names a ServerTemplate
    #[arg(short = 't', long = "template")]
    is_template: bool,
}

impl KindArg {
    pub(crate) fn kind(self) -> LineageKind {
        if self.is_template {
            LineageKind::Template
        } else {
            LineageKind::Mci
        }
    }
}

/// Refuses a reference that names a state, where `what` is that of a whole lineage.
pub(crate) fn whole(reference: &Reference, what: &str) -> Result<(), Failure> {
    if reference.selector.is_none() {
        return Ok(());
    }
    let message = format!("{what}: leave the `@` out of `{reference}`");
    Err(Failure::misused(message))
}
