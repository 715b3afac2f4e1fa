//! Linode image ids: `linode/NAME`, `private/N` and `shared/N`.
//!
//! Sources: the API says that ids of public images begin with `linode/` and those of the account
//! with `private/`; `shared/N` stands in the fixtures of `linode-api4` for images that another
//! account shares through a group. No source gives the grammar of names. Ours is what
//! `linode-cli images list` prints (`debian9-kube-v1.15.12`, `latest-64bit`): lower-case letters,
//! digits, `-` and `.`, beginning with a letter, ending with a letter or digit, at most 128 bytes.
//! A number is within 64 bits.

use crate::{
    Cloud, IdKind, Stability,
    number::{self, to_end},
    scan::{Class, Cursor, Flaw, Piece, Rule, is_digit},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// An image id of Linode: `linode/debian12`, `private/1337` or `shared/1`.
///
/// A number is from 1 to 18446744073709551615. A name has 1 to 128 lower-case letters, digits, `-` and
/// `.`, begins with a letter and ends with a letter or digit: so are all that Linode lists, though it
/// writes no rule down.
///
/// The numbered ones mean one image for ever. A public image moves: Linode renews it under its name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinodeImageId {
    // Kind and number follow from the text, so the derived order is the text's.
    text: Arc<str>,
    kind: IdKind,
    /// Zero for a public image.
    number: u64,
}

/// [`LinodeImageId`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct LinodeImageIdRef<'a> {
    text: &'a str,
    kind: IdKind,
    /// Zero for a public image.
    number: u64,
}

impl<'a> LinodeImageIdRef<'a> {
    #[inline]
    pub(crate) fn scan(mut cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let text = cursor.rest().text;
        if cursor.eat(PUBLIC) {
            let name = cursor.rest();
            if !NAME.holds(name.text) {
                return Err(no_name(name));
            }
            let (kind, number) = (IdKind::Public, 0);
            return Ok(Self { text, kind, number });
        }
        let kind = if cursor.eat(PRIVATE) {
            IdKind::Private
        } else if cursor.eat(SHARED) {
            IdKind::Shared
        } else {
            return Err(no_namespace(cursor.rest()));
        };
        let number = to_end(cursor, u64::MAX, NUMBER)?;
        Ok(Self { text, kind, number })
    }

    /// The id in a text of its own; allocates once.
    pub fn into_owned(self) -> LinodeImageId {
        LinodeImageId {
            text: shared(Some(self.text), self),
            kind: self.kind,
            number: self.number,
        }
    }

    /// The name of a public image, `debian12`.
    pub fn name(self) -> Option<&'a str> {
        self.text.strip_prefix(PUBLIC)
    }

    /// The number of an image that is not public.
    pub fn number(self) -> Option<u64> {
        Some(self.number).filter(|number| *number != 0)
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        self.kind
    }

    /// Whether it always means the same image: a numbered one does, a public one does not.
    pub fn stability(self) -> Stability {
        stability(self.kind)
    }
}

/// The canonical text.
impl fmt::Display for LinodeImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl LinodeImageId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name of a public image, `debian12`.
    pub fn name(&self) -> Option<&str> {
        self.text.strip_prefix(PUBLIC)
    }

    /// The number of an image that is not public.
    pub fn number(&self) -> Option<u64> {
        Some(self.number).filter(|number| *number != 0)
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        self.kind
    }

    /// Whether it always means the same image: a numbered one does, a public one does not.
    pub fn stability(&self) -> Stability {
        stability(self.kind)
    }
}

fn stability(kind: IdKind) -> Stability {
    match kind {
        IdKind::Public => Stability::Moving,
        _ => Stability::Fixed,
    }
}

id_text!(LinodeImageId);
borrowed_twin!(LinodeImageId, LinodeImageIdRef, Cloud::Linode);

#[cold]
fn no_name(piece: Piece<'_>) -> Flaw {
    let flaw = match NAME.check(piece) {
        Err(flaw) => flaw,
        Ok(()) => Flaw::found(piece.end(), NAME.expected),
    };
    match piece.text.as_bytes().get(flaw.at - piece.at) {
        Some(b'A'..=b'Z') => flaw.hint("ids are in lower case"),
        Some(b'_' | b' ') => flaw.hint("names have no `_` and no blanks"),
        _ => flaw,
    }
}

#[cold]
fn no_namespace(piece: Piece<'_>) -> Flaw {
    const EXPECTED: &str = "`linode/NAME`, `private/NUMBER` or `shared/NUMBER`";
    // The namespace that the text follows furthest.
    let flaws = [PUBLIC, PRIVATE, SHARED].map(|word| piece.differs(word, EXPECTED));
    let furthest = flaws.iter().map(|flaw| flaw.at).max();
    let flaw = Flaw::found(furthest.unwrap_or(piece.at), EXPECTED);
    let lower = piece.text.to_ascii_lowercase();
    if [PUBLIC, PRIVATE, SHARED]
        .iter()
        .any(|word| lower.starts_with(word))
    {
        flaw.hint("ids are in lower case")
    } else if !piece.text.is_empty() && piece.text.bytes().all(is_digit) {
        flaw.hint("an image of the account begins with `private/`")
    } else if NAME.check(piece).is_ok() {
        flaw.hint("a public image begins with `linode/`")
    } else if piece.text.starts_with('/') {
        flaw.hint("leave the slash at the start out")
    } else {
        flaw
    }
}

const PUBLIC: &str = "linode/";
const PRIVATE: &str = "private/";
const SHARED: &str = "shared/";
const NUMBER: &str = "a number from 1 to 18446744073709551615 that does not begin with `0`";

const NAME: Rule = Rule {
    part: "image name",
    most: 128,
    first: Class::LOWER,
    inner: Class::LABEL.or(Class::DOT),
    last: Class::LOWER_OR_DIGIT,
    expected: "an image name of lower-case letters, digits, `-` and `.`, beginning with a letter, ending with a letter or digit",
};

/// Texts that may have been meant by one that is no id, most likely first.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    // An address of the API ends with the id; no other address does.
    let text = match text.split_once("/images/") {
        Some((_, id)) => id,
        None if text.contains("://") => return Vec::new(),
        None => text,
    };
    if text.contains(['?', '&', '=', '@']) {
        return Vec::new();
    }
    let plain = text
        .replace("%2F", "/")
        .replace("%2f", "/")
        .replace(':', "/")
        .replace("//", "/");
    let plain = plain.trim_matches('/');
    let mut texts = vec![plain.to_owned()];
    if let Some((namespace, number)) = plain.split_once('/') {
        let number = number.trim_start_matches('0');
        texts.push(format!("{namespace}/{number}"));
        texts.push(plain.replace(['_', ' '], "-"));
    } else if ![PUBLIC, PRIVATE, SHARED]
        .iter()
        .any(|word| word.starts_with(plain))
    {
        texts.extend(number::meant(plain).map(|number| format!("{PRIVATE}{number}")));
        texts.push(format!("{PUBLIC}{plain}"));
        texts.push(format!("{PUBLIC}{}", plain.replace(['_', ' ', '-'], "")));
    }
    texts
}
