//! URLs that images may come from.

use super::{ParseSourceUrlError, host::check_name};
use core::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr},
    str::FromStr,
};
use url::{Host, Url};

/// The most bytes of a URL.
const MOST_BYTES: usize = 2_048;

/// The URL of an image, `https` or `http`.
///
/// At most 2,048 bytes of visible ASCII without backslashes: what readers of URLs disagree about is
/// refused, so that whoever connects reaches the host that was judged. There is no user in it, and a
/// fragment is dropped. The host is a name (those in other scripts in their form `xn--…`), an IPv4 address
/// in its one common form, or an IPv6 address in brackets. The path loses its `.` and `..`.
///
/// The [text](Self::as_str) holds all of it; `Debug` and every message leave out the query, which may hold
/// a signature. That is why it is not serialised either.
///
/// ```
/// use atlas_fetch::SourceUrl;
///
/// let url = SourceUrl::parse("HTTPS://Images.example.org:443/a/../b.qcow2?signature=secret#part")?;
/// assert_eq!(url.to_string(), "https://images.example.org/b.qcow2?signature=secret");
/// assert_eq!((url.host(), url.port(), url.is_https()), ("images.example.org", 443, true));
/// assert_eq!(format!("{url:?}"), "SourceUrl(`https://images.example.org/b.qcow2`)");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SourceUrl(Url);

impl SourceUrl {
    /// Reads a whole URL.
    ///
    /// # Errors
    ///
    /// It is longer than 2,048 bytes, holds other characters than visible ASCII or a backslash, has
    /// another scheme, user information, no host, or a host or port in a form that is not the common one.
    pub fn parse(text: &str) -> Result<Self, ParseSourceUrlError> {
        let text = plain(text)?;
        let Some((scheme, rest)) = text.split_once("://") else {
            return wrong(0, "is not `https://` or `http://` and a host");
        };
        if !["https", "http"]
            .iter()
            .any(|it| scheme.eq_ignore_ascii_case(it))
        {
            return wrong(0, "has a scheme that is not `https` or `http`");
        }
        let start = scheme.len().saturating_add(3);
        let authority = rest.split(['/', '?']).next().unwrap_or_default();
        let written =
            Written::parse(authority).or_else(|(at, why)| wrong(start.saturating_add(at), why))?;
        let Ok(url) = Url::parse(text) else {
            return wrong(start, "cannot be read");
        };
        if !written.is_of(&url) {
            return wrong(start, "has a host that can be read in two ways");
        }
        Self::canonical(url)
    }

    /// Where a redirect leads, from here.
    pub(super) fn join(&self, location: &str) -> Result<Self, ParseSourceUrlError> {
        let location = plain(location)?;
        if location.is_empty() {
            return wrong(0, "is empty");
        }
        let head = location.split(['/', '?']).next().unwrap_or_default();
        if head.contains(':') {
            return Self::parse(location);
        }
        if location.starts_with("//") {
            let scheme = self.0.scheme();
            return Self::parse(&format!("{scheme}:{location}")).map_err(|error| {
                let before = scheme.len().saturating_add(1);
                ParseSourceUrlError::new(error.at().saturating_sub(before), error)
            });
        }
        match self.0.join(location) {
            Ok(url) if url.origin() == self.0.origin() => Self::canonical(url),
            _ => wrong(0, "cannot be read"),
        }
    }

    /// What the other reader made of it, which can be longer.
    fn canonical(url: Url) -> Result<Self, ParseSourceUrlError> {
        if url.as_str().len() > MOST_BYTES {
            return wrong(MOST_BYTES, "is longer than 2,048 bytes when it is encoded");
        }
        Ok(Self(url))
    }

    /// All of it, with its query: for a request, and for no message.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What a request asks its host for: the path with the query.
    pub(crate) fn target(&self) -> String {
        match self.0.query() {
            Some(query) => format!("{}?{query}", self.0.path()),
            None => self.0.path().to_owned(),
        }
    }

    /// The host as a request names it, with the port where that is not the scheme's own.
    pub(crate) fn authority(&self) -> String {
        match self.0.port() {
            Some(port) => format!("{}:{port}", self.host()),
            None => self.host().to_owned(),
        }
    }

    /// All before the query: for messages.
    pub fn without_query(&self) -> &str {
        let text = self.0.as_str();
        text.split_once('?').map_or(text, |(head, _)| head)
    }

    /// Whether it is `https`, and not `http`.
    pub fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// The host in small letters, an IPv6 address in brackets.
    pub fn host(&self) -> &str {
        self.0.host_str().unwrap_or_default()
    }

    /// The port, if none is named that of the scheme.
    pub fn port(&self) -> u16 {
        self.0.port_or_known_default().unwrap_or_default()
    }

    /// The host, where it is an address and not a name: there is nothing to resolve then.
    pub fn address(&self) -> Option<IpAddr> {
        match self.0.host() {
            Some(Host::Ipv4(it)) => Some(it.into()),
            Some(Host::Ipv6(it)) => Some(it.into()),
            Some(Host::Domain(_)) | None => None,
        }
    }
}

/// The host and the port as they are written.
enum Written<'a> {
    Name(&'a str, Option<u16>),
    V4(Ipv4Addr, Option<u16>),
    V6(Ipv6Addr, Option<u16>),
}

impl<'a> Written<'a> {
    fn parse(authority: &'a str) -> Result<Self, (usize, &'static str)> {
        if let Some(at) = authority.find('@') {
            return Err((at, "names a user or a password; leave them out"));
        }
        if let Some(at) = authority.find('%') {
            return Err((at, "has an encoded host; write it in letters and digits"));
        }
        if let Some(inside) = authority.strip_prefix('[') {
            let Some((address, behind)) = inside.split_once(']') else {
                return Err((0, "has a bracket that is not closed"));
            };
            let Ok(address) = address.parse() else {
                return Err((1, "has brackets around what is no IPv6 address"));
            };
            let at = authority.len().saturating_sub(behind.len());
            let port = match behind.strip_prefix(':') {
                Some(digits) => Some(port(at.saturating_add(1), digits)?),
                None if behind.is_empty() => None,
                None => return Err((at, "has more than a port behind its address")),
            };
            return Ok(Self::V6(address, port));
        }
        let (host, port) = match authority.split_once(':') {
            Some((host, digits)) => {
                let at = host.len().saturating_add(1);
                (host, Some(port(at, digits)?))
            }
            None => (authority, None),
        };
        if host.is_empty() {
            return Err((0, "has no host"));
        }
        if let Ok(address) = host.parse() {
            return Ok(Self::V4(address, port));
        }
        check_name(host).map_err(|(at, _)| {
            (
                at,
                "has a host that is neither a plain name nor an address such as `192.0.2.1`",
            )
        })?;
        Ok(Self::Name(host, port))
    }

    /// Whether a second reader sees the same.
    fn is_of(&self, url: &Url) -> bool {
        let (is_host, port) = match (self, url.host()) {
            (Self::Name(name, port), Some(Host::Domain(it))) => {
                (name.eq_ignore_ascii_case(it), port)
            }
            (Self::V4(address, port), Some(Host::Ipv4(it))) => (*address == it, port),
            (Self::V6(address, port), Some(Host::Ipv6(it))) => (*address == it, port),
            _ => return false,
        };
        let default = if url.scheme() == "https" { 443 } else { 80 };
        let is_port = url.port_or_known_default() == Some(port.unwrap_or(default));
        is_host && is_port && url.username().is_empty() && url.password().is_none()
    }
}

/// A port without zeros before it.
fn port(at: usize, digits: &str) -> Result<u16, (usize, &'static str)> {
    match digits.parse::<u16>() {
        Ok(port) if port > 0 && port.to_string() == digits => Ok(port),
        _ => Err((at, "has a port that is no number from 1 to 65535")),
    }
}

/// A text in which every reader finds the same parts, without its fragment.
fn plain(text: &str) -> Result<&str, ParseSourceUrlError> {
    if text.len() > MOST_BYTES {
        return wrong(MOST_BYTES, "is longer than 2,048 bytes");
    }
    if let Some(at) = text.bytes().position(|it| !it.is_ascii_graphic()) {
        return wrong(
            at,
            "has a space, a control character or another script; encode it as `%…`, a host as `xn--…`",
        );
    }
    if let Some(at) = text.find('\\') {
        return wrong(at, "has a backslash; encode it as `%5C`");
    }
    Ok(text.split_once('#').map_or(text, |(head, _)| head))
}

fn wrong<T>(at: usize, why: &str) -> Result<T, ParseSourceUrlError> {
    Err(ParseSourceUrlError::new(at, format_args!("the URL {why}")))
}

impl fmt::Display for SourceUrl {
    /// With the query.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for SourceUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SourceUrl({})", atlas_base::quoted(self.without_query()))
    }
}

impl FromStr for SourceUrl {
    type Err = ParseSourceUrlError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}
