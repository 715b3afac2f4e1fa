//! Items of content libraries.

use super::{
    name::{Lower, ReadableName},
    path::{self, Path},
};
use crate::{
    Cloud,
    scan::{Cursor, Flaw, Piece},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// `/LIBRARY/ITEM`: a template in a content library.
///
/// Names follow the rules of the inventory: 1 to 80 characters of ASCII, the escapes `%2f`, `%5c` and
/// `%25`, which the canonical text has in lower case. An item that is named like a tree of the
/// inventory (`vm`, `host`, `datastore`, `network`) cannot be told from one and is refused.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LibraryItem {
    // The offset follows from the text, so the derived order is the text's.
    text: Arc<str>,
    item: u16,
}

/// [`LibraryItem`] as it stands in a text that somebody else owns.
///
/// It keeps the spelling, so it does not compare: compare owned items, or what both display.
#[derive(Clone, Copy)]
pub struct LibraryItemRef<'a> {
    pub(super) text: &'a str,
    /// The offset of the slash before the item.
    pub(super) item: u16,
    pub(super) is_canonical: bool,
}

impl<'a> LibraryItemRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        match path::scan(cursor)? {
            Path::LibraryItem(item) => Ok(item),
            Path::Template(path) => Err(in_inventory(cursor.rest(), path.datacenter_path())),
        }
    }

    /// The item in a text of its own; allocates once.
    pub fn into_owned(self) -> LibraryItem {
        let plain = self.is_canonical.then_some(self.text);
        LibraryItem {
            text: shared(plain, self),
            item: self.item,
        }
    }

    /// The library's name as it stands in the text.
    pub fn library(self) -> &'a str {
        self.text.get(1..usize::from(self.item)).unwrap_or("")
    }

    /// The item's name as it stands in the text.
    pub fn item(self) -> &'a str {
        self.text.get(usize::from(self.item) + 1..).unwrap_or("")
    }

    /// Displays the item's name with its escapes undone, for people.
    pub fn readable(self) -> ReadableName<'a> {
        ReadableName(self.item())
    }
}

/// The canonical text.
impl fmt::Display for LibraryItemRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Lower(self.text), f)
    }
}

borrowed_twin!(LibraryItem, LibraryItemRef, Cloud::Vmware);

impl LibraryItem {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The library's name as it stands in the text.
    pub fn library(&self) -> &str {
        self.view().library()
    }

    /// The item's name as it stands in the text.
    pub fn item(&self) -> &str {
        self.view().item()
    }

    /// Displays the item's name with its escapes undone, for people.
    pub fn readable(&self) -> ReadableName<'_> {
        self.view().readable()
    }

    fn view(&self) -> LibraryItemRef<'_> {
        LibraryItemRef {
            text: &self.text,
            item: self.item,
            is_canonical: true,
        }
    }
}

id_text!(LibraryItem);

#[cold]
fn in_inventory(path: Piece<'_>, datacenter: &str) -> Flaw {
    let at = path.at + datacenter.len() + 1;
    Flaw::says(at, "a path in the inventory", "`/LIBRARY/ITEM`")
}
