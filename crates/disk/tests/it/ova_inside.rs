//! Hostile manifests, files and disks in archives that are right.

use crate::ova_file::{
    Ovf, QCOW2, RAW, Tar, disks, gzip, is_refused, manifest, open, raw, read, refusal_within,
};
use atlas_disk::{Budget, DiskError, Format, Image, Limits, ReadAt, Reason, SourceState};
use sha1::Sha1;
use sha2::Sha256;
use std::{
    io,
    sync::{
        Arc,
        atomic::{AtomicI32, Ordering},
    },
};

/// A good archive without its end, to add to.
fn good() -> (Tar, Vec<u8>) {
    let disk = raw(4096, "hello ");
    let ovf = Ovf::simple(&disk).text();
    let tar = Tar::default().file("machine.ovf", ovf.as_bytes());
    (tar.file("disk.raw", &disk), disk)
}

#[test]
fn b07_manifests_that_do_not_fit_are_refused() {
    let (tar, disk) = good();
    let ovf = Ovf::simple(&disk).text();
    let ovf = ("machine.ovf", ovf.as_bytes());
    let file = ("disk.raw", disk.as_slice());
    let right = manifest::<Sha256>("SHA256", &[ovf, file]);
    let (_, digest) = right.split_at(right.len() - 65);
    for text in [
        // A referenced file is not named, or the descriptor is not.
        manifest::<Sha256>("SHA256", &[ovf]),
        manifest::<Sha256>("SHA256", &[file]),
        String::new(),
        // A member is named that is not there.
        manifest::<Sha256>("SHA256", &[ovf, file, ("other", b"x")]),
        // The digest of something else.
        manifest::<Sha256>("SHA256", &[ovf, ("disk.raw", b"x")]),
        manifest::<Sha1>("SHA1", &[ovf, ("disk.raw", b"x")]),
        manifest::<Sha1>("SHA256", &[ovf, file]),
        right.replace(digest, "\n"),
        right.replace(digest, digest.split_at(1).1),
        // Twice, once with another digest.
        right.clone() + &right,
        right.clone() + &manifest::<Sha1>("SHA1", &[("disk.raw", b"x")]),
        // Lines that are not understood.
        right.replace("SHA256", "MD5"),
        right.replace("SHA256", "CRC32"),
        right.replace('=', ""),
        right.clone() + "# a comment\n",
        right.replace("disk.raw", "../disk.raw"),
        // Longer than a descriptor may be.
        "\n".repeat(5 << 20),
    ] {
        let bad = tar.clone().file("machine.mf", text.as_bytes()).end();
        is_refused(&bad, Reason::ManifestMismatch);
    }
    let latin1 = tar.clone().file("machine.mf", b"SHA1(caf\xe9)= 00");
    is_refused(&latin1.end(), Reason::ManifestMismatch);
    let both = tar
        .file("a.mf", right.as_bytes())
        .file("b.mf", right.as_bytes());
    is_refused(&both.end(), Reason::ManifestMismatch);
}

/// An appliance whose one file is compressed.
fn packed(packed: &[u8], capacity: u64) -> Vec<u8> {
    let ovf = Ovf::new()
        .file("f", "disk.gz", "ovf:compression='gzip'")
        .disk("d", capacity, "f", RAW)
        .drive(17, "10", 0, "ovf:/disk/d");
    ovf.with(&[("disk.gz", packed)])
}

#[test]
fn b07_compressed_files_are_bounded() {
    let bomb = gzip(&vec![0; 200 << 20]);
    assert!(bomb.len() < 300_000);
    // More than twice its disk, and more than is allowed of any.
    is_refused(&packed(&bomb, 4096), Reason::DecompressionBomb);
    let mut limits = Limits::default();
    limits.inflated = 8 << 20;
    let found = refusal_within(&packed(&bomb, 200 << 20), &limits);
    assert_eq!(found.reason(), Reason::DecompressionBomb);
    // The limit is one for all.
    let part = gzip(&vec![b'x'; 5 << 20]);
    let mut ovf = Ovf::new();
    for id in ["a", "b"] {
        ovf = ovf.file(id, id, "ovf:compression='gzip'");
        ovf = ovf.disk(id, 5 << 20, id, RAW);
        ovf = ovf.drive(17, "10", 0, &format!("ovf:/disk/{id}"));
    }
    let both = ovf.with(&[("a", &part), ("b", &part)]);
    assert_eq!(
        refusal_within(&both, &limits).reason(),
        Reason::DecompressionBomb
    );
    assert_eq!(disks(&both).len(), 2);
    // A CD has no capacity; its own limit holds.
    let ovf = Ovf::new()
        .file("f", "cd.gz", "ovf:compression='gzip'")
        .drive(15, "20", 0, "ovf:/file/f");
    let cd = ovf.with(&[("cd.gz", &bomb)]);
    assert_eq!(
        refusal_within(&cd, &limits).reason(),
        Reason::DecompressionBomb
    );
}

#[test]
fn b07_damaged_compression_is_refused() {
    let disk = raw(100_000, "hello ");
    let right = gzip(&disk);
    let mut damaged = right.clone();
    let middle = damaged.len() / 2;
    damaged[middle] ^= 0x55;
    let mut checksum = right.clone();
    let at = checksum.len() - 6;
    checksum[at] ^= 1;
    let trailing = [right.clone(), b"more".to_vec()].concat();
    let name = [
        b"\x1f\x8b\x08\x08\0\0\0\0\0\xff".as_slice(),
        &vec![b'x'; 100_000],
    ]
    .concat();
    for bad in [
        &right[..right.len() - 1],
        &right[..20],
        &damaged,
        &checksum,
        &trailing,
        b"",
        b"x",
        &name,
        &disk,
    ] {
        is_refused(&packed(bad, 100_352), Reason::CompressedData);
    }
}

#[test]
fn b07_chunks_must_all_be_there() {
    let disk = raw(2048, "hello ");
    let with = |more: &str, sizes: &[(usize, usize)]| {
        let ovf = Ovf::new()
            .file("f", "disk", more)
            .disk("d", 2048, "f", RAW)
            .drive(17, "10", 0, "ovf:/disk/d");
        let mut tar = Tar::default().file("machine.ovf", ovf.text().as_bytes());
        let mut at = 0;
        for (number, size) in sizes {
            tar = tar.file(&format!("disk.{number:09}"), &disk[at..at + size]);
            at += size;
        }
        tar.end()
    };
    let sized = "ovf:chunkSize='1000' ovf:size='2048'";
    assert!(disks(&with(sized, &[(0, 1000), (1, 1000), (2, 48)])) == [disk.clone()]);
    // The first, one between, or the last is missing.
    is_refused(&with(sized, &[]), Reason::OvfReference);
    is_refused(&with(sized, &[(1, 1000), (2, 1000)]), Reason::OvfReference);
    is_refused(&with(sized, &[(0, 1000), (2, 48)]), Reason::OvfReference);
    is_refused(&with(sized, &[(0, 1000), (1, 1000)]), Reason::OvfReference);
    // Also where no size tells.
    let no_size = "ovf:chunkSize='1000'";
    let gap = with(no_size, &[(0, 1000), (2, 1000)]);
    is_refused(&gap, Reason::OvfReference);
    // One that is not the last is shorter, one is longer, one is empty.
    is_refused(
        &with(sized, &[(0, 1000), (1, 48), (2, 1000)]),
        Reason::TarSize,
    );
    is_refused(&with(sized, &[(0, 1001), (1, 1000)]), Reason::TarSize);
    is_refused(
        &with(sized, &[(0, 1000), (1, 1000), (2, 0)]),
        Reason::TarSize,
    );
    for size in ["0", "-1", "many", "9223372036854775808"] {
        let more = format!("ovf:chunkSize='{size}'");
        is_refused(&with(&more, &[(0, 1000)]), Reason::OvfReference);
    }
}

#[test]
fn b07_what_is_declared_and_what_is_found_agree() {
    let disk = raw(40_960, "hello ");
    let qcow2 = [b"QFI\xfb".as_slice(), &disk[4..]].concat();
    let nested = good().0.end();
    let mut cd = disk.clone();
    cd[32_769..32_774].copy_from_slice(b"CD001");
    let mut vhd = disk.clone();
    vhd[40_960 - 512..][..8].copy_from_slice(b"conectix");
    let mut both = cd.clone();
    both[..4].copy_from_slice(b"QFI\xfb");
    let with = |format: &str, disk: &[u8]| {
        let ovf = Ovf::new()
            .file("f", "disk", "")
            .disk("d", 40_960, "f", format)
            .drive(17, "10", 0, "ovf:/disk/d");
        ovf.with(&[("disk", disk)])
    };
    let vmdk = "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized";
    for (format, bytes) in [
        (RAW, &qcow2),
        (RAW, &nested),
        (RAW, &cd),
        (RAW, &vhd),
        (vmdk, &disk),
        (vmdk, &qcow2),
        (QCOW2, &disk),
        ("http://go.microsoft.com/fwlink/?LinkId=137171", &disk),
        ("http://example.com/vhdx", &disk),
        (
            "http://www.ecma-international.org/publications/standards/Ecma-119.htm",
            &disk,
        ),
        ("http://example.com/", &disk),
        ("", &disk),
    ] {
        is_refused(&with(format, bytes), Reason::FormatMismatch);
    }
    is_refused(&with(RAW, &both), Reason::AmbiguousFormat);
    // A disk in a CD drive, and a file of no format in a disk.
    for (kind, holds) in [
        (15, "ovf:/file/f"),
        (16, "ovf:/disk/d"),
        (17, "ovf:/file/f"),
    ] {
        let ovf = Ovf::new()
            .file("f", "disk", "")
            .disk("d", 40_960, "f", RAW)
            .drive(kind, "20", 0, holds);
        is_refused(&ovf.with(&[("disk", &disk)]), Reason::FormatMismatch);
    }
    // A CD in a disk, and a disk of zeros in a CD drive.
    let iso = "http://www.ecma-international.org/publications/standards/Ecma-119.htm";
    is_refused(&with(iso, &cd), Reason::FormatMismatch);
    let ovf = Ovf::new()
        .disk("d", 40_960, "", RAW)
        .drive(15, "20", 0, "ovf:/disk/d");
    is_refused(&ovf.with(&[]), Reason::FormatMismatch);
}

/// An archive with all that is read in its own way: a manifest, chunks, and compression.
fn rich() -> Vec<u8> {
    let disk = raw(1 << 20, "hello ");
    let packed = gzip(&disk);
    let (first, second) = packed.split_at(packed.len() / 2 + 1);
    let more = format!("ovf:compression='gzip' ovf:chunkSize='{}'", first.len());
    let ovf = Ovf::new()
        .file("f", "disk.gz", &more)
        .disk("d", 1 << 20, "f", RAW)
        .drive(17, "10", 0, "ovf:/disk/d");
    let text = ovf.text();
    let files = [
        ("machine.ovf", text.as_bytes()),
        ("disk.gz.000000000", first),
        ("disk.gz.000000001", second),
    ];
    let lines = manifest::<Sha1>("SHA1", &files);
    let tar = Tar::default().files(&files);
    tar.file("a.mf", lines.as_bytes()).end()
}

#[test]
fn b07_the_work_can_be_stopped_at_any_point() {
    let source = Arc::new(rich());
    let limits = Limits::default();
    for after in 0.. {
        let left = AtomicI32::new(after);
        let stop = || left.fetch_sub(1, Ordering::Relaxed) <= 0;
        let budget = Budget::new(&limits, &stop);
        match Image::open(Arc::<Vec<u8>>::clone(&source), Format::Ova, &budget) {
            Err(DiskError::Stopped) => {}
            opened => {
                assert_eq!(opened.unwrap().disks().len(), 1);
                assert!(after > 10, "{after}");
                break;
            }
        }
    }
}

/// A source that fails, or ends, after some reads.
struct Failing {
    bytes: Vec<u8>,
    left: AtomicI32,
    ends: bool,
}

impl ReadAt for Failing {
    fn read_at(&self, buffer: &mut [u8], at: u64) -> io::Result<usize> {
        match self.left.fetch_sub(1, Ordering::Relaxed) {
            1.. => self.bytes.read_at(buffer, at),
            _ if self.ends => Ok(0),
            _ => Err(io::ErrorKind::TimedOut.into()),
        }
    }

    fn state(&self) -> io::Result<SourceState> {
        self.bytes.state()
    }
}

#[test]
fn b07_errors_of_the_source_are_no_verdicts() {
    let bytes = rich();
    let limits = Limits::default();
    for ends in [false, true] {
        for after in 0.. {
            let (bytes, left) = (bytes.clone(), AtomicI32::new(after));
            let source = Arc::new(Failing { bytes, left, ends });
            let budget = Budget::new(&limits, &|| false);
            match Image::open(source, Format::Ova, &budget) {
                Err(DiskError::Source(error)) if !ends => {
                    assert_eq!(error.kind(), io::ErrorKind::TimedOut);
                }
                Err(DiskError::Changed) if ends => {}
                opened => {
                    assert_eq!(opened.unwrap().disks().len(), 1);
                    assert!(after > 10, "{after}");
                    break;
                }
            }
        }
    }
}

#[test]
fn b07_no_flipped_byte_is_a_panic_or_over_the_limits() {
    let disk = raw(1024, "hello ");
    let zipped = gzip(&disk);
    let ovf = Ovf::simple(&disk)
        .file("z", "zip", "ovf:chunkSize='40' ovf:compression='gzip'")
        .disk("z", 1, "z", RAW)
        .disk("e", 1024, "", RAW)
        .drive(17, "10", 1, "ovf:/disk/z")
        .drive(17, "10", 2, "ovf:/disk/e");
    let ovf = ovf
        .text()
        .replace("'1'", "'1' ovf:capacityAllocationUnits='byte * 2^10'");
    let mut tar = Tar::default().file("a.ovf", ovf.as_bytes());
    tar = tar.pax(b'x', &[("path", "disk.raw")]).file("x", &disk);
    for (number, part) in zipped.chunks(40).enumerate() {
        tar = tar.file(&format!("zip.{number:09}"), part);
    }
    // One block ends it: flips of padding tell nothing.
    let end = |tar: &Tar| [tar.0.as_slice(), &[0; 512]].concat();
    let plain = end(&tar);
    let digests = manifest::<Sha1>("SHA1", &[("a.ovf", ovf.as_bytes()), ("disk.raw", &disk)]);
    let listed = end(&tar.file("a.mf", digests.as_bytes()));
    let mut limits = Limits::default();
    limits.virtual_size = 16 << 20;
    assert_eq!(disks(&plain).len(), 3);
    for archive in [plain, listed] {
        let mut archive = archive;
        for at in 0..archive.len() {
            for flip in [0xff, 1] {
                archive[at] ^= flip;
                match open(&archive, &limits).and_then(|image| read(&image, &limits)) {
                    Ok(read) => assert!(read.iter().all(|it| it.len() <= 16 << 20), "byte {at}"),
                    Err(DiskError::Refused(_)) => {}
                    Err(error) => panic!("byte {at}: {error}"),
                }
                archive[at] ^= flip;
            }
        }
    }
}
