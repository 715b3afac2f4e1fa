//! Hosts.

use super::{ParseHostPatternError, SourceUrl};
use atlas_base::quoted;
use core::{fmt, net::IpAddr};

/// The most bytes of a name, and of a part of it (RFC 1035, 2.3.4).
const MOST_BYTES: usize = 253;
const MOST_PART: usize = 63;

/// One host, or all hosts below a name.
///
/// `images.example.org` is that host alone. `*.example.org` is every name below `example.org`, at any
/// depth, and not `example.org` itself. An address is written as in a URL, IPv6 without the brackets.
/// Names are ASCII: those in other scripts in their form `xn--…`. The case of letters does not matter;
/// the canonical text has small ones.
///
/// ```
/// use atlas_fetch::{HostPattern, SourceUrl};
///
/// let pattern = HostPattern::parse("*.example.org")?;
/// assert!(pattern.matches(&SourceUrl::parse("https://eu.images.example.org/a.qcow2")?));
/// assert!(!pattern.matches(&SourceUrl::parse("https://example.org/a.qcow2")?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HostPattern(Pattern);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Pattern {
    Address(IpAddr),
    Name(String),
    Below(String),
}

impl HostPattern {
    /// Reads a name, `*.` and a name, or an address.
    ///
    /// # Errors
    ///
    /// It is none of these: a part of a name is empty or longer than 63 bytes, or has other characters
    /// than letters, digits, `-` and `_`; the name is longer than 253 bytes, or its last part reads as a
    /// number.
    pub fn parse(text: &str) -> Result<Self, ParseHostPatternError> {
        if let Ok(address) = text.parse::<IpAddr>() {
            return Ok(Self(Pattern::Address(address)));
        }
        let (name, skipped) = match text.strip_prefix("*.") {
            Some(name) => (name, 2_usize),
            None => (text, 0),
        };
        if let Err((at, why)) = check_name(name) {
            let message = format!("the host {} {why}", quoted(text));
            return Err(ParseHostPatternError::new(
                skipped.saturating_add(at),
                message,
            ));
        }
        let name = name.to_ascii_lowercase();
        Ok(Self(if skipped == 0 {
            Pattern::Name(name)
        } else {
            Pattern::Below(name)
        }))
    }

    /// Whether the host of the URL is one of these. It says nothing of where the host is.
    pub fn matches(&self, url: &SourceUrl) -> bool {
        match &self.0 {
            Pattern::Address(address) => url.address() == Some(*address),
            Pattern::Name(name) => url.host() == name,
            Pattern::Below(name) => {
                let head = url.host().strip_suffix(name.as_str());
                let head = head.and_then(|head| head.strip_suffix('.'));
                head.is_some_and(|head| !head.is_empty())
            }
        }
    }
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Pattern::Address(address) => write!(f, "{address}"),
            Pattern::Name(name) => f.write_str(name),
            Pattern::Below(name) => write!(f, "*.{name}"),
        }
    }
}

atlas_base::text_form!(HostPattern, ParseHostPatternError);

/// Whether a text is a name of a host that every reader takes for a name; else where it is not, and why.
pub(super) fn check_name(name: &str) -> Result<(), (usize, &'static str)> {
    if name.len() > MOST_BYTES {
        return Err((MOST_BYTES, "is longer than 253 bytes"));
    }
    let mut at = 0_usize;
    let mut last = "";
    for part in name.split('.') {
        if part.is_empty() {
            return Err((at, "has an empty part; write it without dots around it"));
        }
        if part.len() > MOST_PART {
            return Err((at, "has a part of more than 63 bytes"));
        }
        let is_plain = |it: u8| it.is_ascii_alphanumeric() || it == b'-' || it == b'_';
        if let Some(bad) = part.bytes().position(|it| !is_plain(it)) {
            let why = "has a character other than letters, digits, `-` and `_`";
            return Err((at.saturating_add(bad), why));
        }
        last = part;
        at = at.saturating_add(part.len()).saturating_add(1);
    }
    // Many readers take such a host for an IPv4 address, each in its way.
    let number = last.strip_prefix("0x").or(last.strip_prefix("0X"));
    let is_number = match number {
        Some(digits) => digits.bytes().all(|it| it.is_ascii_hexdigit()),
        None => last.bytes().all(|it| it.is_ascii_digit()),
    };
    if is_number {
        let at = name.len().saturating_sub(last.len());
        return Err((at, "ends in a number; write an address as `192.0.2.1`"));
    }
    Ok(())
}
