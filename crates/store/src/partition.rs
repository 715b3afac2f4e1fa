//! The first part of every key.

use atlas_base::{quoted, text_form};
use core::fmt;
use std::sync::Arc;

/// What every key begins with: an account, or `/` for what belongs to no account.
///
/// A partition has a change feed of its own, and an engine may place partitions on different
/// machines. An account is written `[a-z0-9][a-z0-9-]{0,62}`. Order is the order of the bytes, so
/// `/` comes before every account.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Partition(Arc<str>);

impl Partition {
    /// The most bytes an account's name may have.
    pub const MAX_BYTES: usize = 63;

    /// The partition `/`.
    pub fn global() -> Self {
        Self("/".into())
    }

    /// The partition of an account.
    ///
    /// # Errors
    ///
    /// The text is not `[a-z0-9][a-z0-9-]{0,62}`.
    pub fn account(name: &str) -> Result<Self, ParsePartitionError> {
        match account_misfit(name) {
            None => Ok(Self(name.into())),
            Some(at) => Err(ParsePartitionError {
                given: name.into(),
                at,
            }),
        }
    }

    /// Reads `/` or the name of an account.
    ///
    /// # Errors
    ///
    /// The text is neither.
    pub fn parse(text: &str) -> Result<Self, ParsePartitionError> {
        if text == "/" {
            Ok(Self::global())
        } else {
            Self::account(text)
        }
    }

    /// Whether this is `/`.
    pub fn is_global(&self) -> bool {
        &*self.0 == "/"
    }

    /// The text form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a text stops being a partition, if it does.
pub(crate) fn misfit(text: &str) -> Option<usize> {
    if text == "/" {
        None
    } else {
        account_misfit(text)
    }
}

fn account_misfit(name: &str) -> Option<usize> {
    let letter = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let fits = |(at, byte): (usize, u8)| {
        at < Partition::MAX_BYTES && (letter(byte) || at > 0 && byte == b'-')
    };
    let misfit = name.bytes().enumerate().position(|pair| !fits(pair));
    misfit.or(name.is_empty().then_some(0))
}

impl fmt::Display for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Partition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

text_form!(Partition, ParsePartitionError);

/// Why a text is no [`Partition`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParsePartitionError {
    given: Box<str>,
    at: usize,
}

impl ParsePartitionError {
    /// The byte offset at which the text stopped making sense.
    pub fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for ParsePartitionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (given, at) = (quoted(&self.given), self.at);
        let rule = "expected `/` or an account written `[a-z0-9][a-z0-9-]{0,62}`";
        write!(f, "{given} is no partition: {rule}, stopped at byte {at}")
    }
}

impl std::error::Error for ParsePartitionError {}
