//! The numbers that some clouds give their images.

use crate::scan::{Class, Cursor, Flaw, Piece};

/// The number that a text of digits is: positive, at most `most`, without zeros at its start.
#[inline]
pub(crate) fn positive(text: &str, most: u64) -> Option<u64> {
    let bytes = text.as_bytes();
    if !matches!(bytes.first(), Some(b'1'..=b'9')) {
        return None;
    }
    let number = if bytes.len() < SURE_DIGITS {
        let mut number = 0_u64;
        for byte in bytes {
            let digit = byte.wrapping_sub(b'0');
            if digit > 9 {
                return None;
            }
            number = number * 10 + u64::from(digit);
        }
        number
    } else {
        // The first byte is a digit, so that a sign, which the library would read, is excluded.
        text.parse().ok()?
    };
    (number <= most).then_some(number)
}

/// Reads a number up to the end of the text.
#[inline]
pub(crate) fn to_end(cursor: Cursor<'_>, most: u64, expected: &'static str) -> Result<u64, Flaw> {
    match positive(cursor.rest().text, most) {
        Some(number) => Ok(number),
        None => Err(flaw_of(cursor, most, expected)),
    }
}

/// What is wrong with a number that was refused.
#[cold]
pub(crate) fn flaw_of(mut cursor: Cursor<'_>, most: u64, expected: &'static str) -> Flaw {
    let digits = cursor.take(Class::DIGIT);
    match digits.text.as_bytes() {
        [] if cursor.is_done() => Flaw::empty(digits.at, "number", expected),
        [] | [b'0'] => Flaw::found(digits.at, expected),
        [b'0', ..] => Flaw::found(digits.at, expected).hint("leave the zeros at the start out"),
        _ if positive(digits.text, most).is_some() => Flaw::found(cursor.at(), expected),
        _ => {
            let most_digits = most.to_string().len();
            if digits.text.len() > most_digits {
                too_many(digits, most_digits, cursor, expected)
            } else {
                Flaw::says(digits.end(), "the number is too large, ending", expected)
            }
        }
    }
}

/// Too many digits, with what follows them.
#[cold]
pub(crate) fn too_many(
    digits: Piece<'_>,
    most: usize,
    behind: Cursor<'_>,
    expected: &'static str,
) -> Flaw {
    if behind.is_done() {
        Flaw::digits(digits.end(), digits.text.len(), expected)
    } else {
        Flaw::found(digits.at + most, expected)
    }
}

/// The number that was probably meant by a text that is none: behind `#` or in an address of an
/// image, without zeros at its start.
#[cold]
pub(crate) fn meant(text: &str) -> Option<String> {
    let path = text.split('?').next().unwrap_or(text).trim_end_matches('/');
    let is_of_image = ["/images/", "/snapshots/"]
        .iter()
        .any(|word| path.contains(word));
    if path.contains('/') && !is_of_image {
        return None;
    }
    let digits = path.rsplit(['#', '/']).next()?;
    let is_number = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| digits.trim_start_matches('0').to_owned())
}

/// Every number of fewer digits is within 64 bits.
const SURE_DIGITS: usize = 20;
