//! What a check finds.

use atlas_store::{RecordError, StoreError};
use core::fmt;

/// A guarantee that a store does not keep.
#[derive(Clone, thiserror::Error)]
#[error("check `{check}` failed: {guarantee}, but {found}")]
pub struct Failure {
    check: &'static str,
    guarantee: Guarantee,
    found: Found,
}

impl Failure {
    pub(crate) fn new(check: &'static str, guarantee: Guarantee, found: Found) -> Self {
        Self {
            check,
            guarantee,
            found,
        }
    }

    /// The name of the check.
    pub fn check(&self) -> &'static str {
        self.check
    }

    /// What the store does not keep.
    pub fn guarantee(&self) -> Guarantee {
        self.guarantee
    }

    /// The error that the store gave where it should have given none.
    pub fn store_error(&self) -> Option<&StoreError> {
        match &self.found {
            Found::Error(error) => Some(error),
            _ => None,
        }
    }
}

// What a test prints when it returns the failure.
impl fmt::Debug for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What a store promises.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Guarantee {
    /// Reads return what was written.
    Reads,
    /// Ranges come in byte order.
    Order,
    /// Ranges are half-open.
    Bounds,
    /// Pages cover a range without a gap.
    Paging,
    /// Versions change with every write.
    Versions,
    /// A transaction sees its own writes.
    OwnWrites,
    /// No update is lost.
    LostUpdate,
    /// No two commits pass each other's reads.
    WriteSkew,
    /// No key appears in, or disappears from, a range that was read.
    Phantom,
    /// No two records share a unique name.
    Unique,
    /// Nothing refers to what is gone.
    References,
    /// Index rows and records agree.
    Indexes,
    /// A snapshot never changes.
    FixedSnapshot,
    /// A snapshot sees what was acknowledged before.
    Fresh,
    /// A commit is whole or not at all.
    AllOrNothing,
    /// A token commits once.
    Tokens,
    /// What is too large is refused.
    Limits,
    /// Commits that touch nothing in common do not disturb each other.
    Independence,
    /// Feeds are gap-free and in order.
    Feed,
    /// A feed that is cut says so.
    FeedExpiry,
    /// A waiter is woken.
    Wake,
    /// There is one order that explains everything.
    Serializable,
}

impl fmt::Display for Guarantee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Reads => "reads return what was written",
            Self::Order => "ranges come in byte order",
            Self::Bounds => "ranges hold their start and not their end",
            Self::Paging => "pages cover a range once and without a gap",
            Self::Versions => "a key's versions never repeat",
            Self::OwnWrites => "a transaction sees its own writes",
            Self::LostUpdate => "no update is lost",
            Self::WriteSkew => "no two commits write past each other's reads",
            Self::Phantom => "a range that was read gains and loses no key",
            Self::Unique => "no two records share a unique name",
            Self::References => "nothing refers to what was deleted",
            Self::Indexes => "index rows and records agree",
            Self::FixedSnapshot => "a snapshot never changes",
            Self::Fresh => "a snapshot sees what was acknowledged before it",
            Self::AllOrNothing => "a commit is whole or not at all",
            Self::Tokens => "a token commits once and always answers the same",
            Self::Limits => "what exceeds a limit is refused as too large",
            Self::Independence => "commits without a read in common do not conflict",
            Self::Feed => "a feed holds every commit of its partition once, in order",
            Self::FeedExpiry => "a feed that was cut says where it begins",
            Self::Wake => "whoever waits for a feed is woken by a commit",
            Self::Serializable => "one serial order explains what every transaction saw",
        })
    }
}

/// How a broken guarantee was seen.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    /// The store did something else.
    Seen(Box<str>),
    /// The store gave an error that it should not have given.
    Error(StoreError),
    /// Nothing happened for too long, or the executor gave up the future.
    Silence(&'static str),
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Seen(seen) => f.write_str(seen),
            Self::Error(error) => write!(f, "the store answered: {error}"),
            Self::Silence(what) => write!(f, "{what} never ended"),
        }
    }
}

impl From<StoreError> for Found {
    fn from(error: StoreError) -> Self {
        Self::Error(error)
    }
}

impl From<RecordError> for Found {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Store(error) => Self::Error(error),
            error => Self::Seen(error.to_string().into()),
        }
    }
}

pub(crate) type Verdict = Result<(), Found>;

/// What was seen, as a failure of the check that runs.
pub(crate) fn seen<T>(text: fmt::Arguments<'_>) -> Result<T, Found> {
    Err(Found::Seen(text.to_string().into()))
}

/// Fails the check unless the two are equal.
pub(crate) fn same<T: PartialEq + fmt::Debug>(what: &str, found: &T, expected: &T) -> Verdict {
    if found == expected {
        Ok(())
    } else {
        seen(format_args!(
            "{what} gave {found:?} where {expected:?} was right"
        ))
    }
}

/// Fails the check unless the store refused with a conflict.
pub(crate) fn conflict<T: fmt::Debug>(what: &str, outcome: Result<T, StoreError>) -> Verdict {
    match outcome {
        Err(StoreError::Conflict) => Ok(()),
        Err(error) => Err(error.into()),
        Ok(_) => seen(format_args!("{what} was committed")),
    }
}
