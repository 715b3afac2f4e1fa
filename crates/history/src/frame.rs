//! Texts that are kept in parts: whole, or as what differs from another one.

mod chain;
mod delta;

use self::delta::BaseIndex;
use atlas_base::Digest;
use core::ops::Range;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

pub use self::chain::FrameChain;

/// A text as it is kept: its parts, in order. Each part is a piece of text, a slice of a base text,
/// or names a text that is kept by its digest elsewhere (a blob).
///
/// A frame without a base is a full frame; one with a base is a delta. What a frame gives is to be
/// held against the digest of the whole text: a frame by itself proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Frame {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    base: Option<Digest>,
    #[serde(default, skip_serializing_if = "is_zero")]
    depth: u8,
    parts: Vec<FramePart>,
}

/// One part of a [`Frame`]: `"text"`, `[from,len]` or `{"blob":"blake3:…"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged, deny_unknown_fields)]
pub(crate) enum FramePart {
    Text(String),
    /// Where it begins in the base text, and how long it is, in bytes.
    Slice(usize, usize),
    Blob {
        blob: Digest,
    },
}

/// Where a text holds one that is kept by its digest elsewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Blob {
    /// The bytes of the text that it is.
    pub range: Range<usize>,
    /// The digest that it is kept by.
    pub digest: Digest,
}

/// What a delta may be taken against.
#[derive(Debug, Clone, Copy)]
pub struct FrameBase<'a> {
    /// The digest that the base is kept by.
    pub digest: Digest,
    /// How many deltas it is put together from.
    pub depth: u8,
    /// Its text.
    pub text: &'a str,
    /// What it holds that is kept elsewhere.
    pub blobs: &'a [Blob],
}

/// Why parts give no text.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// A slice is not in the base, or cuts a character, or there is no base.
    #[error(
        "{len} bytes from {from} on are no slice of the base text, which has {base} bytes: it was damaged or changed outside"
    )]
    Slice {
        /// Where it is said to begin.
        from: usize,
        /// How long it is said to be, in bytes.
        len: usize,
        /// How long the base text is, in bytes; 0 where there is none.
        base: usize,
    },
    /// A text that is kept elsewhere is not there.
    #[error("the part {digest} is not there: it was lost or damaged outside")]
    NoBlob {
        /// Its digest.
        digest: Digest,
    },
    /// A base is not there.
    #[error("the base {digest} is not there: it was lost or damaged outside")]
    NoBase {
        /// Its digest.
        digest: Digest,
    },
    /// The depths of a delta and its base do not fit together, or there is no end to them.
    #[error("depth {depth}{} does not fit: a full frame has 0, a delta one more than its base, and {max} is the most", .base.map_or_else(String::new, |base| format!(" upon depth {base}")), max = Frame::MAX_DEPTH)]
    Depth {
        /// The depth of the delta.
        depth: u8,
        /// That of its base, if there is one.
        base: Option<u8>,
    },
    /// The text would be longer than a text may be.
    #[error("the text is longer than {limit} bytes")]
    TooLong {
        /// The most bytes of a text.
        limit: usize,
    },
}

impl Frame {
    /// The most deltas that a text is put together from: one frame in sixteen is full.
    pub const MAX_DEPTH: u8 = 15;
    /// The most bytes of a text: what a store can hold in one value.
    pub const MAX_BYTES: usize = 16 << 20;

    /// Takes a text apart. `blobs` are in order and apart from one another; one that is not, or
    /// that cuts a character, stays in the text. It is a delta where there is a base that is not too
    /// deep and the delta takes less than half of the bytes that the full frame takes.
    ///
    /// It takes time in proportion to the texts, and memory of no more than the base has.
    ///
    /// # Errors
    ///
    /// [`FrameError::TooLong`].
    pub fn new(
        text: &str,
        blobs: &[Blob],
        base: Option<FrameBase<'_>>,
    ) -> Result<Self, FrameError> {
        if text.len() > Self::MAX_BYTES {
            let limit = Self::MAX_BYTES;
            return Err(FrameError::TooLong { limit });
        }
        let full = Self {
            base: None,
            depth: 0,
            parts: parts(text, blobs, None),
        };
        let Some(base) = base.filter(|base| base.depth < Self::MAX_DEPTH) else {
            return Ok(full);
        };
        let delta = Self {
            base: Some(base.digest),
            depth: base.depth + 1,
            parts: parts(text, blobs, Some(&base)),
        };
        let is_small = delta.kept_bytes() < full.kept_bytes() / 2;
        Ok(if is_small { delta } else { full })
    }

    /// The base that it is a delta against; none for a full frame.
    pub fn base(&self) -> Option<Digest> {
        self.base
    }

    /// How many deltas its text is put together from: 0 for a full frame.
    pub fn depth(&self) -> u8 {
        self.depth
    }

    /// What it holds that is kept elsewhere; what its base holds is not among it.
    pub fn blobs(&self) -> BTreeSet<Digest> {
        let blob = |part: &FramePart| match part {
            FramePart::Blob { blob } => Some(*blob),
            _ => None,
        };
        self.parts.iter().filter_map(blob).collect()
    }

    /// Puts the text together.
    ///
    /// # Errors
    ///
    /// See [`FrameError`].
    pub fn text(
        &self,
        base: Option<&str>,
        blobs: &BTreeMap<Digest, String>,
    ) -> Result<String, FrameError> {
        let mut text = String::new();
        for part in &self.parts {
            let piece = match part {
                FramePart::Text(piece) => piece.as_str(),
                FramePart::Slice(from, len) => {
                    slice(base, *from, *len).ok_or_else(|| FrameError::Slice {
                        from: *from,
                        len: *len,
                        base: base.map_or(0, str::len),
                    })?
                }
                FramePart::Blob { blob } => {
                    let digest = *blob;
                    blobs.get(blob).ok_or(FrameError::NoBlob { digest })?
                }
            };
            if piece.len() > Self::MAX_BYTES.saturating_sub(text.len()) {
                let limit = Self::MAX_BYTES;
                return Err(FrameError::TooLong { limit });
            }
            text.push_str(piece);
        }
        Ok(text)
    }

    /// About how many bytes it takes where it is kept, without the marks that escape others.
    fn kept_bytes(&self) -> usize {
        /// Of a part that is named: its digest or two numbers, with what stands around them.
        const NAMED: usize = 84;
        const SLICE: usize = 12;
        let base = self.base.map_or(0, |_| NAMED);
        let parts = self.parts.iter().map(|part| match part {
            FramePart::Text(text) => text.len(),
            FramePart::Slice(..) => SLICE,
            FramePart::Blob { .. } => NAMED,
        });
        base + parts.sum::<usize>()
    }
}

fn slice(base: Option<&str>, from: usize, len: usize) -> Option<&str> {
    base?.get(from..from.checked_add(len)?)
}

/// The parts of a text, against a base if there is one.
fn parts(text: &str, blobs: &[Blob], base: Option<&FrameBase<'_>>) -> Vec<FramePart> {
    let index = base.map(|base| BaseIndex::new(base.text));
    let in_base: BTreeMap<_, _> = base
        .into_iter()
        .flat_map(|base| base.blobs)
        .map(|blob| (blob.digest, blob.range.clone()))
        .collect();
    let mut parts = Parts::default();
    let mut done = 0;
    for Blob { range, digest } in blobs {
        let (Some(before), Some(held)) = (text.get(done..range.start), text.get(range.clone()))
        else {
            continue;
        };
        parts.plain(before, index.as_ref());
        let same = in_base.get(digest).filter(|range| {
            let there = base.and_then(|base| base.text.get((*range).clone()));
            there == Some(held)
        });
        match same {
            Some(range) => parts.slice(range.start, range.len()),
            None => parts.list.push(FramePart::Blob { blob: *digest }),
        }
        done = range.end;
    }
    parts.plain(text.get(done..).unwrap_or_default(), index.as_ref());
    parts.list
}

/// Parts as they are put one after the other: neighbours of a kind become one.
#[derive(Default)]
struct Parts {
    list: Vec<FramePart>,
    /// Where the base goes on after the last slice.
    after: usize,
}

impl Parts {
    fn plain(&mut self, text: &str, index: Option<&BaseIndex<'_>>) {
        match index {
            Some(index) => index.cover(text, self),
            None => self.text(text),
        }
    }

    fn text(&mut self, piece: &str) {
        match self.list.last_mut() {
            _ if piece.is_empty() => {}
            Some(FramePart::Text(last)) => last.push_str(piece),
            _ => self.list.push(FramePart::Text(piece.to_owned())),
        }
    }

    fn slice(&mut self, at: usize, bytes: usize) {
        self.after = at + bytes;
        match self.list.last_mut() {
            Some(FramePart::Slice(from, len)) if *from + *len == at => *len += bytes,
            _ => self.list.push(FramePart::Slice(at, bytes)),
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde passes what it skips by reference"
)]
fn is_zero(depth: &u8) -> bool {
    *depth == 0
}
