//! QCOW2, versions 2 and 3: the active layer, read-only (the format's specification, `docs/interop/qcow2.rst` of QEMU).

mod clusters;
mod header;
mod once;
mod pieces;

use self::{clusters::Place, header::Header};
use crate::{
    Budget, DiskError,
    layer::{Filled, Layer, Scratch},
    read_at::View,
};

/// A QCOW2 image.
#[derive(Debug)]
pub(crate) struct Qcow2 {
    source: View,
    header: Header,
    /// Where the second tables lie; 0 where there is none.
    first: Vec<u64>,
}

impl Qcow2 {
    pub(crate) fn open(source: View, budget: &Budget<'_>) -> Result<Self, DiskError> {
        let header = Header::read(&source, budget)?;
        let first = header.first_table(&source)?;
        Ok(Self {
            source,
            header,
            first,
        })
    }
}

impl Layer for Qcow2 {
    fn size(&self) -> u64 {
        self.header.size
    }

    fn check(&self, budget: &Budget<'_>) -> Result<(), DiskError> {
        once::check(self, budget)
    }

    fn fill(&self, buffer: &mut [u8], at: u64, scratch: &mut Scratch) -> Result<Filled, DiskError> {
        let cluster = self.header.cluster();
        let mut pieces = self.pieces(buffer.len(), at, scratch)?;
        pieces.retain(|piece| piece.place != Place::Hole);
        if pieces.is_empty() {
            return Ok(Filled::Hole);
        }
        let mut done = 0;
        let mut rest = pieces.as_slice();
        while let Some(first) = rest.first() {
            if let Some(hole) = buffer.get_mut(done..first.begin) {
                hole.fill(0);
            }
            // What lies together is read together.
            let run = rest
                .windows(2)
                .take_while(|two| matches!(two, [one, next] if one.leads_to(next, cluster)));
            let (run, after) = rest.split_at(run.count().saturating_add(1));
            done = self.read(buffer, run, scratch)?;
            rest = after;
        }
        if let Some(hole) = buffer.get_mut(done..) {
            hole.fill(0);
        }
        Ok(Filled::Data)
    }
}
