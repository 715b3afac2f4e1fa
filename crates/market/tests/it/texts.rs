//! The texts that publishers write, and what names a publication.

use atlas_market::{
    LongText, PublicationRef, PublicationState, RevisionNotes, ShortText, Visibility,
};
use insta::assert_snapshot;

#[test]
fn p02_a_short_description_is_a_line() {
    assert_eq!(
        ShortText::parse("Ubuntu 24.04 for the web")
            .unwrap()
            .as_str()
            .len(),
        24
    );
    let refused = |text: &str| ShortText::parse(text).unwrap_err();
    assert_snapshot!(refused(""), @"`` is no short description: it is blank, at byte 0");
    assert_snapshot!(refused(" \t"), @r#"` \t` is no short description: it is blank, at byte 0"#);
    assert_snapshot!(refused("a\nb"), @r#"`a\nb` is no short description: the character \u{a} is not printable, at byte 1"#);
    assert_snapshot!(refused("a\u{202e}b"), @r#"`a\u{202e}b` is no short description: the character \u{202e} is not printable, at byte 1"#);
    let long = "é".repeat(256);
    assert_snapshot!(refused(&long), @"`éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé…` is no short description: it has more than 255 characters, at byte 510");
    assert_eq!(refused(&long).at(), 510);
    assert!(ShortText::parse(&"é".repeat(255)).is_ok());
}

#[test]
fn p02_a_long_description_has_lines_and_64_kib() {
    assert_eq!(LongText::MAX_BYTES, 65_536);
    assert!(LongText::parse(&"x\n".repeat(32_768)).is_ok());
    let refused = LongText::parse(&"x".repeat(65_537)).unwrap_err();
    assert_eq!(refused.at(), 65_536);
    assert_snapshot!(refused, @"`xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` is no long description: it has more than 65536 bytes, at byte 65536");
    // A character that begins within the limit and ends beyond it is too much.
    let refused = LongText::parse(&format!("{}é", "x".repeat(65_535))).unwrap_err();
    assert_eq!(refused.at(), 65_535);
    assert_snapshot!(LongText::parse("a\tb\r\nc").unwrap_err(), @r#"`a\tb\r\nc` is no long description: the character \u{d} is not printable, at byte 3"#);
}

#[test]
fn p02_notes_have_16_kib() {
    assert!(RevisionNotes::parse(&"x".repeat(16_384)).is_ok());
    assert_snapshot!(RevisionNotes::parse(&"x".repeat(16_385)).unwrap_err(), @"`xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…` is no note on a revision: it has more than 16384 bytes, at byte 16384");
    assert_snapshot!(RevisionNotes::parse("\n").unwrap_err(), @r#"`\n` is no note on a revision: it is blank, at byte 0"#);
}

#[test]
fn p09_a_publication_is_named_by_lineage_and_number() {
    let text = "pub-00000000000000000000000000000007@3";
    let read = PublicationRef::parse(text).unwrap();
    assert_eq!(read, crate::publication(7, 3));
    assert_eq!(read.to_string(), text);
    for end in 0..text.len() {
        let part = text.get(..end).unwrap();
        assert!(PublicationRef::parse(part).is_err(), "{part}");
    }
    let refused = |text: &str| PublicationRef::parse(text).unwrap_err();
    assert_snapshot!(refused("lin-00000000000000000000000000000007@3"), @"`lin-00000000000000000000000000000007@3` is no publication: expected the id of a publication lineage, `@` and a whole number from 1 on");
    let zero = "pub-00000000000000000000000000000007@0";
    assert_eq!(refused(zero).at(), 37);
}

#[test]
fn p02_stored_words_are_these() {
    assert_snapshot!(json(&Visibility::Public), @r#"{"to":"public"}"#);
    assert_snapshot!(json(&crate::to_groups(&[1])), @r#"{"to":"groups","groups":["grp-00000000000000000000000000000001"]}"#);
    assert_snapshot!(json(&PublicationState::Active), @r#"{"is":"active"}"#);
    assert_snapshot!(Visibility::Public, @"everybody");
    assert_snapshot!(crate::to_groups(&[1, 2]), @"grp-00000000000000000000000000000001, grp-00000000000000000000000000000002");
}

fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).unwrap()
}
