//! What can go wrong.

use crate::{ContentRange, FetchRefusal, Sha256, SourceUrl, pace::Halt};
use atlas_base::{Quoted, quoted};
use core::time::Duration;
use std::io;
use thiserror::Error;

atlas_base::parse_errors! {
    /// Why bytes are no head of an answer. It repeats nothing of a location, which may hold a signature.
    ParseAnswerError;
    /// Why a text does not say what is kept of a file.
    ParseKeptError;
    /// Why a text is no [`Sha256`].
    ParseSha256Error;
}

/// Why a URL was not fetched. No message holds the query of a URL.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The policy refuses the URL, an address of its host, or a redirect from it.
    #[error(transparent)]
    Refused(#[from] FetchRefusal),
    /// There are more bytes than the caller takes.
    #[error("{} has {}, and at most {most} bytes are taken; raise the limit, or use a smaller image", shown(url), Length(*length))]
    TooLarge {
        /// What was asked.
        url: SourceUrl,
        /// The limit.
        most: u64,
        /// How many there are, if that is known.
        length: Option<u64>,
    },
    /// The host has no address.
    #[error("the host {} has no address; look at its spelling, or at the name server", quoted(url.host()))]
    Unknown {
        /// What was asked.
        url: SourceUrl,
    },
    /// Nobody answers there.
    #[error("the host {} cannot be reached; try again later", quoted(url.host()))]
    Unreachable {
        /// What was asked.
        url: SourceUrl,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// The host does not prove who it is.
    #[error("the host {} does not prove who it is; use a host with a certificate that is trusted, or trust its authority", quoted(url.host()))]
    Tls {
        /// What was asked.
        url: SourceUrl,
        /// What TLS says.
        #[source]
        source: io::Error,
    },
    /// No certificate is trusted, so nobody can prove who they are.
    #[error(
        "{} needs certificates to trust, and the system has none; install its list of authorities, or give some",
        shown(url)
    )]
    NoRoots {
        /// What was asked.
        url: SourceUrl,
    },
    /// The answer is another one than a file.
    #[error("{} answers with the status {status}; {}", shown(url), advice(*status))]
    Status {
        /// What was asked.
        url: SourceUrl,
        /// Such as 404.
        status: u16,
    },
    /// The answer makes no sense, or two.
    #[error("{} does not answer as HTTP asks for; use another source", shown(url))]
    Answer {
        /// What was asked.
        url: SourceUrl,
        /// What is wrong.
        #[source]
        source: ParseAnswerError,
    },
    /// The head of the answer does not end.
    #[error(
        "{} answers with more than {most} bytes before its file; use another source",
        shown(url)
    )]
    LongHead {
        /// What was asked.
        url: SourceUrl,
        /// So many are read.
        most: u64,
    },
    /// The file is packed for the way, though nobody asked for that.
    #[error(
        "{} packs its answer as {}, which was not asked for; use a source that gives the file as it is",
        shown(url),
        quoted(encoding)
    )]
    Encoded {
        /// What was asked.
        url: SourceUrl,
        /// How it is packed.
        encoding: String,
    },
    /// The answer holds other bytes than were asked for.
    #[error("{} was asked for what begins at byte {from}, and answers with {}; fetch it anew", shown(url), Found(*found))]
    Range {
        /// What was asked.
        url: SourceUrl,
        /// The first byte that was missing.
        from: u64,
        /// What came.
        found: Option<ContentRange>,
    },
    /// Nothing tells a whole file from one that was cut.
    #[error(
        "{} does not say how long its file is; give the digest that it must have, or use another source",
        shown(url)
    )]
    NoLength {
        /// What was asked.
        url: SourceUrl,
    },
    /// The file is another one.
    #[error(
        "{} has the SHA-256 {found}, not {expected}; look at where the digest comes from, or use another source",
        shown(url)
    )]
    Digest {
        /// What was asked.
        url: SourceUrl,
        /// What was expected.
        expected: Sha256,
        /// What it has.
        found: Sha256,
    },
    /// The connection was cut too often, or brought nothing new.
    #[error("the connection to {} was cut after {done} bytes; fetch it again", quoted(url.host()))]
    Cut {
        /// What was asked.
        url: SourceUrl,
        /// How many bytes were there.
        done: u64,
        /// How it was cut the last time.
        #[source]
        source: io::Error,
    },
    /// Nothing came for too long.
    #[error("the host {} is silent; fetch it again later", quoted(url.host()))]
    Silent {
        /// What was asked.
        url: SourceUrl,
    },
    /// It took longer than the caller waits.
    #[error("{} is not there after {} s; fetch it again, or allow more time", shown(url), most.as_secs())]
    Time {
        /// What was asked.
        url: SourceUrl,
        /// The limit.
        most: Duration,
    },
    /// The caller stopped the work.
    #[error("the fetch was stopped")]
    Stopped,
    /// Where the file is kept meanwhile cannot be used.
    #[error("cannot {what} in the spool; look at its room and its permissions")]
    Spool {
        /// What for.
        what: &'static str,
        /// What the system says.
        #[source]
        source: io::Error,
    },
}

impl FetchError {
    /// Whether the same may succeed later, and goes on from where it ended if the source allows that.
    /// What else went wrong is a verdict, and has left nothing behind.
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unknown { .. }
            | Self::Unreachable { .. }
            | Self::Cut { .. }
            | Self::Silent { .. }
            | Self::Time { .. }
            | Self::Stopped
            | Self::Spool { .. } => true,
            Self::Status { status, .. } => is_passing(*status),
            _ => false,
        }
    }

    pub(crate) fn halted(halt: Halt, url: &SourceUrl, most: Duration) -> Self {
        let url = url.clone();
        match halt {
            Halt::Stopped => Self::Stopped,
            Halt::Idle => Self::Silent { url },
            Halt::Time => Self::Time { url, most },
        }
    }

    pub(crate) fn spool(what: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Spool { what, source }
    }
}

/// Whether a status says that it may be another one later.
fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

fn advice(status: u16) -> &'static str {
    match status {
        401 | 403 => "use a URL that is open, or one with a signature that is still good",
        404 | 410 => "look at its spelling",
        it if is_passing(it) => "try again later",
        _ => "use another source",
    }
}

fn shown(url: &SourceUrl) -> Quoted<'_> {
    quoted(url.without_query())
}

struct Length(Option<u64>);

impl core::fmt::Display for Length {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Some(length) => write!(f, "{length} bytes"),
            None => f.write_str("too many bytes"),
        }
    }
}

struct Found(Option<ContentRange>);

impl core::fmt::Display for Found {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        match self.0 {
            Some(range) => write!(f, "`{range}`"),
            None => f.write_str("a part that it does not name"),
        }
    }
}
