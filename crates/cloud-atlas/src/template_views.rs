//! ServerTemplates as they are looked at: states, lists, diffs.

use crate::{
    Error, Page, Paging, Session,
    kind::{Mci, Template},
    linking::Linked,
    states::{Located, State},
    tables::{KeptLineage, TEMPLATES},
    unit::Unit,
};
use atlas_base::{Name, Timestamp};
use atlas_history::{Generation, LineageId, Marks, Origin, Revision, RevisionNumber, RevisionRef};
use atlas_scope::{Permission, Scope};
use atlas_template::{
    AgentsUnknown, LinkView, Reference, TemplateContent, TemplateDiff, TemplateDiffRow,
    TemplateUnifiedDiff,
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// A ServerTemplate at one of its states.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TemplateView {
    /// The lineage.
    pub lineage: LineageId,
    /// Where it is.
    pub scope: Scope,
    /// The current name of its HEAD.
    pub name: Name,
    /// Whether scopes below see it.
    pub shared: bool,
    /// Where it was cloned from.
    pub origin: Option<Origin>,
    /// The same in words, with the source's name where whoever looks at the clone sees it.
    pub cloned_from: Option<String>,
    /// When it was made.
    pub created: Timestamp,
    /// The generation of HEAD.
    pub generation: Generation,
    /// Whether HEAD holds anything that is not committed.
    pub edited: bool,
    /// What was merged into HEAD since its last commit: the next revision names it as a parent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub merges: Vec<RevisionRef>,
    /// The newest revision.
    pub last: Option<RevisionNumber>,
    /// The revision that is shown; none for HEAD.
    pub revision: Option<Revision>,
    /// Its marks.
    pub marks: Marks,
    /// What it holds.
    pub content: TemplateContent,
    /// Where it was looked at: its links one by one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<LinkView>,
    /// Where it was edited: images of which nobody said whether they have the agent that the scripts
    /// need.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agents_unknown: Option<AgentsUnknown>,
    /// Scopes further up with a visible one of the same name.
    pub shadows: Vec<Scope>,
}

/// A ServerTemplate in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TemplateSummary {
    /// The lineage.
    pub lineage: LineageId,
    /// Where it is.
    pub scope: Scope,
    /// The name of its HEAD.
    pub name: Name,
    /// The newest revision.
    pub last: Option<RevisionNumber>,
    /// Whether HEAD holds anything that is not committed.
    pub edited: bool,
    /// How many MultiCloud Images HEAD links.
    pub links: usize,
}

/// A diff of two states.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TemplateDiffView {
    /// What was before, as it was named, at the state that was found: `front@2`, `front@head`.
    pub before: String,
    /// What came after.
    pub after: String,
    /// What turns the first into the second.
    #[serde(skip)]
    pub diff: TemplateDiff,
    /// Its rows, with the names of the MultiCloud Images that are seen.
    pub rows: Vec<TemplateDiffRow>,
    /// What the lineages in the rows are called.
    pub names: BTreeMap<LineageId, Name>,
}

impl TemplateDiffView {
    /// What turns a state into another, each with what it is called; and what the lineages are called
    /// that they link.
    pub(crate) fn between(
        (before, old): (String, &Template),
        (after, new): (String, &Template),
        names: BTreeMap<LineageId, Name>,
    ) -> Self {
        let diff = TemplateDiff::between(old, new);
        Self {
            before,
            after,
            rows: diff.rows(),
            diff,
            names,
        }
    }

    /// The diff as unified text.
    pub fn unified(&self) -> TemplateUnifiedDiff<'_> {
        self.diff.unified(&self.before, &self.after)
    }
}

impl Session {
    /// A ServerTemplate at the state that the reference names; HEAD where it names none. Per link it
    /// tells what the link means today, the clouds that are covered, and whether something newer is
    /// there (RightScale).
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or has no such state.
    pub async fn template(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<TemplateView, Error> {
        let unit = self.read().await?;
        let (located, followed) = unit
            .locate_or_follow::<Template>(reference, from, Permission::TemplateView)
            .await?;
        let usual = located.found.usual();
        let selector = reference.selector.as_ref().unwrap_or(&usual);
        let state = unit.state(&located.found, Some(selector)).await?;
        let content = state.content.content();
        let links = match &followed {
            Some(holder) => {
                unit.linked_behind_offer(content, holder, &located.viewer)
                    .await?
            }
            None => unit.linked(content, &located.viewer).await?,
        };
        let links = shown(content, &links);
        let cloned_from = match &located.found.origin {
            Some(origin) => {
                let words = unit.origin_words::<Template>(origin, &located.viewer);
                Some(words.await?)
            }
            None => None,
        };
        let view = view(located, Some(state));
        Ok(TemplateView {
            cloned_from,
            links,
            ..view
        })
    }

    /// The ServerTemplates that a scope sees: its own, then those shared from above; by name.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see any there, or the page is none of this list.
    pub async fn templates(
        &self,
        from: &Scope,
        paging: &Paging,
    ) -> Result<Page<TemplateSummary>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::TemplateView, from).await?;
        let summary = |kept: KeptLineage<Template>| {
            let template = kept.0;
            Ok(TemplateSummary {
                lineage: template.lineage,
                name: template.name().clone(),
                last: template.last.map(|last| last.number),
                edited: template.is_edited(),
                links: template.head.content().links().len(),
                scope: template.scope,
            })
        };
        let queries = crate::mci_views::seen_by_name(from)?;
        unit.page(&TEMPLATES, queries, paging, summary).await
    }

    /// What turns one state into another, of one lineage or of two; the newest revision where a
    /// reference names no state.
    ///
    /// # Errors
    ///
    /// One of them is not there or not visible.
    pub async fn template_diff(
        &self,
        before: &Reference,
        after: &Reference,
        from: &Scope,
    ) -> Result<TemplateDiffView, Error> {
        let unit = self.read().await?;
        let (before, old) = unit.labelled::<Template>(before, from).await?;
        let (after, new) = unit.labelled::<Template>(after, from).await?;
        let names = unit.names_of_links(&[&old, &new], from).await?;
        let (before, after) = ((before, &*old), (after, &*new));
        Ok(TemplateDiffView::between(before, after, names))
    }
}

impl Unit {
    /// What the MultiCloud Images are called that some contents link, as far as they are seen.
    pub(crate) async fn names_of_links(
        &self,
        contents: &[&Template],
        from: &Scope,
    ) -> Result<BTreeMap<LineageId, Name>, Error> {
        let links = contents.iter().flat_map(|content| content.links());
        let lineages = links.map(|link| link.lineage).collect();
        self.names_of(lineages, from).await
    }

    /// What some MultiCloud Images are called, as far as they are seen.
    pub(crate) async fn names_of(
        &self,
        lineages: BTreeSet<LineageId>,
        from: &Scope,
    ) -> Result<BTreeMap<LineageId, Name>, Error> {
        let mut names = BTreeMap::new();
        for lineage in lineages {
            let seen = self.lineage_seen::<Mci>(lineage, &[from]).await?;
            names.extend(seen.map(|mci| (lineage, mci.name().clone())));
        }
        Ok(names)
    }
}

/// Links one by one, as they are shown.
pub(crate) fn shown(content: &Template, links: &[Linked]) -> Vec<LinkView> {
    let known = links.iter().filter_map(|link| {
        let (_, known) = link.seen.as_ref()?;
        Some((link.lineage, known.clone()))
    });
    let contents = links.iter().filter_map(|link| {
        let state = link.state.as_ref().ok()?;
        Some((link.lineage, state.content.content()))
    });
    content.view(&known.collect(), &contents.collect())
}

pub(crate) fn view(located: Located<Template>, state: Option<State<Template>>) -> TemplateView {
    let Located { found, shadows, .. } = located;
    let (content, revision, marks) = match state {
        Some(state) => (state.content.content().clone(), state.revision, state.marks),
        None => (found.head.content().clone(), None, Marks::default()),
    };
    TemplateView {
        lineage: found.lineage,
        name: found.name().clone(),
        shared: found.shared,
        cloned_from: found.origin.map(|origin| origin.words(None).to_string()),
        origin: found.origin,
        created: found.created,
        generation: found.head.generation(),
        edited: found.is_edited(),
        merges: found.head.merges().iter().map(|it| it.revision).collect(),
        last: found.last.map(|last| last.number),
        scope: found.scope,
        revision,
        marks,
        content,
        links: Vec::new(),
        agents_unknown: None,
        shadows,
    }
}
