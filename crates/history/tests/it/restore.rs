use crate::{LINEAGE, request};
use atlas_history::{
    Author, Commit, Head, KeepUndo, LineageId, RestoreError, RevisionNumber, UndoBounds, UndoCause,
    UndoLog,
};
use atlas_testkit::history::Note;

/// Two revisions of a lineage.
fn two() -> (Commit<Note>, Commit<Note>) {
    let first = Head::new(Note::of("a", "1"))
        .commit(LINEAGE, None, request("one"))
        .unwrap();
    let head = first.head.edited(Note::of("a", "2"));
    let second = head
        .commit(LINEAGE, Some(&first.revision), request("two"))
        .unwrap();
    (first, second)
}

fn keep<'a>(log: &'a UndoLog, by: &'a Author) -> KeepUndo<'a> {
    KeepUndo {
        log,
        bounds: UndoBounds::default(),
        last: RevisionNumber::new(2),
        by,
        at: request("now").time,
    }
}

#[test]
fn m16_an_old_revision_is_restored_by_an_edit_of_head() {
    let (first, second) = two();
    let (log, dana) = (UndoLog::default(), Author::parse("dana").unwrap());
    let head = second.head.edited(Note::of("a", "not committed"));
    let restored = head
        .restored(RevisionNumber::FIRST, &first.content, &keep(&log, &dana))
        .unwrap();
    assert_eq!(restored.head.content(), &Note::of("a", "1"));
    assert_eq!(
        restored.head.generation().get(),
        head.generation().get() + 1
    );
    // It goes on from the last revision, not from the one that was restored.
    assert_eq!(
        restored.head.parents(),
        [second.revision.as_parent(LINEAGE)]
    );
    let third = restored
        .head
        .commit(LINEAGE, Some(&second.revision), request("back"))
        .unwrap();
    assert_eq!(third.revision.number().get(), 3);
    assert_eq!(third.revision.content(), first.revision.content());
    // What was thrown away was kept, and the record says all of it.
    assert_eq!(restored.kept.point.content(), head.content());
    let entry = &restored.kept.log.points()[0];
    assert_eq!(
        entry.cause,
        UndoCause::Restore {
            revision: RevisionNumber::FIRST
        }
    );
    assert_eq!(restored.record.before, entry.content);
    insta::assert_snapshot!(serde_json::to_string_pretty(&restored.record).unwrap());
}

#[test]
fn m16_nothing_to_restore_is_refused() {
    let (first, second) = two();
    let (log, dana) = (UndoLog::default(), Author::parse("dana").unwrap());
    let number = RevisionNumber::new(2).unwrap();
    let refused = second
        .head
        .restored(number, &second.content, &keep(&log, &dana))
        .unwrap_err();
    assert_eq!(refused, RestoreError::Same { revision: number });
    insta::assert_snapshot!(refused, @"HEAD holds what revision 2 holds already: there is nothing to restore");
    assert!(
        second
            .head
            .restored(RevisionNumber::FIRST, &first.content, &keep(&log, &dana))
            .is_ok()
    );
}

#[test]
fn m16_a_merge_that_waits_goes_on_waiting() {
    let (first, second) = two();
    let (log, dana) = (UndoLog::default(), Author::parse("dana").unwrap());
    let other = LineageId::from_u128(8);
    let theirs = Head::new(Note::of("b", "1"))
        .commit(other, None, request("theirs"))
        .unwrap();
    let theirs = theirs.revision.as_parent(other);
    let merged = second.head.merged(Note::of("a", "merged"), theirs);
    let restored = merged
        .restored(RevisionNumber::FIRST, &first.content, &keep(&log, &dana))
        .unwrap();
    assert!(restored.head.merge_pending());
    assert_eq!(restored.head.parents(), merged.parents());
}
