//! DigitalOcean image ids: numbers and slugs.
//!
//! Sources: the API says that a public image has a number and a slug and any other image a number
//! only; slugs as `doctl compute image list-distribution` and the catalogue of the Marketplace print
//! them. No source gives the grammar of slugs. Ours is what all of them keep: lower-case letters,
//! digits and `-`, a letter or digit at either end (`3cxcommunication-3cx` begins with a digit), not
//! digits alone, at most 128 bytes. A number is within 64 bits; the API writes it as a JSON integer.

use crate::{
    Cloud, IdKind, Stability,
    number::{self, positive},
    scan::{Class, Cursor, Flaw, Rule, is_digit},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// An image id of DigitalOcean: a number such as `119192817`, or the slug of a public image such as
/// `ubuntu-24-04-x64`.
///
/// A number is from 1 to 18446744073709551615. A slug has 1 to 128 lower-case letters, digits and
/// `-`, does not begin or end with `-`, and is not digits alone: so are all that DigitalOcean lists,
/// though it writes no rule down.
///
/// A number means one image for ever. A slug moves: DigitalOcean rebuilds its images and gives the
/// slug to the new one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DigitalOceanImageId {
    // The number follows from the text, so the derived order is the text's.
    text: Arc<str>,
    /// Zero for a slug.
    number: u64,
}

/// [`DigitalOceanImageId`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct DigitalOceanImageIdRef<'a> {
    text: &'a str,
    /// Zero for a slug.
    number: u64,
}

impl<'a> DigitalOceanImageIdRef<'a> {
    #[inline]
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let text = cursor.rest().text;
        if let Some(number) = positive(text, u64::MAX) {
            return Ok(Self { text, number });
        }
        if SLUG.holds(text) && !text.bytes().all(is_digit) {
            return Ok(Self { text, number: 0 });
        }
        Err(flaw_of(cursor))
    }

    /// The id in a text of its own; allocates once.
    pub fn into_owned(self) -> DigitalOceanImageId {
        DigitalOceanImageId {
            text: shared(Some(self.text), self),
            number: self.number,
        }
    }

    /// The number, unless it is a slug.
    pub fn number(self) -> Option<u64> {
        Some(self.number).filter(|number| *number != 0)
    }

    /// The slug, unless it is a number.
    pub fn slug(self) -> Option<&'a str> {
        (self.number == 0).then_some(self.text)
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        kind(self.number)
    }

    /// Whether it always means the same image: a number does, a slug does not.
    pub fn stability(self) -> Stability {
        stability(self.number)
    }
}

/// The canonical text.
impl fmt::Display for DigitalOceanImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl DigitalOceanImageId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The number, unless it is a slug.
    pub fn number(&self) -> Option<u64> {
        Some(self.number).filter(|number| *number != 0)
    }

    /// The slug, unless it is a number.
    pub fn slug(&self) -> Option<&str> {
        (self.number == 0).then_some(self.as_str())
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        kind(self.number)
    }

    /// Whether it always means the same image: a number does, a slug does not.
    pub fn stability(&self) -> Stability {
        stability(self.number)
    }
}

fn kind(number: u64) -> IdKind {
    match number {
        0 => IdKind::Slug,
        _ => IdKind::Id,
    }
}

fn stability(number: u64) -> Stability {
    match number {
        0 => Stability::Moving,
        _ => Stability::Fixed,
    }
}

id_text!(DigitalOceanImageId);
borrowed_twin!(
    DigitalOceanImageId,
    DigitalOceanImageIdRef,
    Cloud::DigitalOcean
);

#[cold]
fn flaw_of(cursor: Cursor<'_>) -> Flaw {
    const NUMBER: &str =
        "a number from 1 to 18446744073709551615 that does not begin with `0`, or a slug";
    let piece = cursor.rest();
    let Err(flaw) = SLUG.check(piece) else {
        return number::flaw_of(cursor, u64::MAX, NUMBER);
    };
    match piece.text.as_bytes().get(flaw.at - piece.at) {
        Some(b'A'..=b'Z') => flaw.hint("slugs are in lower case"),
        Some(b'_') => flaw.hint("slugs have `-`, not `_`"),
        Some(b'#') => flaw.hint("leave the `#` out"),
        Some(b':') if piece.text.contains("://") => {
            flaw.hint("this is an address: take the image's number")
        }
        _ => flaw,
    }
}

const SLUG: Rule = Rule {
    part: "slug",
    most: 128,
    first: Class::LOWER_OR_DIGIT,
    inner: Class::LABEL,
    last: Class::LOWER_OR_DIGIT,
    expected: "a number, or a slug of lower-case letters, digits and `-`, not beginning or ending with `-`",
};

/// Texts that may have been meant by one that is no id, most likely first.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    let mut texts: Vec<String> = number::meant(text).into_iter().collect();
    if let Some((_, path)) = text.split_once("digitalocean.com/") {
        // The page that makes a Droplet names the image in its query, the API in the path.
        let images = ["?image=", "&image=", "v2/images/"];
        if let Some((_, image)) = images.iter().find_map(|word| path.split_once(word)) {
            texts.extend(image.split(['&', '?', '#', '/']).next().map(str::to_owned));
        }
        return texts;
    }
    if text.starts_with(|first: char| first.is_ascii_alphabetic()) && !is_address(text) {
        texts.push(text.replace(['_', '.', ' '], "-"));
    }
    texts
}

/// Whether it may hold a secret.
fn is_address(text: &str) -> bool {
    text.contains(['/', ':', '?', '&', '=', '@'])
}
