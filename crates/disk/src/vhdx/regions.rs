//! The table of regions, which is there twice.

use super::{Guid, MIB, guid, header::Header, replayed::Replayed, sum, wrong};
use crate::{
    DiskError, Reason, Refusal,
    bytes::{le32, le64},
    error::refuse,
    seen::Seen,
};

/// Where a region begins, and how long it is.
pub(super) type Region = (u64, u64);

/// The regions that a reader needs.
#[derive(Debug)]
pub(super) struct Regions {
    pub(super) table: Region,
    pub(super) metadata: Region,
    /// MiB of the file that have the headers, the log and the regions: no block is there.
    pub(super) taken: Seen,
}

const TABLE: Guid = 0x2dc27766_f623_4200_9d64_115e9bfd4a08;
const METADATA: Guid = 0x8b7ca206_4790_4b9a_b8fe_575f050f886e;
const PLACES: [u64; 2] = [192 << 10, 256 << 10];
const MOST_ENTRIES: u32 = 2047;

impl Regions {
    pub(super) fn read(source: &Replayed, header: &Header) -> Result<Self, DiskError> {
        let mut tables = Vec::new();
        for at in PLACES {
            let short = || Refusal::new(Reason::Truncated).what("the table of regions");
            let bytes = source.bytes(at, 64 << 10, short)?;
            if bytes.starts_with(b"regi") && le32(&bytes, 4) == Some(sum(&bytes)) {
                tables.push(bytes);
            }
        }
        let bytes = match tables.as_slice() {
            [] => return refuse(wrong("it has no table of regions with a right checksum")),
            [first, second] if first != second => {
                return refuse(wrong("its two tables of regions, which are not the same,"));
            }
            [first, ..] => first,
        };
        let count = le32(bytes, 8).unwrap_or_default();
        if count > MOST_ENTRIES {
            let refusal = wrong("the count of its regions").found(count.into());
            return refuse(refusal.allowed(MOST_ENTRIES.into()));
        }
        let mut taken = Seen::default();
        take(&mut taken, (0, MIB))?;
        take(&mut taken, (header.log_at, header.log_length))?;
        let (mut table, mut metadata) = (None, None);
        let entries = bytes.get(16..).unwrap_or_default().chunks_exact(32);
        for entry in entries.take(usize::try_from(count).unwrap_or_default()) {
            let kind: Guid = guid(entry, 0);
            let at = le64(entry, 16).unwrap_or_default();
            let length = u64::from(le32(entry, 24).unwrap_or_default());
            let is_required = le32(entry, 28).unwrap_or_default() & 1 != 0;
            let place = match kind {
                TABLE => &mut table,
                METADATA => &mut metadata,
                _ if is_required => {
                    return refuse(Refusal::new(Reason::UnknownFeature).what("a region"));
                }
                _ => &mut None,
            };
            if place.replace((at, length)).is_some() {
                return refuse(wrong("a region that is there twice").found(at));
            }
            if (at | length) & (MIB - 1) != 0 || at < MIB || length == 0 {
                return refuse(wrong("the place of a region").found(at));
            }
            let end = at.checked_add(length);
            if end.is_none_or(|end| end > source.length()) {
                return refuse(Refusal::new(Reason::Truncated).what("a region").at(at));
            }
            take(&mut taken, (at, length))?;
        }
        match (table, metadata) {
            (Some(table), Some(metadata)) => Ok(Self {
                table,
                metadata,
                taken,
            }),
            _ => refuse(wrong("it lacks a region")),
        }
    }
}

/// Notes the MiB of a region; what overlaps with another is refused.
fn take(taken: &mut Seen, (at, length): Region) -> Result<(), DiskError> {
    let end = at.saturating_add(length);
    let mut place = at;
    while place < end {
        if !taken.insert(place.wrapping_shr(20)) {
            return refuse(wrong("a region that overlaps another one").found(at));
        }
        place = place.saturating_add(MIB);
    }
    Ok(())
}
