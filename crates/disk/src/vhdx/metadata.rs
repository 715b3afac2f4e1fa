//! The metadata: what disk it is.

use super::{Guid, guid, regions::Region, replayed::Replayed, wrong};
use crate::{
    Budget, DiskError, Reason, Refusal,
    bytes::{le16, le32, le64},
    error::refuse,
};

/// What is known of the disk, checked.
#[derive(Debug)]
pub(super) struct Metadata {
    /// Bytes of the disk.
    pub(super) size: u64,
    /// Bytes of a block: 1 MiB to 256 MiB.
    pub(super) block: u64,
    /// Bytes of a logical sector: how many blocks lie between the bitmaps depends on it.
    pub(super) sector: u64,
}

const FILE_PARAMETERS: Guid = 0xcaa16737_fa36_4d43_b3b6_33f0aa44e76b;
const SIZE: Guid = 0x2fa54224_cd1b_4876_b211_5dbed83bf4b8;
const DISK_ID: Guid = 0xbeca12ab_b2e6_4523_93ef_c309e000c746;
const LOGICAL_SECTOR: Guid = 0x8141bf1d_a96f_4709_ba47_f233a8faab5f;
const PHYSICAL_SECTOR: Guid = 0xcda348c7_445d_4471_9cc9_e9885251c556;
const PARENT: Guid = 0xa8d35f2d_b30b_454d_abf7_d3d84834ab0c;

/// Bytes of the table; items lie behind it.
const TABLE: usize = 64 << 10;
const MOST_ENTRIES: u16 = 2047;
/// A disk that is the difference to a parent.
const HAS_PARENT: u32 = 2;
const LEAVES_ALLOCATED: u32 = 1;
const IS_REQUIRED: u32 = 4;

/// Items as they are found.
#[derive(Default)]
struct Items {
    parameters: Option<u64>,
    size: Option<u64>,
    sector: Option<u64>,
    physical: Option<u64>,
    id: Option<u64>,
}

impl Metadata {
    pub(super) fn read(
        source: &Replayed,
        region: Region,
        budget: &Budget<'_>,
    ) -> Result<Self, DiskError> {
        let (at, _) = region;
        let short = || Refusal::new(Reason::Truncated).what("the metadata");
        let bytes = source.bytes(at, TABLE, short)?;
        let count = le16(&bytes, 10).unwrap_or_default();
        if !bytes.starts_with(b"metadata") || count > MOST_ENTRIES {
            return refuse(wrong("the table of metadata").at(at));
        }
        let entries = bytes.get(32..).unwrap_or_default().chunks_exact(32);
        let mut items = Items::default();
        for entry in entries.take(count.into()) {
            let kind: Guid = guid(entry, 0);
            let flags = le32(entry, 24).unwrap_or_default();
            let (item, length) = match kind {
                FILE_PARAMETERS => (&mut items.parameters, 8),
                SIZE => (&mut items.size, 8),
                LOGICAL_SECTOR => (&mut items.sector, 4),
                PHYSICAL_SECTOR => (&mut items.physical, 4),
                DISK_ID => (&mut items.id, 16),
                PARENT => return refuse(Refusal::new(Reason::Parent).what("a parent locator")),
                _ if flags & IS_REQUIRED != 0 => {
                    return refuse(
                        Refusal::new(Reason::UnknownFeature).what("an item of metadata"),
                    );
                }
                _ => continue,
            };
            let number = item_at(source, region, entry, length)?;
            if item.replace(number).is_some() {
                return refuse(wrong("an item of metadata that is there twice").at(at));
            }
        }
        Self::check(&items, at, budget)
    }

    fn check(items: &Items, at: u64, budget: &Budget<'_>) -> Result<Self, DiskError> {
        let (Some(parameters), Some(size), Some(sector), Some(physical), Some(_)) = (
            items.parameters,
            items.size,
            items.sector,
            items.physical,
            items.id,
        ) else {
            return refuse(wrong("it lacks an item of metadata").at(at));
        };
        let [block, flags] = [
            parameters & u64::from(u32::MAX),
            parameters.wrapping_shr(32),
        ];
        if flags & u64::from(HAS_PARENT) != 0 {
            return refuse(Refusal::new(Reason::Parent).what("the file's parameters"));
        }
        if flags & !u64::from(HAS_PARENT | LEAVES_ALLOCATED) != 0 {
            let refusal = Refusal::new(Reason::UnknownFeature).what("the bits");
            return refuse(refusal.found(flags).at(at));
        }
        if !block.is_power_of_two() || !(1 << 20..=256 << 20).contains(&block) {
            let refusal = Refusal::new(Reason::BadClusterBits).what("the bytes of a block");
            return refuse(refusal.found(block).at(at));
        }
        for sector in [sector, physical] {
            if !matches!(sector, 512 | 4096) {
                return refuse(wrong("the bytes of a sector").found(sector).at(at));
            }
        }
        budget.virtual_size(size)?;
        if size == 0 || size & sector.saturating_sub(1) != 0 {
            let refusal = Refusal::new(Reason::VirtualSize).what("the size");
            return refuse(refusal.found(size).at(at));
        }
        Ok(Self {
            size,
            block,
            sector,
        })
    }
}

/// The first number of an item, which lies in the region and is so long.
fn item_at(
    source: &Replayed,
    (at, whole): Region,
    entry: &[u8],
    length: u64,
) -> Result<u64, DiskError> {
    let offset = u64::from(le32(entry, 16).unwrap_or_default());
    let told = u64::from(le32(entry, 20).unwrap_or_default());
    let table = u64::try_from(TABLE).unwrap_or_default();
    if offset < table || told != length || offset.saturating_add(told) > whole {
        return refuse(
            wrong("the place of an item of metadata")
                .found(offset)
                .at(at),
        );
    }
    let mut bytes = [0; 8];
    let wanted = usize::try_from(length.min(8)).unwrap_or_default();
    if let Some(bytes) = bytes.get_mut(..wanted) {
        source.read(bytes, at.saturating_add(offset))?;
    }
    Ok(le64(&bytes, 0).unwrap_or_default())
}
