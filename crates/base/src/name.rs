//! Names that references can hold.

use crate::{ParseNameError, id::parse_hex_id, quoted, quoted::is_invisible, text_form};
use core::fmt;
use std::sync::Arc;

/// A name that a reference such as `/acme:web-base@3` can hold.
///
/// 1 to 255 characters, all visible; no blank at either end, and none of `@`, `:` and the control
/// characters, since references give those a meaning; nor may it read as an id, since a reference
/// would take it for one. Order is the order of the UTF-8 bytes; cloning is cheap.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Name(Arc<str>);

impl Name {
    /// The most characters a name may have.
    pub const MAX_CHARACTERS: usize = 255;

    /// Checks a text.
    ///
    /// # Errors
    ///
    /// It is empty, too long, begins or ends with a blank, holds a character that names cannot, or
    /// reads as an id.
    pub fn parse(text: &str) -> Result<Self, ParseNameError> {
        let refuse = |at, why: fmt::Arguments<'_>| {
            Err(ParseNameError::new(
                at,
                format_args!("{} is no name: {why}", quoted(text)),
            ))
        };
        if text.is_empty() {
            return refuse(0, format_args!("it is empty, expected 1 to 255 characters"));
        }
        if text.starts_with(char::is_whitespace) {
            return refuse(0, format_args!("it begins with a blank"));
        }
        for (count, (at, character)) in text.char_indices().enumerate() {
            if count == Self::MAX_CHARACTERS {
                return refuse(at, format_args!("it has more than 255 characters"));
            }
            if matches!(character, '@' | ':') {
                return refuse(
                    at,
                    format_args!("`{character}` at byte {at} belongs to references"),
                );
            }
            if character.is_control() || is_invisible(character) {
                let shown = character.escape_unicode();
                return refuse(
                    at,
                    format_args!("the character {shown} at byte {at} is not printable"),
                );
            }
        }
        if text.ends_with(char::is_whitespace) {
            return refuse(text.trim_end().len(), format_args!("it ends with a blank"));
        }
        let prefix = text.find('-').and_then(|at| text.get(..=at));
        if prefix.is_some_and(|prefix| parse_hex_id(prefix, text).is_ok()) {
            return refuse(0, format_args!("it reads as an id"));
        }
        Ok(Self(text.into()))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

impl AsRef<str> for Name {
    fn as_ref(&self) -> &str {
        self.as_str()
    }
}

text_form!(Name, ParseNameError);
