//! From which state a merge starts.

use crate::{Dag, Parent, RevisionRef};
use atlas_base::Digest;
use core::fmt;
use serde::Serialize;
use std::collections::BTreeMap;

/// A nearest common ancestor, and how each side comes from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct CommonAncestor {
    /// Which revision.
    pub revision: Parent,
    /// The revision of our side that was made from it; none where HEAD itself was.
    pub ours: Option<RevisionRef>,
    /// The revision of their side that was made from it; none where it is their revision.
    pub theirs: Option<RevisionRef>,
}

/// Which base a merge has, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BaseChoice {
    /// The revision that is merged into HEAD.
    pub theirs: Parent,
    /// Whether HEAD was made from it already, so that there is nothing to merge.
    pub is_contained: bool,
    /// The nearest common ancestors. None makes it a two-way merge; several are merged first.
    pub ancestors: Vec<CommonAncestor>,
    /// How they become one base; none where there are none.
    pub plan: Option<BasePlan>,
    /// Why no base is known, where there may be one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unknown: Option<UnknownBase>,
}

/// Why a merge goes without a base that there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum UnknownBase {
    /// A revision that would tell cannot be seen by whoever merges.
    Unseen,
    /// The two sides went apart longer ago than is looked for.
    TooFar,
}

/// A base: one revision, or several that are merged one after the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BasePlan {
    /// The first of them by its digest, so that the plan is the same for either side.
    pub first: Parent,
    /// The others.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub merged: Vec<PlannedMerge>,
}

/// A revision that is merged into a base.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlannedMerge {
    /// The revision.
    pub revision: Parent,
    /// The base of this merge; none where it is a two-way merge.
    pub base: Option<BasePlan>,
}

/// Revisions whose parents the graph must know first, with those of as many of their ancestors as
/// come cheaply.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the parents of {} must be known to find a base: load them", names(.revisions))]
pub struct MissingRevisions {
    /// Which.
    pub revisions: Vec<Parent>,
}

fn names(revisions: &[Parent]) -> String {
    let names: Vec<_> = revisions
        .iter()
        .map(|parent| parent.revision.to_string())
        .collect();
    names.join(", ")
}

impl BasePlan {
    /// The most merges that one plan holds. What lies deeper is taken as unknown: there may then be
    /// more conflicts, and never another value.
    pub const MAX_MERGES: usize = 64;

    /// The revisions whose contents are needed, each once.
    pub fn revisions(&self) -> Vec<Parent> {
        let mut found = BTreeMap::new();
        self.collect(&mut found);
        found.into_values().collect()
    }

    fn collect(&self, found: &mut BTreeMap<Digest, Parent>) {
        found.insert(self.first.digest, self.first);
        for step in &self.merged {
            found.insert(step.revision.digest, step.revision);
            if let Some(base) = &step.base {
                base.collect(found);
            }
        }
    }

    /// Makes the base: `load` gives the state of a revision, `merge` merges two of them from their
    /// base, first argument, where they have one.
    ///
    /// # Errors
    ///
    /// What `load` answers.
    pub fn fold<B, E>(
        &self,
        load: &mut impl FnMut(&Parent) -> Result<B, E>,
        merge: &mut impl FnMut(Option<&B>, &B, &B) -> B,
    ) -> Result<B, E> {
        let mut all = load(&self.first)?;
        for step in &self.merged {
            let base = match &step.base {
                Some(plan) => Some(plan.fold(load, merge)?),
                None => None,
            };
            all = merge(base.as_ref(), &all, &load(&step.revision)?);
        }
        Ok(all)
    }
}

impl Dag {
    /// The base for a merge of `theirs` into a HEAD with the parents `ours`.
    ///
    /// The graph may hold a part of the history only: whoever reads it from a store begins with
    /// nothing and adds what is missing until there is an answer, twice as many revisions of a
    /// lineage each time. What is older than the base is not asked for.
    ///
    /// # Errors
    ///
    /// The graph does not know enough.
    pub fn choose_base(
        &self,
        ours: &[Parent],
        theirs: Parent,
    ) -> Result<BaseChoice, MissingRevisions> {
        let nearest = self.nearest(ours, &[theirs])?;
        let mut merges = BasePlan::MAX_MERGES;
        Ok(BaseChoice {
            theirs,
            is_contained: nearest.iter().any(|base| base.digest == theirs.digest),
            ancestors: nearest
                .iter()
                .map(|base| CommonAncestor {
                    revision: *base,
                    ours: self.descendant(*base, ours),
                    theirs: self.descendant(*base, &[theirs]),
                })
                .collect(),
            plan: self.plan(&nearest, &mut merges)?,
            unknown: None,
        })
    }

    /// The choice where what [`Dag::choose_base`] asks for cannot be had: a two-way merge. An older
    /// ancestor that is known would not do, since what one side took back since would come again.
    pub fn without_base(
        &self,
        ours: &[Parent],
        theirs: Parent,
        unknown: UnknownBase,
    ) -> BaseChoice {
        let is_in = |our: &Parent| self.is_ancestor(theirs.digest, our.digest);
        BaseChoice {
            theirs,
            is_contained: ours.iter().any(is_in),
            ancestors: Vec::new(),
            plan: None,
            unknown: Some(unknown),
        }
    }

    /// How several revisions become one base.
    fn plan(
        &self,
        revisions: &[Parent],
        merges: &mut usize,
    ) -> Result<Option<BasePlan>, MissingRevisions> {
        let Some((first, others)) = revisions.split_first() else {
            return Ok(None);
        };
        let mut plan = BasePlan {
            first: *first,
            merged: Vec::new(),
        };
        let mut all = vec![*first];
        for other in others {
            let base = match merges.checked_sub(1) {
                None => None,
                Some(left) => {
                    *merges = left;
                    self.plan(&self.nearest(&all, &[*other])?, merges)?
                }
            };
            plan.merged.push(PlannedMerge {
                revision: *other,
                base,
            });
            all.push(*other);
        }
        Ok(Some(plan))
    }

    /// The nearest common ancestors of two sides, by digest.
    ///
    /// One of several may turn out to be made from another once more is known. Whoever merges them
    /// asks for their own common ancestors, and so for whatever could show it.
    fn nearest(&self, ours: &[Parent], theirs: &[Parent]) -> Result<Vec<Parent>, MissingRevisions> {
        if ours.is_empty() || theirs.is_empty() {
            return Ok(Vec::new());
        }
        let mut missing: Vec<Parent> = Vec::new();
        let mut nearest: Vec<Parent> = Vec::new();
        let is_in = |side: &[Parent], digest| side.iter().any(|parent| parent.digest == digest);
        for parent in ours.iter().chain(theirs) {
            // A revision that the graph never heard of meets the other side in itself alone.
            if self.place(parent.digest).is_none() {
                let is_common = is_in(ours, parent.digest) && is_in(theirs, parent.digest);
                if is_common {
                    &mut nearest
                } else {
                    &mut missing
                }
                .push(*parent);
            }
        }
        let places = |side: &[Parent]| -> Vec<usize> {
            let found = side.iter().filter_map(|parent| self.place(parent.digest));
            found.collect()
        };
        let painted = self.paint(&places(ours), &places(theirs));
        let named: Vec<Parent> = ours.iter().chain(theirs).copied().collect();
        let parent = |place: &usize| self.parent(*place, &named);
        missing.extend(painted.open.iter().filter_map(parent));
        nearest.extend(painted.nearest.iter().filter_map(parent));
        nearest.sort_unstable_by_key(|parent| parent.digest);
        nearest.dedup_by_key(|parent| parent.digest);
        if missing.is_empty() {
            return Ok(nearest);
        }
        missing.sort_unstable_by_key(|parent| parent.digest);
        missing.dedup_by_key(|parent| parent.digest);
        Err(MissingRevisions { revisions: missing })
    }

    /// The revision at a place, as a child or the caller names it.
    fn parent(&self, place: usize, named: &[Parent]) -> Option<Parent> {
        let node = self.node(place)?;
        let given = named.iter().find(|parent| parent.digest == node.digest);
        given.copied().or_else(|| {
            Some(Parent {
                revision: node.revision?,
                digest: node.digest,
            })
        })
    }

    /// The first revision of a side that was made from `base`; none where the side begins with it.
    fn descendant(&self, base: Parent, side: &[Parent]) -> Option<RevisionRef> {
        if side.iter().any(|parent| parent.digest == base.digest) {
            return None;
        }
        let base = self.place(base.digest)?;
        let places = side.iter().filter_map(|parent| self.place(parent.digest));
        let reached = self.reached(places);
        let made_from_base = |place: &usize| {
            reached.get(*place).copied().unwrap_or_default() && self.parents(*place).contains(&base)
        };
        let child = (base..self.len()).find(made_from_base)?;
        self.parent(child, side).map(|parent| parent.revision)
    }
}

impl BaseChoice {
    /// In words which base was chosen and why, with the names that the caller has for revisions.
    pub fn explain<N: fmt::Display>(&self, name: impl Fn(RevisionRef) -> N) -> String {
        let theirs = name(self.theirs.revision);
        if self.is_contained {
            return format!("{theirs} is part of HEAD already: there is nothing to merge");
        }
        if let Some(unknown) = self.unknown {
            let why = match unknown {
                UnknownBase::Unseen => "you do not see all of the history of",
                UnknownBase::TooFar => "too many revisions lie between",
            };
            return format!(
                "{why} HEAD and {theirs}, so that no base is known: each field in which they differ is a conflict"
            );
        }
        let reach = |ancestor: &CommonAncestor| {
            let base = name(ancestor.revision.revision);
            let from = |side: Option<RevisionRef>, itself: &str| {
                side.map_or_else(|| itself.to_owned(), |child| name(child).to_string())
            };
            let ours = from(ancestor.ours, "HEAD");
            let theirs = from(ancestor.theirs, &theirs.to_string());
            format!("{base}, from which {ours} and {theirs} were made")
        };
        match self.ancestors.as_slice() {
            [] => format!(
                "HEAD and {theirs} have no common ancestor: each field in which they differ is a conflict"
            ),
            [one] => format!("the base is {}", reach(one)),
            several => {
                let list: Vec<_> = several.iter().map(reach).collect();
                let count = several.len();
                format!(
                    "the base is a merge of the {count} nearest common ancestors: {}",
                    list.join("; ")
                )
            }
        }
    }
}
