//! Where things are in the backend.

use crate::{RunId, StoredId};
use atlas_base::Digest;
use object_store::path::Path;

pub(crate) const PACKS: &str = "packs";
pub(crate) const IMAGES: &str = "images";
pub(crate) const CLAIMS: &str = "claims";
pub(crate) const CONDEMNED: &str = "condemned";
pub(crate) const MOVES: &str = "moves";

pub(crate) fn pack(name: &Digest) -> Path {
    Path::from(PACKS).join(hex(name))
}

/// The name of a pack, if an object is one.
pub(crate) fn is_pack(name: &str) -> Option<Digest> {
    Digest::parse(&format!("blake3:{name}")).ok()
}

pub(crate) fn image(id: StoredId) -> Path {
    Path::from(IMAGES).join(id.to_string())
}

pub(crate) fn condemned(id: RunId) -> Path {
    Path::from(CONDEMNED).join(id.to_string())
}

pub(crate) fn moves(id: RunId) -> Path {
    Path::from(MOVES).join(id.to_string())
}

/// Whoever is at work.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Worker {
    Ingest(StoredId),
    Gc(RunId),
}

impl Worker {
    pub(crate) fn claim(self) -> Path {
        Path::from(CLAIMS).join(self.to_text())
    }

    /// The one object with which its work is done, once and for all.
    pub(crate) fn publication(self) -> Path {
        match self {
            Self::Ingest(id) => image(id),
            Self::Gc(id) => moves(id),
        }
    }

    pub(crate) fn to_text(self) -> String {
        match self {
            Self::Ingest(id) => id.to_string(),
            Self::Gc(id) => id.to_string(),
        }
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let ingest = StoredId::parse(text).ok().map(Self::Ingest);
        ingest.or_else(|| RunId::parse(text).ok().map(Self::Gc))
    }
}

fn hex(digest: &Digest) -> String {
    let text = digest.to_string();
    text.strip_prefix("blake3:").unwrap_or(&text).to_owned()
}
