//! The base of a merge: found in the graph of revisions, as much of it as is needed and seen.

use crate::{
    Error,
    kind::Versioned,
    stored::StoredLineage,
    tables::{REVISIONS, partition_of, revision_parts},
    unit::Unit,
};
use atlas_base::Digest;
use atlas_history::{
    BaseChoice, Dag, LineageId, Parent, Revision, RevisionNumber, RevisionRef, UnknownBase,
};
use atlas_scope::Scope;
use atlas_store::{Parts, Query, StoreError, Within};
use core::convert::Infallible;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// A base that was chosen, with its content and the names of the lineages that were met.
pub(crate) struct Based<C: Versioned> {
    pub(crate) choice: BaseChoice,
    pub(crate) base: C::Base,
    pub(crate) names: Names,
}

/// How many revisions of a lineage are read at first; twice as many each time that more are missing.
const FIRST: u32 = 16;

/// The most revisions that are read to find a base.
const MOST: usize = 65_536;

/// The part of the history that was read so far.
struct History<'a, C: Versioned> {
    unit: &'a Unit,
    /// From where lineages are looked for: the caller's scope, and those of the two sides.
    from: [&'a Scope; 3],
    lineages: BTreeMap<LineageId, Seen<C>>,
    revisions: BTreeMap<Digest, Revision>,
    /// The revisions among them that were imported.
    imported: BTreeSet<Digest>,
    /// What is missing of imports: the nearest revision before it that is here.
    gaps: BTreeMap<Digest, Option<Parent>>,
}

/// A lineage, as far as the caller sees it.
struct Seen<C: Versioned> {
    found: Option<StoredLineage<C>>,
    /// How many revisions are read the next time.
    step: u32,
}

impl Unit {
    pub(crate) async fn merge_base<C: Versioned>(
        &self,
        ours: &StoredLineage<C>,
        theirs: &StoredLineage<C>,
        revision: Parent,
        from: &Scope,
    ) -> Result<Based<C>, Error> {
        let mut history = History {
            unit: self,
            from: [from, &ours.scope, &theirs.scope],
            lineages: BTreeMap::new(),
            revisions: BTreeMap::new(),
            imported: BTreeSet::new(),
            gaps: BTreeMap::new(),
        };
        for side in [ours, theirs] {
            history.know(side.lineage, Some(side.clone()));
        }
        let parents = ours.head.parents();
        let mut choice = history.choose(parents, revision).await?;
        let mut base = C::Base::default();
        if !choice.is_contained
            && let Some(plan) = &choice.plan
        {
            match history.contents(plan.revisions()).await? {
                Some(contents) => {
                    let mut load = |parent: &Parent| -> Result<_, Infallible> {
                        let content = contents.get(&parent.digest).cloned();
                        Ok(content.map_or_else(C::Base::default, C::base_of))
                    };
                    let Ok(merged) = plan.fold(&mut load, &mut |base, left, right| {
                        C::merged_base(base, left, right)
                    });
                    base = merged;
                }
                None => choice = history.without_base(parents, revision, UnknownBase::Unseen),
            }
        }
        Ok(Based {
            choice,
            base,
            names: history.names(ours),
        })
    }
}

impl<C: Versioned> History<'_, C> {
    fn know(&mut self, lineage: LineageId, found: Option<StoredLineage<C>>) {
        self.lineages.insert(lineage, Seen { found, step: FIRST });
    }

    /// Reads what is missing until a base can be chosen. What the caller does not see is not read:
    /// where the base depends on it, there is none.
    async fn choose(&mut self, ours: &[Parent], theirs: Parent) -> Result<BaseChoice, Error> {
        loop {
            let missing = match self.dag().choose_base(ours, theirs) {
                Ok(choice) => return Ok(choice),
                Err(missing) => missing.revisions,
            };
            if self.revisions.len() > MOST {
                return Ok(self.without_base(ours, theirs, UnknownBase::TooFar));
            }
            for parent in missing {
                if !self.read(parent).await? {
                    return Ok(self.without_base(ours, theirs, UnknownBase::Unseen));
                }
            }
        }
    }

    fn without_base(&self, ours: &[Parent], theirs: Parent, why: UnknownBase) -> BaseChoice {
        self.dag().without_base(ours, theirs, why)
    }

    fn dag(&self) -> Dag {
        let gaps = self
            .gaps
            .iter()
            .map(|(missing, before)| (*missing, *before));
        Dag::bridged(self.revisions.values(), gaps)
    }

    /// Reads a revision and some before it; tells whether the caller sees it.
    async fn read(&mut self, parent: Parent) -> Result<bool, Error> {
        let Parent { revision, digest } = parent;
        // What was missing may have come with what was read for another.
        if self.revisions.contains_key(&digest) || self.gaps.contains_key(&digest) {
            return Ok(true);
        }
        self.look_for(revision.lineage).await?;
        let seen = self.lineages.get_mut(&revision.lineage);
        let Some((of, step)) = seen.and_then(|seen| Some((seen.found.as_ref()?, &mut seen.step)))
        else {
            return Ok(self.is_cut_off(digest));
        };
        let last = revision.number.get();
        let first = last.saturating_sub(*step - 1).max(1);
        *step = step.saturating_mul(2);
        let numbers = (first..=last).filter_map(RevisionNumber::new);
        let parts = numbers.map(|number| revision_parts(revision.lineage, number));
        let partition = partition_of(&of.scope)?;
        let found = REVISIONS.get_many(&self.unit.tx, &partition, parts).await?;
        for kept in found.into_iter().flatten() {
            let read = kept.0.revision;
            read.verify()?;
            if of.imported.is_some() {
                self.imported.insert(read.digest());
            }
            self.revisions.insert(read.digest(), read);
        }
        if self.revisions.contains_key(&digest) {
            return Ok(true);
        }
        if of.imported.is_some() {
            let below = revision_parts(revision.lineage, revision.number);
            let from = Parts::from(revision.lineage.to_string());
            let query = Query::all(&partition).within(Within::Between(from, below));
            let query = query.reverse().limit(1);
            let before = REVISIONS.query(&self.unit.tx, &query).await?;
            let before = before.found.into_iter().next();
            let before = before.map(|found| found.record.0.revision.as_parent(revision.lineage));
            self.gaps.insert(digest, before);
            return Ok(true);
        }
        Err(StoreError::corrupt("a parent of a revision is missing").into())
    }

    /// Whether a revision that the caller does not see is only what an import was made from: what
    /// the publisher keeps to itself is no part of the history here (RightScale).
    fn is_cut_off(&mut self, digest: Digest) -> bool {
        let imported = self.imported.iter();
        let mut imported = imported.filter_map(|import| self.revisions.get(import));
        let named = |parents: &[Parent]| parents.iter().any(|parent| parent.digest == digest);
        let is_cut_off = imported.any(|revision| named(revision.parents()));
        if is_cut_off {
            self.gaps.insert(digest, None);
        }
        is_cut_off
    }

    async fn look_for(&mut self, lineage: LineageId) -> Result<(), Error> {
        if !self.lineages.contains_key(&lineage) {
            let found = self.unit.lineage_seen(lineage, &self.from).await?;
            self.know(lineage, found);
        }
        Ok(())
    }

    /// The contents of some revisions by their revision digests; none where the caller does not see
    /// one of them.
    async fn contents(
        &mut self,
        revisions: Vec<Parent>,
    ) -> Result<Option<BTreeMap<Digest, Arc<C>>>, Error> {
        let mut contents = BTreeMap::new();
        for Parent { revision, digest } in revisions {
            self.look_for(revision.lineage).await?;
            let seen = self.lineages.get(&revision.lineage);
            let Some(of) = seen.and_then(|seen| seen.found.as_ref()) else {
                return Ok(None);
            };
            let state = self.unit.committed(of, revision.number).await?;
            contents.insert(digest, state.content.shared());
        }
        Ok(Some(contents))
    }

    /// What the lineages are called that the caller sees.
    fn names(self, ours: &StoredLineage<C>) -> Names {
        let mut names = Names {
            ours: ours.lineage,
            seen: BTreeMap::new(),
        };
        for (lineage, seen) in self.lineages {
            if let Some(found) = seen.found {
                let name = found.name().to_string();
                names.seen.insert(lineage, (found.scope, name));
            }
        }
        names
    }
}

/// What revisions are called: by the names of their lineages, with the scope where two are alike.
pub(crate) struct Names {
    ours: LineageId,
    seen: BTreeMap<LineageId, (Scope, String)>,
}

impl Names {
    pub(crate) fn name(&self, revision: RevisionRef) -> String {
        let RevisionRef { lineage, number } = revision;
        let Some((scope, name)) = self.seen.get(&lineage) else {
            return revision.to_string();
        };
        let is_like = |(other, (_, called)): (&LineageId, &(Scope, String))| {
            *other != lineage && called == name
        };
        if lineage != self.ours && self.seen.iter().any(is_like) {
            format!("{scope}:{name}@{number}")
        } else {
            format!("{name}@{number}")
        }
    }
}
