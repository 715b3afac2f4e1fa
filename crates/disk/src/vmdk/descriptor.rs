//! The text inside of a VMDK, which says what kind it is, and could name other files.

use super::header::{Header, SECTOR};
use crate::{DiskError, Reason, Refusal, error::refuse};
use std::collections::BTreeMap;

/// How many digits fewer a content id of 8 digits may have than the one that was there before.
const SHORTER: usize = 7;

/// Whether what follows the end of a descriptor is nothing, or what QEMU leaves there: it writes the
/// descriptor anew with another content id, and where that has fewer digits, as one of 256 has, the last
/// bytes of the text that was there stay behind it, which are those of the new one too.
fn is_leftover(rest: &[u8], text: &[u8]) -> bool {
    let end = rest.iter().rposition(|byte| *byte != 0);
    let rest = end.map_or(&[][..], |end| rest.get(..=end).unwrap_or(rest));
    rest.len() < SHORTER && text.ends_with(rest)
}

/// Checks a descriptor: it is of one of the two kinds, of one extent, which is this file, and of no
/// parent. A line that is not understood is refused (R3).
pub(crate) fn check(bytes: &[u8], header: &Header) -> Result<(), DiskError> {
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let text = parts.next().unwrap_or_default();
    if parts.next().is_some_and(|rest| !is_leftover(rest, text)) {
        return refuse(wrong("something follows its descriptor"));
    }
    // QEMU leaves room for one in each part of a disk in many files.
    if text.is_empty() {
        let refusal = Refusal::new(Reason::VmdkSubtype).what("it has no descriptor");
        return refuse(refusal.at(SECTOR));
    }
    let text = String::from_utf8_lossy(text).to_lowercase();
    let mut said = BTreeMap::new();
    let mut extents = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        if let Some(extent) = access(line) {
            extents.push(extent);
            continue;
        }
        let Some((key, value)) = line.split_once('=') else {
            return refuse(wrong("the line").named(line));
        };
        let (key, value) = (key.trim(), unquoted(value.trim()));
        // As VMware tells of a key.
        if key.starts_with("encryption.") {
            return refuse(
                Refusal::new(Reason::Encrypted)
                    .what("the disk, by")
                    .named(key),
            );
        }
        if !key.starts_with("ddb.") && !KEYS.contains(&key) {
            return refuse(wrong("the line").named(line));
        }
        if said.insert(key, value).is_some() {
            return refuse(wrong("two lines say").named(key));
        }
    }
    check_said(&said, header)?;
    match extents.as_slice() {
        [extent] => check_extent(extent, header),
        [] => refuse(wrong("it has no extent")),
        _ => refuse(Refusal::new(Reason::VmdkExtentPath).what("it has more than one extent")),
    }
}

/// What a descriptor may say besides its disk database, in lower case.
const KEYS: &[&str] = &[
    "version",
    "encoding",
    "cid",
    "parentcid",
    "isnativesnapshot",
    "createtype",
    "parentfilenamehint",
    "changetrackpath",
];

fn check_said(said: &BTreeMap<&str, &str>, header: &Header) -> Result<(), DiskError> {
    let get = |key| said.get(key).copied();
    match get("version") {
        None | Some("1" | "2" | "3") => {}
        Some(other) => {
            let refusal = Refusal::new(Reason::BadVersion).what("of its descriptor");
            return refuse(refusal.named(other));
        }
    }
    let is_packed = match get("createtype") {
        Some("monolithicsparse") => false,
        Some("streamoptimized") => true,
        Some(other) => return refuse(Refusal::new(Reason::VmdkSubtype).named(other)),
        None => return refuse(wrong("its descriptor has no createType")),
    };
    if is_packed != header.is_packed {
        return refuse(wrong("its createType, which its flags contradict"));
    }
    let parent = Refusal::new(Reason::Parent);
    match get("parentcid") {
        Some("ffffffff") => {}
        Some(other) => return refuse(parent.what("parentCID").named(other)),
        None => return refuse(wrong("its descriptor has no parentCID")),
    }
    if let Some(name) = get("parentfilenamehint") {
        return refuse(parent.what("parentFileNameHint").named(name));
    }
    if get("isnativesnapshot").is_some_and(|value| value != "no") {
        return refuse(parent.what("isNativeSnapshot"));
    }
    // VirtualBox tells of parents here.
    if let Some(uuid) =
        get("ddb.uuid.parent").filter(|uuid| uuid.contains(|it| it != '0' && it != '-'))
    {
        return refuse(parent.what("ddb.uuid.parent").named(uuid));
    }
    if let Some(name) = get("changetrackpath") {
        let refusal = Refusal::new(Reason::VmdkExtentPath).what("changeTrackPath");
        return refuse(refusal.named(name));
    }
    Ok(())
}

/// The line of an extent, without its first word.
fn access(line: &str) -> Option<&str> {
    let (first, rest) = line.split_once([' ', '\t'])?;
    matches!(first, "rw" | "rdonly" | "noaccess").then(|| rest.trim())
}

/// `6151 sparse "disk.vmdk"`: the name is not used, and must be none of another place.
fn check_extent(extent: &str, header: &Header) -> Result<(), DiskError> {
    let line = || wrong("the extent").named(extent);
    let (before, named) = extent.split_once('"').unwrap_or((extent, ""));
    let mut words = before.split_ascii_whitespace();
    let (Some(sectors), Some(kind), None) = (words.next(), words.next(), words.next()) else {
        return refuse(line());
    };
    if kind != "sparse" {
        let refusal = Refusal::new(Reason::VmdkExtentPath);
        return refuse(refusal.what("the extent").named(extent));
    }
    let Some((name, offset)) = named.rsplit_once('"') else {
        return refuse(line());
    };
    let is_path = name.contains(['/', '\\', '"']) || name.contains("..");
    if name.is_empty() || is_path {
        let refusal = Refusal::new(Reason::VmdkExtentPath);
        return refuse(refusal.what("the extent").named(name));
    }
    if !matches!(offset.trim(), "" | "0") {
        return refuse(line());
    }
    let sectors: u64 = sectors.parse().map_err(|_| line())?;
    if sectors.checked_mul(SECTOR) != Some(header.size) {
        let refusal = wrong("the sectors of its extent, which are not those of its header,");
        return refuse(refusal.found(sectors));
    }
    Ok(())
}

fn unquoted(value: &str) -> &str {
    let inside = value.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    inside.unwrap_or(value)
}

fn wrong(what: &'static str) -> Refusal {
    Refusal::new(Reason::VmdkHeader).what(what).at(SECTOR)
}
