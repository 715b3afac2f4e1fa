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
        // Whichever stands first is what made it wrong.
        let wrong = [unfit_character(text), unfit_shape(text)];
        match wrong.into_iter().flatten().min_by_key(|&(at, _)| at) {
            Some((at, why)) => Err(ParseTagError::new(
                at,
                format_args!("{} is no tag: {why}", quoted(text)),
            )),
            None => Ok(Self(text.into())),
        }
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

/// The first character that no tag can have, or that is one too many.
fn unfit_character(text: &str) -> Option<(usize, String)> {
    text.char_indices()
        .enumerate()
        .find_map(|(count, (at, character))| {
            if count == Tag::MAX_CHARACTERS {
                Some((at, "it has more than 255 characters".to_owned()))
            } else if character.is_control() || is_invisible(character) {
                let shown = character.escape_unicode();
                let why = format!("the character {shown} at byte {at} is not printable");
                Some((at, why))
            } else {
                None
            }
        })
}

/// Where a text is neither a raw tag nor a machine tag.
fn unfit_shape(text: &str) -> Option<(usize, String)> {
    if text.is_empty() {
        return Some((0, "it is empty".to_owned()));
    }
    let machine = "a machine tag is `namespace:predicate=value`";
    let Some((namespace, rest)) = text.split_once(':') else {
        if text.starts_with(char::is_whitespace) {
            return Some((0, "it begins with a blank".to_owned()));
        }
        if let Some(at) = text.find('=') {
            return Some((at, format!("a raw tag has no `=`; {machine}")));
        }
        return text
            .ends_with(char::is_whitespace)
            .then(|| (text.trim_end().len(), "it ends with a blank".to_owned()));
    };
    if let Some(at) = misfit(
        namespace,
        |byte| byte.is_ascii_lowercase(),
        |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_',
    ) {
        let why = format!("its namespace is `[a-z][a-z0-9_]*`, stopped at byte {at}");
        return Some((at, why));
    }
    let start = namespace.len() + 1;
    let (predicate, closed) = match rest.split_once('=') {
        Some((predicate, _)) => (predicate, true),
        None => (rest, false),
    };
    if !closed && predicate.is_empty() {
        return Some((start, machine.to_owned()));
    }
    if let Some(at) = misfit(
        predicate,
        |byte| byte.is_ascii_alphabetic(),
        |byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b' ',
    ) {
        let at = start + at;
        let rule = "its predicate is `[A-Za-z][A-Za-z0-9_ ]*`";
        return Some((at, format!("{rule}, stopped at byte {at}")));
    }
    if !closed {
        return Some((text.len(), machine.to_owned()));
    }
    predicate.ends_with(' ').then(|| {
        let at = start + predicate.trim_end().len();
        (at, format!("its predicate ends with a blank at byte {at}"))
    })
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
