//! In which order the states of a drawing stand.

use super::{Graph, GraphNode, NodeId, NodeKind};
use crate::{LineageId, RevisionNumber};
use atlas_base::Timestamp;
use core::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// What stands higher, of two states that may both come next: the lowest.
type Rank = (
    u8,
    Reverse<Option<Timestamp>>,
    Option<LineageId>,
    Reverse<u32>,
    NodeId,
);

/// The graph of some states, children before what they were made from: HEADs first, then the newest.
/// What has no words stands right below the last state that was made from it, so that it keeps no
/// lane.
pub(super) fn ordered(focus: LineageId, found: BTreeMap<NodeId, GraphNode>) -> Graph {
    let mut waiting: BTreeMap<NodeId, usize> = found.keys().map(|id| (*id, 0)).collect();
    for node in found.values() {
        for parent in parents(node) {
            waiting.entry(parent).and_modify(|count| *count += 1);
        }
    }
    let free = waiting.iter().filter(|(_, count)| **count == 0);
    let ranks = free.filter_map(|(id, _)| Some(rank(found.get(id)?)));
    let mut ready: BTreeSet<Rank> = ranks.collect();
    let mut order: Vec<NodeId> = Vec::with_capacity(found.len());
    while let Some((.., id)) = ready.pop_first() {
        order.push(id);
        waiting.remove(&id);
        for parent in found.get(&id).map(parents).unwrap_or_default() {
            let Some(count) = waiting.get_mut(&parent) else {
                continue;
            };
            *count -= 1;
            if *count == 0 {
                ready.extend(found.get(&parent).map(rank));
            }
        }
    }
    // What is left hangs on a cycle, which damage alone can make.
    order.extend(waiting.into_keys());
    placed(focus, &order, found)
}

fn placed(focus: LineageId, order: &[NodeId], mut found: BTreeMap<NodeId, GraphNode>) -> Graph {
    let places: BTreeMap<NodeId, usize> = order.iter().copied().zip(0..).collect();
    let nodes: Vec<_> = order.iter().filter_map(|id| found.remove(id)).collect();
    let below = |(place, node): (usize, &GraphNode)| {
        let parents = parents(node);
        let places = parents.iter().filter_map(|id| places.get(id).copied());
        places.filter(|parent| *parent > place).collect()
    };
    let parents = nodes.iter().enumerate().map(below).collect();
    let top = nodes.iter().position(|node| node.lineage == Some(focus));
    Graph {
        nodes,
        parents,
        top,
    }
}

/// What a state was made from, each once.
fn parents(node: &GraphNode) -> Vec<NodeId> {
    let mut parents = Vec::with_capacity(node.parents.len());
    for digest in &node.parents {
        let id = NodeId::Revision(*digest);
        if !parents.contains(&id) {
            parents.push(id);
        }
    }
    parents
}

fn rank(node: &GraphNode) -> Rank {
    let group = match node.kind {
        NodeKind::Unseen | NodeKind::Older => 0,
        NodeKind::Head => 1,
        NodeKind::Revision => 2,
    };
    let number = node.number.map_or(0, RevisionNumber::get);
    (
        group,
        Reverse(node.time),
        node.lineage,
        Reverse(number),
        node.id,
    )
}
