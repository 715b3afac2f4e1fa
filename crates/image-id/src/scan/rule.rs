//! Rules of named parts.

use super::{Class, Cursor, Flaw, Piece};

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
            _ => Err(self.flaw_of(piece, behind.rest().text)),
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
