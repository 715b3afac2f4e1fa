//! Who, at which hosts, below which prefix.

use super::{AddressError, unescaped};

const PORT: u16 = 2379;
/// The prefix of a URL that names none.
const PREFIX: &str = "cloud-atlas";
/// The most bytes of a prefix.
const MAX_PREFIX: usize = 100;

#[derive(Clone)]
pub(super) struct Authority {
    /// The user and the password.
    pub(super) account: Option<(String, String)>,
    pub(super) hosts: Vec<(String, u16)>,
    pub(super) prefix: String,
}

impl Authority {
    /// Reads `user:password@host:port,host:port/prefix`.
    pub(super) fn parse(text: &str) -> Result<Self, AddressError> {
        let (account, rest) = match text.rsplit_once('@') {
            Some((account, rest)) => (Some(parse_account(account)?), rest),
            None => (None, text),
        };
        let (hosts, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let prefix = if prefix.is_empty() { PREFIX } else { prefix };
        if !is_prefix(prefix) {
            return Err(AddressError::Prefix);
        }
        Ok(Self {
            account,
            hosts: hosts.split(',').map(host).collect::<Result<_, _>>()?,
            prefix: prefix.to_owned(),
        })
    }

    /// The hosts as a URL has them.
    pub(super) fn shown(&self) -> String {
        self.hosts.iter().map(shown).collect::<Vec<_>>().join(",")
    }
}

/// A host and its port as a URL has them.
pub(super) fn shown((host, port): &(String, u16)) -> String {
    if host.contains(':') {
        format!("[{host}]:{port}")
    } else {
        format!("{host}:{port}")
    }
}

fn parse_account(text: &str) -> Result<(String, String), AddressError> {
    let (user, password) = text.split_once(':').ok_or(AddressError::User)?;
    let (user, password) = (unescaped(user)?, unescaped(password)?);
    if user.is_empty() || password.is_empty() {
        return Err(AddressError::User);
    }
    Ok((user, password))
}

/// Whether a text can be a prefix. Without slashes in it, no store lies in the middle of another.
fn is_prefix(text: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    text.len() <= MAX_PREFIX && text.bytes().all(plain)
}

/// Reads `host`, `host:port`, `[address]` or `[address]:port`.
fn host(text: &str) -> Result<(String, u16), AddressError> {
    let (host, port) = match text.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']').ok_or(AddressError::Host)?;
            (
                address,
                port.strip_prefix(':').or(port.is_empty().then_some("")),
            )
        }
        None => match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, Some("")),
        },
    };
    let port = match port {
        Some("") => PORT,
        Some(port) => port.parse().map_err(|_| AddressError::Host)?,
        None => return Err(AddressError::Host),
    };
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:".contains(&byte);
    if host.is_empty() || port == 0 || !host.bytes().all(plain) {
        return Err(AddressError::Host);
    }
    Ok((host.to_owned(), port))
}
