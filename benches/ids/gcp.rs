//! Google Compute Engine, scanned by hand.

pub(crate) fn hand(text: &str) -> bool {
    parts(text.as_bytes()).is_some()
}

/// Project, zone and name.
fn parts(text: &[u8]) -> Option<(&[u8], &[u8], &[u8])> {
    let rest = host(text)?;
    if let Some(name) = rest.strip_prefix(b"family/") {
        return is_label(name).then_some((b"", b"", name));
    }
    if rest.starts_with(b"global/images/") {
        return resource(rest).map(|(zone, name)| (&b""[..], zone, name));
    }
    let rest = rest.strip_prefix(b"projects/").unwrap_or(rest);
    let slash = rest.iter().position(|byte| *byte == b'/')?;
    let (project, rest) = (rest.get(..slash)?, rest.get(slash + 1..)?);
    if !is_project(project) {
        return None;
    }
    resource(rest).map(|(zone, name)| (project, zone, name))
}

fn host(text: &[u8]) -> Option<&[u8]> {
    let Some(rest) = text.strip_prefix(b"https://") else {
        return Some(
            text.strip_prefix(b"//compute.googleapis.com/")
                .unwrap_or(text),
        );
    };
    let rest = rest
        .strip_prefix(b"www.googleapis.com/compute/")
        .or_else(|| rest.strip_prefix(b"compute.googleapis.com/compute/"))?;
    rest.strip_prefix(b"v1/")
        .or_else(|| rest.strip_prefix(b"beta/"))
        .or_else(|| rest.strip_prefix(b"alpha/"))
}

fn resource(rest: &[u8]) -> Option<(&[u8], &[u8])> {
    if let Some(name) = rest.strip_prefix(b"global/images/") {
        if let Some(family) = name.strip_prefix(b"family/") {
            return is_label(family).then_some((b"", family));
        }
        return (is_label(name) || is_number(name)).then_some((b"", name));
    }
    if let Some(name) = rest.strip_prefix(b"global/machineImages/") {
        return (is_label(name) || is_number(name)).then_some((b"", name));
    }
    let rest = rest.strip_prefix(b"zones/")?;
    let slash = rest.iter().position(|byte| *byte == b'/')?;
    let (zone, rest) = (rest.get(..slash)?, rest.get(slash..)?);
    let name = rest.strip_prefix(b"/imageFamilyViews/")?;
    (is_label(zone) && is_label(name)).then_some((zone, name))
}

fn is_label(text: &[u8]) -> bool {
    let [first, .., last] = text else {
        return matches!(text, [b'a'..=b'z']);
    };
    text.len() <= 63
        && first.is_ascii_lowercase()
        && *last != b'-'
        && text
            .iter()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}

fn is_number(text: &[u8]) -> bool {
    text.len() <= 20
        && !text.starts_with(b"0")
        && !text.is_empty()
        && text.iter().all(u8::is_ascii_digit)
}

fn is_project(text: &[u8]) -> bool {
    let name = match text.iter().position(|byte| *byte == b':') {
        None => text,
        Some(colon) => {
            let (Some(domain), Some(name)) = (text.get(..colon), text.get(colon + 1..)) else {
                return false;
            };
            let mut labels = domain.rsplit(|byte| *byte == b'.');
            let is_domain = labels.next().is_some_and(is_label)
                && labels.all(|label| {
                    matches!(label.len(), 1..=63)
                        && label
                            .iter()
                            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
                });
            if !is_domain {
                return false;
            }
            name
        }
    };
    matches!(name.len(), 1..=63)
        && !name.starts_with(b"-")
        && !name.ends_with(b"-")
        && name
            .iter()
            .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
}
