//! That no part of a file stands for two parts of the disk, and none is outside of the file.

use super::{Qcow2, clusters::Place};
use crate::{
    Budget, DiskError, Reason, Refusal,
    seen::{Named, Seen},
};

/// Bytes of a table that are read at once.
const AT_ONCE: usize = 64 << 10;

/// Walks every table.
pub(super) fn check(of: &Qcow2, budget: &Budget<'_>) -> Result<(), DiskError> {
    let header = &of.header;
    let cluster = header.cluster();
    let mut walk = Walk {
        of,
        budget,
        clusters: Seen::default(),
        packed: Seen::default(),
        named: Named::of(of.source.length()),
    };
    let covered = cluster.saturating_mul(1_u64.wrapping_shl(header.second_bits()));
    let mut rest = header.size;
    for table in &of.first {
        let here = rest.min(covered);
        rest = rest.saturating_sub(here);
        if *table != 0 {
            budget.go_on()?;
            walk.cluster(*table, *table)?;
            walk.table(*table, here.div_ceil(cluster))?;
        }
    }
    Ok(())
}

struct Walk<'a> {
    of: &'a Qcow2,
    budget: &'a Budget<'a>,
    /// Clusters of the file that are named.
    clusters: Seen,
    /// Bytes at which compressed data begins.
    packed: Seen,
    named: Named,
}

impl Walk<'_> {
    /// A cluster of the file that is named by what is at a byte.
    fn cluster(&mut self, place: u64, at: u64) -> Result<(), DiskError> {
        let number = place.wrapping_shr(self.of.header.cluster_bits);
        let is_new = self.clusters.insert(number);
        // The last one may be cut short.
        let left = self.of.source.length().saturating_sub(place);
        let least = left.min(self.of.header.cluster());
        self.named.add(is_new, place, least, at)
    }

    /// The entries of a second table, as far as the disk reaches.
    fn table(&mut self, table: u64, entries: u64) -> Result<(), DiskError> {
        let Qcow2 { source, header, .. } = self.of;
        let entry = header.entry();
        let bytes = entries.saturating_mul(u64::try_from(entry).unwrap_or(16));
        let mut buffer = vec![0; AT_ONCE.min(usize::try_from(bytes).unwrap_or(AT_ONCE))];
        let (mut at, end) = (table, table.saturating_add(bytes));
        while at < end {
            let here = usize::try_from(end.saturating_sub(at)).unwrap_or(AT_ONCE);
            let here = here.min(buffer.len());
            let Some(buffer) = buffer.get_mut(..here) else {
                break;
            };
            source.exact(buffer, at, || Refusal::new(Reason::BadL2).what("the table"))?;
            for entry in buffer.chunks_exact(entry) {
                self.entry(entry, at)?;
                at = at.saturating_add(u64::try_from(entry.len()).unwrap_or_default());
            }
        }
        Ok(())
    }

    fn entry(&mut self, entry: &[u8], at: u64) -> Result<(), DiskError> {
        let header = &self.of.header;
        // Most of a large disk is nothing.
        if entry.iter().all(|byte| *byte == 0) {
            return Ok(());
        }
        let length = self.of.source.length();
        match header.place(entry, at, length)? {
            Place::Hole => Ok(()),
            Place::Data(place) | Place::Parts { at: place, .. } => {
                self.budget.data(header.cluster())?;
                self.cluster(place, at)
            }
            Place::Packed {
                at: place,
                length: bytes,
            } => {
                self.budget.data(header.cluster())?;
                // Its last sector may be shared with the next.
                let least = bytes.saturating_sub(511).max(1);
                let is_new = self.packed.insert(place);
                self.named.add(is_new, place, least, at)
            }
        }
    }
}
