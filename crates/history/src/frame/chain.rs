//! From a delta back to the full frame that it rests on.

use super::{Frame, FrameError};
use atlas_base::Digest;
use std::collections::{BTreeMap, BTreeSet};

/// A frame and the bases that it rests on, as they are read one after the other.
///
/// It never holds more than [`Frame::MAX_DEPTH`] deltas and one full frame: a chain that was bent
/// into a circle is refused where it is one too deep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameChain {
    newest: Frame,
    /// From the base of the newest to the oldest.
    bases: Vec<Frame>,
}

impl FrameChain {
    /// Begins with the frame whose text is wanted.
    ///
    /// # Errors
    ///
    /// [`FrameError::Depth`] where its depth is none.
    pub fn new(frame: Frame) -> Result<Self, FrameError> {
        check(&frame)?;
        Ok(Self {
            newest: frame,
            bases: Vec::new(),
        })
    }

    /// The base to be read next; none once a full frame was.
    pub fn wanted(&self) -> Option<Digest> {
        self.oldest().base
    }

    /// Takes the frame of the base that is wanted.
    ///
    /// # Errors
    ///
    /// [`FrameError::Depth`] where its depth is not one less.
    pub fn push(&mut self, frame: Frame) -> Result<(), FrameError> {
        check(&frame)?;
        let depth = self.oldest().depth;
        if depth.checked_sub(1) != Some(frame.depth) {
            let base = Some(frame.depth);
            return Err(FrameError::Depth { depth, base });
        }
        self.bases.push(frame);
        Ok(())
    }

    /// Everything in it that is kept elsewhere.
    pub fn blobs(&self) -> BTreeSet<Digest> {
        let frames = self.bases.iter().chain([&self.newest]);
        frames.flat_map(Frame::blobs).collect()
    }

    /// The text of the newest frame. `known` is the text of the base that is still wanted.
    ///
    /// # Errors
    ///
    /// See [`FrameError`].
    pub fn text(
        &self,
        known: Option<&str>,
        blobs: &BTreeMap<Digest, String>,
    ) -> Result<String, FrameError> {
        if let (Some(digest), None) = (self.wanted(), known) {
            return Err(FrameError::NoBase { digest });
        }
        let mut base: Option<String> = None;
        for frame in self.bases.iter().rev() {
            base = Some(frame.text(base.as_deref().or(known), blobs)?);
        }
        self.newest.text(base.as_deref().or(known), blobs)
    }

    fn oldest(&self) -> &Frame {
        self.bases.last().unwrap_or(&self.newest)
    }
}

/// A delta has a depth from 1 to the deepest, and a full frame has none.
fn check(frame: &Frame) -> Result<(), FrameError> {
    let depth = frame.depth;
    if depth > Frame::MAX_DEPTH || (depth == 0) == frame.base.is_some() {
        return Err(FrameError::Depth { depth, base: None });
    }
    Ok(())
}
