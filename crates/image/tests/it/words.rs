//! Texts that are read and written back.

use atlas_image::{
    Architecture, ImageDescription, ImageName, Installation, OsFacts, OsText, ParseTextError,
    Reason, SecretRef,
};
use proptest::prelude::*;

#[test]
fn i04_a_name_is_1_to_255_printable_characters() {
    for good in [
        "w",
        "web base v1.2 (x86_64)",
        "a:b@c",
        "\u{e9}t\u{e9}",
        &"\u{e9}".repeat(255),
    ] {
        assert_eq!(ImageName::parse(good).unwrap().as_str(), good);
    }
    for (bad, at) in [
        ("", 0),
        ("  ", 0),
        ("a\tb", 1),
        ("a\u{200b}", 1),
        (&*"\u{e9}".repeat(256), 510),
    ] {
        assert_eq!(
            ImageName::parse(bad).map_err(|error| error.at()),
            Err(at),
            "{bad:?}"
        );
    }
}

#[test]
fn i04_scalrs_rule_is_a_check_of_its_own() {
    let strict = |text: &str| {
        ImageName::parse(text)
            .unwrap()
            .check_strict()
            .map_err(|error| error.at())
    };
    for good in ["ab", "a1", "web-base-2", "0--0"] {
        assert_eq!(strict(good), Ok(()), "{good}");
    }
    for (bad, at) in [
        ("a", 1),
        ("-ab", 0),
        ("ab-", 2),
        ("a b", 1),
        ("a_b", 1),
        ("a\u{e9}", 1),
        ("-", 0),
    ] {
        assert_eq!(strict(bad), Err(at), "{bad}");
    }
}

#[test]
fn descriptions_alone_have_several_lines() {
    assert!(ImageDescription::parse("one\ntwo").is_ok());
    assert_eq!(Reason::parse("one\ntwo").unwrap_err().at(), 3);
    assert_eq!(
        SecretRef::parse("-----BEGIN KEY-----\nMIIE")
            .unwrap_err()
            .at(),
        19
    );
}

#[test]
fn i03_the_operating_system_is_three_texts() {
    let facts = OsFacts::parse("ubuntu", "24", "24.04").unwrap();
    assert_eq!(facts.to_string(), "ubuntu 24 (24.04)");
    for (family, generation, version) in [
        ("", "24", "24.04"),
        ("ubuntu", " ", "24.04"),
        ("ubuntu", "24", ""),
    ] {
        assert!(OsFacts::parse(family, generation, version).is_err());
    }
    // What nobody knows is not said at all.
    for text in ["unknown/1/1", "Unknown/unknown/unknown"] {
        assert!(OsFacts::read(text).is_err(), "{text}");
    }
}

#[test]
fn architectures_have_one_text_and_several_words() {
    for architecture in Architecture::all() {
        assert_eq!(
            Architecture::parse(architecture.as_str()),
            Ok(*architecture)
        );
    }
    for (word, text) in [
        ("arm64", "aarch64"),
        ("amd64", "x86_64"),
        ("x64", "x86_64"),
        ("i686", "i386"),
        ("ppc64el", "ppc64le"),
        ("arm64_mac", "arm64_mac"),
    ] {
        assert_eq!(Architecture::parse(word).unwrap().to_string(), text);
    }
}

#[test]
fn c04_an_installation_is_what_a_location_can_hold() {
    for good in ["corp", "vc1", "eu.lab-2"] {
        assert_eq!(Installation::parse(good).unwrap().to_string(), good);
    }
    for (bad, at) in [("", 0), ("a/b", 1), ("a b", 1), ("a:b", 1)] {
        assert_eq!(
            Installation::parse(bad).map_err(|error| error.at()),
            Err(at),
            "{bad}"
        );
    }
}

proptest! {
    #[test]
    fn texts_are_written_as_they_are_read(text in any::<String>()) {
        let read = |parsed: Result<String, ParseTextError>| match parsed {
            Ok(written) => written == text,
            Err(error) => text.is_char_boundary(error.at()),
        };
        prop_assert!(read(ImageName::parse(&text).map(|name| name.to_string())));
        prop_assert!(read(ImageDescription::parse(&text).map(|name| name.to_string())));
        prop_assert!(read(OsText::parse(&text).map(|name| name.to_string())));
        if let Err(error) = Installation::parse(&text) {
            prop_assert!(text.is_char_boundary(error.at()));
        }
    }
}

#[test]
fn a_reason_is_what_fits_of_a_text() {
    let cut = |text: &str| Reason::cut(text).map(|reason| reason.to_string());
    assert_eq!(cut("no\nroom\u{7}").as_deref(), Some("noroom"));
    assert_eq!(cut(&"x".repeat(2000)).map(|text| text.len()), Some(1024));
    assert_eq!(cut(" \n"), None);
}
