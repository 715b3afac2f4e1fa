//! Reading a text from its start.

use super::{Class, Flaw, Piece, Rule};

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
