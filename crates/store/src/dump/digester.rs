//! A digest of bytes that come piece by piece.

use atlas_base::Digest;

/// What [`Digest::of`] says of all the pieces in a row.
#[derive(Debug, Clone)]
pub(crate) struct Digester {
    hasher: blake3::Hasher,
    /// Pieces that wait: many bytes at once are hashed several times as quickly.
    waiting: Vec<u8>,
}

impl Digester {
    /// How many bytes are hashed at once.
    const AT_ONCE: usize = 64 * 1024;

    /// Begins in a domain, which holds no zero byte.
    pub(crate) fn new(domain: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(domain.as_bytes()).update(&[0]);
        Self {
            hasher,
            waiting: Vec::new(),
        }
    }

    /// Adds a piece. Where it ends leaves no trace in the digest.
    pub(crate) fn add(&mut self, piece: &[u8]) {
        self.waiting.extend_from_slice(piece);
        if self.waiting.len() >= Self::AT_ONCE {
            self.hasher.update(&self.waiting);
            self.waiting.clear();
        }
    }

    /// The digest of what was added so far.
    pub(crate) fn digest(&self) -> Digest {
        let mut hasher = self.hasher.clone();
        hasher.update(&self.waiting);
        Digest::from_bytes(*hasher.finalize().as_bytes())
    }
}
