//! What is reached by uses.

use super::{Xref, XrefEdge, XrefNode};
use crate::LinkedState;
use atlas_history::LineageId;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// A user of something, directly or through others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct XrefRow {
    /// What uses.
    pub user: XrefNode,
    /// What people call it.
    pub name: String,
    /// How many uses lie between: 1 for a direct one.
    pub steps: usize,
    /// What it uses on the shortest way: the thing itself where `steps` is 1.
    pub through: String,
}

/// In which direction uses are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "an edge has two ends")]
pub enum XrefWay {
    /// Who uses it.
    Users,
    /// What it uses.
    Used,
}

impl XrefWay {
    fn ends(self, edge: &XrefEdge) -> (&XrefNode, &XrefNode) {
        match self {
            Self::Users => (&edge.used, &edge.user),
            Self::Used => (&edge.user, &edge.used),
        }
    }
}

/// What is reached from somewhere.
struct Step<'a> {
    node: &'a XrefNode,
    steps: usize,
    through: &'a XrefNode,
}

impl Xref {
    /// What stands next to something, in one direction.
    pub fn next(&self, of: &XrefNode, way: XrefWay) -> Vec<&XrefNode> {
        let ends = self.edges.iter().map(|edge| way.ends(edge));
        ends.filter(|(from, _)| *from == of)
            .map(|(_, to)| to)
            .collect()
    }

    /// All that uses something, or that it uses, directly or through others: the nearest first,
    /// then in order.
    pub fn rows(&self, of: &XrefNode, way: XrefWay) -> Vec<XrefRow> {
        let mut steps = Vec::new();
        reach(&self.all_next(way), of, &mut BTreeSet::from([of]), |step| {
            steps.push(step);
        });
        steps.sort_by_key(|step| (step.steps, step.node));
        let row = |step: Step<'_>| XrefRow {
            user: step.node.clone(),
            name: self.label(step.node),
            steps: step.steps,
            through: self.label(step.through),
        };
        steps.into_iter().map(row).collect()
    }

    /// The roots, all that uses them, and all that they use.
    pub(super) fn around<'a>(&'a self, roots: &'a [XrefNode]) -> BTreeSet<&'a XrefNode> {
        let mut all: BTreeSet<&XrefNode> = roots.iter().collect();
        for way in [XrefWay::Users, XrefWay::Used] {
            let next = self.all_next(way);
            let mut seen = roots.iter().collect();
            for root in roots {
                reach(&next, root, &mut seen, |_| {});
            }
            all.extend(seen);
        }
        all
    }

    /// The revisions and HEADs of a lineage that are in it.
    pub fn states(&self, lineage: LineageId) -> BTreeSet<LinkedState> {
        let of = |node: &XrefNode| match node {
            XrefNode::Mci { lineage: at, state } | XrefNode::Template { lineage: at, state } => {
                (*at == lineage).then_some(*state)
            }
            _ => None,
        };
        self.nodes.iter().filter_map(of).collect()
    }

    fn all_next(&self, way: XrefWay) -> BTreeMap<&XrefNode, Vec<&XrefNode>> {
        let mut next: BTreeMap<_, Vec<_>> = BTreeMap::new();
        for (from, to) in self.edges.iter().map(|edge| way.ends(edge)) {
            next.entry(from).or_default().push(to);
        }
        next
    }
}

/// Takes all that is reached from somewhere and not seen yet, the nearest first.
fn reach<'a>(
    next: &BTreeMap<&'a XrefNode, Vec<&'a XrefNode>>,
    of: &'a XrefNode,
    seen: &mut BTreeSet<&'a XrefNode>,
    mut take: impl FnMut(Step<'a>),
) {
    let mut waiting = VecDeque::from([(of, 1)]);
    while let Some((through, steps)) = waiting.pop_front() {
        for node in next.get(through).into_iter().flatten().copied() {
            if seen.insert(node) {
                waiting.push_back((node, steps + 1));
                take(Step {
                    node,
                    steps,
                    through,
                });
            }
        }
    }
}
