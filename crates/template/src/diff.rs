//! What turns one content of a ServerTemplate into another.

mod rows;
mod unified;

use crate::{LinkTarget, Phase, ScriptRef, TemplateContent};
use atlas_base::Name;
use atlas_history::LineageId;
use atlas_mci::{Change, Description};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

pub use self::{rows::TemplateDiffRow, unified::TemplateUnifiedDiff};

/// What turns one content into another: name, description, links by lineage, the default, then the
/// scripts by phase (RightScale: the diff of two ServerTemplates).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct TemplateDiff {
    /// The name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Change<Name>>,
    /// The description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<Change<Description>>,
    /// What each link means; none where the lineage is not linked.
    pub links: BTreeMap<LineageId, Change<Option<LinkTarget>>>,
    /// The default link; none where there are no links.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<Change<Option<LineageId>>>,
    /// The scripts of the phases that differ.
    pub scripts: BTreeMap<Phase, Change<Vec<ScriptRef>>>,
}

/// A diff was applied to a content that it was not made from.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the diff does not fit: {field} is not what it was made from")]
pub struct TemplateApplyError {
    /// The field that is another than in the diff's first content: `the link lin-…`.
    pub field: String,
}

impl TemplateDiff {
    /// What turns `before` into `after`.
    pub fn between(before: &TemplateContent, after: &TemplateContent) -> Self {
        let lineages: BTreeSet<_> = before.links.keys().chain(after.links.keys()).collect();
        let links = lineages.into_iter().filter_map(|lineage| {
            let change = Change::of(before.links.get(lineage), after.links.get(lineage))?;
            Some((*lineage, change))
        });
        let scripts = Phase::ALL.into_iter().filter_map(|phase| {
            let (old, new) = (before.scripts(phase), after.scripts(phase));
            let change = || Change {
                before: old.to_vec(),
                after: new.to_vec(),
            };
            (old != new).then(|| (phase, change()))
        });
        Self {
            name: Change::between(&before.name, &after.name),
            description: Change::between(&before.description, &after.description),
            links: links.collect(),
            default: Change::between(&before.default, &after.default),
            scripts: scripts.collect(),
        }
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What turns the second content back into the first.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let links = self.links.iter().map(|(at, it)| (*at, it.inverse()));
        let scripts = self.scripts.iter().map(|(at, it)| (*at, it.inverse()));
        Self {
            name: self.name.as_ref().map(Change::inverse),
            description: self.description.as_ref().map(Change::inverse),
            links: links.collect(),
            default: self.default.as_ref().map(Change::inverse),
            scripts: scripts.collect(),
        }
    }

    /// The content that the diff leads to.
    ///
    /// # Errors
    ///
    /// `content` differs from the diff's first content in something that the diff changes.
    pub fn apply(&self, content: &TemplateContent) -> Result<TemplateContent, TemplateApplyError> {
        let mut target = content.clone();
        Change::put(self.name.as_ref(), &mut target.name).map_err(|_| misfit("the name"))?;
        Change::put(self.description.as_ref(), &mut target.description)
            .map_err(|_| misfit("the description"))?;
        for (lineage, change) in &self.links {
            let mut link = target.links.remove(lineage);
            Change::put(Some(change), &mut link)
                .map_err(|_| misfit(format!("the link {lineage}")))?;
            target.links.extend(link.map(|link| (*lineage, link)));
        }
        Change::put(self.default.as_ref(), &mut target.default)
            .map_err(|_| misfit("the default"))?;
        for (phase, change) in &self.scripts {
            let mut scripts = target.scripts(*phase).to_vec();
            Change::put(Some(change), &mut scripts)
                .map_err(|_| misfit(format!("the phase {phase}")))?;
            target.set_scripts(*phase, scripts);
        }
        // A link that goes while the content has another default than the diff knew of.
        match target.default {
            None if target.links.is_empty() => Ok(target),
            Some(default) if target.links.contains_key(&default) => Ok(target),
            _ => Err(misfit("the default")),
        }
    }

    /// This diff and then another, as one: `between(a, b).then(between(b, c))` is `between(a, c)`.
    ///
    /// # Errors
    ///
    /// `next` was made from another content than the one this diff leads to, as far as the two
    /// touch the same field.
    pub fn then(&self, next: &Self) -> Result<Self, TemplateApplyError> {
        let mut links = self.links.clone();
        for (lineage, change) in &next.links {
            let both = Change::chain(links.remove(lineage).as_ref(), Some(change))
                .map_err(|_| misfit(format!("the link {lineage}")))?;
            links.extend(both.map(|both| (*lineage, both)));
        }
        let mut scripts = self.scripts.clone();
        for (phase, change) in &next.scripts {
            let both = Change::chain(scripts.remove(phase).as_ref(), Some(change))
                .map_err(|_| misfit(format!("the phase {phase}")))?;
            scripts.extend(both.map(|both| (*phase, both)));
        }
        Ok(Self {
            name: Change::chain(self.name.as_ref(), next.name.as_ref())
                .map_err(|_| misfit("the name"))?,
            description: Change::chain(self.description.as_ref(), next.description.as_ref())
                .map_err(|_| misfit("the description"))?,
            links,
            default: Change::chain(self.default.as_ref(), next.default.as_ref())
                .map_err(|_| misfit("the default"))?,
            scripts,
        })
    }
}

fn misfit(field: impl Into<String>) -> TemplateApplyError {
    TemplateApplyError {
        field: field.into(),
    }
}
