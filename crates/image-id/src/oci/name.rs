//! Hosts and repositories.

use crate::scan::{Class, Flaw, Piece};

/// The host that is meant where there is none.
pub(super) const HUB: &str = "docker.io";
/// Another name of it.
pub(super) const OLD_HUB: &str = "index.docker.io";
/// Where its repositories of one part are.
pub(super) const LIBRARY: &str = "library/";
/// The most bytes that host, slash and repository may have together.
pub(super) const MOST: usize = 255;

const HOST: &str = "a host of letters, digits, `-` and `.`, a port of digits behind `:`";
const PORT: &str = "a port of digits";
const ADDRESS: &str = "an address of hex digits and `:` in brackets, then `/` and a repository";
const PATH: &str =
    "a repository of lower-case letters and digits, with `.`, `_`, `__` or `-` between";

/// Where the host ends, if the first part is one and a slash follows; at the start otherwise.
pub(super) fn host_end(whole: Piece<'_>) -> Result<usize, Flaw> {
    let bytes = whole.text.as_bytes();
    if bytes.first() == Some(&b'[') {
        return address_end(whole);
    }
    let Ok((end, has_dot)) = labels(bytes) else {
        return Ok(0);
    };
    match bytes.get(end) {
        Some(b'/') if has_dot || is_localhost(bytes.get(..end)) => Ok(end),
        Some(b':') => {
            let port = skip(bytes, end + 1, Class::DIGIT);
            // Otherwise the colon begins a tag.
            let is_port = port > end + 1 && bytes.get(port) == Some(&b'/');
            Ok(if is_port { port } else { 0 })
        }
        _ => Ok(0),
    }
}

/// Where an address in brackets ends, with its port.
fn address_end(whole: Piece<'_>) -> Result<usize, Flaw> {
    let bytes = whole.text.as_bytes();
    let inner = skip(bytes, 1, Class::HEX.or(Class::COLON));
    if inner == 1 || bytes.get(inner) != Some(&b']') {
        return Err(Flaw::found(whole.at + inner, ADDRESS));
    }
    let mut end = inner + 1;
    if bytes.get(end) == Some(&b':') {
        let port = skip(bytes, end + 1, Class::DIGIT);
        if port == end + 1 {
            return Err(Flaw::found(whole.at + port, PORT));
        }
        end = port;
    }
    let has_colon = bytes.iter().take(end).any(|byte| *byte == b':');
    if bytes.get(end) == Some(&b'/') && has_colon {
        Ok(end)
    } else {
        Err(Flaw::found(whole.at + end, ADDRESS))
    }
}

/// Where the repository ends that begins there: at a tag, a digest or the end.
pub(super) fn path_end(whole: Piece<'_>, start: usize) -> Result<usize, Flaw> {
    let bytes = whole.text.as_bytes();
    let mut at = start;
    loop {
        let word = at;
        at = skip(bytes, at, Class::LOWER_OR_DIGIT);
        if at == word {
            return Err(no_path(whole, at));
        }
        match bytes.get(at) {
            None | Some(b':' | b'@') => break,
            Some(b'_') if bytes.get(at + 1) == Some(&b'_') => at += 2,
            Some(b'/' | b'.' | b'_') => at += 1,
            Some(b'-') => at = skip(bytes, at, Class::DASH),
            Some(_) => return Err(no_path(whole, at)),
        }
    }
    // A first part with a dot could only be a host, and has been read as none.
    if start == 0 && whole.text.get(..at).is_some_and(begins_with_host) {
        return Err(no_host(whole));
    }
    Ok(at)
}

/// Where the domain name ends that these bytes begin with, and whether it has a dot; or the byte that
/// is wrong.
fn labels(bytes: &[u8]) -> Result<(usize, bool), usize> {
    let mut at = 0;
    let mut has_dot = false;
    loop {
        let start = at;
        at = skip(bytes, at, Class::ALPHANUMERIC);
        if at == start {
            return Err(at);
        }
        match bytes.get(at) {
            Some(b'.') => {
                has_dot = true;
                at += 1;
            }
            Some(b'-') => at = skip(bytes, at, Class::DASH),
            _ => return Ok((at, has_dot)),
        }
    }
}

fn is_localhost(bytes: Option<&[u8]>) -> bool {
    bytes.is_some_and(|bytes| bytes.eq_ignore_ascii_case(b"localhost"))
}

/// Whether the first part of a repository would be read as a host if nothing stood before it.
pub(super) fn begins_with_host(path: &str) -> bool {
    path.split_once('/')
        .is_some_and(|(first, _)| first.contains('.') || is_localhost(Some(first.as_bytes())))
}

/// Where the run of bytes of a class ends.
fn skip(bytes: &[u8], mut at: usize, class: Class) -> usize {
    while bytes.get(at).is_some_and(|byte| class.has(*byte)) {
        at += 1;
    }
    at
}

/// What begins there, behind nothing but ASCII.
pub(super) fn behind(whole: Piece<'_>, start: usize) -> Piece<'_> {
    Piece {
        text: whole.text.get(start..).unwrap_or_default(),
        at: whole.at + start,
    }
}

#[cold]
fn no_path(whole: Piece<'_>, wrong: usize) -> Flaw {
    let at = whole.at + wrong;
    let before = whole.text.get(..wrong).unwrap_or_default();
    match whole.text.as_bytes().get(wrong) {
        None if before.ends_with('/') => {
            Flaw::empty(at, "last part", PATH).hint("leave the slash at the end out")
        }
        Some(b'/') if before.ends_with('/') => {
            Flaw::empty(at, "part", PATH).hint("write one slash")
        }
        None | Some(b'/' | b':' | b'@') if before.is_empty() || before.ends_with('/') => {
            Flaw::empty(at, "repository", PATH)
        }
        Some(byte) if byte.is_ascii_uppercase() => {
            Flaw::found(at, PATH).hint("repositories are in lower case")
        }
        _ => Flaw::found(at, PATH),
    }
}

/// The first part can only be a host, and is none.
#[cold]
fn no_host(start: Piece<'_>) -> Flaw {
    let at = start.at + labels_end(start.text);
    Flaw::found(at, HOST).hint("the part before the first slash has a dot: it is a host")
}

/// What is wrong with a first part that can only be a host, if that is what is wrong.
#[cold]
pub(super) fn wrong_host(start: Piece<'_>) -> Option<Flaw> {
    let (first, _) = start.text.split_once('/')?;
    if first.starts_with('[') || first.contains('@') {
        return None;
    }
    let (domain, port) = match first.split_once(':') {
        Some((domain, port)) => (domain, Some(port)),
        None => (first, None),
    };
    let good = labels_end(domain) == domain.len();
    let at = start.at + domain.len() + 1;
    match port.map(|port| (port, port.bytes().position(|byte| !Class::DIGIT.has(byte)))) {
        Some((_, Some(digits))) => Some(Flaw::found(at + digits, PORT)),
        Some(("", None)) => Some(Flaw::empty(at, "port", PORT)),
        Some(_) if !good => Some(Flaw::found(start.at + labels_end(domain), HOST)),
        None if !good && domain.contains('.') => Some(no_host(start)),
        _ => None,
    }
}

fn labels_end(text: &str) -> usize {
    labels(text.as_bytes()).map_or_else(|at| at, |(end, _)| end)
}
