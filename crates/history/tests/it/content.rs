use atlas_base::{CanonicalError, Digest};
use atlas_history::{Content, Frozen, FrozenError};
use atlas_testkit::history::{Note, note, note_lines};
use proptest::prelude::*;
use serde::{Deserialize, Serialize};

fn read(text: &str) -> Result<Note, String> {
    serde_json::from_str(text).map_err(|error| error.to_string())
}

proptest! {
    #[test]
    fn digest_does_not_depend_on_how_it_was_built(lines in note_lines()) {
        let forward = Note(lines.iter().cloned().collect());
        let backward = Note(lines.into_iter().rev().collect());
        let (forward, backward) = (Frozen::new(forward).unwrap(), Frozen::new(backward).unwrap());
        prop_assert_eq!(forward.text(), backward.text());
        prop_assert_eq!(forward.digest(), backward.digest());
        prop_assert_eq!(forward.digest(), Digest::of(Note::DOMAIN, forward.text().as_bytes()));
    }

    #[test]
    fn other_content_has_another_digest(a in note(), b in note()) {
        let same = Frozen::new(a.clone()).unwrap().digest() == Frozen::new(b.clone()).unwrap().digest();
        prop_assert_eq!(same, a == b);
    }

    #[test]
    fn stored_text_leads_back(content in note()) {
        let frozen = Frozen::new(content.clone()).unwrap();
        let again = Frozen::from_stored(frozen.text().into(), frozen.digest(), read).unwrap();
        prop_assert_eq!(again.content(), &content);
        prop_assert_eq!(&*again.shared(), &content);
        prop_assert_eq!(again, frozen);
    }

    #[test]
    fn m09_refuses_any_other_byte(content in note(), at in any::<prop::sample::Index>(), byte in 32_u8..127) {
        let frozen = Frozen::new(content).unwrap();
        let mut bytes = frozen.text().as_bytes().to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        let Ok(text) = String::from_utf8(bytes) else { return Ok(()) };
        let expected = frozen.digest();
        let read_back = Frozen::from_stored(text.as_str().into(), expected, read);
        if text == frozen.text() {
            prop_assert_eq!(read_back, Ok(frozen));
        } else {
            let found = Digest::of(Note::DOMAIN, text.as_bytes());
            prop_assert_eq!(read_back, Err(FrozenError::Digest { expected, found }));
        }
    }
}

#[test]
fn m09_content_digest_is_for_ever() {
    let frozen = Frozen::new(Note(
        [("b".into(), "2".into()), ("a".into(), "é".into())].into(),
    ))
    .unwrap();
    assert_eq!(frozen.text(), r#"{"a":"é","b":"2"}"#);
    assert_eq!(
        frozen.digest().to_string(),
        "blake3:f1b5b61832b6be1958a297f7668aa8f29fe597ed4ceac60238afea01547c3c1e"
    );
}

#[test]
fn m09_checks_the_digest_before_it_reads() {
    let text = "no content at all";
    let refused = Frozen::<Note>::from_stored(text.into(), Digest::of("another", b""), |_| {
        panic!("damaged bytes are never parsed")
    });
    assert!(matches!(refused, Err(FrozenError::Digest { .. })));
    let digest = Digest::of(Note::DOMAIN, text.as_bytes());
    let reason = read(text).unwrap_err();
    assert_eq!(
        Frozen::from_stored(text.into(), digest, read),
        Err(FrozenError::Content { digest, reason })
    );
}

/// The same value as a note, in another domain.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
struct Letter(Note);

impl Content for Letter {
    const DOMAIN: &'static str = "testkit/letter/1";
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Weight(f64);

impl Content for Weight {
    const DOMAIN: &'static str = "testkit/weight/1";
}

#[test]
fn domain_keeps_contents_apart() {
    let note = Note::of("a", "1");
    let letter = Frozen::new(Letter(note.clone())).unwrap();
    let note = Frozen::new(note).unwrap();
    assert_eq!(letter.text(), note.text());
    assert_ne!(letter.digest(), note.digest());
}

#[test]
fn refuses_what_has_no_canonical_text() {
    assert_eq!(Frozen::new(Weight(0.5)), Err(CanonicalError::Float));
}

#[test]
fn says_why_it_is_not_loaded() {
    let (expected, found) = (Digest::of("a", b""), Digest::of("b", b""));
    let lines: Vec<_> = [
        FrozenError::Digest { expected, found },
        FrozenError::Content {
            digest: expected,
            reason: "missing field `b`".into(),
        },
    ]
    .iter()
    .map(ToString::to_string)
    .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    the stored content has the digest blake3:887fec09838d42106b920b173187a1172bcd5f7bfbb1cbf45c9691020c0e5c9a, but blake3:7eb5f2760c891ddc18f5a287558fc48767d7a5d5895c51c980a8b7380c26d5a4 was committed: it was damaged or changed outside
    the content blake3:7eb5f2760c891ddc18f5a287558fc48767d7a5d5895c51c980a8b7380c26d5a4 cannot be read: missing field `b`
    ");
}
