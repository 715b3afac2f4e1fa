//! The header.

use crate::{
    Budget, DiskError, Reason, Refusal,
    bytes::{be32, be64},
    error::refuse,
    inflate::Packing,
    read_at::View,
};

/// What a header says, checked.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) size: u64,
    pub(super) cluster_bits: u32,
    /// Version 3, whose entries can say that a cluster is zero.
    pub(super) has_zeros: bool,
    /// Entries of 16 bytes, with a bit for each of 32 parts of a cluster.
    pub(super) is_extended: bool,
    pub(super) packing: Packing,
    first_at: u64,
    first_length: u32,
}

const DIRTY: u64 = 1;
const CORRUPT: u64 = 1 << 1;
const DATA_FILE: u64 = 1 << 2;
const COMPRESSION: u64 = 1 << 3;
const EXTENDED: u64 = 1 << 4;

/// Bytes of a header of version 2, and the least of one of version 3.
const V2: usize = 72;
const V3: usize = 104;
/// Snapshots that QEMU allows.
const MOST_SNAPSHOTS: u32 = 65_536;
/// The least bytes of one in the table.
const SNAPSHOT: u64 = 40;

impl Header {
    pub(super) fn read(source: &View, budget: &Budget<'_>) -> Result<Self, DiskError> {
        let short = || Refusal::new(Reason::Truncated).what("the header");
        let mut bytes = source.bytes(0, V2, short)?;
        let version = be32(&bytes, 4).unwrap_or_default();
        let is_new = match version {
            2 => false,
            3 => true,
            _ => return refuse(Refusal::new(Reason::BadVersion).found(version.into()).at(4)),
        };
        if is_new {
            bytes = source.bytes(0, V3, short)?;
        }
        // Nothing else is read of an image that reaches for other files.
        let features = if is_new {
            be64(&bytes, 72).unwrap_or_default()
        } else {
            0
        };
        if features & DATA_FILE != 0 {
            return refuse(Refusal::new(Reason::ExternalDataFile).at(72));
        }
        let backing = (be64(&bytes, 8), be32(&bytes, 16));
        if backing != (Some(0), Some(0)) {
            return refuse(Refusal::new(Reason::BackingFile).at(8));
        }
        if features & CORRUPT != 0 {
            return refuse(Refusal::new(Reason::CorruptFlag).at(72));
        }
        let known = DIRTY | CORRUPT | DATA_FILE | COMPRESSION | EXTENDED;
        if features & !known != 0 {
            let unknown = features & !known;
            return refuse(
                Refusal::new(Reason::UnknownFeature)
                    .what("the bits")
                    .found(unknown)
                    .at(72),
            );
        }
        if be32(&bytes, 32) != Some(0) {
            return refuse(Refusal::new(Reason::Encrypted).at(32));
        }
        let cluster_bits = be32(&bytes, 20).unwrap_or_default();
        let is_extended = features & EXTENDED != 0;
        // A part of an extended cluster is a sector at least.
        let least = if is_extended { 14 } else { 9 };
        if !(least..=21).contains(&cluster_bits) {
            let refusal = Refusal::new(Reason::BadClusterBits);
            return refuse(refusal.found(cluster_bits.into()).at(20));
        }
        let cluster = 1_u64 << cluster_bits;
        let packing = if is_new {
            Self::newer(source, &bytes, cluster, features)?
        } else {
            Packing::Deflate
        };
        let length = if is_new {
            be32(&bytes, 100).unwrap_or_default().into()
        } else {
            72
        };
        check_extensions(source, length, cluster)?;
        Self::check_snapshots(source, &bytes, cluster)?;
        let size = be64(&bytes, 24).unwrap_or_default();
        budget.virtual_size(size)?;
        if size == 0 {
            return refuse(
                Refusal::new(Reason::VirtualSize)
                    .what("the size")
                    .found(0)
                    .at(24),
            );
        }
        let header = Self {
            size,
            cluster_bits,
            has_zeros: is_new,
            is_extended,
            packing,
            first_at: be64(&bytes, 40).unwrap_or_default(),
            first_length: be32(&bytes, 36).unwrap_or_default(),
        };
        header.check_first(source, budget)?;
        Ok(header)
    }

    /// What version 3 adds.
    fn newer(
        source: &View,
        bytes: &[u8],
        cluster: u64,
        features: u64,
    ) -> Result<Packing, DiskError> {
        let length = u64::from(be32(bytes, 100).unwrap_or_default());
        if length < 104 || length % 8 != 0 || length > cluster {
            let refusal = Refusal::new(Reason::BadHeader).what("its length");
            return refuse(refusal.found(length).at(100));
        }
        let order = be32(bytes, 96).unwrap_or_default();
        if order > 6 {
            return refuse(
                Refusal::new(Reason::BadRefcountOrder)
                    .found(order.into())
                    .at(96),
            );
        }
        let mut kind = [0];
        if length > 104 {
            source.exact(&mut kind, 104, || {
                Refusal::new(Reason::Truncated).what("the header")
            })?;
        }
        let is_other = features & COMPRESSION != 0;
        match (kind, is_other) {
            ([0], false) => Ok(Packing::Deflate),
            ([1], true) => Ok(Packing::Zstd),
            ([kind], _) => {
                let refusal = Refusal::new(Reason::BadCompressionType);
                refuse(refusal.found(kind.into()).at(104))
            }
        }
    }

    /// Snapshots are not read; their table lies in the file all the same.
    fn check_snapshots(source: &View, bytes: &[u8], cluster: u64) -> Result<(), DiskError> {
        let count = be32(bytes, 60).unwrap_or_default();
        let at = be64(bytes, 64).unwrap_or_default();
        if count == 0 {
            return Ok(());
        }
        let refusal = || Refusal::new(Reason::BadSnapshots).at(60);
        if count > MOST_SNAPSHOTS {
            let refusal = refusal().found(count.into());
            return refuse(refusal.allowed(MOST_SNAPSHOTS.into()));
        }
        let least = u64::from(count).saturating_mul(SNAPSHOT);
        let is_inside = at
            .checked_add(least)
            .is_some_and(|end| end <= source.length());
        let is_aligned = at.checked_rem(cluster) == Some(0);
        if at == 0 || !is_aligned || !is_inside {
            return refuse(refusal().what("its place").found(at));
        }
        Ok(())
    }

    /// Bits of the size of a second table: how many clusters each covers.
    pub(super) fn second_bits(&self) -> u32 {
        let entry_bits = if self.is_extended { 4 } else { 3 };
        self.cluster_bits.saturating_sub(entry_bits)
    }

    pub(super) fn cluster(&self) -> u64 {
        1 << self.cluster_bits
    }

    /// The first table covers the disk, and lies in the file.
    fn check_first(&self, source: &View, budget: &Budget<'_>) -> Result<(), DiskError> {
        let refusal = || Refusal::new(Reason::BadL1).at(36);
        let bits = self.cluster_bits.saturating_add(self.second_bits());
        let covered = 1_u64.checked_shl(bits).unwrap_or(u64::MAX);
        let needed = self.size.div_ceil(covered);
        let length = u64::from(self.first_length);
        if length < needed {
            return refuse(
                refusal()
                    .what("its length, which does not cover the disk,")
                    .found(length),
            );
        }
        let bytes = length.saturating_mul(8);
        let allowed = budget.limits().first_table;
        if bytes > allowed {
            return refuse(refusal().what("its size").found(bytes).allowed(allowed));
        }
        let at = self.first_at;
        let is_aligned = at & self.cluster().wrapping_sub(1) == 0;
        let is_inside = at
            .checked_add(bytes)
            .is_some_and(|end| end <= source.length());
        if at == 0 || !is_aligned || !is_inside {
            return refuse(refusal().what("its place").found(at).at(40));
        }
        Ok(())
    }

    /// The first table: where second tables lie, as far as the disk reaches.
    pub(super) fn first_table(&self, source: &View) -> Result<Vec<u64>, DiskError> {
        /// The bits of a place; the others are flags, and must be zero but the highest.
        const PLACE: u64 = 0x00ff_ffff_ffff_fe00;
        const COPIED: u64 = 1 << 63;
        let bits = self.cluster_bits.saturating_add(self.second_bits());
        let covered = 1_u64.checked_shl(bits).unwrap_or(u64::MAX);
        let needed = usize::try_from(self.size.div_ceil(covered)).unwrap_or(usize::MAX);
        let refusal = || Refusal::new(Reason::BadL1);
        let bytes = source.bytes(self.first_at, needed.saturating_mul(8), refusal)?;
        let mut table = Vec::with_capacity(needed);
        for (number, entry) in bytes.chunks_exact(8).enumerate() {
            let entry = be64(entry, 0).unwrap_or_default();
            let place = entry & PLACE;
            let is_aligned = place & self.cluster().wrapping_sub(1) == 0;
            let end = place.checked_add(self.cluster());
            let is_inside = end.is_some_and(|end| end <= source.length());
            if entry & !(PLACE | COPIED) != 0 || !is_aligned || (place != 0 && !is_inside) {
                let at = u64::try_from(number).unwrap_or_default().saturating_mul(8);
                let at = self.first_at.saturating_add(at);
                return refuse(refusal().what("the entry").found(entry).at(at));
            }
            table.push(place);
        }
        Ok(table)
    }
}

/// Extensions of the header are passed over; each lies in the first cluster.
fn check_extensions(source: &View, header: u64, cluster: u64) -> Result<(), DiskError> {
    /// Each has 8 bytes at least.
    const MOST: u64 = 1 << 16;
    let end = cluster.min(source.length());
    let mut at = header;
    for _ in 0..MOST {
        let mut head = [0; 8];
        if at.saturating_add(8) > end {
            return Ok(());
        }
        source.exact(&mut head, at, || Refusal::new(Reason::Truncated))?;
        let (kind, length) = (be32(&head, 0), be32(&head, 4));
        if kind == Some(0) {
            return Ok(());
        }
        let length = u64::from(length.unwrap_or_default());
        let data = at.saturating_add(8);
        if data.saturating_add(length) > end {
            let refusal = Refusal::new(Reason::BadHeader).what("the length of an extension");
            return refuse(refusal.found(length).at(at.saturating_add(4)));
        }
        at = data.saturating_add(length).next_multiple_of(8);
    }
    let refusal = Refusal::new(Reason::BadHeader).what("the number of its extensions");
    refuse(refusal.allowed(MOST))
}
