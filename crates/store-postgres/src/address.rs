//! The URL of a store.

mod authority;
mod option;

use crate::{
    OpenError, Place,
    passfile::{self, Wanted},
};
use authority::Authority;
use core::{fmt, net::IpAddr};
use option::{Settings, SslMode};
use std::path::{Path, PathBuf};

/// Where a store is and how to speak with it, read from
/// `postgres://user:password@host:port/database?option=value`.
///
/// Several hosts are parted by commas and tried in turn. A host that begins with an escaped `/` is a
/// folder with a socket. The user is needed; the port is 5432 and the database has the user's name
/// unless they are given. Neither printing nor debugging shows the password.
///
/// | option | values | unless given |
/// |---|---|---|
/// | `schema` | `[a-z_][a-z0-9_]{0,62}` | `cloud_atlas` |
/// | `pool` | connections, 1 to 1000 | 16 |
/// | `sslmode` | `disable`, `prefer`, `require`, `verify-full` | `verify-full`; `prefer` where every host is this machine |
/// | `passfile` | a file of passwords as PostgreSQL's own programs have it, for a URL without one | none |
/// | `sslrootcert` | a file of certificates (PEM) to trust | those of the system |
/// | `target_session_attrs` | `any`, `read-write` | `read-write` where there are several hosts |
/// | `connect_timeout` | seconds a host may take, 1 to 600 | 10 |
/// | `application_name` | what the server's lists show | `cloud-atlas` |
///
/// `prefer` takes TLS where the server has it, `require` insists; neither looks whose certificate it
/// is, so both keep out listeners only. `verify-full` checks the certificate and the name of the host
/// in it, which keeps out impostors too: anything less has to be asked for, except on this machine,
/// where nobody is in between.
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
        let rest = url
            .strip_prefix("postgres://")
            .or_else(|| url.strip_prefix("postgresql://"))
            .ok_or(AddressError::Scheme)?;
        let (authority, options) = rest.split_once('?').unwrap_or((rest, ""));
        Ok(Self {
            authority: Authority::parse(authority)?,
            settings: Settings::parse(options)?,
        })
    }

    /// Where that is, to be shown.
    pub fn place(&self) -> Place {
        let Authority { database, .. } = &self.authority;
        Place::new(&self.authority.shown(), database, &self.settings.schema)
    }

    pub(crate) fn schema(&self) -> &str {
        &self.settings.schema
    }

    pub(crate) fn pool(&self) -> usize {
        self.settings.pool
    }

    /// How far to trust whoever answers.
    pub(crate) fn trust(&self) -> Trust<'_> {
        let local = self.authority.hosts.iter().all(|(host, _)| is_local(host));
        let given = self.settings.ssl_mode;
        match given.unwrap_or(if local {
            SslMode::Prefer
        } else {
            SslMode::VerifyFull
        }) {
            SslMode::Disable => Trust::Plain,
            SslMode::Prefer => Trust::Anybody { insist: false },
            SslMode::Require => Trust::Anybody { insist: true },
            SslMode::VerifyFull => Trust::Certified {
                roots: self.settings.root_certificates.as_deref(),
            },
        }
    }

    /// What the client library has to know.
    pub(crate) fn config(&self) -> Result<tokio_postgres::Config, OpenError> {
        let mut config = tokio_postgres::Config::new();
        let (authority, settings) = (&self.authority, &self.settings);
        for (host, port) in &authority.hosts {
            config.host(host).port(*port);
        }
        config.user(&authority.user).dbname(&authority.database);
        let password = match (&authority.password, &settings.password_file) {
            (None, Some(file)) => passfile::password(
                file,
                &Wanted {
                    hosts: &authority.hosts,
                    database: &authority.database,
                    user: &authority.user,
                },
            )?,
            (given, _) => given.clone(),
        };
        if let Some(password) = password {
            config.password(password);
        }
        settings.apply(&mut config, authority.hosts.len());
        config.ssl_mode(match self.trust() {
            Trust::Plain => tokio_postgres::config::SslMode::Disable,
            Trust::Anybody { insist: false } => tokio_postgres::config::SslMode::Prefer,
            Trust::Anybody { insist: true } | Trust::Certified { .. } => {
                tokio_postgres::config::SslMode::Require
            }
        });
        Ok(config)
    }
}

impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Address")
            .field("place", &self.place())
            .field("user", &self.authority.user)
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

/// How far to trust whoever answers.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trust<'a> {
    /// Without TLS.
    Plain,
    /// With TLS, whoever it is; `insist` if never without.
    Anybody { insist: bool },
    /// Only who has a certificate for its name, from somebody in a file or that the system trusts.
    Certified { roots: Option<&'a Path> },
}

/// Whether a host is this machine.
fn is_local(host: &str) -> bool {
    let ip = host.parse::<IpAddr>();
    host.starts_with('/') || host == "localhost" || ip.is_ok_and(|ip| ip.is_loopback())
}

/// Why a URL is none of a store in PostgreSQL. It holds nothing of the URL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AddressError {
    /// It begins otherwise.
    #[error("the URL does not begin with `postgres://`")]
    Scheme,
    /// There is no user.
    #[error("the URL names no user: write `postgres://user:password@host:port/database`")]
    User,
    /// There is no host, or one is not written as it should.
    #[error("the URL has no host, or one that is not written `host:port`")]
    Host,
    /// A `%` is not followed by two hex digits of a text.
    #[error("a `%` in the URL is not followed by two hex digits: write `%25` for `%`")]
    Escape,
    /// An option is not known.
    #[error(
        "the URL has an option that is not known: the options are schema, pool, passfile, sslmode, sslrootcert, target_session_attrs, connect_timeout and application_name"
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

/// A file that an option names.
fn path(text: &str) -> PathBuf {
    PathBuf::from(text)
}
