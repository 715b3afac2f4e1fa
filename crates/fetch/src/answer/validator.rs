//! What tells a content from another one of the same URL.

use core::fmt;

/// The most bytes of a validator; a longer one is left alone.
const MOST_BYTES: usize = 256;

/// What tells a content from another one of the same URL, byte for byte (a strong validator, RFC 9110,
/// 8.8). Its text is what `If-Range` takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Validator(Kind);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Kind {
    Tag(String),
    Modified(String),
}

impl Validator {
    /// An entity tag with its quotes. A weak one (`W/"…"`) says nothing about bytes, and is none.
    pub fn tag(text: &str) -> Option<Self> {
        let inside = text.strip_prefix('"')?.strip_suffix('"')?;
        let is_plain = inside.bytes().all(|it| it.is_ascii_graphic() && it != b'"');
        let is_tag = is_plain && text.len() <= MOST_BYTES;
        is_tag.then(|| Self(Kind::Tag(text.to_owned())))
    }

    /// The time of the last change, if the answer was given at another one: within one second a content
    /// can change twice.
    pub fn modified(text: &str, date: &str) -> Option<Self> {
        let is_other = text != date && !date.is_empty();
        is_other.then(|| Self::time(text)).flatten()
    }

    /// Reads what `Display` wrote.
    pub fn parse(text: &str) -> Option<Self> {
        Self::tag(text).or_else(|| Self::time(text))
    }

    fn time(text: &str) -> Option<Self> {
        // `Sun, 06 Nov 1994 08:49:37 GMT`. What the server wrote is given back to it, and never compared
        // with another time.
        let is_plain = |it: u8| it.is_ascii_alphanumeric() || b" ,:-".contains(&it);
        let is_time = (8..=MOST_BYTES).contains(&text.len())
            && text.trim() == text
            && text.bytes().all(is_plain);
        is_time.then(|| Self(Kind::Modified(text.to_owned())))
    }

    /// Whether an answer with this validator, or with none, may be of the same content.
    pub(crate) fn agrees(&self, other: Option<&Self>) -> bool {
        match (&self.0, other.map(|it| &it.0)) {
            (Kind::Tag(ours), Some(Kind::Tag(theirs)))
            | (Kind::Modified(ours), Some(Kind::Modified(theirs))) => ours == theirs,
            // Some answer with less than they did before.
            _ => true,
        }
    }
}

impl fmt::Display for Validator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Tag(text) | Kind::Modified(text) => f.write_str(text),
        }
    }
}
