//! The beginning and the end of a disk that goes by: an image file inside of it is refused.

use crate::{
    DiskError,
    probe::{HEAD, TAIL, check_inside},
};

pub(super) struct Ends {
    head: Vec<u8>,
    tail: Vec<u8>,
    /// Where the end begins.
    tail_at: u64,
}

impl Ends {
    pub(super) fn new(size: u64) -> Self {
        let most = |length: usize| usize::try_from(size).unwrap_or(length).min(length);
        let tail = most(TAIL);
        Self {
            head: vec![0; most(HEAD)],
            tail: vec![0; tail],
            tail_at: size.saturating_sub(u64::try_from(tail).unwrap_or_default()),
        }
    }

    /// Notes some bytes of the disk.
    pub(super) fn note(&mut self, bytes: &[u8], at: u64) {
        overlay(&mut self.head, 0, bytes, at);
        overlay(&mut self.tail, self.tail_at, bytes, at);
    }

    pub(super) fn check(&self) -> Result<(), DiskError> {
        check_inside(&self.head, &self.tail)
    }
}

/// Copies what two ranges have in common.
fn overlay(to: &mut [u8], to_at: u64, from: &[u8], from_at: u64) {
    let inside = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
    let begin = inside(from_at.saturating_sub(to_at));
    let skipped = inside(to_at.saturating_sub(from_at));
    let to = to.get_mut(begin..).unwrap_or_default();
    let from = from.get(skipped..).unwrap_or_default();
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}
