//! Keys: printable texts whose byte order is the order of their parts.

mod build;
mod part;

use crate::{Partition, partition};
use atlas_base::quoted;
use core::{borrow::Borrow, fmt};
use std::sync::Arc;

pub(crate) use self::build::FullKey;
pub use self::{build::KeyBuilder, part::KeyPart};

/// The most bytes a key has.
pub const MAX_KEY_BYTES: usize = 512;

/// A key: a partition, the name of a space, and parts, separated by blanks.
///
/// It is printable text, so that people can read it in any tool, and its byte order is the order
/// of its parts: a shorter key before its continuations, texts by their bytes, numbers by value.
///
/// | part | is written |
/// |---|---|
/// | text | as it is, but bytes up to 0x21 as `!` and two hex digits, `~` as `~e` and 0x7f as `~f` |
/// | number | a letter for the count of digits (`a` is one), then the digits |
/// | bytes | two hex digits a byte |
/// | anything over 96 bytes | its first 62 bytes or a little less, `!~`, and 32 hex digits of its digest |
///
/// A part that was cut keeps its place among shorter texts by its beginning only, and cannot be
/// read back: what is stored under it says in full what it is.
///
/// ```
/// # use atlas_store::{Key, Partition};
/// let key = Key::builder(&Partition::global(), "tag").text("a b").u64(42).build()?;
/// assert_eq!(key.as_str(), "/ tag a!20b b42");
/// # Ok::<(), atlas_store::StoreError>(())
/// ```
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Key(Arc<str>);

impl Key {
    /// Begins a key in a space of a partition.
    pub fn builder(partition: &Partition, space: &str) -> KeyBuilder {
        KeyBuilder::new(partition, space)
    }

    /// Reads the text of a key, as an engine or a dump keeps it.
    ///
    /// # Errors
    ///
    /// The text is longer than 512 bytes, does not begin with a partition and a space, or holds a
    /// part that no builder writes.
    pub fn parse(text: &str) -> Result<Self, ParseKeyError> {
        match misfit(text) {
            None => Ok(Self(text.into())),
            Some(at) => Err(ParseKeyError {
                given: text.into(),
                at,
            }),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The partition.
    pub fn partition(&self) -> Partition {
        let first = self.0.split(' ').next().unwrap_or_default();
        // INVARIANT: every key begins with a partition.
        Partition::parse(first).unwrap_or_else(|_| Partition::global())
    }

    /// The name of the space.
    pub fn space(&self) -> KeyPart<'_> {
        KeyPart::new(self.0.split(' ').nth(1).unwrap_or_default())
    }

    /// The parts after the space, to be read as what they were written as.
    pub fn parts(&self) -> impl Iterator<Item = KeyPart<'_>> {
        self.0.split(' ').skip(2).map(KeyPart::new)
    }
}

/// Where a text stops being a key, if it does.
pub(crate) fn misfit(text: &str) -> Option<usize> {
    if text.len() > MAX_KEY_BYTES {
        return Some(text.floor_char_boundary(MAX_KEY_BYTES));
    }
    // Nearly every key there is: short, and nothing in it stands for something else.
    if let Some(end) = text.bytes().position(|byte| byte == b' ')
        && let Some((first, rest)) = text.split_at_checked(end)
        && part::are_plain(rest)
        && partition::misfit(first).is_none()
    {
        return None;
    }
    let mut at = 0;
    for (number, piece) in text.split(' ').enumerate() {
        let misfit = if number == 0 {
            partition::misfit(piece)
        } else {
            part::misfit(piece)
        };
        if let Some(inside) = misfit {
            return Some(at + inside);
        }
        at += piece.len() + 1;
    }
    (!text.contains(' ')).then_some(text.len())
}

impl Borrow<str> for Key {
    fn borrow(&self) -> &str {
        self.as_str()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

atlas_base::text_form!(Key, ParseKeyError);

/// Why a text is no [`Key`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseKeyError {
    given: Box<str>,
    at: usize,
}

impl ParseKeyError {
    /// The byte offset at which the text stopped making sense.
    pub fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for ParseKeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (given, at) = (quoted(&self.given), self.at);
        let rule = "expected a partition, a space and encoded parts, at most 512 bytes";
        write!(f, "{given} is no key: {rule}, stopped at byte {at}")
    }
}

impl std::error::Error for ParseKeyError {}
