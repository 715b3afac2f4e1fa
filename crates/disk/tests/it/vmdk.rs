//! VMDK beside what `qemu-img` writes and reads, and files that must be refused.

use crate::{
    converted, flip_every_byte,
    oracle::Bench,
    read_bytes, reason,
    vmdk_file::{Ask, Written, descriptor, file, put, small, tiny, with, write, zlib},
};
use atlas_disk::{Format, Limits, Reason};

fn read(bytes: &[u8]) -> Vec<u8> {
    read_bytes(bytes, Format::Vmdk, &Limits::default()).unwrap()
}

fn refused(bytes: &[u8]) -> Reason {
    reason(bytes, Format::Vmdk)
}

#[test]
fn b01_every_variant_that_qemu_writes_is_read_byte_for_byte() {
    let bench = Bench::new();
    for size in [70 * 1024 * 1024 + 512 * 7, 300 * 1024, 512] {
        let raw = bench.raw("disk.raw", size);
        for options in [
            "subformat=monolithicSparse",
            "subformat=monolithicSparse,zeroed_grain=on",
            "subformat=monolithicSparse,adapter_type=lsilogic,hwversion=10",
            "subformat=streamOptimized",
            "subformat=streamOptimized,zeroed_grain=on,adapter_type=buslogic",
        ] {
            let done = converted(&bench.vmdk("disk.raw", options), Format::Vmdk);
            let done = done.unwrap_or_else(|error| panic!("{options} {size}: {error}"));
            let [(done, found)] = done.as_slice() else {
                panic!("{options}: one disk")
            };
            assert!(*found == raw, "{options} {size}");
            assert_eq!(done.size, size as u64);
        }
    }
}

#[test]
fn b01_a_zeroed_grain_is_zeros() {
    let bench = Bench::new();
    bench.raw("disk.raw", 4 << 20);
    let options = "subformat=monolithicSparse,zeroed_grain=on";
    let path = bench.vmdk("disk.raw", options);
    let ran = std::process::Command::new("qemu-io")
        .args(["-f", "vmdk", "-c", "write -z 1M 1M"])
        .arg(&path)
        .output()
        .unwrap();
    assert!(ran.status.success());
    let expected = bench.read("disk.vmdk", "vmdk");
    assert!(converted(&path, Format::Vmdk).unwrap()[0].1 == expected);
}

#[test]
fn b01_streams_with_and_without_a_footer_are_read_byte_for_byte() {
    let bench = Bench::new();
    let raw = bench.raw("disk.raw", 40 * 1024 * 1024 + 512 * 9);
    for grain in [8, 128, 4096] {
        for has_footer in [false, true] {
            for zeroed in [false, true] {
                let ask = Ask {
                    grain,
                    has_footer,
                    zeroed,
                    ..Ask::default()
                };
                let file = write(&raw, &ask);
                assert!(read(&file.bytes) == raw, "{ask:?}");
                std::fs::write(bench.path("disk.vmdk"), &file.bytes).unwrap();
                if grain == 128 {
                    assert!(bench.read("disk.vmdk", "vmdk") == raw, "{ask:?}");
                }
                let ask = Ask {
                    cut_last: true,
                    ..ask
                };
                assert!(read(&write(&raw, &ask).bytes) == raw, "{ask:?}");
            }
        }
    }
}

/// A file with a number changed in its header and its footer.
fn with_both(at: usize, number: u64, length: usize) -> Vec<u8> {
    let mut file = file();
    put(&mut file.bytes, at, number, length);
    put(&mut file.bytes, file.footer + at, number, length);
    file.bytes
}

/// A file whose descriptor is another text.
fn told(change: impl Fn(String) -> String) -> Vec<u8> {
    let raw = small();
    let ask = Ask {
        descriptor: Some(change(descriptor(raw.len() / 512))),
        ..Ask::default()
    };
    write(&raw, &ask).bytes
}

#[test]
fn b07_kinds_that_are_not_read_are_refused() {
    let bench = Bench::new();
    bench.raw("disk.raw", 1 << 20);
    for kind in [
        "monolithicFlat",
        "twoGbMaxExtentSparse",
        "twoGbMaxExtentFlat",
    ] {
        let options = format!("subformat={kind}");
        let bytes = std::fs::read(bench.vmdk("disk.raw", &options)).unwrap();
        assert_eq!(refused(&bytes), Reason::VmdkSubtype, "{kind}");
    }
    // A part of a disk in many files has no descriptor.
    let part = std::fs::read(bench.path("disk-s001.vmdk")).unwrap();
    assert_eq!(refused(&part), Reason::VmdkSubtype);
    let mut cowd = file().bytes;
    cowd[..4].copy_from_slice(b"COWD");
    assert_eq!(refused(&cowd), Reason::VmdkSubtype);
    let mut se_sparse = file().bytes;
    se_sparse[..8].copy_from_slice(&0xcafe_babe_u64.to_le_bytes());
    assert_eq!(refused(&se_sparse), Reason::VmdkSubtype);
    for kind in [
        "monolithicFlat",
        "vmfs",
        "twoGbMaxExtentSparse",
        "custom",
        "",
    ] {
        let bytes = told(|it| it.replace("streamOptimized", kind));
        assert_eq!(refused(&bytes), Reason::VmdkSubtype, "{kind}");
    }
}

#[test]
fn b07_descriptors_that_name_other_files_are_refused() {
    for name in [
        "/etc/passwd",
        "..",
        "a/b.vmdk",
        "c:\\\\disk.vmdk",
        "",
        "a\" \"b",
    ] {
        let bytes = told(|it| it.replace("disk.vmdk", name));
        assert_eq!(refused(&bytes), Reason::VmdkExtentPath, "{name}");
    }
    for kind in ["FLAT", "VMFS", "ZERO", "VMFSSPARSE"] {
        let bytes = told(|it| it.replace("SPARSE", kind));
        assert_eq!(refused(&bytes), Reason::VmdkExtentPath, "{kind}");
    }
    let two = told(|it| format!("{it}RW 8 SPARSE \"other.vmdk\"\n"));
    assert_eq!(refused(&two), Reason::VmdkExtentPath);
    let tracked = told(|it| format!("{it}changeTrackPath=\"disk-ctk.vmdk\"\n"));
    assert_eq!(refused(&tracked), Reason::VmdkExtentPath);
}

#[test]
fn b07_parents_are_refused() {
    for change in [
        |it: String| it.replace("parentCID=ffffffff", "parentCID=12345678"),
        |it: String| format!("{it}parentFileNameHint=\"base.vmdk\"\n"),
        |it: String| format!("{it}isNativeSnapshot=\"yes\"\n"),
        |it: String| format!("{it}ddb.uuid.parent=\"5e2f0000-0000-0000-0000-000000000000\"\n"),
    ] {
        assert_eq!(refused(&told(change)), Reason::Parent);
    }
    let none =
        told(|it| format!("{it}ddb.uuid.parent=\"00000000-0000\"\nisNativeSnapshot=\"no\"\n"));
    assert_eq!(read(&none), small());
}

/// The last bytes of a descriptor.
fn last(text: &str, count: usize) -> &str {
    text.split_at(text.len() - count).1
}

#[test]
fn b07_descriptors_that_are_not_understood_are_refused() {
    for change in [
        |it: String| format!("{it}a line of its own\n"),
        |it: String| format!("{it}unknown=1\n"),
        |it: String| format!("{it}CID=1\n"),
        |it: String| format!("{it}\0hidden"),
        |it: String| format!("{it}\0x"),
        |it: String| format!("{it}\0{}", last(&it, 7)),
        |it: String| format!("{it}\0{}\0x", last(&it, 1)),
        |it: String| it.replace("parentCID=ffffffff\n", ""),
        |it: String| it.replace("createType=\"streamOptimized\"\n", ""),
        |it: String| it.replace("streamOptimized", "monolithicSparse"),
        |it: String| it.replace("RDONLY ", "RDONLY 1"),
        |it: String| it.replace("RDONLY ", "RDONLY x"),
        |it: String| it.replace("RDONLY ", "RDONLY 1 "),
        |it: String| it.replace("RDONLY ", "# "),
        |it: String| it.replace(".vmdk\"", ".vmdk\" 128"),
        |it: String| it.replace(".vmdk\"", ".vmdk"),
    ] {
        assert_eq!(refused(&told(change)), Reason::VmdkHeader);
    }
    let bytes = told(|it| it.replace("version=1", "version=9"));
    assert_eq!(refused(&bytes), Reason::BadVersion);
}

#[test]
fn b01_what_qemu_leaves_behind_a_descriptor_is_nothing() {
    // It has given the disk another content id, of up to seven digits fewer.
    for left in 0..7 {
        let bytes = told(|it| format!("{it}\0{}", last(&it, left)));
        assert!(read(&bytes) == small(), "{left}");
    }
}

#[test]
fn b07_headers_that_are_not_right_are_refused() {
    use Reason::{
        AmbiguousFormat, BadCompressionType, BadVersion, UnknownFeature, VirtualSize, VmdkHeader,
        VmdkSubtype,
    };
    for (at, number, length, reason) in [
        (4, 0, 4, BadVersion),
        (4, 4, 4, BadVersion),
        (8, 0x3_0009, 4, UnknownFeature),
        (8, 0x8003_0001, 4, UnknownFeature),
        (8, 0x1_0001, 4, VmdkHeader),
        (8, 0x2_0001, 4, VmdkHeader),
        (77, 0, 2, BadCompressionType),
        (77, 2, 2, BadCompressionType),
        (8, 1, 4, BadCompressionType),
        (12, 0, 8, VirtualSize),
        (12, 1 << 36, 8, VirtualSize),
        (12, u64::MAX, 8, VirtualSize),
        (12, 128, 8, VmdkHeader),
        (20, 0, 8, VmdkHeader),
        (20, 4, 8, VmdkHeader),
        (20, 8192, 8, VmdkHeader),
        (20, 100, 8, VmdkHeader),
        (28, 0, 8, VmdkSubtype),
        (28, 2, 8, VmdkHeader),
        (36, 0, 8, VmdkSubtype),
        (36, 2049, 8, VmdkHeader),
        (44, 0, 4, VmdkHeader),
        (44, 256, 4, VmdkHeader),
        (73, 0x20, 1, VmdkHeader),
    ] {
        assert_eq!(
            refused(&with_both(at, number, length)),
            reason,
            "{at} {number:#x}"
        );
    }
    for number in [0, 1, 1 << 20, u64::MAX - 1] {
        assert_eq!(refused(&with(56, number, 8)), VmdkHeader, "{number:#x}");
    }
    // Another format claims it too.
    let mut iso = file().bytes;
    iso.resize(40 << 10, 0);
    iso[32_769..32_774].copy_from_slice(b"CD001");
    assert_eq!(refused(&iso), AmbiguousFormat);
}

#[test]
fn b07_the_directory_has_a_limit() {
    let mut limits = Limits::default();
    limits.virtual_size = u64::MAX;
    let bytes = with_both(12, 1 << 52, 8);
    let error = read_bytes(&bytes, Format::Vmdk, &limits).unwrap_err();
    assert_eq!(error.reason(), Some(Reason::VmdkHeader));
    // One table, so one entry.
    for (first_table, reason) in [(4, None), (3, Some(Reason::VmdkHeader))] {
        let mut limits = Limits::default();
        limits.first_table = first_table;
        let read = read_bytes(&file().bytes, Format::Vmdk, &limits);
        assert_eq!(read.err().and_then(|error| error.reason()), reason);
    }
}

#[test]
fn b07_footers_that_are_not_right_are_refused() {
    let file = file();
    let footer = file.footer;
    for (at, number, length) in [
        (footer - 512, 2, 8),
        (footer - 512 + 12, 1, 4),
        (footer, 0, 4),
        (footer + 4, 2, 4),
        (footer + 8, 0x3_0005, 4),
        (footer + 12, 263, 8),
        (footer + 20, 64, 8),
        (footer + 28, 2, 8),
        (footer + 36, 3, 8),
        (footer + 44, 256, 4),
        (footer + 56, u64::MAX, 8),
        (footer + 77, 0, 2),
        (footer + 512, 1, 8),
        (footer + 512 + 12, 3, 4),
    ] {
        assert_eq!(
            refused(&with(at, number, length)),
            Reason::VmdkFooter,
            "{at}"
        );
    }
    for number in [0, 1, 1 << 20] {
        assert_eq!(refused(&with(footer + 56, number, 8)), Reason::VmdkHeader);
    }
}

#[test]
fn b07_files_that_end_too_early_are_refused() {
    let file = file();
    for length in [
        4,
        8,
        511,
        512,
        1024,
        1535,
        1536,
        2048,
        file.grains[1] + 3,
        file.footer,
    ] {
        assert_eq!(
            refused(&file.bytes[..length]),
            Reason::Truncated,
            "{length}"
        );
    }
    let ask = Ask {
        has_footer: false,
        ..Ask::default()
    };
    // The last grain is told to be longer than the file.
    let mut front = write(&small(), &ask);
    let last = front.bytes.len() as u64 / 512;
    let moved = front.bytes[front.grains[2]..][..12].to_vec();
    front.bytes.extend(moved);
    front
        .bytes
        .resize(front.bytes.len().next_multiple_of(512), 0);
    put(&mut front.bytes, front.tables[0] + 8, last, 4);
    put(&mut front.bytes, last as usize * 512 + 8, 100_000, 4);
    assert_eq!(refused(&front.bytes), Reason::Truncated);
}

#[test]
fn b07_grains_that_are_not_what_the_tables_say_are_refused() {
    let file = file();
    let table = file.tables[0];
    let sector = |at: usize| at as u64 / 512;
    // In the header and the descriptor.
    for number in [1, 2] {
        assert_eq!(refused(&with(table, number, 4)), Reason::VmdkGrain);
        assert_eq!(refused(&with(file.directory, number, 4)), Reason::VmdkGrain);
    }
    // Another grain's marker.
    assert_eq!(refused(&with(file.grains[1], 0, 8)), Reason::VmdkGrain);
    assert_eq!(refused(&with(file.grains[1], 129, 8)), Reason::VmdkGrain);
    // Its length.
    assert_eq!(refused(&with(file.grains[0] + 8, 0, 4)), Reason::VmdkGrain);
    assert_eq!(
        refused(&with(file.grains[0] + 8, 131_073, 4)),
        Reason::VmdkGrain
    );
    // No grain at all.
    assert_eq!(
        refused(&with(table, sector(table), 4)),
        Reason::Amplification
    );
    // Named twice.
    let twice = with(table + 4, sector(file.grains[0]), 4);
    assert_eq!(refused(&twice), Reason::Amplification);
    // Outside of the file.
    let outside = sector(file.bytes.len());
    assert_eq!(refused(&with(table, outside, 4)), Reason::DataOutOfBounds);
    assert_eq!(
        refused(&with(file.directory, outside, 4)),
        Reason::DataOutOfBounds
    );
    assert_eq!(
        refused(&with(file.directory, outside - 1, 4)),
        Reason::DataOutOfBounds
    );
}

#[test]
fn b07_compressed_grains_that_do_not_fit_are_refused() {
    let file = file();
    let data = file.grains[0] + 12;
    assert_eq!(refused(&with(data, 0, 2)), Reason::CompressedData);
    // In the first block, and in the checksum.
    assert_eq!(refused(&with(data + 2, 0xff, 1)), Reason::CompressedData);
    let length = u32::from_le_bytes(file.bytes[data - 4..data].try_into().unwrap());
    assert_eq!(
        refused(&with(data + length as usize - 1, 0x55, 1)),
        Reason::CompressedData
    );
    let put_grain = |bytes: &[u8]| {
        let packed = zlib(bytes);
        assert!(packed.len() < 500);
        let mut file = file.bytes.clone();
        put(&mut file, data - 4, packed.len() as u64, 4);
        file[data..data + packed.len()].copy_from_slice(&packed);
        file
    };
    assert_eq!(read(&put_grain(&vec![0; 65_536]))[..16], [0; 16]);
    assert_eq!(
        refused(&put_grain(&vec![0; 65_535])),
        Reason::CompressedData
    );
    assert_eq!(
        refused(&put_grain(&vec![0; 65_537])),
        Reason::DecompressionBomb
    );
    assert_eq!(
        refused(&put_grain(&vec![0; 100_000])),
        Reason::DecompressionBomb
    );
}

#[test]
fn b07_more_data_than_is_allowed_is_refused() {
    let mut limits = Limits::default();
    limits.data = 150_000;
    let error = read_bytes(&file().bytes, Format::Vmdk, &limits).unwrap_err();
    assert_eq!(error.reason(), Some(Reason::Amplification));
}

#[test]
fn b07_an_image_inside_of_the_disk_is_refused() {
    let mut raw = small();
    raw[..4].copy_from_slice(b"QFI\xfb");
    assert_eq!(
        refused(&write(&raw, &Ask::default()).bytes),
        Reason::NestedFormat
    );
}

#[test]
fn b07_every_flip_of_a_byte_is_survived() {
    flip_every_byte(&tiny().bytes, Format::Vmdk);
}

/// A file of some grains of 4 KiB, as they are, and what it holds.
fn plain(grains: usize) -> (Written, Vec<u8>) {
    let ask = Ask {
        grain: 8,
        has_footer: false,
        is_plain: true,
        descriptor: Some(descriptor(8 * grains).replace("streamOptimized", "monolithicSparse")),
        ..Ask::default()
    };
    let raw: Vec<u8> = (0..4096 * grains).map(|at| (at / 4096 + 1) as u8).collect();
    (write(&raw, &ask), raw)
}

#[test]
fn b07_grains_that_overlap_are_refused() {
    let (file, raw) = plain(3);
    assert_eq!(read(&file.bytes), raw);
    let with = |entry: usize, sector: usize| {
        let mut bytes = file.bytes.clone();
        put(&mut bytes, file.tables[0] + entry * 4, sector as u64, 4);
        bytes
    };
    let first = file.grains[0] / 512;
    assert_eq!(refused(&with(1, first)), Reason::Amplification);
    assert_eq!(refused(&with(1, first + 1)), Reason::Amplification);
    let end = file.bytes.len() / 512;
    assert_eq!(refused(&with(1, end)), Reason::DataOutOfBounds);
    assert_eq!(refused(&with(1, 2)), Reason::VmdkGrain);
    // What is behind the end of the file is zeros, as of QCOW2.
    let cut = read(&with(1, end - 1));
    assert!(cut[4096 + 512..8192].iter().all(|it| *it == 0));
    assert_eq!((&cut[..4096], &cut[8192..]), (&raw[..4096], &raw[8192..]));
    // One that is told as zeros is none where the header does not say that there are such.
    assert_eq!(refused(&with(1, 1)), Reason::VmdkGrain);
    let mut zeroed = with(1, 1);
    put(&mut zeroed, 8, 5, 4);
    assert!(read(&zeroed)[4096..8192].iter().all(|it| *it == 0));
}

#[test]
fn b07_every_flip_of_a_byte_of_a_sparse_file_is_survived() {
    flip_every_byte(&plain(1).0.bytes, Format::Vmdk);
}

/// Whatever inflates it.
#[test]
fn b07_a_grain_that_ends_early_is_no_bomb() {
    let file = tiny();
    let at = file.grains[0];
    let length = u32::from_le_bytes(file.bytes[at + 8..at + 12].try_into().unwrap());
    let cut = |by: u32| {
        let mut bytes = file.bytes.clone();
        put(&mut bytes, at + 8, (length - by).into(), 4);
        refused(&bytes)
    };
    for by in 1..length {
        assert_eq!(cut(by), Reason::CompressedData, "{by} of {length} bytes");
    }
}

#[test]
fn b07_a_disk_that_vmware_encrypted_is_told_so() {
    let key = "encryption.keySafe = \"vmware:key/list/(pair/(fqid/...\"\n";
    assert_eq!(refused(&told(|text| text + key)), Reason::Encrypted);
}
