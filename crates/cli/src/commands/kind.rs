//! Which kind of lineage a reference names.

use cloud_atlas::LineageKind;

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
