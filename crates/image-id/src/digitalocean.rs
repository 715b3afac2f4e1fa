//! DigitalOcean image ids.

use crate::{
    Cloud, IdKind, Stability,
    scan::{Cursor, Flaw},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// An image id of DigitalOcean.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DigitalOceanImageId {
    text: Arc<str>,
    kind: IdKind,
}

/// [`DigitalOceanImageId`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct DigitalOceanImageIdRef<'a> {
    text: &'a str,
    kind: IdKind,
}

impl<'a> DigitalOceanImageIdRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        Err(Flaw::found(cursor.at(), "an id"))
    }

    /// The id in a text of its own; allocates once.
    pub fn into_owned(self) -> DigitalOceanImageId {
        DigitalOceanImageId {
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
impl fmt::Display for DigitalOceanImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl DigitalOceanImageId {
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

id_text!(DigitalOceanImageId);
borrowed_twin!(
    DigitalOceanImageId,
    DigitalOceanImageIdRef,
    Cloud::DigitalOcean
);

/// Texts that may have been meant by one that is no id, most likely first.
#[cold]
pub(crate) fn near(_text: &str) -> Vec<String> {
    Vec::new()
}
