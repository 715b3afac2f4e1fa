//! Intervals of keys.

use crate::{Key, Partition};
use core::fmt;
use std::sync::Arc;

/// A half-open interval of keys: from `start`, up to and without `end`.
///
/// The bounds are texts compared byte by byte with the texts of keys; they need not be keys
/// themselves.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyRange {
    start: Arc<str>,
    end: Arc<str>,
}

impl KeyRange {
    /// The interval between two texts. An end before the start gives an empty interval.
    pub fn new(start: impl Into<Arc<str>>, end: impl Into<Arc<str>>) -> Self {
        Self {
            start: start.into(),
            end: end.into(),
        }
    }

    /// Every key of a store.
    pub fn all() -> Self {
        // INVARIANT: a key begins with a partition, whose bytes are all ASCII.
        Self::new("", "\u{7f}")
    }

    /// Every key of a partition.
    pub fn partition(partition: &Partition) -> Self {
        Self::below(partition.as_str())
    }

    /// One key.
    pub fn only(key: &Key) -> Self {
        Self::new(key.as_str(), successor(key.as_str()))
    }

    /// A key and every key that has more parts after the same first ones.
    pub fn prefix(key: &Key) -> Self {
        Self::below(key.as_str())
    }

    /// `text` itself and whatever continues it with a separator.
    pub(crate) fn below(text: &str) -> Self {
        // INVARIANT: a separator is 0x20 and every other byte of a key is 0x21 or more, so that
        // nothing else lies between `text` and `text!`.
        Self::new(text, [text, "!"].concat())
    }

    /// Every text that begins with `start`.
    pub(crate) fn starting(start: &str) -> Self {
        let mut end = start.to_owned();
        while let Some(last) = end.pop() {
            // The code point that follows; surrogates are none.
            if let Some(next) = (last..=char::MAX).nth(1) {
                end.push(next);
                return Self::new(start, end);
            }
        }
        Self {
            start: start.into(),
            ..Self::all()
        }
    }

    /// Where the interval begins.
    pub fn start(&self) -> &str {
        &self.start
    }

    /// Where the interval ends; this text is not in it.
    pub fn end(&self) -> &str {
        &self.end
    }

    /// Whether no key can be in it.
    pub fn is_empty(&self) -> bool {
        self.start >= self.end
    }

    /// Whether a key is in it.
    pub fn contains(&self, key: &Key) -> bool {
        *self.start <= *key.as_str() && *key.as_str() < *self.end
    }

    /// Whether the two share a place.
    pub fn intersects(&self, other: &Self) -> bool {
        !self.is_empty() && !other.is_empty() && self.start < other.end && other.start < self.end
    }

    /// The part of this interval after a key; all of it where the key comes before it.
    #[must_use]
    pub fn after(&self, key: &Key) -> Self {
        let start = successor(key.as_str());
        if *start <= *self.start {
            return self.clone();
        }
        Self {
            start,
            end: Arc::clone(&self.end),
        }
    }

    /// The part of this interval before a key; all of it where the key comes after it.
    #[must_use]
    pub fn before(&self, key: &Key) -> Self {
        if *key.as_str() >= *self.end {
            return self.clone();
        }
        Self {
            start: Arc::clone(&self.start),
            end: key.as_str().into(),
        }
    }

    /// The part not yet read once a page of this interval has ended with `last`.
    #[must_use]
    pub fn beyond(&self, last: &Key, reverse: bool) -> Self {
        if reverse {
            self.before(last)
        } else {
            self.after(last)
        }
    }

    /// The part of this interval that was read when `next` was not.
    #[must_use]
    pub fn without(&self, next: Option<&Self>, reverse: bool) -> Self {
        match next {
            None => self.clone(),
            Some(next) if reverse => Self {
                start: Arc::clone(&next.end),
                end: Arc::clone(&self.end),
            },
            Some(next) => Self {
                start: Arc::clone(&self.start),
                end: Arc::clone(&next.start),
            },
        }
    }
}

/// The smallest text after `text` that can be a key or a bound.
fn successor(text: &str) -> Arc<str> {
    [text, " "].concat().into()
}

impl fmt::Debug for KeyRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}..{:?}", self.start, self.end)
    }
}
