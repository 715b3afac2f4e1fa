//! Numbers and digests, written to and read from bytes that may be too short.

use atlas_base::Digest;

/// What is left of some bytes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'a> {
    rest: &'a [u8],
}

impl<'a> Input<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// All that is left.
    pub(crate) fn rest(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.rest)
    }

    pub(crate) fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.rest.split_at_checked(length)?;
        self.rest = rest;
        Some(taken)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        self.take(N)?.try_into().ok()
    }

    pub(crate) fn u8(&mut self) -> Option<u8> {
        self.array().map(u8::from_le_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }

    pub(crate) fn u128(&mut self) -> Option<u128> {
        self.array().map(u128::from_le_bytes)
    }

    pub(crate) fn digest(&mut self) -> Option<Digest> {
        self.array().map(Digest::from_bytes)
    }

    /// How many things of a size follow: none where the bytes cannot hold as many, so that nothing is
    /// allocated for what is not there.
    pub(crate) fn count(&mut self, size: usize) -> Option<usize> {
        let count = usize::try_from(self.u32()?).ok()?;
        (count.checked_mul(size)? <= self.rest.len()).then_some(count)
    }
}

/// Bytes that grow.
pub(crate) trait Output {
    fn u8(&mut self, value: u8);
    fn u32(&mut self, value: u32);
    fn u64(&mut self, value: u64);
    fn u128(&mut self, value: u128);
    fn digest(&mut self, value: &Digest);
    /// How many things follow.
    fn count(&mut self, value: usize);
}

impl Output for Vec<u8> {
    fn u8(&mut self, value: u8) {
        self.push(value);
    }

    fn u32(&mut self, value: u32) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn u64(&mut self, value: u64) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn u128(&mut self, value: u128) {
        self.extend_from_slice(&value.to_le_bytes());
    }

    fn digest(&mut self, value: &Digest) {
        self.extend_from_slice(value.as_bytes());
    }

    fn count(&mut self, value: usize) {
        // Nothing that is counted comes near: a reader refuses what is cut.
        self.u32(u32::try_from(value).unwrap_or(u32::MAX));
    }
}

/// A length as it is written.
pub(crate) fn long(length: usize) -> u64 {
    u64::try_from(length).unwrap_or(u64::MAX)
}

/// A length as a place in memory; what does not fit is refused by whoever looks there.
pub(crate) fn short(length: u64) -> usize {
    usize::try_from(length).unwrap_or(usize::MAX)
}

/// Whether there is nothing but zeros.
pub(crate) fn is_zero(bytes: &[u8]) -> bool {
    // Most data tells with its first bytes; the rest is written so that it is vectorised.
    let (head, rest) = bytes.split_at(bytes.len().min(64));
    head.iter().all(|byte| *byte == 0)
        && rest
            .chunks(4096)
            .all(|chunk| chunk.iter().fold(0, |all, byte| all | byte) == 0)
}

/// The digest of a chunk, a pack or an index: BLAKE3 of its bytes and nothing else.
pub(crate) fn digest(bytes: &[u8]) -> Digest {
    Digest::from_bytes(*blake3::hash(bytes).as_bytes())
}
