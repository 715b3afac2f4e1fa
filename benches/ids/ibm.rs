//! IBM Cloud, scanned by hand.

pub(crate) fn hand(text: &str) -> bool {
    parts(text.as_bytes()).is_some()
}

/// Region, account and bare id.
fn parts(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    match text.first()? {
        b'c' => crn(text),
        b'h' => href(text),
        _ => is_id(text).then_some((b"", b"", text)),
    }
}

fn crn(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let rest = text.strip_prefix(b"crn:v1:")?;
    let end = rest.iter().position(|byte| *byte == b':')?;
    let cname = rest.get(..end)?;
    let is_cname = matches!(cname.len(), 1..=63)
        && cname
            .iter()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'));
    let rest = rest.get(end..)?.strip_prefix(b":public:is:")?;
    let end = rest.iter().position(|byte| *byte == b':')?;
    let region = rest.get(..end)?;
    let rest = rest.get(end..)?.strip_prefix(b":a/")?;
    let (account, rest) = rest.split_at_checked(32)?;
    let is_account = account.iter().fold(true, |good, byte| {
        good & matches!(byte, b'0'..=b'9' | b'a'..=b'f')
    });
    let id = rest.strip_prefix(b"::image:")?;
    (is_cname && is_account && is_region(region) && is_id(id)).then_some((region, account, id))
}

fn href(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let rest = text.strip_prefix(b"https://")?;
    let end = rest.iter().position(|byte| *byte == b'.')?;
    let (region, rest) = (rest.get(..end)?, rest.get(end..)?);
    let rest = rest.strip_prefix(b".private").unwrap_or(rest);
    let id = rest.strip_prefix(b".iaas.cloud.ibm.com/v1/images/")?;
    (is_region(region) && is_id(id)).then_some((region, b"", id))
}

fn is_region(region: &[u8]) -> bool {
    let (mut before, mut dashes) = (b'-', 0);
    for byte in region {
        match byte {
            b'a'..=b'z' => {}
            b'0'..=b'9' if before != b'-' => {}
            b'-' if before != b'-' => dashes += 1,
            _ => return false,
        }
        before = *byte;
    }
    dashes > 0 && before != b'-' && region.len() <= 63
}

fn is_id(id: &[u8]) -> bool {
    let Some((b"r", rest)) = id.split_at_checked(1) else {
        return false;
    };
    let Ok(bytes) = <&[u8; 40]>::try_from(rest) else {
        return false;
    };
    let (mut good, mut dashes) = (true, 0);
    for byte in bytes {
        good &= matches!(byte, b'0'..=b'9' | b'a'..=b'f' | b'-');
        dashes += u8::from(*byte == b'-');
    }
    let places = [bytes[3], bytes[12], bytes[17], bytes[22], bytes[27]];
    good && dashes == 5 && places == [b'-'; 5] && bytes.iter().take(3).all(u8::is_ascii_digit)
}
