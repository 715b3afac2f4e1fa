//! Packs: many chunks in one object.
//!
//! The bodies of the chunks, one behind the other; a sealed trailer that lists them; the length of the
//! trailer in four bytes; `pack`. The name of a pack is the digest of all of it.
//!
//! | bytes | of the trailer's body |
//! |---|---|
//! | 16 | the id of the ingest or clean-up that made the pack: no two packs have one name |
//! | 4 | how many of them this maker has made before |
//! | 4 | how many chunks follow |
//! | 40 each | digest, length, stored length: a chunk is compressed exactly where the latter is less |

use crate::{
    bytes::{Input, Output as _, digest, long},
    error::Why,
    sealed::Kind,
};
use atlas_base::Digest;
use core::ops::Range;

const END: &[u8; 4] = b"pack";
/// The length of a trailer, and the four letters.
pub(crate) const FOOT: usize = 8;
const ENTRY: usize = 40;
/// No trailer is longer: that of a pack of 64 MiB with chunks of 64 bytes.
const LONGEST_TRAILER: usize = 64 << 20;

/// A chunk in a pack.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) digest: Digest,
    /// How long the chunk is.
    pub(crate) raw: u32,
    /// Where its stored bytes begin.
    pub(crate) at: u64,
    /// How many there are.
    pub(crate) stored: u32,
}

impl Place {
    pub(crate) fn range(&self) -> Range<u64> {
        self.at..self.at.saturating_add(self.stored.into())
    }
}

/// A pack that is being filled.
#[derive(Debug)]
pub(crate) struct Packing {
    maker: u128,
    number: u32,
    bytes: Vec<u8>,
    entries: Vec<(Digest, u32, u32)>,
}

/// A pack that is full.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) name: Digest,
    pub(crate) bytes: Vec<u8>,
}

impl Packing {
    pub(crate) fn new(maker: u128) -> Self {
        Self {
            maker,
            number: 0,
            bytes: Vec::new(),
            entries: Vec::new(),
        }
    }

    /// Bytes of bodies.
    pub(crate) fn length(&self) -> usize {
        self.bytes.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Which pack of its maker this is.
    pub(crate) fn number(&self) -> u32 {
        self.number
    }

    pub(crate) fn add(&mut self, digest: Digest, raw: u32, stored: &[u8]) {
        self.bytes.extend_from_slice(stored);
        let length = u32::try_from(stored.len()).unwrap_or(u32::MAX);
        self.entries.push((digest, raw, length));
    }

    /// Ends the pack, and begins the next.
    pub(crate) fn seal(&mut self) -> Packed {
        let mut body = Vec::new();
        body.u128(self.maker);
        body.u32(self.number);
        body.count(self.entries.len());
        for (digest, raw, stored) in self.entries.drain(..) {
            body.digest(&digest);
            body.u32(raw);
            body.u32(stored);
        }
        let trailer = Kind::Trailer.seal(&body);
        let mut bytes = core::mem::take(&mut self.bytes);
        bytes.extend_from_slice(&trailer);
        bytes.count(trailer.len());
        bytes.extend_from_slice(END);
        self.number = self.number.saturating_add(1);
        Packed {
            name: digest(&bytes),
            bytes,
        }
    }
}

/// What a pack says that it holds.
#[derive(Debug, Clone)]
pub(crate) struct Trailer {
    /// Sorted by digest.
    places: Vec<Place>,
}

/// What the last bytes of a pack tell.
#[derive(Debug)]
pub(crate) enum Tail {
    Whole(Trailer),
    /// The last so many bytes are needed.
    Needs(usize),
}

impl Trailer {
    /// Reads the trailer from the last bytes of a pack of a size.
    pub(crate) fn parse(tail: &[u8], size: u64) -> Result<Tail, Why> {
        let split = tail.len().checked_sub(FOOT).ok_or(Why::Short)?;
        let (before, foot) = tail.split_at_checked(split).ok_or(Why::Short)?;
        let mut foot = Input::new(foot);
        let length = foot.count(0).ok_or(Why::Short)?;
        if foot.take(4) != Some(END) {
            return Err(Why::Kind);
        }
        let needed = length.saturating_add(FOOT);
        if length > LONGEST_TRAILER || long(needed) > size {
            return Err(Why::Malformed);
        }
        let Some(at) = before.len().checked_sub(length) else {
            return Ok(Tail::Needs(needed));
        };
        let sealed = before.get(at..).unwrap_or_default();
        let bodies = size.saturating_sub(long(needed));
        Self::entries(Kind::Trailer.open(sealed)?, bodies)
            .map(Tail::Whole)
            .ok_or(Why::Malformed)
    }

    fn entries(mut body: Input<'_>, bodies: u64) -> Option<Self> {
        let _maker = body.u128()?;
        let _number = body.u32()?;
        let count = body.count(ENTRY)?;
        let mut places = Vec::with_capacity(count);
        let mut at = 0_u64;
        for _ in 0..count {
            let place = Place {
                digest: body.digest()?,
                raw: body.u32()?,
                at,
                stored: body.u32()?,
            };
            at = at.checked_add(place.stored.into())?;
            places.push(place);
        }
        if at != bodies || !body.is_empty() {
            return None;
        }
        places.sort_unstable_by_key(|it| it.digest);
        Some(Self { places })
    }

    pub(crate) fn find(&self, digest: &Digest) -> Option<&Place> {
        self.position(digest).and_then(|at| self.places.get(at))
    }

    /// Which of the chunks one is, in the order of their digests.
    pub(crate) fn position(&self, digest: &Digest) -> Option<usize> {
        let at = self.places.binary_search_by_key(digest, |it| it.digest);
        at.ok()
    }

    /// All chunks, in the order of their digests.
    pub(crate) fn places(&self) -> &[Place] {
        &self.places
    }
}
