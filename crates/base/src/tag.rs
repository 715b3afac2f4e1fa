//! Raw tags and machine tags.

use crate::{ParseTagError, quoted, quoted::is_invisible, text_form};
use core::fmt;
use std::sync::Arc;

/// A tag on a record or in a content (RightScale: raw tags and machine tags).
///
/// A *machine tag* is `namespace:predicate=value`: the namespace is `[a-z][a-z0-9_]*`, the
/// predicate `[A-Za-z][A-Za-z0-9_ ]*` without a blank at its end, the value is free. Any other
/// tag is *raw* and has neither `:` nor `=`. At most 255 characters, none of them a control
/// character. Order is the order of the UTF-8 bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag(Arc<str>);

impl Tag {
    /// The most characters a tag may have.
    pub const MAX_CHARACTERS: usize = 255;

    /// Checks a text.
    ///
    /// # Errors
    ///
    /// It is neither a raw tag nor a machine tag, or it is empty or too long.
    pub fn parse(text: &str) -> Result<Self, ParseTagError> {
        let refuse = |at, why: fmt::Arguments<'_>| {
            Err(ParseTagError::new(
                at,
                format_args!("{} is no tag: {why}", quoted(text)),
            ))
        };
        if text.is_empty() {
            return refuse(0, format_args!("it is empty"));
        }
        if let Some((at, _)) = text.char_indices().nth(Self::MAX_CHARACTERS) {
            return refuse(at, format_args!("it has more than 255 characters"));
        }
        if let Some((at, character)) = text
            .char_indices()
            .find(|&(_, c)| c.is_control() || is_invisible(c))
        {
            let shown = character.escape_unicode();
            return refuse(
                at,
                format_args!("the character {shown} at byte {at} is not printable"),
            );
        }
        let Some((namespace, rest)) = text.split_once(':') else {
            if let Some(at) = text.find('=') {
                let why = "a raw tag has no `=`; a machine tag is `namespace:predicate=value`";
                return refuse(at, format_args!("{why}"));
            }
            if text.trim() != text {
                return refuse(0, format_args!("it begins or ends with a blank"));
            }
            return Ok(Self(text.into()));
        };
        if let Some(at) = misfit(
            namespace,
            |byte| byte.is_ascii_lowercase(),
            |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_',
        ) {
            return refuse(
                at,
                format_args!("its namespace is `[a-z][a-z0-9_]*`, stopped at byte {at}"),
            );
        }
        let start = namespace.len() + 1;
        let Some((predicate, _)) = rest.split_once('=') else {
            return refuse(
                text.len(),
                format_args!("a machine tag is `namespace:predicate=value`"),
            );
        };
        if let Some(at) = misfit(
            predicate,
            |byte| byte.is_ascii_alphabetic(),
            |byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b' ',
        ) {
            let at = start + at;
            let rule = "its predicate is `[A-Za-z][A-Za-z0-9_ ]*`";
            return refuse(at, format_args!("{rule}, stopped at byte {at}"));
        }
        if predicate.ends_with(' ') {
            let at = start + predicate.trim_end().len();
            return refuse(
                at,
                format_args!("its predicate ends with a blank at byte {at}"),
            );
        }
        Ok(Self(text.into()))
    }

    /// The whole text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The namespace of a machine tag.
    pub fn namespace(&self) -> Option<&str> {
        self.0.split_once(':').map(|(namespace, _)| namespace)
    }

    /// The predicate of a machine tag.
    pub fn predicate(&self) -> Option<&str> {
        let (_, rest) = self.0.split_once(':')?;
        rest.split_once('=').map(|(predicate, _)| predicate)
    }

    /// The value of a machine tag.
    pub fn value(&self) -> Option<&str> {
        let (_, rest) = self.0.split_once(':')?;
        rest.split_once('=').map(|(_, value)| value)
    }
}

/// Where `text` stops being one `first` byte and then `rest` bytes.
fn misfit(text: &str, first: fn(u8) -> bool, rest: fn(u8) -> bool) -> Option<usize> {
    let mut bytes = text.bytes();
    match bytes.next() {
        Some(byte) if first(byte) => bytes.position(|byte| !rest(byte)).map(|at| at + 1),
        _ => Some(0),
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

text_form!(Tag, ParseTagError);
