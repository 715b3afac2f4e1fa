//! The canonical encoding: one byte sequence for equal values.
//!
//! It is JSON with nothing left to choose: no blanks, object keys in the order of their UTF-8
//! bytes and each once, integers only, and in strings only `"`, `\` and the control characters
//! below U+0020 are escaped (`\b \t \n \f \r`, else `\u00xx`). Digests are taken over these bytes
//! and stores keep them. Python writes the same text with `json.dumps(value, sort_keys=True,
//! separators=(",", ":"), ensure_ascii=False)`.
//!
//! What it cannot hold it refuses: floating point numbers, byte strings, and keys that are no text.

mod compound;
mod writer;

use crate::Digest;
use core::fmt;
use serde::Serialize;

pub use self::writer::CanonicalWriter;

/// The canonical text of a value.
///
/// # Errors
///
/// The value holds something that the encoding cannot: see [`CanonicalError`].
pub fn to_string<T: Serialize + ?Sized>(value: &T) -> Result<String, CanonicalError> {
    let mut writer = CanonicalWriter::default();
    value.serialize(&mut writer)?;
    Ok(writer.into_text())
}

/// The digest of the canonical text of a value.
///
/// # Errors
///
/// The value holds something that the encoding cannot: see [`CanonicalError`].
pub fn digest<T: Serialize + ?Sized>(domain: &str, value: &T) -> Result<Digest, CanonicalError> {
    Ok(Digest::of(domain, to_string(value)?.as_bytes()))
}

/// Why a value has no canonical text.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CanonicalError {
    /// A floating point number: two machines may print it differently.
    Float,
    /// A byte string: write it as text (base64, hex) instead.
    Bytes,
    /// An object key that is no text.
    Key,
    /// The same object key twice.
    DuplicateKey {
        /// The key.
        key: String,
    },
    /// A value refused to be serialised, in its own words.
    Value {
        /// What it said.
        reason: String,
    },
}

impl fmt::Display for CanonicalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Float => {
                f.write_str("floating point numbers have no canonical form, use integers")
            }
            Self::Bytes => f.write_str("byte strings have no canonical form, write them as text"),
            Self::Key => f.write_str("object keys must be text"),
            Self::DuplicateKey { key } => {
                write!(
                    f,
                    "the object key {} stands there twice",
                    crate::quoted(key)
                )
            }
            Self::Value { reason } => f.write_str(reason),
        }
    }
}

impl std::error::Error for CanonicalError {}

impl serde::ser::Error for CanonicalError {
    fn custom<T: fmt::Display>(reason: T) -> Self {
        Self::Value {
            reason: reason.to_string(),
        }
    }
}
