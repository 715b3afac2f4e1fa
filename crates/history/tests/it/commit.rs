use crate::{LINEAGE, head_with_parents, request};
use atlas_history::{
    CommitError, CommitRequest, Generation, Head, Revision, RevisionNumber, StaleHead,
};
use atlas_testkit::history::{Note, commit_request, note};
use proptest::{collection::vec, prelude::*};

fn number(number: u32) -> RevisionNumber {
    RevisionNumber::new(number).unwrap()
}

proptest! {
    #[test]
    fn m01_numbers_have_no_gaps(steps in vec((note(), commit_request()), 1..12)) {
        let mut head = Head::new(Note::default());
        let mut revisions: Vec<Revision> = Vec::new();
        for (content, request) in steps {
            head = head.edited(content);
            match head.commit(LINEAGE, revisions.last(), request) {
                Ok(commit) => {
                    head = commit.head;
                    revisions.push(commit.revision);
                }
                Err(CommitError::NothingToCommit { revision }) => {
                    prop_assert_eq!(Some(revision), revisions.last().map(Revision::number));
                }
                Err(other) => return Err(TestCaseError::fail(other.to_string())),
            }
        }
        for (at, revision) in revisions.iter().enumerate() {
            prop_assert_eq!(revision.number().get() as usize, at + 1);
            let before = at.checked_sub(1).map(|before| revisions[before].as_parent(LINEAGE));
            prop_assert_eq!(revision.parents(), Vec::from_iter(before));
            prop_assert!(revision.verify().is_ok());
        }
    }

    #[test]
    fn m08_commit_freezes_what_head_holds(content in note(), request in commit_request()) {
        let head = Head::new(content.clone());
        let commit = head.commit(LINEAGE, None, request.clone()).unwrap();
        let revision = &commit.revision;
        prop_assert_eq!(revision.number(), RevisionNumber::FIRST);
        prop_assert_eq!(revision.author(), &request.author);
        prop_assert_eq!(revision.message(), &request.message);
        prop_assert_eq!(revision.time(), request.time);
        prop_assert_eq!(revision.released_at(), request.released_at);
        prop_assert_eq!(revision.content(), commit.content.digest());
        prop_assert_eq!(commit.content.content(), &content);
        prop_assert_eq!(commit.head.content(), &content);
        prop_assert_eq!(commit.head.parents(), &[revision.as_parent(LINEAGE)]);
        prop_assert!(commit.head.generation() > head.generation());
    }
}

#[test]
fn m08_head_stays_editable() {
    let first = Head::new(Note::of("a", "1"))
        .commit(LINEAGE, None, request("one"))
        .unwrap();
    let edited = first.head.edited(Note::of("a", "2"));
    assert_eq!(edited.parents(), first.head.parents());
    let second = edited
        .commit(LINEAGE, Some(&first.revision), request("two"))
        .unwrap();
    assert_eq!(second.revision.number(), number(2));
    assert_eq!(
        second.revision.parents(),
        [first.revision.as_parent(LINEAGE)]
    );
    assert_ne!(second.revision.digest(), first.revision.digest());
}

#[test]
fn m08_equal_content_is_nothing_to_commit() {
    let first = Head::new(Note::of("a", "1"))
        .commit(LINEAGE, None, request("one"))
        .unwrap();
    let there_and_back = first
        .head
        .edited(Note::of("a", "2"))
        .edited(Note::of("a", "1"));
    assert_eq!(
        there_and_back.commit(LINEAGE, Some(&first.revision), request("again")),
        Err(CommitError::NothingToCommit {
            revision: RevisionNumber::FIRST
        })
    );
}

#[test]
fn m08_a_pending_merge_is_something_to_commit() {
    let first = Head::new(Note::of("a", "1"))
        .commit(LINEAGE, None, request("one"))
        .unwrap();
    let parents = [
        first.revision.as_parent(LINEAGE),
        crate::merged().as_parent(LINEAGE),
    ];
    let head = head_with_parents(&Note::of("a", "1"), &parents);
    assert!(head.merge_pending() && !first.head.merge_pending());
    let merge = head
        .commit(LINEAGE, Some(&first.revision), request("merge"))
        .unwrap();
    assert_eq!(merge.revision.number(), number(2));
    assert_eq!(merge.revision.parents(), parents);
    assert_eq!(merge.revision.content(), first.revision.content());
    assert!(!merge.head.merge_pending());
}

#[test]
fn m11_a_stale_generation_names_both() {
    let head = Head::new(Note::of("a", "1"));
    let seen = head.generation();
    let moved = head.edited(Note::of("a", "2"));
    let found = moved.generation();
    let stale = StaleHead { seen, found };
    assert_eq!(moved.expect(Some(seen)), Err(stale));
    let late = CommitRequest {
        seen: Some(seen),
        ..request("late")
    };
    let refused = moved.commit(LINEAGE, None, late.clone()).unwrap_err();
    assert_eq!(refused, CommitError::Stale(stale));
    insta::assert_snapshot!(refused, @"HEAD is at generation 2, but generation 1 was seen: look at what changed, then try again");
    // Who saw a later generation than there is did not see this HEAD either.
    assert!(head.expect(Some(found)).is_err());
}

#[test]
fn m11_who_saw_the_last_generation_wins() {
    let head = Head::new(Note::of("a", "1"));
    let seen = Some(head.generation());
    assert_eq!(head.expect(seen), Ok(()));
    assert_eq!(head.expect(None), Ok(()));
    let won = head
        .commit(
            LINEAGE,
            None,
            CommitRequest {
                seen,
                ..request("first")
            },
        )
        .unwrap();
    // The loser committed from the same generation: nothing of it is kept.
    let lost = CommitRequest {
        seen,
        ..request("second")
    };
    assert!(matches!(
        won.head.commit(LINEAGE, Some(&won.revision), lost),
        Err(CommitError::Stale(_))
    ));
}

#[test]
fn m11_every_change_of_head_is_a_generation() {
    let head = Head::new(Note::of("a", "1"));
    let same = head.edited(Note::of("a", "1"));
    let commit = same.commit(LINEAGE, None, request("one")).unwrap();
    let seen = [
        head.generation(),
        same.generation(),
        commit.head.generation(),
    ];
    assert_eq!(seen.map(Generation::get), [1, 2, 3]);
    assert_eq!(Generation::new(3).to_string(), "3");
}

#[test]
fn numbers_end_where_32_bits_do() {
    let first = Head::new(Note::of("a", "1"))
        .commit(LINEAGE, None, request("one"))
        .unwrap();
    let mut stored = serde_json::to_value(&first.revision).unwrap();
    stored["number"] = u32::MAX.into();
    let last: Revision = serde_json::from_value(stored).unwrap();
    let edited = first.head.edited(Note::of("a", "2"));
    assert_eq!(
        edited.commit(LINEAGE, Some(&last), request("more")),
        Err(CommitError::Full {
            last: number(u32::MAX)
        })
    );
}

#[test]
fn says_why_it_does_not_commit() {
    let lines: Vec<_> = [
        CommitError::NothingToCommit {
            revision: number(3),
        },
        CommitError::Full {
            last: number(u32::MAX),
        },
        CommitError::Encoding(atlas_base::CanonicalError::Float),
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    nothing to commit: HEAD equals revision 3
    revision 4294967295 is the last number there is: begin another lineage to go on
    the content cannot be frozen
    ");
}

#[test]
fn head_reads_back_as_it_was_stored() {
    let head = head_with_parents(&Note::of("a", "1"), crate::merged().parents());
    let text = serde_json::to_string(&head).unwrap();
    assert_eq!(serde_json::from_str::<Head<Note>>(&text).unwrap(), head);
    let strange = text.replacen('{', r#"{"colour":1,"#, 1);
    assert!(serde_json::from_str::<Head<Note>>(&strange).is_err());
}
