//! Cuts where the content says, so that data that moved is cut alike.

use super::Cut;
use crate::profile::Sizes;
use fastcdc::v2020::{Normalization, cut, select_masks};

/// Zeros within data are cut out from this length on. Data begins anew behind them, so that what
/// stands there is cut alike in every disk.
const HOLE: u64 = 16 << 10;

#[derive(Debug)]
pub(super) struct Content {
    sizes: Sizes,
    masks: (u64, u64),
    data: Vec<u8>,
    /// How much of the data is cut already.
    done: usize,
    /// Zeros behind the data.
    zeros: u64,
}

impl Content {
    pub(super) fn new(sizes: Sizes) -> Self {
        Self {
            sizes,
            masks: select_masks(sizes.average, Normalization::Level1),
            data: Vec::new(),
            done: 0,
            zeros: 0,
        }
    }

    /// Takes a block that is not zeros.
    pub(super) fn data(&mut self, block: &[u8], out: &mut dyn FnMut(Cut)) {
        if self.zeros >= HOLE || self.done >= self.data.len() {
            self.cut_hole(out);
        } else {
            let few = usize::try_from(self.zeros).unwrap_or_default();
            self.data.resize(self.data.len().saturating_add(few), 0);
            self.zeros = 0;
        }
        self.data.extend_from_slice(block);
        while self.left() >= self.sizes.most {
            self.cut_one(out);
        }
        // What was cut is taken away now and then.
        if self.done >= self.sizes.most.saturating_mul(8) || self.left() == 0 {
            self.data.drain(..self.done);
            self.done = 0;
        }
    }

    /// Takes whole blocks of zeros.
    pub(super) fn zeros(&mut self, length: u64, out: &mut dyn FnMut(Cut)) {
        self.zeros = self.zeros.saturating_add(length);
        if self.zeros >= HOLE {
            self.cut_data(out);
        }
    }

    pub(super) fn finish(mut self, out: &mut dyn FnMut(Cut)) {
        self.cut_hole(out);
    }

    fn left(&self) -> usize {
        self.data.len().saturating_sub(self.done)
    }

    fn cut_hole(&mut self, out: &mut dyn FnMut(Cut)) {
        self.cut_data(out);
        if self.zeros > 0 {
            out(Cut::Zeros(self.zeros));
            self.zeros = 0;
        }
    }

    fn cut_data(&mut self, out: &mut dyn FnMut(Cut)) {
        while self.left() > 0 {
            self.cut_one(out);
        }
        self.data.clear();
        self.done = 0;
    }

    fn cut_one(&mut self, out: &mut dyn FnMut(Cut)) {
        let rest = self.data.get(self.done..).unwrap_or_default();
        let Sizes {
            least,
            average,
            most,
        } = self.sizes;
        let (small, large) = self.masks;
        let (_, length) = cut(
            rest,
            least,
            average,
            most,
            small,
            large,
            small << 1,
            large << 1,
        );
        let length = length.clamp(1, rest.len().max(1));
        let chunk = rest.get(..length).unwrap_or_default();
        out(Cut::of(chunk));
        self.done = self.done.saturating_add(length);
    }
}
