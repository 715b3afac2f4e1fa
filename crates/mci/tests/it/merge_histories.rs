//! Histories of several lineages: clones of clones, merges of merges, bases of bases.

use crate::merge::{digest, fits};
use atlas_base::{Digest, Timestamp};
use atlas_history::{
    Author, BaseChoice, CommitError, CommitRequest, Dag, Head, LineageId, Message, Parent, Revision,
};
use atlas_mci::{Choices, Conflict, Content, MergeBase, MergeDraft, MergeError, Side};
use atlas_testkit::merge::{Step, large_content, steps, touched};
use proptest::{prelude::*, sample::Index};
use std::{collections::BTreeMap, convert::Infallible, sync::Arc};

/// How many settings the contents have.
const SETTINGS: usize = 200;

/// How many histories are tried: 8, or as many as the variable says.
#[expect(
    clippy::disallowed_methods,
    reason = "the long mode is asked for from outside"
)]
fn histories() -> u32 {
    std::env::var("ATLAS_MERGE_HISTORIES").map_or(8, |count| count.parse().unwrap())
}

struct Lineage {
    id: LineageId,
    head: Head<Content>,
    revisions: Vec<Revision>,
}

/// Everything there is.
struct World {
    lineages: Vec<Lineage>,
    all: Vec<Revision>,
    contents: BTreeMap<Digest, Arc<Content>>,
    merges: usize,
}

impl World {
    fn new() -> Self {
        let content = large_content("web v1".parse().unwrap(), SETTINGS);
        let mut world = Self {
            lineages: Vec::new(),
            all: Vec::new(),
            contents: BTreeMap::new(),
            merges: 0,
        };
        world.begin(Head::new(content));
        world.commit(0);
        world
    }

    fn begin(&mut self, head: Head<Content>) {
        self.lineages.push(Lineage {
            id: LineageId::from_u128(self.lineages.len() as u128 + 1),
            head,
            revisions: Vec::new(),
        });
    }

    fn commit(&mut self, at: usize) {
        let lineage = &mut self.lineages[at];
        let request = CommitRequest {
            author: Author::parse("dana").unwrap(),
            message: Message::parse("a step").unwrap(),
            time: Timestamp::parse("2026-07-21T14:07:12Z").unwrap(),
            released_at: None,
            seen: None,
        };
        match lineage
            .head
            .commit(lineage.id, lineage.revisions.last(), request)
        {
            Ok(commit) => {
                // A committed merge names both parents.
                assert_eq!(commit.revision.parents(), lineage.head.parents());
                lineage.head = commit.head;
                lineage.revisions.push(commit.revision.clone());
                self.contents
                    .insert(commit.revision.digest(), commit.content.shared());
                self.all.push(commit.revision);
            }
            Err(CommitError::NothingToCommit { .. }) => assert!(!lineage.head.merge_pending()),
            Err(other) => assert_eq!(other.to_string(), ""),
        }
    }

    /// A revision of a lineage, by indices.
    fn revision(&self, lineage: Index, revision: Index) -> Option<Parent> {
        let lineage = &self.lineages[lineage.index(self.lineages.len())];
        let at = lineage.revisions.len().checked_sub(1)?;
        let revision = &lineage.revisions[at - revision.index(at + 1).min(at)];
        Some(revision.as_parent(lineage.id))
    }

    fn base(&self, choice: &BaseChoice) -> MergeBase {
        let Some(plan) = &choice.plan else {
            return MergeBase::none();
        };
        let mut load = |parent: &Parent| -> Result<MergeBase, Infallible> {
            Ok(MergeBase::of(Arc::clone(&self.contents[&parent.digest])))
        };
        let Ok(base) = plan.fold(&mut load, &mut MergeBase::merged);
        base
    }

    fn merge(&mut self, into: usize, theirs: Parent, side: Side) {
        let dag = Dag::new(&self.all);
        let head = self.lineages[into].head.clone();
        let choice = dag.choose_base(head.parents(), theirs).unwrap();
        let base = self.base(&choice);
        let (ours, their) = (head.content(), Arc::clone(&self.contents[&theirs.digest]));
        let draft = MergeDraft::between(&base, ours, &their, &fits);
        if choice.is_contained {
            // What was merged before has nothing to say.
            let merged = draft.settle(&Choices::default()).unwrap();
            assert_eq!(digest(&merged), digest(ours));
            return;
        }
        // Whichever side looks, the base and the conflicts are the same.
        let turned = MergeDraft::between(&base, &their, ours, &fits);
        let conflicts: Vec<_> = turned
            .conflicts()
            .iter()
            .cloned()
            .map(Conflict::turned)
            .collect();
        assert_eq!(draft.conflicts(), conflicts);
        let merged = match draft.settle(&Choices::all(side)) {
            Ok(merged) => merged,
            Err(MergeError::Edit(_)) => return,
            Err(other) => return assert_eq!(other.to_string(), ""),
        };
        if head.parents().len() == 1 && choice.ancestors[..].iter().any(|it| it.ours.is_none()) {
            // HEAD stands on the base: with nothing edited since, it becomes their revision.
            let last = &self.contents[&head.parents()[0].digest];
            if **last == *ours {
                assert_eq!(digest(&merged), digest(&their));
            }
        }
        self.merges += 1;
        let merged = head.merged(merged, theirs);
        let again = dag.choose_base(merged.parents(), theirs).unwrap();
        assert!(again.is_contained);
        self.lineages[into].head = merged;
    }

    fn step(&mut self, step: &Step) {
        let count = self.lineages.len();
        match step {
            Step::Edit(at, touches) => {
                let lineage = &mut self.lineages[at.index(count)];
                let content = touched(lineage.head.content(), touches);
                lineage.head = lineage.head.edited(content);
            }
            Step::Commit(at) => self.commit(at.index(count)),
            Step::Clone(from, revision) => {
                if let Some(parent) = self.revision(*from, *revision) {
                    let content = (*self.contents[&parent.digest]).clone();
                    self.begin(Head::cloned(content, vec![parent]));
                }
            }
            Step::Merge {
                into,
                from,
                revision,
                is_ours,
            } => {
                if let Some(theirs) = self.revision(*from, *revision) {
                    let side = if *is_ours { Side::Ours } else { Side::Theirs };
                    self.merge(into.index(count), theirs, side);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { max_shrink_iters: 64, ..ProptestConfig::with_cases(histories()) })]

    #[test]
    fn g03_merges_of_merges_keep_the_laws(steps in steps(SETTINGS)) {
        let mut world = World::new();
        for step in &steps {
            world.step(step);
        }
        for revision in &world.all {
            prop_assert!(revision.verify().is_ok());
            prop_assert_eq!(revision.content(), digest(&world.contents[&revision.digest()]));
        }
        // Whatever was merged is an ancestor.
        let dag = Dag::new(&world.all);
        for revision in &world.all {
            for parent in revision.parents() {
                prop_assert!(dag.is_ancestor(parent.digest, revision.digest()));
            }
        }
    }
}

#[test]
fn g03_a_clone_follows_its_upstream_release_by_release() {
    let mut world = World::new();
    let upstream = |world: &World| {
        let lineage = &world.lineages[0];
        lineage.revisions.last().unwrap().as_parent(lineage.id)
    };
    let origin = upstream(&world);
    let content = (*world.contents[&origin.digest]).clone();
    world.begin(Head::cloned(content, vec![origin]));
    for round in 0..3 {
        let tag =
            |side: &str| atlas_mci::HeadEdit::AddTag(format!("{side}{round}").parse().unwrap());
        for (at, side) in [(0, "upstream"), (1, "downstream")] {
            let head = &world.lineages[at].head;
            let content = head.content().edited([tag(side)]).unwrap();
            world.lineages[at].head = head.edited(content);
            world.commit(at);
        }
        let theirs = upstream(&world);
        let choice = Dag::new(&world.all)
            .choose_base(world.lineages[1].head.parents(), theirs)
            .unwrap();
        // The first base is the origin, the later ones are what was merged last.
        assert_eq!(choice.ancestors.len(), 1);
        assert_eq!(
            choice.ancestors[0].revision.revision.lineage,
            world.lineages[0].id
        );
        assert_eq!(
            choice.ancestors[0].revision.revision.number.get(),
            round + 1
        );
        world.merge(1, theirs, Side::Ours);
        world.commit(1);
    }
    assert_eq!(world.merges, 3);
    assert_eq!(world.lineages[1].head.content().tags().len(), 6);
}
