//! What a person probably meant by a text that is no id.

use super::name::is_plain;
use crate::scan::{Flaw, Piece, is_digit};

/// Why none of the forms begins like this text; `uuid` is why it is no UUID.
#[cold]
pub(super) fn no_form(piece: Piece<'_>, uuid: Flaw) -> Flaw {
    const EXPECTED: &str = "`vm-N`, `/DATACENTER/vm/…/NAME`, `/LIBRARY/ITEM` or an instance UUID";
    let digits = piece.text.bytes().take_while(u8::is_ascii_hexdigit).count();
    let is_like_uuid = digits > 19 || (digits == 8 && piece.text.as_bytes().get(8) == Some(&b'-'));
    if is_like_uuid {
        return uuid;
    }
    hinted(Flaw::found(piece.at, EXPECTED), piece)
}

/// The flaw with a hint, if this is a well-known sort of text.
#[cold]
pub(super) fn hinted(flaw: Flaw, piece: Piece<'_>) -> Flaw {
    match hint(piece.text) {
        Some(hint) => flaw.hint(hint),
        None => flaw,
    }
}

fn hint(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    let begins = |(start, _): &&(&str, _)| lower.starts_with(start);
    if let Some((_, hint)) = STARTS.iter().find(begins) {
        return Some(hint);
    }
    let (is_typed, value) = match lower.rsplit_once(':') {
        Some((_, value)) => (true, value),
        None => (false, &*lower),
    };
    match object(value) {
        None => {}
        Some("") if is_typed => return Some("the type of a template is `VirtualMachine`"),
        Some("") => return Some("write `vm-` in lower case"),
        object => return object,
    }
    if lower.contains("://") {
        return Some(match moref(text) {
            Some(_) => "take the reference out of the address",
            None => "an address is no id: take the template's path",
        });
    }
    if uuid(text).is_some() {
        return Some("write the UUID as 8-4-4-4-12");
    }
    if text.contains('\\') {
        return Some("write `/` before each name");
    }
    if lower.contains("/vm/") {
        return Some("an inventory path begins with `/`");
    }
    if text.split('/').count() == 2 {
        return Some("an item of a content library is written `/LIBRARY/ITEM`");
    }
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let is_name = text.bytes().all(is_word) && text.ends_with(|last| last != '-');
    is_name.then_some("a bare name is ambiguous: give the path")
}

/// What a reference in lower case is one to, by what it begins with (govmomi, `object/common.go`);
/// nothing to say of a virtual machine.
fn object(value: &str) -> Option<&'static str> {
    let (word, tail) = value.split_once('-')?;
    // A letter tells apart what begins with one word: `domain-c8`, `group-v3`.
    let number = tail.trim_start_matches(|first: char| first.is_ascii_lowercase());
    let letter = tail.strip_suffix(number).unwrap_or_default();
    if letter.len() > 1 || number.is_empty() || !number.bytes().all(is_digit) {
        return None;
    }
    Some(match (word, letter) {
        ("vm", "") => "",
        ("host", _) => "this is a host",
        ("datacenter", _) => "this is a datacenter",
        ("datastore", _) => "this is a datastore",
        ("domain", _) => "this is a cluster: it belongs to the location",
        ("dvportgroup", _) => "this is a port group",
        ("dvs", _) => "this is a switch",
        ("network", _) => "this is a network",
        ("resgroup", "v") => "this is a vApp",
        ("resgroup", _) => "this is a resource pool",
        ("group", "p") => "this is a cluster of datastores",
        ("group", _) => "this is a folder",
        _ => return None,
    })
}

/// What texts begin with, in lower case.
const STARTS: &[(&str, &str)] = &[
    ("virtualmachine", "write `VirtualMachine:vm-N`"),
    ("vim.virtualmachine", "write `VirtualMachine:vm-N`"),
    (
        "urn:vmomi:virtualmachine:",
        "leave `urn:vmomi:` and the part behind the number out",
    ),
    (
        "vm/",
        "the datacenter stands before `vm`: `/DATACENTER/vm/…/NAME`",
    ),
    (
        "ds://",
        "this is a datastore's address: take the template's path",
    ),
    ("[", "this is a datastore's path: take the template's path"),
];

/// Texts that may have been meant, most likely first.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    let found = [moref(text), uuid(text), path(text)];
    found.into_iter().flatten().collect()
}

/// The reference in what vCenter's pages, `PowerCLI` and pyvmomi write around it.
fn moref(text: &str) -> Option<String> {
    if text.starts_with('/') {
        return None;
    }
    let lower = text.to_ascii_lowercase().replace("%3a", ":");
    let typed = lower.split("virtualmachine").skip(1);
    let mut values = typed.filter_map(|behind| behind.get(1..));
    if let Some(number) = values.find_map(number) {
        return Some(format!("VirtualMachine:vm-{number}"));
    }
    // The host of an address may be called `vm-1` as well.
    let (_, address) = lower.split_once("://")?;
    let (_, page) = address.split_once('/')?;
    let number = page.split(['/', '=', ':']).find_map(number)?;
    Some(format!("VirtualMachine:vm-{number}"))
}

/// The number of a reference that a text in lower case begins with.
fn number(text: &str) -> Option<&str> {
    let behind = text.strip_prefix("vm-")?;
    let end = behind.find(|next: char| !next.is_ascii_digit());
    let (number, rest) = behind.split_at_checked(end.unwrap_or(behind.len()))?;
    let goes_on =
        rest.starts_with(|next: char| next.is_alphanumeric() || matches!(next, '-' | '_' | '.'));
    (!number.is_empty() && !goes_on).then_some(number)
}

/// A UUID without dashes, with dashes and blanks elsewhere (as VMX files have them), in braces or as a
/// URN.
fn uuid(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let plain = lower.strip_prefix("urn:uuid:").unwrap_or(&lower);
    let mut uuid = String::new();
    for character in plain.chars() {
        match character {
            ' ' | '-' | '{' | '}' => {}
            '0'..='9' | 'a'..='f' => {
                if matches!(uuid.len(), 8 | 13 | 18 | 23) {
                    uuid.push('-');
                }
                uuid.push(character);
            }
            _ => return None,
        }
    }
    (uuid.len() == 36).then_some(uuid)
}

/// The path with each separator, keyword and percent sign as it has to be.
fn path(text: &str) -> Option<String> {
    // Addresses may hold secrets; nothing of one is repeated.
    if text.contains("://") {
        return None;
    }
    let separator = if text.contains('/') { '/' } else { '\\' };
    let mut names = Vec::new();
    let mut has_tree = false;
    for name in text.split(separator).map(str::trim) {
        // `PowerCLI` begins with a drive, `vi:\`, and with the server and its port.
        let is_drive = names.is_empty() && separator == '\\' && name.contains([':', '@']);
        if is_drive || matches!(name, "" | ".") {
            continue;
        }
        if !names.is_empty() && !has_tree && name.eq_ignore_ascii_case("vm") {
            has_tree = true;
            names.push("vm".to_owned());
        } else {
            names.push(escaped(name));
        }
    }
    let is_rooted = text.starts_with('/') && !text.starts_with("//");
    (has_tree || is_rooted).then(|| format!("/{}", names.join("/")))
}

/// A name whose escapes are those of the inventory, and not those of addresses.
fn escaped(name: &str) -> String {
    let mut parts = name.split('%');
    let mut escaped = parts.next().unwrap_or_default().replace('\\', "%5c");
    for part in parts {
        let (code, plain) = part.split_at_checked(2).unwrap_or(("", part));
        match u8::from_str_radix(code, 16) {
            Ok(byte) if is_plain(byte) => escaped.push(char::from(byte)),
            Ok(b'%' | b'/' | b'\\') => {
                escaped.push('%');
                escaped.push_str(code);
            }
            _ => {
                escaped.push_str("%25");
                escaped.push_str(code);
            }
        }
        escaped.push_str(&plain.replace('\\', "%5c"));
    }
    escaped
}
