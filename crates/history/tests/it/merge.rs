use crate::{LINEAGE, request};
use atlas_history::{
    CommitError, Dag, Generation, Head, LineageId, Parent, Revision, RevisionNumber, UndoError,
    UndoPoint,
};
use atlas_testkit::history::Note;

const OTHER: LineageId = LineageId::from_u128(8);

/// The first revision of a lineage.
fn first(lineage: LineageId, content: &Note) -> (Head<Note>, Revision) {
    let commit = Head::new(content.clone()).commit(lineage, None, request("one"));
    let commit = commit.unwrap();
    (commit.head, commit.revision)
}

#[test]
fn g06_a_committed_merge_names_both_parents() {
    let (head, ours) = first(LINEAGE, &Note::of("a", "1"));
    let (_, theirs) = first(OTHER, &Note::of("b", "2"));
    let merged = head.merged(Note::of("a", "b"), theirs.as_parent(OTHER));
    assert!(merged.merge_pending());
    assert_eq!(merged.generation().get(), head.generation().get() + 1);
    let edited = merged.edited(Note::of("a", "c"));
    assert!(edited.merge_pending());
    let commit = edited
        .commit(LINEAGE, Some(&ours), request("merge"))
        .unwrap();
    let parents = [ours.as_parent(LINEAGE), theirs.as_parent(OTHER)];
    assert_eq!(commit.revision.parents(), parents);
    assert!(!commit.head.merge_pending());
    assert_eq!(commit.head.parents(), [commit.revision.as_parent(LINEAGE)]);
    let dag = Dag::new([&ours, &theirs, &commit.revision]);
    assert!(dag.is_ancestor(theirs.digest(), commit.revision.digest()));
}

#[test]
fn g06_a_revision_is_named_once_and_several_may_wait() {
    let (head, ours) = first(LINEAGE, &Note::of("a", "1"));
    let (_, theirs) = first(OTHER, &Note::of("b", "2"));
    let (_, third) = first(LineageId::from_u128(9), &Note::of("c", "3"));
    let (theirs, third) = (
        theirs.as_parent(OTHER),
        third.as_parent(LineageId::from_u128(9)),
    );
    let merged = head
        .merged(Note::of("a", "2"), theirs)
        .merged(Note::of("a", "3"), theirs);
    assert_eq!(merged.parents(), [ours.as_parent(LINEAGE), theirs]);
    assert_eq!(merged.content(), &Note::of("a", "3"));
    let both = merged.merged(Note::of("a", "4"), third);
    assert_eq!(both.parents(), [ours.as_parent(LINEAGE), theirs, third]);
}

#[test]
fn g06_a_merge_into_a_head_without_revisions_is_recorded() {
    let (_, theirs) = first(OTHER, &Note::of("b", "2"));
    let theirs = theirs.as_parent(OTHER);
    let merged = Head::new(Note::of("a", "1")).merged(Note::of("a", "2"), theirs);
    let commit = merged.commit(LINEAGE, None, request("merge")).unwrap();
    assert_eq!(commit.revision.parents(), [theirs]);
}

#[test]
fn m08_a_merge_that_waits_is_something_to_commit_until_it_is_undone() {
    let content = Note::of("a", "1");
    let (head, ours) = first(LINEAGE, &content);
    let (_, theirs) = first(OTHER, &Note::of("b", "2"));
    let point = head.undo_point(Some(ours.number()));
    let merged = head.merged(content.clone(), theirs.as_parent(OTHER));
    assert!(
        merged
            .commit(LINEAGE, Some(&ours), request("merge"))
            .is_ok()
    );
    let undone = merged.undone(&point, Some(ours.number())).unwrap();
    assert_eq!(
        undone.commit(LINEAGE, Some(&ours), request("merge")),
        Err(CommitError::NothingToCommit {
            revision: ours.number()
        })
    );
}

#[test]
fn m17_undo_brings_content_and_parents_back() {
    let (head, ours) = first(LINEAGE, &Note::of("a", "1"));
    let (_, theirs) = first(OTHER, &Note::of("b", "2"));
    let edited = head.edited(Note::of("a", "not committed"));
    let point = edited.undo_point(Some(ours.number()));
    let merged = edited.merged(Note::of("a", "b"), theirs.as_parent(OTHER));
    let undone = merged.undone(&point, Some(ours.number())).unwrap();
    assert_eq!(undone.content(), edited.content());
    assert_eq!(undone.parents(), edited.parents());
    assert_eq!(
        undone.generation(),
        Generation::new(merged.generation().get() + 1)
    );
    assert_eq!(
        (point.content(), point.parents()),
        (edited.content(), edited.parents())
    );
}

#[test]
fn m17_a_commit_ends_what_can_be_undone() {
    let (head, ours) = first(LINEAGE, &Note::of("a", "1"));
    let point = head.undo_point(Some(ours.number()));
    let second = head.edited(Note::of("a", "2"));
    let second = second.commit(LINEAGE, Some(&ours), request("two")).unwrap();
    let last = second.revision.number();
    let error = second.head.undone(&point, Some(last)).unwrap_err();
    assert_eq!(error, UndoError::Committed { last });
    insta::assert_snapshot!(error.to_string(), @"revision 2 was committed since, so there is nothing to undo: restore an older revision instead");
    // A lineage that had no revision when HEAD was kept.
    let point = Head::new(Note::of("a", "0")).undo_point(None);
    assert_eq!(
        head.undone(&point, Some(RevisionNumber::FIRST)),
        Err(UndoError::Committed {
            last: RevisionNumber::FIRST
        })
    );
    assert!(Head::new(Note::of("a", "1")).undone(&point, None).is_ok());
}

#[test]
fn m17_an_undo_point_is_stored() {
    let (head, ours) = first(LINEAGE, &Note::of("a", "1"));
    for point in [
        head.undo_point(Some(ours.number())),
        Head::new(Note::of("a", "0")).undo_point(None),
    ] {
        let text = serde_json::to_string(&point).unwrap();
        assert_eq!(
            serde_json::from_str::<UndoPoint<Note>>(&text).unwrap(),
            point
        );
    }
}

#[test]
fn k01_a_clone_is_made_from_what_was_cloned() {
    let (_, source) = first(OTHER, &Note::of("a", "1"));
    let origin: Parent = source.as_parent(OTHER);
    let clone = Head::cloned(Note::of("a", "1"), vec![origin]);
    assert!(!clone.merge_pending());
    assert_eq!(clone.generation().get(), 1);
    let revision = clone
        .commit(LINEAGE, None, request("clone"))
        .unwrap()
        .revision;
    assert_eq!(revision.number(), RevisionNumber::FIRST);
    assert_eq!(revision.parents(), [origin]);
}
