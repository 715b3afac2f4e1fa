//! What errors of the servers, and of the way to them, mean to a caller.

use atlas_store::{CommitToken, StoreError};
use core::error::Error as _;
use etcd_client::Error;
use std::io;

/// What a server says, or fails to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// Nobody was there to take the request.
    NotSent,
    /// The request may have been carried out.
    Silence,
    /// The server is full, or has too much to do; nothing was done.
    Busy,
    /// The server refuses the request, of which nothing was done.
    Refused,
    /// A user, a password or a right is missing; nothing was done.
    Denied,
    /// The revision that was asked for is compacted.
    Compacted,
    /// This server has not come to the revision that was asked for.
    Behind,
    /// The lease is gone; nothing was done.
    LeaseGone,
    /// The transaction has too many operations.
    TooMany,
    /// The request has too many bytes.
    TooLarge,
}

/// What an error means. Servers say it by the code of gRPC, and where one code says several things,
/// by a text that has been the same since etcd 3.0.
pub(crate) fn meaning(error: &Error) -> Meaning {
    let Error::GRpcStatus(status) = error else {
        return if is_refused_connection(error) {
            Meaning::NotSent
        } else {
            Meaning::Silence
        };
    };
    let says = |text: &str| status.message().contains(text);
    match i32::from(status.code()) {
        // INVALID_ARGUMENT
        3 if says("too many operations") => Meaning::TooMany,
        3 if says("request is too large") => Meaning::TooLarge,
        3 if says("user name is empty") || says("authentication failed") => Meaning::Denied,
        // NOT_FOUND
        5 if says("lease") => Meaning::LeaseGone,
        // PERMISSION_DENIED, UNAUTHENTICATED
        7 | 16 => Meaning::Denied,
        // RESOURCE_EXHAUSTED
        8 if says("larger than max") => Meaning::TooLarge,
        8 => Meaning::Busy,
        // OUT_OF_RANGE
        11 if says("compacted") => Meaning::Compacted,
        11 if says("future revision") => Meaning::Behind,
        // INVALID_ARGUMENT, NOT_FOUND, ALREADY_EXISTS, FAILED_PRECONDITION, OUT_OF_RANGE, UNIMPLEMENTED
        3 | 5 | 6 | 9 | 11 | 12 => Meaning::Refused,
        _ if is_refused_connection(error) => Meaning::NotSent,
        _ => Meaning::Silence,
    }
}

/// Whether nobody listened at the other end.
fn is_refused_connection(error: &Error) -> bool {
    let mut source: Option<&dyn core::error::Error> = match error {
        Error::GRpcStatus(status) => status.source(),
        Error::TransportError(error) => error.source(),
        error => Some(error),
    };
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<io::Error>() {
            return error.kind() == io::ErrorKind::ConnectionRefused;
        }
        source = error.source();
    }
    false
}

/// The error of a request that only reads.
pub(crate) fn reading(error: Error) -> StoreError {
    match meaning(&error) {
        // What it would read is gone: a newer point has to be taken, and everything read anew.
        Meaning::Compacted => StoreError::Conflict,
        Meaning::NotSent | Meaning::Silence | Meaning::Busy | Meaning::Denied | Meaning::Behind => {
            StoreError::unavailable(Failed::from(error))
        }
        Meaning::Refused | Meaning::LeaseGone | Meaning::TooMany | Meaning::TooLarge => {
            StoreError::corrupt("the servers refuse a request of this store")
                .with_source(Failed::from(error))
        }
    }
}

/// The error of a transaction that writes.
pub(crate) fn writing(token: CommitToken, error: Error) -> StoreError {
    match meaning(&error) {
        Meaning::Silence => StoreError::unknown_outcome(token, Failed::from(error)),
        Meaning::LeaseGone => StoreError::unavailable(Failed::from(error)),
        _ => reading(error),
    }
}

/// What the client library or the server says: an error that may be kept, and that says all of it.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(crate) struct Failed(String);

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        let mut text = match &error {
            Error::GRpcStatus(status) => status.message().to_owned(),
            error => error.to_string(),
        };
        let mut source = match &error {
            Error::GRpcStatus(status) => status.source(),
            Error::TransportError(error) => error.source(),
            _ => None,
        };
        while let Some(error) = source {
            text.push_str(": ");
            text.push_str(&error.to_string());
            source = error.source();
        }
        Self(text)
    }
}

/// A request that took too long.
pub(crate) fn timed_out() -> Error {
    Error::IoError(io::ErrorKind::TimedOut.into())
}
