//! Linode, scanned by hand.

use std::hint::black_box;

pub(crate) fn hand(text: &str) -> bool {
    black_box(parts(text.as_bytes())).is_some()
}

/// The namespace's first byte, and the number or zero.
fn parts(text: &[u8]) -> Option<(u8, u64)> {
    if let Some(name) = text.strip_prefix(b"linode/") {
        let [first, .., last] = name else {
            return matches!(name, [b'a'..=b'z']).then_some((b'l', 0));
        };
        let is_name = name.len() <= 128
            && first.is_ascii_lowercase()
            && !matches!(last, b'-' | b'.')
            && name
                .iter()
                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'));
        return is_name.then_some((b'l', 0));
    }
    if let Some(digits) = text.strip_prefix(b"private/") {
        return Some((b'p', number(digits)?));
    }
    Some((b's', number(text.strip_prefix(b"shared/")?)?))
}

fn number(digits: &[u8]) -> Option<u64> {
    if !matches!(digits, [b'1'..=b'9', ..]) {
        return None;
    }
    digits.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}
