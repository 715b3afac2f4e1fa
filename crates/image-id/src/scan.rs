//! Pieces of a text that know where they stand, and what was wrong with one.

mod class;
mod cursor;
mod flaw;
mod rule;
mod short;

pub(crate) use self::{
    class::Class,
    cursor::Cursor,
    flaw::{Flaw, What},
    rule::Rule,
    short::ShortText,
};

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
