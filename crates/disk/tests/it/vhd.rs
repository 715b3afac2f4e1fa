//! VHD beside what `qemu-img` writes and reads, and files that must be refused.

use crate::{converted, flip_every_byte, oracle::Bench, read_bytes, reason};
use atlas_disk::{Format, Limits, Reason};

#[test]
fn b01_every_variant_that_qemu_writes_is_read_byte_for_byte() {
    let bench = Bench::new();
    for size in [9 * 1024 * 1024 + 512 * 7, 300 * 1024, 512] {
        let raw = bench.raw("disk.raw", size);
        for options in [
            "subformat=fixed,force_size=on",
            "subformat=dynamic,force_size=on",
        ] {
            bench.qemu_img(&[
                "convert", "-f", "raw", "-O", "vpc", "-o", options, "disk.raw", "disk.vhd",
            ]);
            let done = converted(&bench.path("disk.vhd"), Format::Vhd);
            let done = done.unwrap_or_else(|error| panic!("{options} {size}: {error}"));
            assert!(done[0].1 == raw, "{options} {size}");
            assert_eq!(done[0].0.size, size as u64);
        }
        // Where the size is that of its geometry, a disk is longer.
        for options in ["subformat=fixed", "subformat=dynamic"] {
            bench.qemu_img(&[
                "convert", "-f", "raw", "-O", "vpc", "-o", options, "disk.raw", "disk.vhd",
            ]);
            let found = converted(&bench.path("disk.vhd"), Format::Vhd).unwrap();
            assert!(
                found[0].1 == bench.read("disk.vhd", "vpc"),
                "{options} {size}"
            );
        }
    }
}

/// Bytes of a block of the images here.
const BLOCK: usize = 4096;

fn put(bytes: &mut [u8], at: usize, number: u64, length: usize) {
    bytes[at..at + length].copy_from_slice(&number.to_be_bytes()[8 - length..]);
}

/// Makes a sum right again.
fn sum(bytes: &mut [u8], at: usize, length: usize, field: usize) {
    put(bytes, at + field, 0, 4);
    let sum: u32 = bytes[at..at + length].iter().map(|it| u32::from(*it)).sum();
    put(bytes, at + field, u64::from(!sum), 4);
}

fn footer(size: usize, kind: u64) -> Vec<u8> {
    let mut footer = vec![0; 512];
    footer[..8].copy_from_slice(b"conectix");
    put(&mut footer, 8, 2, 4);
    put(&mut footer, 12, 0x1_0000, 4);
    put(&mut footer, 16, if kind == 2 { u64::MAX } else { 512 }, 8);
    put(&mut footer, 40, size as u64, 8);
    put(&mut footer, 48, size as u64, 8);
    put(&mut footer, 60, kind, 4);
    sum(&mut footer, 0, 512, 64);
    footer
}

fn fixed() -> Vec<u8> {
    let mut bytes = vec![7; 1024];
    bytes.extend(footer(1024, 2));
    bytes
}

/// A disk of three blocks, of which the second is none: copy, header, table, blocks, footer.
fn dynamic() -> Vec<u8> {
    let mut bytes = footer(BLOCK * 3, 3);
    bytes.resize(2048, 0);
    bytes[512..520].copy_from_slice(b"cxsparse");
    put(&mut bytes, 520, u64::MAX, 8);
    put(&mut bytes, 528, 1536, 8);
    put(&mut bytes, 536, 0x1_0000, 4);
    put(&mut bytes, 540, 3, 4);
    put(&mut bytes, 544, BLOCK as u64, 4);
    sum(&mut bytes, 512, 1024, 36);
    bytes[TABLE..TABLE + 512].fill(0xff);
    for (entry, byte) in [(0, 1), (2, 2)] {
        let sector = bytes.len() as u64 / 512;
        put(&mut bytes, TABLE + entry * 4, sector, 4);
        bytes.extend([0xff; 512]);
        bytes.extend([byte; BLOCK]);
    }
    bytes.extend(footer(BLOCK * 3, 3));
    bytes
}

const TABLE: usize = 1536;

fn read(bytes: &[u8]) -> Vec<u8> {
    read_bytes(bytes, Format::Vhd, &Limits::default()).unwrap()
}

fn refused(bytes: &[u8]) -> Reason {
    reason(bytes, Format::Vhd)
}

/// A dynamic disk with a number changed in its footer and the copy.
fn with(at: usize, number: u64, length: usize) -> Vec<u8> {
    let mut bytes = dynamic();
    for start in [0, bytes.len() - 512] {
        put(&mut bytes, start + at, number, length);
        sum(&mut bytes, start, 512, 64);
    }
    bytes
}

/// A dynamic disk with a number changed in its header.
fn with_header(at: usize, number: u64, length: usize) -> Vec<u8> {
    let mut bytes = dynamic();
    put(&mut bytes, 512 + at, number, length);
    sum(&mut bytes, 512, 1024, 36);
    bytes
}

/// A dynamic disk with another entry of its table.
fn with_entry(entry: usize, number: u64) -> Vec<u8> {
    let mut bytes = dynamic();
    put(&mut bytes, TABLE + entry * 4, number, 4);
    bytes
}

#[test]
fn b01_sectors_that_were_never_written_are_zeros() {
    assert_eq!(read(&fixed()), [7; 1024]);
    let mut bytes = dynamic();
    let disk = read(&bytes);
    assert_eq!(disk.len(), BLOCK * 3);
    assert!(disk[..BLOCK].iter().all(|it| *it == 1));
    assert!(disk[BLOCK..BLOCK * 2].iter().all(|it| *it == 0));
    assert!(disk[BLOCK * 2..].iter().all(|it| *it == 2));
    bytes[2048] = 0b1011_1111;
    let disk = read(&bytes);
    assert!(disk[512..1024].iter().all(|it| *it == 0));
    assert_eq!((disk[511], disk[1024]), (1, 1));
}

#[test]
fn b07_footers_that_are_not_right_are_refused() {
    use Reason::{BadHeader, BadVersion, Parent, Truncated, UnknownFeature, VirtualSize};
    for (at, number, length, reason) in [
        (8, 4, 4, UnknownFeature),
        (12, 0x2_0000, 4, BadVersion),
        (16, 0, 8, BadHeader),
        (16, 513, 8, BadHeader),
        (16, u64::MAX, 8, BadHeader),
        (48, 0, 8, VirtualSize),
        (48, 513, 8, VirtualSize),
        (48, u64::MAX - 511, 8, VirtualSize),
        (60, 0, 4, BadHeader),
        (60, 4, 4, Parent),
        (60, 5, 4, BadHeader),
    ] {
        assert_eq!(
            refused(&with(at, number, length)),
            reason,
            "{at} {number:#x}"
        );
    }
    // Without its sum, of both.
    let mut bytes = dynamic();
    bytes[68] ^= 1;
    assert_eq!(refused(&bytes), BadHeader);
    let mut bytes = dynamic();
    let last = bytes.len() - 512 + 68;
    bytes[last] ^= 1;
    assert_eq!(refused(&bytes), BadHeader);
    // A copy of another size, with a right sum, and none.
    let mut bytes = dynamic();
    put(&mut bytes, 48, 4096, 8);
    sum(&mut bytes, 0, 512, 64);
    assert_eq!(refused(&bytes), BadHeader);
    let mut bytes = dynamic();
    bytes[..512].fill(0);
    assert_eq!(refused(&bytes), BadHeader);
    // One that is none, with a right sum.
    let mut bytes = dynamic();
    bytes[7] = b'z';
    sum(&mut bytes, 0, 512, 64);
    assert_eq!(refused(&bytes), BadHeader);
    // No footer at the end.
    let bytes = dynamic();
    for length in [
        8,
        511,
        512,
        1024,
        1536,
        4096,
        bytes.len() - 1,
        bytes.len() - 512,
    ] {
        let reason = refused(&bytes[..length]);
        let expected = if length == 512 { BadHeader } else { Truncated };
        assert_eq!(reason, expected, "{length}");
    }
    // A fixed disk that is longer or shorter than the file.
    for (size, reason) in [(1536, Truncated), (512, BadHeader)] {
        let mut bytes = fixed();
        bytes.truncate(1024);
        bytes.extend(footer(size, 2));
        assert_eq!(refused(&bytes), reason);
    }
    let mut bytes = fixed();
    put(&mut bytes, 1024 + 16, 0xffff_ffff, 8);
    sum(&mut bytes, 1024, 512, 64);
    assert_eq!(read(&bytes), [7; 1024]);
    put(&mut bytes, 1024 + 16, 512, 8);
    sum(&mut bytes, 1024, 512, 64);
    assert_eq!(refused(&bytes), BadHeader);
}

#[test]
fn b07_headers_that_are_not_right_are_refused() {
    use Reason::{BadClusterBits, BadHeader, BadL1, BadVersion};
    for (at, number, length, reason) in [
        (0, 0, 8, BadHeader),
        (16, 0, 8, BadL1),
        (16, 1000, 8, BadL1),
        (16, 1024, 8, BadL1),
        (16, 1 << 40, 8, BadL1),
        (16, u64::MAX - 511, 8, BadL1),
        (24, 0x2_0000, 4, BadVersion),
        (28, 2, 4, BadL1),
        (28, 9_000_000, 4, BadL1),
        (28, 1_000_000, 4, BadL1),
        (32, 0, 4, BadClusterBits),
        (32, 512, 4, BadClusterBits),
        (32, 5000, 4, BadClusterBits),
        (32, 512 << 20, 4, BadClusterBits),
    ] {
        assert_eq!(
            refused(&with_header(at, number, length)),
            reason,
            "{at} {number:#x}"
        );
    }
    let mut bytes = dynamic();
    bytes[600] ^= 1;
    assert_eq!(refused(&bytes), BadHeader);
}

#[test]
fn b07_a_header_begins_with_a_sector() {
    for (skipped, is_right) in [(0, true), (4, false)] {
        let mut bytes = dynamic();
        let header = bytes[512..1536].to_vec();
        let footer = bytes.split_off(bytes.len() - 512);
        let at = (bytes.len() + skipped) as u64;
        bytes.extend(vec![0; skipped]);
        bytes.extend(header);
        bytes.resize(bytes.len().next_multiple_of(512), 0);
        bytes.extend(footer);
        for start in [0, bytes.len() - 512] {
            put(&mut bytes, start + 16, at, 8);
            sum(&mut bytes, start, 512, 64);
        }
        if is_right {
            assert_eq!(read(&bytes), read(&dynamic()));
        } else {
            assert_eq!(refused(&bytes), Reason::BadHeader);
        }
    }
}

#[test]
fn b07_tables_that_are_not_right_are_refused() {
    let end = (dynamic().len() / 512) as u64;
    // The footer's copy, the header and the table.
    for sector in [0, 1, 2, 3] {
        assert_eq!(refused(&with_entry(0, sector)), Reason::BadL1, "{sector}");
    }
    for sector in [end - 9, end - 1, end, 1 << 31, 0xffff_fffe] {
        assert_eq!(
            refused(&with_entry(1, sector)),
            Reason::DataOutOfBounds,
            "{sector}"
        );
    }
    // The same block, and one that overlaps.
    assert_eq!(refused(&with_entry(1, 4)), Reason::Amplification);
    assert_eq!(refused(&with_entry(1, 5)), Reason::Amplification);
    let mut limits = Limits::default();
    limits.data = 5000;
    let error = read_bytes(&dynamic(), Format::Vhd, &limits).unwrap_err();
    assert_eq!(error.reason(), Some(Reason::Amplification));
    // Three entries have twelve bytes.
    for (first_table, reason) in [(12, None), (11, Some(Reason::BadL1))] {
        let mut limits = Limits::default();
        limits.first_table = first_table;
        let read = read_bytes(&dynamic(), Format::Vhd, &limits);
        assert_eq!(read.err().and_then(|error| error.reason()), reason);
    }
}

#[test]
fn b07_other_formats_in_the_file_are_refused() {
    let mut bytes = fixed();
    bytes[..4].copy_from_slice(b"QFI\xfb");
    assert_eq!(refused(&bytes), Reason::AmbiguousFormat);
    let mut bytes = dynamic();
    bytes[2560..2564].copy_from_slice(b"QFI\xfb");
    assert_eq!(refused(&bytes), Reason::NestedFormat);
    assert_eq!(reason(&fixed(), Format::Raw), Reason::FormatMismatch);
}

#[test]
fn b07_every_flip_of_a_byte_is_survived() {
    flip_every_byte(&fixed(), Format::Vhd);
    flip_every_byte(&dynamic(), Format::Vhd);
}
