//! ServerTemplates through time: clones, old revisions, undo points, the log.

use crate::{
    Error, LogEntry, Page, Paging, Session, TemplateView, kind::Template, template_views::view,
    undoing::Back,
};
use atlas_base::Name;
use atlas_history::{CloneAdvice, Generation, RestoreRecord, RevisionNumber, UndoEntry};
use atlas_scope::{Permission, Scope};
use atlas_template::Reference;
use serde::Serialize;

/// Asks for a clone of a ServerTemplate (RightScale).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloneTemplate {
    /// What is cloned: a revision, or HEAD as `front@head`; the newest revision where it names none.
    pub source: Reference,
    /// The caller's scope.
    pub scope: Scope,
    /// Where the clone is made; the caller's scope where it says nothing.
    pub into: Option<Scope>,
    /// What it is called; else the first name that is offered and free there.
    pub name: Option<Name>,
    /// Whether lower scopes see it; unless said otherwise those of `/` and of accounts are seen.
    pub shared: Option<bool>,
}

impl CloneTemplate {
    /// A request for a clone at the caller's scope, with the name that is offered.
    pub fn new(source: Reference, scope: Scope) -> Self {
        Self {
            source,
            scope,
            into: None,
            name: None,
            shared: None,
        }
    }
}

/// A clone, and what is said to whoever made it.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TemplateCloned {
    /// The clone: a HEAD and nothing else.
    pub template: TemplateView,
    /// What was cloned: its name.
    pub source: Name,
    /// Its revision; none for HEAD.
    pub revision: Option<RevisionNumber>,
    /// Whether the caller chose the clone's name; else it should be renamed.
    pub is_chosen: bool,
}

impl TemplateCloned {
    /// What is said of it.
    pub fn advice(&self) -> CloneAdvice {
        CloneAdvice {
            source: self.source.clone(),
            revision: self.revision,
            name: self.template.name.clone(),
            is_chosen: self.is_chosen,
        }
    }
}

/// What restoring an old revision gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TemplateRestored {
    /// Which revision, what HEAD held before and holds now, and the undo point of before.
    pub restored: RestoreRecord,
    /// HEAD as it is now.
    pub template: TemplateView,
}

/// What bringing an undo point back gave.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TemplateUndone {
    /// The undo point that was brought back; it is one no longer.
    pub undone: UndoEntry,
    /// The number of the undo point that holds what HEAD was before.
    pub undo: u64,
    /// HEAD as it is now.
    pub template: TemplateView,
}

impl Session {
    /// Makes a new lineage of a revision or of HEAD: a HEAD that holds the same under another name,
    /// and remembers for ever where it came from (RightScale). The source stays as it is.
    ///
    /// # Errors
    ///
    /// The source is not there or not visible, the name is taken at the scope of the clone, no name
    /// that could be offered is free, or the caller may not.
    pub async fn clone_template(&self, ask: &CloneTemplate) -> Result<TemplateCloned, Error> {
        self.write(|unit| {
            let ask = ask.clone();
            async move {
                let source = unit
                    .locate::<Template>(&ask.source, &ask.scope, Permission::TemplateView)
                    .await?;
                let into = ask.into.as_ref().unwrap_or(&ask.scope);
                unit.enter(Permission::TemplateClone, into).await?;
                let selector = ask.source.selector.as_ref();
                let as_asked = (ask.name, ask.shared);
                let cloned = Box::pin(unit.clone_of(&source, selector, into, as_asked)).await?;
                let mut template = view(cloned.clone, None);
                let words = cloned.origin.words(Some(&cloned.source));
                template.cloned_from = Some(words.to_string());
                Ok(TemplateCloned {
                    template,
                    source: cloned.source,
                    revision: cloned.origin.revision,
                    is_chosen: cloned.is_chosen,
                })
            }
        })
        .await
    }

    /// Replaces the content of HEAD by that of the committed revision that the reference names, the
    /// newest where it names none (ours). What HEAD held is kept as an undo point first.
    ///
    /// # Errors
    ///
    /// HEAD holds that already or moved since it was seen, a link of it means nothing any more, the
    /// old name is taken, or the caller may not.
    pub async fn restore_template(
        &self,
        reference: &Reference,
        from: &Scope,
        seen: Option<Generation>,
    ) -> Result<TemplateRestored, Error> {
        let looks = self
            .looks_back::<Template>(reference, from, Back::Revision)
            .await?;
        self.write(|unit| {
            let (reference, from, looks) = (reference.clone(), from.clone(), &looks);
            async move {
                let came = unit.restore::<Template>(&reference, &from, seen, looks);
                let came = Box::pin(came).await?;
                let view = view(came.located, None);
                Ok(TemplateRestored {
                    restored: came.record,
                    template: TemplateView {
                        agents_unknown: came.warnings.into_iter().next(),
                        ..view
                    },
                })
            }
        })
        .await
    }

    /// Brings back what HEAD held before a restore, a merge or an undo replaced it: the newest undo
    /// point, or that of a number. What HEAD holds now becomes an undo point in its turn.
    ///
    /// # Errors
    ///
    /// There is no such point or HEAD holds it already, HEAD moved since it was seen, a link of it
    /// means nothing any more, the old name is taken, or the caller may not.
    pub async fn undo_template(
        &self,
        reference: &Reference,
        from: &Scope,
        number: Option<u64>,
        seen: Option<Generation>,
    ) -> Result<TemplateUndone, Error> {
        let looks = self.looks_back::<Template>(reference, from, Back::Point(number));
        let looks = looks.await?;
        self.write(|unit| {
            let (reference, from, looks) = (reference.clone(), from.clone(), &looks);
            async move {
                let came = unit.undo::<Template>(&reference, &from, number, seen, looks);
                let came = Box::pin(came).await?;
                let view = view(came.located, None);
                Ok(TemplateUndone {
                    undone: came.record.undone,
                    undo: came.record.undo,
                    template: TemplateView {
                        agents_unknown: came.warnings.into_iter().next(),
                        ..view
                    },
                })
            }
        })
        .await
    }

    /// The undo points of a lineage, oldest first: at most 16, and 16 MiB unless it is one.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the reference names a committed revision.
    pub async fn template_undo_points(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<Vec<UndoEntry>, Error> {
        let unit = self.read().await?;
        let located = unit
            .locate::<Template>(reference, from, Permission::TemplateView)
            .await?;
        unit.only_head(reference, &located).await?;
        Ok(located.found.undo.points().to_vec())
    }

    /// The revisions of a lineage, newest first, with their marks and the channels that point to
    /// them. Each page reads all channels of the lineage.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the page is none of this list.
    pub async fn template_log(
        &self,
        reference: &Reference,
        from: &Scope,
        paging: &Paging,
    ) -> Result<Page<LogEntry>, Error> {
        let unit = self.read().await?;
        unit.log::<Template>(reference, from, paging).await
    }

    /// The pair that a diff of one lineage compares unless two are named: the newest revision and
    /// the one before, or HEAD and the newest where HEAD holds edits (RightScale).
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or has nothing to compare with.
    pub async fn template_diff_pair(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<(Reference, Reference), Error> {
        let unit = self.read().await?;
        unit.pair::<Template>(reference, from).await
    }
}
