//! Small objects that tell what they are, and whether they are whole.

use crate::{
    bytes::{Input, digest},
    error::Why,
};
use bytes::Bytes;

/// What an object says it is: with its version, eight bytes at its beginning.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The index of an image.
    Index,
    /// What an image of a plain pool is.
    Plain,
    /// An image that will never be.
    Void,
    /// What a pack holds.
    Trailer,
    /// An ingest or a clean-up that is under way.
    Claim,
    /// Packs that nobody relies on any more.
    Condemned,
    /// Chunks that were moved to other packs.
    Moves,
}

const DIGEST: usize = 32;

impl Kind {
    fn magic(self) -> &'static [u8; 8] {
        match self {
            Self::Index => b"atlas-i1",
            Self::Plain => b"atlas-p1",
            Self::Void => b"atlas-v1",
            Self::Trailer => b"atlas-t1",
            Self::Claim => b"atlas-c1",
            Self::Condemned => b"atlas-d1",
            Self::Moves => b"atlas-m1",
        }
    }

    /// Puts a body between the eight bytes and a digest of both.
    pub(crate) fn seal(self, body: &[u8]) -> Vec<u8> {
        let mut sealed = self.magic().to_vec();
        sealed.extend_from_slice(body);
        let end = digest(&sealed);
        sealed.extend_from_slice(end.as_bytes());
        sealed
    }

    /// The body, if this is what the bytes are and they are as they were written.
    pub(crate) fn open(self, bytes: &[u8]) -> Result<Input<'_>, Why> {
        let whole = bytes.len().checked_sub(DIGEST);
        let (content, end) = whole
            .and_then(|at| bytes.split_at_checked(at))
            .ok_or(Why::Short)?;
        if digest(content).as_bytes() != end {
            return Err(Why::Digest);
        }
        match content.split_at_checked(8) {
            Some((magic, body)) if magic == self.magic() => Ok(Input::new(body)),
            _ => Err(Why::Kind),
        }
    }

    /// Whether the bytes say that they are of this kind.
    pub(crate) fn is(self, bytes: &[u8]) -> bool {
        bytes.starts_with(self.magic())
    }

    /// As [`seal`](Self::seal), for what is put into the backend.
    pub(crate) fn object(self, body: &[u8]) -> Bytes {
        self.seal(body).into()
    }
}
