use crate::{LINEAGE, request};
use atlas_history::{
    Author, BringBackError, Content as _, Head, KeepUndo, KeptUndo, LineageId, Parent, Revision,
    RevisionNumber, RevisionRef, UndoBounds, UndoCause, UndoLog, UndoPoint,
};
use atlas_testkit::history::{Note, note};
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

const OTHER: LineageId = LineageId::from_u128(8);
const RESTORE: UndoCause = UndoCause::Restore {
    revision: RevisionNumber::FIRST,
};

fn dana() -> Author {
    Author::parse("dana").unwrap()
}

fn keep<'a>(log: &'a UndoLog, by: &'a Author, last: u32) -> KeepUndo<'a> {
    KeepUndo {
        log,
        bounds: UndoBounds::default(),
        last: RevisionNumber::new(last),
        by,
        at: request("now").time,
    }
}

/// A HEAD after its first revision.
fn committed() -> (Head<Note>, Revision) {
    let commit = Head::new(Note::of("a", "1"))
        .commit(LINEAGE, None, request("one"))
        .unwrap();
    (commit.head, commit.revision)
}

fn theirs() -> Parent {
    let commit = Head::new(Note::of("b", "1"))
        .commit(OTHER, None, request("theirs"))
        .unwrap();
    commit.revision.as_parent(OTHER)
}

#[test]
fn m17_what_was_thrown_away_comes_back() {
    let ((head, revision), dana) = (committed(), dana());
    let log = UndoLog::default();
    let worked = head.edited(Note::of("a", "work"));
    let cause = UndoCause::Merge {
        theirs: RevisionRef {
            lineage: OTHER,
            number: RevisionNumber::FIRST,
        },
    };
    let kept = keep(&log, &dana, 1).keep(&worked, cause).unwrap();
    assert_eq!((kept.number, kept.dropped.len()), (1, 0));
    let merged = worked.merged(Note::of("a", "merged"), theirs());
    let back = keep(&kept.log, &dana, 1)
        .bring_back(&merged, 1, &kept.point)
        .unwrap();
    assert_eq!(back.head.content(), worked.content());
    assert_eq!(back.head.parents(), [revision.as_parent(LINEAGE)]);
    assert_eq!(back.head.generation().get(), merged.generation().get() + 1);
    // The merge was kept in its turn, with the parent that waits.
    assert_eq!((back.kept.number, &back.kept.dropped[..]), (2, &[1][..]));
    assert_eq!(
        back.kept.log.points()[0].cause,
        UndoCause::Undo { number: 1 }
    );
    let again = keep(&back.kept.log, &dana, 1)
        .bring_back(&back.head, 2, &back.kept.point)
        .unwrap();
    assert_eq!(again.head.content(), merged.content());
    assert_eq!(again.head.parents(), merged.parents());
    insta::assert_snapshot!(serde_json::to_string_pretty(&kept.log).unwrap());
}

#[test]
fn m17_work_survives_a_commit() {
    let ((head, revision), dana) = (committed(), dana());
    let waiting = head.merged(Note::of("a", "merged"), theirs());
    let log = UndoLog::default();
    let kept = keep(&log, &dana, 1).keep(&waiting, RESTORE).unwrap();
    let restored = head.edited(Note::of("a", "restored"));
    let second = restored
        .commit(LINEAGE, Some(&revision), request("two"))
        .unwrap();
    let back = keep(&kept.log, &dana, 2)
        .bring_back(&second.head, 1, &kept.point)
        .unwrap();
    assert_eq!(back.head.content(), waiting.content());
    // It stands on the new revision, with the merge that waited.
    assert_eq!(
        back.head.parents(),
        [second.revision.as_parent(LINEAGE), theirs()]
    );
    assert_eq!(
        back.head.generation().get(),
        second.head.generation().get() + 1
    );
    assert!(
        back.head
            .commit(LINEAGE, Some(&second.revision), request("three"))
            .is_ok()
    );
}

/// Points of 1 MB each.
fn many(bounds: UndoBounds, count: usize) -> (UndoLog, Vec<u64>) {
    let dana = dana();
    let (mut log, mut dropped) = (UndoLog::default(), Vec::new());
    for number in 0..count {
        let head = Head::new(Note::of(&number.to_string(), &"x".repeat(1_000_000)));
        let kept = KeepUndo {
            bounds,
            ..keep(&log, &dana, 1)
        }
        .keep(&head, RESTORE)
        .unwrap();
        dropped.extend(kept.dropped);
        log = kept.log;
    }
    (log, dropped)
}

fn numbers(log: &UndoLog) -> Vec<u64> {
    log.points().iter().map(|point| point.number).collect()
}

#[test]
fn m17_points_are_bounded_in_number_and_bytes() {
    let bounds = |points, bytes| UndoBounds { points, bytes };
    let (log, dropped) = many(bounds(3, u64::MAX), 5);
    assert_eq!((numbers(&log), dropped), (vec![3, 4, 5], vec![1, 2]));
    let (log, dropped) = many(bounds(100, 2_500_000), 5);
    assert_eq!((numbers(&log), dropped), (vec![4, 5], vec![1, 2, 3]));
    // The newest is kept whatever the bounds say.
    let (log, dropped) = many(bounds(0, 0), 3);
    assert_eq!((numbers(&log), dropped), (vec![3], vec![1, 2]));
    assert_eq!(UndoBounds::default(), bounds(16, 16 * 1024 * 1024));
    // Numbers are never used again.
    let dana = dana();
    let (head, _) = committed();
    let next = keep(&log, &dana, 1).keep(&head, RESTORE).unwrap();
    assert_eq!(next.number, 4);
}

#[test]
fn m17_says_what_cannot_be_brought_back() {
    let ((head, _), dana) = (committed(), dana());
    let log = UndoLog::default();
    let none = log.choose(None).unwrap_err();
    assert_eq!(
        none,
        BringBackError::NoPoint {
            asked: None,
            kept: Vec::new()
        }
    );
    let one = keep(&log, &dana, 1).keep(&head, RESTORE).unwrap();
    let two = keep(&one.log, &dana, 1)
        .keep(&head.edited(Note::of("a", "2")), RESTORE)
        .unwrap();
    assert_eq!(two.log.choose(None).unwrap().number, 2);
    assert_eq!(two.log.choose(Some(1)).unwrap().number, 1);
    let gone = two.log.choose(Some(7)).unwrap_err();
    assert_eq!(
        gone,
        BringBackError::NoPoint {
            asked: Some(7),
            kept: vec![1, 2]
        }
    );
    let ask = keep(&two.log, &dana, 1);
    let same = ask.bring_back(&head, 1, &one.point).unwrap_err();
    assert_eq!(same, BringBackError::Same { number: 1 });
    // A point under the number of another.
    let damaged = ask.bring_back(&head, 1, &two.point).unwrap_err();
    assert_eq!(
        damaged,
        BringBackError::Damaged {
            number: 1,
            expected: Note::of("a", "1").digest().unwrap(),
            found: Note::of("a", "2").digest().unwrap(),
        }
    );
    assert_eq!(ask.bring_back(&head, 7, &two.point), Err(gone.clone()));
    insta::assert_snapshot!(format!("{none}\n{gone}\n{same}\n{damaged}"));
}

/// What a lineage is put through.
#[derive(Debug, Clone)]
enum Step {
    Edit(Note),
    Replace(Note),
    Merge(Note),
    Commit,
    Undo(usize),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        note().prop_map(Step::Edit),
        note().prop_map(Step::Replace),
        note().prop_map(Step::Merge),
        Just(Step::Commit),
        (0_usize..4).prop_map(Step::Undo),
    ]
}

proptest! {
    #[test]
    fn m17_nothing_that_was_replaced_is_lost_within_the_bounds(steps in vec(step(), 1..24)) {
        let dana = dana();
        let bounds = UndoBounds { points: 4, bytes: 200 };
        let (mut head, mut last) = committed();
        let (mut log, mut points) = (UndoLog::default(), BTreeMap::<u64, UndoPoint<Note>>::new());
        for step in steps {
            let ask = KeepUndo { bounds, ..keep(&log, &dana, last.number().get()) };
            let before = head.clone();
            let mut kept: Option<KeptUndo<Note>> = None;
            match step {
                Step::Edit(note) => head = head.edited(note),
                Step::Replace(note) => {
                    kept = Some(ask.keep(&head, RESTORE).unwrap());
                    head = head.edited(note);
                }
                Step::Merge(note) => {
                    kept = Some(ask.keep(&head, RESTORE).unwrap());
                    head = head.merged(note, theirs());
                }
                Step::Commit => {
                    if let Ok(commit) = head.commit(LINEAGE, Some(&last), request("again")) {
                        (head, last) = (commit.head, commit.revision);
                    }
                }
                Step::Undo(back) => {
                    let Some(entry) = log.points().iter().rev().nth(back) else { continue };
                    let point = &points[&entry.number];
                    match ask.bring_back(&head, entry.number, point) {
                        Ok(done) => {
                            prop_assert_eq!(done.head.content(), point.content());
                            prop_assert_eq!(done.head.parents().first(), head.parents().first());
                            head = done.head;
                            kept = Some(done.kept);
                        }
                        Err(error) => {
                            prop_assert_eq!(error, BringBackError::Same { number: entry.number });
                        }
                    }
                }
            }
            if let Some(kept) = kept {
                prop_assert_eq!(kept.point.content(), before.content());
                prop_assert_eq!(kept.point.parents(), before.parents());
                for number in &kept.dropped {
                    prop_assert!(points.remove(number).is_some());
                }
                points.insert(kept.number, kept.point);
                log = kept.log;
            }
            let known: Vec<_> = points.keys().copied().collect();
            prop_assert_eq!(numbers(&log), known);
            prop_assert!(log.points().len() <= 4);
            let bytes: u64 = log.points().iter().map(|point| point.bytes).sum();
            prop_assert!(bytes <= 200 || log.points().len() == 1);
            let stored = serde_json::to_string(&log).unwrap();
            prop_assert_eq!(&serde_json::from_str::<UndoLog>(&stored).unwrap(), &log);
        }
    }
}
