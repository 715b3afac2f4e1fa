//! Links that have fallen behind, and what moves them.

use crate::{KnownMci, LinkTarget, LinkedState, TemplateContent, TemplateEdit};
use atlas_base::Name;
use atlas_history::{LineageId, Marks, RevisionNumber};
use atlas_mci::{Content, DiffReport};
use core::fmt;
use serde::Serialize;
use std::collections::BTreeMap;

/// Where the newer revision of a link is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "it is here, or it is imported first"
)]
pub enum UpdateSource {
    /// Here.
    Local,
    /// With its publisher: it is imported first.
    Published,
}

/// A link that can be moved to a newer revision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkUpdate {
    /// The lineage.
    pub lineage: LineageId,
    /// Its nickname.
    pub name: Name,
    /// What the link means now.
    pub from: RevisionNumber,
    /// What it would mean.
    pub to: RevisionNumber,
    /// Where that revision is.
    pub source: UpdateSource,
    /// Whether it is the default link.
    pub is_default: bool,
}

/// The links of a `ServerTemplate` that have fallen behind (RightScale: update of the linked
/// MultiCloud Images).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct UpdatePlan {
    /// Those that can be moved, in the order of their lineages.
    pub updates: Vec<LinkUpdate>,
    /// Those whose revision is revoked and has no successor, so that they have to be seen to by
    /// hand.
    pub stuck: Vec<LinkUpdateStuck>,
    /// Links at revisions of MultiCloud Images that are not there, or not seen from here.
    pub unseen: Vec<LineageId>,
}

/// A link to a revoked revision that has no successor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LinkUpdateStuck {
    /// The lineage.
    pub lineage: LineageId,
    /// Its nickname.
    pub name: Name,
    /// The revoked revision.
    pub revision: RevisionNumber,
}

/// Why links are not moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UpdateError {
    /// Nothing newer is there for a link that was chosen.
    #[error("there is nothing newer for {lineage}: leave it out")]
    NotBehind {
        /// Which.
        lineage: LineageId,
    },
}

impl KnownMci {
    /// The newest revision after `revision` that is neither revoked nor deprecated.
    pub fn newer(&self, revision: RevisionNumber) -> Option<RevisionNumber> {
        let good = |marks: &Marks| marks.revoked.is_none() && marks.deprecated.is_none();
        let found = self.revisions.iter().rev().find(|(_, marks)| good(marks));
        found
            .map(|(number, _)| *number)
            .filter(|number| *number > revision)
    }
}

impl TemplateContent {
    /// The links that have a newer revision, here or with the publisher. Links at HEAD and at
    /// channels move by themselves and are not among them.
    ///
    /// `published` are the newest active revisions that publishers offer of imported lineages.
    pub fn plan_update(
        &self,
        known: &BTreeMap<LineageId, KnownMci>,
        published: &BTreeMap<LineageId, RevisionNumber>,
    ) -> UpdatePlan {
        let mut plan = UpdatePlan::default();
        for link in self.links() {
            let LinkTarget::Revision(from) = link.target else {
                continue;
            };
            let lineage = link.lineage;
            let Some(mci) = known.get(&lineage) else {
                plan.unseen.push(lineage);
                continue;
            };
            let offered = published.get(&lineage).filter(|offered| {
                // What is here already and is passed over is revoked or deprecated here.
                *offered > from && !mci.revisions.contains_key(offered)
            });
            let found = match (mci.newer(*from), offered) {
                (Some(here), Some(offered)) if *offered > here => {
                    Some((*offered, UpdateSource::Published))
                }
                (Some(here), _) => Some((here, UpdateSource::Local)),
                (None, Some(offered)) => Some((*offered, UpdateSource::Published)),
                (None, None) => None,
            };
            let name = mci.name.clone();
            match found {
                Some((to, source)) => plan.updates.push(LinkUpdate {
                    lineage,
                    name,
                    from: *from,
                    to,
                    source,
                    is_default: link.is_default,
                }),
                None if mci.state(link.target).is_err() => plan.stuck.push(LinkUpdateStuck {
                    lineage,
                    name,
                    revision: *from,
                }),
                None => {}
            }
        }
        plan
    }
}

impl UpdatePlan {
    /// The edits that move links: those of the lineages in `only`, or all.
    ///
    /// # Errors
    ///
    /// One of `only` has nothing newer.
    pub fn edits(&self, only: Option<&[LineageId]>) -> Result<Vec<TemplateEdit>, UpdateError> {
        let chosen = |lineage: LineageId| only.is_none_or(|only| only.contains(&lineage));
        for lineage in only.unwrap_or_default() {
            if self.updates.iter().all(|update| update.lineage != *lineage) {
                return Err(UpdateError::NotBehind { lineage: *lineage });
            }
        }
        let updates = self.updates.iter().filter(|update| chosen(update.lineage));
        let edits = updates.map(|update| TemplateEdit::Retarget {
            lineage: update.lineage,
            target: LinkTarget::Revision(update.to),
        });
        Ok(edits.collect())
    }
}

impl LinkUpdate {
    /// What the step changes, given the contents of both revisions.
    pub fn diff(&self, from: &Content, to: &Content) -> DiffReport {
        DiffReport::between(from, to)
    }

    /// The states whose contents the diff needs.
    pub fn states(&self) -> [LinkedState; 2] {
        [self.from, self.to].map(LinkedState::Revision)
    }
}

impl fmt::Display for LinkUpdate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { name, from, to, .. } = self;
        write!(f, "`{name}` {from} → {to}")?;
        if self.is_default {
            f.write_str(", the default")?;
        }
        match self.source {
            UpdateSource::Local => Ok(()),
            UpdateSource::Published => f.write_str(", imported first"),
        }
    }
}

impl fmt::Display for UpdatePlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.updates.is_empty() && self.stuck.is_empty() && self.unseen.is_empty() {
            return f.write_str("every link is at the newest revision, or moves by itself");
        }
        let mut first = true;
        let mut line = |f: &mut fmt::Formatter<'_>, text: fmt::Arguments<'_>| {
            let end = if core::mem::take(&mut first) {
                ""
            } else {
                "\n"
            };
            write!(f, "{end}{text}")
        };
        for update in &self.updates {
            line(f, format_args!("{update}"))?;
        }
        for LinkUpdateStuck { name, revision, .. } in &self.stuck {
            line(
                f,
                format_args!("`{name}` {revision} is revoked and nothing follows it"),
            )?;
        }
        for lineage in &self.unseen {
            line(
                f,
                format_args!("`{lineage}` is not there, or cannot be seen from here"),
            )?;
        }
        Ok(())
    }
}
