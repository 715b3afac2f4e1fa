//! Bringing what a URL leads to into a file.

use crate::{
    Clock, FetchError, FetchPolicy, Resolve, Roots, Sha256, SourceUrl, Spool, SystemClock,
    SystemResolver, Watch, attempt::Attempt, pace::Pace,
};
use core::time::Duration;
use rustls::ClientConfig;
use std::{fs::File, sync::Arc};

/// What is fetched, and within which limits.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fetch {
    /// From where.
    pub url: SourceUrl,
    /// The SHA-256 that all of it must have, if somebody says so.
    pub expected: Option<Sha256>,
    /// How much it may ask for.
    pub limits: FetchLimits,
}

impl Fetch {
    /// Whatever is there, within the limits that hold unless others are given.
    pub fn new(url: SourceUrl) -> Self {
        Self {
            url,
            expected: None,
            limits: FetchLimits::default(),
        }
    }
}

/// How much a source may ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct FetchLimits {
    /// The most bytes of a file: 64 GiB, unless others are given.
    pub bytes: u64,
    /// The longest time in all: six hours.
    pub time: Duration,
    /// The longest time until a name is found, and until a connection is there: 15 seconds.
    pub connect: Duration,
    /// The longest silence on a connection: 60 seconds.
    pub silence: Duration,
    /// How often one call begins another connection where one was cut that had brought something: 16 times.
    pub resumes: u32,
}

impl Default for FetchLimits {
    fn default() -> Self {
        Self {
            bytes: 64 << 30,
            time: Duration::from_hours(6),
            connect: Duration::from_secs(15),
            silence: Duration::from_mins(1),
            resumes: 16,
        }
    }
}

/// What was fetched.
#[derive(Debug)]
#[non_exhaustive]
pub struct Fetched {
    /// All of it, from the beginning. The file has no name and is gone with its last handle.
    pub file: File,
    /// How many bytes it has.
    pub length: u64,
    /// Of all of its bytes, taken as they came.
    pub sha256: Sha256,
    /// Where the last redirect led.
    pub from: SourceUrl,
}

/// Fetches what URLs lead to, as far as a policy allows.
///
/// One call takes one URL to its end:
///
/// - The scheme, the host and the port are judged, the host is resolved once, each address is judged, and
///   the connection goes to one of those. No other part of the program resolves a name.
/// - A redirect is judged in the same way, and followed at most as often as the policy says. The
///   environment is not read, so that no proxy is used.
/// - More bytes than are allowed, a file that is packed for the way and an answer that can be read in two
///   ways are refused. So is a file whose end nothing tells from a cut, unless its digest is expected.
/// - Where the connection is cut and the source tells its content by a strong validator (`ETag`, or
///   `Last-Modified` of another time than the answer), the same call goes on where it was, and so does a
///   later one, also of another process. What does not fit begins anew or is refused.
#[derive(Debug, Clone)]
pub struct Fetcher {
    pub(crate) policy: FetchPolicy,
    pub(crate) tls: Option<Arc<ClientConfig>>,
    pub(crate) resolver: Arc<dyn Resolve>,
    clock: Arc<dyn Clock>,
}

impl Fetcher {
    /// One that keeps to a policy and trusts some certificates. Those of the system are read now, if they
    /// are among them.
    pub fn new(policy: FetchPolicy, roots: &Roots) -> Self {
        Self {
            policy,
            tls: roots.config(),
            resolver: Arc::new(SystemResolver),
            clock: Arc::new(SystemClock::default()),
        }
    }

    /// Asks another one where hosts are. What it says is judged all the same.
    #[must_use]
    pub fn with_resolver(self, resolver: Arc<dyn Resolve>) -> Self {
        Self { resolver, ..self }
    }

    /// Measures time with another clock.
    #[must_use]
    pub fn with_clock(self, clock: Arc<dyn Clock>) -> Self {
        Self { clock, ..self }
    }

    /// Fetches all of it.
    ///
    /// # Errors
    ///
    /// The policy refuses the URL or where it leads, the answer is none of a file, or another one than was
    /// asked for or expected: nothing is left then. Nobody answers, the connection is cut, or the caller
    /// stops or waits no longer: what can be used again is left in the spool then
    /// ([`is_retryable`](FetchError::is_retryable)).
    pub fn fetch(
        &self,
        ask: &Fetch,
        spool: &Spool,
        watch: Watch<'_>,
    ) -> Result<Fetched, FetchError> {
        self.policy.check_url(&ask.url)?;
        let limits = &ask.limits;
        let pace = Pace::new(&*self.clock, watch, limits.time, limits.silence);
        let mut part = spool.part(&ask.url, &pace)?;
        let done = Attempt::new(self, ask, &pace).run(&mut part);
        let done = done.and_then(|from| {
            let found = part.sha256();
            match ask.expected {
                Some(expected) if expected != found => {
                    let url = ask.url.clone();
                    Err(FetchError::Digest {
                        url,
                        expected,
                        found,
                    })
                }
                _ => Ok((from, found)),
            }
        });
        match done {
            Ok((from, sha256)) => Ok(Fetched {
                length: part.length(),
                file: part.finish()?,
                sha256,
                from,
            }),
            Err(error) => {
                let left = if error.is_retryable() {
                    part.leave()
                } else {
                    part.discard()
                };
                // The first error says more than one of a folder that cannot be written.
                left.unwrap_or_default();
                Err(error)
            }
        }
    }
}
