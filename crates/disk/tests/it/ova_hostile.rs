//! Hostile archives: each is refused for its reason.

use crate::ova_file::{Ovf, Tar, disks, header, is_refused, raw, refusal, sealed};
use atlas_disk::Reason;

/// A good archive without its end, to add to.
fn good() -> (Tar, Vec<u8>) {
    let disk = raw(4096, "hello ");
    let ovf = Ovf::simple(&disk).text();
    let tar = Tar::default().file("machine.ovf", ovf.as_bytes());
    (tar.file("disk.raw", &disk), disk)
}

#[test]
fn b07_names_that_are_paths_are_refused() {
    let (tar, disk) = good();
    assert_eq!(disks(&tar.clone().end()), [disk.as_slice()]);
    for name in [
        "../x",
        "..",
        ".",
        "",
        "/etc/passwd",
        "a/b",
        "./x",
        "a/",
        "a\\b",
        "C:x",
        "a\nb",
        "a\x1bb",
    ] {
        let bad = tar.clone().file(name, b"x").end();
        is_refused(&bad, Reason::TarPath);
        let long = format!("{name}\0");
        let link = header(b"long", long.len() as u64, b'L');
        let gnu = tar.clone().member(&link, long.as_bytes()).file("x", b"x");
        is_refused(&gnu.end(), Reason::TarPath);
        let pax = tar.clone().pax(b'x', &[("path", name)]).file("x", b"x");
        is_refused(&pax.end(), Reason::TarPath);
    }
    is_refused(
        &tar.clone()
            .file(&"x".repeat(100), b"")
            .pax(b'x', &[("path", &"x".repeat(256))])
            .file("x", b"")
            .end(),
        Reason::TarPath,
    );
    let latin1 = tar.clone().member(&header(b"caf\xe9", 0, b'0'), b"");
    is_refused(&latin1.end(), Reason::TarPath);
    let mut prefixed = header(b"x", 0, b'0');
    prefixed[345..348].copy_from_slice(b"etc");
    is_refused(&tar.member(&sealed(prefixed), b"").end(), Reason::TarPath);
}

#[test]
fn b07_members_that_are_no_files_are_refused() {
    let (tar, _) = good();
    // Links, devices, folders, pipes, tape oddities and sparse files.
    for kind in *b"1234567DKMNSVX\xff" {
        let bad = tar.clone().member(&header(b"x", 0, kind), b"").end();
        is_refused(&bad, Reason::TarMemberType);
    }
    let sparse = tar.pax(b'x', &[("GNU.sparse.major", "1")]).file("x", b"x");
    is_refused(&sparse.end(), Reason::TarMemberType);
}

#[test]
fn b07_two_members_of_one_name_are_refused() {
    let (tar, _) = good();
    is_refused(
        &tar.clone().file("disk.raw", b"x").end(),
        Reason::TarDuplicate,
    );
    let pax = tar.pax(b'x', &[("path", "disk.raw")]).file("x", b"x");
    is_refused(&pax.end(), Reason::TarDuplicate);
}

#[test]
fn b07_sizes_of_members_are_bounded() {
    let (tar, _) = good();
    let with = |size: &[u8]| {
        let mut header = header(b"x", 0, b'0');
        header[124..136].fill(0);
        header[124..124 + size.len()].copy_from_slice(size);
        tar.clone().member(&sealed(header), b"").end()
    };
    for size in [
        b"\x80\0\0\0\x7f\xff\xff\xff\xff\xff\xff\xff" as &[u8],
        b"\x80\0\0\0\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff",
        b"\x80\0\0\x01\0\0\0\0\0\0\0\0",
        b"\x81\0\0\0\0\0\0\0\0\0\0\0",
        b"00000000008\0",
        b"-0000000001\0",
        b"+0000000001\0",
        b"0 1",
        b"0x10",
        b"",
        b"\xf0\x9f\x92\xbe",
    ] {
        is_refused(&with(size), Reason::TarSize);
    }
    for size in [
        "18446744073709551616",
        "9223372036854775807",
        "-1",
        "1.5",
        "",
    ] {
        let bad = tar.clone().pax(b'x', &[("size", size)]).file("x", b"");
        is_refused(&bad.end(), Reason::TarSize);
    }
    let twice = tar
        .pax(b'x', &[("size", "0"), ("size", "0")])
        .file("x", b"");
    is_refused(&twice.end(), Reason::TarSize);
}

#[test]
fn b07_long_names_and_extended_headers_are_bounded() {
    let (tar, _) = good();
    for kind in *b"Lxg" {
        let data = vec![b'x'; 65_537];
        let bad = tar.clone().member(&header(b"x", 65_537, kind), &data);
        is_refused(&bad.end(), Reason::TarSize);
    }
    let mut many = tar;
    for _ in 0..300 {
        many = many.pax(b'g', &[("comment", "x")]);
    }
    is_refused(&many.end(), Reason::TarSize);
}

#[test]
fn b07_members_are_counted() {
    let disk = raw(4096, "hello ");
    let ovf = Ovf::simple(&disk).text();
    let with = |count: usize| {
        let mut tar = Tar::default().file("machine.ovf", ovf.as_bytes());
        tar = tar.file("disk.raw", &disk);
        for number in 2..count {
            tar = tar.file(&format!("file {number}"), b"");
        }
        tar.end()
    };
    assert_eq!(disks(&with(64)).len(), 1);
    is_refused(&with(65), Reason::TarSize);
    is_refused(&with(4000), Reason::TarSize);
}

#[test]
fn b07_extended_headers_that_contradict_are_refused() {
    let (tar, _) = good();
    let two = [("path", "a"), ("path", "b")];
    let name = header(b"long", 2, b'L');
    for bad in [
        tar.clone().pax(b'x', &two).file("x", b""),
        tar.clone()
            .member(&name, b"a\0")
            .pax(b'x', &two[..1])
            .file("x", b""),
        tar.clone()
            .member(&name, b"a\0")
            .member(&name, b"a\0")
            .file("x", b""),
        tar.clone().pax(b'g', &two[..1]).file("x", b""),
        tar.clone().pax(b'g', &[("size", "1")]).file("x", b""),
        // Of no member.
        tar.clone().pax(b'x', &two[..1]),
        tar.clone().member(&name, b"a\0"),
    ] {
        is_refused(&bad.end(), Reason::BadHeader);
    }
    for record in [
        b"7 a=b\n" as &[u8],
        b"5 a=b\n",
        b"6 a=bc",
        b"6 abcd\n",
        b"x a=b\n",
        b"0 a=b\n",
        b"2 ",
        b"18446744073709551615 a=b\n",
        b"99999999999999999999999 a=b\n",
        b"6 a=b\n\0",
    ] {
        let bad = tar
            .clone()
            .member(&header(b"x", record.len() as u64, b'x'), record);
        is_refused(&bad.file("x", b"").end(), Reason::BadHeader);
    }
}

#[test]
fn b07_archives_that_end_early_or_late_are_refused() {
    let (tar, disk) = good();
    let whole = tar.clone().end();
    let data = tar.0.len();
    for length in (512..data).step_by(256) {
        is_refused(&whole[..length], Reason::Truncated);
    }
    is_refused(&whole[..data], Reason::Truncated);
    is_refused(&whole[..data + 511], Reason::Truncated);
    assert_eq!(disks(&whole[..data + 512]), [disk.as_slice()]);
    let mut more = whole.clone();
    *more.last_mut().unwrap() = 1;
    is_refused(&more, Reason::BadHeader);
    is_refused(&[whole.clone(), whole.clone()].concat(), Reason::BadHeader);
    let mut padded = whole;
    padded.resize(17 << 20, 0);
    is_refused(&padded, Reason::TarSize);
}

#[test]
fn b07_a_header_whose_checksum_is_wrong_is_refused() {
    let (tar, _) = good();
    let mut bad = header(b"x", 0, b'0');
    bad[0] = b'y';
    is_refused(&tar.member(&bad, b"").end(), Reason::BadHeader);
}

#[test]
fn b07_an_archive_has_one_descriptor() {
    let (tar, disk) = good();
    let ovf = Ovf::simple(&disk).text();
    is_refused(
        &tar.clone().file("b.ovf", ovf.as_bytes()).end(),
        Reason::OvfMultiple,
    );
    is_refused(&tar.file("b.OVF", b"").end(), Reason::OvfMultiple);
    let none = Tar::default().file("disk.raw", &disk);
    is_refused(&none.clone().end(), Reason::OvfMissing);
    is_refused(&none.file("b.ovf", b"<html/>").end(), Reason::OvfMissing);
}

#[test]
fn b07_texts_of_strangers_are_shown_escaped_and_cut() {
    let (tar, _) = good();
    let long = "\x1b[2J".repeat(50);
    let shown = refusal(&tar.pax(b'x', &[("path", &long)]).file("x", b"").end()).to_string();
    assert!(!shown.contains('\x1b') && shown.len() < 300, "{shown}");
}
