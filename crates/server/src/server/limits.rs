//! How much clients may hold.

use core::time::Duration;

/// How much clients may hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct ServeLimits {
    /// Connections at a time: 256 unless said otherwise. Others wait until one ends.
    pub connections: usize,
    /// How long the head of a request may take, how long a connection may wait for the next one, and
    /// how long two may take to agree on TLS: 15 seconds unless said otherwise. Then it is closed.
    pub head_wait: Duration,
    /// How long a client may take nothing of an answer: 30 seconds unless said otherwise. Then its
    /// connection is closed.
    pub write_wait: Duration,
    /// Headers of a request: 100 unless said otherwise. More are refused with 431.
    pub headers: usize,
    /// Bytes of a head that are kept, at least 8 KiB: 128 KiB unless said otherwise. More are refused
    /// with 431.
    pub head_bytes: usize,
    /// How long requests may take that are under way when it ends: 30 seconds unless said otherwise.
    /// Then they are cut.
    pub drain: Duration,
}

impl Default for ServeLimits {
    fn default() -> Self {
        Self {
            connections: 256,
            head_wait: Duration::from_secs(15),
            write_wait: Duration::from_secs(30),
            headers: 100,
            head_bytes: 128 << 10,
            drain: Duration::from_secs(30),
        }
    }
}
