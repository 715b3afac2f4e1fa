use crate::{LINEAGE, head_with_parents, request};
use atlas_history::{
    BaseChoice, BasePlan, Dag, Head, LineageId, MissingRevisions, Parent, Revision, RevisionRef,
    UnknownBase,
};
use atlas_testkit::history::{Note, graph};
use proptest::prelude::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    convert::Infallible,
};

/// A revision for each node of a graph, and its name; node N is the first revision of lineage N.
fn revisions(graph: &[BTreeSet<usize>]) -> (Vec<Revision>, Vec<Parent>) {
    let mut revisions: Vec<Revision> = Vec::new();
    let mut named: Vec<Parent> = Vec::new();
    for (node, parents) in graph.iter().enumerate() {
        let parents: Vec<_> = parents.iter().map(|&at| named[at]).collect();
        let lineage = LineageId::from_u128(node as u128);
        let head = head_with_parents(&Note::of("node", &node.to_string()), &parents);
        let revision = head
            .commit(lineage, None, request("node"))
            .unwrap()
            .revision;
        named.push(revision.as_parent(lineage));
        revisions.push(revision);
    }
    (revisions, named)
}

/// The answer of a graph that is loaded piece by piece, and how many revisions that took.
fn loaded_lazily(all: &[Revision], ours: &[Parent], theirs: Parent) -> (BaseChoice, usize) {
    let store: BTreeMap<_, _> = all
        .iter()
        .map(|revision| (revision.digest(), revision))
        .collect();
    let mut loaded: BTreeMap<_, &Revision> = BTreeMap::new();
    loop {
        match Dag::new(loaded.values().copied()).choose_base(ours, theirs) {
            Ok(choice) => return (choice, loaded.len()),
            Err(MissingRevisions { revisions }) => {
                for parent in revisions {
                    let fresh = loaded.insert(parent.digest, store[&parent.digest]);
                    assert!(fresh.is_none(), "{} was asked for twice", parent.revision);
                }
            }
        }
    }
}

fn bases(choice: &BaseChoice) -> BTreeSet<usize> {
    let numbers = choice
        .ancestors
        .iter()
        .map(|base| node(base.revision.revision));
    numbers.collect()
}

/// The node that a revision stands for.
fn node(revision: RevisionRef) -> usize {
    revision.lineage.as_u128().try_into().unwrap()
}

#[test]
fn g03_without_what_would_tell_there_is_no_base() {
    // 0 ← 1 ← 2 and 0 ← 3 on the other side.
    let graph = [vec![], vec![0], vec![1], vec![0]].map(BTreeSet::from_iter);
    let (all, named) = revisions(&graph);
    let dag = Dag::new(&all);
    let unseen = dag.without_base(&[named[2]], named[3], UnknownBase::Unseen);
    assert_eq!((unseen.is_contained, unseen.plan.is_none()), (false, true));
    assert!(unseen.ancestors.is_empty());
    insta::assert_snapshot!(say(&unseen), @"you do not see all of the history of HEAD and web-3@1, so that no base is known: each field in which they differ is a conflict");
    let far = dag.without_base(&[named[2]], named[3], UnknownBase::TooFar);
    insta::assert_snapshot!(say(&far), @"too many revisions lie between HEAD and web-3@1, so that no base is known: each field in which they differ is a conflict");
    // What is part of HEAD stays so.
    assert!(
        dag.without_base(&[named[2]], named[1], UnknownBase::Unseen)
            .is_contained
    );
}

fn say(choice: &BaseChoice) -> String {
    choice.explain(|revision| format!("web-{}@{}", node(revision), revision.number))
}

proptest! {
    #[test]
    fn g03_the_base_is_what_the_graph_says(graph in graph(), at in any::<[prop::sample::Index; 3]>()) {
        let (all, named) = revisions(&graph);
        let [a, b, theirs] = at.map(|at| at.index(named.len()));
        let dag = Dag::new(&all);
        // Of one parent: the nearest common ancestors.
        let one = dag.choose_base(&[named[a]], named[theirs]).unwrap();
        let found: BTreeSet<_> = one.ancestors.iter().map(|base| base.revision.digest).collect();
        prop_assert_eq!(&found, &dag.nearest_common_ancestors(named[a].digest, named[theirs].digest));
        prop_assert_eq!(one.is_contained, dag.is_ancestor(named[theirs].digest, named[a].digest));
        prop_assert_eq!(one.plan.is_none(), found.is_empty());
        let planned: BTreeSet<_> = one
            .plan
            .iter()
            .flat_map(|plan| [plan.first].into_iter().chain(plan.merged.iter().map(|step| step.revision)))
            .map(|revision| revision.digest)
            .collect();
        prop_assert_eq!(&planned, &found);
        // The plan does not depend on whose side is whose.
        let turned = dag.choose_base(&[named[theirs]], named[a]).unwrap();
        prop_assert_eq!(&turned.plan, &one.plan);
        // Of several: as if a revision had them for parents.
        let ours = [named[a], named[b]];
        let several = dag.choose_base(&ours, named[theirs]).unwrap();
        let merge = head_with_parents(&Note::of("merge", "of both"), &ours);
        let merge = merge.commit(LINEAGE, None, request("merge")).unwrap().revision;
        let with_merge = Dag::new(all.iter().chain([&merge]));
        let found: BTreeSet<_> = several.ancestors.iter().map(|base| base.revision.digest).collect();
        prop_assert_eq!(
            found,
            with_merge.nearest_common_ancestors(merge.digest(), named[theirs].digest)
        );
    }

    #[test]
    fn g03_a_graph_that_is_loaded_piece_by_piece_answers_alike(
        graph in graph(),
        at in any::<[prop::sample::Index; 3]>(),
    ) {
        let (all, named) = revisions(&graph);
        let [a, b, theirs] = at.map(|at| at.index(named.len()));
        let ours = [named[a], named[b]];
        let whole = Dag::new(&all).choose_base(&ours, named[theirs]).unwrap();
        let (choice, _) = loaded_lazily(&all, &ours, named[theirs]);
        prop_assert_eq!(bases(&choice), bases(&whole));
        // Where several are merged first, how they are is the same too.
        prop_assert_eq!(choice.plan, whole.plan);
        prop_assert_eq!(choice.is_contained, whole.is_contained);
    }
}

/// A chain of `old` revisions, then two chains of `fresh` each that were made from its end.
fn fork(old: usize, fresh: usize) -> Vec<BTreeSet<usize>> {
    let mut graph: Vec<BTreeSet<usize>> = vec![BTreeSet::new()];
    graph.extend((1..old).map(|node| [node - 1].into()));
    for _ in 0..2 {
        graph.push([old - 1].into());
        for _ in 1..fresh {
            graph.push([graph.len() - 1].into());
        }
    }
    graph
}

#[test]
fn g03_what_is_older_than_the_base_is_not_asked_for() {
    let (all, named) = revisions(&fork(50, 5));
    let (choice, loaded) = loaded_lazily(&all, &[named[54]], named[59]);
    assert_eq!(bases(&choice), [49].into());
    assert_eq!(loaded, 10);
    assert_eq!(
        say(&choice),
        "the base is web-49@1, from which web-50@1 and web-55@1 were made"
    );
}

#[test]
fn g03_a_common_ancestor_that_another_was_made_from_is_found_before_it_is_chosen() {
    // 2 was made from 0 by way of 1, and both sides name both: only 2 is the base.
    let graph = [
        [].into(),
        [0].into(),
        [1].into(),
        [0, 2].into(),
        [0, 2].into(),
    ];
    let (all, named) = revisions(&graph);
    let (choice, loaded) = loaded_lazily(&all, &[named[3]], named[4]);
    assert_eq!(bases(&choice), [2].into());
    assert_eq!(loaded, 5);
}

/// Two lineages that merge one another again and again, from one root: `levels` criss-crosses.
fn criss_cross(levels: usize) -> Vec<BTreeSet<usize>> {
    let mut graph: Vec<BTreeSet<usize>> = vec![[].into(), [0].into(), [0].into()];
    for level in 0..levels {
        let below = [2 * level + 1, 2 * level + 2];
        graph.extend([below.into(), below.into()]);
    }
    graph
}

#[test]
fn g03_several_bases_are_merged_first_from_their_own_base() {
    let (all, named) = revisions(&criss_cross(2));
    let (choice, loaded) = loaded_lazily(&all, &[named[5]], named[6]);
    assert_eq!(bases(&choice), [3, 4].into());
    // The root is not needed as long as it is the only one left.
    assert_eq!(loaded, 6);
    let plan = choice.plan.as_ref().unwrap();
    let order = plan.fold(
        &mut |parent| Ok::<_, Infallible>(node(parent.revision).to_string()),
        &mut |base: Option<&String>, left: &String, right: &String| {
            format!("({left} {right} / {})", base.unwrap())
        },
    );
    let order = order.unwrap();
    // By digest, so in either order.
    let inner = ["(1 2 / 0)", "(2 1 / 0)"];
    let all = inner
        .iter()
        .flat_map(|inner| [format!("(3 4 / {inner})"), format!("(4 3 / {inner})")]);
    assert!(all.clone().any(|one| one == order), "{order}");
    assert_eq!(plan.revisions().len(), 5);
    let words = say(&choice);
    assert!(
        words.starts_with("the base is a merge of the 2 nearest common ancestors: web-"),
        "{words}"
    );
}

#[test]
fn g03_bases_of_bases_end_somewhere() {
    let (all, named) = revisions(&criss_cross(200));
    let choice = Dag::new(&all)
        .choose_base(&[named[401]], named[402])
        .unwrap();
    let merges = choice.plan.as_ref().unwrap().fold(
        &mut |_| Ok::<_, Infallible>((0, false)),
        &mut |base: Option<&(usize, bool)>, left: &(usize, bool), right: &(usize, bool)| {
            let (below, is_cut) = base.copied().unwrap_or((0, true));
            (1 + below + left.0 + right.0, is_cut)
        },
    );
    // The last of them has no base, and is not counted.
    assert_eq!(merges, Ok((BasePlan::MAX_MERGES + 1, true)));
}

#[test]
fn g03_words_say_what_was_chosen() {
    // 0 and 1 are strangers; 2 was made from 0; 3 merged 1 into 2.
    let graph = [[].into(), [].into(), [0].into(), [1, 2].into()];
    let (all, named) = revisions(&graph);
    let dag = Dag::new(&all);
    let choose = |ours: &[Parent], theirs: usize| {
        let choice = dag.choose_base(ours, named[theirs]).unwrap();
        format!("{}\n", say(&choice))
    };
    let words = [
        choose(&[named[0]], 2),
        choose(&[named[2]], 0),
        choose(&[named[3]], 1),
        choose(&[named[2]], 1),
        choose(&[], 1),
    ];
    insta::assert_snapshot!(words.concat());
}

#[test]
fn g03_a_choice_is_data() {
    let (all, named) = revisions(&criss_cross(1));
    let choice = Dag::new(&all).choose_base(&[named[3]], named[4]).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&choice).unwrap());
}

#[test]
fn g03_what_is_missing_is_named() {
    let (_, named) = revisions(&criss_cross(1));
    let error = Dag::default()
        .choose_base(&[named[3]], named[4])
        .unwrap_err();
    assert_eq!(error.revisions.len(), 2);
    let named: BTreeSet<_> = error
        .revisions
        .iter()
        .map(|parent| node(parent.revision))
        .collect();
    assert_eq!(named, [3, 4].into());
    let one = MissingRevisions {
        revisions: error.revisions[..1].to_vec(),
    };
    let name = one.revisions[0].revision;
    assert_eq!(
        one.to_string(),
        format!("the parents of {name} must be known to find a base: load them")
    );
}

#[test]
fn g03_a_revision_that_nobody_named_meets_itself() {
    let alone = Head::new(Note::of("a", "1")).commit(LINEAGE, None, request("one"));
    let alone = alone.unwrap().revision.as_parent(LINEAGE);
    let choice = Dag::default().choose_base(&[alone], alone).unwrap();
    assert!(choice.is_contained);
    assert_eq!(choice.ancestors[0].revision, alone);
}
