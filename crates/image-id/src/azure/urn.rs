//! Marketplace URNs.

use super::{
    AzureAlias, near,
    part::{bad_part, behind, part},
    version, vhd,
};
use crate::{
    Cloud,
    folded::compares_folded,
    scan::{Class, Cursor, Flaw, Piece, Rule},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// `Publisher:Offer:Sku:Version`, also written with slashes (Scalr).
///
/// The version is three numbers or `latest`. Compares without case: `Canonical` and `canonical` both
/// occur in real data. An alias is not read here, but by [`AzureImageId`](crate::AzureImageId).
#[derive(Clone)]
pub struct AzureUrn {
    text: Arc<str>,
    cuts: Cuts,
    alias: Option<AzureAlias>,
}

/// Where the parts before the version end, in the given text and in the canonical one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Cuts {
    pub(super) publisher: usize,
    pub(super) offer: usize,
    pub(super) sku: usize,
}

impl AzureUrn {
    /// The form with colons.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The id as it stands in this one.
    pub fn borrowed(&self) -> AzureUrnRef<'_> {
        AzureUrnRef {
            text: &self.text,
            cuts: self.cuts,
            alias: self.alias,
            is_plain: true,
        }
    }

    /// Displays Scalr's form with slashes.
    pub fn with_slashes(&self) -> SlashedUrn<'_> {
        self.borrowed().with_slashes()
    }

    /// Who publishes it, `Canonical`.
    pub fn publisher(&self) -> &str {
        self.borrowed().publisher()
    }

    /// The offer, `0001-com-ubuntu-server-jammy`.
    pub fn offer(&self) -> &str {
        self.borrowed().offer()
    }

    /// The stock-keeping unit, `22_04-lts-gen2`.
    pub fn sku(&self) -> &str {
        self.borrowed().sku()
    }

    /// The version, three numbers or `latest`.
    pub fn version(&self) -> &str {
        self.borrowed().version()
    }

    /// Whether it follows the newest version.
    pub fn is_latest(&self) -> bool {
        self.borrowed().is_latest()
    }

    /// The alias that was given instead of the URN. It takes no part in equality and is not stored.
    pub fn alias(&self) -> Option<AzureAlias> {
        self.alias
    }
}

compares_folded!(AzureUrn);
id_text!(AzureUrn);
borrowed_twin!(AzureUrn, AzureUrnRef, Cloud::Azure);

/// [`AzureUrn`] as it stands in a text that somebody else owns, or in the list of aliases.
#[derive(Clone, Copy)]
pub struct AzureUrnRef<'a> {
    text: &'a str,
    cuts: Cuts,
    alias: Option<AzureAlias>,
    is_plain: bool,
}

impl<'a> AzureUrnRef<'a> {
    fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let text = cursor.rest();
        let start = text.text.as_bytes();
        match part(start, &PUBLISHER) {
            Some(rest) => Self::behind_publisher(text, rest),
            None => Err(bad(text, start, &PUBLISHER)),
        }
    }

    pub(super) fn scan_or_alias(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let text = cursor.rest();
        let start = text.text.as_bytes();
        match part(start, &PUBLISHER) {
            Some([]) => match AzureAlias::find(text.text) {
                Some(alias) => Ok(alias.borrowed_urn()),
                None => Err(unknown(text)),
            },
            Some(rest) => Self::behind_publisher(text, rest),
            None if text.misfit(|byte| PUBLISHER.inner.has(byte)).is_none() => Err(unknown(text)),
            None => Err(bad(text, start, &PUBLISHER)),
        }
    }

    fn behind_publisher(text: Piece<'a>, rest: &'a [u8]) -> Result<Self, Flaw> {
        let len = text.text.len();
        let [mark @ (b':' | b'/'), tail @ ..] = rest else {
            return Err(no_mark(text, rest, &PUBLISHER));
        };
        let publisher = len - rest.len();
        let rest = marked(text, tail, &OFFER, *mark)?;
        let offer = len - rest.len() - 1;
        let rest = marked(text, rest, &SKU, *mark)?;
        let sku = len - rest.len() - 1;
        let cuts = Cuts {
            publisher,
            offer,
            sku,
        };
        let number = behind(text, rest);
        match version::read(number, VERSION) {
            Ok(is_plain) => Ok(Self {
                text: text.text,
                cuts,
                alias: None,
                is_plain: is_plain && *mark == b':',
            }),
            Err(flaw) => Err(wrong_version(text, number, flaw)),
        }
    }

    /// What an alias stands for.
    pub(super) fn of_alias(alias: AzureAlias, text: &'a str, cuts: Cuts) -> Self {
        Self {
            text,
            cuts,
            alias: Some(alias),
            is_plain: true,
        }
    }

    /// The id in a text of its own; allocates once.
    pub fn into_owned(self) -> AzureUrn {
        AzureUrn {
            text: shared(self.plain(), self),
            cuts: self.cuts,
            alias: self.alias,
        }
    }

    /// The canonical text, if the given one is; for an alias the text of its URN.
    pub fn plain(self) -> Option<&'a str> {
        self.is_plain.then_some(self.text)
    }

    /// Displays Scalr's form with slashes.
    pub fn with_slashes(self) -> SlashedUrn<'a> {
        SlashedUrn(self)
    }

    /// Who publishes it, `Canonical`.
    pub fn publisher(self) -> &'a str {
        self.text.get(..self.cuts.publisher).unwrap_or_default()
    }

    /// The offer, `0001-com-ubuntu-server-jammy`.
    pub fn offer(self) -> &'a str {
        let at = self.cuts.publisher + 1;
        self.text.get(at..self.cuts.offer).unwrap_or_default()
    }

    /// The stock-keeping unit, `22_04-lts-gen2`.
    pub fn sku(self) -> &'a str {
        let at = self.cuts.offer + 1;
        self.text.get(at..self.cuts.sku).unwrap_or_default()
    }

    /// The version, three numbers or `latest`.
    pub fn version(self) -> &'a str {
        let given = self.text.get(self.cuts.sku + 1..).unwrap_or_default();
        version::canonical(given)
    }

    /// Whether it follows the newest version.
    pub fn is_latest(self) -> bool {
        version::is_latest(self.version())
    }

    /// The alias that was given instead of the URN.
    pub fn alias(self) -> Option<AzureAlias> {
        self.alias
    }

    fn write(self, f: &mut fmt::Formatter<'_>, mark: &str) -> fmt::Result {
        for part in [self.publisher(), self.offer(), self.sku()] {
            f.write_str(part)?;
            f.write_str(mark)?;
        }
        f.write_str(self.version())
    }
}

/// The canonical text.
impl fmt::Display for AzureUrnRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.plain() {
            Some(plain) => f.write_str(plain),
            None => self.write(f, ":"),
        }
    }
}

/// Displays `Publisher/Offer/Sku/Version` (Scalr).
#[derive(Debug, Clone, Copy)]
pub struct SlashedUrn<'a>(AzureUrnRef<'a>);

impl fmt::Display for SlashedUrn<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.write(f, "/")
    }
}

/// What stands behind a part and the mark that follows it.
#[inline]
fn marked<'a>(text: Piece<'_>, start: &'a [u8], rule: &Rule, mark: u8) -> Result<&'a [u8], Flaw> {
    match part(start, rule) {
        Some([found, rest @ ..]) if *found == mark => Ok(rest),
        Some(rest) => Err(no_mark(text, rest, rule)),
        None => Err(bad(text, start, rule)),
    }
}

/// Refuses what stands here as a part of this rule.
#[cold]
fn bad(text: Piece<'_>, rest: &[u8], rule: &Rule) -> Flaw {
    no_urn(text, bad_part(text, rest, rule))
}

/// Refuses what stands behind a part of this rule, where a mark was expected.
#[cold]
fn no_mark(text: Piece<'_>, rest: &[u8], rule: &Rule) -> Flaw {
    let at = behind(text, rest).at;
    let flaw = match rest {
        [] => Flaw::found(at, PARTS),
        [b':' | b'/', ..] => {
            let flaw = Flaw::found(at, rule.expected);
            return flaw.hint("take `:` or `/` between the parts, not both");
        }
        [b' ' | b',' | b';' | b'|' | b'\\', ..] if near::alias(text.text).is_none() => {
            let flaw = Flaw::found(at, rule.expected);
            return flaw.hint("a URN has `:` between its parts");
        }
        _ => Flaw::found(at, rule.expected),
    };
    no_urn(text, flaw)
}

/// Adds what else was probably meant.
#[cold]
fn no_urn(text: Piece<'_>, flaw: Flaw) -> Flaw {
    if text.text.contains("://") {
        return vhd::wrong_scheme(text);
    }
    let words = ["subscriptions/", "sharedgalleries/", "communitygalleries/"];
    if words.iter().any(|word| text.strip_any_case(word).is_some()) {
        flaw.hint("a resource id begins with `/`")
    } else if text.strip_any_case("urn:").is_some() {
        flaw.hint("leave `urn:` out")
    } else {
        flaw
    }
}

/// Refuses a version, or what follows it.
#[cold]
fn wrong_version(text: Piece<'_>, rest: Piece<'_>, flaw: Flaw) -> Flaw {
    let (head, extra) = match rest.split(':') {
        (head, None) => head.split('/'),
        split => split,
    };
    let flaw = match extra {
        Some(_) if version::read(head, VERSION).is_ok() => {
            Flaw::found(head.end(), "the end of the URN").hint("a URN has four parts")
        }
        _ => flaw,
    };
    no_urn(text, flaw)
}

/// Refuses a word that is no alias.
#[cold]
fn unknown(word: Piece<'_>) -> Flaw {
    const EXPECTED: &str = "a URN, a resource id, a VHD address or a known alias";
    if word.text.is_empty() {
        return Flaw::found(word.at, EXPECTED);
    }
    let flaw = Flaw::says(word.at, "neither an id nor a known alias", EXPECTED);
    if near::alias(word.text).is_some() {
        flaw
    } else if near::dotted(word.text).is_some() {
        flaw.hint("a URN has `:` between its parts")
    } else {
        flaw.hint("a URN has four parts, `Publisher:Offer:Sku:Version`")
    }
}

const fn rule(part: &'static str, most: usize, expected: &'static str) -> Rule {
    Rule {
        part,
        most,
        first: Class::WORD,
        inner: Class::WORD,
        last: Class::WORD.but(Class::DOT),
        expected,
    }
}

const PUBLISHER: Rule = rule(
    "publisher",
    50,
    "a publisher of letters, digits, `.`, `_` and `-`",
);
const OFFER: Rule = rule(
    "offer",
    128,
    "an offer of letters, digits, `.`, `_` and `-`",
);
const SKU: Rule = rule("SKU", 128, "an SKU of letters, digits, `.`, `_` and `-`");
const VERSION: &str = "a version such as `20.04.202504030`, or `latest`";
const PARTS: &str = "four parts: `Publisher:Offer:Sku:Version`";
