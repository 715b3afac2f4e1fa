//! What is wrong with a text that is no UUID.

use crate::scan::{Flaw, Piece};

/// Which spellings would have been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Forms {
    Hyphenated,
    Any,
}

/// Why a text is not hyphenated.
#[cold]
pub(crate) fn of_hyphenated(piece: Piece<'_>, expected: &'static str) -> Flaw {
    of(piece, Forms::Hyphenated, expected)
}

/// Why a text is neither hyphenated nor 32 digits.
#[cold]
pub(crate) fn of_any(piece: Piece<'_>, expected: &'static str) -> Flaw {
    of(piece, Forms::Any, expected)
}

/// The first byte from which no UUID can come any more.
fn of(piece: Piece<'_>, forms: Forms, expected: &'static str) -> Flaw {
    let text = piece.text.as_bytes();
    let is_hex = |byte: &&u8| byte.is_ascii_hexdigit();
    let digits = text.iter().take_while(is_hex).count();
    let has_group = digits == 8 && text.get(8) == Some(&b'-');
    let flaw = if forms == Forms::Hyphenated || has_group {
        let fits = |(at, byte): &(usize, &u8)| match at {
            8 | 13 | 18 | 23 => **byte == b'-',
            0..36 => byte.is_ascii_hexdigit(),
            _ => false,
        };
        let fitting = text.iter().enumerate().take_while(fits).count();
        Flaw::found(piece.at + fitting, expected)
    } else if digits == text.len() {
        Flaw::digits(piece.end(), digits, expected)
    } else {
        Flaw::found(piece.at + digits.min(32), expected)
    };
    match hint(piece, flaw.at - piece.at, forms) {
        Some(hint) => flaw.hint(hint),
        None => flaw,
    }
}

/// How to mend it; `at` is the wrong byte.
fn hint(piece: Piece<'_>, at: usize, forms: Forms) -> Option<&'static str> {
    let begins = |prefix| piece.strip_any_case(prefix).is_some();
    let found = piece.text.as_bytes().get(at);
    let is_dashed = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    Some(if begins("0x") {
        "leave `0x` out"
    } else if begins("xxxxxxxx") {
        "fill in the placeholder"
    } else if begins("urn:uuid:") || begins("uuid:") {
        "leave what stands before the digits out"
    } else if piece.text.contains("://") {
        "take the UUID out of the address"
    } else if found == Some(&b'@') {
        "the region belongs to the location, not to the id"
    } else if found == Some(&b'{') && forms == Forms::Any {
        "one pair of braces is enough"
    } else if matches!(found, Some(b'{' | b'(' | b'[')) {
        "leave the brackets out"
    } else if matches!(found, Some(b'O' | b'o')) {
        "write the digit `0`, not the letter"
    } else if matches!(found, Some(b'I' | b'l')) {
        "write the digit `1`, not the letter"
    } else if !piece.text.bytes().all(is_dashed) {
        return None;
    } else if piece.text.contains('-') || forms == Forms::Hyphenated && piece.text.len() == 32 {
        "the dashes stand behind 8, 4, 4 and 4 digits"
    } else if forms == Forms::Any
        && matches!(piece.text.len(), 1..20)
        && piece.text.bytes().all(|byte| byte.is_ascii_digit())
    {
        "integer ids are of an old API: take the UUID"
    } else {
        return None;
    })
}
