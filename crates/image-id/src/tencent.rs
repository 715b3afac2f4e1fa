//! Tencent Cloud image ids: `img-` and 8 lower-case letters and digits.
//!
//! The SDK gives no pattern; every id in its examples has this form, public images' like own ones'.

use crate::{
    Cloud, IdKind, Stability,
    scan::{Class, Cursor, Flaw, Piece, ShortText},
    text::{borrowed_twin, id_text},
};
use core::fmt;

/// An image id of Tencent Cloud, kept in place.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TencentImageId(ShortText);

/// [`TencentImageId`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct TencentImageIdRef<'a> {
    text: &'a str,
}

impl<'a> TencentImageIdRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let whole = cursor.rest();
        match whole.text.as_bytes() {
            [b'i', b'm', b'g', b'-', value @ ..]
                if value.len() == VALUE_LENGTH
                    && value.iter().all(|byte| Class::LOWER_OR_DIGIT.has(*byte)) =>
            {
                Ok(Self { text: whole.text })
            }
            _ => Err(no_id(whole)),
        }
    }

    /// The id in a text of its own, kept in place.
    pub fn into_owned(self) -> TencentImageId {
        TencentImageId(ShortText::new(self.text.bytes()))
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        IdKind::Image
    }

    /// Whether it always means the same image.
    pub fn stability(self) -> Stability {
        Stability::Fixed
    }
}

/// The canonical text.
impl fmt::Display for TencentImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl TencentImageId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        self.0.as_str()
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        IdKind::Image
    }

    /// Whether it always means the same image.
    pub fn stability(&self) -> Stability {
        Stability::Fixed
    }
}

id_text!(TencentImageId);
borrowed_twin!(TencentImageId, TencentImageIdRef, Cloud::Tencent);

const HEAD: &str = "img-";
const VALUE_LENGTH: usize = 8;

#[cold]
fn no_id(text: Piece<'_>) -> Flaw {
    const EXPECTED: &str = "`img-` and 8 lower-case letters and digits";
    let mut cursor = Cursor::new(text);
    if cursor.eat(HEAD) {
        let value = cursor.take(Class::LOWER_OR_DIGIT);
        return Flaw::found(value.at + value.text.len().min(VALUE_LENGTH), EXPECTED);
    }
    let flaw = text.differs(HEAD, EXPECTED);
    match text.text.split('-').next() {
        Some("ins") => flaw.hint("this is an instance, no image"),
        Some("snap") => flaw.hint("this is a snapshot: make an image of it first"),
        Some("disk") => flaw.hint("this is a disk, no image"),
        _ => flaw,
    }
}

/// Texts that may have been meant by one that is no id, most likely first.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    let path = text.split(['?', '#']).next().unwrap_or(text);
    // A page of the console ends in the id.
    let last = path.rsplit('/').next().unwrap_or(path);
    vec![text.replacen('_', "-", 1), last.to_owned()]
}
