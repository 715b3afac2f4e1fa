//! OCI image ids.

use crate::{
    Cloud, IdKind, Stability,
    scan::{Cursor, Flaw},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// An image id of OCI.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OciImageId {
    text: Arc<str>,
    kind: IdKind,
}

/// [`OciImageId`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct OciImageIdRef<'a> {
    text: &'a str,
    kind: IdKind,
}

impl<'a> OciImageIdRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        Err(Flaw::found(cursor.at(), "an id"))
    }

    /// The id in a text of its own; allocates once.
    pub fn into_owned(self) -> OciImageId {
        OciImageId {
            text: shared(Some(self.text), self),
            kind: self.kind,
        }
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        self.kind
    }

    /// Whether it always means the same image.
    pub fn stability(self) -> Stability {
        Stability::Fixed
    }
}

/// The canonical text.
impl fmt::Display for OciImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl OciImageId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        self.kind
    }

    /// Whether it always means the same image.
    pub fn stability(&self) -> Stability {
        Stability::Fixed
    }
}

id_text!(OciImageId);
borrowed_twin!(OciImageId, OciImageIdRef, Cloud::Oci);

/// Texts that may have been meant by one that is no id, most likely first.
#[cold]
pub(crate) fn near(_text: &str) -> Vec<String> {
    Vec::new()
}
