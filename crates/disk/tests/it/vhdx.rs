//! VHDX beside what `qemu-img` writes and reads, logs that are replayed, and files that must be refused.

use crate::{converted, oracle::Bench, read_bytes, reason, vmdk_file::put};
use atlas_disk::{DiskError, Format, Limits, Reason};

#[test]
fn b01_every_variant_that_qemu_writes_is_read_byte_for_byte() {
    let bench = Bench::new();
    for size in [9 * 1024 * 1024 + 512 * 7, 300 * 1024, 512] {
        let raw = bench.raw("disk.raw", size);
        for options in [
            "subformat=dynamic",
            "subformat=dynamic,block_size=1M",
            "subformat=dynamic,block_size=4M,log_size=2M",
            "subformat=dynamic,block_size=256M,block_state_zero=off",
            "subformat=fixed,block_size=1M",
            "subformat=fixed",
        ] {
            bench.qemu_img(&[
                "convert",
                "-f",
                "raw",
                "-O",
                "vhdx",
                "-o",
                options,
                "disk.raw",
                "disk.vhdx",
            ]);
            let done = converted(&bench.path("disk.vhdx"), Format::Vhdx);
            let done = done.unwrap_or_else(|error| panic!("{options} {size}: {error}"));
            assert!(done[0].1 == raw, "{options} {size}");
            assert_eq!(done[0].0.size, size as u64);
        }
    }
}

#[test]
fn b01_the_bitmaps_between_the_blocks_are_passed_over() {
    // At 1 MiB a block, every 4096 blocks.
    let bench = Bench::new();
    let file = std::fs::File::create(bench.path("disk.raw")).unwrap();
    file.set_len((4 << 30) + (3 << 20)).unwrap();
    for at in [0_u64, (4 << 30) - 5000, 4 << 30, (4 << 30) + (2 << 20)] {
        std::os::unix::fs::FileExt::write_all_at(&file, &[at.to_le_bytes()[1] | 1; 600], at)
            .unwrap();
    }
    let options = "subformat=dynamic,block_size=1M";
    bench.qemu_img(&[
        "convert",
        "-f",
        "raw",
        "-O",
        "vhdx",
        "-o",
        options,
        "disk.raw",
        "disk.vhdx",
    ]);
    let image = crate::open(&bench.path("disk.vhdx"), Format::Vhdx).unwrap();
    let limits = Limits::default();
    let budget = atlas_disk::Budget::new(&limits, &|| false);
    let to = std::fs::File::create(bench.path("done.raw")).unwrap();
    atlas_disk::convert(
        &image.disks()[0],
        &to,
        &atlas_disk::Convert::default(),
        &budget,
        &|_| {},
    )
    .unwrap();
    bench.qemu_img(&["compare", "-f", "raw", "-F", "raw", "disk.raw", "done.raw"]);
}

const KIB: usize = 1024;
const MIB: usize = 1 << 20;
const LOG: usize = MIB;
const METADATA: usize = 2 * MIB;
const TABLE: usize = 3 * MIB;
const BLOCKS: usize = 4 * MIB;
const GUID: [u8; 16] = *b"a log that count";

/// Makes a sum right again.
fn sum(bytes: &mut [u8], at: usize, length: usize) {
    put(bytes, at + 4, 0, 4);
    let sum = crc32c::crc32c(&bytes[at..at + length]);
    put(bytes, at + 4, sum.into(), 4);
}

fn guid(text: &str) -> [u8; 16] {
    let number = u128::from_str_radix(&text.replace('-', ""), 16).unwrap();
    let mut bytes = number.to_be_bytes();
    bytes[..4].reverse();
    bytes[4..6].reverse();
    bytes[6..8].reverse();
    bytes
}

/// A disk of 2.5 MiB in blocks of 1 MiB, of which the second is zeros.
fn file() -> Vec<u8> {
    let mut bytes = vec![0; BLOCKS + 2 * MIB];
    bytes[..8].copy_from_slice(b"vhdxfile");
    for (at, sequence) in [(64 * KIB, 7), (128 * KIB, 8)] {
        bytes[at..at + 4].copy_from_slice(b"head");
        put(&mut bytes, at + 8, sequence, 8);
        put(&mut bytes, at + 66, 1, 2);
        put(&mut bytes, at + 68, MIB as u64, 4);
        put(&mut bytes, at + 72, LOG as u64, 8);
        sum(&mut bytes, at, 4096);
    }
    for at in REGIONS {
        bytes[at..at + 4].copy_from_slice(b"regi");
        put(&mut bytes, at + 8, 2, 4);
        for (entry, kind, place) in [
            (0, "2DC27766-F623-4200-9D64-115E9BFD4A08", TABLE),
            (1, "8B7CA206-4790-4B9A-B8FE-575F050F886E", METADATA),
        ] {
            let at = at + 16 + entry * 32;
            bytes[at..at + 16].copy_from_slice(&guid(kind));
            put(&mut bytes, at + 16, place as u64, 8);
            put(&mut bytes, at + 24, MIB as u64, 4);
            put(&mut bytes, at + 28, 1, 4);
        }
        sum(&mut bytes, at, 64 * KIB);
    }
    bytes[METADATA..METADATA + 8].copy_from_slice(b"metadata");
    put(&mut bytes, METADATA + 10, 5, 2);
    for (entry, (kind, length, number)) in [
        ("CAA16737-FA36-4D43-B3B6-33F0AA44E76B", 8, MIB as u64),
        (
            "2FA54224-CD1B-4876-B211-5DBED83BF4B8",
            8,
            (MIB * 5 / 2) as u64,
        ),
        ("BECA12AB-B2E6-4523-93EF-C309E000C746", 16, 9),
        ("8141BF1D-A96F-4709-BA47-F233A8FAAB5F", 4, 512),
        ("CDA348C7-445D-4471-9CC9-E9885251C556", 4, 4096),
    ]
    .into_iter()
    .enumerate()
    {
        let at = METADATA + 32 + entry * 32;
        bytes[at..at + 16].copy_from_slice(&guid(kind));
        put(&mut bytes, at + 16, (64 * KIB + entry * 16) as u64, 4);
        put(&mut bytes, at + 20, length, 4);
        put(&mut bytes, at + 24, 4, 4);
        put(&mut bytes, METADATA + 64 * KIB + entry * 16, number, 8);
    }
    put(&mut bytes, TABLE, BLOCKS as u64 | 6, 8);
    put(&mut bytes, TABLE + 8, 2, 8);
    put(&mut bytes, TABLE + 16, (BLOCKS + MIB) as u64 | 6, 8);
    bytes[BLOCKS..BLOCKS + MIB].fill(1);
    bytes[BLOCKS + MIB..].fill(2);
    bytes
}

const REGIONS: [usize; 2] = [192 * KIB, 256 * KIB];

/// Where the numbers of the metadata's items are.
const PARAMETERS: usize = METADATA + 64 * KIB;
const SIZE: usize = PARAMETERS + 16;
const SECTOR: usize = PARAMETERS + 48;
const PHYSICAL: usize = PARAMETERS + 64;

fn try_read(bytes: &[u8]) -> Result<Vec<u8>, DiskError> {
    read_bytes(bytes, Format::Vhdx, &Limits::default())
}

fn read(bytes: &[u8]) -> Vec<u8> {
    try_read(bytes).unwrap()
}

#[track_caller]
fn refused(bytes: &[u8]) -> Reason {
    reason(bytes, Format::Vhdx)
}

fn with(at: usize, number: u64, length: usize) -> Vec<u8> {
    let mut bytes = file();
    put(&mut bytes, at, number, length);
    bytes
}

/// With a number in both tables of regions.
fn with_region(at: usize, number: u64, length: usize) -> Vec<u8> {
    let mut bytes = file();
    for start in REGIONS {
        put(&mut bytes, start + at, number, length);
        sum(&mut bytes, start, 64 * KIB);
    }
    bytes
}

/// With a number in the newer header.
fn with_header(at: usize, number: u64, length: usize) -> Vec<u8> {
    let mut bytes = file();
    put(&mut bytes, 128 * KIB + at, number, length);
    sum(&mut bytes, 128 * KIB, 4096);
    bytes
}

#[test]
fn b01_the_newer_of_two_headers_counts() {
    let disk = read(&file());
    assert_eq!(disk.len(), MIB * 5 / 2);
    assert!(disk[..MIB].iter().all(|it| *it == 1));
    assert!(disk[MIB..MIB * 2].iter().all(|it| *it == 0));
    assert!(disk[MIB * 2..].iter().all(|it| *it == 2));
    // One that is torn is as if it were not there, and so is a table of regions.
    for at in [
        64 * KIB + 100,
        128 * KIB + 100,
        REGIONS[0] + 300,
        REGIONS[1] + 300,
    ] {
        let mut bytes = file();
        bytes[at] ^= 1;
        assert!(read(&bytes) == disk);
    }
    // The older one says something else, which is not asked.
    let mut bytes = file();
    put(&mut bytes, 64 * KIB + 66, 9, 2);
    sum(&mut bytes, 64 * KIB, 4096);
    assert!(read(&bytes) == disk);
}

#[test]
fn b07_headers_that_are_not_right_are_refused() {
    use Reason::{BadVersion, Truncated, VhdxHeader};
    for (at, number, length, reason) in [
        (64, 1, 2, BadVersion),
        (66, 2, 2, BadVersion),
        (68, 0, 4, VhdxHeader),
        (68, 4096, 4, VhdxHeader),
        (68, 128 << 20, 4, VhdxHeader),
        (72, 0, 8, VhdxHeader),
        (72, 4096, 8, VhdxHeader),
        (72, 8 << 20, 8, Truncated),
        (72, u64::MAX - (1 << 20) + 1, 8, Truncated),
    ] {
        assert_eq!(
            refused(&with_header(at, number, length)),
            reason,
            "{at} {number:#x}"
        );
    }
    // As new as the other one, and not the same.
    let mut bytes = with_header(8, 7, 8);
    assert_eq!(read(&bytes), read(&file()));
    bytes[128 * KIB + 16] = 1;
    sum(&mut bytes, 128 * KIB, 4096);
    assert_eq!(refused(&bytes), VhdxHeader);
    let mut bytes = file();
    bytes[64 * KIB] = 0;
    bytes[128 * KIB] = 0;
    assert_eq!(refused(&bytes), VhdxHeader);
    for length in [8, 64 * KIB, MIB - 1] {
        assert_eq!(refused(&file()[..length]), Truncated);
    }
}

#[test]
fn b07_regions_that_are_not_right_are_refused() {
    use Reason::{BadL1, Truncated, UnknownFeature, VhdxHeader};
    for (at, number, length, reason) in [
        (8, 2048, 4, VhdxHeader),
        (8, 1, 4, VhdxHeader),
        (8, 0, 4, VhdxHeader),
        // Of an unknown kind.
        (16, 1, 4, UnknownFeature),
        (16 + 16, 0, 8, VhdxHeader),
        (16 + 16, 4096, 8, VhdxHeader),
        (16 + 16, LOG as u64, 8, VhdxHeader),
        (16 + 16, METADATA as u64, 8, VhdxHeader),
        (16 + 16, 64 << 20, 8, Truncated),
        (16 + 16, 1 << 63, 8, Truncated),
        (16 + 24, 0, 4, VhdxHeader),
        (16 + 24, 4096, 4, VhdxHeader),
        (16 + 24, 2 << 20, 4, BadL1),
    ] {
        let found = refused(&with_region(at, number, length));
        if reason == BadL1 {
            // A longer table takes the place of a block.
            assert_eq!(found, Reason::Amplification);
        } else {
            assert_eq!(found, reason, "{at} {number:#x}");
        }
    }
    let mut bytes = file();
    bytes[REGIONS[0] + 400] = 1;
    sum(&mut bytes, REGIONS[0], 64 * KIB);
    assert_eq!(refused(&bytes), VhdxHeader);
    let mut bytes = file();
    bytes[REGIONS[0]] = 0;
    bytes[REGIONS[1]] = 0;
    assert_eq!(refused(&bytes), VhdxHeader);
    // The same region twice.
    let mut bytes = file();
    for start in REGIONS {
        let first = bytes[start + 16..start + 32].to_vec();
        bytes[start + 48..start + 64].copy_from_slice(&first);
        sum(&mut bytes, start, 64 * KIB);
    }
    assert_eq!(refused(&bytes), VhdxHeader);
    // One that is not required may be unknown.
    let mut bytes = file();
    for start in REGIONS {
        put(&mut bytes, start + 8, 3, 4);
        put(&mut bytes, start + 80, 1, 8);
        put(&mut bytes, start + 96, (5 * MIB) as u64, 8);
        put(&mut bytes, start + 104, MIB as u64, 4);
        sum(&mut bytes, start, 64 * KIB);
    }
    put(&mut bytes, TABLE + 16, 0, 8);
    assert!(read(&bytes)[MIB..].iter().all(|it| *it == 0));
}

#[test]
fn b07_metadata_that_is_not_right_is_refused() {
    use Reason::{BadClusterBits, BadL1, Parent, UnknownFeature, VhdxHeader, VirtualSize};
    for (at, number, length, reason) in [
        (METADATA, 0, 8, VhdxHeader),
        (METADATA + 10, 2048, 2, VhdxHeader),
        (METADATA + 10, 4, 2, VhdxHeader),
        // An item of an unknown kind.
        (METADATA + 32, 1, 4, UnknownFeature),
        // The place of one.
        (METADATA + 48, 0, 4, VhdxHeader),
        (METADATA + 48, MIB as u64 - 4, 4, VhdxHeader),
        (METADATA + 48, u64::from(u32::MAX), 4, VhdxHeader),
        (METADATA + 52, 4, 4, VhdxHeader),
        (PARAMETERS, 0, 4, BadClusterBits),
        (PARAMETERS, 1 << 19, 4, BadClusterBits),
        (PARAMETERS, 1 << 29, 4, BadClusterBits),
        (PARAMETERS, 3 << 20, 4, BadClusterBits),
        (PARAMETERS + 4, 2, 4, Parent),
        (PARAMETERS + 4, 4, 4, UnknownFeature),
        (SIZE, 0, 8, VirtualSize),
        (SIZE, 513, 8, VirtualSize),
        (SIZE, u64::MAX - 511, 8, VirtualSize),
        (SIZE, 1 << 40, 8, BadL1),
        (SECTOR, 1024, 4, VhdxHeader),
        (PHYSICAL, 0, 4, VhdxHeader),
    ] {
        assert_eq!(
            refused(&with(at, number, length)),
            reason,
            "{at} {number:#x}"
        );
    }
    let mut parent = file();
    let locator = guid("A8D35F2D-B30B-454D-ABF7-D3D84834AB0C");
    parent[METADATA + 32 * 3..][..16].copy_from_slice(&locator);
    assert_eq!(refused(&parent), Parent);
    // One twice.
    let mut twice = file();
    let first = twice[METADATA + 32..METADATA + 48].to_vec();
    twice[METADATA + 64..METADATA + 80].copy_from_slice(&first);
    assert_eq!(refused(&twice), VhdxHeader);
}

#[test]
fn b07_the_table_covers_the_disk() {
    // A region of a MiB has entries for 128 GiB.
    let error = try_read(&with(SIZE, 129 << 30, 8)).unwrap_err();
    assert_eq!(error.reason(), Some(Reason::BadL1));
    assert!(error.to_string().contains("does not cover"), "{error}");
}

#[test]
fn b07_the_table_has_a_limit() {
    let mut limits = Limits::default();
    limits.first_table = 16;
    let error = read_bytes(&file(), Format::Vhdx, &limits).unwrap_err();
    assert_eq!(error.reason(), Some(Reason::BadL1));
    let mut limits = Limits::default();
    limits.data = 1 << 20;
    let error = read_bytes(&file(), Format::Vhdx, &limits).unwrap_err();
    assert_eq!(error.reason(), Some(Reason::Amplification));
}

#[test]
fn b07_tables_that_are_not_right_are_refused() {
    use Reason::{Amplification, BadL1, DataOutOfBounds};
    let block = |place: usize| place as u64 | 6;
    for (number, reason) in [
        (4, BadL1),
        (5, BadL1),
        (7, BadL1),
        (block(0), BadL1),
        (block(BLOCKS) | 8, BadL1),
        (block(BLOCKS + 2 * MIB), DataOutOfBounds),
        (block(1 << 40), DataOutOfBounds),
        (u64::MAX << 20 | 6, DataOutOfBounds),
        (block(BLOCKS), Amplification),
        (block(LOG), Amplification),
        (block(METADATA), Amplification),
        (block(TABLE), Amplification),
    ] {
        assert_eq!(refused(&with(TABLE + 8, number, 8)), reason, "{number:#x}");
    }
    for state in [0, 1, 2, 3] {
        assert!(
            read(&with(TABLE + 16, state, 8))[MIB..]
                .iter()
                .all(|it| *it == 0)
        );
    }
    // The last block may end with the disk.
    let bytes = file();
    assert!(read(&bytes[..bytes.len() - MIB / 2]) == read(&bytes));
    assert_eq!(
        refused(&bytes[..bytes.len() - MIB / 2 - 1]),
        DataOutOfBounds
    );
}

#[test]
fn b07_an_image_inside_of_the_disk_is_refused() {
    let mut bytes = file();
    bytes[BLOCKS..BLOCKS + 4].copy_from_slice(b"QFI\xfb");
    assert_eq!(refused(&bytes), Reason::NestedFormat);
    bytes[32_769..32_774].copy_from_slice(b"CD001");
    assert_eq!(refused(&bytes), Reason::AmbiguousFormat);
}

/// What an entry of a log writes.
enum Write {
    Zeros(usize, usize),
    Sector(usize, Vec<u8>),
}

/// The bytes of an entry.
fn written(tail: usize, sequence: u64, writes: &[Write]) -> Vec<u8> {
    let mut entry = vec![0; (64 + writes.len() * 32).next_multiple_of(4096)];
    let mut data = Vec::new();
    for (number, write) in writes.iter().enumerate() {
        let at = 64 + number * 32;
        match write {
            Write::Zeros(place, length) => {
                entry[at..at + 4].copy_from_slice(b"zero");
                put(&mut entry, at + 8, *length as u64, 8);
                put(&mut entry, at + 16, *place as u64, 8);
            }
            Write::Sector(place, sector) => {
                entry[at..at + 4].copy_from_slice(b"desc");
                entry[at + 4..at + 8].copy_from_slice(&sector[4092..]);
                entry[at + 8..at + 16].copy_from_slice(&sector[..8]);
                put(&mut entry, at + 16, *place as u64, 8);
                let mut sector = sector.clone();
                sector[..4].copy_from_slice(b"data");
                put(&mut sector, 4, sequence >> 32, 4);
                put(&mut sector, 4092, sequence, 4);
                data.extend(sector);
            }
        }
        put(&mut entry, at + 24, sequence, 8);
    }
    entry.extend(data);
    let length = entry.len();
    entry[..4].copy_from_slice(b"loge");
    put(&mut entry, 8, length as u64, 4);
    put(&mut entry, 12, tail as u64, 4);
    put(&mut entry, 16, sequence, 8);
    put(&mut entry, 24, writes.len() as u64, 4);
    entry[32..48].copy_from_slice(&GUID);
    put(&mut entry, 48, (BLOCKS + 2 * MIB) as u64, 8);
    put(&mut entry, 56, (BLOCKS + 2 * MIB) as u64, 8);
    sum(&mut entry, 0, length);
    entry
}

/// Puts an entry at a place of the log, and says where the next one is.
fn entry(bytes: &mut [u8], at: usize, tail: usize, sequence: u64, writes: &[Write]) -> usize {
    let entry = written(tail, sequence, writes);
    let next = (at + entry.len()) % MIB;
    for (number, byte) in entry.into_iter().enumerate() {
        bytes[LOG + (at + number) % MIB] = byte;
    }
    next
}

/// A file whose log is to be replayed.
fn logged() -> Vec<u8> {
    let mut bytes = file();
    for at in [64 * KIB, 128 * KIB] {
        bytes[at + 48..at + 64].copy_from_slice(&GUID);
        sum(&mut bytes, at, 4096);
    }
    bytes
}

/// The first sector of the table with another second entry.
fn table(entry: u64) -> Vec<u8> {
    let mut sector = file()[TABLE..TABLE + 4096].to_vec();
    put(&mut sector, 8, entry, 8);
    sector
}

/// What QEMU makes of a file once it has replayed its log.
fn oracle(bytes: &[u8]) -> Vec<u8> {
    let bench = Bench::new();
    std::fs::write(bench.path("disk.vhdx"), bytes).unwrap();
    bench.qemu_img(&["check", "-r", "all", "-f", "vhdx", "disk.vhdx"]);
    bench.read("disk.vhdx", "vhdx")
}

/// A file with an old entry and two that count, which begin at a place of the log.
fn logged_from(start: usize) -> Vec<u8> {
    let mut bytes = logged();
    let sequence = u64::from(u32::MAX);
    entry(
        &mut bytes,
        64 * KIB,
        64 * KIB,
        3,
        &[Write::Zeros(BLOCKS, MIB)],
    );
    let first = [
        Write::Sector(BLOCKS + 8192, noise()),
        Write::Sector(TABLE, table(6)),
        Write::Zeros(BLOCKS + MIB / 2, MIB / 4),
    ];
    let next = entry(&mut bytes, start, start, sequence, &first);
    let second = [
        Write::Sector(TABLE, table(0)),
        Write::Sector(BLOCKS + MIB / 2 + 4096, vec![9; 4096]),
        Write::Zeros(BLOCKS + MIB, 4096),
    ];
    entry(&mut bytes, next, start, sequence + 1, &second);
    bytes
}

fn noise() -> Vec<u8> {
    (0..4096_u32).map(|it| (it % 251) as u8).collect()
}

#[test]
fn b01_a_log_is_replayed_in_memory() {
    let bytes = logged_from(8192);
    let disk = read(&bytes);
    assert_eq!(disk[8192..12_288], noise());
    let is = |from: usize, until: usize, byte| disk[from..until].iter().all(|it| *it == byte);
    assert!(is(MIB / 2, MIB / 2 + 4096, 0));
    assert!(is(MIB / 2 + 4096, MIB / 2 + 8192, 9));
    assert!(is(MIB / 2 + 8192, MIB / 4 * 3, 0));
    assert_eq!((disk[2 * MIB + 4095], disk[2 * MIB + 4096]), (0, 2));
    assert!(disk == oracle(&bytes));
    // Where it goes on at the log's beginning QEMU 10 forgets all but the last entry.
    assert!(disk == read(&logged_from(MIB - 8192)));
}

#[test]
fn b07_logs_that_are_not_right_are_refused() {
    use Reason::{BadL1, Truncated, VhdxHeader};
    // None at all.
    assert_eq!(refused(&logged()), VhdxHeader);
    // The log can change the table for the worse.
    let mut bytes = logged();
    entry(&mut bytes, 0, 0, 1, &[Write::Sector(TABLE, table(7))]);
    assert_eq!(refused(&bytes), BadL1);
    // A tail that is no entry; one torn.
    let mut bytes = logged();
    entry(&mut bytes, 0, 4096, 1, &[Write::Zeros(BLOCKS, 4096)]);
    assert_eq!(refused(&bytes), VhdxHeader);
    let mut bytes = logged();
    entry(&mut bytes, 0, 0, 1, &[Write::Sector(TABLE, table(0))]);
    bytes[LOG + 5000] ^= 1;
    assert_eq!(refused(&bytes), VhdxHeader);
    // Places that are not whole sectors, and the end of all numbers.
    for writes in [
        [Write::Zeros(BLOCKS + 512, 4096)],
        [Write::Zeros(BLOCKS, 512)],
        [Write::Zeros(BLOCKS, 0)],
        [Write::Zeros(usize::MAX - 4095, 8192)],
    ] {
        let mut bytes = logged();
        entry(&mut bytes, 0, 0, 1, &writes);
        assert_eq!(refused(&bytes), VhdxHeader);
    }
    // What is in an entry is of another one, or not known, or too much, or too little.
    for (at, number, length) in [
        (64, 1, 1),
        (64 + 24, 2, 8),
        (24, 0, 4),
        (24, 2, 4),
        (4096, 0, 1),
        (4096 + 4, 1, 4),
        (8192 - 4, 2, 4),
    ] {
        let mut bytes = logged();
        entry(&mut bytes, 0, 0, 1, &[Write::Sector(TABLE, table(0))]);
        put(&mut bytes, LOG + at, number, length);
        sum(&mut bytes, LOG, 8192);
        assert_eq!(refused(&bytes), VhdxHeader, "{at}");
    }
    // The file was longer.
    let mut bytes = logged();
    entry(&mut bytes, 0, 0, 1, &[Write::Sector(TABLE, table(0))]);
    put(&mut bytes, LOG + 48, 1 << 30, 8);
    sum(&mut bytes, LOG, 8192);
    assert_eq!(refused(&bytes), Truncated);
    // It is to be longer: by a block, and not by as much as the log likes.
    let longer = |place: usize| {
        let mut bytes = logged();
        let write = [Write::Sector(TABLE, table(place as u64 | 6))];
        entry(&mut bytes, 0, 0, 1, &write);
        put(&mut bytes, LOG + 56, 1 << 50, 8);
        sum(&mut bytes, LOG, 8192);
        bytes
    };
    let disk = read(&longer(BLOCKS + 2 * MIB));
    assert!(disk[MIB..2 * MIB].iter().all(|it| *it == 0));
    assert_eq!(refused(&longer(1 << 40)), Reason::DataOutOfBounds);
    // Entries that are all in one another.
    let mut bytes = logged();
    for at in (0..MIB).step_by(4096) {
        let mut header = vec![0; 64];
        header[..4].copy_from_slice(b"loge");
        put(&mut header, 8, MIB as u64, 4);
        put(&mut header, 16, 1, 8);
        header[32..48].copy_from_slice(&GUID);
        bytes[LOG + at..LOG + at + 64].copy_from_slice(&header);
    }
    assert_eq!(refused(&bytes), VhdxHeader);
}

#[test]
fn b07_a_log_of_too_many_parts_is_refused() {
    // Each far beyond the file, where nobody asks.
    let writes = |many: usize| {
        let places = (0..many).map(|it| (1 << 40) + it * 8192);
        places.map(|at| Write::Zeros(at, 4096)).collect::<Vec<_>>()
    };
    let mut bytes = logged();
    entry(&mut bytes, 0, 0, 1, &writes(30_000));
    assert_eq!(read(&bytes).len(), MIB * 5 / 2);
    // A log of 3 MiB behind everything else has room for more.
    let place = bytes.len();
    bytes.resize(place + 3 * MIB, 0);
    let log = written(0, 1, &writes((1 << 16) + 1));
    bytes[place..place + log.len()].copy_from_slice(&log);
    for at in [64 * KIB, 128 * KIB] {
        put(&mut bytes, at + 68, (3 * MIB) as u64, 4);
        put(&mut bytes, at + 72, place as u64, 8);
        sum(&mut bytes, at, 4096);
    }
    assert_eq!(refused(&bytes), Reason::VhdxHeader);
}

#[test]
fn b07_every_flip_of_a_byte_is_survived() {
    // Zeros of the file mean nothing, and most of it is zeros: those of the structures are enough.
    let mut bytes = logged();
    put(&mut bytes, SIZE, 1536, 8);
    entry(&mut bytes, 0, 0, 1, &[Write::Sector(TABLE, table(0))]);
    let mut limits = Limits::default();
    limits.virtual_size = 8 << 20;
    let ranges = [
        0..16,
        64 * KIB..64 * KIB + 96,
        128 * KIB..128 * KIB + 96,
        REGIONS[0]..REGIONS[0] + 96,
        REGIONS[1]..REGIONS[1] + 96,
        LOG..LOG + 128,
        LOG + 4096..LOG + 4136,
        METADATA..METADATA + 32 * 7,
        PARAMETERS..PARAMETERS + 96,
        TABLE..TABLE + 40,
    ];
    for at in ranges.into_iter().flatten() {
        bytes[at] ^= 0xff;
        match read_bytes(&bytes, Format::Vhdx, &limits) {
            Ok(read) => assert!(read.len() <= 8 << 20, "byte {at}"),
            Err(DiskError::Refused(_)) => {}
            Err(error) => panic!("byte {at}: {error}"),
        }
        bytes[at] ^= 0xff;
    }
}
