//! How much clients may ask for at once.

use core::time::Duration;

/// How much clients may ask for at once.
///
/// A request that sends bytes takes up to 24 MiB for its open image, and a third for each TiB of it,
/// which requests for the same device share, and two buffers. So it all takes up to
/// `(at_once + kept_open) * 24 MiB + at_once * 2 * buffer` beside what the sockets hold.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Requests for bytes that are answered at a time: 32 unless said otherwise. Others are told to
    /// come again.
    pub at_once: usize,
    /// Byte ranges that one request may name: 16 unless said otherwise. More are refused.
    pub ranges: usize,
    /// Bytes that are read at a time, from 4 KiB to 16 MiB: 512 KiB unless said otherwise.
    pub buffer: usize,
    /// How long a client may take for one buffer: 30 seconds unless said otherwise. Then the work for
    /// it ends, and what it got is cut. So the slowest client that is served takes a buffer in that
    /// time, which are 17 KiB a second.
    pub stall: Duration,
    /// Devices that stay open for the requests to come: 8 unless said otherwise.
    pub kept_open: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            at_once: 32,
            ranges: 16,
            buffer: 512 << 10,
            stall: Duration::from_secs(30),
            kept_open: 8,
        }
    }
}

impl Limits {
    /// The buffer, within its bounds.
    pub(crate) fn bounded_buffer(&self) -> usize {
        self.buffer.clamp(4 << 10, 16 << 20)
    }
}
