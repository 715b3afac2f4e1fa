//! VHDs in storage accounts.

use crate::{
    Cloud, ParseImageIdError,
    scan::{Flaw, Piece, is_label, is_lower_or_digit},
    text::id_text,
};
use std::sync::Arc;

/// `https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH.vhd`, also on the sovereign hosts.
///
/// Compares with case: blob names are case-sensitive. `http` is read, as old accounts print it, and
/// is another address than `https`. An address with a query is refused: a shared access signature is
/// a secret, which is neither stored nor repeated in the error.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VhdUrl {
    text: Arc<str>,
}

impl VhdUrl {
    /// Reads an address.
    ///
    /// # Errors
    ///
    /// The host is no blob storage, a part is malformed, or there is a query.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        Piece::capped(text)
            .and_then(Self::scan)
            .map_err(|flaw| ParseImageIdError::new(Cloud::Azure, text, flaw))
    }

    pub(crate) fn scan(piece: Piece<'_>) -> Result<Self, Flaw> {
        if let Some(at) = piece.text.find(['?', '#']) {
            let flaw = Flaw::says(
                at,
                "a query, which can hold a secret,",
                "the end of the address",
            );
            return Err(flaw.hint("leave the access signature out"));
        }
        let Some(rest) = piece.strip("https://").or_else(|| piece.strip("http://")) else {
            return Err(piece.differs("https://", "`https://`"));
        };
        let (host, path) = rest.split('/');
        check_host(host)?;
        let Some(path) = path else {
            return Err(Flaw::found(host.end(), "`/` and a container"));
        };
        let (container, blob) = path.split('/');
        check_container(container)?;
        let Some(blob) = blob else {
            return Err(Flaw::found(container.end(), "`/` and a blob"));
        };
        check_blob(blob)?;
        Ok(Self {
            text: piece.text.into(),
        })
    }

    /// The address as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The storage account.
    pub fn account(&self) -> &str {
        let host = self.text.split('/').nth(2).unwrap_or_default();
        host.split('.').next().unwrap_or_default()
    }

    /// The container.
    pub fn container(&self) -> &str {
        self.text.split('/').nth(3).unwrap_or_default()
    }

    /// The path inside the container.
    pub fn blob(&self) -> &str {
        self.text.splitn(5, '/').nth(4).unwrap_or_default()
    }
}

id_text!(VhdUrl);

fn check_host(host: Piece<'_>) -> Result<(), Flaw> {
    const ACCOUNT: &str = "a storage account of 3 to 24 lower-case letters and digits";
    const SERVICE: &str = "`.blob.core.windows.net` behind the storage account";
    let (account, service) = host.split('.');
    let known = service.is_some_and(|service| SERVICES.contains(&service.text));
    if !known {
        let at = service.map_or(host.end(), |service| service.at);
        let flaw = Flaw::found(at, SERVICE);
        return Err(match host.text {
            "management.azure.com" => flaw.hint("the id begins at `/subscriptions/`"),
            text if text.contains(".file.") => flaw.hint("a file share holds no VHD to launch"),
            text if text.contains(':') => flaw.hint("leave the port out"),
            _ => flaw,
        });
    }
    if let Some(at) = account.misfit(is_lower_or_digit) {
        let flaw = Flaw::found(at, ACCOUNT);
        let upper = account
            .text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric());
        return Err(if upper {
            flaw.hint("write the account in lower case")
        } else {
            flaw
        });
    }
    match account.text.len() {
        0 => Err(Flaw::empty(account.at, "storage account", ACCOUNT)),
        3..=24 => Ok(()),
        _ => Err(Flaw::says(
            account.end(),
            "an account of another length",
            ACCOUNT,
        )),
    }
}

/// 3 to 63 lower-case letters, digits and single dashes, or `$root`.
fn check_container(container: Piece<'_>) -> Result<(), Flaw> {
    const CONTAINER: &str = "a container of 3 to 63 lower-case letters, digits and single dashes";
    if container.text == "$root" {
        return Ok(());
    }
    if let Some(at) = container.misfit(is_label) {
        return Err(Flaw::found(at, CONTAINER));
    }
    if let Some(at) = container.text.find("--") {
        return Err(Flaw::found(container.at + at + 1, CONTAINER));
    }
    if container.text.starts_with('-') {
        return Err(Flaw::found(container.at, CONTAINER));
    }
    if container.text.ends_with('-') {
        return Err(Flaw::found(container.end() - 1, CONTAINER));
    }
    match container.text.len() {
        0 => Err(Flaw::empty(container.at, "container", CONTAINER)),
        3..=63 => Ok(()),
        _ => Err(Flaw::says(
            container.end(),
            "a container of another length",
            CONTAINER,
        )),
    }
}

fn check_blob(blob: Piece<'_>) -> Result<(), Flaw> {
    const BLOB: &str = "the path of a blob that ends in `.vhd`";
    if let Some(at) = blob.misfit(is_path) {
        return Err(Flaw::found(at, BLOB));
    }
    for part in blob.parts('/') {
        if part.text.is_empty() {
            return Err(Flaw::empty(part.at, "part of the path", BLOB));
        }
        if matches!(part.text, "." | "..") {
            return Err(Flaw::found(part.at, BLOB));
        }
        let mut behind_percent = part.parts('%').skip(1);
        let hex = |escape: &Piece<'_>| {
            let mut digits = escape.text.bytes().take(2);
            (0..2).all(|_| digits.next().is_some_and(|digit| digit.is_ascii_hexdigit()))
        };
        if let Some(bad) = behind_percent.find(|escape| !hex(escape)) {
            return Err(Flaw::found(bad.at, "two hex digits behind `%`"));
        }
    }
    let name = blob.text.rsplit('/').next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((stem, "vhd")) if !stem.is_empty() => Ok(()),
        Some((_, "vhdx")) => Err(Flaw::found(blob.end(), BLOB).hint("Azure takes VHD, not VHDX")),
        _ => Err(Flaw::found(blob.end(), BLOB)),
    }
}

/// The characters of a URL's path.
const fn is_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(
            byte,
            b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'\'' | b'(' | b')' | b'*'
        )
        || matches!(byte, b'+' | b',' | b';' | b'=' | b':' | b'@' | b'/' | b'%')
}

/// Public Azure, China, the US government, and Germany until 2021.
const SERVICES: &[&str] = &[
    "blob.core.windows.net",
    "blob.core.chinacloudapi.cn",
    "blob.core.usgovcloudapi.net",
    "blob.core.cloudapi.de",
];
