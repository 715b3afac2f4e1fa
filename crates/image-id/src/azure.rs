//! Azure image ids: marketplace URNs and their aliases, managed images, gallery images and VHDs.
//!
//! Everything but a VHD's address compares without case, since the resource manager gives back
//! whatever case was typed. The canonical text has the keywords in official case, the subscription
//! and the word `latest` in lower case and the user's parts as given; the equality key is its ASCII
//! lower case. The canonical text is as long as the given one, an alias apart, and has every part at
//! the same place.
//!
//! Where the sources are silent or disagree:
//!
//! - A text with slashes and four parts is a URN unless it begins with a slash, whatever its publisher
//!   is called; `:` and `/` are not mixed.
//! - A shared gallery's unique name and a community gallery's public name are what a gallery's name may
//!   be, with dashes and up to 117 characters: no source gives their grammar.
//! - A version has `latest` in any case, also in a gallery's image; numbers are compared as texts.
//! - A blob's path has the characters that a URL's may have, without `&`, which begins a part of a
//!   query, and at most 1,024 characters once escapes are undone. It ends in `.vhd` in lower case; no
//!   part is empty, `.` or `..`.

mod alias;
mod arm;
mod gallery;
mod managed;
mod near;
mod part;
mod subscription;
mod urn;
mod version;
mod vhd;

pub(crate) use self::near::near;
pub use self::{
    alias::{ALIAS_LIST, AzureAlias},
    gallery::{AzureGallery, GalleryImage, GalleryImageRef, UpperCamelGalleryId},
    managed::{ManagedImage, ManagedImageRef},
    subscription::AzureSubscription,
    urn::{AzureUrn, AzureUrnRef, SlashedUrn},
    vhd::{VhdUrl, VhdUrlRef},
};

use crate::{
    Cloud, IdKind, ParseImageIdError, Stability,
    scan::{Cursor, Flaw},
    text::borrowed_twin,
};
use core::fmt;

/// An image id of Azure.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AzureImageId {
    /// `Publisher:Offer:Sku:Version` of the marketplace, common to all locations.
    Urn(AzureUrn),
    /// A managed image in a resource group.
    Managed(ManagedImage),
    /// An image of a gallery: one's own, a shared or a community one.
    Gallery(GalleryImage),
    /// A VHD in a storage account.
    Vhd(VhdUrl),
}

impl AzureImageId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Urn(urn) => urn.as_str(),
            Self::Managed(image) => image.as_str(),
            Self::Gallery(image) => image.as_str(),
            Self::Vhd(url) => url.as_str(),
        }
    }

    /// The id as it stands in this one.
    pub fn borrowed(&self) -> AzureImageIdRef<'_> {
        match self {
            Self::Urn(urn) => AzureImageIdRef::Urn(urn.borrowed()),
            Self::Managed(image) => AzureImageIdRef::Managed(image.borrowed()),
            Self::Gallery(image) => AzureImageIdRef::Gallery(image.borrowed()),
            Self::Vhd(url) => AzureImageIdRef::Vhd(url.borrowed()),
        }
    }

    /// What sort of id this is; an alias says so, though its text is the URN.
    pub fn kind(&self) -> IdKind {
        self.borrowed().kind()
    }

    /// Whether it always means the same image: not without a version, nor with `latest`.
    pub fn stability(&self) -> Stability {
        self.borrowed().stability()
    }

    /// Whether it compares without case.
    pub(crate) fn folds(&self) -> bool {
        !matches!(self, Self::Vhd(_))
    }
}

impl fmt::Display for AzureImageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

atlas_base::text_form!(AzureImageId, ParseImageIdError);
borrowed_twin!(AzureImageId, AzureImageIdRef, Cloud::Azure);

/// [`AzureImageId`] as it stands in a text that somebody else owns.
///
/// It keeps the spelling, so it does not compare: compare owned ids, or what both display.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum AzureImageIdRef<'a> {
    /// `Publisher:Offer:Sku:Version` of the marketplace, or its alias.
    Urn(AzureUrnRef<'a>),
    /// A managed image in a resource group.
    Managed(ManagedImageRef<'a>),
    /// An image of a gallery.
    Gallery(GalleryImageRef<'a>),
    /// A VHD in a storage account.
    Vhd(VhdUrlRef<'a>),
}

impl<'a> AzureImageIdRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        match cursor.peek() {
            Some(b'/') => arm::scan(cursor),
            Some(b'h') if vhd::has_scheme(cursor) => VhdUrlRef::scan(cursor).map(Self::Vhd),
            _ => AzureUrnRef::scan_or_alias(cursor).map(Self::Urn),
        }
    }

    /// The id in a text of its own; allocates once.
    pub fn into_owned(self) -> AzureImageId {
        match self {
            Self::Urn(urn) => AzureImageId::Urn(urn.into_owned()),
            Self::Managed(image) => AzureImageId::Managed(image.into_owned()),
            Self::Gallery(image) => AzureImageId::Gallery(image.into_owned()),
            Self::Vhd(url) => AzureImageId::Vhd(url.into_owned()),
        }
    }

    /// The canonical text, if the given one is; for an alias the text of its URN.
    pub fn plain(self) -> Option<&'a str> {
        match self {
            Self::Urn(urn) => urn.plain(),
            Self::Managed(image) => image.plain(),
            Self::Gallery(image) => image.plain(),
            Self::Vhd(url) => Some(url.as_str()),
        }
    }

    /// What sort of id this is; an alias says so, though its canonical text is the URN.
    pub fn kind(self) -> IdKind {
        match self {
            Self::Urn(urn) if urn.alias().is_some() => IdKind::Alias,
            Self::Urn(_) => IdKind::Urn,
            Self::Managed(_) => IdKind::ManagedImage,
            Self::Gallery(image) => image.kind(),
            Self::Vhd(_) => IdKind::Vhd,
        }
    }

    /// Whether it always means the same image: not without a version, nor with `latest`.
    pub fn stability(self) -> Stability {
        let is_fixed = match self {
            Self::Urn(urn) => !urn.is_latest(),
            Self::Managed(_) | Self::Vhd(_) => true,
            Self::Gallery(image) => image.version().is_some_and(|version| version != "latest"),
        };
        if is_fixed {
            Stability::Fixed
        } else {
            Stability::Moving
        }
    }
}

/// The canonical text.
impl fmt::Display for AzureImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Urn(urn) => fmt::Display::fmt(urn, f),
            Self::Managed(image) => fmt::Display::fmt(image, f),
            Self::Gallery(image) => fmt::Display::fmt(image, f),
            Self::Vhd(url) => fmt::Display::fmt(url, f),
        }
    }
}
