//! Oracle image ids: OCIDs of images.
//!
//! `ocid1.image.REALM.REGION.UNIQUE`, by Oracle's page "Resource Identifiers". The region is a whole
//! name, but `phx` and `iad` for the two that are older than names. The unique part has no documented
//! form; every one that was seen has 60 lower-case letters and digits, so nothing else is read.
//! Marketplace images have OCIDs without a region: they name no image of a region and are refused.

mod place;

pub use self::place::{OracleRealm, OracleRegion};

use crate::{
    Cloud, IdKind, Stability,
    scan::{Class, Cursor, Flaw, Piece},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// An image id of Oracle: the image's OCID.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OracleImageId {
    text: Arc<str>,
}

/// [`OracleImageId`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct OracleImageIdRef<'a> {
    text: &'a str,
    realm: OracleRealm,
    region: OracleRegion<'a>,
}

impl<'a> OracleImageIdRef<'a> {
    // Inlined, so that the parts are written where they are wanted.
    #[inline]
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        Self::of(cursor.rest().text).ok_or_else(|| flaw_of(cursor))
    }

    #[inline]
    fn of(text: &'a str) -> Option<Self> {
        let rest = text.strip_prefix(HEAD)?;
        let (realm, rest) = OracleRealm::split(rest)?;
        let (region, unique) = OracleRegion::split(rest)?;
        is_unique(unique).then_some(Self {
            text,
            realm,
            region,
        })
    }

    /// The id in a text of its own; allocates once.
    pub fn into_owned(self) -> OracleImageId {
        OracleImageId {
            text: shared(Some(self.text), self),
        }
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        IdKind::Image
    }

    /// Whether it always means the same image.
    pub fn stability(self) -> Stability {
        Stability::Fixed
    }

    /// The realm that the region is of.
    pub fn realm(self) -> OracleRealm {
        self.realm
    }

    /// The region that the image is in.
    pub fn region(self) -> OracleRegion<'a> {
        self.region
    }

    /// The 60 characters that tell the image from others.
    pub fn unique(self) -> &'a str {
        part(self.text, 4)
    }
}

/// The canonical text.
impl fmt::Display for OracleImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl OracleImageId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        IdKind::Image
    }

    /// Whether it always means the same image.
    pub fn stability(&self) -> Stability {
        Stability::Fixed
    }

    /// The realm that the region is of.
    pub fn realm(&self) -> OracleRealm {
        OracleRealm::checked(part(&self.text, 2))
    }

    /// The region that the image is in.
    pub fn region(&self) -> OracleRegion<'_> {
        OracleRegion::checked(part(&self.text, 3))
    }

    /// The 60 characters that tell the image from others.
    pub fn unique(&self) -> &str {
        part(&self.text, 4)
    }
}

id_text!(OracleImageId);
borrowed_twin!(OracleImageId, OracleImageIdRef, Cloud::Oracle);

fn part(text: &str, index: usize) -> &str {
    text.split('.').nth(index).unwrap_or_default()
}

const HEAD: &str = "ocid1.image.";
const UNIQUE_LENGTH: usize = 60;

fn is_unique(text: &str) -> bool {
    <&[u8; UNIQUE_LENGTH]>::try_from(text.as_bytes()).is_ok_and(|bytes| {
        // Without an early end, so that many bytes are looked at together.
        bytes.iter().fold(true, |good, byte| {
            good & matches!(byte, b'a'..=b'z' | b'0'..=b'9')
        })
    })
}

/// Why this is no id: the parts are read once more, with their places.
#[cold]
fn flaw_of(mut cursor: Cursor<'_>) -> Flaw {
    let whole = cursor.rest();
    if !cursor.eat(HEAD) {
        return no_image(whole);
    }
    let behind = |text| {
        let at = whole.end() - str::len(text);
        Cursor::new(Piece { text, at })
    };
    let realm = cursor.rest().text;
    let Some((_, region)) = OracleRealm::split(realm) else {
        return place::no_realm(cursor);
    };
    match OracleRegion::split(region) {
        None => place::no_region(behind(region).rest()),
        Some((_, unique)) => no_unique(behind(unique)),
    }
}

/// Why this is no OCID of an image.
#[cold]
fn no_image(text: Piece<'_>) -> Flaw {
    let flaw = text.differs(HEAD, "`ocid1.image.`, a realm, a region and 60 characters");
    let mut parts = text.text.split('.');
    match (parts.next(), parts.next()) {
        (Some("ocid1"), Some("instance")) => {
            flaw.hint("this is an instance: make an image of it first")
        }
        (Some("ocid1"), Some("bootvolume" | "volume")) => {
            flaw.hint("this is a volume: make an image of it first")
        }
        (Some("ocid1"), Some(kind)) if !kind.is_empty() && parts.next().is_some() => {
            flaw.hint("this OCID is of something else, no image")
        }
        _ => flaw,
    }
}

/// Why this is no unique part: it has another length, or something stands behind it.
#[cold]
fn no_unique(mut cursor: Cursor<'_>) -> Flaw {
    const UNIQUE: &str = "a unique part of 60 lower-case letters and digits";
    let unique = cursor.take(Class::LOWER_OR_DIGIT);
    let flaw = Flaw::found(unique.at + unique.text.len().min(UNIQUE_LENGTH), UNIQUE);
    if cursor.is_done() && (1..UNIQUE_LENGTH).contains(&unique.text.len()) {
        flaw.hint("copy the whole OCID, not what a table shows of it")
    } else {
        flaw
    }
}

/// Texts that may have been meant by one that is no id, most likely first.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    // A terminal may have broken the line; some tools print colons.
    let whole: String = text.split_ascii_whitespace().collect();
    let dotted = whole.replace(':', ".");
    let mut texts = vec![whole, dotted];
    // A page of the console holds the id in its path.
    if let Some(at) = text.find(HEAD) {
        let id = text.get(at..).unwrap_or_default();
        let is_outside = |c: char| !c.is_ascii_alphanumeric() && c != '.' && c != '-';
        let id = id.split(is_outside).next().unwrap_or_default();
        texts.push(id.trim_end_matches('.').to_owned());
    }
    texts
}
