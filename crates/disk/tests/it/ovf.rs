//! Hostile descriptors.

use crate::ova_file::{Ovf, RAW, Tar, good, is_refused, iso, raw, refusal, refusal_within};
use atlas_disk::{Limits, Reason};
use core::fmt::Write as _;

fn with(text: &str) -> Vec<u8> {
    let disk = raw(4096, "hello ");
    let tar = Tar::default().file("machine.ovf", text.as_bytes());
    tar.file("disk.raw", &disk).end()
}

fn simple() -> Ovf {
    Ovf::simple(&raw(4096, "hello "))
}

#[track_caller]
fn is_refused_as(ovf: &Ovf, reason: Reason) {
    is_refused(&with(&ovf.text()), reason);
}

#[test]
fn b07_document_types_and_their_entities_are_refused() {
    let text = simple().text();
    let (head, body) = text.split_once("?>").unwrap();
    let laughs = "<!DOCTYPE x [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">\
        <!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;&b;\">]>";
    for doctype in [
        laughs,
        "<!DOCTYPE Envelope>",
        "<!doctype Envelope>",
        "<!-- x --><!DOCTYPE Envelope SYSTEM \"file:///etc/passwd\">",
        "<!DOCTYPE x [<!ENTITY a SYSTEM \"http://169.254.169.254/\">]>",
    ] {
        is_refused(
            &with(&format!("{head}?>{doctype}{body}")),
            Reason::XmlDoctype,
        );
    }
    // Without a type there are no entities.
    let mut ovf = simple();
    ovf.system = "<Name>&a;</Name>".into();
    is_refused_as(&ovf, Reason::XmlLimit);
}

#[test]
fn b07_descriptors_are_bounded() {
    let text = simple().text();
    good(&with(&text));
    let large = format!("{text}{}", " ".repeat(5 << 20));
    is_refused(&with(&large), Reason::XmlLimit);
    let allowed = format!("{text}{}", " ".repeat((4 << 20) - text.len()));
    good(&with(&allowed));
    let mut limits = Limits::default();
    limits.ovf = 1000;
    assert_eq!(
        refusal_within(&with(&text), &limits).reason(),
        Reason::XmlLimit
    );
    // Within one another, where a parser of another kind would run out of stack.
    let nested = |depth: usize| {
        let mut ovf = simple();
        ovf.envelope = "<a>".repeat(depth) + &"</a>".repeat(depth);
        with(&ovf.text())
    };
    good(&nested(63));
    is_refused(&nested(64), Reason::XmlLimit);
    is_refused(&nested(100_000), Reason::XmlLimit);
    is_refused(&with(&"<a>".repeat(1_000_000)), Reason::XmlLimit);
    // Hidden from who only counts brackets.
    let hidden = "<a b='/>' c=\"</a>\">".repeat(100);
    is_refused(&with(&hidden), Reason::XmlLimit);
    // Elements, attributes and namespaces, some of which cost the square of their number.
    let many = |one: &str, count: usize| {
        let mut ovf = simple();
        ovf.envelope = one.repeat(count);
        with(&ovf.text())
    };
    is_refused(&many("<a/>", 100_000), Reason::XmlLimit);
    is_refused(&many("<a b='' c='' d=''/>", 50_000), Reason::XmlLimit);
    is_refused(&many("<a xmlns=''/>", 1000), Reason::XmlLimit);
    is_refused(&many("<a xmlns:b='b'/>", 1000), Reason::XmlLimit);
    good(&many("<a xmlns:b='b' b:c=''>xmlns=''</a>", 200));
    let attributes = |count: usize| {
        let mut ovf = simple();
        ovf.envelope = "<a".into();
        for number in 0..count {
            write!(ovf.envelope, " a{number}=''").unwrap();
        }
        ovf.envelope += "/>";
        with(&ovf.text())
    };
    good(&attributes(256));
    is_refused(&attributes(257), Reason::XmlLimit);
    let mut attributes = "<a ".to_owned();
    for number in 0..200_000 {
        write!(attributes, "a{number}='' ").unwrap();
    }
    is_refused(&with(&attributes), Reason::XmlLimit);
}

#[test]
fn b07_what_is_no_document_is_refused() {
    let text = simple().text();
    for bad in [
        "",
        " ",
        "hello",
        "<",
        "<a",
        "<a b",
        "<a b='",
        "<a b=\"'>",
        "<!--",
        "<?xml",
        "</a>",
        "<a></b>",
        "<a/><a/>",
        "<a b='' b=''/>",
        "<x:a/>",
        "<a>&#0;</a>",
        "<a>\u{1}</a>",
        "<a b='<'/>",
        "<![CDATA[",
        "\u{feff}",
        text.split_at(text.len() - 1).0,
    ] {
        is_refused(&with(bad), Reason::XmlLimit);
    }
    let wide: Vec<_> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let disk = raw(4096, "hello ");
    let tar = Tar::default().file("machine.ovf", &[b"\xff\xfe", wide.as_slice()].concat());
    is_refused(&tar.file("disk.raw", &disk).end(), Reason::XmlLimit);
    good(&with(&format!("\u{feff}{text}")));
}

#[test]
fn b07_a_descriptor_is_an_envelope_of_one_machine() {
    let text = simple().text();
    for (from, to, reason) in [
        ("ovf/envelope/1", "ovf/envelope/3", Reason::OvfMissing),
        ("Envelope", "Letter", Reason::OvfMissing),
        ("VirtualSystem", "Machine", Reason::OvfReference),
        ("VirtualHardwareSection", "Hardware", Reason::OvfReference),
        ("References", "Files", Reason::OvfReference),
        ("DiskSection", "Disks", Reason::OvfReference),
    ] {
        is_refused(&with(&text.replace(from, to)), reason);
    }
    let two = text.replace("</Envelope>", "<VirtualSystem/></Envelope>");
    is_refused(&with(&two), Reason::UnknownFeature);
    let group = text.replace("</Envelope>", "<VirtualSystemCollection/></Envelope>");
    is_refused(&with(&group), Reason::UnknownFeature);
}

#[test]
fn b07_files_are_members_and_nothing_else() {
    for href in [
        "http://example.com/disk.raw",
        "https://169.254.169.254/latest",
        "file:///etc/passwd",
        "/etc/passwd",
        "../disk.raw",
        "./disk.raw",
        "%2e%2e/disk.raw",
        "disk.ra",
        "DISK.RAW",
        "disk.raw%00",
        "disk%",
        "disk%zz",
        "disk%ff",
        "",
    ] {
        let ovf = simple().file("other", href, "");
        is_refused_as(&ovf, Reason::OvfReference);
    }
    // The same id, or the same member, twice.
    is_refused_as(&simple().file("f", "machine.ovf", ""), Reason::OvfReference);
    is_refused_as(&simple().file("g", "disk.raw", ""), Reason::OvfReference);
    is_refused_as(&simple().file("g", "disk%2eraw", ""), Reason::OvfReference);
    is_refused_as(&simple().file("", "machine.ovf", ""), Reason::OvfReference);
    for size in ["-1", "many", "99999999999999999999"] {
        let more = format!("ovf:size='{size}'");
        is_refused_as(
            &simple().file("g", "machine.ovf", &more),
            Reason::OvfReference,
        );
    }
    let packed = simple().file("g", "machine.ovf", "ovf:compression='bzip2'");
    is_refused_as(&packed, Reason::UnknownFeature);
}

#[test]
fn b07_disks_name_what_is_there() {
    is_refused_as(&simple().disk("d", 4096, "", RAW), Reason::OvfReference);
    is_refused_as(&simple().disk("", 4096, "", RAW), Reason::OvfReference);
    is_refused_as(&simple().disk("e", 4096, "g", RAW), Reason::OvfReference);
    let parent = simple().disk_with("ovf:diskId='e' ovf:capacity='1' ovf:parentRef='d'");
    is_refused_as(&parent, Reason::Parent);
    // The same disk of zeros in two drives.
    let zeros = simple().disk("e", 4096, "", RAW);
    let zeros = zeros.drive(17, "10", 1, "ovf:/disk/e");
    let zeros = zeros.drive(17, "10", 2, "ovf:/disk/e");
    is_refused_as(&zeros, Reason::Amplification);
    // The same file or disk in two drives.
    let file = simple().disk("e", 4096, "f", RAW);
    let file = file.drive(17, "10", 1, "ovf:/disk/e");
    is_refused_as(&file, Reason::Amplification);
    let disk = simple().drive(17, "10", 1, "ovf:/disk/d");
    is_refused_as(&disk, Reason::Amplification);
    let cd = simple().drive(15, "20", 0, "ovf:/file/f");
    is_refused_as(&cd, Reason::Amplification);
}

#[test]
fn b07_drives_name_what_is_there() {
    for resource in [
        "ovf:/disk/none",
        "ovf:/disk/",
        "ovf:/disk/f",
        "ovf:/file/d",
        "ovf:/file/none",
        "ovf:/vm/d",
        "d",
        "http://example.com/disk/d",
        "file:///etc/passwd",
        "/dev/sda",
        "ovf:/disk/d/../e",
    ] {
        for kind in [17, 15] {
            let ovf = simple().drive(kind, "10", 1, resource);
            is_refused_as(&ovf, Reason::OvfReference);
        }
    }
    is_refused_as(
        &simple().drive(17, "99", 1, "ovf:/disk/d"),
        Reason::OvfReference,
    );
    let two = "<rasd:HostResource>ovf:/disk/d</rasd:HostResource>".repeat(2);
    let two = format!("{two}<rasd:ResourceType>17</rasd:ResourceType>");
    is_refused_as(&simple().item(&two), Reason::OvfReference);
    let text = simple().text();
    let none = text.replace("ovf:/disk/d", "");
    is_refused(&with(&none), Reason::OvfReference);
    is_refused(
        &with(&text.replace(">17<", ">seventeen<")),
        Reason::OvfReference,
    );
    is_refused_as(&simple().controller(6, "10", 1, ""), Reason::OvfReference);
    is_refused_as(
        &simple().item("<rasd:ResourceType>6</rasd:ResourceType>"),
        Reason::OvfReference,
    );
}

#[test]
fn b07_disks_are_counted_and_their_sizes_bounded() {
    let many = |count: u32| {
        let mut ovf = Ovf::new();
        for number in 0..count {
            let id = number.to_string();
            ovf = ovf.disk(&id, 512, "", RAW);
            ovf = ovf.drive(17, "10", number, &format!("ovf:/disk/{id}"));
        }
        with(&ovf.text())
    };
    assert_eq!(good(&many(16)).disks().len(), 16);
    is_refused(&many(17), Reason::Amplification);
    // CDs count as well.
    let mut cds = simple();
    let mut files = vec![("disk.raw".to_owned(), raw(4096, "hello "))];
    for number in 0..16 {
        let name = number.to_string();
        cds = cds.file(&name, &name, "");
        cds = cds.drive(15, "20", number, &format!("ovf:/file/{name}"));
        files.push((name, iso()));
    }
    let files: Vec<_> = files
        .iter()
        .map(|it| (it.0.as_str(), it.1.as_slice()))
        .collect();
    is_refused(&cds.with(&files), Reason::Amplification);
    // Those that no drive has count as well, and controllers do.
    let mut unused = simple();
    for number in 0..16 {
        unused = unused.disk(&number.to_string(), 512, "", RAW);
    }
    is_refused_as(&unused, Reason::Amplification);
    let mut controllers = simple();
    for number in 1000..1253 {
        controllers = controllers.controller(6, &number.to_string(), number, "");
    }
    is_refused_as(&controllers, Reason::XmlLimit);
    let one = |capacity: u64| {
        let ovf = Ovf::new().disk("d", capacity, "", RAW);
        with(&ovf.drive(17, "10", 0, "ovf:/disk/d").text())
    };
    is_refused(&one(0), Reason::VirtualSize);
    is_refused(&one((16 << 40) + 1), Reason::VirtualSize);
    is_refused(&one(u64::MAX >> 1), Reason::VirtualSize);
    assert_eq!(good(&one(513)).disks()[0].virtual_size(), 1024);
    let shown = refusal(&one(u64::MAX)).to_string();
    assert!(shown.contains("18446744073709551615"), "{shown}");
}
