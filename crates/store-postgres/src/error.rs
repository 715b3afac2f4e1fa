//! Why a store cannot be opened or made.

use crate::AddressError;
use core::fmt;
use std::{error::Error, path::PathBuf, sync::Arc};

/// The error of the server, of the way to it, or of its certificate.
type Source = Box<dyn Error + Send + Sync>;

/// Why a store cannot be opened or made. What the server holds is as it was before.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// The URL cannot be read.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// There is no store in the schema, and opening makes none.
    #[error("there is no store in {place}: check the URL, or make a new store there")]
    NotFound {
        /// Where.
        place: Place,
    },
    /// There is a store already, and making one replaces none.
    #[error("there is already a store in {place}: open it, or choose another schema")]
    AlreadyExists {
        /// Where.
        place: Place,
    },
    /// The schema has tables of something else.
    #[error("{place} is no store of Cloud Atlas but has {found}: it was left as it is")]
    NotAStore {
        /// Where.
        place: Place,
        /// What it seems to have.
        found: Found,
    },
    /// A newer version of the program wrote the store.
    #[error(
        "the store in {place} has format {found}, and this program reads up to format {supported}: use a newer version"
    )]
    NewerFormat {
        /// Where.
        place: Place,
        /// The format of the store.
        found: u32,
        /// The newest format that this program reads.
        supported: u32,
    },
    /// The server does not compare keys byte by byte.
    #[error(
        "the server does not sort the keys of {place} by their bytes, so no list would be right: make the store anew, with COLLATE \"C\" on its columns"
    )]
    Order {
        /// Where.
        place: Place,
    },
    /// The server cannot be reached.
    #[error(
        "the server of {place} cannot be reached: see whether it runs, and whether the URL is right"
    )]
    Unreachable {
        /// Where.
        place: Place,
        /// What happened.
        source: Source,
    },
    /// The server refuses: a password, a right, a database that is not there.
    #[error(
        "the server of {place} refuses: see what the account may do, and whether the database is there"
    )]
    Refused {
        /// Where.
        place: Place,
        /// What it says.
        source: Source,
    },
    /// The file of passwords cannot be read, or others may read it.
    #[error("the passwords in {} cannot be taken", atlas_base::quoted(&.file.to_string_lossy()))]
    PasswordFile {
        /// The file.
        file: PathBuf,
        /// What happened.
        source: std::io::Error,
    },
    /// The certificates to trust cannot be read.
    #[error("no certificates to trust can be read: give a file of them with `sslrootcert`")]
    Certificates {
        /// What happened.
        source: Source,
    },
    /// The system gives no thread.
    #[error("the system gives no thread to speak with a server")]
    Thread {
        /// What it says.
        source: std::io::Error,
    },
}

/// All connections stayed in use for as long as one may wait. It is the source of the store's error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "all {connections} connections of the pool are in use: let go of snapshots, or give a larger `pool`"
)]
#[non_exhaustive]
pub struct PoolBusy {
    /// How many there are.
    pub connections: usize,
}

/// Where a store lies; it has no password in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    hosts: Arc<str>,
    database: Arc<str>,
    schema: Arc<str>,
}

impl Place {
    pub(crate) fn new(hosts: &str, database: &str, schema: &str) -> Self {
        Self {
            hosts: hosts.into(),
            database: database.into(),
            schema: schema.into(),
        }
    }

    /// The schema of its tables.
    pub fn schema(&self) -> &str {
        &self.schema
    }

    /// The database.
    pub fn database(&self) -> &str {
        &self.database
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            hosts,
            database,
            schema,
        } = self;
        write!(f, "schema `{schema}` of database `{database}` at `{hosts}`")
    }
}

/// What a schema seems to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Found {
    /// Tables that are not ours.
    ForeignTables,
    /// A store of ours, with records of another program.
    ForeignContent,
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::ForeignTables => "tables of another program",
            Self::ForeignContent => "the records of another program",
        })
    }
}
