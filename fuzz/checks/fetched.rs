//! What holds of all bytes that a server may answer with, and of all that may stand beside a part of a
//! file.

use atlas_fetch::{Answer, Body, ContentRange, Framing, Kept, Validator};
use std::io::Read;

/// Says whether it is a state, or an answer that is whole.
pub(crate) fn check(input: &[u8]) -> bool {
    if let Some(text) = input.strip_prefix(b"state\n") {
        let text = String::from_utf8_lossy(text);
        return Kept::parse(&text).is_ok_and(|kept| {
            assert_eq!(kept.to_string(), text, "one form");
            assert!(kept.length() > 0);
            true
        });
    }
    let end = (1..=input.len()).find(|end| {
        let head = input.get(..*end).unwrap_or_default();
        head.ends_with(b"\r\n\r\n") || head.ends_with(b"\n\n")
    });
    let (head, rest) = input.split_at(end.unwrap_or(input.len()));
    let answer = match Answer::parse(head) {
        Ok(answer) => answer,
        Err(error) => {
            assert!(error.at() <= head.len(), "{error}");
            assert!(!error.to_string().contains(char::is_control), "{error:?}");
            return false;
        }
    };
    plain(&answer);
    body(answer.framing(), rest)
}

fn plain(answer: &Answer) {
    if let Some(range) = answer.range() {
        assert_eq!(ContentRange::parse(&range.to_string()), Ok(range));
        let end = range.first().saturating_add(range.length());
        assert!(range.length() > 0 && range.total().is_none_or(|total| end <= total));
    }
    if let Some(validator) = answer.validator() {
        let text = validator.to_string();
        // It becomes a line of a request, and of a state.
        assert!(!text.contains(char::is_control), "{text:?}");
        assert_eq!(Validator::parse(&text).as_ref(), Some(validator));
    }
    assert!(answer.location().is_none_or(str::is_ascii));
}

/// Whether the body is whole; that does not depend on how much is read at once.
fn body(framing: Framing, rest: &[u8]) -> bool {
    let (few, few_whole) = read(framing, rest, 3);
    let (many, many_whole) = read(framing, rest, 1 << 16);
    assert_eq!((&few, few_whole), (&many, many_whole));
    assert!(many.len() <= rest.len(), "{framing:?}");
    match framing {
        Framing::Length(length) => {
            assert_eq!(many_whole, u64::try_from(many.len()) == Ok(length));
            assert!(rest.starts_with(&many));
        }
        Framing::UntilClose => assert!(many_whole && many == rest),
        Framing::Chunked => {}
    }
    many_whole
}

fn read(framing: Framing, rest: &[u8], at_once: usize) -> (Vec<u8>, bool) {
    let mut body = Body::new(rest, framing);
    let (mut all, mut buffer) = (Vec::new(), vec![0; at_once]);
    loop {
        match body.read(&mut buffer) {
            Ok(0) => {
                // The end stays the end.
                assert!(matches!(body.read(&mut buffer), Ok(0)));
                return (all, true);
            }
            Ok(count) => all.extend(buffer.get(..count).unwrap_or_default()),
            Err(_) => return (all, false),
        }
    }
}
