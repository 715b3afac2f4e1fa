//! Names of inventory objects and their escapes.

use crate::scan::{Flaw, Piece};
use core::fmt::{self, Write as _};

/// The most characters of a name; an escape is one.
const MOST: usize = 80;

const NAME: &str = "a name of 1 to 80 printable characters without `*`, `?`, `[` and backslash";
const ESCAPE: &str = "one of the escapes `%2f`, `%5c` and `%25`";

/// How far a name goes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Run {
    pub(super) length: usize,
    /// Whether an escape has an upper-case letter.
    pub(super) is_shouted: bool,
}

/// Reads the name that the bytes begin with, 1 to 80 characters without blanks around them, up to a
/// slash or the end.
///
/// Names are ASCII here. In one name only `%2f`, `%5c` and `%25` are escapes, for slash, backslash and
/// percent sign (vSphere API, `ManagedEntity.name`). `*`, `?` and `[` are refused, for govc takes them as
/// patterns, and so are `.`, `..` and `...`, which are no names to it.
#[inline]
pub(super) fn take(bytes: &[u8]) -> Option<Run> {
    let length = plain(bytes);
    let run = match bytes.get(length) {
        None | Some(b'/') if length <= MOST => Run {
            length,
            is_shouted: false,
        },
        Some(b'%') => escaped(bytes, length)?,
        _ => return None,
    };
    match bytes.get(..run.length)? {
        [] | [b' ', ..] | [.., b' '] | b"." | b".." | b"..." => None,
        _ => Some(run),
    }
}

/// How many bytes that stand for themselves come first.
fn plain(bytes: &[u8]) -> usize {
    let is_plain = |byte: &u8| PLAIN.get(usize::from(*byte)).copied().unwrap_or_default();
    let end = bytes.iter().position(|byte| !is_plain(byte));
    end.unwrap_or(bytes.len())
}

/// Reads on from the first escape of a name.
fn escaped(bytes: &[u8], mut length: usize) -> Option<Run> {
    let mut escapes = 0;
    let mut is_shouted = false;
    loop {
        let rest = bytes.get(length..)?;
        match rest {
            [] | [b'/', ..] => break,
            [b'%', b'2', b'f' | b'5', ..] | [b'%', b'5', b'c', ..] => {}
            [b'%', b'2', b'F', ..] | [b'%', b'5', b'C', ..] => is_shouted = true,
            _ => return None,
        }
        escapes += 1;
        length += 3 + plain(rest.get(3..)?);
    }
    (length <= MOST + 2 * escapes).then_some(Run { length, is_shouted })
}

/// A whole text that is one name.
pub(crate) fn inventory_name(piece: Piece<'_>) -> Result<(), Flaw> {
    match take(piece.text.as_bytes()) {
        Some(run) if run.length == piece.text.len() => Ok(()),
        Some(run) => Err(Flaw::found(piece.at + run.length, NAME)),
        None => Err(flaw_of(piece)),
    }
}

/// Finds the first wrong byte of a name that was refused, with whatever follows it.
#[cold]
pub(super) fn flaw_of(piece: Piece<'_>) -> Flaw {
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
                Some(at) => return wrong_escape(rest, at),
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

fn wrong_escape(escape: Piece<'_>, at: usize) -> Flaw {
    let flaw = Flaw::found(escape.at + at, ESCAPE);
    match escape.text.as_bytes() {
        [_, high, low, ..] if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => {
            flaw.hint("names are not encoded as addresses are")
        }
        _ => flaw.hint("write `%25` for a percent sign"),
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

/// [`is_plain`] of every byte: a look-up is faster than the comparisons.
static PLAIN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0_u8;
    loop {
        #[expect(
            clippy::indexing_slicing,
            reason = "a byte is an index below 256; at compile time"
        )]
        {
            table[byte as usize] = is_plain(byte);
        }
        if byte == u8::MAX {
            break;
        }
        byte += 1;
    }
    table
};
