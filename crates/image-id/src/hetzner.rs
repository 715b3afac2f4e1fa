//! Hetzner Cloud image ids: numbers and names.
//!
//! Sources: the API gives every image a number, limited to what a JSON number holds exactly: we take
//! 2^53 - 1, though the API's words are "52 bits". It gives a name to the images that Hetzner itself
//! makes, and to no other. No source gives the grammar of names. Ours is what `hcloud image list`
//! prints: lower-case letters, digits, `-` and `.`, beginning with a letter, ending with a letter or
//! digit, at most 128 bytes.

use crate::{
    Cloud, IdKind, Stability,
    number::{self, positive},
    scan::{Class, Cursor, Flaw, Rule},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// An image id of Hetzner Cloud: a number such as `114690387`, or the name of an image that Hetzner
/// makes, such as `ubuntu-24.04`.
///
/// A number is from 1 to 9007199254740991: the API keeps to what a JSON number holds exactly. A name
/// has 1 to 128 lower-case letters, digits, `-` and `.`, begins with a letter and ends with a letter or
/// digit: so are all that Hetzner lists, though it writes no rule down.
///
/// A number means one image for ever. A name moves: Hetzner renews its images under their names, and
/// a name has one image for each architecture.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct HetznerImageId {
    // The number follows from the text, so the derived order is the text's.
    text: Arc<str>,
    /// Zero for a name.
    number: u64,
}

/// [`HetznerImageId`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct HetznerImageIdRef<'a> {
    text: &'a str,
    /// Zero for a name.
    number: u64,
}

impl<'a> HetznerImageIdRef<'a> {
    #[inline]
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let text = cursor.rest().text;
        if let Some(number) = positive(text, MOST) {
            return Ok(Self { text, number });
        }
        if NAME.holds(text) {
            return Ok(Self { text, number: 0 });
        }
        Err(flaw_of(cursor))
    }

    /// The id in a text of its own; allocates once.
    pub fn into_owned(self) -> HetznerImageId {
        HetznerImageId {
            text: shared(Some(self.text), self),
            number: self.number,
        }
    }

    /// The number, unless it is a name.
    pub fn number(self) -> Option<u64> {
        Some(self.number).filter(|number| *number != 0)
    }

    /// The name, unless it is a number.
    pub fn name(self) -> Option<&'a str> {
        (self.number == 0).then_some(self.text)
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        kind(self.number)
    }

    /// Whether it always means the same image: a number does, a name does not.
    pub fn stability(self) -> Stability {
        stability(self.number)
    }
}

/// The canonical text.
impl fmt::Display for HetznerImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl HetznerImageId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The number, unless it is a name.
    pub fn number(&self) -> Option<u64> {
        Some(self.number).filter(|number| *number != 0)
    }

    /// The name, unless it is a number.
    pub fn name(&self) -> Option<&str> {
        (self.number == 0).then_some(self.as_str())
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        kind(self.number)
    }

    /// Whether it always means the same image: a number does, a name does not.
    pub fn stability(&self) -> Stability {
        stability(self.number)
    }
}

fn kind(number: u64) -> IdKind {
    match number {
        0 => IdKind::Name,
        _ => IdKind::Id,
    }
}

fn stability(number: u64) -> Stability {
    match number {
        0 => Stability::Moving,
        _ => Stability::Fixed,
    }
}

id_text!(HetznerImageId);
borrowed_twin!(HetznerImageId, HetznerImageIdRef, Cloud::Hetzner);

#[cold]
fn flaw_of(cursor: Cursor<'_>) -> Flaw {
    const NUMBER: &str =
        "a number from 1 to 9007199254740991 that does not begin with `0`, or a name";
    let piece = cursor.rest();
    if piece.text.starts_with(|first: char| first.is_ascii_digit()) {
        return number::flaw_of(cursor, MOST, NUMBER);
    }
    let flaw = match NAME.check(piece) {
        Err(flaw) => flaw,
        Ok(()) => Flaw::found(piece.end(), NAME.expected),
    };
    match piece.text.as_bytes().get(flaw.at - piece.at) {
        Some(b'A'..=b'Z') => flaw.hint("names are in lower case"),
        Some(b'_' | b' ') => flaw.hint("names have `-` between their parts"),
        Some(b'#') => flaw.hint("leave the `#` out"),
        Some(b':') if piece.text.contains("://") => {
            flaw.hint("this is an address: take the image's number")
        }
        _ => flaw,
    }
}

/// The greatest number that a JSON number holds exactly with all below it.
const MOST: u64 = (1 << 53) - 1;

const NAME: Rule = Rule {
    part: "name",
    most: 128,
    first: Class::LOWER,
    inner: Class::LABEL.or(Class::DOT),
    last: Class::LOWER_OR_DIGIT,
    expected: "a number, or a name of lower-case letters, digits, `-` and `.`, beginning with a letter, ending with a letter or digit",
};

/// Texts that may have been meant by one that is no id, most likely first.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    let mut texts: Vec<String> = number::meant(text).into_iter().collect();
    // An address may hold a secret.
    if !text.contains(['/', ':', '?', '&', '=', '@']) {
        texts.push(text.replace(['_', ' '], "-"));
    }
    texts
}
