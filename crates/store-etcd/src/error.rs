//! Why a store cannot be opened or made.

use crate::AddressError;
use core::fmt;
use std::{error::Error, path::PathBuf, sync::Arc};

/// The error of a server, or of the way to it.
type Source = Box<dyn Error + Send + Sync>;

/// Why a store cannot be opened or made. What the servers hold is as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL cannot be read.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// There is nothing below the prefix, and opening makes no store.
    #[error("there is no store {place}: check the URL, or make a new store there")]
    NotFound {
        /// Where.
        place: Place,
    },
    /// There is a store already, and making one replaces none.
    #[error("there is already a store {place}: open it, or choose another prefix")]
    AlreadyExists {
        /// Where.
        place: Place,
    },
    /// There is something else below the prefix.
    #[error("{place} is no store of Cloud Atlas but {found}: that was left as it is")]
    NotAStore {
        /// Where.
        place: Place,
        /// What there seems to be.
        found: Found,
    },
    /// A newer version of the program wrote the store.
    #[error(
        "the store {place} has format {found}, and this program reads up to format {supported}: use a newer version"
    )]
    NewerFormat {
        /// Where.
        place: Place,
        /// The format of the store.
        found: u32,
        /// The newest format that this program reads.
        supported: u32,
    },
    /// A server takes fewer operations in a transaction than the URL says.
    #[error(
        "the servers of the store {place} do not take the {asked} operations of `operations`: start them with `--max-txn-ops {asked}`, or give less"
    )]
    Operations {
        /// Where.
        place: Place,
        /// What the URL says.
        asked: usize,
    },
    /// A server takes fewer bytes in a request than the URL says.
    #[error(
        "the servers of the store {place} do not take the {asked} bytes of `commit`: start them with `--max-request-bytes {asked}`, or give less"
    )]
    RequestBytes {
        /// Where.
        place: Place,
        /// What the URL says.
        asked: usize,
    },
    /// No server can be reached, or those that can have no leader.
    #[error(
        "no server of the store {place} can be reached, or they have no leader: see whether most of them run, and whether the URL is right"
    )]
    Unreachable {
        /// Where.
        place: Place,
        /// What happened.
        source: Source,
    },
    /// The servers refuse: a password, a right.
    #[error("the servers of the store {place} refuse: see what the user may do below the prefix")]
    Refused {
        /// Where.
        place: Place,
        /// What they say.
        source: Source,
    },
    /// A file of TLS cannot be read.
    #[error("the file `{}` of TLS cannot be read", file.display())]
    File {
        /// Which file.
        file: PathBuf,
        /// What the system says.
        source: std::io::Error,
    },
    /// The system gives no thread.
    #[error("the system gives no thread to speak with the servers")]
    Thread {
        /// What it says.
        source: std::io::Error,
    },
}

/// Where a store lies; it has no password in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    hosts: Arc<str>,
    prefix: Arc<str>,
}

impl Place {
    pub(crate) fn new(hosts: &str, prefix: &str) -> Self {
        Self {
            hosts: hosts.into(),
            prefix: prefix.into(),
        }
    }

    /// The prefix of its keys, without the slash that follows.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// The hosts, as the URL has them.
    pub fn hosts(&self) -> &str {
        &self.hosts
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "below `{}` at `{}`", self.prefix, self.hosts)
    }
}

/// What there seems to be below a prefix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// Keys that are not ours.
    ForeignKeys,
    /// A store of ours, with records of another program.
    ForeignContent,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ForeignKeys => "has keys of another program",
            Self::ForeignContent => "has the records of another program",
        })
    }
}
