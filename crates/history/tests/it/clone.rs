use crate::{LINEAGE, head_with_parents, request};
use atlas_base::CanonicalError;
use atlas_history::{
    CloneAdvice, CloneSource, Cloned, ClonedState, Content as _, Dag, Frozen, Head, LineageId,
    Origin, RevisionNumber,
};
use atlas_testkit::history::{Note, note};
use proptest::prelude::*;

const CLONE: LineageId = LineageId::from_u128(9);

fn renamed(note: &Note) -> Note {
    let mut note = note.clone();
    note.0.insert("name".into(), "clone".into());
    note
}

/// The clone of a source, under another name.
fn cloned(source: &CloneSource<'_, Note>) -> Cloned<Note> {
    let rename = |note: &Note| Ok::<_, CanonicalError>(renamed(note));
    source.cloned(rename).unwrap()
}

#[test]
fn k01_a_revision_is_cloned_into_a_head_alone() {
    let first = Head::new(Note::of("a", "1"))
        .commit(LINEAGE, None, request("one"))
        .unwrap();
    let source = CloneSource {
        lineage: LINEAGE,
        state: ClonedState::Revision(&first.revision, &first.content),
    };
    let Cloned { origin, head } = cloned(&source);
    assert_eq!(
        origin,
        Origin {
            lineage: LINEAGE,
            revision: Some(RevisionNumber::FIRST),
            content: first.content.digest(),
        }
    );
    assert_eq!(head.generation().get(), 1);
    assert_eq!(head.content(), &renamed(first.content.content()));
    assert!(!head.merge_pending());
    // Its first revision has the number 1, and what was cloned for its parent.
    let own = head
        .commit(CLONE, None, request("first of the clone"))
        .unwrap()
        .revision;
    assert_eq!(own.number(), RevisionNumber::FIRST);
    assert_eq!(own.parents(), [first.revision.as_parent(LINEAGE)]);
    let dag = Dag::new([&first.revision, &own]);
    assert!(dag.is_ancestor(first.revision.digest(), own.digest()));
}

#[test]
fn k01_head_is_cloned_as_it_is() {
    let first = Head::new(Note::of("a", "1"))
        .commit(LINEAGE, None, request("one"))
        .unwrap();
    let edited = first.head.edited(Note::of("a", "2"));
    let source = CloneSource {
        lineage: LINEAGE,
        state: ClonedState::Head(&edited),
    };
    let Cloned { origin, head } = cloned(&source);
    assert_eq!(
        origin,
        Origin {
            lineage: LINEAGE,
            revision: None,
            content: Note::of("a", "2").digest().unwrap(),
        }
    );
    assert_eq!(head.parents(), [first.revision.as_parent(LINEAGE)]);
    // One that was never committed has no ancestors to hand on.
    let fresh = Head::new(Note::of("a", "1"));
    let source = CloneSource {
        lineage: LINEAGE,
        state: ClonedState::Head(&fresh),
    };
    assert_eq!(cloned(&source).head.parents(), []);
    // A merge that waits goes with what it brought.
    let waiting = head_with_parents(
        &Note::of("a", "3"),
        &[
            first.revision.as_parent(LINEAGE),
            first.revision.as_parent(CLONE),
        ],
    );
    let source = CloneSource {
        lineage: LINEAGE,
        state: ClonedState::Head(&waiting),
    };
    assert_eq!(cloned(&source).head.parents(), waiting.parents());
}

#[test]
fn k01_a_clone_that_cannot_be_named_is_refused() {
    #[derive(Debug, PartialEq)]
    struct Refused;
    impl From<CanonicalError> for Refused {
        fn from(_: CanonicalError) -> Self {
            Self
        }
    }
    let head = Head::new(Note::of("a", "1"));
    let source = CloneSource {
        lineage: LINEAGE,
        state: ClonedState::Head(&head),
    };
    assert_eq!(source.cloned(|_| Err(Refused)), Err(Refused));
}

#[test]
fn k05_a_clone_is_told_that_it_can_be_traced_and_should_be_renamed() {
    let advice = |revision, is_chosen| CloneAdvice {
        source: "web-base v1".parse().unwrap(),
        revision,
        name: "web-base v2".parse().unwrap(),
        is_chosen,
    };
    let third = RevisionNumber::new(3);
    let (suggested, chosen, head) = (
        advice(third, false),
        advice(third, true),
        advice(None, true),
    );
    insta::assert_snapshot!(format!("{suggested}\n\n{chosen}\n\n{head}"));
}

#[test]
fn k05_an_origin_is_always_named() {
    let origin = |revision| Origin {
        lineage: LINEAGE,
        revision,
        content: Note::of("a", "1").digest().unwrap(),
    };
    let name = "web-base v1".parse().unwrap();
    let (third, head) = (origin(RevisionNumber::new(3)), origin(None));
    let words = [
        third.words(Some(&name)),
        third.words(None),
        head.words(Some(&name)),
        head.words(None),
    ];
    insta::assert_snapshot!(words.map(|words| words.to_string()).join("\n"));
}

proptest! {
    #[test]
    fn k01_the_source_stays_as_it_is(content in note(), other in note()) {
        let head = Head::new(content.clone());
        let commit = head.commit(LINEAGE, None, request("one")).unwrap();
        let before = serde_json::to_string(&(&commit.head, &commit.revision)).unwrap();
        let source = CloneSource {
            lineage: LINEAGE,
            state: ClonedState::Revision(&commit.revision, &commit.content),
        };
        let cloned = source.cloned(|_| Ok::<_, CanonicalError>(other.clone())).unwrap();
        prop_assert_eq!(serde_json::to_string(&(&commit.head, &commit.revision)).unwrap(), before);
        prop_assert_eq!(cloned.origin.content, Frozen::new(content).unwrap().digest());
        // Whatever becomes of the clone, its origin says the same.
        let own = cloned.head.edited(other).commit(CLONE, None, request("two")).unwrap().revision;
        prop_assert!(own.parents().iter().all(|parent| parent.digest == commit.revision.digest()));
    }
}
