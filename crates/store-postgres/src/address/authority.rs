//! Who, at which hosts, in which database.

use super::{AddressError, unescaped};

const PORT: u16 = 5432;

#[derive(Clone)]
pub(super) struct Authority {
    pub(super) user: String,
    pub(super) password: Option<String>,
    pub(super) hosts: Vec<(String, u16)>,
    pub(super) database: String,
}

impl Authority {
    /// Reads `user:password@host:port,host:port/database`.
    pub(super) fn parse(text: &str) -> Result<Self, AddressError> {
        let (account, rest) = text.rsplit_once('@').ok_or(AddressError::User)?;
        let (user, password) = match account.split_once(':') {
            Some((user, password)) => (user, Some(unescaped(password)?)),
            None => (account, None),
        };
        let user = unescaped(user)?;
        if user.is_empty() {
            return Err(AddressError::User);
        }
        let (hosts, database) = rest.split_once('/').unwrap_or((rest, ""));
        let database = match database {
            "" => user.clone(),
            name => unescaped(name)?,
        };
        Ok(Self {
            password,
            hosts: hosts.split(',').map(host).collect::<Result<_, _>>()?,
            database,
            user,
        })
    }

    /// The hosts as a URL has them.
    pub(super) fn shown(&self) -> String {
        let hosts = self.hosts.iter().map(|(host, port)| {
            if host.contains(':') {
                format!("[{host}]:{port}")
            } else {
                format!("{host}:{port}")
            }
        });
        hosts.collect::<Vec<_>>().join(",")
    }
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
    let host = unescaped(host)?;
    if host.is_empty() || port == 0 {
        return Err(AddressError::Host);
    }
    Ok((host, port))
}
