//! How much a request may bring.

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
}

impl Default for Ec2Limits {
    fn default() -> Self {
        Self {
            body_bytes: 1 << 20,
            body_wait: Duration::from_secs(30),
        }
    }
}
