//! Histories of several templates: clones, merges, bases of bases, restores and undos, all by the
//! code that versions MultiCloud Images.

use crate::now;
use atlas_base::{CanonicalError, Digest};
use atlas_history::{
    Author, CloneSource, ClonedState, CommitRequest, Content as _, Dag, Frozen, Head, KeepUndo,
    LineageId, Message, Parent, Revision, UndoBounds, UndoCause, UndoLog,
};
use atlas_mci::Side;
use atlas_template::{
    TemplateChoices, TemplateConflict, TemplateContent, TemplateEdit, TemplateMergeBase,
    TemplateMergeDraft, TemplateMergeError,
};
use atlas_testkit::template::{template_content, template_edit, template_touched};
use proptest::{collection::vec, prelude::*, sample::Index};
use std::{collections::BTreeMap, convert::Infallible};

#[derive(Debug, Clone)]
enum Step {
    Edit(Index, Vec<TemplateEdit>),
    Commit(Index),
    Clone(Index, Index),
    Merge(Index, Index, Index, bool),
    Restore(Index, Index),
}

fn step() -> impl Strategy<Value = Step> {
    let index = any::<Index>;
    prop_oneof![
        5 => (index(), vec(template_edit(), 1..4)).prop_map(|(at, edits)| Step::Edit(at, edits)),
        4 => index().prop_map(Step::Commit),
        1 => (index(), index()).prop_map(|(at, revision)| Step::Clone(at, revision)),
        5 => (index(), index(), index(), any::<bool>())
            .prop_map(|(into, from, revision, is_ours)| Step::Merge(into, from, revision, is_ours)),
        1 => (index(), index()).prop_map(|(at, revision)| Step::Restore(at, revision)),
    ]
}

struct Lineage {
    id: LineageId,
    head: Head<TemplateContent>,
    revisions: Vec<Revision>,
    undo: UndoLog,
}

struct World {
    lineages: Vec<Lineage>,
    all: Vec<Revision>,
    contents: BTreeMap<Digest, Frozen<TemplateContent>>,
}

/// How many histories are tried: 32, or as many as the variable says.
#[expect(
    clippy::disallowed_methods,
    reason = "the long mode is asked for from outside"
)]
fn histories() -> u32 {
    std::env::var("ATLAS_TEMPLATE_HISTORIES").map_or(32, |count| count.parse().unwrap())
}

fn dana() -> Author {
    Author::parse("dana").unwrap()
}

impl World {
    fn begin(&mut self, head: Head<TemplateContent>) {
        self.lineages.push(Lineage {
            id: LineageId::from_u128(100 + self.lineages.len() as u128),
            head,
            revisions: Vec::new(),
            undo: UndoLog::default(),
        });
    }

    fn commit(&mut self, at: usize) {
        let lineage = &mut self.lineages[at];
        let request = CommitRequest {
            author: dana(),
            message: Message::parse("a step").unwrap(),
            time: now(),
            released_at: None,
            seen: Some(lineage.head.generation()),
        };
        let commit = lineage
            .head
            .commit(lineage.id, lineage.revisions.last(), request);
        if let Ok(commit) = commit {
            lineage.head = commit.head;
            lineage.revisions.push(commit.revision.clone());
            self.contents
                .insert(commit.revision.digest(), commit.content);
            self.all.push(commit.revision);
        }
    }

    fn revision(&self, lineage: Index, revision: Index) -> Option<(LineageId, Revision)> {
        let lineage = &self.lineages[lineage.index(self.lineages.len())];
        let count = lineage.revisions.len();
        (count > 0).then(|| (lineage.id, lineage.revisions[revision.index(count)].clone()))
    }

    fn step(&mut self, step: &Step) {
        let count = self.lineages.len();
        match step {
            Step::Edit(at, edits) => {
                let lineage = &mut self.lineages[at.index(count)];
                let content = template_touched(lineage.head.content(), edits);
                lineage.head = lineage.head.edited(content);
            }
            Step::Commit(at) => self.commit(at.index(count)),
            Step::Clone(at, revision) => {
                let Some((id, revision)) = self.revision(*at, *revision) else {
                    return;
                };
                let content = &self.contents[&revision.digest()];
                let source = CloneSource {
                    lineage: id,
                    state: ClonedState::Revision(&revision, content),
                };
                let name = format!("clone {count}").parse().unwrap();
                let cloned = source.cloned(|it| Ok::<_, CanonicalError>(it.renamed(name)));
                self.begin(cloned.unwrap().head);
            }
            Step::Merge(into, from, revision, is_ours) => {
                if let Some((id, revision)) = self.revision(*from, *revision) {
                    let side = if *is_ours { Side::Ours } else { Side::Theirs };
                    self.merge(into.index(count), revision.as_parent(id), side);
                }
            }
            Step::Restore(at, revision) => {
                if let Some((_, revision)) = self.revision(*at, *revision) {
                    self.restore(at.index(count), &revision);
                }
            }
        }
    }

    fn merge(&mut self, into: usize, theirs: Parent, side: Side) {
        let dag = Dag::new(&self.all);
        let head = self.lineages[into].head.clone();
        let choice = dag.choose_base(head.parents(), theirs).unwrap();
        let mut load = |parent: &Parent| -> Result<TemplateMergeBase, Infallible> {
            Ok(TemplateMergeBase::of(
                self.contents[&parent.digest].content(),
            ))
        };
        let base = match &choice.plan {
            None => TemplateMergeBase::none(),
            Some(plan) => {
                let Ok(base) = plan.fold(&mut load, &mut TemplateMergeBase::merged);
                base
            }
        };
        let their = self.contents[&theirs.digest].content();
        let draft = TemplateMergeDraft::between(&base, head.content(), their);
        let turned = TemplateMergeDraft::between(&base, their, head.content());
        let conflicts: Vec<_> = turned
            .conflicts()
            .iter()
            .cloned()
            .map(TemplateConflict::turned)
            .collect();
        assert_eq!(draft.conflicts(), conflicts);
        if choice.is_contained {
            let merged = draft.settle(&TemplateChoices::default()).unwrap();
            assert_eq!(merged.digest(), head.content().digest());
            return;
        }
        let merged = match draft.settle(&TemplateChoices::all(side)) {
            Ok(merged) => merged,
            // A side that was emptied has no default to take: somebody must choose one.
            Err(error) => {
                assert_eq!(error, TemplateMergeError::Default { default: None });
                assert!(
                    [head.content(), their]
                        .iter()
                        .any(|it| it.links().len() == 0)
                );
                return;
            }
        };
        let text = serde_json::to_string(&merged).unwrap();
        assert_eq!(
            serde_json::from_str::<TemplateContent>(&text).unwrap(),
            merged
        );
        let head = head.merged(merged, theirs);
        assert!(
            dag.choose_base(head.parents(), theirs)
                .unwrap()
                .is_contained
        );
        self.lineages[into].head = head;
    }

    /// Restores an old revision, and brings back what it threw away.
    fn restore(&mut self, at: usize, revision: &Revision) {
        let Some(content) = self.contents.get(&revision.digest()) else {
            return;
        };
        let lineage = &mut self.lineages[at];
        let by = dana();
        let keep = |log| KeepUndo {
            log,
            bounds: UndoBounds::default(),
            last: lineage.revisions.last().map(Revision::number),
            by: &by,
            at: now(),
        };
        let before = lineage.head.clone();
        let log = lineage.undo.clone();
        let Ok(restored) = before.restored(revision.number(), content, &keep(&log)) else {
            return;
        };
        assert_eq!(restored.head.content(), content.content());
        let kept = &restored.kept;
        let back = keep(&kept.log).bring_back(&restored.head, kept.number, &kept.point);
        let back = back.unwrap();
        assert_eq!(back.head.content(), before.content());
        let cause = back.kept.log.points().last().map(|point| point.cause);
        assert!(matches!(cause, Some(UndoCause::Undo { .. })));
        lineage.head = restored.head;
        lineage.undo = restored.kept.log;
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(histories()))]

    #[test]
    fn t03_histories_of_templates_clone_merge_and_restore(first in template_content(), steps in vec(step(), 10..40)) {
        let mut world = World {
            lineages: Vec::new(),
            all: Vec::new(),
            contents: BTreeMap::new(),
        };
        world.begin(Head::new(first));
        world.commit(0);
        for step in &steps {
            world.step(step);
        }
        for revision in &world.all {
            prop_assert!(revision.verify().is_ok());
            prop_assert_eq!(world.contents[&revision.digest()].digest(), revision.content());
        }
    }
}
