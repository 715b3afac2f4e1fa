//! The shared values: timestamps, digests, names, tags.
#![no_main]

use atlas_base::{Digest, Name, Tag, Timestamp, quoted};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Timestamp::parse(text) {
        Ok(moment) => {
            assert_eq!(
                Timestamp::parse(&moment.to_string()),
                Ok(moment),
                "{text:?}"
            );
            assert_eq!(
                Timestamp::from_micros(moment.as_micros()),
                Some(moment),
                "{text:?}"
            );
        }
        Err(error) => assert!(
            text.is_char_boundary(error.at()),
            "{} in {text:?}",
            error.at()
        ),
    }
    match Digest::parse(text) {
        Ok(digest) => assert_eq!(digest.to_string(), text),
        Err(error) => assert!(
            text.is_char_boundary(error.at()),
            "{} in {text:?}",
            error.at()
        ),
    }
    match Name::parse(text) {
        Ok(name) => assert_eq!(name.to_string(), text),
        Err(error) => assert!(
            text.is_char_boundary(error.at()),
            "{} in {text:?}",
            error.at()
        ),
    }
    match Tag::parse(text) {
        Ok(tag) => check_tag(text, &tag),
        Err(error) => assert!(
            text.is_char_boundary(error.at()),
            "{} in {text:?}",
            error.at()
        ),
    }
    let shown = quoted(text).to_string();
    assert!(
        !shown.contains(['\n', '\r', '\u{1b}', '\u{202e}']),
        "{shown:?}"
    );
});

fn check_tag(text: &str, tag: &Tag) {
    assert_eq!(tag.to_string(), text);
    if let (Some(namespace), Some(predicate), Some(value)) =
        (tag.namespace(), tag.predicate(), tag.value())
    {
        assert_eq!(format!("{namespace}:{predicate}={value}"), text);
    } else {
        assert_eq!(
            (tag.namespace(), tag.predicate(), tag.value()),
            (None, None, None)
        );
    }
}
