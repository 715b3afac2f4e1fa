//! Links that have fallen behind, and the step that moves them.

use crate::{
    Error, Session, TemplateView,
    kind::{Mci, Template},
    linking::{LinkLooks, Linked},
    tables::{PUBLICATIONS, revision_parts},
    template_views::view,
    unit::Unit,
};
use atlas_history::{Generation, LineageId};
use atlas_market::Publication;
use atlas_mci::DiffReport;
use atlas_scope::{Permission, Scope};
use atlas_store::Partition;
use atlas_template::{LinkUpdate, LinkUpdateStuck, Reference, UpdatePlan, UpdateSource};
use serde::Serialize;
use std::collections::BTreeMap;

/// A link that can be moved, and what that changes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct LinkStep {
    /// From where to where.
    #[serde(flatten)]
    pub update: LinkUpdate,
    /// What the MultiCloud Image holds otherwise at the newer revision.
    pub diff: DiffReport,
}

/// The links of HEAD that have fallen behind.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TemplateUpdates {
    /// The generation of HEAD that they are of.
    pub generation: Generation,
    /// Those that can be moved, in the order of their lineages.
    pub steps: Vec<LinkStep>,
    /// Those that name a revoked revision that nothing follows.
    pub stuck: Vec<LinkUpdateStuck>,
    /// Links at revisions of MultiCloud Images that are not there, or that the caller does not see.
    pub unseen: Vec<LineageId>,
}

/// Links that were moved.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct TemplateUpdated {
    /// From where to where.
    pub moved: Vec<LinkUpdate>,
    /// HEAD as it is now.
    pub template: TemplateView,
}

impl Session {
    /// The links of HEAD with a newer revision that is neither revoked nor deprecated, here or with its
    /// publisher, each with what the step changes (RightScale). Links at HEAD and at channels move by themselves.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the reference names a committed revision.
    pub async fn template_updates(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<TemplateUpdates, Error> {
        let unit = self.read().await?;
        let located = unit
            .locate::<Template>(reference, from, Permission::TemplateView)
            .await?;
        unit.only_head(reference, &located).await?;
        let head = &located.found.head;
        let links = unit.linked(head.content(), &located.viewer).await?;
        let offered = unit.offered_of(&links, &located.viewer).await?;
        let plan = plan(head.content(), &links, &offered);
        let mut steps = Vec::with_capacity(plan.updates.len());
        for update in plan.updates {
            let diff = unit.diff_of_step(&update, &links, &offered).await?;
            steps.extend(diff.map(|diff| LinkStep { update, diff }));
        }
        Ok(TemplateUpdates {
            generation: head.generation(),
            steps,
            stuck: plan.stuck,
            unseen: plan.unseen,
        })
    }

    /// Moves links of HEAD to the newest good revisions, in one edit: those of some MultiCloud Images,
    /// or all that have fallen behind. What is newer with its publisher alone is imported in the same
    /// commit, by who may import (RightScale).
    ///
    /// # Errors
    ///
    /// One that is named has nothing newer, images of the newer revision are known to have no agent
    /// for the scripts, HEAD moved since it was seen, or the caller may not.
    pub async fn update_template(
        &self,
        reference: &Reference,
        from: &Scope,
        only: Option<&[Reference]>,
        seen: Option<Generation>,
    ) -> Result<TemplateUpdated, Error> {
        let planned = self.planned_update(reference, from, only).await?;
        self.write(|unit| {
            let (reference, from, planned) = (reference.clone(), from.clone(), &planned);
            async move {
                let mut located = unit
                    .locate::<Template>(&reference, &from, Permission::TemplateView)
                    .await?;
                unit.only_head(&reference, &located).await?;
                let of = &mut located.found;
                unit.require(Permission::TemplateEdit, &of.scope).await?;
                of.head.expect(seen)?;
                let (moved, content) = if of.head.generation() == planned.generation {
                    (planned.moved.clone(), planned.content.clone())
                } else {
                    let only = planned.only.as_deref();
                    let head = of.head.content();
                    unit.updated(&of.scope, head, only).await?
                };
                Box::pin(unit.import_moved(&moved, &of.scope)).await?;
                let warnings = unit.put_template(of, content, &planned.looks).await?;
                let view = view(located, None);
                Ok(TemplateUpdated {
                    moved,
                    template: TemplateView {
                        agents_unknown: warnings.into_iter().next(),
                        ..view
                    },
                })
            }
        })
        .await
    }
}

impl Session {
    /// Plans an update before its transaction: what a transaction reads counts towards the limits of
    /// small engines.
    async fn planned_update(
        &self,
        reference: &Reference,
        from: &Scope,
        only: Option<&[Reference]>,
    ) -> Result<Planned, Error> {
        let unit = self.read().await?;
        let template = unit
            .to_change::<Template>(reference, from, Permission::TemplateEdit)
            .await?;
        let only = unit.lineages(only, from).await?;
        let updated = unit.updated(&template.scope, template.head.content(), only.as_deref());
        let (moved, content) = updated.await?;
        drop(unit);
        let is_local = |update: &LinkUpdate| update.source == UpdateSource::Local;
        let looks = if moved.iter().all(is_local) {
            self.link_looks(&template, &content).await?
        } else {
            // What is imported on the way can be looked at only there.
            LinkLooks::default()
        };
        Ok(Planned {
            only,
            generation: template.head.generation(),
            moved,
            content,
            looks,
        })
    }
}

/// An update of a HEAD, as long as that does not move.
struct Planned {
    /// The lineages whose links are moved; none for all.
    only: Option<Vec<LineageId>>,
    generation: Generation,
    moved: Vec<LinkUpdate>,
    content: Template,
    looks: LinkLooks,
}

/// The plan of an update, from what links mean today.
fn plan(content: &Template, links: &[Linked], offered: &Offered) -> UpdatePlan {
    let known = links.iter().filter_map(|link| {
        let (_, known) = link.seen.as_ref()?;
        Some((link.lineage, known.clone()))
    });
    let published = offered.iter().map(|(lineage, it)| (*lineage, it.revision));
    content.plan_update(&known.collect(), &published.collect())
}

/// What publishers offer of linked imports, by lineage: the newest of each.
type Offered = BTreeMap<LineageId, Publication>;

impl Unit {
    /// What a content becomes when links of it are moved.
    async fn updated(
        &self,
        scope: &Scope,
        content: &Template,
        only: Option<&[LineageId]>,
    ) -> Result<(Vec<LinkUpdate>, Template), Error> {
        let links = self.linked(content, scope).await?;
        let offered = self.offered_of(&links, scope).await?;
        let plan = plan(content, &links, &offered);
        let edits = match plan.edits(only) {
            Ok(edits) => edits,
            Err(error) => {
                let names = self.names_of_links(&[content], scope).await?;
                return Err(Error::from(error).about(names));
            }
        };
        let content = content.edited(edits)?;
        let chosen = |update: &LinkUpdate| only.is_none_or(|only| only.contains(&update.lineage));
        let moved = plan.updates.into_iter().filter(chosen).collect();
        Ok((moved, content))
    }

    /// What publishers offer of the imports among some links.
    async fn offered_of(&self, links: &[Linked], scope: &Scope) -> Result<Offered, Error> {
        let imports = links
            .iter()
            .filter_map(|link| link.seen.as_ref()?.0.imported.as_ref());
        let publications = imports.map(|imported| imported.publication).collect();
        // An import has the lineage of what was imported.
        self.newest_offered(&publications, scope).await
    }

    /// Imports the revisions that links are to be moved to and that are not here yet.
    async fn import_moved(&self, moved: &[LinkUpdate], scope: &Scope) -> Result<(), Error> {
        for update in moved {
            if update.source == UpdateSource::Local {
                continue;
            }
            let Some(account) = scope.account_scope() else {
                continue;
            };
            self.require(Permission::Import, &account).await?;
            let parts = revision_parts(update.lineage, update.to);
            let global = Partition::global();
            let found = PUBLICATIONS.find(&self.tx, &global, "source", parts);
            if let Some(found) = found.await? {
                let wanted = found.record.0.reference();
                let _ = self.import_wanted(wanted, &account).await?;
            }
        }
        Ok(())
    }

    async fn lineages(
        &self,
        references: Option<&[Reference]>,
        from: &Scope,
    ) -> Result<Option<Vec<LineageId>>, Error> {
        let Some(references) = references else {
            return Ok(None);
        };
        let mut lineages = Vec::with_capacity(references.len());
        for reference in references {
            let found = self
                .locate::<Mci>(reference, from, Permission::MciView)
                .await?;
            lineages.push(found.found.lineage);
        }
        Ok(Some(lineages))
    }

    /// What a step changes; none where the MultiCloud Image is not seen.
    async fn diff_of_step(
        &self,
        update: &LinkUpdate,
        links: &[Linked],
        offered: &Offered,
    ) -> Result<Option<DiffReport>, Error> {
        let mut links = links.iter();
        let link = links.find(|link| link.lineage == update.lineage);
        let Some((mci, _)) = link.and_then(|link| link.seen.as_ref()) else {
            return Ok(None);
        };
        let before = self.committed(mci, update.from).await?;
        let after = match offered.get(&update.lineage) {
            Some(newest) if update.source == UpdateSource::Published => {
                self.content::<Mci>(&newest.publisher, newest.content)
                    .await?
            }
            _ => self.committed(mci, update.to).await?.content,
        };
        let diff = update.diff(before.content.content(), after.content());
        Ok(Some(diff))
    }
}
