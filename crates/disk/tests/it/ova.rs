//! Good appliances, in every variant.

use crate::{
    oracle::Bench,
    ova_file::{
        Ovf, QCOW2, RAW, Tar, disks, good, gzip, header, iso, manifest, open, raw, read, refusal,
        sealed,
    },
};
use atlas_disk::{DiskKind, Limits, Reason, Warning};
use proptest::prelude::*;
use sha1::Sha1;
use sha2::{Sha256, Sha512};

#[test]
fn b01_the_descriptor_may_be_anywhere() {
    let disk = raw(4096, "hello ");
    let ovf = Ovf::simple(&disk).text();
    let ovf = ("machine.ovf", ovf.as_bytes());
    let disk = ("disk.raw", disk.as_slice());
    let other = ("readme.txt", b"hello".as_slice());
    for order in [[ovf, disk, other], [disk, ovf, other], [other, disk, ovf]] {
        let archive = Tar::default().files(&order).end();
        assert_eq!(disks(&archive), [disk.1]);
    }
}

#[test]
fn b01_manifests_of_each_algorithm_are_checked() {
    let disk = raw(4096, "hello ");
    let ovf = Ovf::simple(&disk).text();
    let files = [
        ("machine.ovf", ovf.as_bytes()),
        ("disk.raw", disk.as_slice()),
    ];
    for text in [
        manifest::<Sha1>("SHA1", &files),
        manifest::<Sha256>("SHA256", &files),
        manifest::<Sha512>("SHA512", &files),
        manifest::<Sha256>("sha256 ", &files).replace(")= ", ") = "),
        manifest::<Sha256>("SHA256", &files).replace('\n', "\r\n\r\n"),
        manifest::<Sha256>("SHA256", &files[..1]) + &manifest::<Sha1>("SHA1", &files[1..]),
    ] {
        let archive = Tar::default()
            .files(&files)
            .file("machine.mf", text.as_bytes());
        assert_eq!(disks(&archive.end()), [disk.as_slice()], "{text}");
    }
}

#[test]
fn b01_members_are_read_by_the_reader_of_their_format() {
    let bench = Bench::new();
    let plain = bench.raw("disk.raw", 1_000_448);
    bench.qemu_img(&[
        "convert",
        "-O",
        "qcow2",
        "-c",
        "-f",
        "raw",
        "disk.raw",
        "disk.qcow2",
    ]);
    let qcow2 = std::fs::read(bench.path("disk.qcow2")).unwrap();
    let cd = iso();
    let ovf = Ovf::new()
        .file("q", "disk.qcow2", "")
        .file("r", "disk.raw", "")
        .file("i", "tools.iso", "")
        .disk("q", 1_000_448, "q", QCOW2)
        .disk("r", 1_000_448, "r", RAW)
        .drive(15, "30", 0, "ovf:/file/i")
        .drive(17, "10", 0, "ovf:/disk/r")
        .drive(17, "10", 1, "ovf:/disk/q");
    let archive = ovf.with(&[
        ("disk.qcow2", &qcow2),
        ("tools.iso", &cd),
        ("disk.raw", &plain),
    ]);
    let image = good(&archive);
    let kinds: Vec<_> = image.disks().iter().map(atlas_disk::Disk::kind).collect();
    assert_eq!(kinds, [DiskKind::Disk, DiskKind::Disk, DiskKind::Cdrom]);
    assert!(read(&image, &Limits::default()).unwrap() == [plain.clone(), plain, cd]);
}

#[test]
fn b01_members_of_every_format_are_read_plain_packed_and_in_chunks() {
    let bench = Bench::new();
    let plain = bench.raw("disk.raw", 4 << 20);
    for (format, options, uri) in [
        (
            "vmdk",
            "subformat=streamOptimized",
            "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized",
        ),
        (
            "vmdk",
            "subformat=monolithicSparse",
            "http://www.vmware.com/specifications/vmdk.html#sparse",
        ),
        ("qcow2", "compat=1.1", QCOW2),
        (
            "vpc",
            "subformat=dynamic,force_size=on",
            "http://go.microsoft.com/fwlink/?LinkId=137171",
        ),
    ] {
        let mut args = vec!["convert", "-f", "raw", "-O", format, "-o", options];
        args.extend(["disk.raw", "disk.bin"]);
        bench.qemu_img(&args);
        let bytes = std::fs::read(bench.path("disk.bin")).unwrap();
        let packed = gzip(&bytes);
        for (bytes, more) in [(&bytes, ""), (&packed, "ovf:compression='gzip'")] {
            let half = bytes.len() / 2 + 1;
            for (name, chunk) in [("disk", None), ("disk.000000000", Some(half))] {
                let more = match chunk {
                    Some(chunk) => format!("{more} ovf:chunkSize='{chunk}'"),
                    None => more.to_owned(),
                };
                let ovf = Ovf::new().file("f", "disk", &more);
                let ovf = ovf.disk_with(&format!(
                    "ovf:diskId='d' ovf:fileRef='f' ovf:format='{uri}' \
                     ovf:capacity='1' ovf:capacityAllocationUnits='byte * 2^23'"
                ));
                let ovf = ovf.drive(17, "10", 0, "ovf:/disk/d");
                let (first, second) = bytes.split_at(chunk.unwrap_or(bytes.len()));
                let mut files = vec![(name, first)];
                if chunk.is_some() {
                    files.push(("disk.000000001", second));
                }
                let found = disks(&ovf.with(&files));
                assert!(found == [plain.as_slice()], "{format} {options} {more}");
            }
        }
    }
}

#[test]
fn b01_a_disk_without_a_file_is_zeros() {
    let ovf = Ovf::new()
        .disk_with("ovf:diskId='d' ovf:capacity='3' ovf:capacityAllocationUnits='byte * 2^20'")
        .drive(17, "10", 0, "ovf:/disk/d");
    let archive = ovf.with(&[]);
    assert!(disks(&archive) == [vec![0; 3 << 20]]);
    assert_eq!(good(&archive).warnings(), [Warning::NothingBoots]);
}

#[test]
fn b01_compressed_files_are_inflated() {
    let disk = raw(3 << 20, "a line of text\n");
    let (first, second) = disk.split_at(1_000_000);
    let two = [gzip(first), gzip(second)].concat();
    for packed in [gzip(&disk), two] {
        let size = packed.len();
        let more = format!("ovf:compression='gzip' ovf:size='{size}'");
        let ovf = Ovf::new()
            .file("f", "disk.raw.gz", &more)
            .disk("d", disk.len() as u64, "f", RAW)
            .drive(17, "10", 0, "ovf:/disk/d");
        let archive = ovf.with(&[("disk.raw.gz", &packed)]);
        assert_eq!(good(&archive).warnings(), []);
        assert!(disks(&archive) == [disk.clone()]);
    }
}

#[test]
fn b01_files_in_chunks_are_one() {
    let disk = raw(5 * 512, "some text, ");
    let packed = gzip(&disk);
    for (bytes, compression) in [(&disk, "identity"), (&packed, "gzip")] {
        for chunk in [7, 512, bytes.len() / 2, bytes.len(), bytes.len() + 1] {
            let more = format!(
                "ovf:chunkSize='{chunk}' ovf:compression='{compression}' ovf:size='{}'",
                bytes.len()
            );
            let ovf = Ovf::new()
                .file("f", "disk", &more)
                .disk("d", disk.len() as u64, "f", RAW)
                .drive(17, "10", 0, "ovf:/disk/d");
            let ovf = ovf.text();
            let mut tar = Tar::default();
            let mut files = vec![("machine.ovf".to_owned(), ovf.as_bytes())];
            for (number, part) in bytes.chunks(chunk).enumerate() {
                files.push((format!("disk.{number:09}"), part));
            }
            files.reverse();
            let files: Vec<_> = files.iter().map(|it| (it.0.as_str(), it.1)).collect();
            tar = tar.files(&files);
            let digests = manifest::<Sha256>("SHA256", &files);
            let archive = tar.file("machine.mf", digests.as_bytes()).end();
            let mut limits = Limits::default();
            limits.members = 1000;
            let image = open(&archive, &limits).unwrap();
            assert!(
                read(&image, &limits).unwrap() == [disk.as_slice()],
                "{chunk}"
            );
        }
    }
}

#[test]
fn b01_long_names_and_large_numbers_are_read() {
    let disk = raw(4096, "hello ");
    let name = format!("{}.raw", "long name ".repeat(20));
    let ovf = Ovf::new()
        .file("f", &name, "")
        .disk("d", 4096, "f", RAW)
        .drive(17, "10", 0, "ovf:/disk/d");
    let tar = Tar::default().file("machine.ovf", ovf.text().as_bytes());
    let binary = |mut header: [u8; 512]| {
        header[124..136].fill(0);
        header[124] = 0x80;
        header[134..136].copy_from_slice(&4096_u16.to_be_bytes());
        sealed(header)
    };
    let gnu = |mut header: [u8; 512]| {
        header[257..265].copy_from_slice(b"ustar  \0");
        // The time of the last access, where ustar has the prefix of a name.
        header[345..357].copy_from_slice(b"14713460000\0");
        sealed(header)
    };
    let old = |mut header: [u8; 512]| {
        header[257..265].fill(0);
        header[156] = 0;
        sealed(header)
    };
    let plain = header(b"short", 4096, b'0');
    let long = format!("{name}\0");
    let link = header(b"././@LongLink", long.len() as u64, b'L');
    let global = [("comment", "made by a test")];
    let path = [("mtime", "1700000000.5"), ("path", name.as_str())];
    let both = [("size", "4096"), ("path", name.as_str())];
    let wrong = header(b"short", 1, b'0');
    let short = Ovf::simple(&disk).text();
    let named = gnu(header(b"disk.raw", 4096, b'0'));
    let short = Tar::default().file("machine.ovf", short.as_bytes());
    assert_eq!(disks(&short.member(&named, &disk).end()), [disk.as_slice()]);
    for archive in [
        tar.clone().pax(b'x', &path).member(&plain, &disk),
        tar.clone()
            .pax(b'g', &global)
            .pax(b'x', &path)
            .member(&plain, &disk),
        tar.clone().pax(b'x', &both).member(&wrong, &disk),
        tar.clone()
            .member(&gnu(link), long.as_bytes())
            .member(&gnu(plain), &disk),
        tar.clone()
            .member(&link, long.as_bytes())
            .member(&binary(plain), &disk),
        tar.clone()
            .member(&link, long.as_bytes())
            .member(&old(plain), &disk),
    ] {
        assert_eq!(disks(&archive.end()), [disk.as_slice()]);
    }
}

#[test]
fn b01_names_may_be_escaped_as_in_a_uri() {
    let disk = raw(4096, "hello ");
    let ovf = Ovf::new()
        .file("f", "my%20disk%c3%a9.raw", "")
        .disk("d", 4096, "f", RAW)
        .drive(17, "10", 0, "ovf:/disk/d");
    assert_eq!(
        disks(&ovf.with(&[("my diské.raw", &disk)])),
        [disk.as_slice()]
    );
}

#[test]
fn b01_a_capacity_may_be_rounded_up_to_its_unit() {
    let disk = raw(1_000_448, "text ");
    let with = |capacity: &str, units: &str| {
        let ovf = Ovf::new().file("f", "disk.raw", "");
        let units = format!("ovf:capacityAllocationUnits='{units}'");
        let ovf = ovf.disk_with(&format!(
            "ovf:diskId='d' ovf:fileRef='f' ovf:format='{RAW}' ovf:capacity='{capacity}' {units}"
        ));
        let ovf = ovf.drive(17, "10", 0, "ovf:/disk/d");
        ovf.with(&[("disk.raw", &disk)])
    };
    for (capacity, units) in [
        ("1000448", ""),
        ("1000448", "byte"),
        ("1954", "byte * 2^9"),
        ("977", "byte * 2^10"),
        ("977", "KiloBytes"),
        ("977", "byte*1024"),
        ("1", "MegaBytes"),
        ("1", "byte * 2^30"),
        ("2", "byte * 10^6"),
        ("1001", "byte * 10^3"),
        ("1", "byte * 2^10 * 2^10"),
    ] {
        let found = disks(&with(capacity, units));
        assert!(found == [disk.as_slice()], "{capacity} {units}");
    }
    for (capacity, units) in [
        ("1000449", ""),
        ("1000960", ""),
        ("999936", "byte"),
        ("976", "byte * 2^10"),
        ("978", "byte * 2^10"),
        ("999", "byte * 10^3"),
        ("1002", "byte * 10^3"),
        ("2", "byte * 2^20"),
        ("0", "byte"),
        ("", ""),
        ("-1", ""),
        ("+1000448", ""),
        ("1e6", ""),
        ("${capacity}", ""),
        ("9223372036854775808", ""),
        ("9223372036854775807", "byte * 2^30"),
        ("1", "byte * 2^64"),
        ("1", "byte * 0"),
        ("1", "hertz * 2^20"),
        ("1", "byte / 2"),
    ] {
        let found = refusal(&with(capacity, units));
        let reason = found.reason();
        assert_eq!(
            reason,
            Reason::CapacityMismatch,
            "{capacity} {units}: {found}"
        );
    }
}

#[test]
fn b07_what_is_odd_and_harmless_is_said() {
    let disk = raw(4096, "hello ");
    let ovf = Ovf::new()
        .file("f", "disk.raw", "ovf:size='4095'")
        .disk("d", 4096, "f", RAW)
        .drive(17, "10", 0, "ovf:/disk/d");
    let image = good(&ovf.with(&[("disk.raw", &disk), ("machine.cert", b"trust me")]));
    let size = Warning::FileSize {
        name: "disk.raw".to_owned(),
        told: 4095,
        found: 4096,
    };
    assert_eq!(image.warnings(), [size, Warning::UnverifiedCertificate]);
}

#[test]
fn b01_the_second_version_of_the_standard_is_read() {
    let disk = raw(4096, "hello ");
    let text = Ovf::simple(&disk).text();
    let text = text.replace("ovf/envelope/1", "ovf/envelope/2");
    let text = text
        .replace("<Item>", "<StorageItem>")
        .replace("</Item>", "</StorageItem>");
    let plain = text
        .replace("ovf:href", "href")
        .replace("ovf:capacity", "capacity");
    for text in [text, plain] {
        let tar = Tar::default().file("Machine.OVF", text.as_bytes());
        assert_eq!(disks(&tar.file("disk.raw", &disk).end()), [disk.as_slice()]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever names, sizes and kinds of headers there are, each disk is what was written.
    #[test]
    fn b01_what_is_written_is_read(
        files in prop::collection::btree_map(
            "[a-zA-Z0-9 é_-]{1,120}",
            (1_usize..5, 0_u8..4, any::<bool>()),
            1..6,
        ),
        first in any::<bool>(),
    ) {
        let mut ovf = Ovf::new();
        let mut wanted = Vec::new();
        let mut tar = Tar::default();
        for (number, (name, (sectors, kind, packed))) in files.iter().enumerate() {
            let disk = raw(sectors * 512, name);
            let id = number.to_string();
            let more = if *packed { "ovf:compression='gzip'" } else { "" };
            let name = format!("{name}.bin");
            ovf = ovf
                .file(&id, &name, more)
                .disk(&id, disk.len() as u64, &id, RAW)
                .drive(17, "10", 99 - u32::try_from(number).unwrap(), &format!("ovf:/disk/{id}"));
            let data = if *packed { gzip(&disk) } else { disk.clone() };
            let short = header(b"x", data.len() as u64, b'0');
            let long = format!("{name}\0");
            tar = match kind {
                0 if name.len() <= 100 => tar.file(&name, &data),
                1 => tar
                    .member(&header(b"long", long.len() as u64, b'L'), long.as_bytes())
                    .member(&short, &data),
                _ => tar.pax(b'x', &[("path", &name)]).member(&short, &data),
            };
            wanted.insert(0, disk);
        }
        let text = ovf.text();
        let text = Tar::default().file("a.ovf", text.as_bytes());
        let bytes = if first { [text.0, tar.0] } else { [tar.0, text.0] };
        prop_assert!(disks(&Tar(bytes.concat()).end()) == wanted);
    }
}
