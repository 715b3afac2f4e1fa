//! Azure image ids: marketplace URNs and their aliases, managed images, gallery images and VHDs.
//!
//! Everything but a VHD's address compares without case, since the resource manager gives back
//! whatever case was typed. The canonical text has the keywords in official case, the subscription
//! in lower case and the user's parts as given; the equality key is its ASCII lower case.

mod alias;
mod arm;
mod urn;
mod vhd;

pub use self::{
    alias::{ALIAS_LIST, AzureAlias},
    arm::{AzureGallery, GalleryImage, ManagedImage},
    urn::AzureUrn,
    vhd::VhdUrl,
};

use crate::{
    Cloud, IdKind, ParseImageIdError, Stability,
    scan::{Cursor, Flaw, Piece},
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
    pub(crate) fn scan(cursor: Cursor<'_>) -> Result<Self, Flaw> {
        let piece = cursor.rest();
        let text = piece.text;
        if text.starts_with('/') {
            return arm::scan(piece);
        }
        if text.contains("://") {
            return VhdUrl::scan(piece).map(Self::Vhd);
        }
        if text.contains([':', '/']) {
            return AzureUrn::scan(piece).map(Self::Urn);
        }
        match AzureAlias::find(text) {
            Some(alias) => Ok(Self::Urn(alias.urn())),
            None => Err(unknown(piece)),
        }
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Urn(urn) => urn.as_str(),
            Self::Managed(image) => image.as_str(),
            Self::Gallery(image) => image.as_str(),
            Self::Vhd(url) => url.as_str(),
        }
    }

    /// What sort of id this is; an alias says so, though its text is the URN.
    pub fn kind(&self) -> IdKind {
        match self {
            Self::Urn(urn) if urn.alias().is_some() => IdKind::Alias,
            Self::Urn(_) => IdKind::Urn,
            Self::Managed(_) => IdKind::ManagedImage,
            Self::Gallery(image) => image.kind(),
            Self::Vhd(_) => IdKind::Vhd,
        }
    }

    /// Whether it always means the same image: not without a version, nor with `latest`.
    pub fn stability(&self) -> Stability {
        let fixed = match self {
            Self::Urn(urn) => !urn.is_latest(),
            Self::Managed(_) | Self::Vhd(_) => true,
            Self::Gallery(image) => image.version().is_some_and(|version| version != "latest"),
        };
        if fixed {
            Stability::Fixed
        } else {
            Stability::Moving
        }
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

/// [`AzureImageId`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct AzureImageIdRef<'a> {
    text: &'a str,
}

impl<'a> AzureImageIdRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        AzureImageId::scan(cursor)?;
        Ok(Self {
            text: cursor.rest().text,
        })
    }

    /// The id in a text of its own.
    #[expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "for now")]
    pub fn into_owned(self) -> AzureImageId {
        AzureImageId::scan(Cursor::capped(self.text).unwrap()).unwrap()
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        self.into_owned().kind()
    }

    /// Whether it always means the same image.
    pub fn stability(self) -> Stability {
        self.into_owned().stability()
    }
}

/// The canonical text.
impl fmt::Display for AzureImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.into_owned().as_str())
    }
}

crate::text::borrowed_twin!(AzureImageId, AzureImageIdRef, Cloud::Azure);

#[cold]
fn unknown(piece: Piece<'_>) -> Flaw {
    const EXPECTED: &str = "a URN, a resource id, a VHD address or a known alias";
    let flaw = Flaw::says(piece.at, "neither an id nor a known alias", EXPECTED);
    if piece.text.contains(' ') {
        return flaw.hint("a URN has `:` between its parts");
    }
    flaw.hint("a URN has four parts: `Publisher:Offer:Sku:Version`")
}

/// A version of three numbers, each of at most ten digits and 31 bits; leading zeros are kept.
///
/// It is no semantic version: real ones have leading zeros (`2024.02.19`).
fn version(piece: Piece<'_>, or_latest: &'static str) -> Result<(), Flaw> {
    if piece.text.eq_ignore_ascii_case("latest") {
        return Ok(());
    }
    if piece.text.is_empty() {
        return Err(Flaw::empty(piece.at, "version", or_latest));
    }
    let mut count = 0;
    for part in piece.parts('.') {
        count += 1;
        if count > 3 {
            let flaw = Flaw::found(part.at - 1, or_latest);
            return Err(flaw.hint("versions of four parts are those of extensions"));
        }
        if let Some(at) = part.misfit(|byte| byte.is_ascii_digit()) {
            let flaw = Flaw::found(at, or_latest);
            return Err(match piece.text.to_ascii_lowercase().as_str() {
                "recent" | "newest" | "current" => flaw.hint("write `latest`"),
                text if text.starts_with('v') => flaw.hint("leave the `v` out"),
                _ => flaw,
            });
        }
        if part.text.is_empty() {
            return Err(Flaw::found(part.at, or_latest));
        }
        let small = part
            .text
            .parse::<u32>()
            .is_ok_and(|number| number <= i32::MAX.unsigned_abs());
        if part.text.len() > 10 || !small {
            return Err(Flaw::says(part.at, "a number over 2147483647", or_latest));
        }
    }
    if count < 3 {
        return Err(Flaw::found(piece.end(), or_latest).hint("a version has three numbers"));
    }
    Ok(())
}

/// Texts that may have been meant by one that is no id, most likely first.
#[cold]
pub(crate) fn near(_text: &str) -> Vec<String> {
    Vec::new()
}
