//! Hetzner Cloud, scanned by hand.

use std::hint::black_box;

pub(crate) fn hand(text: &str) -> bool {
    black_box(parts(text.as_bytes())).is_some()
}

/// The number, or zero for a name.
fn parts(text: &[u8]) -> Option<u64> {
    match text {
        [b'1'..=b'9', rest @ ..] => {
            if rest.len() > 15 {
                return None;
            }
            let mut number = 0;
            for byte in text {
                if !byte.is_ascii_digit() {
                    return None;
                }
                number = number * 10 + u64::from(byte - b'0');
            }
            (number < 1 << 53).then_some(number)
        }
        [b'a'..=b'z', ..] => {
            let is_name = text.len() <= 128
                && !text.ends_with(b"-")
                && !text.ends_with(b".")
                && text
                    .iter()
                    .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.'));
            is_name.then_some(0)
        }
        _ => None,
    }
}
