//! The history of a lineage over all lineages that it was made from, to be drawn.

use crate::{
    Error, Session,
    kind::{Mci, Template, Versioned},
    sight::account_of,
    states::Located,
    stored::{StoredLineage, StoredRevision},
    tables::{CHANNELS, REVISIONS, StoredChannel, partition_of, partitions_above},
    unit::Unit,
};
use atlas_base::{Digest, Name, Timestamp};
use atlas_history::{Graph, GraphNode, LineageId, Parent, Revision, RevisionNumber};
use atlas_scope::{Level, Permission, Scope};
use atlas_store::{Partition, Parts, Query, StoreError, Within};
use atlas_template::{Reference, Selector};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// How much of a history is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GraphBounds {
    revisions: usize,
}

impl GraphBounds {
    /// How many revisions a graph has unless it is said.
    pub const USUAL: usize = 100;
    /// The most revisions of a graph.
    pub const MOST: usize = 1000;
    /// The most clones that are looked for, clones of clones among them.
    pub const MOST_CLONES: usize = 64;

    /// At most so many revisions, from 1 to [`GraphBounds::MOST`].
    pub fn of(revisions: usize) -> Self {
        Self {
            revisions: revisions.clamp(1, Self::MOST),
        }
    }
}

impl Default for GraphBounds {
    fn default() -> Self {
        Self::of(Self::USUAL)
    }
}

/// A history, and whether it is all of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LineageGraph {
    /// The states and what each was made from.
    #[serde(flatten)]
    pub graph: Graph,
    /// Whether older revisions, or clones, were left out.
    pub is_cut: bool,
}

impl Session {
    /// The history of a lineage: its HEAD, its revisions and whatever they were made from, newest
    /// first; and its clones, where the reference names no state. A revision of a lineage that the
    /// caller does not see has no words but its digest, which the revisions made from it name.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or has no such state.
    pub async fn mci_graph(
        &self,
        reference: &Reference,
        from: &Scope,
        bounds: GraphBounds,
    ) -> Result<LineageGraph, Error> {
        let unit = self.read().await?;
        unit.graph::<Mci>(reference, from, bounds).await
    }

    /// The same of a lineage of ServerTemplates.
    ///
    /// # Errors
    ///
    /// As [`Session::mci_graph`].
    pub async fn template_graph(
        &self,
        reference: &Reference,
        from: &Scope,
        bounds: GraphBounds,
    ) -> Result<LineageGraph, Error> {
        let unit = self.read().await?;
        unit.graph::<Template>(reference, from, bounds).await
    }
}

impl Unit {
    async fn graph<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
        bounds: GraphBounds,
    ) -> Result<LineageGraph, Error> {
        let located = self.locate::<C>(reference, from, C::CAN.view).await?;
        let focus = located.found.lineage;
        let mut walk = Walk::new(self, located.viewer.clone(), bounds);
        match &reference.selector {
            None => {
                walk.start_at_head(located, true).await?;
                walk.start_at_clones(focus).await?;
            }
            Some(Selector::Head) => walk.start_at_head(located, true).await?,
            selector => {
                let state = self.state(&located.found, selector.as_ref()).await?;
                let start = state.revision.map(|found| found.as_parent(focus));
                walk.meet(located).await?;
                walk.add(start).await?;
            }
        }
        walk.run().await?;
        Ok(walk.finish(focus))
    }
}

/// A lineage that the caller sees.
struct Seen<C: Versioned> {
    of: StoredLineage<C>,
    is_edited: bool,
    channels: Vec<StoredChannel>,
    revisions: BTreeMap<RevisionNumber, StoredRevision>,
}

/// A walk from some states back to what they were made from, newest first.
struct Walk<'a, C: Versioned> {
    unit: &'a Unit,
    viewer: Scope,
    bounds: GraphBounds,
    /// The lineages that were met; none for one that the caller does not see.
    lineages: BTreeMap<LineageId, Option<Seen<C>>>,
    heads: Vec<LineageId>,
    /// The revisions that were named.
    named: BTreeSet<Digest>,
    /// Those of them that are seen and were not passed yet, the newest last.
    pending: BTreeMap<(Timestamp, RevisionNumber, Digest), Parent>,
    passed: Vec<Parent>,
    is_cut: bool,
}

impl<'a, C: Versioned> Walk<'a, C> {
    fn new(unit: &'a Unit, viewer: Scope, bounds: GraphBounds) -> Self {
        Self {
            unit,
            viewer,
            bounds,
            lineages: BTreeMap::new(),
            heads: Vec::new(),
            named: BTreeSet::new(),
            pending: BTreeMap::new(),
            passed: Vec::new(),
            is_cut: false,
        }
    }

    /// Remembers a lineage that the caller sees.
    async fn meet(&mut self, located: Located<C>) -> Result<(), Error> {
        let of = located.found;
        let partition = partition_of(&of.scope)?;
        let channels = self.unit.all(&CHANNELS, &partition, of.lineage.to_string());
        let seen = Seen {
            channels: channels.await?.into_iter().map(|kept| kept.0).collect(),
            is_edited: of.is_edited(),
            revisions: BTreeMap::new(),
            of,
        };
        self.lineages.insert(seen.of.lineage, Some(seen));
        Ok(())
    }

    /// Looks for a lineage: what is hidden and what is not there are both not seen.
    async fn look_for(&mut self, lineage: LineageId) -> Result<bool, Error> {
        if let Some(known) = self.lineages.get(&lineage) {
            return Ok(known.is_some());
        }
        let reference = Reference::lineage(lineage);
        let located = self.unit.locate::<C>(&reference, &self.viewer, C::CAN.view);
        match located.await {
            Ok(located) => self.meet(located).await.map(|()| true),
            Err(Error::NotFound(_) | Error::Denied(_)) => {
                self.lineages.insert(lineage, None);
                Ok(false)
            }
            Err(error) => Err(error),
        }
    }

    /// Begins at HEAD, which is a state of its own where it holds what no revision does.
    async fn start_at_head(&mut self, located: Located<C>, is_shown: bool) -> Result<(), Error> {
        let lineage = located.found.lineage;
        let parents = located.found.head.parents().to_vec();
        let is_empty = located.found.last.is_none();
        self.meet(located).await?;
        let seen = self.lineages.get(&lineage).and_then(Option::as_ref);
        if seen.is_some_and(|seen| seen.is_edited) || (is_empty && is_shown) {
            self.heads.push(lineage);
        }
        self.add(parents).await
    }

    /// Begins at the HEADs of the clones of a lineage, and of their clones, that the caller sees.
    async fn start_at_clones(&mut self, of: LineageId) -> Result<(), Error> {
        let partitions = self.unit.partitions_seen(C::CAN.view, &self.viewer).await?;
        let mut waiting = VecDeque::from([of]);
        let mut found = BTreeSet::from([of]);
        while let Some(source) = waiting.pop_front() {
            for partition in &partitions {
                let clones = self
                    .unit
                    .all_by(&C::HEADS, "origin", partition, source.to_string());
                for clone in clones.await? {
                    let clone = clone.0.lineage;
                    if found.contains(&clone) {
                        continue;
                    }
                    let reference = Reference::lineage(clone);
                    let located = self.unit.locate::<C>(&reference, &self.viewer, C::CAN.view);
                    match located.await {
                        Ok(_) if found.len() > GraphBounds::MOST_CLONES => self.is_cut = true,
                        Ok(located) => {
                            found.insert(clone);
                            waiting.push_back(clone);
                            self.start_at_head(located, false).await?;
                        }
                        Err(Error::NotFound(_) | Error::Denied(_)) => {}
                        Err(error) => return Err(error),
                    }
                }
            }
        }
        Ok(())
    }

    /// Names revisions: those that are seen are waited for.
    async fn add(&mut self, parents: impl IntoIterator<Item = Parent>) -> Result<(), Error> {
        for parent in parents {
            if !self.named.insert(parent.digest) || !self.look_for(parent.revision.lineage).await? {
                continue;
            }
            let number = parent.revision.number;
            if let Some(revision) = self.load(&parent).await? {
                let place = (revision.time(), number, parent.digest);
                self.pending.insert(place, parent);
            }
        }
        Ok(())
    }

    /// The revision of a lineage that is seen, which is read with those before it.
    async fn load(&mut self, parent: &Parent) -> Result<Option<&Revision>, Error> {
        let (lineage, number) = (parent.revision.lineage, parent.revision.number);
        let Some(seen) = self.lineages.get_mut(&lineage).and_then(Option::as_mut) else {
            return Ok(None);
        };
        if !seen.revisions.contains_key(&number) {
            let first = number.get().saturating_sub(AT_A_TIME).max(1);
            let last = number.get();
            let parts = |number: u32| Parts::from((lineage.to_string(), u64::from(number)));
            let end = Parts::from((lineage.to_string(), u64::from(last) + 1));
            let query = Query::all(&partition_of(&seen.of.scope)?);
            let query = query.within(Within::Between(parts(first), end));
            for kept in self.unit.every(&REVISIONS, query).await? {
                kept.0.revision.verify()?;
                seen.revisions.insert(kept.0.revision.number(), kept.0);
            }
        }
        let found = seen.revisions.get(&number).map(|stored| &stored.revision);
        match found {
            Some(found) if found.digest() == parent.digest => Ok(Some(found)),
            None if seen.of.imported.is_some() => Ok(None),
            _ => Err(StoreError::corrupt("a parent is not the revision that it names").into()),
        }
    }

    /// Walks back, newest first, until everything was passed or the bound is met.
    async fn run(&mut self) -> Result<(), Error> {
        while self.passed.len() < self.bounds.revisions {
            let Some((_, parent)) = self.pending.pop_last() else {
                return Ok(());
            };
            let parents = self
                .load(&parent)
                .await?
                .map(|found| found.parents().to_vec());
            self.passed.push(parent);
            self.add(parents.unwrap_or_default()).await?;
        }
        self.is_cut |= !self.pending.is_empty();
        Ok(())
    }

    fn finish(self, focus: LineageId) -> LineageGraph {
        let older = self.pending.values().map(|parent| parent.digest);
        let older: BTreeSet<Digest> = older.collect();
        let seen = self.lineages.values().flatten();
        let mut names: BTreeMap<&Name, u32> = BTreeMap::new();
        for seen in seen.clone() {
            *names.entry(seen.name()).or_default() += 1;
        }
        // Names are unique in a scope alone.
        let titles = seen.map(|seen| {
            let name = seen.name();
            let is_one = names.get(name).is_none_or(|count| *count == 1);
            let title = if is_one {
                name.to_string()
            } else {
                format!("{}:{name}", seen.of.scope)
            };
            (seen.of.lineage, (title, seen))
        });
        let titles: BTreeMap<LineageId, (String, &Seen<C>)> = titles.collect();
        let heads = self.heads.iter().filter_map(|lineage| {
            let (title, seen) = titles.get(lineage)?;
            Some(GraphNode::head(*lineage, title, seen.of.head.parents()))
        });
        let revisions = self.passed.iter().filter_map(|parent| {
            let lineage = parent.revision.lineage;
            let (title, seen) = titles.get(&lineage)?;
            let stored = seen.revisions.get(&parent.revision.number)?;
            let node = GraphNode::revision(lineage, title, &stored.revision);
            Some(node.labelled(seen.labels(stored)))
        });
        LineageGraph {
            graph: Graph::new(focus, heads.chain(revisions), &older),
            is_cut: self.is_cut,
        }
    }
}

/// How many revisions before the one that is wanted are read with it.
const AT_A_TIME: u32 = 63;

impl<C: Versioned> Seen<C> {
    fn name(&self) -> &Name {
        self.of.name()
    }

    /// What points to a revision or is said about it.
    fn labels(&self, stored: &StoredRevision) -> Vec<String> {
        let (number, marks) = (stored.revision.number(), &stored.marks);
        let is_head = !self.is_edited && self.of.last.is_some_and(|last| last.number == number);
        let channels = self.channels.iter().map(|stored| &stored.channel);
        let here = channels.filter(|channel| channel.current() == number);
        let mut labels: Vec<_> = is_head.then(|| "HEAD".to_owned()).into_iter().collect();
        labels.extend(here.map(|channel| channel.name().to_string()));
        labels.extend(marks.release.as_ref().map(|version| format!("v{version}")));
        labels.extend(marks.deprecated.as_ref().map(|_| "deprecated".to_owned()));
        labels.extend(marks.revoked.as_ref().map(|_| "revoked".to_owned()));
        labels
    }
}

impl Unit {
    /// The partitions in which a scope may see lineages: those that are read where the
    /// caller may look at something in them.
    async fn partitions_seen(
        &self,
        permission: Permission,
        from: &Scope,
    ) -> Result<Vec<Partition>, Error> {
        let mut partitions = partitions_above(from)?;
        if from.level() == Level::Global {
            partitions.extend(self.accounts().await?);
        }
        let above = self.sight(permission).await?;
        let mut open = Vec::with_capacity(partitions.len());
        for partition in partitions {
            let is_open = match account_of(&partition)? {
                Some((_, account)) => self.sight_into(&above, &account).await?.sees_any(self),
                None => true,
            };
            if is_open {
                open.push(partition);
            }
        }
        Ok(open)
    }
}
