//! What comes after the question mark.

use super::{AddressError, unescaped};
use std::path::PathBuf;

#[derive(Debug, Clone)]
pub(super) struct Settings {
    pub(super) operations: usize,
    pub(super) request_bytes: usize,
    pub(super) tls: Option<bool>,
    pub(super) authorities: Option<PathBuf>,
    pub(super) certificate: Option<PathBuf>,
    pub(super) key: Option<PathBuf>,
}

impl Settings {
    pub(super) fn parse(text: &str) -> Result<Self, AddressError> {
        let mut settings = Self {
            // Those of a server that is started without any.
            operations: 128,
            request_bytes: 1536 << 10,
            tls: None,
            authorities: None,
            certificate: None,
            key: None,
        };
        for option in text.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').ok_or(AddressError::Option)?;
            settings.set(name, &unescaped(value)?)?;
        }
        Ok(settings)
    }

    fn set(&mut self, name: &str, value: &str) -> Result<(), AddressError> {
        let refuse = |option, allowed| Err(AddressError::Value { option, allowed });
        match name {
            "operations" => match value.parse() {
                Ok(operations @ 128..=1_000_000) => self.operations = operations,
                _ => return refuse("operations", "a number from 128 to 1000000"),
            },
            "commit" => match bytes(value) {
                Some(bytes @ 1_572_864..=536_870_912) => self.request_bytes = bytes,
                _ => return refuse("commit", "a size from 1536KiB to 512MiB, in KiB or MiB"),
            },
            "tls" => {
                self.tls = Some(match value {
                    "on" => true,
                    "off" => false,
                    _ => return refuse("tls", "`on` or `off`"),
                });
            }
            "ca" => self.authorities = Some(PathBuf::from(value)),
            "cert" => self.certificate = Some(PathBuf::from(value)),
            "key" => self.key = Some(PathBuf::from(value)),
            _ => return Err(AddressError::Option),
        }
        Ok(())
    }

    /// Whether any file of TLS is named.
    pub(super) fn names_files(&self) -> bool {
        let files = [&self.authorities, &self.certificate, &self.key];
        files.iter().any(|file| file.is_some())
    }
}

/// A size such as `8MiB`.
fn bytes(text: &str) -> Option<usize> {
    let (count, unit) = match text.strip_suffix("KiB") {
        Some(count) => (count, 1 << 10),
        None => (text.strip_suffix("MiB")?, 1 << 20),
    };
    let digits = count.bytes().all(|byte| byte.is_ascii_digit());
    let count: usize = count.parse().ok().filter(|_| digits)?;
    count.checked_mul(unit)
}
