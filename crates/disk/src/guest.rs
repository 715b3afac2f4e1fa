//! A disk as its owner sees it: byte by byte, whatever holds it.

use crate::{
    DiskError,
    layer::{Filled, Layer, Scratch},
};

/// Bytes of the disk that are read, decided and written at once: no cluster or grain is larger.
pub(crate) const ITEM: u64 = 2 << 20;

/// The part of a disk that is item `number`: where it begins, and how many bytes it has.
pub(crate) fn item(size: u64, number: u64) -> (u64, usize) {
    let at = number.saturating_mul(ITEM);
    let length = size.saturating_sub(at).min(ITEM);
    (at, usize::try_from(length).unwrap_or_default())
}

/// Reads of a few places.
pub(crate) struct Guest<'a> {
    layer: &'a dyn Layer,
    scratch: Scratch,
    /// The item that was read last.
    number: Option<u64>,
    bytes: Vec<u8>,
}

impl<'a> Guest<'a> {
    pub(crate) fn new(layer: &'a dyn Layer) -> Self {
        Self {
            layer,
            scratch: Scratch::default(),
            number: None,
            bytes: Vec::new(),
        }
    }

    /// Some bytes from a place: fewer at the end of the disk.
    pub(crate) fn bytes(&mut self, at: u64, length: usize) -> Result<Vec<u8>, DiskError> {
        let mut found = Vec::new();
        while found.len() < length {
            let more = u64::try_from(found.len()).unwrap_or(u64::MAX);
            let place = at.saturating_add(more);
            if place >= self.layer.size() {
                break;
            }
            let number = place.checked_div(ITEM).unwrap_or_default();
            self.load(number)?;
            let skipped = place.saturating_sub(number.saturating_mul(ITEM));
            let skipped = usize::try_from(skipped).unwrap_or(usize::MAX);
            let rest = self.bytes.get(skipped..).unwrap_or_default();
            let wanted = length.saturating_sub(found.len()).min(rest.len());
            if wanted == 0 {
                break;
            }
            found.extend_from_slice(rest.get(..wanted).unwrap_or_default());
        }
        Ok(found)
    }

    fn load(&mut self, number: u64) -> Result<(), DiskError> {
        if self.number == Some(number) {
            return Ok(());
        }
        let (at, length) = item(self.layer.size(), number);
        self.number = None;
        self.bytes.resize(length, 0);
        if self.layer.fill(&mut self.bytes, at, &mut self.scratch)? == Filled::Hole {
            self.bytes.fill(0);
        }
        self.number = Some(number);
        Ok(())
    }
}
