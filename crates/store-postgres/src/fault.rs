//! What the server's errors mean to a caller.

use atlas_store::{CommitToken, StoreError};
use tokio_postgres::Error;

/// What an error says, by the class of its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Another transaction was in the way.
    Conflict,
    /// A row that is to be new is there already.
    Duplicate,
    /// The connection or the server is not there, is busy or full, or takes no writes.
    Unavailable,
    /// What is stored is not as we left it.
    Damage,
}

/// What an error of the server, or of the way to it, means.
pub(crate) fn meaning(error: &Error) -> Meaning {
    // Without a code the connection failed, or the other side does not speak the protocol.
    let Some(code) = error.code() else {
        return Meaning::Unavailable;
    };
    let code = code.code();
    match code.get(..2).unwrap_or_default() {
        "23" => Meaning::Duplicate,
        "40" => Meaning::Conflict,
        // 08 connection, 25 state of a transaction (a server that became read-only), 28 a password
        // that was changed, 53 resources, 55 a lock that is not to be had, 57 somebody intervened
        "08" | "25" | "28" | "53" | "55" | "57" => Meaning::Unavailable,
        _ => Meaning::Damage,
    }
}

/// The error of a statement after which nothing was written.
pub(crate) fn engine(error: Error) -> StoreError {
    match meaning(&error) {
        Meaning::Conflict | Meaning::Duplicate => StoreError::Conflict,
        Meaning::Unavailable => StoreError::unavailable(error),
        Meaning::Damage => {
            StoreError::corrupt("the server refuses a statement of this store").with_source(error)
        }
    }
}

/// The error of a transaction whose COMMIT was sent: the outcome is known only where the server
/// itself says that a statement failed.
///
/// 40003 says that it does not know either. Class 57 comes with an intervention, which may find the
/// commit done and only waiting for a replica.
pub(crate) fn sent(token: CommitToken, error: Error) -> StoreError {
    let said = error.code().map(|code| code.code().to_owned());
    match meaning(&error) {
        Meaning::Conflict if said.as_deref() != Some("40003") => StoreError::Conflict,
        Meaning::Duplicate => StoreError::Conflict,
        Meaning::Damage if said.is_some() => engine(error),
        _ => StoreError::unknown_outcome(token, error),
    }
}

/// A row that no statement of ours wrote.
pub(crate) fn misread() -> StoreError {
    StoreError::corrupt("a row is not as this store writes it")
}

/// A row without a column, or with one of another type.
pub(crate) fn column(error: Error) -> StoreError {
    misread().with_source(error)
}
