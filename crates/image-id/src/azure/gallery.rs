//! Images of galleries.

use super::{AzureImageIdRef, AzureSubscription, arm, version};
use crate::{
    Cloud, IdKind,
    folded::compares_folded,
    scan::{Cursor, Flaw},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// An image of a gallery, with its version or without.
///
/// `/subscriptions/…/galleries/G/images/I[/versions/V]`, `/sharedGalleries/G/images/I[/versions/V]` or
/// `/communityGalleries/G/images/I[/versions/V]`. Without a version it follows the newest one.
/// Compares without case.
#[derive(Clone)]
pub struct GalleryImage {
    text: Arc<str>,
    cuts: Cuts,
}

/// Whose gallery an image is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum AzureGallery {
    /// A gallery in a subscription's resource group.
    Own,
    /// A gallery that another tenant shares directly.
    Shared,
    /// A public gallery.
    Community,
}

impl AzureGallery {
    /// The keyword before the gallery's name, and the documentation's spelling of it.
    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Own => ("galleries/", "galleries/"),
            Self::Shared => ("/sharedGalleries/", "/SharedGalleries/"),
            Self::Community => ("/communityGalleries/", "/CommunityGalleries/"),
        }
    }

    /// How many bytes stand between the resource group, if there is one, and the gallery's name.
    fn gap(self) -> usize {
        match self {
            Self::Own => arm::BEFORE_GALLERY,
            Self::Shared | Self::Community => self.words().0.len(),
        }
    }
}

/// Where the parts are, in the given text and in the canonical one.
#[derive(Clone, Copy)]
pub(super) struct Cuts {
    pub(super) owner: AzureGallery,
    /// Where the resource group ends; nought without one.
    pub(super) group: usize,
    /// Where the gallery ends.
    pub(super) gallery: usize,
    /// Where the image definition ends.
    pub(super) image: usize,
}

impl GalleryImage {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The id as it stands in this one.
    pub fn borrowed(&self) -> GalleryImageRef<'_> {
        GalleryImageRef::checked(&self.text, self.cuts, true)
    }

    /// Whose gallery it is.
    pub fn owner(&self) -> AzureGallery {
        self.cuts.owner
    }

    /// The subscription, if the gallery is one's own.
    pub fn subscription(&self) -> Option<AzureSubscription> {
        self.borrowed().subscription()
    }

    /// The resource group, if the gallery is one's own.
    pub fn resource_group(&self) -> Option<&str> {
        self.borrowed().resource_group()
    }

    /// The gallery's name, or its unique or public name.
    pub fn gallery(&self) -> &str {
        self.borrowed().gallery()
    }

    /// The image definition.
    pub fn image(&self) -> &str {
        self.borrowed().image()
    }

    /// The version, three numbers or `latest`.
    pub fn version(&self) -> Option<&str> {
        self.borrowed().version()
    }

    /// Displays the spelling of the documentation and the command line, if the gallery is a shared or
    /// a community one.
    pub fn upper_camel(&self) -> Option<UpperCamelGalleryId<'_>> {
        self.borrowed().upper_camel()
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        self.borrowed().kind()
    }
}

compares_folded!(GalleryImage);
id_text!(GalleryImage);
borrowed_twin!(GalleryImage, GalleryImageRef, Cloud::Azure);

/// [`GalleryImage`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct GalleryImageRef<'a> {
    text: &'a str,
    cuts: Cuts,
    is_plain: bool,
}

impl<'a> GalleryImageRef<'a> {
    fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        match arm::scan(cursor)? {
            AzureImageIdRef::Gallery(image) => Ok(image),
            _ => Err(Flaw::says(0, "a managed image", "an image of a gallery")),
        }
    }

    /// Of a text that has been read.
    pub(super) fn checked(text: &'a str, cuts: Cuts, is_plain: bool) -> Self {
        Self {
            text,
            cuts,
            is_plain,
        }
    }

    /// The id in a text of its own; allocates once.
    pub fn into_owned(self) -> GalleryImage {
        GalleryImage {
            text: shared(self.plain(), self),
            cuts: self.cuts,
        }
    }

    /// The canonical text, if the given one is.
    pub fn plain(self) -> Option<&'a str> {
        self.is_plain.then_some(self.text)
    }

    /// Whose gallery it is.
    pub fn owner(self) -> AzureGallery {
        self.cuts.owner
    }

    /// The subscription, if the gallery is one's own.
    pub fn subscription(self) -> Option<AzureSubscription> {
        self.is_own().then(|| arm::subscription(self.text))
    }

    /// The resource group, if the gallery is one's own.
    pub fn resource_group(self) -> Option<&'a str> {
        self.is_own()
            .then(|| arm::group(self.text, self.cuts.group))
    }

    fn is_own(self) -> bool {
        self.cuts.owner == AzureGallery::Own
    }

    /// The gallery's name, or its unique or public name.
    pub fn gallery(self) -> &'a str {
        let gap = self.cuts.owner.gap();
        arm::between(self.text, self.cuts.group, gap, self.cuts.gallery)
    }

    /// The image definition.
    pub fn image(self) -> &'a str {
        arm::between(
            self.text,
            self.cuts.gallery,
            "/images/".len(),
            self.cuts.image,
        )
    }

    /// The version, three numbers or `latest`.
    pub fn version(self) -> Option<&'a str> {
        let at = self.cuts.image + "/versions/".len();
        self.text.get(at..).map(version::canonical)
    }

    /// Displays the spelling of the documentation and the command line, if the gallery is a shared or
    /// a community one.
    pub fn upper_camel(self) -> Option<UpperCamelGalleryId<'a>> {
        (!self.is_own()).then_some(UpperCamelGalleryId(self))
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        match (self.cuts.owner, self.version().is_some()) {
            (AzureGallery::Own, false) => IdKind::GalleryImage,
            (AzureGallery::Own, true) => IdKind::GalleryVersion,
            (AzureGallery::Shared, false) => IdKind::SharedGalleryImage,
            (AzureGallery::Shared, true) => IdKind::SharedGalleryVersion,
            (AzureGallery::Community, false) => IdKind::CommunityGalleryImage,
            (AzureGallery::Community, true) => IdKind::CommunityGalleryVersion,
        }
    }
}

/// The canonical text.
impl fmt::Display for GalleryImageRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_plain {
            return f.write_str(self.text);
        }
        if self.is_own() {
            arm::write_owner(f, self.text, self.cuts.group)?;
        }
        let (keyword, _) = self.cuts.owner.words();
        write_parts(f, *self, [keyword, "/images/", "/versions/"])
    }
}

fn write_parts(
    f: &mut fmt::Formatter<'_>,
    id: GalleryImageRef<'_>,
    [gallery, image, version]: [&str; 3],
) -> fmt::Result {
    f.write_str(gallery)?;
    f.write_str(id.gallery())?;
    f.write_str(image)?;
    f.write_str(id.image())?;
    match id.version() {
        Some(number) => {
            f.write_str(version)?;
            f.write_str(number)
        }
        None => Ok(()),
    }
}

/// Displays `/SharedGalleries/…/Images/…[/Versions/…]` or `/CommunityGalleries/…`, as Azure's
/// documentation and command line write it.
#[derive(Debug, Clone, Copy)]
pub struct UpperCamelGalleryId<'a>(GalleryImageRef<'a>);

impl fmt::Display for UpperCamelGalleryId<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (_, keyword) = self.0.cuts.owner.words();
        write_parts(f, self.0, [keyword, "/Images/", "/Versions/"])
    }
}
