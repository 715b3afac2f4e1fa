//! What comes after the question mark.

use super::{AddressError, path, unescaped};
use core::time::Duration;
use std::path::PathBuf;
use tokio_postgres::{Config, config::TargetSessionAttrs};

/// How a connection is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum SslMode {
    Disable,
    Prefer,
    Require,
    VerifyFull,
}

#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) schema: String,
    pub(super) pool: usize,
    pub(super) password_file: Option<PathBuf>,
    pub(super) ssl_mode: Option<SslMode>,
    pub(super) root_certificates: Option<PathBuf>,
    read_write: Option<bool>,
    connect_timeout: u64,
    application_name: String,
}

/// When the server gives up a lock that it waits for, and a client that holds a snapshot and asks for
/// nothing: in milliseconds.
const SERVER_LIMITS: &str = "-c lock_timeout=10000 -c idle_in_transaction_session_timeout=600000";

impl Settings {
    pub(super) fn parse(text: &str) -> Result<Self, AddressError> {
        let mut settings = Self {
            schema: "cloud_atlas".to_owned(),
            pool: 16,
            password_file: None,
            ssl_mode: None,
            root_certificates: None,
            read_write: None,
            connect_timeout: 10,
            application_name: "cloud-atlas".to_owned(),
        };
        for option in text.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').ok_or(AddressError::Option)?;
            settings.set(name, unescaped(value)?)?;
        }
        Ok(settings)
    }

    fn set(&mut self, name: &str, value: String) -> Result<(), AddressError> {
        let refuse = |option, allowed| Err(AddressError::Value { option, allowed });
        match name {
            "schema" if is_schema(&value) => self.schema = value,
            "schema" => return refuse("schema", "written `[a-z_][a-z0-9_]{0,62}`"),
            "pool" => match value.parse() {
                Ok(pool @ 1..=1000) => self.pool = pool,
                _ => return refuse("pool", "a number from 1 to 1000"),
            },
            "sslmode" => {
                self.ssl_mode = Some(match &*value {
                    "disable" => SslMode::Disable,
                    "prefer" => SslMode::Prefer,
                    "require" => SslMode::Require,
                    "verify-full" => SslMode::VerifyFull,
                    _ => {
                        return refuse(
                            "sslmode",
                            "`disable`, `prefer`, `require` or `verify-full`",
                        );
                    }
                });
            }
            "passfile" => self.password_file = Some(path(&value)),
            "sslrootcert" => self.root_certificates = Some(path(&value)),
            "target_session_attrs" => {
                self.read_write = Some(match &*value {
                    "any" => false,
                    "read-write" => true,
                    _ => return refuse("target_session_attrs", "`any` or `read-write`"),
                });
            }
            "connect_timeout" => match value.parse() {
                Ok(seconds @ 1..=600) => self.connect_timeout = seconds,
                _ => return refuse("connect_timeout", "a number of seconds from 1 to 600"),
            },
            "application_name" => self.application_name = value,
            _ => return Err(AddressError::Option),
        }
        Ok(())
    }

    pub(super) fn apply(&self, config: &mut Config, hosts: usize) {
        config
            .application_name(&self.application_name)
            .connect_timeout(Duration::from_secs(self.connect_timeout))
            // A host that is gone without a word is noticed within half a minute.
            .keepalives_idle(Duration::from_secs(10))
            .keepalives_interval(Duration::from_secs(5))
            .keepalives_retries(3)
            .tcp_user_timeout(Duration::from_secs(20))
            .options(format!("-c search_path={} {SERVER_LIMITS}", self.schema));
        if self.read_write.unwrap_or(hosts > 1) {
            config.target_session_attrs(TargetSessionAttrs::ReadWrite);
        }
    }
}

/// Whether a text is `[a-z_][a-z0-9_]{0,62}`: a name that means the same with and without quotes.
fn is_schema(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte == b'_';
    let digit = |byte: u8| byte.is_ascii_digit();
    (1..=63).contains(&text.len())
        && text
            .bytes()
            .enumerate()
            .all(|(at, byte)| letter(byte) || at > 0 && digit(byte))
}
