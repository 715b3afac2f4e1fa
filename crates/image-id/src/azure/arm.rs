//! Resource ids: managed images and gallery images.

use super::{AzureImageId, version};
use crate::{
    Cloud, IdKind, ParseImageIdError,
    folded::compares_folded,
    openstack::uuid,
    scan::{Class, Flaw, Piece, Rule},
    text::id_text,
};
use std::sync::Arc;

/// `/subscriptions/…/resourceGroups/…/providers/Microsoft.Compute/images/NAME`
#[derive(Clone)]
pub struct ManagedImage {
    text: Arc<str>,
}

/// An image of a gallery, with its version or without.
///
/// `/subscriptions/…/galleries/G/images/I[/versions/V]`, `/sharedGalleries/G/images/I[/versions/V]` or
/// `/communityGalleries/G/images/I[/versions/V]`. Without a version it follows the newest one.
#[derive(Clone)]
pub struct GalleryImage {
    text: Arc<str>,
    gallery: AzureGallery,
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

impl ManagedImage {
    /// Reads a resource id.
    ///
    /// # Errors
    ///
    /// The text is malformed or names a gallery image.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        let found = match Piece::capped(text).and_then(scan) {
            Ok(AzureImageId::Managed(image)) => return Ok(image),
            Ok(_) => Flaw::says(0, "an image of a gallery", "a managed image"),
            Err(flaw) => flaw,
        };
        Err(ParseImageIdError::new(Cloud::Azure, text, found))
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The subscription's UUID.
    pub fn subscription(&self) -> &str {
        behind(&self.text, "subscriptions")
    }

    /// The resource group.
    pub fn resource_group(&self) -> &str {
        behind(&self.text, "resourceGroups")
    }

    /// The image's name.
    pub fn name(&self) -> &str {
        behind(&self.text, "images")
    }
}

compares_folded!(ManagedImage);
id_text!(ManagedImage);

impl GalleryImage {
    /// Reads a resource id.
    ///
    /// # Errors
    ///
    /// The text is malformed or names a managed image.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        let found = match Piece::capped(text).and_then(scan) {
            Ok(AzureImageId::Gallery(image)) => return Ok(image),
            Ok(_) => Flaw::says(0, "a managed image", "an image of a gallery"),
            Err(flaw) => flaw,
        };
        Err(ParseImageIdError::new(Cloud::Azure, text, found))
    }

    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whose gallery it is.
    pub fn owner(&self) -> AzureGallery {
        self.gallery
    }

    /// The gallery's name, or its unique or public name.
    pub fn gallery(&self) -> &str {
        behind(
            &self.text,
            match self.gallery {
                AzureGallery::Own => "galleries",
                AzureGallery::Shared => "sharedGalleries",
                AzureGallery::Community => "communityGalleries",
            },
        )
    }

    /// The image definition.
    pub fn image(&self) -> &str {
        behind(&self.text, "images")
    }

    /// The version, three numbers or `latest`.
    pub fn version(&self) -> Option<&str> {
        Some(behind(&self.text, "versions")).filter(|version| !version.is_empty())
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        match (self.gallery, self.version().is_some()) {
            (AzureGallery::Own, false) => IdKind::GalleryImage,
            (AzureGallery::Own, true) => IdKind::GalleryVersion,
            (AzureGallery::Shared, false) => IdKind::SharedGalleryImage,
            (AzureGallery::Shared, true) => IdKind::SharedGalleryVersion,
            (AzureGallery::Community, false) => IdKind::CommunityGalleryImage,
            (AzureGallery::Community, true) => IdKind::CommunityGalleryVersion,
        }
    }
}

compares_folded!(GalleryImage);
id_text!(GalleryImage);

/// The part behind a keyword; they come in pairs, so a part may be named like a keyword.
fn behind<'a>(text: &'a str, keyword: &str) -> &'a str {
    let mut parts = text.split('/').skip(1);
    while let (Some(found), Some(value)) = (parts.next(), parts.next()) {
        if found == keyword {
            return value;
        }
    }
    ""
}

/// Reads a text that begins with a slash.
pub(super) fn scan(piece: Piece<'_>) -> Result<AzureImageId, Flaw> {
    let mut walk = Walk {
        rest: piece.strip("/"),
        end: piece.end(),
        text: String::new(),
    };
    let Some(first) = walk.rest else {
        return Err(Flaw::found(piece.at, FIRST));
    };
    let (keyword, _) = first.split('/');
    let mut gallery = AzureGallery::Own;
    if keyword.text.eq_ignore_ascii_case("sharedGalleries") {
        walk.pair("sharedGalleries", FIRST, &UNIQUE)?;
        gallery = AzureGallery::Shared;
    } else if keyword.text.eq_ignore_ascii_case("communityGalleries") {
        walk.pair("communityGalleries", FIRST, &PUBLIC)?;
        gallery = AzureGallery::Community;
    } else {
        walk.keyword("subscriptions", FIRST)?;
        let subscription = walk.next("a subscription")?;
        if subscription.text.is_empty() {
            return Err(Flaw::empty(subscription.at, "subscription", SUBSCRIPTION));
        }
        if subscription.text.len() == 32 && uuid(subscription, SUBSCRIPTION).is_ok() {
            let flaw = Flaw::found(subscription.at + 8, SUBSCRIPTION);
            return Err(flaw.hint("put dashes between the digits"));
        }
        walk.push(uuid(subscription, SUBSCRIPTION)?.as_str());
        walk.pair("resourceGroups", "`/resourceGroups/` and a group", &GROUP)?;
        walk.keyword("providers", "`providers`")?;
        walk.keyword("Microsoft.Compute", "`Microsoft.Compute`")?;
        let next = walk.next("`images` or `galleries`")?;
        if next.text.eq_ignore_ascii_case("images") {
            walk.push("images");
            walk.part(&MANAGED)?;
            walk.finish()?;
            return Ok(AzureImageId::Managed(ManagedImage {
                text: walk.text.into(),
            }));
        }
        if !next.text.eq_ignore_ascii_case("galleries") {
            return Err(Flaw::found(next.at, "`images` or `galleries`"));
        }
        walk.push("galleries");
        walk.part(&GALLERY)?;
    }
    walk.pair("images", "`/images/` and an image", &DEFINITION)?;
    if walk.rest.is_some() {
        walk.keyword("versions", "`versions` or the end")?;
        let number = walk.next(VERSION)?;
        version(number, VERSION)?;
        let latest = number.text.eq_ignore_ascii_case("latest");
        walk.push(if latest { "latest" } else { number.text });
        walk.finish()?;
    }
    Ok(AzureImageId::Gallery(GalleryImage {
        text: walk.text.into(),
        gallery,
    }))
}

/// Takes part after part and writes the canonical text.
struct Walk<'a> {
    rest: Option<Piece<'a>>,
    end: usize,
    text: String,
}

impl<'a> Walk<'a> {
    fn next(&mut self, expected: &'static str) -> Result<Piece<'a>, Flaw> {
        let rest = self.rest.ok_or_else(|| Flaw::found(self.end, expected))?;
        let (part, rest) = rest.split('/');
        self.rest = rest;
        Ok(part)
    }

    fn push(&mut self, part: &str) {
        self.text.push('/');
        self.text.push_str(part);
    }

    fn keyword(&mut self, keyword: &str, expected: &'static str) -> Result<(), Flaw> {
        let part = self.next(expected)?;
        if part.text.eq_ignore_ascii_case(keyword) {
            self.push(keyword);
            return Ok(());
        }
        let same = |(a, b): &(u8, u8)| a.eq_ignore_ascii_case(b);
        let same = part
            .text
            .bytes()
            .zip(keyword.bytes())
            .take_while(same)
            .count();
        Err(Flaw::found(part.at + same, expected))
    }

    fn part(&mut self, rule: &Rule) -> Result<(), Flaw> {
        let part = self.next(rule.expected)?;
        rule.check(part)?;
        self.push(part.text);
        Ok(())
    }

    fn pair(&mut self, keyword: &str, expected: &'static str, rule: &Rule) -> Result<(), Flaw> {
        self.keyword(keyword, expected)?;
        self.part(rule)
    }

    fn finish(&self) -> Result<(), Flaw> {
        match self.rest {
            Some(extra) => Err(Flaw::found(extra.at - 1, "the end of the id")),
            None => Ok(()),
        }
    }
}

const GROUP_BYTES: Class = Class::WORD.or(Class::PARENTHESES);

const GROUP: Rule = Rule {
    part: "resource group",
    most: 90,
    first: GROUP_BYTES,
    inner: GROUP_BYTES,
    last: GROUP_BYTES.but(Class::DOT),
    expected: "a resource group of ASCII letters, digits, `_`, `-`, `.`, `(` and `)`, not ending in `.`",
};

const MANAGED: Rule = Rule {
    part: "image name",
    most: 80,
    first: Class::ALPHANUMERIC,
    inner: Class::WORD,
    last: Class::ALPHANUMERIC.or(Class::UNDERSCORE),
    expected: "an image name of letters, digits, `_`, `.` and `-`, ending in a letter, digit or `_`",
};

/// The intersection of what Terraform and the Azure command line take.
const GALLERY: Rule = Rule {
    part: "gallery name",
    most: 80,
    first: Class::ALPHANUMERIC,
    inner: Class::ALPHANUMERIC.or(Class::DOT).or(Class::UNDERSCORE),
    last: Class::ALPHANUMERIC.or(Class::UNDERSCORE),
    expected: "a gallery name of letters, digits, `.` and `_`",
};

const DEFINITION: Rule = Rule {
    part: "image name",
    most: 80,
    first: Class::ALPHANUMERIC,
    inner: Class::WORD,
    last: Class::ALPHANUMERIC,
    expected: "an image name of letters and digits, with `.`, `_` and `-` inside",
};

/// A subscription's UUID, a dash and a gallery name.
const UNIQUE: Rule = Rule {
    part: "gallery's unique name",
    most: 36 + 1 + 80,
    first: Class::ALPHANUMERIC,
    inner: Class::WORD,
    last: Class::ALPHANUMERIC.or(Class::UNDERSCORE),
    expected: "a gallery's unique name",
};

/// A prefix, a dash and a UUID.
const PUBLIC: Rule = Rule {
    part: "gallery's public name",
    expected: "a gallery's public name",
    ..UNIQUE
};

const FIRST: &str = "`/subscriptions/`, `/sharedGalleries/` or `/communityGalleries/`";
const SUBSCRIPTION: &str = "the subscription's UUID with dashes";
const VERSION: &str = "a version such as `1.0.0`, or `latest`";
