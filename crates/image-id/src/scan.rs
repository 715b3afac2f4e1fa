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
// Boxed, so that a scanner's answer is as small as what it found: scanning is hot, refusing is not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Flaw(Box<Facts>);

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Facts {
    pub(crate) at: usize,
    pub(crate) what: What,
    pub(crate) expected: &'static str,
    pub(crate) hint: Option<Cow<'static, str>>,
}

impl core::ops::Deref for Flaw {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.0
    }
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
    #[cold]
    fn new(at: usize, what: What, expected: &'static str) -> Self {
        Self(Box::new(Facts {
            at,
            what,
            expected,
            hint: None,
        }))
    }

    #[cold]
    pub(crate) fn found(at: usize, expected: &'static str) -> Self {
        Self::new(at, What::Found, expected)
    }

    #[cold]
    pub(crate) fn empty(at: usize, part: &'static str, expected: &'static str) -> Self {
        Self::new(at, What::Empty(part), expected)
    }

    #[cold]
    pub(crate) fn digits(at: usize, found: usize, expected: &'static str) -> Self {
        Self::new(at, What::Digits { found }, expected)
    }

    /// A part of `found` characters where `most` are allowed; `at` is where it would have to end.
    #[cold]
    pub(crate) fn long(
        at: usize,
        part: &'static str,
        found: usize,
        most: usize,
        expected: &'static str,
    ) -> Self {
        Self::new(at, What::Long { part, found, most }, expected)
    }

    #[cold]
    pub(crate) fn says(at: usize, words: &'static str, expected: &'static str) -> Self {
        Self::new(at, What::Says(words), expected)
    }

    /// The same flaw in a text that begins `bytes` earlier.
    #[cold]
    pub(crate) fn behind(mut self, bytes: usize) -> Self {
        self.0.at += bytes;
        self
    }

    pub(crate) fn hint(mut self, hint: impl Into<Cow<'static, str>>) -> Self {
        self.0.hint = Some(hint.into());
        self
    }
}

/// A set of ASCII bytes, looked up in one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Class(u16);

impl Class {
    pub(crate) const LOWER: Self = Self(0b11);
    pub(crate) const UPPER: Self = Self(0b1100);
    pub(crate) const DIGIT: Self = Self(1 << 4);
    pub(crate) const DASH: Self = Self(1 << 5);
    pub(crate) const DOT: Self = Self(1 << 6);
    pub(crate) const UNDERSCORE: Self = Self(1 << 7);
    pub(crate) const PARENTHESES: Self = Self(1 << 8);
    pub(crate) const SLASH: Self = Self(1 << 9);
    pub(crate) const COLON: Self = Self(1 << 10);
    pub(crate) const BLANK: Self = Self(1 << 11);
    const OTHERS: Self = Self(1 << 12);
    const LOWER_HEX_LETTERS: Self = Self(1);
    const UPPER_HEX_LETTERS: Self = Self(1 << 2);

    /// `[0-9a-f]`
    pub(crate) const LOWER_HEX: Self = Self::DIGIT.or(Self::LOWER_HEX_LETTERS);
    /// `[0-9a-fA-F]`
    pub(crate) const HEX: Self = Self::LOWER_HEX.or(Self::UPPER_HEX_LETTERS);
    /// `[a-z0-9]`
    pub(crate) const LOWER_OR_DIGIT: Self = Self::LOWER.or(Self::DIGIT);
    /// `[A-Za-z0-9]`
    pub(crate) const ALPHANUMERIC: Self = Self::LOWER_OR_DIGIT.or(Self::UPPER);
    /// `[-a-z0-9]`, the inner bytes of an RFC 1035 label.
    pub(crate) const LABEL: Self = Self::LOWER_OR_DIGIT.or(Self::DASH);
    /// `[A-Za-z0-9._-]`
    pub(crate) const WORD: Self = Self::ALPHANUMERIC
        .or(Self::DOT)
        .or(Self::UNDERSCORE)
        .or(Self::DASH);
    /// Every byte from `!` to `~` but the slash.
    pub(crate) const VISIBLE: Self = Self::WORD
        .or(Self::PARENTHESES)
        .or(Self::COLON)
        .or(Self::OTHERS);

    pub(crate) const fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The bytes of this set that `other` does not have.
    pub(crate) const fn but(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    pub(crate) fn has(self, byte: u8) -> bool {
        let found = TABLE.get(usize::from(byte)).copied().unwrap_or_default();
        found & self.0 != 0
    }

    const fn of(byte: u8) -> u16 {
        match byte {
            b'a'..=b'f' => 1,
            b'g'..=b'z' => 1 << 1,
            b'A'..=b'F' => 1 << 2,
            b'G'..=b'Z' => 1 << 3,
            b'0'..=b'9' => Self::DIGIT.0,
            b'-' => Self::DASH.0,
            b'.' => Self::DOT.0,
            b'_' => Self::UNDERSCORE.0,
            b'(' | b')' => Self::PARENTHESES.0,
            b'/' => Self::SLASH.0,
            b':' => Self::COLON.0,
            b' ' => Self::BLANK.0,
            b'!'..=b'~' => Self::OTHERS.0,
            _ => 0,
        }
    }
}

static TABLE: [u16; 256] = {
    let mut table = [0; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(
            clippy::indexing_slicing,
            reason = "a byte is an index below 256; at compile time"
        )]
        {
            table[byte as usize] = Class::of(byte);
        }
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    table
};

/// Reads a text from its start, once.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Cursor<'a> {
    pub(crate) const fn new(piece: Piece<'a>) -> Self {
        Self {
            text: piece.text,
            at: piece.at,
        }
    }

    /// Of a text that is not too long to be looked at.
    pub(crate) fn capped(text: &'a str) -> Result<Self, Flaw> {
        Piece::capped(text).map(Self::new)
    }

    /// The offset of the next byte in the whole text.
    pub(crate) const fn at(self) -> usize {
        self.at
    }

    /// What has not been read.
    pub(crate) const fn rest(self) -> Piece<'a> {
        Piece {
            text: self.text,
            at: self.at,
        }
    }

    pub(crate) const fn is_done(self) -> bool {
        self.text.is_empty()
    }

    pub(crate) fn peek(self) -> Option<u8> {
        self.text.as_bytes().first().copied()
    }

    /// Reads `word` if it stands here.
    pub(crate) fn eat(&mut self, word: &str) -> bool {
        match self.text.strip_prefix(word) {
            Some(text) => {
                self.at += word.len();
                self.text = text;
                true
            }
            None => false,
        }
    }

    /// Reads the longest run of bytes of a class, perhaps none.
    pub(crate) fn take(&mut self, class: Class) -> Piece<'a> {
        let run = self.text.bytes().position(|byte| !class.has(byte));
        let (text, rest) = match run {
            // The run is ASCII, so that it ends where a character does.
            Some(end) => self.text.split_at_checked(end).unwrap_or((self.text, "")),
            None => (self.text, ""),
        };
        let piece = Piece { text, at: self.at };
        self.text = rest;
        self.at += text.len();
        piece
    }

    /// Reads a part of this rule: the longest run of its bytes.
    pub(crate) fn part(&mut self, rule: &Rule) -> Result<&'a str, Flaw> {
        let piece = self.take(rule.inner);
        rule.judge(piece, *self)?;
        Ok(piece.text)
    }

    /// Refuses if anything is left.
    pub(crate) fn end(self, expected: &'static str) -> Result<(), Flaw> {
        if self.text.is_empty() {
            Ok(())
        } else {
            Err(Flaw::found(self.at, expected))
        }
    }
}

/// The rule of one named part: which bytes, and how many.
#[derive(Debug)]
pub(crate) struct Rule {
    /// The name of the part, as messages say it.
    pub(crate) part: &'static str,
    pub(crate) most: usize,
    pub(crate) first: Class,
    pub(crate) inner: Class,
    pub(crate) last: Class,
    pub(crate) expected: &'static str,
}

impl Rule {
    /// Checks a whole piece.
    pub(crate) fn check(&self, piece: Piece<'_>) -> Result<(), Flaw> {
        let mut cursor = Cursor::new(piece);
        cursor.part(self)?;
        cursor.end(self.expected)
    }

    /// Whether a whole text keeps the rule.
    #[inline]
    pub(crate) fn holds(&self, text: &str) -> bool {
        let bytes = text.as_bytes();
        let ends = match (bytes.first(), bytes.last()) {
            (Some(first), Some(last)) => self.first.has(*first) && self.last.has(*last),
            _ => false,
        };
        ends && bytes.len() <= self.most && bytes.iter().all(|byte| self.inner.has(*byte))
    }

    /// Checks a run of inner bytes with what follows it.
    pub(crate) fn judge(&self, piece: Piece<'_>, behind: Cursor<'_>) -> Result<(), Flaw> {
        let bytes = piece.text.as_bytes();
        match (bytes.first(), bytes.last()) {
            (Some(first), Some(last))
                if self.first.has(*first) && self.last.has(*last) && bytes.len() <= self.most =>
            {
                Ok(())
            }
            _ => Err(self.flaw_of(piece, behind.text)),
        }
    }

    #[cold]
    fn flaw_of(&self, piece: Piece<'_>, behind: &str) -> Flaw {
        let Some(first) = piece.text.bytes().next() else {
            let separator = behind.is_empty() || behind.starts_with(['/', ':', '@']);
            return if separator {
                Flaw::empty(piece.at, self.part, self.expected)
            } else {
                Flaw::found(piece.at, self.expected)
            };
        };
        if !self.first.has(first) {
            return Flaw::found(piece.at, self.expected);
        }
        if piece.text.len() > self.most {
            let (at, found) = (piece.at + self.most, piece.text.len());
            return Flaw::long(at, self.part, found, self.most, self.expected);
        }
        // The last byte could have been an inner one if there is room for another and what follows is
        // no separator.
        let is_full = piece.text.len() == self.most;
        if is_full || behind.is_empty() || behind.starts_with(['/', ':', '@']) {
            Flaw::found(piece.end() - 1, self.expected)
        } else {
            Flaw::found(piece.end(), self.expected)
        }
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

/// Text of at most 36 ASCII bytes, kept in place: AMI ids and UUIDs need no allocation.
// `bytes` stands before `len`: with zeros behind the text the derived order is the text's order. It is
// aligned so that a copy is a few whole words wherever it lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(align(8))]
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

    /// An ASCII text whose length is known when the program is built, copied in one go.
    #[inline]
    pub(crate) fn of<const LEN: usize>(text: &[u8; LEN]) -> Self {
        const { assert!(LEN <= Self::MOST, "the text has room") };
        let mut bytes = [0; Self::MOST];
        if let Some(room) = bytes.first_chunk_mut::<LEN>() {
            *room = *text;
        }
        let len = u8::try_from(LEN).unwrap_or_default();
        Self { bytes, len }
    }

    pub(crate) fn as_str(&self) -> &str {
        let bytes = self.bytes.get(..usize::from(self.len)).unwrap_or_default();
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}
