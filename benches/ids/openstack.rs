//! OpenStack, scanned by hand: UUIDs in all spellings.

use std::hint::black_box;

pub(crate) fn hand(text: &str) -> bool {
    let text = text.as_bytes();
    let digits = match text {
        [b'{', inner @ .., b'}'] => inner,
        [b'u' | b'U', ..] => match text.split_at_checked(9) {
            Some((urn, digits)) if urn.eq_ignore_ascii_case(b"urn:uuid:") => digits,
            _ => return false,
        },
        _ => text,
    };
    hyphenated(digits) || simple(digits)
}

/// 8-4-4-4-12, into lower case.
pub(crate) fn hyphenated(text: &[u8]) -> bool {
    let Ok(mut text) = <[u8; 36]>::try_from(text) else {
        return false;
    };
    let [head @ .., _, _, _, _] = &text;
    let mut is_good = text.iter().skip(32).all(u8::is_ascii_hexdigit);
    for (byte, is_dash) in head.iter().zip(IS_DASH) {
        is_good &= if is_dash {
            *byte == b'-'
        } else {
            byte.is_ascii_hexdigit()
        };
    }
    if is_good {
        text.make_ascii_lowercase();
        black_box(&text);
    }
    is_good
}

/// 32 digits, into lower case.
fn simple(text: &[u8]) -> bool {
    let Ok(mut digits) = <[u8; 32]>::try_from(text) else {
        return false;
    };
    let is_good = digits
        .iter()
        .fold(true, |good, digit| good & digit.is_ascii_hexdigit());
    if is_good {
        digits.make_ascii_lowercase();
        black_box(&digits);
    }
    is_good
}

const IS_DASH: [bool; 32] = {
    let mut is_dash = [false; 32];
    is_dash[8] = true;
    is_dash[13] = true;
    is_dash[18] = true;
    is_dash[23] = true;
    is_dash
};
