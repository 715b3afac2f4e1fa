//! Proxmox, scanned by hand.

use std::hint::black_box;

pub(crate) fn hand(text: &str) -> bool {
    black_box(parts(text.as_bytes())).is_some()
}

/// The VMID or owner, the number of the disk, and how long the storage and the volume's name are.
type Parts = (u32, u32, usize, usize);

fn parts(text: &[u8]) -> Option<Parts> {
    if matches!(text, [b'0'..=b'9', ..]) {
        return vmid(text).map(|vmid| (vmid, 0, 0, 0));
    }
    let colon = text.iter().position(|byte| *byte == b':')?;
    let (storage, volume) = (text.get(..colon)?, text.get(colon + 1..)?);
    let [first, .., last] = storage else {
        return None;
    };
    let is_storage = storage.len() <= 255
        && first.is_ascii_alphabetic()
        && last.is_ascii_alphanumeric()
        && storage
            .iter()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'));
    if !is_storage {
        return None;
    }
    let file = |name: &[u8]| Some((0, 0, colon, name.len()));
    if let Some(name) = volume.strip_prefix(b"iso/") {
        return (is_file(name) && ends(name, &[b".iso", b".img"])).then(|| file(name))?;
    }
    if let Some(name) = volume.strip_prefix(b"vztmpl/") {
        let extensions: &[&[u8]] = &[b".tar.zst", b".tar.gz", b".tar.xz", b".tar.bz2", b".tar"];
        return (is_file(name) && ends(name, extensions)).then(|| file(name))?;
    }
    if let Some(name) = volume.strip_prefix(b"snippets/") {
        return (is_file(name) && name.last() != Some(&b' ')).then(|| file(name))?;
    }
    if let Some(name) = volume.strip_prefix(b"import/") {
        return is_import(name).then(|| file(name))?;
    }
    disks(volume, colon)
}

fn vmid(text: &[u8]) -> Option<u32> {
    (matches!(text.len(), 3..=9) && text.first() != Some(&b'0')).then_some(())?;
    digits(text)
}

fn digits(text: &[u8]) -> Option<u32> {
    let mut number = 0;
    for byte in text {
        if !byte.is_ascii_digit() {
            return None;
        }
        number = number * 10 + u32::from(byte - b'0');
    }
    Some(number)
}

fn is_file(name: &[u8]) -> bool {
    matches!(name, [b'!'..=b'-' | b'0'..=b'~', ..])
        && name.len() <= 255
        && name
            .iter()
            .all(|byte| matches!(byte, b' '..=b'.' | b'0'..=b'~'))
}

fn ends(name: &[u8], extensions: &[&[u8]]) -> bool {
    extensions.iter().any(|extension| {
        let at = name.len().checked_sub(extension.len());
        at.and_then(|at| name.get(at..))
            .is_some_and(|end| end.eq_ignore_ascii_case(extension))
    })
}

fn is_import(name: &[u8]) -> bool {
    let is_safe = |name: &[u8]| {
        is_file(name)
            && name
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b" .-_+=".contains(byte))
    };
    let is_disk = |name: &[u8]| {
        name.ends_with(b".qcow2") || name.ends_with(b".raw") || name.ends_with(b".vmdk")
    };
    match name.iter().position(|byte| *byte == b'/') {
        None => {
            is_safe(name) && (is_disk(name) || name.ends_with(b".ova") || name.ends_with(b".ovf"))
        }
        Some(slash) => {
            let (Some(file), Some(disk)) = (name.get(..slash), name.get(slash + 1..)) else {
                return false;
            };
            file.ends_with(b".ova") && is_safe(file) && is_safe(disk) && is_disk(disk)
        }
    }
}

fn disks(volume: &[u8], storage: usize) -> Option<Parts> {
    let mut names = volume.split(|byte| *byte == b'/');
    let (first, second) = (names.next()?, names.next());
    let (third, fourth) = (names.next(), names.next());
    if names.next().is_some() {
        return None;
    }
    let whole = |owner, name: &[u8], (_, number, _)| (owner, number, storage, name.len());
    match (second, third, fourth) {
        (None, ..) => {
            let parts = disk(first)?;
            Some(whole(parts.0, first, parts))
        }
        (Some(name), None, _) if first.starts_with(b"base") => {
            disk(first).filter(|(_, _, is_base)| *is_base)?;
            let parts = disk(name)?;
            Some(whole(parts.0, name, parts))
        }
        (Some(name), None, _) => Some(whole(vmid(first)?, name, disk(name)?)),
        (Some(base), Some(owner), Some(name)) => {
            vmid(first)?;
            disk(base)?;
            Some(whole(vmid(owner)?, name, disk(name)?))
        }
        _ => None,
    }
}

/// Owner, number, and whether it is a base.
fn disk(name: &[u8]) -> Option<(u32, u32, bool)> {
    let (rest, is_base) = if let Some(rest) = name.strip_prefix(b"vm-") {
        (rest, false)
    } else if let Some(rest) = name.strip_prefix(b"base-") {
        (rest, true)
    } else if let Some(rest) = name.strip_prefix(b"subvol-") {
        (rest, false)
    } else {
        (name.strip_prefix(b"basevol-")?, true)
    };
    let dash = rest.iter().position(|byte| *byte == b'-')?;
    let owner = vmid(rest.get(..dash)?)?;
    let rest = rest.get(dash..)?.strip_prefix(b"-disk-")?;
    let dot = rest
        .iter()
        .position(|byte| *byte == b'.')
        .unwrap_or(rest.len());
    let (number, extension) = (rest.get(..dot)?, rest.get(dot..)?);
    let is_good = matches!(extension, b"" | b".raw" | b".qcow2" | b".vmdk" | b".subvol")
        && matches!(number.len(), 1..=9)
        && (number.len() == 1 || number.first() != Some(&b'0'));
    is_good.then_some(())?;
    Some((owner, digits(number)?, is_base))
}
