//! What is wrong with a text, and where.

use std::borrow::Cow;

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
