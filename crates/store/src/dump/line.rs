//! One line of a dump: how it is written, and how it is read back.

use crate::hex;
use std::borrow::Cow;

/// Appends the line of one key.
pub(crate) fn write_line(line: &mut String, key: &str, value: &[u8]) {
    line.push_str(r#"{"k":""#);
    // INVARIANT: a key holds no control characters, so that nothing else is escaped.
    if key.contains(['"', '\\']) {
        for character in key.chars() {
            if matches!(character, '"' | '\\') {
                line.push('\\');
            }
            line.push(character);
        }
    } else {
        line.push_str(key);
    }
    match core::str::from_utf8(value) {
        Ok(text) if is_one_line_of_json(text) => {
            line.push_str(r#"","v":"#);
            line.push_str(text);
        }
        _ => {
            line.push_str(r#"","x":""#);
            hex::push(line, value);
            line.push('"');
        }
    }
    line.push('}');
}

/// The parts of a line. The key's text may still be no key.
pub(crate) struct Line<'a> {
    pub(crate) key: Cow<'a, str>,
    pub(crate) value: Cow<'a, [u8]>,
}

impl<'a> Line<'a> {
    /// Takes a line apart that has the form of one. Whether its value is of the kind that it says
    /// is not looked at.
    pub(crate) fn split(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(r#"{"k":""#)?.strip_suffix('}')?;
        let (key, rest) = split_key(rest)?;
        let value = match rest.strip_prefix(r#","v":"#) {
            Some(json) => Cow::Borrowed(json.as_bytes()),
            None => Cow::Owned(hex::decode(
                rest.strip_prefix(r#","x":""#)?.strip_suffix('"')?,
            )?),
        };
        Some(Self { key, value })
    }

    /// Takes a line apart that [`write_line`] may have written, but for its key, which must still
    /// be one.
    pub(crate) fn read(text: &'a str) -> Option<Self> {
        let line = Self::split(text)?;
        let one_line = core::str::from_utf8(&line.value).is_ok_and(is_one_line_of_json);
        // INVARIANT: a value stands as JSON where it is, and in hex digits where it is not.
        (one_line == matches!(line.value, Cow::Borrowed(_))).then_some(line)
    }
}

/// The text up to the closing quote, and what follows that.
fn split_key(text: &str) -> Option<(Cow<'_, str>, &str)> {
    let end = text.find(['"', '\\'])?;
    let (plain, rest) = text.split_at_checked(end)?;
    if let Some(rest) = rest.strip_prefix('"') {
        return Some((Cow::Borrowed(plain), rest));
    }
    let mut key = plain.to_owned();
    let mut characters = rest.chars();
    loop {
        match characters.next()? {
            '"' => return Some((Cow::Owned(key), characters.as_str())),
            '\\' => key.push(
                characters
                    .next()
                    .filter(|next| matches!(next, '"' | '\\'))?,
            ),
            other => key.push(other),
        }
    }
}

fn is_one_line_of_json(text: &str) -> bool {
    // Without a way out of the loop, so that many bytes are looked at in one step.
    let unusual = |found: bool, byte: u8| found | byte.is_ascii_control() | !byte.is_ascii();
    let one_line = !text.bytes().fold(false, unusual) || !text.contains(char::is_control);
    one_line && text.trim() == text && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}
