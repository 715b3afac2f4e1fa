//! Pieces of a text that know where they stand, and what was wrong with one.

use std::borrow::Cow;

/// A part of the given text and its byte offset in it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Piece<'a> {
    pub(crate) text: &'a str,
    pub(crate) at: usize,
}

impl<'a> Piece<'a> {
    pub(crate) const fn whole(text: &'a str) -> Self {
        Self { text, at: 0 }
    }

    /// The whole of a text that is not too long to be looked at.
    pub(crate) fn capped(text: &'a str) -> Result<Self, Flaw> {
        if text.len() > crate::MAX_BYTES {
            return Err(Flaw::found(crate::MAX_BYTES, "a shorter text"));
        }
        Ok(Self::whole(text))
    }

    /// The offset behind the last byte.
    pub(crate) const fn end(self) -> usize {
        self.at + self.text.len()
    }

    pub(crate) fn strip(self, prefix: &str) -> Option<Self> {
        let text = self.text.strip_prefix(prefix)?;
        Some(Self {
            text,
            at: self.at + prefix.len(),
        })
    }

    pub(crate) fn strip_any_case(self, prefix: &str) -> Option<Self> {
        let (head, text) = self.text.split_at_checked(prefix.len())?;
        head.eq_ignore_ascii_case(prefix).then_some(Self {
            text,
            at: self.at + prefix.len(),
        })
    }

    pub(crate) fn strip_end(self, suffix: &str) -> Option<Self> {
        Some(Self {
            text: self.text.strip_suffix(suffix)?,
            at: self.at,
        })
    }

    /// What stands before the first `mark`, and what stands behind it if there is one.
    pub(crate) fn split(self, mark: char) -> (Self, Option<Self>) {
        match self.text.split_once(mark) {
            None => (self, None),
            Some((head, text)) => {
                let at = self.at + head.len() + mark.len_utf8();
                (
                    Self {
                        text: head,
                        at: self.at,
                    },
                    Some(Self { text, at }),
                )
            }
        }
    }

    /// Every part between the marks; one more than there are marks.
    pub(crate) fn parts(self, mark: char) -> impl Iterator<Item = Self> {
        let mut rest = Some(self);
        core::iter::from_fn(move || {
            let (head, tail) = rest?.split(mark);
            rest = tail;
            Some(head)
        })
    }

    /// The offset of the first byte that does not fit.
    pub(crate) fn misfit(self, fits: impl Fn(u8) -> bool) -> Option<usize> {
        self.text
            .bytes()
            .position(|byte| !fits(byte))
            .map(|at| self.at + at)
    }

    /// Refuses at the first byte that differs from `wanted`.
    pub(crate) fn differs(self, wanted: &str, expected: &'static str) -> Flaw {
        let same = self
            .text
            .bytes()
            .zip(wanted.bytes())
            .take_while(|(a, b)| a == b)
            .count();
        Flaw::found(self.at + same, expected)
    }
}

/// What is wrong, at which byte, and what would have been right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw {
    pub(crate) at: usize,
    pub(crate) what: What,
    pub(crate) expected: &'static str,
    pub(crate) hint: Option<Cow<'static, str>>,
}

/// The ways in which a text is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum What {
    /// The byte there does not fit, or the text ends there.
    Found,
    /// A part has no characters.
    Empty(&'static str),
    /// A part has too many characters.
    Long {
        part: &'static str,
        found: usize,
        most: usize,
    },
    /// A run of digits has the wrong length.
    Digits { found: usize },
    /// Anything else, in words.
    Says(&'static str),
}

impl Flaw {
    const fn new(at: usize, what: What, expected: &'static str) -> Self {
        Self {
            at,
            what,
            expected,
            hint: None,
        }
    }

    pub(crate) const fn found(at: usize, expected: &'static str) -> Self {
        Self::new(at, What::Found, expected)
    }

    pub(crate) const fn empty(at: usize, part: &'static str, expected: &'static str) -> Self {
        Self::new(at, What::Empty(part), expected)
    }

    pub(crate) const fn digits(at: usize, found: usize, expected: &'static str) -> Self {
        Self::new(at, What::Digits { found }, expected)
    }

    pub(crate) const fn says(at: usize, words: &'static str, expected: &'static str) -> Self {
        Self::new(at, What::Says(words), expected)
    }

    pub(crate) fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// The rule of one named part: which bytes, and how many.
pub(crate) struct Rule {
    /// The name of the part, as messages say it.
    pub(crate) part: &'static str,
    pub(crate) most: usize,
    pub(crate) first: fn(u8) -> bool,
    pub(crate) inner: fn(u8) -> bool,
    pub(crate) last: fn(u8) -> bool,
    pub(crate) expected: &'static str,
}

impl Rule {
    pub(crate) fn check(&self, piece: Piece<'_>) -> Result<(), Flaw> {
        let found = piece.text.len();
        let (Some(first), Some(last)) = (piece.text.bytes().next(), piece.text.bytes().next_back())
        else {
            return Err(Flaw::empty(piece.at, self.part, self.expected));
        };
        if let Some(at) = piece.misfit(self.inner) {
            return Err(Flaw::found(at, self.expected));
        }
        if !(self.first)(first) {
            return Err(Flaw::found(piece.at, self.expected));
        }
        if found > self.most {
            let what = What::Long {
                part: self.part,
                found,
                most: self.most,
            };
            return Err(Flaw::new(piece.at + self.most, what, self.expected));
        }
        if !(self.last)(last) {
            return Err(Flaw::found(piece.end() - 1, self.expected));
        }
        Ok(())
    }
}

pub(crate) const fn is_lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

pub(crate) const fn is_digit(byte: u8) -> bool {
    byte.is_ascii_digit()
}

pub(crate) const fn is_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

pub(crate) const fn is_lower(byte: u8) -> bool {
    byte.is_ascii_lowercase()
}

pub(crate) const fn is_lower_or_digit(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// `[-a-z0-9]`, the inner bytes of an RFC 1035 label.
pub(crate) const fn is_label(byte: u8) -> bool {
    is_lower_or_digit(byte) || byte == b'-'
}

/// `[A-Za-z0-9._-]`
pub(crate) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-')
}

/// Text of at most 36 ASCII bytes, kept in place: AMI ids and UUIDs need no allocation.
// `bytes` stands before `len`: with zeros behind the text the derived order is the text's order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct ShortText {
    bytes: [u8; Self::MOST],
    len: u8,
}

impl ShortText {
    pub(crate) const MOST: usize = 36;

    /// The bytes of an ASCII text; bytes beyond the room are left out, so callers check first.
    pub(crate) fn new(text: impl IntoIterator<Item = u8>) -> Self {
        let mut short = Self {
            bytes: [0; Self::MOST],
            len: 0,
        };
        for (slot, byte) in short.bytes.iter_mut().zip(text) {
            *slot = byte;
            short.len += 1;
        }
        short
    }

    pub(crate) fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}
