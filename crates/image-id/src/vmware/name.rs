//! Names of inventory objects and their escapes.

use crate::scan::{Flaw, Piece};
use core::fmt::{self, Write as _};

/// The most characters of a name; an escape is one.
const MOST: usize = 80;

const NAME: &str = "a name of 1 to 80 printable characters without `*`, `?`, `[` and backslash";
const ESCAPE: &str = "one of the escapes `%2f`, `%5c` and `%25`";

/// A name at the start of a text, as far as it goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run<'a> {
    pub(super) name: &'a str,
    /// What follows: nothing, or a slash.
    pub(super) rest: &'a str,
    /// Whether an escape has an upper-case letter.
    pub(super) is_shouted: bool,
}

/// Reads the name that `piece` begins with: 1 to 80 characters, without blanks around them.
///
/// Names are ASCII here. In one name only `%2f`, `%5c` and `%25` are escapes, for slash, backslash and
/// percent sign (vSphere API, `ManagedEntity.name`). `*`, `?` and `[` are refused, for govc takes them as
/// patterns, and so are `.`, `..` and `...`, which are no names to it.
pub(super) fn take(piece: Piece<'_>) -> Result<Run<'_>, Flaw> {
    let mut length = 0;
    let mut escapes = 0;
    let mut is_shouted = false;
    loop {
        let rest = piece.text.as_bytes().get(length..).unwrap_or_default();
        let plain = rest.iter().position(|byte| !is_plain(*byte));
        let Some(plain) = plain else {
            length += rest.len();
            break;
        };
        length += plain;
        match rest.get(plain..) {
            Some([b'%', b'2', b'f' | b'5', ..] | [b'%', b'5', b'c', ..]) => {}
            Some([b'%', b'2', b'F', ..] | [b'%', b'5', b'C', ..]) => is_shouted = true,
            _ => break,
        }
        length += 3;
        escapes += 1;
    }
    // The run is ASCII, so that it ends where a character does.
    let (name, rest) = piece.text.split_at_checked(length).unwrap_or_default();
    let bytes = name.as_bytes();
    let is_name = match (bytes.first(), bytes.last()) {
        (Some(b'.'), _) if matches!(name, "." | ".." | "...") => false,
        (Some(b' '), _) | (_, None | Some(b' ')) => false,
        _ => length <= MOST + 2 * escapes && matches!(rest.as_bytes().first(), None | Some(b'/')),
    };
    if is_name {
        Ok(Run {
            name,
            rest,
            is_shouted,
        })
    } else {
        Err(flaw_of(piece))
    }
}

/// A whole text that is one name.
pub(crate) fn inventory_name(piece: Piece<'_>) -> Result<(), Flaw> {
    let run = take(piece)?;
    if run.rest.is_empty() {
        return Ok(());
    }
    Err(Flaw::found(piece.at + run.name.len(), NAME))
}

/// Finds the first wrong byte of a name that was refused, with whatever follows it.
#[cold]
fn flaw_of(piece: Piece<'_>) -> Flaw {
    let (name, _) = piece.split('/');
    if name.text.is_empty() {
        return Flaw::empty(name.at, "name", NAME);
    }
    if matches!(name.text, "." | ".." | "...") {
        let flaw = Flaw::found(name.at, NAME);
        return flaw.hint("a path is stored whole, without steps");
    }
    if name.text.starts_with(' ') {
        return Flaw::found(name.at, NAME).hint(BLANK);
    }
    let mut rest = name;
    let mut characters = 0;
    while let Some(byte) = rest.text.bytes().next() {
        if characters == MOST {
            return long(name, rest.at);
        }
        let width = match byte {
            b'%' => match wrong_escape_byte(rest.text.as_bytes()) {
                Some(at) => {
                    let flaw = Flaw::found(rest.at + at, ESCAPE);
                    return flaw.hint("write `%25` for a percent sign");
                }
                None => 3,
            },
            _ if is_plain(byte) => 1,
            _ => return wrong_byte(byte, rest.at),
        };
        let text = rest.text.get(width..).unwrap_or_default();
        let at = rest.at + width;
        rest = Piece { text, at };
        characters += 1;
    }
    Flaw::found(name.end() - 1, NAME).hint(BLANK)
}

const BLANK: &str = "a name has no blanks around it";

fn long(name: Piece<'_>, at: usize) -> Flaw {
    let triples = name.text.as_bytes().windows(3);
    let escapes =
        triples.filter(|bytes| bytes.starts_with(b"%") && wrong_escape_byte(bytes).is_none());
    let found = name.text.len() - 2 * escapes.count();
    Flaw::long(at, "name", found, MOST, NAME)
}

fn wrong_byte(byte: u8, at: usize) -> Flaw {
    let flaw = Flaw::found(at, NAME);
    match byte {
        b'*' | b'?' | b'[' => flaw.hint("patterns are not stored: give one name"),
        b'\\' => flaw.hint("write `%5c` for a backslash"),
        _ => flaw,
    }
}

/// The offset of the first byte that makes this no escape, behind a percent sign.
fn wrong_escape_byte(bytes: &[u8]) -> Option<usize> {
    match bytes {
        [_, b'2', b'f' | b'F' | b'5', ..] | [_, b'5', b'c' | b'C', ..] => None,
        [_, b'2' | b'5', ..] => Some(2),
        _ => Some(1),
    }
}

/// The escapes of checked names in lower case.
pub(crate) fn lower_escapes(text: &str) -> String {
    Lower(text).to_string()
}

/// Displays checked names with their escapes in lower case.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lower<'a>(pub(super) &'a str);

impl fmt::Display for Lower<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = self.0.split('%');
        f.write_str(parts.next().unwrap_or_default())?;
        for part in parts {
            // Of the letters that an escape may have, `C` and `F` alone are upper case.
            let (code, plain) = part.split_at_checked(2).unwrap_or((part, ""));
            f.write_char('%')?;
            f.write_str(match code {
                "2F" => "2f",
                "5C" => "5c",
                code => code,
            })?;
            f.write_str(plain)?;
        }
        Ok(())
    }
}

/// Displays a name as people know it, its escapes undone: `a/b` for `a%2fb`.
///
/// It is no part of any id: parse and store the name as it stands in the path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReadableName<'a>(pub(super) &'a str);

impl fmt::Display for ReadableName<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = self.0.split('%');
        f.write_str(parts.next().unwrap_or_default())?;
        for part in parts {
            let (code, plain) = part.split_at_checked(2).unwrap_or((part, ""));
            f.write_char(match code {
                "2f" | "2F" => '/',
                "5c" | "5C" => '\\',
                _ => '%',
            })?;
            f.write_str(plain)?;
        }
        Ok(())
    }
}

/// What stands in a name for itself.
pub(super) const fn is_plain(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'*' | b'?' | b'[' | b'\\' | b'/' | b'%')
}
