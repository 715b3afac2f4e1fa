//! Disks of machines, containers and templates.

use super::vmid::{ProxmoxVmid, value};
use crate::{
    number::too_many,
    scan::{Class, Cursor, Flaw, Piece},
};

/// A disk of a machine, container or template.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ProxmoxDisk {
    owner: ProxmoxVmid,
    number: u32,
    is_base: bool,
}

impl ProxmoxDisk {
    /// The machine, container or template that has it: by its directory if it has one, else by its
    /// name.
    pub fn owner(self) -> ProxmoxVmid {
        self.owner
    }

    /// Its number, below 1000000000.
    pub fn number(self) -> u32 {
        self.number
    }

    /// Whether it is a template's, which linked clones are made from.
    pub fn is_base(self) -> bool {
        self.is_base
    }
}

/// Reads `VMID/NAME`, or `VMID/BASE/VMID/NAME`: a linked clone.
pub(super) fn owned(mut cursor: Cursor<'_>) -> Result<(&str, ProxmoxDisk), Flaw> {
    let mut owner = directory(&mut cursor)?;
    let mut name = cursor;
    let mut disk = ProxmoxDisk::take(&mut cursor)?;
    if cursor.eat("/") {
        owner = directory(&mut cursor)?;
        name = cursor;
        disk = ProxmoxDisk::take(&mut cursor)?;
    }
    cursor.end(DISK_END)?;
    Ok((name.rest().text, ProxmoxDisk { owner, ..disk }))
}

fn directory(cursor: &mut Cursor<'_>) -> Result<ProxmoxVmid, Flaw> {
    let start = *cursor;
    let vmid = ProxmoxVmid::take(cursor);
    match vmid {
        Ok(vmid) if cursor.eat("/") => Ok(vmid),
        _ => Err(no_directory(start, *cursor, vmid.err())),
    }
}

/// Reads `NAME`, or `BASE/NAME`: a linked clone.
pub(super) fn bare(mut cursor: Cursor<'_>) -> Result<(&str, ProxmoxDisk), Flaw> {
    let mut name = cursor;
    let mut disk = ProxmoxDisk::take(&mut cursor)?;
    if disk.is_base && cursor.eat("/") {
        name = cursor;
        disk = ProxmoxDisk::take(&mut cursor)?;
    }
    cursor.end(DISK_END)?;
    Ok((name.rest().text, disk))
}

impl ProxmoxDisk {
    /// Reads the name of a disk.
    fn take(cursor: &mut Cursor<'_>) -> Result<Self, Flaw> {
        let start = cursor.rest();
        let is_base = match cursor.peek() {
            Some(b'v') if cursor.eat("vm-") => false,
            Some(b's') if cursor.eat("subvol-") => false,
            Some(b'b') if cursor.eat("base-") || cursor.eat("basevol-") => true,
            _ => return Err(no_disk(start)),
        };
        let owner = ProxmoxVmid::take(cursor)?;
        if !cursor.eat("-disk-") {
            return Err(no_disk_number(cursor.rest()));
        }
        let digits = cursor.take(Class::DIGIT);
        let number = match digits.text.as_bytes() {
            [b'0'] => 0,
            [b'1'..=b'9', rest @ ..] if rest.len() < 9 => value(digits.text),
            _ => return Err(wrong_number(digits, *cursor)),
        };
        let known = || [".raw", ".qcow2", ".vmdk", ".subvol"].into_iter();
        if cursor.peek() == Some(b'.') && !known().any(|extension| cursor.eat(extension)) {
            return Err(Flaw::found(cursor.at(), DISK_END));
        }
        Ok(Self {
            owner,
            number,
            is_base,
        })
    }
}

#[cold]
fn no_directory(start: Cursor<'_>, cursor: Cursor<'_>, flaw: Option<Flaw>) -> Flaw {
    let flaw = flaw.unwrap_or_else(|| Flaw::found(cursor.at(), "`/` and the name of a disk"));
    let is_size = |byte: u8| byte.is_ascii_digit() || byte == b'.';
    if start.rest().misfit(is_size).is_none() {
        return flaw.hint("a size asks for a new volume, it names none");
    }
    flaw
}

#[cold]
fn no_disk(piece: Piece<'_>) -> Flaw {
    let flaw = Flaw::found(piece.at, VOLUME);
    let text = piece.text;
    if text.is_empty() {
        Flaw::empty(piece.at, "volume", VOLUME)
    } else if text.starts_with("backup/") {
        flaw.hint("this is a backup: restore it first")
    } else if text.starts_with('/') {
        flaw.hint("a volume is no path: leave the slash at the start out")
    } else {
        flaw
    }
}

#[cold]
fn no_disk_number(piece: Piece<'_>) -> Flaw {
    let flaw = piece.differs("-disk-", "`-disk-` and a number");
    if piece.text.starts_with("-cloudinit") || piece.text.starts_with("-state-") {
        flaw.hint("this volume belongs to one machine and is no image")
    } else {
        flaw
    }
}

#[cold]
fn wrong_number(digits: Piece<'_>, behind: Cursor<'_>) -> Flaw {
    const EXPECTED: &str = "the number of the disk, without zeros at its start";
    match digits.text.as_bytes() {
        [] => Flaw::empty(digits.at, "disk number", EXPECTED),
        // A zero is a number; what follows it is wrong.
        [b'0', ..] => Flaw::found(digits.at + 1, EXPECTED),
        _ => too_many(digits, 9, behind, EXPECTED),
    }
}

const VOLUME: &str =
    "`iso/`, `vztmpl/`, `import/` or `snippets/` and a file, or a disk such as `vm-100-disk-0`";
const DISK_END: &str = "the end of the disk's name, or `.raw`, `.qcow2`, `.vmdk` or `.subvol`";
