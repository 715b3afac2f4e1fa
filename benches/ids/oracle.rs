//! Oracle, scanned by hand.

pub(crate) fn hand(text: &str) -> bool {
    parts(text.as_bytes()).is_some()
}

/// Realm, region and unique part.
fn parts(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let rest = text.strip_prefix(b"ocid1.image.oc")?;
    let dot = rest.iter().position(|byte| *byte == b'.')?;
    let (realm, rest) = (rest.get(..dot)?, rest.get(dot + 1..)?);
    let [b'1'..=b'9', others @ ..] = realm else {
        return None;
    };
    if others.len() > 2 || !others.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let dot = rest.iter().position(|byte| *byte == b'.')?;
    let (region, unique) = (rest.get(..dot)?, rest.get(dot + 1..)?);
    let is_unique = unique.len() == 60
        && unique.iter().fold(true, |good, byte| {
            good & matches!(byte, b'a'..=b'z' | b'0'..=b'9')
        });
    (is_unique && is_region(region)).then_some((realm, region, unique))
}

fn is_region(region: &[u8]) -> bool {
    if region == b"phx" || region == b"iad" {
        return true;
    }
    let ([words @ .., b'-', b'1'..=b'9'] | [words @ .., b'-', b'1'..=b'9', b'0'..=b'9']) = region
    else {
        return false;
    };
    let (mut before, mut dashes) = (b'-', 0);
    for byte in words {
        match byte {
            b'a'..=b'z' => {}
            b'-' if before != b'-' => dashes += 1,
            _ => return false,
        }
        before = *byte;
    }
    dashes > 0 && before != b'-' && region.len() <= 63
}
