//! Which formats claim some bytes: by what they hold, never by a name.

use crate::{DiskError, Format, Reason, Refusal, ova::is_tar, read_at::View};
use core::fmt;

/// Bytes of the beginning that are looked at: a CD tells of itself at 32 KiB.
pub(crate) const HEAD: usize = 64 << 10;
/// Bytes of the end that are looked at.
pub(crate) const TAIL: usize = 1536;

/// What claims some bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Claim {
    Format(Format),
    /// A disk that is encrypted as a whole.
    Luks,
    /// A format of images that is not read here.
    Foreign(&'static str),
}

impl fmt::Display for Claim {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Format(format) => format.fmt(f),
            Self::Luks => f.write_str("luks"),
            Self::Foreign(name) => f.write_str(name),
        }
    }
}

/// All that claim a file or disk, by its beginning and its end. A partition table is no claim.
pub(crate) fn claims(head: &[u8], tail: &[u8]) -> Vec<Claim> {
    let is = |at: usize, magic: &[u8]| head.get(at..).is_some_and(|it| it.starts_with(magic));
    let mut claims = Vec::new();
    let mut claim = |claim, is: bool| {
        if is {
            claims.push(claim);
        }
    };
    claim(Claim::Format(Format::Qcow2), is(0, b"QFI\xfb"));
    claim(Claim::Format(Format::Vmdk), is_vmdk(head));
    claim(Claim::Format(Format::Ova), is_tar(head));
    let footer = tail.len().checked_sub(512).and_then(|at| tail.get(at..));
    let vhd = is(0, b"conectix") || footer.is_some_and(|it| it.starts_with(b"conectix"));
    claim(Claim::Format(Format::Vhd), vhd);
    claim(Claim::Format(Format::Vhdx), is(0, b"vhdxfile"));
    claim(Claim::Format(Format::Iso), is(32_769, b"CD001"));
    claim(Claim::Luks, is(0, b"LUKS\xba\xbe"));
    for (name, at, magic) in FOREIGN {
        claim(Claim::Foreign(name), is(*at, magic));
    }
    claim(
        Claim::Foreign("dmg"),
        footer.is_some_and(|it| it.starts_with(b"koly")),
    );
    claims
}

/// Formats that are not read here, by what they begin with: what QEMU would take for an image is none
/// of a disk.
const FOREIGN: &[(&str, usize, &[u8])] = &[
    ("qed", 0, b"QED\0"),
    ("vdi", 0x40, &[0x7f, 0x10, 0xda, 0xbe]),
    ("parallels", 0, b"WithoutFreeSpace"),
    ("parallels", 0, b"WithouFreSpacExt"),
    ("bochs", 0, b"Bochs Virtual HD Image"),
    ("cloop", 0, b"#!/bin/sh\n#V2.0 Format\nmodprobe cloop"),
    ("gzip", 0, &[0x1f, 0x8b, 8]),
    ("xz", 0, b"\xfd7zXZ\0"),
    ("zstd", 0, &[0x28, 0xb5, 0x2f, 0xfd]),
];

/// A VMDK of any kind: sparse, of ESX, or a descriptor alone.
fn is_vmdk(head: &[u8]) -> bool {
    const MAGICS: [&[u8]; 3] = [b"KDMV", b"COWD", &[0xbe, 0xba, 0xfe, 0xca, 0, 0, 0, 0]];
    MAGICS.iter().any(|magic| head.starts_with(magic)) || is_vmdk_text(head)
}

/// A descriptor of a VMDK, as its first line says or as QEMU finds it: by the version, behind comments
/// and blank lines.
fn is_vmdk_text(head: &[u8]) -> bool {
    const FIRST: &[u8] = b"# disk descriptorfile";
    let first = head.get(..FIRST.len());
    if first.is_some_and(|first| first.eq_ignore_ascii_case(FIRST)) {
        return true;
    }
    for line in head.split_inclusive(|byte| *byte == b'\n') {
        let Some(line) = line.strip_suffix(b"\n") else {
            return false;
        };
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        match line.strip_prefix(b"version=") {
            Some([b'1'..=b'3']) => return true,
            _ if line.starts_with(b"#") || line.iter().all(|byte| *byte == b' ') => {}
            _ => return false,
        }
    }
    false
}

/// Checks that a file is of the format that was declared, and of no other.
pub(crate) fn check_declared(view: &View, declared: Format) -> Result<(), DiskError> {
    let mut head = vec![0; HEAD];
    let length = view.some(&mut head, 0)?;
    head.truncate(length);
    let mut tail = vec![0; TAIL];
    let from = view.length().saturating_sub(1536);
    let length = view.some(&mut tail, from)?;
    tail.truncate(length);
    agree(&claims(&head, &tail), declared)
}

/// Checks that what claims a file is the format that was declared, and nothing else.
pub(crate) fn agree(claims: &[Claim], declared: Format) -> Result<(), DiskError> {
    match claims {
        [] if declared == Format::Raw => Ok(()),
        [] => Err(mismatch(declared, "raw")),
        [Claim::Format(format)] if *format == declared => Ok(()),
        [Claim::Luks] if declared == Format::Raw => Err(Refusal::new(Reason::Encrypted)
            .what("the disk as a whole")
            .into()),
        [one] => Err(mismatch(declared, &one.to_string())),
        more => {
            let names: Vec<_> = more.iter().map(ToString::to_string).collect();
            let names = names.join(", ");
            Err(Refusal::new(Reason::AmbiguousFormat)
                .what("it is")
                .named(&names)
                .into())
        }
    }
}

fn mismatch(declared: Format, found: &str) -> DiskError {
    let what = match declared {
        Format::Raw => "declared as raw, it is",
        Format::Qcow2 => "declared as qcow2, it is",
        Format::Vmdk => "declared as vmdk, it is",
        Format::Ova => "declared as ova, it is",
        Format::Vhd => "declared as vhd, it is",
        Format::Vhdx => "declared as vhdx, it is",
        Format::Iso => "declared as iso, it is",
    };
    Refusal::new(Reason::FormatMismatch)
        .what(what)
        .named(found)
        .into()
}

/// Checks that the disk inside is a disk, and no image of a disk.
pub(crate) fn check_inside(head: &[u8], tail: &[u8]) -> Result<(), DiskError> {
    match claims(head, tail).first() {
        None => Ok(()),
        Some(Claim::Luks) => Err(Refusal::new(Reason::Encrypted)
            .what("the disk as a whole")
            .into()),
        Some(claim) => {
            let name = claim.to_string();
            Err(Refusal::new(Reason::NestedFormat)
                .what("it is")
                .named(&name)
                .into())
        }
    }
}
