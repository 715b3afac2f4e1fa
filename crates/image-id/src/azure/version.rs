//! Versions of marketplace and gallery images.
//!
//! They are no semantic versions: real ones have leading zeros (`2024.02.19`), and nothing stands
//! behind the third number.

use crate::scan::{Class, Cursor, Flaw, Piece};

/// Reads a whole version: three numbers of at most ten digits and 31 bits, leading zeros kept, or
/// `latest` in any case. Says whether it is written as the canonical text has it.
pub(super) fn read(piece: Piece<'_>, expected: &'static str) -> Result<bool, Flaw> {
    if piece.text == "latest" {
        return Ok(true);
    }
    let mut cursor = Cursor::new(piece);
    let is_read = number(&mut cursor)
        && cursor.eat(".")
        && number(&mut cursor)
        && cursor.eat(".")
        && number(&mut cursor)
        && cursor.is_done();
    if is_read {
        Ok(true)
    } else if is_latest(piece.text) {
        Ok(false)
    } else {
        Err(flaw_of(piece, expected))
    }
}

/// Whether it is the word `latest`, in any case.
pub(super) fn is_latest(version: &str) -> bool {
    version.eq_ignore_ascii_case(LATEST)
}

/// A version as the canonical text has it.
pub(super) fn canonical(version: &str) -> &str {
    if is_latest(version) { LATEST } else { version }
}

fn number(cursor: &mut Cursor<'_>) -> bool {
    is_small(cursor.take(Class::DIGIT).text)
}

fn is_small(digits: &str) -> bool {
    match digits.len() {
        1..=9 => true,
        10 => digits <= MOST,
        _ => false,
    }
}

#[cold]
fn flaw_of(piece: Piece<'_>, expected: &'static str) -> Flaw {
    if piece.text.is_empty() {
        return Flaw::empty(piece.at, "version", expected);
    }
    let flaw = wrong_number(piece, expected);
    let lower = piece.text.to_ascii_lowercase();
    match lower.as_bytes() {
        b"recent" => flaw.hint("write `latest`, `recent` is a word of Terraform"),
        b"newest" | b"current" | b"*" => flaw.hint("write `latest`"),
        [b'v', b'0'..=b'9', ..] => flaw.hint("leave the `v` out"),
        [b'l', ..] => {
            let same = lower
                .bytes()
                .zip(LATEST.bytes())
                .take_while(|(a, b)| a == b);
            Flaw::found(piece.at + same.count(), expected)
        }
        _ => flaw,
    }
}

/// The first byte at which it is no three numbers.
fn wrong_number(piece: Piece<'_>, expected: &'static str) -> Flaw {
    let mut cursor = Cursor::new(piece);
    for count in 1..=3 {
        let digits = cursor.take(Class::DIGIT);
        if digits.text.is_empty() {
            return Flaw::found(cursor.at(), expected);
        }
        if digits.text.len() > MOST.len() {
            return Flaw::says(digits.at, "a number of more than 10 digits", expected);
        }
        if !is_small(digits.text) {
            return Flaw::says(digits.at, "a number over 2147483647", expected);
        }
        if count < 3 && !cursor.eat(".") {
            let flaw = Flaw::found(cursor.at(), expected);
            return if cursor.is_done() {
                flaw.hint("a version has three numbers")
            } else {
                flaw
            };
        }
    }
    let flaw = Flaw::found(cursor.at(), expected);
    if cursor.peek() == Some(b'.') {
        flaw.hint("versions of four numbers are those of extensions, an image's has three")
    } else {
        flaw
    }
}

const LATEST: &str = "latest";

/// The greatest number; others of ten digits are compared with it as texts.
const MOST: &str = "2147483647";
