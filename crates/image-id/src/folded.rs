//! Comparing ASCII texts with or without case, in agreement with the equality key.

use core::{
    cmp::Ordering,
    hash::{Hash, Hasher},
};
use std::borrow::Cow;

/// A text as equality sees it: as it stands, or in ASCII lower case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Folded<'a> {
    pub(crate) text: &'a str,
    pub(crate) fold: bool,
}

impl<'a> Folded<'a> {
    pub(crate) fn key(self) -> Cow<'a, str> {
        if self.fold && self.text.bytes().any(|byte| byte.is_ascii_uppercase()) {
            Cow::Owned(self.text.to_ascii_lowercase())
        } else {
            Cow::Borrowed(self.text)
        }
    }

    fn bytes(self) -> impl Iterator<Item = u8> {
        self.text.bytes().map(move |byte| {
            if self.fold {
                byte.to_ascii_lowercase()
            } else {
                byte
            }
        })
    }
}

impl PartialEq for Folded<'_> {
    fn eq(&self, other: &Self) -> bool {
        if self.fold || other.fold {
            self.text.len() == other.text.len() && self.bytes().eq(other.bytes())
        } else {
            self.text == other.text
        }
    }
}

impl Eq for Folded<'_> {}

impl PartialOrd for Folded<'_> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Folded<'_> {
    fn cmp(&self, other: &Self) -> Ordering {
        if self.fold || other.fold {
            self.bytes().cmp(other.bytes())
        } else {
            self.text.cmp(other.text)
        }
    }
}

impl Hash for Folded<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for byte in self.bytes() {
            state.write_u8(byte);
        }
        state.write_u8(0xff);
    }
}

/// Equality, order and hash of a type with `as_str`, all without case.
macro_rules! compares_folded {
    ($type:ty) => {
        impl $type {
            fn folded(&self) -> $crate::folded::Folded<'_> {
                $crate::folded::Folded {
                    text: self.as_str(),
                    fold: true,
                }
            }
        }

        impl PartialEq for $type {
            fn eq(&self, other: &Self) -> bool {
                self.folded() == other.folded()
            }
        }

        impl Eq for $type {}

        impl PartialOrd for $type {
            fn partial_cmp(&self, other: &Self) -> Option<core::cmp::Ordering> {
                Some(self.cmp(other))
            }
        }

        impl Ord for $type {
            fn cmp(&self, other: &Self) -> core::cmp::Ordering {
                self.folded().cmp(&other.folded())
            }
        }

        impl core::hash::Hash for $type {
            fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
                self.folded().hash(state);
            }
        }
    };
}

pub(crate) use compares_folded;
