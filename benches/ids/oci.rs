//! Container registries, scanned by hand.

pub(crate) fn hand(text: &str) -> bool {
    parts(text.as_bytes()).is_some()
}

/// Host, repository, tag and digest.
fn parts(text: &[u8]) -> Option<[&[u8]; 4]> {
    let host_end = host_end(text)?;
    let host = text.get(..host_end)?;
    let rest = text.get(if host.is_empty() { 0 } else { host_end + 1 }..)?;
    let (path_end, slash, dot) = path_end(rest)?;
    let (path, rest) = rest.split_at_checked(path_end)?;
    if host.is_empty() && slash < path_end && dot < slash {
        return None; // a host, and no good one
    }
    let (tag, rest) = match rest.strip_prefix(b":") {
        None => (&b""[..], rest),
        Some(rest) => {
            let end = rest.iter().position(|byte| *byte == b'@');
            let (tag, rest) = rest.split_at_checked(end.unwrap_or(rest.len()))?;
            if !is_tag(tag) {
                return None;
            }
            (tag, rest)
        }
    };
    let digest = match rest.strip_prefix(b"@") {
        None => rest,
        Some(digest) if is_digest(digest) => digest,
        Some(_) => return None,
    };
    let is_alone = host.is_empty()
        && digest.is_empty()
        && (tag.is_empty() && path.len() == 64 && is_hex(path)
            || digits(path) == Some(tag.len()) && is_hex(tag));
    let is_hub = host.is_empty()
        || host.eq_ignore_ascii_case(b"docker.io")
        || host.eq_ignore_ascii_case(b"index.docker.io");
    let library = if is_hub && slash == path_end { 8 } else { 0 };
    let host_length = if is_hub { 9 } else { host.len() };
    let is_id = host_length + 1 + library + path.len() <= 255 && !is_alone;
    is_id.then_some([host, path, tag, digest])
}

/// Where the host ends; zero if there is none.
fn host_end(text: &[u8]) -> Option<usize> {
    if text.first() == Some(&b'[') {
        return address_end(text);
    }
    let mut has_dot = false;
    let mut before = b'.';
    for (at, &byte) in text.iter().enumerate() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' => {}
            b'-' if before != b'.' => {}
            b'.' if before != b'.' && before != b'-' => has_dot = true,
            b'/' | b':' if before == b'.' || before == b'-' => return Some(0),
            b'/' => {
                let is_host = has_dot || text.get(..at)?.eq_ignore_ascii_case(b"localhost");
                return Some(if is_host { at } else { 0 });
            }
            b':' => {
                let port = text.get(at + 1..)?;
                let end = port.iter().position(|byte| !byte.is_ascii_digit());
                return Some(match end {
                    Some(end) if end > 0 && port.get(end) == Some(&b'/') => at + 1 + end,
                    _ => 0,
                });
            }
            _ => return Some(0),
        }
        before = byte;
    }
    Some(0)
}

fn address_end(text: &[u8]) -> Option<usize> {
    let slash = text.iter().position(|byte| *byte == b'/')?;
    let end = text.iter().position(|byte| *byte == b']')?;
    let (address, port) = (text.get(1..end)?, text.get(end + 1..slash)?);
    let is_port = |port: &[u8]| !port.is_empty() && port.iter().all(u8::is_ascii_digit);
    let is_address = !address.is_empty()
        && address
            .iter()
            .all(|byte| byte.is_ascii_hexdigit() || *byte == b':')
        && (port.is_empty() && address.contains(&b':')
            || port.strip_prefix(b":").is_some_and(is_port));
    is_address.then_some(slash)
}

/// Where the repository ends, and where its first slash and its first dot are, or its end.
fn path_end(text: &[u8]) -> Option<(usize, usize, usize)> {
    let (mut slash, mut dot) = (None, None);
    let mut at = 0;
    loop {
        let word = at;
        while matches!(text.get(at), Some(b'a'..=b'z' | b'0'..=b'9')) {
            at += 1;
        }
        if at == word {
            return None;
        }
        match text.get(at) {
            None | Some(b':' | b'@') => return Some((at, slash.unwrap_or(at), dot.unwrap_or(at))),
            Some(b'/') => slash = slash.or(Some(at)),
            Some(b'.') => dot = dot.or(Some(at)),
            Some(b'_') if text.get(at + 1) == Some(&b'_') => at += 1,
            Some(b'_') => {}
            Some(b'-') => {
                while text.get(at + 1) == Some(&b'-') {
                    at += 1;
                }
            }
            Some(_) => return None,
        }
        at += 1;
    }
}

fn is_tag(tag: &[u8]) -> bool {
    let is_word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    tag.len() <= 128
        && tag.first().is_some_and(is_word)
        && tag
            .iter()
            .all(|byte| is_word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(digest: &[u8]) -> bool {
    let Some(colon) = digest.iter().position(|byte| *byte == b':') else {
        return false;
    };
    let (Some(algorithm), Some(hex)) = (digest.get(..colon), digest.get(colon + 1..)) else {
        return false;
    };
    match digits(algorithm) {
        Some(digits) => hex.len() == digits && is_hex(hex),
        None => {
            digest.len() <= 512
                && hex.len() >= 32
                && is_hex(hex)
                && algorithm
                    .split(|byte| matches!(byte, b'+' | b'.' | b'_' | b'-'))
                    .all(|part| {
                        part.first().is_some_and(u8::is_ascii_lowercase)
                            && part
                                .iter()
                                .all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9'))
                    })
        }
    }
}

fn digits(algorithm: &[u8]) -> Option<usize> {
    match algorithm {
        b"sha256" | b"blake3" => Some(64),
        b"sha384" => Some(96),
        b"sha512" => Some(128),
        _ => None,
    }
}

fn is_hex(hex: &[u8]) -> bool {
    hex.iter().fold(true, |all, byte| {
        all & matches!(byte, b'0'..=b'9' | b'a'..=b'f')
    })
}
