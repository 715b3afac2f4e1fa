//! Access keys in a file.

use super::{AccessKey, AccessKeys, RepeatedAccessKey};
use crate::Caller;
use atlas_ec2::signature::{AccessKeyId, ParseAccessKeyIdError, ParseSecretKeyError, SecretKey};
use cloud_atlas::base::quoted;
use core::fmt;
use serde::Deserialize;

/// What a file of access keys may hold.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    key: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    access_key_id: String,
    secret_access_key: String,
    account: String,
    principal: String,
    scope: String,
}

/// A file of access keys cannot be used. What it holds is not shown, but for names.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError {
    /// It is no TOML, or has other fields.
    #[error("the access keys cannot be read{place}: {found}")]
    Text {
        /// Where: ` at line 3, column 1`, or nothing where that is not known.
        place: KeyFilePlace,
        /// What is wrong.
        found: String,
    },
    /// There is no key in it.
    #[error("there is no access key: each is a table `[[key]]`")]
    Empty,
    /// A field of a key is wrong.
    #[error("the {field} of access key {number} is wrong")]
    Field {
        /// Which key, from 1.
        number: usize,
        /// Which field of it.
        field: &'static str,
        /// Why.
        source: KeyProblem,
    },
    /// Two keys have one id.
    #[error(transparent)]
    Repeated(#[from] RepeatedAccessKey),
}

/// A place in a file of access keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KeyFilePlace(Option<(usize, usize)>);

impl KeyFilePlace {
    /// The line and the column, from 1.
    pub fn line_and_column(self) -> Option<(usize, usize)> {
        self.0
    }
}

impl fmt::Display for KeyFilePlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Some((line, column)) => write!(f, " at line {line}, column {column}"),
            None => Ok(()),
        }
    }
}

/// Why a field of a key is wrong.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub struct KeyProblem(Box<dyn core::error::Error + Send + Sync>);

impl AccessKeys {
    /// Reads a file of access keys: TOML with a table `[[key]]` for each, and in it
    /// `access_key_id`, `secret_access_key`, `account` (its number of 12 digits), `principal` and
    /// `scope`, all of them texts (ours).
    ///
    /// ```
    /// # use atlas_server::AccessKeys;
    /// let keys = AccessKeys::from_toml(
    ///     r#"
    ///         [[key]]
    ///         access_key_id = "AKIDEXAMPLE"
    ///         secret_access_key = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
    ///         account = "123456789012"
    ///         principal = "dana"
    ///         scope = "/acme/web"
    ///     "#,
    /// )?;
    /// assert_eq!(keys.len(), 1);
    /// # Ok::<(), atlas_server::KeyFileError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// It is no such TOML, has no key, a field is wrong, or two keys have one id.
    pub fn from_toml(text: &str) -> Result<Self, KeyFileError> {
        Ok(Self::new(read(text)?)?)
    }

    /// Reads a file of access keys, and has its keys instead of those before.
    ///
    /// # Errors
    ///
    /// As [`from_toml`](Self::from_toml); then the keys from before stay.
    pub fn replace_from_toml(&self, text: &str) -> Result<(), KeyFileError> {
        Ok(self.replace(read(text)?)?)
    }
}

fn read(text: &str) -> Result<Vec<AccessKey>, KeyFileError> {
    let file: File = basic_toml::from_str(text).map_err(|error| unread(&error))?;
    if file.key.is_empty() {
        return Err(KeyFileError::Empty);
    }
    let keys = (1..).zip(file.key).map(|(number, key)| key.read(number));
    keys.collect()
}

impl Entry {
    fn read(self, number: usize) -> Result<AccessKey, KeyFileError> {
        let wrong = |field, source: Box<dyn core::error::Error + Send + Sync>| {
            let source = KeyProblem(source);
            KeyFileError::Field {
                number,
                field,
                source,
            }
        };
        let id = AccessKeyId::parse(&self.access_key_id);
        let id = id.map_err(|it: ParseAccessKeyIdError| wrong("access_key_id", it.into()))?;
        let secret = SecretKey::parse(&self.secret_access_key);
        let secret =
            secret.map_err(|it: ParseSecretKeyError| wrong("secret_access_key", it.into()))?;
        let account = self.account.parse();
        let account = account.map_err(|it: cloud_atlas::scope::ParseAccountNumberError| {
            wrong("account", it.into())
        })?;
        let principal = self.principal.parse();
        let principal = principal
            .map_err(|it: cloud_atlas::scope::ParsePrincipalError| wrong("principal", it.into()))?;
        let scope = self.scope.parse();
        let scope =
            scope.map_err(|it: cloud_atlas::scope::ParseScopeError| wrong("scope", it.into()))?;
        Ok(AccessKey {
            id,
            secret,
            account,
            caller: Caller::new(principal, scope),
        })
    }
}

/// What TOML says of itself, without a value, which may be a secret.
fn unread(error: &basic_toml::Error) -> KeyFileError {
    let text = error.to_string();
    let place = error.line_col();
    let place = KeyFilePlace(
        place.map(|(line, column)| (line.saturating_add(1), column.saturating_add(1))),
    );
    let (found, _) = text.rsplit_once(" at line ").unwrap_or((&text, ""));
    let found = if found.starts_with("invalid type") {
        "each field is a text in quotes".to_owned()
    } else {
        quoted(found).to_string().trim_matches('`').to_owned()
    };
    KeyFileError::Text { place, found }
}
