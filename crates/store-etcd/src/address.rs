//! The URL of a store.

mod authority;
mod option;

use crate::{Place, shared::commit_bytes};
use authority::Authority;
use core::{fmt, net::IpAddr};
use option::Settings;
use std::path::Path;

/// Where a store is and how to speak with its servers, read from
/// `etcd://user:password@host:port,host:port/prefix?option=value`.
///
/// The hosts are the members of one cluster, parted by commas; the port is 2379 unless it is given.
/// The user and the password may be left out, and the prefix is `cloud-atlas` unless it is given.
/// Neither printing nor debugging shows the password.
///
/// | option | values | unless given |
/// |---|---|---|
/// | `operations` | what the servers have as `--max-txn-ops`: 128 to 1,000,000 | 128, which is theirs |
/// | `commit` | what they have as `--max-request-bytes`, in KiB or MiB: 1536KiB to 512MiB | 1536KiB, which is theirs |
/// | `tls` | `on`, `off` | `on`; `off` where every host is this machine |
/// | `ca` | a file of certificates (PEM) to trust | those of the system |
/// | `cert`, `key` | files (PEM): our own certificate and its key, where servers ask for one | none |
///
/// With TLS the certificate of a server and the name of the host in it are always checked.
#[derive(Clone)]
pub struct Address {
    authority: Authority,
    settings: Settings,
}

impl Address {
    /// Reads a URL.
    ///
    /// # Errors
    ///
    /// The URL is no such one; the error does not show it, for the sake of the password.
    pub fn parse(url: &str) -> Result<Self, AddressError> {
        let rest = url.strip_prefix("etcd://").ok_or(AddressError::Scheme)?;
        let (authority, options) = rest.split_once('?').unwrap_or((rest, ""));
        let address = Self {
            authority: Authority::parse(authority)?,
            settings: Settings::parse(options)?,
        };
        let settings = &address.settings;
        if settings.certificate.is_some() != settings.key.is_some() {
            return Err(AddressError::Pair);
        }
        if settings.names_files() && !address.has_tls() {
            return Err(AddressError::Plain);
        }
        if commit_bytes(address.request_bytes(), address.operations()).is_none() {
            return Err(AddressError::Narrow);
        }
        Ok(address)
    }

    /// Where that is, to be shown.
    pub fn place(&self) -> Place {
        Place::new(&self.authority.shown(), self.prefix())
    }

    pub(crate) fn prefix(&self) -> &str {
        &self.authority.prefix
    }

    /// Every member, as the client wants it.
    pub(crate) fn endpoints(&self) -> Vec<String> {
        let scheme = if self.has_tls() { "https" } else { "http" };
        let shown = self.authority.hosts.iter().map(authority::shown);
        shown.map(|host| format!("{scheme}://{host}")).collect()
    }

    /// The user and the password.
    pub(crate) fn account(&self) -> Option<(&str, &str)> {
        let (user, password) = self.authority.account.as_ref()?;
        Some((user, password))
    }

    /// The most operations of a transaction.
    pub(crate) fn operations(&self) -> usize {
        self.settings.operations
    }

    /// The most bytes of a request.
    pub(crate) fn request_bytes(&self) -> usize {
        self.settings.request_bytes
    }

    /// Whom to trust and who we are; none without TLS.
    pub(crate) fn tls(&self) -> Option<Tls<'_>> {
        let settings = &self.settings;
        self.has_tls().then(|| Tls {
            authorities: settings.authorities.as_deref(),
            identity: settings.certificate.as_deref().zip(settings.key.as_deref()),
        })
    }

    fn has_tls(&self) -> bool {
        let settings = &self.settings;
        let unless_given = || {
            settings.names_files() || !self.authority.hosts.iter().all(|(host, _)| is_local(host))
        };
        settings.tls.unwrap_or_else(unless_given)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address")
            .field("place", &self.place())
            .field("user", &self.account().map(|(user, _)| user))
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// The files of TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tls<'a> {
    /// Certificates to trust, in place of the system's.
    pub(crate) authorities: Option<&'a Path>,
    /// Our certificate and its key.
    pub(crate) identity: Option<(&'a Path, &'a Path)>,
}

/// Whether a host is this machine.
fn is_local(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Why a URL is none of a store in etcd. It holds nothing of the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// It begins otherwise.
    #[error("the URL does not begin with `etcd://`")]
    Scheme,
    /// There is a user without a password, or a password without a user.
    #[error(
        "the URL names a user and no password, or the other way round: write `etcd://user:password@host:port/prefix`"
    )]
    User,
    /// There is no host, or one is not written as it should.
    #[error("the URL has no host, or one that is not written `host:port`")]
    Host,
    /// The prefix is not written as it should.
    #[error("the prefix in the URL has to be 1 to 100 letters, digits and `-_.`, without a slash")]
    Prefix,
    /// A `%` is not followed by two hex digits of a text.
    #[error("a `%` in the URL is not followed by two hex digits: write `%25` for `%`")]
    Escape,
    /// An option is not known.
    #[error(
        "the URL has an option that is not known: the options are operations, commit, tls, ca, cert and key"
    )]
    Option,
    /// An option has a value that it cannot have.
    #[error("option `{option}` of the URL has to be {allowed}")]
    Value {
        /// Which option.
        option: &'static str,
        /// What it may be.
        allowed: &'static str,
    },
    /// One of `cert` and `key` is there without the other.
    #[error("the options `cert` and `key` of the URL go together: give both or none")]
    Pair,
    /// So many operations leave too few bytes for what they write.
    #[error(
        "so many `operations` need more bytes than `commit` gives them: 4096 operations go with 8MiB"
    )]
    Narrow,
    /// Files of TLS are named, and TLS is off.
    #[error(
        "the URL names files of TLS and turns it off: leave out `tls=off`, or `ca`, `cert` and `key`"
    )]
    Plain,
}

/// A text with its escapes, `%` and two hex digits for a byte, turned back.
fn unescaped(text: &str) -> Result<String, AddressError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || char::from(rest.next()?).to_digit(16);
        let pair = digit().zip(digit()).ok_or(AddressError::Escape)?;
        bytes.push(u8::try_from(pair.0 * 16 + pair.1).map_err(|_| AddressError::Escape)?);
    }
    String::from_utf8(bytes).map_err(|_| AddressError::Escape)
}
