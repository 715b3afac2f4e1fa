use crate::{LINEAGE, head_with_parents, request};
use atlas_base::Digest;
use atlas_history::{Dag, Head, LineageId, Revision};
use atlas_testkit::history::{Note, graph};
use proptest::prelude::*;
use std::collections::BTreeSet;

/// A revision for each node; each node has its own content, so that no two are equal.
fn revisions(graph: &[BTreeSet<usize>]) -> Vec<Revision> {
    let mut revisions: Vec<Revision> = Vec::new();
    for (node, parents) in graph.iter().enumerate() {
        let parents: Vec<_> = parents
            .iter()
            .map(|&at| revisions[at].as_parent(LINEAGE))
            .collect();
        let head = head_with_parents(&Note::of("node", &node.to_string()), &parents);
        revisions.push(
            head.commit(LINEAGE, None, request("node"))
                .unwrap()
                .revision,
        );
    }
    revisions
}

/// The nodes from which `node` can be reached downward, as naively as it can be said: nodes point
/// to earlier ones only, so as many rounds as there are nodes find everything.
fn ancestors(graph: &[BTreeSet<usize>], node: usize) -> BTreeSet<usize> {
    let mut found = BTreeSet::from([node]);
    for _ in graph {
        found = found
            .iter()
            .flat_map(|&at| graph[at].clone())
            .chain(found.clone())
            .collect();
    }
    found
}

proptest! {
    #[test]
    fn k04_agrees_with_a_naive_model(graph in graph()) {
        let revisions = revisions(&graph);
        let dag = Dag::new(&revisions);
        let digests = |nodes: &BTreeSet<usize>| {
            nodes.iter().map(|&at| revisions[at].digest()).collect::<BTreeSet<_>>()
        };
        for a in 0..graph.len() {
            let above = ancestors(&graph, a);
            prop_assert_eq!(dag.ancestors(revisions[a].digest()), digests(&above));
            for b in 0..graph.len() {
                let (left, right) = (revisions[a].digest(), revisions[b].digest());
                prop_assert_eq!(dag.is_ancestor(right, left), above.contains(&b));
                let common: BTreeSet<usize> =
                    above.intersection(&ancestors(&graph, b)).copied().collect();
                let nearest = common
                    .iter()
                    .copied()
                    .filter(|node| {
                        !common.iter().any(|other| other != node && ancestors(&graph, *other).contains(node))
                    })
                    .collect();
                prop_assert_eq!(dag.nearest_common_ancestors(left, right), digests(&nearest));
            }
        }
    }

    #[test]
    fn k04_order_of_revisions_does_not_matter(graph in graph(), shift in any::<prop::sample::Index>()) {
        let revisions = revisions(&graph);
        let mut turned = revisions.clone();
        turned.rotate_left(shift.index(revisions.len()));
        prop_assert_eq!(Dag::new(&turned), Dag::new(&revisions));
    }
}

#[test]
fn k04_two_crossed_merges_have_two_nearest_ancestors() {
    // 0 and 1 are roots; 2 and 3 both merge them.
    let graph: Vec<BTreeSet<usize>> = vec![[].into(), [].into(), [0, 1].into(), [0, 1].into()];
    let revisions = revisions(&graph);
    let dag = Dag::new(&revisions);
    let [left, right, a, b] = [0, 1, 2, 3].map(|at| revisions[at].digest());
    assert_eq!(
        dag.nearest_common_ancestors(a, b),
        BTreeSet::from([left, right])
    );
    assert_eq!(
        dag.nearest_common_ancestors(a, left),
        BTreeSet::from([left])
    );
    assert_eq!(dag.nearest_common_ancestors(left, right), BTreeSet::new());
}

#[test]
fn k04_a_parent_in_another_lineage_is_an_ancestor() {
    let upstream = Head::new(Note::of("a", "1"))
        .commit(LINEAGE, None, request("one"))
        .unwrap();
    let parent = upstream.revision.as_parent(LINEAGE);
    let clone = head_with_parents(&Note::of("a", "2"), &[parent])
        .commit(LineageId::from_u128(8), None, request("two"))
        .unwrap();
    // Of the parent only its digest is known here.
    let dag = Dag::new(std::slice::from_ref(&clone.revision));
    assert!(dag.is_ancestor(upstream.revision.digest(), clone.revision.digest()));
    assert!(!dag.is_ancestor(clone.revision.digest(), upstream.revision.digest()));
    let nobody = Digest::of("nobody", b"");
    assert_eq!(dag.ancestors(nobody), BTreeSet::from([nobody]));
}
