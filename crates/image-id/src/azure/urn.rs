//! Marketplace URNs.

use super::{AzureAlias, version};
use crate::{
    Cloud, ParseImageIdError,
    folded::compares_folded,
    scan::{Class, Flaw, Piece, Rule},
    text::id_text,
};
use std::sync::Arc;

/// `Publisher:Offer:Sku:Version`, also written with slashes (Scalr).
///
/// The version is three numbers or `latest`. Compares without case: `Canonical` and `canonical` both
/// occur in real data.
#[derive(Clone)]
pub struct AzureUrn {
    text: Arc<str>,
    alias: Option<AzureAlias>,
}

impl AzureUrn {
    /// Reads a URN in either form; an alias is not read here.
    ///
    /// # Errors
    ///
    /// There are not four parts, one is malformed, or `:` and `/` are mixed.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        Piece::capped(text)
            .and_then(Self::scan)
            .map_err(|flaw| ParseImageIdError::new(Cloud::Azure, text, flaw))
    }

    pub(crate) fn scan(piece: Piece<'_>) -> Result<Self, Flaw> {
        let mark = if piece.text.contains(':') { ':' } else { '/' };
        let mut parts = piece.parts(mark);
        for rule in [&PUBLISHER, &OFFER, &SKU] {
            let part = parts.next().ok_or_else(|| too_few(piece))?;
            rule.check(part).map_err(|flaw| mixed(piece, flaw))?;
        }
        let number = parts.next().ok_or_else(|| too_few(piece))?;
        version(number, VERSION).map_err(|flaw| match piece.strip_any_case("urn:") {
            Some(_) => flaw.hint("leave `urn:` out"),
            None => flaw,
        })?;
        if let Some(extra) = parts.next() {
            let flaw = Flaw::found(extra.at - 1, "the end of the URN");
            return Err(flaw.hint("a URN has four parts: `Publisher:Offer:Sku:Version`"));
        }
        let text = match (mark, number.text) {
            (':', same) if !same.eq_ignore_ascii_case("latest") || same == "latest" => {
                Arc::from(piece.text)
            }
            _ => canonical(piece, number),
        };
        Ok(Self { text, alias: None })
    }

    pub(super) fn of_alias(alias: AzureAlias, urn: &str) -> Self {
        Self {
            text: urn.into(),
            alias: Some(alias),
        }
    }

    /// The form with colons.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Scalr's form with slashes.
    pub fn with_slashes(&self) -> String {
        self.text.replace(':', "/")
    }

    /// Who publishes it, `Canonical`.
    pub fn publisher(&self) -> &str {
        self.part(0)
    }

    /// The offer, `0001-com-ubuntu-server-jammy`.
    pub fn offer(&self) -> &str {
        self.part(1)
    }

    /// The stock-keeping unit, `22_04-lts-gen2`.
    pub fn sku(&self) -> &str {
        self.part(2)
    }

    /// The version, three numbers or `latest`.
    pub fn version(&self) -> &str {
        self.part(3)
    }

    /// Whether it follows the newest version.
    pub fn is_latest(&self) -> bool {
        self.version() == "latest"
    }

    /// The alias that was given instead of the URN. It takes no part in equality and is not stored.
    pub fn alias(&self) -> Option<AzureAlias> {
        self.alias
    }

    fn part(&self, index: usize) -> &str {
        self.text.split(':').nth(index).unwrap_or_default()
    }
}

compares_folded!(AzureUrn);
id_text!(AzureUrn);

/// Colons between the parts, the word `latest` in lower case.
fn canonical(piece: Piece<'_>, number: Piece<'_>) -> Arc<str> {
    let head = piece
        .text
        .get(..number.at)
        .unwrap_or_default()
        .replace('/', ":");
    let latest = number.text.eq_ignore_ascii_case("latest");
    let number = if latest { "latest" } else { number.text };
    format!("{head}{number}").into()
}

#[cold]
fn too_few(piece: Piece<'_>) -> Flaw {
    mixed(
        piece,
        Flaw::found(piece.end(), "four parts: `Publisher:Offer:Sku:Version`"),
    )
}

/// Adds what mixed separators probably come from.
#[cold]
fn mixed(piece: Piece<'_>, flaw: Flaw) -> Flaw {
    if piece.text.contains(':') && piece.text.contains('/') {
        return flaw.hint("take `:` or `/` between the parts, not both");
    }
    let lower = piece.text.to_ascii_lowercase();
    let keyword = ["subscriptions/", "sharedgalleries/", "communitygalleries/"]
        .iter()
        .any(|keyword| lower.starts_with(keyword));
    if keyword {
        flaw.hint("a resource id begins with `/`")
    } else {
        flaw
    }
}

const fn part(part: &'static str, most: usize, expected: &'static str) -> Rule {
    Rule {
        part,
        most,
        first: Class::WORD,
        inner: Class::WORD,
        last: Class::WORD.but(Class::DOT),
        expected,
    }
}

const PUBLISHER: Rule = part(
    "publisher",
    50,
    "a publisher of letters, digits, `.`, `_` and `-`",
);
const OFFER: Rule = part(
    "offer",
    128,
    "an offer of letters, digits, `.`, `_` and `-`",
);
const SKU: Rule = part("SKU", 128, "an SKU of letters, digits, `.`, `_` and `-`");
const VERSION: &str = "a version such as `20.04.202504030`, or `latest`";
