//! VHDX, with a log or without, with checksums that are right whatever else is not.

use super::{
    Built,
    file::{File, le},
    plan::Plan,
    vhdx_log,
};
use atlas_disk::Format;

pub(crate) const KIB: u64 = 1 << 10;
pub(crate) const MIB: u64 = 1 << 20;
/// Where the headers and the tables of regions are, each twice.
const HEADERS: [u64; 2] = [64 * KIB, 128 * KIB];
const REGIONS: [u64; 2] = [192 * KIB, 256 * KIB];
pub(crate) const PAGE: u64 = 4096;

const BAT: &str = "2DC27766F62342009D64115E9BFD4A08";
const METADATA: &str = "8B7CA20647904B9AB8FE575F050F886E";
const OTHER: &str = "00112233445566778899AABBCCDDEEFF";

/// Bytes of a kind, whose first three numbers are little-endian.
fn guid(digits: &str) -> [u8; 16] {
    let number = u128::from_str_radix(digits, 16).expect("hexadecimal digits");
    let mut bytes = number.to_be_bytes();
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
}

/// Writes the checksum of a structure.
pub(crate) fn seal(plan: &mut Plan<'_>, bytes: &mut [u8]) {
    le(bytes, 4, 0, 4);
    let sum = crc32c::crc32c(bytes);
    le(bytes, 4, plan.number(sum.into()), 4);
}

pub(crate) fn build(plan: &mut Plan<'_>) -> Built {
    let block = plan.one_of(&[1, 2, 4, 8]) * MIB;
    let sector = plan.one_of(&[512, 4096]);
    let most = plan.one_of(&[MIB / 4, MIB * 5 / 2, MIB, MIB / 64]);
    let size = (1 + plan.below((most / sector) as usize) as u64) * sector;
    let mut disk = vec![0; size as usize];
    let mut file = File::default();
    file.put(0, b"vhdxfile");
    // The log and the regions, in any order.
    let mut places = [MIB, 2 * MIB, 3 * MIB];
    places.rotate_left(plan.below(3));
    let [log_at, metadata_at, table_at] = places;
    let mut end = 4 * MIB;
    let other_at = plan.flag().then_some(end);
    end += other_at.map_or(0, |_| MIB);
    metadata(plan, &mut file, metadata_at, (size, block, sector));
    let blocks = size.div_ceil(block);
    let mut last_at = table_at;
    let mut table = vec![0; blocks as usize * 8];
    for number in 0..blocks {
        let state = plan.below(10) as u64;
        let entry = if state < 4 {
            state
        } else {
            end += plan.below(2) as u64 * MIB;
            let at = end;
            last_at = at;
            end += block;
            // The last block is in the file as far as the disk goes.
            let here = (size - number * block).min(block);
            file.grow(at + here);
            let disk = &mut disk[(number * block) as usize..(number * block + here) as usize];
            data(plan, &mut file, at, disk);
            at | 6
        };
        le(&mut table, number as usize * 8, plan.number(entry), 8);
    }
    file.grow((4 + u64::from(other_at.is_some())) * MIB);
    file.spot(table_at, &table);
    let regions = regions(plan, [Some(table_at), Some(metadata_at), other_at]);
    for at in REGIONS {
        file.put(at, &regions);
        file.spots.push((at, 128));
    }
    spoil_one(plan, &mut file, REGIONS);
    let has_log = plan.flag();
    let log = if has_log {
        b"a log that counts"[..16].to_vec()
    } else {
        vec![0; 16]
    };
    let (older, newer) = if plan.flag() { (0, 1) } else { (1, 0) };
    for (number, sequence) in [(older, 7), (newer, 8)] {
        let header = header(plan, sequence, &log, log_at);
        file.put(HEADERS[number], &header);
        file.spots.push((HEADERS[number], 96));
    }
    // The older header does not count, and so may be anything.
    if plan.flag() {
        file.put(HEADERS[older] + 300, b"torn");
    }
    if has_log {
        let worth = [
            table_at,
            metadata_at,
            metadata_at + 64 * KIB,
            REGIONS[0],
            last_at,
        ];
        vhdx_log::write(plan, &mut file, log_at, &worth);
    }
    Built::new(file, Format::Vhdx, disk)
}

/// Fills a few pages of a block.
fn data(plan: &mut Plan<'_>, file: &mut File, at: u64, disk: &mut [u8]) {
    for _ in 0..=plan.below(3) {
        let page = plan.below(disk.len().div_ceil(PAGE as usize)) * PAGE as usize;
        let room = page..disk.len().min(page + PAGE as usize);
        plan.content(&mut disk[room.clone()]);
        file.put(at + page as u64, &disk[room]);
    }
}

/// One of two structures that say the same can be torn.
fn spoil_one(plan: &mut Plan<'_>, file: &mut File, places: [u64; 2]) {
    if let Some(at) = places.get(plan.below(4)) {
        file.put(at + 300, b"torn");
    }
}

fn header(plan: &mut Plan<'_>, sequence: u64, log: &[u8], log_at: u64) -> Vec<u8> {
    let mut header = vec![0; PAGE as usize];
    header[..4].copy_from_slice(b"head");
    header[48..64].copy_from_slice(log);
    for (at, number, width) in [
        (8, sequence, 8),
        (64, 0, 2),
        (66, 1, 2),
        (68, MIB, 4),
        (72, log_at, 8),
    ] {
        le(&mut header, at, plan.number(number), width);
    }
    seal(plan, &mut header);
    header
}

fn regions(plan: &mut Plan<'_>, [table, metadata, other]: [Option<u64>; 3]) -> Vec<u8> {
    let mut all = vec![(BAT, table, 1), (METADATA, metadata, 1), (OTHER, other, 0)];
    all.retain(|(_, at, _)| at.is_some());
    if plan.flag() {
        all.reverse();
    }
    let mut bytes = vec![0; 64 << 10];
    bytes[..4].copy_from_slice(b"regi");
    le(&mut bytes, 8, plan.number(all.len() as u64), 4);
    for (number, (kind, at, is_required)) in all.into_iter().enumerate() {
        let entry = &mut bytes[16 + number * 32..48 + number * 32];
        entry[..16].copy_from_slice(&guid(kind));
        le(entry, 16, plan.number(at.unwrap_or_default()), 8);
        le(entry, 24, plan.number(MIB), 4);
        le(entry, 28, plan.number(is_required), 4);
    }
    seal(plan, &mut bytes);
    bytes
}

/// The items that must be there, in any order, and one that need not.
fn metadata(plan: &mut Plan<'_>, file: &mut File, at: u64, disk: (u64, u64, u64)) {
    let (size, block, sector) = disk;
    let leaves = u64::from(plan.flag()) << 32;
    let mut all = vec![
        ("CAA16737FA364D43B3B633F0AA44E76B", 8, block | leaves, 4),
        ("2FA54224CD1B4876B2115DBED83BF4B8", 8, size, 6),
        ("BECA12ABB2E6452393EFC309E000C746", 16, 9, 6),
        ("8141BF1DA96F4709BA47F233A8FAAB5F", 4, sector, 6),
        ("CDA348C7445D44719CC9E9885251C556", 4, 4096, 6),
    ];
    if plan.flag() {
        all.push((OTHER, 32, 5, 2));
    }
    let count = all.len();
    all.rotate_left(plan.below(count));
    let mut table = vec![0; 32 + count * 32];
    table[..8].copy_from_slice(b"metadata");
    le(&mut table, 10, plan.number(count as u64), 2);
    let mut items = vec![0; count * 32];
    for (place, (kind, length, number, flags)) in all.into_iter().enumerate() {
        let entry = &mut table[32 + place * 32..64 + place * 32];
        entry[..16].copy_from_slice(&guid(kind));
        let offset = 64 * KIB + place as u64 * 32;
        le(entry, 16, plan.number(offset), 4);
        le(entry, 20, plan.number(length), 4);
        le(entry, 24, plan.number(flags), 4);
        le(&mut items, place * 32, plan.number(number), 8);
    }
    file.spot(at, &table);
    file.spot(at + 64 * KIB, &items);
}
