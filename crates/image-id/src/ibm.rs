//! IBM Cloud image ids, those of VPC: bare, as a cloud resource name (CRN), or as an address (href).
//!
//! These are the three ways in which the SDK's `ImageIdentity` names an image. A CRN and an href fix the
//! region, so neither is equal to its bare id. Staging systems' hosts are refused; the public and the
//! private host of a region are read, each as it is.

mod crn;
mod href;
mod region;
mod vpc;

pub use self::{
    crn::{ImageCrn, ImageCrnRef},
    href::{ImageHref, ImageHrefRef},
    vpc::{VpcImageId, VpcImageIdRef},
};

use crate::{
    Cloud, IdKind, Stability,
    scan::{Cursor, Flaw, Piece},
    text::borrowed_twin,
};
use core::fmt;

/// An image id of IBM Cloud.
// The derived order is the text's: the forms begin with `c`, `h` and `r`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum IbmImageId {
    /// `crn:v1:bluemix:public:is:us-south:a/…::image:r006-…`: the id with its region and account.
    Crn(ImageCrn),
    /// `https://us-south.iaas.cloud.ibm.com/v1/images/r006-…`: the id with its region.
    Href(ImageHref),
    /// `r006-…`
    Image(VpcImageId),
}

/// [`IbmImageId`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum IbmImageIdRef<'a> {
    /// `crn:v1:…`
    Crn(ImageCrnRef<'a>),
    /// `https://…`
    Href(ImageHrefRef<'a>),
    /// `r006-…`
    Image(VpcImageIdRef<'a>),
}

impl<'a> IbmImageIdRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        match cursor.peek() {
            Some(b'r') => VpcImageIdRef::scan(cursor).map(Self::Image),
            Some(b'c') => ImageCrnRef::scan(cursor).map(Self::Crn),
            Some(b'h') => ImageHrefRef::scan(cursor).map(Self::Href),
            _ => Err(unknown(cursor.rest())),
        }
    }

    /// The id in a text of its own; a bare one is kept in place, the others allocate once.
    pub fn into_owned(self) -> IbmImageId {
        match self {
            Self::Image(id) => IbmImageId::Image(id.into_owned()),
            Self::Crn(crn) => IbmImageId::Crn(crn.into_owned()),
            Self::Href(href) => IbmImageId::Href(href.into_owned()),
        }
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        match self {
            Self::Image(_) => IdKind::Image,
            Self::Crn(_) => IdKind::Crn,
            Self::Href(_) => IdKind::Href,
        }
    }

    /// Whether it always means the same image.
    pub fn stability(self) -> Stability {
        Stability::Fixed
    }

    /// The bare id.
    pub fn image(self) -> VpcImageIdRef<'a> {
        match self {
            Self::Image(id) => id,
            Self::Crn(crn) => crn.image(),
            Self::Href(href) => href.image(),
        }
    }

    /// The region that the id itself names.
    pub fn region(self) -> Option<&'a str> {
        match self {
            Self::Image(_) => None,
            Self::Crn(crn) => Some(crn.region()),
            Self::Href(href) => Some(href.region()),
        }
    }
}

/// The canonical text.
impl fmt::Display for IbmImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Image(id) => fmt::Display::fmt(id, f),
            Self::Crn(crn) => fmt::Display::fmt(crn, f),
            Self::Href(href) => fmt::Display::fmt(href, f),
        }
    }
}

impl IbmImageId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Image(id) => id.as_str(),
            Self::Crn(crn) => crn.as_str(),
            Self::Href(href) => href.as_str(),
        }
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        match self {
            Self::Image(_) => IdKind::Image,
            Self::Crn(_) => IdKind::Crn,
            Self::Href(_) => IdKind::Href,
        }
    }

    /// Whether it always means the same image.
    pub fn stability(&self) -> Stability {
        Stability::Fixed
    }

    /// The bare id.
    pub fn image(&self) -> VpcImageId {
        match self {
            Self::Image(id) => *id,
            Self::Crn(crn) => crn.image(),
            Self::Href(href) => href.image(),
        }
    }

    /// The region that the id itself names.
    pub fn region(&self) -> Option<&str> {
        match self {
            Self::Image(_) => None,
            Self::Crn(crn) => Some(crn.region()),
            Self::Href(href) => Some(href.region()),
        }
    }
}

crate::text::id_text!(IbmImageId);
borrowed_twin!(IbmImageId, IbmImageIdRef, Cloud::Ibm);

/// Why none of the forms begins like this text.
#[cold]
fn unknown(text: Piece<'_>) -> Flaw {
    let flaw = Flaw::found(text.at, "`rNNN-` and a UUID, a CRN of an image or its href");
    if vpc::is_id(&format!("r006-{}", text.text)) {
        flaw.hint("the UUID has its region's prefix before it, such as `r006-`")
    } else {
        flaw
    }
}

/// Texts that may have been meant by one that is no id, most likely first.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    let path = text.split(['?', '#']).next().unwrap_or(text);
    let path = path.trim_matches('/');
    let mut texts = vec![path.to_owned(), path.replacen("http://", "https://", 1)];
    // Somebody made a link of a CRN.
    if let Some(at) = path.find("crn:") {
        texts.extend(path.get(at..).map(str::to_owned));
    }
    // Images are in no zone.
    let zones = ["-1", "-2", "-3"].map(|zone| path.replacen(&format!("{zone}:a/"), ":a/", 1));
    texts.extend(zones);
    // A page of the console and a host that is not read hold the id in their path. Snapshots' and
    // networks' ids look the same.
    if path.contains("/image") {
        let parts = path.split(['/', '~']);
        texts.extend(
            parts
                .map(str::to_owned)
                .filter(|part| part.len() == VpcImageId::LENGTH),
        );
    }
    texts
}
