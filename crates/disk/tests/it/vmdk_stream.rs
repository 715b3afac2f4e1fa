//! Streams of VMDK that are read once, beside the same files read at any place.

use crate::{
    oracle::Bench,
    read_bytes,
    vmdk_file::{Ask, descriptor, file, put, small, tiny, with, write, zlib},
};
use atlas_disk::{
    Budget, Discard, DiskError, Format, Limits, Progress, Reason, Streamed, convert_vmdk_stream,
};
use proptest::prelude::*;
use std::{cell::Cell, io::Read, sync::Mutex};

/// A source that gives a few bytes at a time.
struct Drops<'a>(&'a [u8], usize);

impl Read for Drops<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let count = buffer.len().min(self.1);
        self.0.read(&mut buffer[..count])
    }
}

fn stream_within(
    bytes: &[u8],
    drop: usize,
    limits: &Limits,
) -> Result<(Streamed, Vec<u8>), DiskError> {
    let sink = Mutex::<Vec<u8>>::default();
    let last = Cell::new(0);
    let progress = |it: Progress| {
        assert!(it.done >= last.get() && it.done <= it.total);
        last.set(it.done);
    };
    let budget = Budget::new(limits, &|| false);
    let done = convert_vmdk_stream(&mut Drops(bytes, drop), &sink, &budget, &progress)?;
    assert_eq!((last.get(), done.read), (done.size, bytes.len() as u64));
    Ok((done, sink.into_inner().unwrap()))
}

fn read(bytes: &[u8]) -> Vec<u8> {
    stream_within(bytes, 777, &Limits::default()).unwrap().1
}

#[track_caller]
fn refused(bytes: &[u8]) -> Reason {
    match stream_within(bytes, 4096, &Limits::default()) {
        Ok((done, _)) => panic!("{done:?}"),
        Err(error) => error.reason().unwrap_or_else(|| panic!("{error}")),
    }
}

#[test]
fn b01_streams_that_qemu_writes_are_read_byte_for_byte() {
    let bench = Bench::new();
    for size in [70 * 1024 * 1024 + 512 * 7, 300 * 1024, 512] {
        let raw = bench.raw("disk.raw", size);
        for options in [
            "subformat=streamOptimized",
            "subformat=streamOptimized,zeroed_grain=on",
        ] {
            let bytes = std::fs::read(bench.vmdk("disk.raw", options)).unwrap();
            let (done, found) = stream_within(&bytes, 50_000, &Limits::default()).unwrap();
            assert!(found == raw, "{options} {size}");
            assert_eq!(done.size, size as u64);
        }
    }
}

#[test]
fn b01_streams_with_and_without_a_footer_are_read_byte_for_byte() {
    let bench = Bench::new();
    let raw = bench.raw("disk.raw", 70 * 1024 * 1024 + 512 * 9);
    for grain in [8, 128, 4096] {
        for has_footer in [false, true] {
            let ask = Ask {
                grain,
                has_footer,
                zeroed: has_footer,
                cut_last: !has_footer,
                ..Ask::default()
            };
            assert!(read(&write(&raw, &ask).bytes) == raw, "{ask:?}");
        }
    }
}

#[test]
fn b07_what_is_no_stream_is_refused() {
    let raw = small();
    let ask = Ask {
        is_plain: true,
        has_footer: false,
        descriptor: Some(
            descriptor(raw.len() / 512).replace("streamOptimized", "monolithicSparse"),
        ),
        ..Ask::default()
    };
    assert_eq!(refused(&write(&raw, &ask).bytes), Reason::VmdkSubtype);
    assert_eq!(refused(b"# Disk DescriptorFile\n"), Reason::VmdkSubtype);
    assert_eq!(refused(b"QFI\xfb and more"), Reason::FormatMismatch);
    assert_eq!(refused(b""), Reason::FormatMismatch);
    let mut iso = file().bytes;
    iso.resize(40 << 10, 0);
    iso[32_769..32_774].copy_from_slice(b"CD001");
    assert_eq!(refused(&iso), Reason::AmbiguousFormat);
    // The beginning of the descriptor is another one's.
    for (at, number, length, reason) in [
        (4, 9, 4, Reason::BadVersion),
        (8, 0x3_0009, 4, Reason::UnknownFeature),
        (12, 1 << 36, 8, Reason::VirtualSize),
        (64, 2, 8, Reason::VmdkHeader),
        (77, 2, 2, Reason::BadCompressionType),
    ] {
        assert_eq!(refused(&with(at, number, length)), reason, "{at}");
    }
    for (from, to, reason) in [
        ("disk.vmdk", "/etc/passwd", Reason::VmdkExtentPath),
        ("=ffffffff", "=fffffffe", Reason::Parent),
    ] {
        let ask = Ask {
            descriptor: Some(descriptor(raw.len() / 512).replace(from, to)),
            ..Ask::default()
        };
        assert_eq!(refused(&write(&raw, &ask).bytes), reason);
    }
}

#[test]
fn b07_streams_that_end_too_early_are_refused() {
    let file = file();
    for length in (4..file.bytes.len()).step_by(61) {
        assert_eq!(
            refused(&file.bytes[..length]),
            Reason::Truncated,
            "{length}"
        );
    }
    // Without the footer, or all that is behind the grains.
    let end = vec![0; 512];
    let no_footer = [&file.bytes[..file.footer - 512], &end].concat();
    assert_eq!(refused(&no_footer), Reason::VmdkFooter);
    let only_grains = [&file.bytes[..file.tables[0] - 512], &end].concat();
    assert_eq!(refused(&only_grains), Reason::VmdkHeader);
    let no_directory = [
        &file.bytes[..file.directory - 512],
        &file.bytes[file.footer - 512..],
    ];
    assert_eq!(refused(&no_directory.concat()), Reason::VmdkFooter);
    let more = [&file.bytes[..], &end].concat();
    assert_eq!(refused(&more), Reason::VmdkFooter);
}

#[test]
fn b07_grains_that_the_tables_do_not_tell_of_are_refused() {
    let file = file();
    let table = file.tables[0];
    let sector = |at: usize| at as u64 / 512;
    for bytes in [
        // A table that leaves one out, tells of one more, of another place, or of none.
        with(table, 0, 4),
        with(table + 12, 8, 4),
        with(table + 4, sector(file.grains[0]), 4),
        with(table + 4, 1 << 20, 4),
        // The directory tells of another table, or of none.
        with(file.directory, 0, 4),
        with(file.directory, sector(table) + 1, 4),
        // Markers of other grains, of grains that are there already, or that are not on the disk.
        with(file.grains[1], 0, 8),
        with(file.grains[1], 129, 8),
        with(file.grains[1], 128 * 3, 8),
        with(file.grains[1], u64::MAX, 8),
        with(file.grains[1] + 8, 131_073, 4),
        // Other markers.
        with(table - 512, 5, 8),
        with(table - 512 + 12, 9, 4),
        with(file.directory - 512, 0, 8),
        with(file.directory - 512, 1000, 8),
    ] {
        assert_eq!(refused(&bytes), Reason::VmdkGrain);
    }
    // A grain that no table tells of, behind them all.
    let grain = file.bytes[file.grains[2]..table - 512].to_vec();
    for at in [file.directory - 512, file.footer - 512] {
        let bytes = [&file.bytes[..at], &grain, &file.bytes[at..]].concat();
        assert_eq!(refused(&bytes), Reason::VmdkGrain);
    }
}

#[test]
fn b07_tables_before_grains_tell_of_what_comes() {
    let bench = Bench::new();
    std::fs::write(bench.path("disk.raw"), small()).unwrap();
    let bytes = std::fs::read(bench.vmdk("disk.raw", "subformat=streamOptimized")).unwrap();
    let le = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    let directory = le(56) * 512;
    let table = le(directory) * 512;
    let first = le(table) * 512;
    assert_eq!(read(&bytes), small());
    let with = |at: usize, number: u64, length: usize| {
        let mut bytes = bytes.clone();
        put(&mut bytes, at, number, length);
        refused(&bytes)
    };
    assert_eq!(with(table, 0, 4), Reason::VmdkGrain);
    assert_eq!(with(table + 12, 1 << 20, 4), Reason::VmdkGrain);
    assert_eq!(with(table + 4, first as u64 / 512, 4), Reason::VmdkGrain);
    assert_eq!(with(directory, 0, 4), Reason::VmdkGrain);
    assert_eq!(with(directory, 1, 4), Reason::VmdkHeader);
    assert_eq!(with(directory, 1 << 30, 4), Reason::Truncated);
    assert_eq!(with(56, 1, 8), Reason::VmdkHeader);
    // Some grains are missing, or one of them in part.
    assert_eq!(refused(&bytes[..first]), Reason::VmdkGrain);
    assert_eq!(refused(&bytes[..first + 512 - 5]), Reason::Truncated);
    // A footer of another format is in its last grain.
    let mut vhd = bytes.clone();
    vhd.extend([0; 512]);
    let last = vhd.len() - 512;
    vhd[last..last + 8].copy_from_slice(b"conectix");
    assert_ne!(refused(&vhd), Reason::Truncated);
}

#[test]
fn b07_footers_that_are_not_right_are_refused() {
    let footer = file().footer;
    for (at, number, length) in [
        (footer - 512, 2, 8),
        (footer, 0, 4),
        (footer + 12, 263, 8),
        (footer + 20, 64, 8),
        (footer + 56, u64::MAX, 8),
        (footer + 56, 8, 8),
        (footer + 512 + 12, 3, 4),
    ] {
        assert_eq!(
            refused(&with(at, number, length)),
            Reason::VmdkFooter,
            "{at}"
        );
    }
}

#[test]
fn b07_compressed_grains_that_do_not_fit_are_refused() {
    let file = file();
    let data = file.grains[0] + 12;
    assert_eq!(refused(&with(data, 0, 2)), Reason::CompressedData);
    let packed = zlib(&vec![0; 65_537]);
    let mut bytes = file.bytes.clone();
    put(&mut bytes, data - 4, packed.len() as u64, 4);
    bytes[data..data + packed.len()].copy_from_slice(&packed);
    assert_eq!(refused(&bytes), Reason::DecompressionBomb);
}

#[test]
fn b07_limits_hold() {
    let mut limits = Limits::default();
    limits.data = 150_000;
    let error = stream_within(&file().bytes, 4096, &limits).unwrap_err();
    assert_eq!(error.reason(), Some(Reason::Amplification));
    let error = convert_vmdk_stream(
        &mut file().bytes.as_slice(),
        &Mutex::<Vec<u8>>::default(),
        &Budget::new(&Limits::default(), &|| true),
        &|_| {},
    );
    assert!(matches!(error, Err(DiskError::Stopped)));
    // More tables than are held: of 4 KiB a grain, at 2 MiB each.
    let mut limits = Limits::default();
    limits.virtual_size = u64::MAX;
    let sectors = 1_usize << 33;
    let ask = Ask {
        grain: 8,
        descriptor: Some(descriptor(sectors)),
        ..Ask::default()
    };
    let mut bytes = write(&[1; 4096], &ask).bytes;
    put(&mut bytes, 12, sectors as u64, 8);
    let error = stream_within(&bytes, 4096, &limits).unwrap_err();
    assert_eq!(error.reason(), Some(Reason::VirtualSize));
}

#[test]
fn b07_tables_that_wait_have_a_limit() {
    // A grain of each of many tables, and no table.
    let tables = 16_385;
    let ask = Ask {
        grain: 8,
        descriptor: Some(descriptor(tables * 4096)),
        ..Ask::default()
    };
    let file = write(&[1; 4096], &ask);
    let mut bytes = file.bytes[..file.grains[0]].to_vec();
    put(&mut bytes, 12, tables as u64 * 4096, 8);
    let mut grain = file.bytes[file.grains[0]..][..512].to_vec();
    for table in 0..tables {
        put(&mut grain, 0, table as u64 * 4096, 8);
        bytes.extend(&grain);
    }
    let limits = Limits::default();
    let budget = Budget::new(&limits, &|| false);
    let error = convert_vmdk_stream(&mut bytes.as_slice(), &Discard, &budget, &|_| {});
    assert_eq!(error.unwrap_err().reason(), Some(Reason::VirtualSize));
}

#[test]
fn b07_empty_tables_are_no_more_than_the_disk_has() {
    let file = file();
    let mut empty = vec![0; 2560];
    put(&mut empty, 0, 4, 8);
    put(&mut empty, 12, 1, 4);
    let place = file.tables[0] - 512;
    let (before, after) = file.bytes.split_at(place);
    let two = [before, &empty, &empty, after].concat();
    assert_eq!(refused(&two), Reason::VmdkGrain);
}

#[test]
fn b07_a_directory_that_is_elsewhere_is_refused() {
    let ask = Ask {
        has_footer: false,
        ..Ask::default()
    };
    let mut file = write(&small(), &ask);
    assert_eq!(read(&file.bytes), small());
    put(&mut file.bytes, 56, 64, 8);
    assert_eq!(refused(&file.bytes), Reason::VmdkHeader);
}

#[test]
fn b07_an_image_inside_of_the_disk_is_refused() {
    let mut raw = small();
    raw[..4].copy_from_slice(b"QFI\xfb");
    assert_eq!(
        refused(&write(&raw, &Ask::default()).bytes),
        Reason::NestedFormat
    );
    let mut raw = small();
    let last = raw.len() - 512;
    raw[last..last + 8].copy_from_slice(b"conectix");
    assert_eq!(
        refused(&write(&raw, &Ask::default()).bytes),
        Reason::NestedFormat
    );
}

#[test]
fn b07_every_flip_of_a_byte_is_survived() {
    let mut limits = Limits::default();
    limits.virtual_size = 8 << 20;
    let mut bytes = tiny().bytes;
    let whole = read(&bytes);
    for at in 0..bytes.len() {
        bytes[at] ^= 0xff;
        match stream_within(&bytes, 4096, &limits) {
            // What both readers take for good is the same to both.
            Ok((_, found)) => {
                let other = read_bytes(&bytes, Format::Vmdk, &limits);
                assert!(found == whole && other.unwrap() == whole, "byte {at}");
            }
            Err(DiskError::Refused(_)) => {}
            Err(error) => panic!("byte {at}: {error}"),
        }
        bytes[at] ^= 0xff;
    }
}

/// A disk of a few grains, some of them zeros.
fn disks() -> impl Strategy<Value = (Vec<u8>, u64)> {
    let grain = prop_oneof![Just(8_u64), Just(16), Just(128)];
    (grain, 1..24_usize, 0..8_usize).prop_flat_map(|(grain, grains, cut)| {
        let fill = prop_oneof![2 => Just(None), 3 => any::<u64>().prop_map(Some)];
        let sectors = (grains * grain as usize).saturating_sub(cut).max(1);
        prop::collection::vec(fill, grains).prop_map(move |fills| {
            let mut raw = vec![0; sectors * 512];
            for (room, fill) in raw.chunks_mut(grain as usize * 512).zip(fills) {
                let Some(mut state) = fill else { continue };
                for byte in room {
                    state = state
                        .wrapping_mul(6_364_136_223_846_793_005)
                        .wrapping_add(1);
                    // Of some grains noise, and of others text.
                    *byte = if fill.is_some_and(|it| it & 1 == 0) {
                        (state >> 56) as u8
                    } else {
                        b'a' + (state >> 62) as u8
                    };
                }
            }
            (raw, grain)
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn b01_what_is_written_is_read_by_both_readers(
        (raw, grain) in disks(),
        has_footer: bool,
        zeroed: bool,
        cut_last: bool,
        drop in 1..5000_usize,
    ) {
        let ask = Ask { grain, has_footer, zeroed, cut_last, ..Ask::default() };
        let file = write(&raw, &ask);
        let (done, found) = stream_within(&file.bytes, drop, &Limits::default()).unwrap();
        prop_assert!(found == raw);
        prop_assert_eq!(done.size, raw.len() as u64);
        prop_assert!(read_bytes(&file.bytes, Format::Vmdk, &Limits::default()).unwrap() == raw);
    }

    #[test]
    fn b07_what_one_reader_takes_the_other_does_not_take_for_something_else(
        (raw, grain) in disks(),
        has_footer: bool,
        flips in prop::collection::vec((any::<prop::sample::Index>(), 1..=255_u8), 1..4),
    ) {
        let ask = Ask { grain, has_footer, ..Ask::default() };
        let mut bytes = write(&raw, &ask).bytes;
        for (at, flip) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= flip;
        }
        let mut limits = Limits::default();
        limits.virtual_size = 8 << 20;
        let streamed = stream_within(&bytes, 4096, &limits);
        let placed = read_bytes(&bytes, Format::Vmdk, &limits);
        if let (Ok((_, streamed)), Ok(placed)) = (streamed, placed) {
            prop_assert!(streamed == placed);
        }
    }
}

/// An empty table is worth nothing: no more are read than the disk has.
#[test]
fn b07_a_stream_has_no_more_tables_than_its_disk() {
    for (count, is_right) in [(0, true), (1, true), (2, false)] {
        let mut file = file();
        let mut table = vec![0; 512 + 2048];
        put(&mut table, 0, 4, 8);
        put(&mut table, 12, 1, 4);
        let before = file.directory - 512;
        file.bytes.splice(before..before, table.repeat(count));
        let moved = table.len() * count;
        let sector = (file.directory + moved) / 512;
        put(&mut file.bytes, file.footer + moved + 56, sector as u64, 8);
        if is_right {
            assert_eq!(read(&file.bytes), small());
        } else {
            assert_eq!(refused(&file.bytes), Reason::VmdkGrain);
        }
    }
}
