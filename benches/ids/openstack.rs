//! OpenStack, scanned by hand.

pub(crate) fn hand(text: &str) -> bool {
    let bytes = text.as_bytes();
    let inner = match bytes {
        [b'{', inner @ .., b'}'] => inner,
        [b'{', ..] => return false,
        _ => match bytes.split_at_checked(9) {
            Some((head, tail)) if head.eq_ignore_ascii_case(b"urn:uuid:") => tail,
            _ => bytes,
        },
    };
    is_hyphenated(inner) || inner.len() == 32 && inner.iter().all(u8::is_ascii_hexdigit)
}

/// 32 hex digits with dashes behind 8, 4, 4 and 4 of them.
pub(crate) fn is_hyphenated(bytes: &[u8]) -> bool {
    let Ok(bytes) = <&[u8; 36]>::try_from(bytes) else {
        return false;
    };
    bytes.iter().enumerate().all(|(at, byte)| match at {
        8 | 13 | 18 | 23 => *byte == b'-',
        _ => byte.is_ascii_hexdigit(),
    })
}
