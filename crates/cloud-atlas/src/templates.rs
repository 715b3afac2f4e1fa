//! ServerTemplates: make, edit, commit.

use crate::{
    Error, MciView, NewLineage, Session, TemplateView,
    kind::{Mci, Template, Versioned},
    linking::LinkLooks,
    mci_views::view as mci_view,
    states::Located,
    stored::StoredLineage,
    template_views::view,
    unit::{Change, Unit},
};
use atlas_base::{Name, canonical};
use atlas_history::{Generation, LineageId};
use atlas_scope::{Permission, Scope};
use atlas_template::{
    AgentsUnknown, LinkTarget, Phase, Reference, ScriptRef, Selector, TemplateDiff, TemplateEdit,
};
use serde::Serialize;
use std::collections::BTreeSet;

/// One change of the HEAD of a ServerTemplate, with MultiCloud Images as people name them.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum TemplateChange {
    /// An edit that names no MultiCloud Image by a reference.
    Edit(TemplateEdit),
    /// Links a MultiCloud Image at the state that the reference names; at its newest committed
    /// revision where it names none, and at HEAD where nothing is committed (RightScale).
    Link(Reference),
    /// Changes which state a link means, likewise.
    Retarget(Reference),
    /// Takes a link away.
    Unlink(Reference),
    /// Makes a link the default.
    MakeDefault(Reference),
}

/// A ServerTemplate that was made with its MultiCloud Image.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TemplateWithMci {
    /// The ServerTemplate, whose default link is the MultiCloud Image's HEAD.
    pub template: TemplateView,
    /// The MultiCloud Image, which is empty.
    pub mci: MciView,
}

impl Session {
    /// Makes a ServerTemplate that links nothing yet (RightScale: a new one has a HEAD only).
    ///
    /// # Errors
    ///
    /// The name is taken at that scope, the scope is not there, or the caller may not.
    pub async fn create_template(&self, scope: &Scope, name: Name) -> Result<TemplateView, Error> {
        let new = NewLineage::new(scope.clone(), name);
        self.make_template(&new).await
    }

    /// [`Session::create_template`], where it is also said whether lower scopes see it.
    ///
    /// # Errors
    ///
    /// The same.
    pub async fn make_template(&self, new: &NewLineage) -> Result<TemplateView, Error> {
        self.write(|unit| async move {
            unit.require(Permission::TemplateCreate, &new.scope).await?;
            let template = unit.new_lineage::<Template>(new).await?;
            Ok(view(own(template), None))
        })
        .await
    }

    /// Makes a ServerTemplate and the MultiCloud Image that it links by default, both in one commit
    /// (RightScale: a MultiCloud Image is added while a ServerTemplate is made). Lower scopes see
    /// both or neither.
    ///
    /// # Errors
    ///
    /// One of the names is taken at that scope, the scope is not there, or the caller may not make
    /// both: then neither is made.
    pub async fn create_template_with_mci(
        &self,
        new: &NewLineage,
        mci: Name,
    ) -> Result<TemplateWithMci, Error> {
        self.write(|unit| {
            let name = mci.clone();
            async move {
                unit.require(Permission::TemplateCreate, &new.scope).await?;
                unit.require(Permission::MciCreate, &new.scope).await?;
                let linked = NewLineage {
                    name,
                    ..new.clone()
                };
                let mci = unit.new_lineage::<Mci>(&linked).await?;
                let mut template = unit.new_lineage::<Template>(new).await?;
                let link = TemplateEdit::link(mci.lineage, LinkTarget::Head);
                let content = template.head.content().edited([link])?;
                let looks = LinkLooks::default();
                unit.put_template(&mut template, content, &looks).await?;
                Ok(TemplateWithMci {
                    template: view(own(template), None),
                    mci: mci_view(own(mci), None),
                })
            }
        })
        .await
    }

    /// Edits HEAD: all of the changes or none. `seen` is the generation of HEAD that the caller
    /// looked at; it is data, and never retried away.
    ///
    /// # Errors
    ///
    /// A change cannot be made, a link means nothing that is there or something revoked, images that
    /// are known to have no agent would have to run scripts, HEAD moved since it was seen, or the
    /// caller may not.
    pub async fn edit_template(
        &self,
        reference: &Reference,
        from: &Scope,
        changes: Vec<TemplateChange>,
        seen: Option<Generation>,
    ) -> Result<TemplateView, Error> {
        let (edits, looks) = self.prepared(reference, from, &changes).await?;
        let edited = self.write(|unit| {
            let (reference, from, edits) = (reference.clone(), from.clone(), edits.clone());
            let looks = &looks;
            async move {
                let mut located = unit
                    .locate::<Template>(&reference, &from, Permission::TemplateView)
                    .await?;
                unit.only_head(&reference, &located).await?;
                unit.require(Permission::TemplateEdit, &located.found.scope)
                    .await?;
                located.found.head.expect(seen)?;
                let content = located.found.head.content().edited(edits)?;
                let warnings = unit
                    .put_template(&mut located.found, content, looks)
                    .await?;
                let view = view(located, None);
                Ok(TemplateView {
                    agents_unknown: warnings.into_iter().next(),
                    ..view
                })
            }
        });
        match edited.await {
            Err(error @ Error::Template(_)) => {
                Err(self.in_names(error, reference, from, &edits).await?)
            }
            edited => edited,
        }
    }

    /// A refusal with the names of the MultiCloud Images that HEAD links or was to link.
    async fn in_names(
        &self,
        error: Error,
        reference: &Reference,
        from: &Scope,
        edits: &[TemplateEdit],
    ) -> Result<Error, Error> {
        let unit = self.read().await?;
        let located = unit
            .locate::<Template>(reference, from, Permission::TemplateView)
            .await?;
        let links = located.found.head.content().links();
        let mut lineages: BTreeSet<_> = links.map(|link| link.lineage).collect();
        lineages.extend(edits.iter().filter_map(lineage_of));
        Ok(error.about(unit.names_of(lineages, from).await?))
    }

    /// Changes with their references looked up, and what is known of their links before the
    /// transaction. Whoever may not edit learns nothing: the edit itself says why it is refused.
    async fn prepared(
        &self,
        reference: &Reference,
        from: &Scope,
        changes: &[TemplateChange],
    ) -> Result<(Vec<TemplateEdit>, LinkLooks), Error> {
        let unit = self.read().await?;
        let found = unit.to_change::<Template>(reference, from, Permission::TemplateEdit);
        let template = found.await?;
        let mut edits = Vec::with_capacity(changes.len());
        for change in changes {
            edits.push(unit.looked_up(change, &template, from).await?);
        }
        drop(unit);
        let looks = match template.head.content().edited(edits.clone()) {
            Ok(after) => self.link_looks(&template, &after).await?,
            Err(_) => LinkLooks::default(),
        };
        Ok((edits, looks))
    }
}

/// The lineage that an edit is about.
fn lineage_of(edit: &TemplateEdit) -> Option<LineageId> {
    match edit {
        TemplateEdit::Link { lineage, .. }
        | TemplateEdit::Retarget { lineage, .. }
        | TemplateEdit::Unlink { lineage }
        | TemplateEdit::MakeDefault { lineage } => Some(*lineage),
        _ => None,
    }
}

/// A lineage as its own scope sees it.
pub(crate) fn own<C: Versioned>(found: StoredLineage<C>) -> Located<C> {
    Located {
        viewer: found.scope.clone(),
        found,
        shadows: Vec::new(),
        until: None,
    }
}

impl Unit {
    /// A change with its reference looked up, as whoever edits sees it.
    async fn looked_up(
        &self,
        change: &TemplateChange,
        template: &StoredLineage<Template>,
        from: &Scope,
    ) -> Result<TemplateEdit, Error> {
        Ok(match change {
            TemplateChange::Edit(edit) => edit.clone(),
            TemplateChange::Link(reference) => {
                let (lineage, target) = self.link_target(reference, from).await?;
                TemplateEdit::Link { lineage, target }
            }
            TemplateChange::Retarget(reference) => {
                let (lineage, target) = self.link_target(reference, from).await?;
                TemplateEdit::Retarget { lineage, target }
            }
            TemplateChange::Unlink(reference) => {
                let lineage = self.linked_lineage(reference, template, from).await?;
                TemplateEdit::Unlink { lineage }
            }
            TemplateChange::MakeDefault(reference) => {
                let lineage = self.linked_lineage(reference, template, from).await?;
                TemplateEdit::MakeDefault { lineage }
            }
        })
    }

    /// What a new link means (RightScale: the newest committed revision, else HEAD).
    async fn link_target(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<(LineageId, LinkTarget), Error> {
        let located = self
            .locate::<Mci>(reference, from, Permission::MciView)
            .await?;
        let mci = &located.found;
        let target = match &reference.selector {
            None => self.known_mci(mci, None).await?.default_target(),
            Some(Selector::Head) => LinkTarget::Head,
            Some(Selector::Latest) => LinkTarget::Latest,
            Some(Selector::Number(number)) => LinkTarget::Revision(*number),
            Some(Selector::Channel(channel)) => LinkTarget::Channel(channel.clone()),
            Some(selector @ Selector::Requirement(_)) => {
                // A requirement is settled now: a link that moves is one to a channel.
                LinkTarget::Revision(self.number_of(mci, Some(selector)).await?)
            }
        };
        Ok((mci.lineage, target))
    }

    /// The lineage that a reference names: one that is gone or hidden is named by its id.
    async fn linked_lineage(
        &self,
        reference: &Reference,
        template: &StoredLineage<Template>,
        from: &Scope,
    ) -> Result<LineageId, Error> {
        if let atlas_template::Target::Lineage(lineage) = reference.target
            && template.head.content().link(lineage).is_some()
        {
            return Ok(lineage);
        }
        let located = self.locate::<Mci>(reference, from, Permission::MciView);
        Ok(located.await?.found.lineage)
    }

    /// Lets a content take the place of HEAD's, if it is another, and tells what to warn of.
    pub(crate) async fn put_template(
        &self,
        of: &mut StoredLineage<Template>,
        content: Template,
        looks: &LinkLooks,
    ) -> Result<Vec<AgentsUnknown>, Error> {
        let diff = TemplateDiff::between(of.head.content(), &content);
        if diff.is_empty() {
            return Ok(Vec::new());
        }
        let mut warnings = self.allowed_links(of, &content, looks).await?;
        if diff.links.is_empty() && diff.scripts.is_empty() {
            // It was said when they came.
            warnings.clear();
        }
        of.set_head(of.head.edited(content))?;
        self.put_lineage(of.clone()).await?;
        let change = Change::made(&canonical::to_string(&diff)?);
        self.audit(Permission::TemplateEdit, &of.scope, of.lineage, change)
            .await?;
        Ok(warnings)
    }
}

impl TemplateChange {
    /// Adds a script at the end of a phase.
    pub fn script(phase: Phase, script: ScriptRef) -> Self {
        Self::Edit(TemplateEdit::AddScript {
            phase,
            script,
            place: None,
        })
    }

    /// Names the ServerTemplate anew.
    pub fn name(name: Name) -> Self {
        Self::Edit(TemplateEdit::SetName(name))
    }
}
