//! Alibaba Cloud, scanned by hand.

pub(crate) fn hand(text: &str) -> bool {
    let bytes = text.as_bytes();
    match bytes {
        [b'm', b'-', value @ ..] if matches!(value.len(), 9 | 20) => value
            .iter()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9')),
        _ => system(bytes).is_some(),
    }
}

/// Year, month and day.
type Date = (u16, u8, u8);

/// Name and date.
fn system(text: &[u8]) -> Option<(&[u8], Date)> {
    let (stem, is_raw) = match text.split_last_chunk()? {
        (stem, b".vhd") => (stem, false),
        (stem, b".raw") => (stem, true),
        _ => return None,
    };
    let (head, [a, b, c, d]) = stem.split_last_chunk()?;
    let (month, day) = (two(*a, *b)?, two(*c, *d)?);
    let (front, year) = match head.split_last_chunk() {
        Some((front, [b'_', b'2', b'0', tens, ones])) => (front, two(*tens, *ones)?),
        _ if month >= 10 => (head.strip_suffix(b"_20170")?, 17),
        _ => return None,
    };
    let is_date = matches!(month, 1..=12) && matches!(day, 1..=31);
    let name = match front.strip_suffix(b"_alibase") {
        Some(name) if !is_raw => name,
        _ => match front.strip_suffix(b"_cloudinit") {
            Some(name) => name,
            None if is_raw => return None,
            None => front
                .strip_suffix(b"_aliaegis")
                .or_else(|| front.strip_suffix(b"_alibaba"))
                .or_else(|| front.strip_suffix(b"_base"))?,
        },
    };
    let is_name = name.first()?.is_ascii_alphanumeric()
        && name.last()?.is_ascii_alphanumeric()
        && name.iter().fold(true, |good, byte| {
            good & (byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        });
    (is_date && is_name).then_some((name, (2000 + u16::from(year), month, day)))
}

fn two(tens: u8, ones: u8) -> Option<u8> {
    match (tens, ones) {
        (b'0'..=b'9', b'0'..=b'9') => Some((tens - b'0') * 10 + (ones - b'0')),
        _ => None,
    }
}
