//! Cuts at the same places of every disk.

use super::Cut;
use crate::bytes::long;

#[derive(Debug)]
pub(super) struct Grid {
    step: usize,
    /// A chunk that is not whole yet, if it has data.
    chunk: Vec<u8>,
    /// Zeros: those of a chunk that has no data so far among them.
    zeros: u64,
}

impl Grid {
    pub(super) fn new(step: usize) -> Self {
        Self {
            step,
            chunk: Vec::new(),
            zeros: 0,
        }
    }

    /// Takes a block: chunks are as long as a number of them.
    pub(super) fn data(&mut self, block: &[u8], out: &mut dyn FnMut(Cut)) {
        if self.chunk.is_empty() {
            // Zeros before it in its chunk are of it.
            let before = self.zeros.checked_rem(long(self.step)).unwrap_or_default();
            let whole = self.zeros.saturating_sub(before);
            if whole > 0 {
                out(Cut::Zeros(whole));
            }
            self.zeros = 0;
            self.chunk
                .resize(usize::try_from(before).unwrap_or_default(), 0);
        }
        self.chunk.extend_from_slice(block);
        if self.chunk.len() >= self.step {
            self.cut(out);
        }
    }

    pub(super) fn zeros(&mut self, length: u64, out: &mut dyn FnMut(Cut)) {
        let mut rest = length;
        if !self.chunk.is_empty() {
            let missing = long(self.step.saturating_sub(self.chunk.len())).min(rest);
            let few = usize::try_from(missing).unwrap_or_default();
            self.chunk.resize(self.chunk.len().saturating_add(few), 0);
            rest = rest.saturating_sub(missing);
            if self.chunk.len() >= self.step {
                self.cut(out);
            }
        }
        self.zeros = self.zeros.saturating_add(rest);
    }

    pub(super) fn finish(mut self, out: &mut dyn FnMut(Cut)) {
        if !self.chunk.is_empty() {
            self.cut(out);
        }
        if self.zeros > 0 {
            out(Cut::Zeros(self.zeros));
        }
    }

    fn cut(&mut self, out: &mut dyn FnMut(Cut)) {
        out(Cut::of(&self.chunk));
        self.chunk.clear();
    }
}
