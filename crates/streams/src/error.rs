//! Why a document is refused.

use crate::{JsonKind, JsonPath, ParseWordError};
use atlas_base::{ParseTimestampError, quoted};
use atlas_image_id::{ParseImageIdError, ParseLocationError};
use core::fmt;

/// Why a document is refused. Nothing of a refused document is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamError {
    /// It has more bytes than [`Limits::bytes`](crate::Limits::bytes); none was looked at.
    #[error("the document has {found} bytes, at most {limit} are read")]
    TooLarge {
        /// Its bytes.
        found: usize,
        /// The most that are read.
        limit: usize,
    },
    /// It nests deeper than [`Limits::depth`](crate::Limits::depth).
    #[error("`{path}` lies deeper than {limit} levels, no stream document nests so far")]
    TooDeep {
        /// The first value that lies too deep.
        path: JsonPath,
        /// The most levels of objects and lists.
        limit: usize,
    },
    /// It has more values than [`Limits::values`](crate::Limits::values).
    #[error("the document has more than {limit} values, no stream document has so many")]
    TooManyValues {
        /// The most values, counting objects, lists and what they hold.
        limit: usize,
    },
    /// It holds nothing, or only blanks.
    #[error("the document is empty; expected {FORMATS}")]
    Empty,
    /// It begins with a byte order mark, which JSON does not have.
    #[error("the document begins with a byte order mark; save it as UTF-8 without one")]
    ByteOrderMark,
    /// It is not text in UTF-8.
    #[error("byte {at} of the document is not UTF-8 text; fetch it again, or unpack it first")]
    NotUtf8 {
        /// The offset of the first byte that does not fit.
        at: usize,
    },
    /// It stops in the middle.
    #[error("the document stops in the middle, at line {line} column {column}; fetch it again")]
    Truncated {
        /// The line, from 1.
        line: usize,
        /// The column in bytes, from 1.
        column: usize,
    },
    /// It is not JSON.
    #[error("the document is not JSON at line {line} column {column}")]
    Syntax {
        /// The line, from 1.
        line: usize,
        /// The column in bytes, from 1.
        column: usize,
        /// What the reader of JSON says.
        source: JsonError,
    },
    /// A key stands twice in one object, so that either value could be meant.
    #[error("the key `{path}` stands there twice; keep the one that is meant")]
    DuplicateKey {
        /// The key at its second place.
        path: JsonPath,
    },
    /// It has the keys of neither form.
    #[error(
        "the document has no known form: expected {FORMATS}; found {}",
        Found(found)
    )]
    UnknownFormat {
        /// The first of its keys.
        found: Vec<String>,
    },
    /// A value is of another kind.
    #[error("`{path}` is {}; expected {expected}", Given(*found, value))]
    WrongType {
        /// Where it stands.
        path: JsonPath,
        /// The value, or how much it holds.
        value: String,
        /// What it is.
        found: JsonKind,
        /// What is allowed there.
        expected: JsonKind,
    },
    /// A value that every document of this form has is not there.
    #[error("`{path}` is missing; expected {expected} there")]
    Missing {
        /// Where it should stand.
        path: JsonPath,
        /// What is allowed there.
        expected: JsonKind,
    },
    /// A name, release or architecture has characters that such words do not have.
    #[error("`{path}` is {}; expected {}", quoted(value), cause.allowed())]
    Word {
        /// Where it stands.
        path: JsonPath,
        /// The given text.
        value: String,
        /// What is wrong with it; the message says it all, so it is not the source.
        cause: ParseWordError,
    },
    /// A date is no moment in RFC 3339.
    #[error(
        "`{path}` is {}; expected a moment such as `2026-07-21T14:07:12Z`",
        quoted(value)
    )]
    Time {
        /// Where it stands.
        path: JsonPath,
        /// The given text.
        value: String,
        /// What is wrong with it; the message says it all, so it is not the source.
        cause: ParseTimestampError,
    },
    /// A region is none of its cloud.
    #[error("`{path}` names no region of AWS; expected one such as `us-east-1`")]
    Region {
        /// Where it stands; the region is its last step.
        path: JsonPath,
        /// The given region.
        value: String,
        /// What is wrong with it.
        source: ParseLocationError,
    },
    /// An image id, or a part of one, has not the form of its cloud's.
    #[error("`{path}` is {}; expected {allowed}", quoted(value))]
    ImageId {
        /// Where it stands.
        path: JsonPath,
        /// The given text.
        value: String,
        /// What is allowed there.
        allowed: &'static str,
        /// What is wrong with it.
        source: ParseImageIdError,
    },
    /// An image id of its cloud, but one that names no single image.
    #[error("`{path}` is {}; expected {allowed}", quoted(value))]
    NotFixed {
        /// Where it stands.
        path: JsonPath,
        /// The given text.
        value: String,
        /// What is allowed there.
        allowed: &'static str,
    },
}

/// What the reader of JSON says about bad syntax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError(Box<str>);

impl JsonError {
    pub(crate) fn new(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        Self(text.strip_suffix(&place).unwrap_or(&text).into())
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for JsonError {}

/// A value of the wrong kind: what it is, and the value where that says more.
struct Given<'a>(JsonKind, &'a str);

impl fmt::Display for Given<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self(kind, value) = self;
        match kind {
            JsonKind::Null | JsonKind::Boolean => f.write_str(value),
            _ => write!(f, "{kind}, {}", quoted(value)),
        }
    }
}

/// The keys of a document of no known form.
struct Found<'a>(&'a [String]);

impl fmt::Display for Found<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("no key at all");
        }
        for (count, key) in self.0.iter().enumerate() {
            let comma = if count == 0 { "" } else { ", " };
            write!(f, "{comma}{}", quoted(key))?;
        }
        Ok(())
    }
}

/// The known forms, by the keys that tell them apart.
const FORMATS: &str = "CoreOS stream metadata (`stream`, `architectures`) or the older rhcos.json \
    (`amis`, `buildid`)";
