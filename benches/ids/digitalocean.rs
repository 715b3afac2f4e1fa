//! DigitalOcean, scanned by hand.

use std::hint::black_box;

pub(crate) fn hand(text: &str) -> bool {
    black_box(parts(text.as_bytes())).is_some()
}

/// The number, or zero for a slug.
fn parts(text: &[u8]) -> Option<u64> {
    if let Some(number) = number(text) {
        return Some(number);
    }
    let is_slug = matches!(text.len(), 1..=128)
        && !text.starts_with(b"-")
        && !text.ends_with(b"-")
        && text
            .iter()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
        && !text.iter().all(u8::is_ascii_digit);
    is_slug.then_some(0)
}

fn number(text: &[u8]) -> Option<u64> {
    if !matches!(text, [b'1'..=b'9', ..]) {
        return None;
    }
    text.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}
