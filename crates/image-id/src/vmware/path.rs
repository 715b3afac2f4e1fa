//! Paths in the inventory and in content libraries.

use super::VmwareImageId;
use crate::{
    Cloud, ParseImageIdError,
    scan::{Flaw, Piece},
    text::id_text,
};
use std::sync::Arc;

/// `/DATACENTER/vm/folder/…/NAME`; the datacenter may stand in folders of its own.
///
/// In one name only `%2f`, `%5c` and `%25` are escapes; the canonical text has them in lower case.
/// Names compare with case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplatePath {
    text: Arc<str>,
}

/// `/LIBRARY/ITEM`: a template in a content library.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LibraryItem {
    text: Arc<str>,
}

impl TemplatePath {
    /// Reads an inventory path.
    ///
    /// # Errors
    ///
    /// A name is malformed, or the path does not lead through a datacenter's `vm` folder.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        let found = match Piece::capped(text).and_then(scan) {
            Ok(VmwareImageId::Template(path)) => return Ok(path),
            Ok(_) => Flaw::says(0, "an item of a library", "an inventory path"),
            Err(flaw) => flaw,
        };
        Err(ParseImageIdError::new(Cloud::Vmware, text, found))
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The datacenter's name as it stands in the path.
    pub fn datacenter(&self) -> &str {
        // A datacenter may be called `vm` as well: its folder is the first one below a name.
        let names = self.text.split('/').skip(1);
        let mut pairs = names.clone().zip(names.skip(1));
        pairs
            .find(|(_, folder)| *folder == "vm")
            .map_or("", |(datacenter, _)| datacenter)
    }

    /// The template's name as it stands in the path.
    pub fn name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or_default()
    }
}

id_text!(TemplatePath);

impl LibraryItem {
    /// Reads `/LIBRARY/ITEM`.
    ///
    /// # Errors
    ///
    /// A name is malformed, or there are not two.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        let found = match Piece::capped(text).and_then(scan) {
            Ok(VmwareImageId::LibraryItem(item)) => return Ok(item),
            Ok(_) => Flaw::says(0, "an inventory path", "`/LIBRARY/ITEM`"),
            Err(flaw) => flaw,
        };
        Err(ParseImageIdError::new(Cloud::Vmware, text, found))
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The library's name.
    pub fn library(&self) -> &str {
        self.text.split('/').nth(1).unwrap_or_default()
    }

    /// The item's name.
    pub fn item(&self) -> &str {
        self.text.split('/').nth(2).unwrap_or_default()
    }
}

id_text!(LibraryItem);

/// Reads a text that begins with a slash.
pub(super) fn scan(piece: Piece<'_>) -> Result<VmwareImageId, Flaw> {
    let Some(names) = piece.strip("/") else {
        return Err(Flaw::found(piece.at, PATH));
    };
    let mut tree = None;
    let mut count = 0;
    let mut last = names;
    for name in names.parts('/') {
        inventory_name(name)?;
        if count > 0
            && tree.is_none()
            && matches!(name.text, "vm" | "host" | "datastore" | "network")
        {
            tree = Some((count, name));
        }
        count += 1;
        last = name;
    }
    let text = || Arc::from(lower_escapes(piece.text));
    match tree {
        Some((at, tree)) if tree.text == "vm" => match count - at {
            1 => Err(Flaw::found(piece.end(), "`/` and the template's name")),
            _ => Ok(VmwareImageId::Template(TemplatePath { text: text() })),
        },
        Some((_, tree)) => {
            let flaw = Flaw::says(tree.at, "another tree than `vm`", PATH);
            Err(flaw.hint("templates stand below the datacenter's `vm` folder"))
        }
        None if count == 2 => Ok(VmwareImageId::LibraryItem(LibraryItem { text: text() })),
        None if count == 1 => Err(Flaw::found(last.end(), PATH)),
        None => {
            let wrong = names
                .parts('/')
                .skip(1)
                .find(|name| name.text.eq_ignore_ascii_case("vm"));
            let at = names.parts('/').nth(1).map_or(names.at, |second| second.at);
            let flaw = Flaw::found(wrong.map_or(at, |name| name.at), "the folder `vm`");
            Err(if wrong.is_some() {
                flaw.hint("write `vm` in lower case")
            } else {
                flaw
            })
        }
    }
}

/// One name: 1 to 80 characters, an escape being one.
pub(crate) fn inventory_name(name: Piece<'_>) -> Result<(), Flaw> {
    if name.text.is_empty() {
        return Err(Flaw::empty(name.at, "name", NAME));
    }
    if matches!(name.text, "." | ".." | "...") {
        return Err(Flaw::found(name.at, NAME));
    }
    if let Some(at) = name.misfit(is_name) {
        let flaw = Flaw::found(at, NAME);
        return Err(match name.text.as_bytes().get(at - name.at) {
            Some(b'*' | b'?' | b'[') => flaw.hint("patterns are not stored: give one name"),
            Some(b'\\') => flaw.hint("write `%5c` for a backslash"),
            _ => flaw,
        });
    }
    if name.text.starts_with(' ') {
        return Err(Flaw::found(name.at, NAME));
    }
    if name.text.ends_with(' ') {
        return Err(Flaw::found(name.end() - 1, NAME));
    }
    let mut escapes = 0;
    for behind in name.parts('%').skip(1) {
        escapes += 1;
        let code = behind.text.get(..2).unwrap_or_default();
        if !["2f", "5c", "25"]
            .iter()
            .any(|known| known.eq_ignore_ascii_case(code))
        {
            return Err(Flaw::found(behind.at, ESCAPE).hint("write `%25` for a percent sign"));
        }
    }
    let found = name.text.len() - 2 * escapes;
    if found > 80 {
        let words = "a name of more than 80 characters";
        // An escape is one character; the name was found to hold whole ones.
        let mut at = 0;
        for _ in 0..80 {
            at += if name.text.as_bytes().get(at) == Some(&b'%') {
                3
            } else {
                1
            };
        }
        return Err(Flaw::says(name.at + at, words, NAME));
    }
    Ok(())
}

/// The escapes of checked names in lower case.
pub(crate) fn lower_escapes(text: &str) -> String {
    text.replace("%2F", "%2f").replace("%5C", "%5c")
}

const fn is_name(byte: u8) -> bool {
    matches!(byte, b' '..=b'~') && !matches!(byte, b'*' | b'?' | b'[' | b'\\' | b'/')
}

const PATH: &str = "`/DATACENTER/vm/…/NAME` or `/LIBRARY/ITEM`";
const NAME: &str = "a name of 1 to 80 printable characters without `*`, `?`, `[` and backslash";
const ESCAPE: &str = "one of the escapes `%2f`, `%5c` and `%25`";
