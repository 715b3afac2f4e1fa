//! What is read of foreign bytes.

use atlas_fetch::{Answer, ContentRange, Framing, Kept, Sha256, Validator};
use core::fmt::Write as _;
use proptest::prelude::*;

#[test]
fn heads_are_read() {
    let head = "HTTP/1.0 302 \nLOCATION:  /a?sig=secret \nETag: W/\"x\"\nContent-Encoding: br\n\n";
    let answer = Answer::parse(head.as_bytes()).unwrap();
    assert_eq!(
        (answer.status(), answer.framing()),
        (302, Framing::UntilClose)
    );
    assert_eq!(answer.location(), Some("/a?sig=secret"));
    assert_eq!((answer.validator(), answer.encoding()), (None, Some("br")));
    assert!(!format!("{answer:?}").contains("secret"), "{answer:?}");
}

#[test]
fn b07_why_bytes_are_no_head() {
    let many = format!("HTTP/1.1 200 OK\r\n{}\r\n", "a: b\r\n".repeat(65));
    let mut said = String::new();
    for head in [
        "",
        "HTTP/1.1 200 OK\r\nA: b\r\n",
        "HTTP/1.1 200 OK\r\n\r\nmore",
        "HTTP/2 200\r\n\r\n",
        "ICY 200 OK\r\n\r\n",
        &many,
        "HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length:\r\n\r\n",
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: /a\r\nlocation: /b\r\n\r\n",
        "HTTP/1.1 302 Found\r\nLocation: /ä\r\n\r\n",
        "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-1/2\r\nContent-Range: bytes 0-1/2\r\n\r\n",
        "HTTP/1.1 206 OK\r\nContent-Range: bytes 0-18446744073709551615/*\r\n\r\n",
    ] {
        let error = Answer::parse(head.as_bytes()).unwrap_err();
        writeln!(said, "{}: {error}", error.at()).unwrap();
    }
    insta::assert_snapshot!(said, @r#"
    0: the answer ends in its head
    23: the answer ends in its head
    19: the answer has more behind its head
    0: the answer is not one of HTTP/1
    0: the answer is not one of HTTP/1
    0: the answer has more than 64 headers
    0: the answer has a length that is no number
    0: the answer has a length that is no number
    0: the answer has two encodings of its transfer
    0: the answer leads to two places
    0: the answer has a header with other characters than ASCII
    0: the answer has two ranges
    0: the answer has the range `bytes 0-18446744073709551615/*`: expected `bytes`, the first and the last byte, and the total
    "#);
}

#[test]
fn b07_why_a_text_does_not_say_what_is_kept() {
    let good = "atlas-fetch 1\nvalidator \"a\"\ntotal 9\nkept 5 blake3:\
        0000000000000000000000000000000000000000000000000000000000000000\n";
    assert_eq!(Kept::parse(good).unwrap().to_string(), good);
    let unknown = good.replace("total 9", "total unknown");
    assert_eq!(Kept::parse(&unknown).unwrap().to_string(), unknown);
    assert_eq!(Kept::parse(good).unwrap().length(), 5);
    let mut said = String::new();
    for (from, to) in [
        ("atlas-fetch 1", "atlas-fetch 2"),
        ("\"a\"", "W/\"a\""),
        ("\"a\"", "\"a\" "),
        ("total 9", "total 09"),
        ("kept 5", "kept 10"),
        ("kept 5", "kept 0"),
        ("0000\n", "000\n"),
        ("0000\n", "0000\n\n"),
        ("0000\n", "0000"),
        ("\"a\"", &format!("\"{}\"", "a".repeat(2_000))),
    ] {
        let error = Kept::parse(&good.replace(from, to)).unwrap_err();
        writeln!(said, "{error}").unwrap();
    }
    for end in 0..good.len() {
        assert!(Kept::parse(&good[..end]).is_err(), "{end}");
    }
    insta::assert_snapshot!(said, @r#"
    the state of a part is of another version
    the state of a part is not whole
    the state of a part is not whole
    the state of a part is not whole
    the state of a part has more than there is, or nothing
    the state of a part has more than there is, or nothing
    the state of a part is not whole
    the state of a part has more behind it
    the state of a part has more behind it
    the state of a part is too long
    "#);
}

#[test]
fn validators_are_strong_or_none() {
    for good in ["\"\"", "\"a-b/c\"", "Sun, 06 Nov 1994 08:49:37 GMT"] {
        assert_eq!(Validator::parse(good).unwrap().to_string(), good);
    }
    let long = format!("\"{}\"", "a".repeat(255));
    for bad in [
        "",
        "a",
        "\"",
        "W/\"a\"",
        "\"a\"b\"",
        "\"a b\"",
        "\"ä\"",
        "\"a\r\nX: y\"",
        &long,
    ] {
        assert_eq!(Validator::parse(bad), None, "{bad:?}");
    }
    assert_eq!(
        Validator::modified("Sun, 06 Nov 1994", "Sun, 06 Nov 1994"),
        None
    );
}

#[test]
fn digests_are_read_and_written_alike() {
    let text = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(Sha256::parse(text).unwrap().to_string(), text);
    assert_eq!(Sha256::parse(text).unwrap().as_bytes()[..2], [0xe3, 0xb0]);
    for (bad, at) in [
        ("", 0),
        (&text[1..], 63),
        (&format!("{text}0"), 64),
        ("sha256:00", 0),
        ("e3bä", 3),
    ] {
        let error = Sha256::parse(bad).unwrap_err();
        assert_eq!(error.at(), at, "{error}");
        assert!(
            error
                .to_string()
                .ends_with("is no SHA-256: expected 64 hex digits")
        );
    }
}

proptest! {
    #[test]
    fn ranges_are_read_as_they_are_written(first in 0..u64::MAX, more in any::<u64>(), behind in any::<u64>()) {
        let last = first.saturating_add(more).min(u64::MAX - 1);
        for total in [None, last.checked_add(1).map(|it| it.saturating_add(behind))] {
            let total = total.map_or_else(|| "*".to_owned(), |it| it.to_string());
            let text = format!("bytes {first}-{last}/{total}");
            let range = ContentRange::parse(&text).unwrap();
            prop_assert_eq!(range.to_string(), text);
            prop_assert_eq!((range.first(), range.length()), (first, last - first + 1));
        }
    }
}
