//! Which images are versions of one another.

use crate::{Architecture, ImageRecord};
use atlas_base::{Tag, parse_errors, quoted, text_form};
use core::fmt;
use std::sync::Arc;

/// By what images are versions of one another (ours).
///
/// The text form is `name`, `os`, or `tag:` and the key of a machine tag: `tag:team:product`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum RetentionGroup {
    /// By their name, without the date, build number or `v3` that ends it: `web-20260721` and
    /// `web-20260722` are of one group, `ubuntu-22.04` and `ubuntu-24.04` are of two.
    #[default]
    Name,
    /// By family and generation of their operating system; one that is unknown is in no group.
    Os,
    /// By the value of a machine tag; what does not have it is in no group.
    Tag(TagKey),
}

/// Namespace and predicate of a machine tag: `team:product`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TagKey(Arc<str>);

impl TagKey {
    /// The text: `team:product`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TagKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

parse_errors! {
    /// Why a text is no [`RetentionGroup`].
    ParseRetentionGroupError;
}

impl RetentionGroup {
    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// It is none of the words, or what follows `tag:` is no key of a machine tag.
    pub fn parse(text: &str) -> Result<Self, ParseRetentionGroupError> {
        const TAG: &str = "tag:";
        let refuse = |at, why: &str| {
            let message = format_args!("{} groups no images: {why}", quoted(text));
            Err(ParseRetentionGroupError::new(at, message))
        };
        let Some(key) = text.strip_prefix(TAG) else {
            return match text {
                "name" => Ok(Self::Name),
                "os" => Ok(Self::Os),
                _ => refuse(0, "expected `name`, `os` or `tag:NAMESPACE:PREDICATE`"),
            };
        };
        // With a value behind it a key is a machine tag, and nothing else is.
        let is_key = !key.contains('=')
            && Tag::parse(&format!("{key}=1")).is_ok_and(|tag| tag.predicate().is_some());
        if is_key {
            return Ok(Self::Tag(TagKey(key.into())));
        }
        refuse(
            TAG.len(),
            "expected the key of a machine tag behind `tag:`, such as `team:product`",
        )
    }

    /// The group of an image, if it is in one.
    pub(super) fn of(&self, record: &ImageRecord) -> Option<String> {
        let group = match self {
            Self::Name => stem(record.name()).to_owned(),
            Self::Os => {
                let os = record.os()?;
                format!("{} {}", os.family, os.generation)
            }
            Self::Tag(key) => {
                let (namespace, predicate) = key.0.split_once(':')?;
                let mut tags = record.tags().iter();
                let tag = tags.find(|tag| {
                    tag.namespace() == Some(namespace) && tag.predicate() == Some(predicate)
                })?;
                tag.value()?.to_owned()
            }
        };
        let architecture = record.architecture().map(Architecture::as_str);
        Some(match architecture {
            Some(architecture) => format!("{group} ({architecture})"),
            None => group,
        })
    }
}

impl fmt::Display for RetentionGroup {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("name"),
            Self::Os => f.write_str("os"),
            Self::Tag(key) => write!(f, "tag:{key}"),
        }
    }
}

text_form!(RetentionGroup, ParseRetentionGroupError);

/// A name without the date, the build number or the `v3` that ends it. The version of a system, such as
/// `24.04`, is a part of the name: another one is no newer image of the same kind.
fn stem(name: &str) -> &str {
    const SIGNS: [char; 4] = ['-', '_', '.', ' '];
    let mut stem = name;
    while let Some((before, last)) = stem.rsplit_once(SIGNS) {
        let before = is_build(last).then_some(before).or_else(|| dated(stem));
        let Some(before) = before else { break };
        let before = before.trim_end_matches(SIGNS);
        if before.is_empty() {
            break;
        }
        stem = before;
    }
    stem
}

/// Whether a word is a build number, a date or a time in one, or a version such as `v3`.
fn is_build(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    match word.strip_prefix(['v', 'V']) {
        Some(version) => digits(version),
        None => word.len() >= 6 && digits(word),
    }
}

/// What stands before a date with signs in it, `2026-07-21` or `2026.07.21`, if one ends the text.
fn dated(text: &str) -> Option<&str> {
    const LENGTH: usize = "2026-07-21".len();
    let (before, date) = text.split_at_checked(text.len().checked_sub(LENGTH)?)?;
    let is_date = date.bytes().enumerate().all(|(at, byte)| match at {
        4 | 7 => matches!(byte, b'-' | b'_' | b'.'),
        _ => byte.is_ascii_digit(),
    });
    is_date.then_some(before)
}
