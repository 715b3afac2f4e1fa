//! How much a request may bring.

use super::Ec2Rate;
use core::time::Duration;

/// How much a request may bring, and in what time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ec2Limits {
    /// The bytes of a body: 1 MiB unless said otherwise. More are refused with 413.
    pub body_bytes: usize,
    /// How long a whole body may take: 30 seconds unless said otherwise. Then the request is refused
    /// with 408.
    pub body_wait: Duration,
    /// How long an answer may take once the request is there: a minute unless said otherwise. Then the
    /// client is told that it is not known whether the request was done, with 503. An answer that is
    /// sent piece by piece may take as long until its next piece comes, and is cut then.
    pub answer_wait: Duration,
    /// How often a caller may ask: as often as it likes unless said otherwise. More is refused with 503
    /// and `RequestLimitExceeded`, which clients wait for and try again.
    pub rate: Option<Ec2Rate>,
}

impl Default for Ec2Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            body_wait: Duration::from_secs(30),
            answer_wait: Duration::from_mins(1),
            rate: None,
        }
    }
}
