//! A ServerTemplate link by link.

use crate::{KnownMci, LinkTarget, LinkedState, TemplateContent};
use atlas_base::Name;
use atlas_history::{LineageId, RevisionNumber};
use atlas_image_id::CloudLocation;
use atlas_mci::Content;
use serde::Serialize;
use std::collections::BTreeMap;

/// One link as it is shown (RightScale: the MultiCloud Images of a `ServerTemplate`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkView {
    /// The lineage.
    pub lineage: LineageId,
    /// Its nickname; none where whoever looks does not see it.
    pub name: Option<Name>,
    /// What the link names.
    pub target: LinkTarget,
    /// What that means today; none where it means nothing that can be launched.
    pub state: Option<LinkedState>,
    /// Why it means nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
    /// Whether it is the default.
    pub is_default: bool,
    /// The locations of its settings, in order; what lies in them is served as well.
    pub covers: Vec<CloudLocation>,
    /// The newest revision that it could name instead, if it names an older one.
    pub newer: Option<RevisionNumber>,
}

impl TemplateContent {
    /// Its links as they are shown, in the order of their lineages. `contents` are those of the
    /// states that the links mean, by lineage, as far as they are visible.
    pub fn view(
        &self,
        known: &BTreeMap<LineageId, KnownMci>,
        contents: &BTreeMap<LineageId, &Content>,
    ) -> Vec<LinkView> {
        let links = self.links().map(|link| {
            let mci = known.get(&link.lineage);
            let state = mci.map(|mci| mci.state(link.target));
            let content = contents.get(&link.lineage);
            let newer = match link.target {
                LinkTarget::Revision(revision) => mci.and_then(|mci| mci.newer(*revision)),
                // The others move by themselves.
                LinkTarget::Head | LinkTarget::Latest | LinkTarget::Channel(_) => None,
            };
            let problem = match &state {
                None => Some("not visible from here".to_owned()),
                Some(Err(error)) => Some(error.to_string()),
                Some(Ok(_)) => None,
            };
            LinkView {
                lineage: link.lineage,
                name: mci.map(|mci| mci.name.clone()),
                target: link.target.clone(),
                state: state.and_then(Result::ok),
                problem,
                is_default: link.is_default,
                covers: content
                    .map(|content| content.settings().keys().cloned().collect())
                    .unwrap_or_default(),
                newer,
            }
        });
        links.collect()
    }
}
