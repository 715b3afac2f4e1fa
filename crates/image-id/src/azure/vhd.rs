//! VHDs in storage accounts.

mod flaw;

pub(super) use self::flaw::wrong_scheme;

use self::flaw::{no_escape, no_part, no_path, wrong_container, wrong_host, wrong_name};
use crate::{
    Cloud,
    scan::{Class, Cursor, Flaw, Piece, Rule},
    text::{borrowed_twin, id_text},
};
use core::fmt;
use std::sync::Arc;

/// `https://ACCOUNT.blob.core.windows.net/CONTAINER/PATH.vhd`, also on the sovereign hosts.
///
/// Compares with case: blob names are case-sensitive. `http` is read, as old accounts print it, and
/// is another address than `https`. An address with a query is refused: a shared access signature is
/// a secret, which is neither stored nor repeated in the error.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VhdUrl {
    // The cuts follow from the text, so the derived order is the text's.
    text: Arc<str>,
    cuts: Cuts,
}

/// Where the parts are.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct Cuts {
    /// Where the account begins.
    account: usize,
    /// Where the container begins.
    container: usize,
    /// Where the blob begins.
    blob: usize,
}

impl VhdUrl {
    /// The address as given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address as it stands in this one.
    pub fn borrowed(&self) -> VhdUrlRef<'_> {
        VhdUrlRef {
            text: &self.text,
            cuts: self.cuts,
        }
    }

    /// The storage account.
    pub fn account(&self) -> &str {
        self.borrowed().account()
    }

    /// The host, with the account.
    pub fn host(&self) -> &str {
        self.borrowed().host()
    }

    /// The container.
    pub fn container(&self) -> &str {
        self.borrowed().container()
    }

    /// The path inside the container, escapes as given.
    pub fn blob(&self) -> &str {
        self.borrowed().blob()
    }
}

id_text!(VhdUrl);
borrowed_twin!(VhdUrl, VhdUrlRef, Cloud::Azure);

/// [`VhdUrl`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct VhdUrlRef<'a> {
    text: &'a str,
    cuts: Cuts,
}

impl<'a> VhdUrlRef<'a> {
    pub(super) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let text = cursor.rest();
        let mut rest = cursor;
        if !rest.eat("https://") && !rest.eat("http://") {
            return Err(wrong_scheme(text));
        }
        let mut cuts = Cuts {
            account: rest.at() - text.at,
            container: 0,
            blob: 0,
        };
        let host = rest.rest();
        let account = rest.take(ACCOUNT.inner);
        if !(3..=ACCOUNT.most).contains(&account.text.len()) || !eat_service(&mut rest) {
            return Err(wrong_host(host));
        }
        cuts.container = rest.at() - text.at;
        container(&mut rest)?;
        cuts.blob = rest.at() - text.at;
        blob(rest.rest())?;
        Ok(Self {
            text: text.text,
            cuts,
        })
    }

    /// The address in a text of its own; allocates once.
    pub fn into_owned(self) -> VhdUrl {
        VhdUrl {
            text: self.text.into(),
            cuts: self.cuts,
        }
    }

    /// The address as given.
    pub fn as_str(self) -> &'a str {
        self.text
    }

    /// The storage account.
    pub fn account(self) -> &'a str {
        self.host().split('.').next().unwrap_or_default()
    }

    /// The host, with the account.
    pub fn host(self) -> &'a str {
        self.between(self.cuts.account, self.cuts.container)
    }

    /// The container.
    pub fn container(self) -> &'a str {
        self.between(self.cuts.container, self.cuts.blob)
    }

    /// The path inside the container, escapes as given.
    pub fn blob(self) -> &'a str {
        self.text.get(self.cuts.blob..).unwrap_or_default()
    }

    /// What stands between two places, without the slash before the second.
    fn between(self, at: usize, next: usize) -> &'a str {
        self.text.get(at..next - 1).unwrap_or_default()
    }
}

/// The address as given.
impl fmt::Display for VhdUrlRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

/// Whether a scheme stands here: what follows is no URN, whose parts have no `//` between them.
pub(super) fn has_scheme(cursor: Cursor<'_>) -> bool {
    let text = cursor.rest().text;
    text.starts_with("https://") || text.starts_with("http://")
}

/// Reads the rest of the host and its slash: public Azure, China, the US government, and Germany
/// until 2021.
fn eat_service(rest: &mut Cursor<'_>) -> bool {
    rest.eat(".blob.core.")
        && (rest.eat("windows.net/")
            || rest.eat("chinacloudapi.cn/")
            || rest.eat("usgovcloudapi.net/")
            || rest.eat("cloudapi.de/"))
}

/// Reads 3 to 63 lower-case letters, digits and single dashes, or `$root`, and the slash.
fn container(rest: &mut Cursor<'_>) -> Result<(), Flaw> {
    let start = *rest;
    if rest.eat("$root/") {
        return Ok(());
    }
    while !rest.take(Class::LOWER_OR_DIGIT).text.is_empty() {
        if rest.eat("-") {
            continue;
        }
        if (3..=63).contains(&(rest.at() - start.at())) && rest.eat("/") {
            return Ok(());
        }
        break;
    }
    Err(wrong_container(start, *rest))
}

/// Checks the path of a blob: no part is empty or made of dots only, and the name ends in `.vhd`.
fn blob(piece: Piece<'_>) -> Result<(), Flaw> {
    let bytes = piece.text.as_bytes();
    let (mut part, mut at) = (0, 0);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'/' => match bytes.get(part..at) {
                None | Some(b"" | b"." | b"..") => return Err(no_part(piece, part, at)),
                Some(_) => part = at + 1,
            },
            b'%' => match bytes.get(at + 1..at + 3) {
                Some([high, low]) if high.is_ascii_hexdigit() && low.is_ascii_hexdigit() => at += 2,
                _ => return Err(no_escape(piece, at)),
            },
            byte if is_path(*byte) => {}
            _ => return Err(no_path(piece, at)),
        }
        at += 1;
    }
    let name = bytes.get(part..).unwrap_or_default();
    let is_vhd = matches!(name, [_, .., b'.', b'v', b'h', b'd']);
    if is_vhd && (bytes.len() <= 1024 || characters(bytes) <= 1024) {
        Ok(())
    } else {
        Err(wrong_name(piece, part, is_vhd))
    }
}

/// The characters of a URL's path, save `/`, `%`, and `&`, which begins a part of a query.
const fn is_path(byte: u8) -> bool {
    matches!(
        byte,
        b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'!' | b'$' | b'\''
            | b'(' | b')' | b'*' | b'+' | b',' | b';' | b'=' | b':' | b'@'
    )
}

/// How many characters a path has when its escapes are undone.
#[cold]
fn characters(path: &[u8]) -> usize {
    let escapes = path.split(|byte| *byte == b'%').skip(1);
    // The bytes behind the first of a character are escaped as 80 to bf.
    let inner = escapes.clone().filter(|escape| {
        matches!(
            escape.first(),
            Some(b'8' | b'9' | b'a' | b'b' | b'A' | b'B')
        )
    });
    path.len() - 2 * escapes.count() - inner.count()
}

const ACCOUNT: Rule = Rule {
    part: "storage account",
    most: 24,
    first: Class::LOWER_OR_DIGIT,
    inner: Class::LOWER_OR_DIGIT,
    last: Class::LOWER_OR_DIGIT,
    expected: "a storage account of 3 to 24 lower-case letters and digits",
};
