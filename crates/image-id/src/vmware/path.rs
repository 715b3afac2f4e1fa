//! Paths in the inventory.

use super::{
    LibraryItemRef,
    name::{self, Lower, ReadableName},
};
use crate::{
    Cloud,
    scan::{Cursor, Flaw, Piece},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// `/DATACENTER/vm/folder/…/NAME`; the datacenter may stand in folders of its own.
///
/// A name has 1 to 80 characters of ASCII, an escape being one. In one name only `%2f`, `%5c` and `%25`
/// are escapes; the canonical text has them in lower case. Names compare with case.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TemplatePath {
    // The offset follows from the text, so the derived order is the text's.
    text: Arc<str>,
    tree: u16,
}

/// [`TemplatePath`] as it stands in a text that somebody else owns.
///
/// It keeps the spelling, so it does not compare: compare owned paths, or what both display.
#[derive(Clone, Copy)]
pub struct TemplatePathRef<'a> {
    text: &'a str,
    /// The offset of the slash before `vm`.
    tree: u16,
    is_canonical: bool,
}

impl<'a> TemplatePathRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        match scan(cursor)? {
            Path::Template(path) => Ok(path),
            Path::LibraryItem(_) => Err(no_tree(cursor.rest())),
        }
    }

    /// The path in a text of its own; allocates once.
    pub fn into_owned(self) -> TemplatePath {
        let plain = self.is_canonical.then_some(self.text);
        TemplatePath {
            text: shared(plain, self),
            tree: self.tree,
        }
    }

    /// The datacenter's name as it stands in the path.
    pub fn datacenter(self) -> &'a str {
        self.datacenter_path().rsplit('/').next().unwrap_or("")
    }

    /// The path of the datacenter, with the folders that it stands in: `/folder/DATACENTER`.
    pub fn datacenter_path(self) -> &'a str {
        self.text.get(..usize::from(self.tree)).unwrap_or("")
    }

    /// The names of the folders between `vm` and the template, the outermost first.
    pub fn folders(self) -> impl DoubleEndedIterator<Item = &'a str> {
        let folders = self.below().rsplit_once('/').map(|(folders, _)| folders);
        folders.into_iter().flat_map(|folders| folders.split('/'))
    }

    /// The template's name as it stands in the path.
    pub fn name(self) -> &'a str {
        self.below().rsplit('/').next().unwrap_or("")
    }

    /// Displays the template's name with its escapes undone, for people.
    pub fn readable(self) -> ReadableName<'a> {
        ReadableName(self.name())
    }

    /// What stands behind `/vm/`.
    fn below(self) -> &'a str {
        let start = usize::from(self.tree) + "/vm/".len();
        self.text.get(start..).unwrap_or("")
    }
}

/// The canonical text.
impl fmt::Display for TemplatePathRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Lower(self.text), f)
    }
}

borrowed_twin!(TemplatePath, TemplatePathRef, Cloud::Vmware);

impl TemplatePath {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The datacenter's name as it stands in the path.
    pub fn datacenter(&self) -> &str {
        self.view().datacenter()
    }

    /// The path of the datacenter, with the folders that it stands in: `/folder/DATACENTER`.
    pub fn datacenter_path(&self) -> &str {
        self.view().datacenter_path()
    }

    /// The names of the folders between `vm` and the template, the outermost first.
    pub fn folders(&self) -> impl DoubleEndedIterator<Item = &str> {
        self.view().folders()
    }

    /// The template's name as it stands in the path.
    pub fn name(&self) -> &str {
        self.view().name()
    }

    /// Displays the template's name with its escapes undone, for people.
    pub fn readable(&self) -> ReadableName<'_> {
        self.view().readable()
    }

    fn view(&self) -> TemplatePathRef<'_> {
        TemplatePathRef {
            text: &self.text,
            tree: self.tree,
            is_canonical: true,
        }
    }
}

id_text!(TemplatePath);

/// What a text that begins with a slash is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Path<'a> {
    Template(TemplatePathRef<'a>),
    LibraryItem(LibraryItemRef<'a>),
}

/// Reads a text that begins with a slash.
pub(super) fn scan(cursor: Cursor<'_>) -> Result<Path<'_>, Flaw> {
    let whole = cursor.rest();
    let mut rest = whole.text.as_bytes();
    // Offsets are small: no text is longer than `MAX_BYTES`.
    let mut at = 0_u16;
    let mut tree = None;
    let mut second = 0;
    let mut count = 0_u16;
    let mut is_canonical = true;
    while let [b'/', names @ ..] = rest {
        let Some(run) = name::take(names) else {
            return Err(wrong_name(whole, at));
        };
        let (name, behind) = names.split_at_checked(run.length).unwrap_or((names, b""));
        is_canonical &= !run.is_shouted;
        count += 1;
        if count > 1 && tree.is_none() {
            match name {
                b"vm" => tree = Some((at, behind)),
                b"host" | b"datastore" | b"network" => return Err(other_tree(whole, at)),
                _ if count == 2 => second = at,
                _ => {}
            }
        }
        at += 1 + u16::try_from(run.length).unwrap_or_default();
        rest = behind;
    }
    match tree {
        Some((tree, below)) if !below.is_empty() => Ok(Path::Template(TemplatePathRef {
            text: whole.text,
            tree,
            is_canonical,
        })),
        None if count == 2 => Ok(Path::LibraryItem(LibraryItemRef {
            text: whole.text,
            item: second,
            is_canonical,
        })),
        Some(_) => Err(Flaw::found(whole.end(), "`/` and the template's name")),
        None => Err(no_tree(whole)),
    }
}

/// Why the name behind the slash at `slash` is none.
#[cold]
fn wrong_name(path: Piece<'_>, slash: u16) -> Flaw {
    let start = usize::from(slash) + 1;
    name::flaw_of(Piece {
        text: path.text.get(start..).unwrap_or_default(),
        at: path.at + start,
    })
}

#[cold]
fn other_tree(path: Piece<'_>, slash: u16) -> Flaw {
    let at = path.at + usize::from(slash) + 1;
    let flaw = Flaw::says(at, "another tree than `vm`", PATH);
    flaw.hint("templates stand below the datacenter's `vm` folder")
}

/// Why checked names are no path to a template.
#[cold]
fn no_tree(path: Piece<'_>) -> Flaw {
    const TREE: &str = "the folder `vm`";
    let mut behind = path.parts('/').skip(2).peekable();
    let Some(second) = behind.peek().copied() else {
        return Flaw::found(path.end(), PATH);
    };
    if let Some(shouted) = behind.find(|name| name.text.eq_ignore_ascii_case("vm")) {
        return Flaw::found(shouted.at, TREE).hint("write `vm` in lower case");
    }
    let flaw = Flaw::found(second.at, TREE);
    if path.text.starts_with("/vm/") {
        return flaw.hint("the datacenter stands before `vm`");
    }
    flaw
}

const PATH: &str = "`/DATACENTER/vm/…/NAME` or `/LIBRARY/ITEM`";
