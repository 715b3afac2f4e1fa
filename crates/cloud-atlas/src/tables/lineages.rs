//! The tables of lineages, one a kind, and of their undo points.

use crate::{
    kind::{Mci, Template, Versioned},
    stored::{StoredLineage, StoredUndo},
};
use atlas_base::Name;
use atlas_history::LineageId;
use atlas_scope::Scope;
use atlas_store::{Index, Parts, Record, Table};
use atlas_template::{Channel, ChannelAccess, ChannelName};
use serde::{Deserialize, Serialize};

/// A lineage, as the table of its kind keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "", transparent)]
pub(crate) struct KeptLineage<C: Versioned>(pub(crate) StoredLineage<C>);

impl<C: Versioned> Record for KeptLineage<C> {
    const SCHEMA: u32 = 1;
}

/// An undo point, as the table of its kind keeps it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(bound = "", transparent)]
pub(crate) struct KeptUndo<C: Versioned>(pub(crate) StoredUndo<C>);

impl<C: Versioned> Record for KeptUndo<C> {
    const SCHEMA: u32 = 1;
}

/// By lineage.
///
/// What HEAD refers to is found among the edited ones, which are few: one that is not edited holds
/// what its newest revision holds.
pub(crate) const MCIS: Table<KeptLineage<Mci>> = Table::new(
    "mci",
    &[
        Index::unique("name", by_name),
        Index::many("edited", edited),
        Index::many("origin", origin),
    ],
);

/// By lineage.
///
/// One that links something, in HEAD or in any revision, is found by what it links.
pub(crate) const TEMPLATES: Table<KeptLineage<Template>> = Table::new(
    "template",
    &[
        Index::unique("name", by_name),
        Index::many("origin", origin),
        Index::many("linked", |kept| {
            let links = kept.0.linked().into_iter();
            links
                .map(|linked| Parts::from(linked.to_string()))
                .collect()
        }),
    ],
);

fn by_name<C: Versioned>(kept: &KeptLineage<C>) -> Vec<Parts> {
    vec![lineage_name_parts(&kept.0.scope, kept.0.name())]
}

fn edited<C: Versioned>(kept: &KeptLineage<C>) -> Vec<Parts> {
    let row = || Parts::from(kept.0.scope.as_str());
    kept.0.is_edited().then(row).into_iter().collect()
}

fn origin<C: Versioned>(kept: &KeptLineage<C>) -> Vec<Parts> {
    let origin = kept.0.origin.iter();
    origin
        .map(|origin| Parts::from(origin.lineage.to_string()))
        .collect()
}

pub(crate) fn lineage_name_parts(scope: &Scope, name: &Name) -> Parts {
    Parts::from((scope.as_str(), name.as_str()))
}

/// By lineage and number: what HEAD held before something replaced it.
pub(crate) const UNDO: Table<KeptUndo<Mci>> = Table::new("undo", &[]);

/// The same of ServerTemplates.
pub(crate) const TEMPLATE_UNDO: Table<KeptUndo<Template>> = Table::new("template-undo", &[]);

pub(crate) fn undo_parts(lineage: LineageId, number: u64) -> Parts {
    Parts::from((lineage.to_string(), number))
}

kept! {
    KeptChannel(StoredChannel) = 1;
}

/// A channel with the lineage it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredChannel {
    pub(crate) lineage: LineageId,
    pub(crate) channel: Channel,
    /// Who may move it.
    #[serde(default, skip_serializing_if = "is_open")]
    pub(crate) access: ChannelAccess,
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde asks for a reference"
)]
fn is_open(access: &ChannelAccess) -> bool {
    *access == ChannelAccess::Open
}

/// By lineage and name.
pub(crate) const CHANNELS: Table<KeptChannel> = Table::new("channel", &[]);

pub(crate) fn channel_parts(lineage: LineageId, name: &ChannelName) -> Parts {
    Parts::from((lineage.to_string(), name.as_str()))
}
