//! Ancestry over lineages and merges.

use crate::{Parent, Revision, RevisionRef};
use atlas_base::Digest;
use core::{borrow::Borrow, ops::Range};
use std::collections::{BTreeMap, BTreeSet};

/// Which revisions were made from which, by their digests: a graph without cycles, since a
/// digest covers those of its parents.
///
/// It holds what it was given. A revision that is only named as a parent is a root to
/// [`Dag::ancestors`] and its like; [`Dag::choose_base`] asks for it where it matters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Dag {
    places: BTreeMap<Digest, usize>,
    /// Parents stand before their children, so that one pass from the end sees every child of a
    /// revision before the revision.
    nodes: Vec<Node>,
    /// The places of the parents of all nodes, one node after the other.
    links: Vec<usize>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Node {
    pub(crate) digest: Digest,
    /// Where it is, as far as a child named it.
    pub(crate) revision: Option<RevisionRef>,
    /// Whether its parents are known.
    pub(crate) is_given: bool,
    links: Range<usize>,
}

/// A revision while the graph is built.
#[derive(Default)]
struct Mention {
    revision: Option<RevisionRef>,
    parents: Option<Vec<Digest>>,
}

impl Dag {
    /// The graph of these revisions, in whatever order.
    pub fn new(revisions: impl IntoIterator<Item = impl Borrow<Revision>>) -> Self {
        Self::bridged(revisions, [])
    }

    /// The graph of these revisions with gaps: of a revision that is not given, by its digest, the
    /// nearest one before it that is, or that there is none (RightScale: revision 3 does not bring 1
    /// and 2).
    pub fn bridged(
        revisions: impl IntoIterator<Item = impl Borrow<Revision>>,
        gaps: impl IntoIterator<Item = (Digest, Option<Parent>)>,
    ) -> Self {
        let mut mentions: BTreeMap<Digest, Mention> = BTreeMap::new();
        for revision in revisions {
            let revision: &Revision = revision.borrow();
            for parent in revision.parents() {
                let mention = mentions.entry(parent.digest).or_default();
                // An import stands in several lineages: the first in their order names it.
                let first = mention.revision.into_iter().chain([parent.revision]).min();
                mention.revision = first;
            }
            let parents = revision.parents().iter().map(|parent| parent.digest);
            mentions.entry(revision.digest()).or_default().parents = Some(parents.collect());
        }
        for (missing, before) in gaps {
            if let Some(before) = before {
                let mention = mentions.entry(before.digest).or_default();
                mention.revision = mention.revision.or(Some(before.revision));
            }
            let mention = mentions.entry(missing).or_default();
            let parents = before.into_iter().map(|parent| parent.digest);
            mention.parents.get_or_insert_with(|| parents.collect());
        }
        Self::build(mentions)
    }

    fn build(mentions: BTreeMap<Digest, Mention>) -> Self {
        let places: BTreeMap<_, _> = mentions.keys().copied().zip(0..).collect();
        let mut children: Vec<Vec<usize>> = vec![Vec::new(); mentions.len()];
        let mut waiting: Vec<usize> = Vec::with_capacity(mentions.len());
        for (child, mention) in mentions.values().enumerate() {
            let parents = mention.parents.as_deref().unwrap_or_default();
            waiting.push(parents.len());
            for parent in parents.iter().filter_map(|digest| places.get(digest)) {
                children
                    .get_mut(*parent)
                    .into_iter()
                    .for_each(|found| found.push(child));
            }
        }
        let order = order(&children, waiting);
        let mentions: Vec<_> = mentions.into_iter().collect();
        let mut dag = Self::default();
        for old in order {
            let Some((digest, mention)) = mentions.get(old) else {
                continue;
            };
            let start = dag.links.len();
            let parents = mention.parents.as_deref().unwrap_or_default();
            // A link that does not lead back would close a cycle, which damage alone can make.
            let known = parents
                .iter()
                .filter_map(|parent| dag.places.get(parent).copied());
            dag.links.extend(known);
            dag.places.insert(*digest, dag.nodes.len());
            dag.nodes.push(Node {
                digest: *digest,
                revision: mention.revision,
                is_given: mention.parents.is_some(),
                links: start..dag.links.len(),
            });
        }
        dag
    }

    /// Whether `old` is `new` or one of its ancestors.
    pub fn is_ancestor(&self, old: Digest, new: Digest) -> bool {
        match (self.place(old), self.place(new)) {
            (Some(old), Some(new)) => self.reached([new]).get(old).copied().unwrap_or_default(),
            _ => old == new,
        }
    }

    /// A revision and everything it was made from.
    pub fn ancestors(&self, of: Digest) -> BTreeSet<Digest> {
        let reached = self.reached(self.place(of));
        let nodes = self.nodes.iter().zip(reached);
        let found = nodes.filter(|(_, is_reached)| *is_reached);
        found.map(|(node, _)| node.digest).chain([of]).collect()
    }

    /// The common ancestors of two revisions that are no ancestors of one another.
    pub fn nearest_common_ancestors(&self, a: Digest, b: Digest) -> BTreeSet<Digest> {
        if a == b {
            return BTreeSet::from([a]);
        }
        let (Some(left), Some(right)) = (self.place(a), self.place(b)) else {
            return BTreeSet::new();
        };
        let painted = self.paint(&[left], &[right]);
        let nearest = painted.nearest.iter().filter_map(|at| self.node(*at));
        nearest.map(|node| node.digest).collect()
    }

    pub(crate) fn place(&self, digest: Digest) -> Option<usize> {
        self.places.get(&digest).copied()
    }

    pub(crate) fn node(&self, place: usize) -> Option<&Node> {
        self.nodes.get(place)
    }

    pub(crate) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The places of a revision's parents.
    pub(crate) fn parents(&self, place: usize) -> &[usize] {
        let links = self.nodes.get(place).map(|node| node.links.clone());
        links
            .and_then(|links| self.links.get(links))
            .unwrap_or_default()
    }

    /// For each place, whether one of `from` is or was made from it.
    pub(crate) fn reached(&self, from: impl IntoIterator<Item = usize>) -> Vec<bool> {
        let mut reached = vec![false; self.nodes.len()];
        let mut highest = 0;
        for place in from {
            highest = highest.max(place + 1);
            set(&mut reached, place, true);
        }
        for place in (0..highest).rev() {
            if reached.get(place).copied().unwrap_or_default() {
                for parent in self.parents(place) {
                    set(&mut reached, *parent, true);
                }
            }
        }
        reached
    }

    /// Paints what two sides were made from, and stops where nothing new can meet any more.
    pub(crate) fn paint(&self, left: &[usize], right: &[usize]) -> Painted {
        let mut painted = Painted {
            colours: vec![0; self.nodes.len()],
            nearest: Vec::new(),
            open: Vec::new(),
        };
        // How many places are painted, not passed yet, and not below a common ancestor.
        let mut live = 0_usize;
        for (places, colour) in [(left, LEFT), (right, RIGHT)] {
            for place in places {
                painted.add(*place, colour, &mut live);
            }
        }
        let highest = left.iter().chain(right).max().map_or(0, |place| place + 1);
        for place in (0..highest).rev() {
            if live == 0 {
                break;
            }
            let colour = painted.colour(place);
            if colour == 0 {
                continue;
            }
            let mut passed_on = colour;
            if colour & BELOW == 0 {
                live -= 1;
                if colour == LEFT | RIGHT {
                    painted.nearest.push(place);
                    passed_on |= BELOW;
                } else if self.nodes.get(place).is_some_and(|node| !node.is_given) {
                    painted.open.push(place);
                }
            }
            for parent in self.parents(place) {
                painted.add(*parent, passed_on, &mut live);
            }
        }
        painted
    }
}

/// Reached from the left side.
const LEFT: u8 = 1;
/// Reached from the right side.
const RIGHT: u8 = 2;
/// A common ancestor was made from it.
const BELOW: u8 = 4;

/// What two sides reach.
pub(crate) struct Painted {
    colours: Vec<u8>,
    /// The common ancestors that are no ancestors of one another, as far as the graph tells.
    pub(crate) nearest: Vec<usize>,
    /// What one side alone reaches, and whose parents are not known.
    pub(crate) open: Vec<usize>,
}

impl Painted {
    fn colour(&self, place: usize) -> u8 {
        self.colours.get(place).copied().unwrap_or_default()
    }

    /// Adds a colour to a place that was not passed yet, and counts it while it is worth a look.
    fn add(&mut self, place: usize, colour: u8, live: &mut usize) {
        let before = self.colour(place);
        let after = before | colour;
        set(&mut self.colours, place, after);
        let is_live = |colour: u8| usize::from(colour != 0 && colour & BELOW == 0);
        *live = (*live + is_live(after)).saturating_sub(is_live(before));
    }
}

fn set<T>(all: &mut [T], place: usize, value: T) {
    if let Some(found) = all.get_mut(place) {
        *found = value;
    }
}

/// The places in an order in which parents stand before their children: by the longest way from a
/// root, then by digest, so that it depends on the graph alone.
fn order(children: &[Vec<usize>], mut waiting: Vec<usize>) -> Vec<usize> {
    let is_root = |(place, count): (usize, &usize)| (*count == 0).then_some(place);
    let mut level: Vec<usize> = waiting.iter().enumerate().filter_map(is_root).collect();
    let mut order = Vec::with_capacity(waiting.len());
    while !level.is_empty() {
        let mut next = Vec::new();
        for child in level
            .iter()
            .filter_map(|place| children.get(*place))
            .flatten()
        {
            if let Some(count) = waiting.get_mut(*child) {
                *count -= 1;
                if *count == 0 {
                    next.push(*child);
                }
            }
        }
        order.append(&mut level);
        next.sort_unstable();
        level = next;
    }
    // What is left hangs on a cycle.
    let left = waiting.iter().enumerate().filter(|(_, count)| **count != 0);
    order.extend(left.map(|(place, _)| place));
    order
}
