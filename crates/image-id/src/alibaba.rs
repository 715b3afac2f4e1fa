//! Alibaba Cloud image ids: `m-…` of own, shared and community images, file names of public ones.
//!
//! Neither the documentation nor the SDK gives a pattern. Seen in public code: `m-` and 20 lower-case
//! letters and digits, 9 in the first years; and names such as `ubuntu_22_04_x64_20G_alibase_20240101.vhd`,
//! whose case counts. Of these the word before the date was `alibase` almost always, and `aliaegis`,
//! `alibaba`, `base` or `cloudinit` up to 2019; a few of `cloudinit` ended in `.raw`. Late in 2017 the
//! month was written with three digits: `201701015` is October 15.

mod system;

use self::system::System;
use crate::{
    Cloud, IdKind, Stability,
    scan::{Class, Cursor, Flaw, Piece},
    text::{borrowed_twin, id_text, shared},
};
use core::fmt;
use std::sync::Arc;

/// An image id of Alibaba Cloud.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AlibabaImageId {
    text: Arc<str>,
}

/// [`AlibabaImageId`] as it stands in a text that somebody else owns.
#[derive(Clone, Copy)]
pub struct AlibabaImageIdRef<'a> {
    text: &'a str,
    is_system: bool,
}

impl<'a> AlibabaImageIdRef<'a> {
    #[inline]
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let text = cursor.rest().text;
        let is_system = !is_custom(text);
        if is_system && System::read(text).is_none() {
            return Err(no_id(cursor.rest()));
        }
        Ok(Self { text, is_system })
    }

    /// The id in a text of its own; allocates once.
    pub fn into_owned(self) -> AlibabaImageId {
        AlibabaImageId {
            text: shared(Some(self.text), self),
        }
    }

    /// What sort of id this is: an image, or a system image, which the cloud publishes.
    pub fn kind(self) -> IdKind {
        kind(self.is_system)
    }

    /// Whether it always means the same image.
    pub fn stability(self) -> Stability {
        Stability::Fixed
    }

    /// What stands before the date in a system image's name, `ubuntu_22_04_x64_20G`.
    pub fn system_name(self) -> Option<&'a str> {
        System::read(self.text).map(|system| system.name)
    }

    /// The year, month and day in a system image's name.
    pub fn published(self) -> Option<(u16, u8, u8)> {
        System::read(self.text).map(|system| system.published)
    }
}

/// The canonical text.
impl fmt::Display for AlibabaImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text)
    }
}

impl AlibabaImageId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What sort of id this is: an image, or a system image, which the cloud publishes.
    pub fn kind(&self) -> IdKind {
        kind(!is_custom(&self.text))
    }

    /// Whether it always means the same image.
    pub fn stability(&self) -> Stability {
        Stability::Fixed
    }

    /// What stands before the date in a system image's name, `ubuntu_22_04_x64_20G`.
    pub fn system_name(&self) -> Option<&str> {
        System::read(&self.text).map(|system| system.name)
    }

    /// The year, month and day in a system image's name.
    pub fn published(&self) -> Option<(u16, u8, u8)> {
        System::read(&self.text).map(|system| system.published)
    }
}

id_text!(AlibabaImageId);
borrowed_twin!(AlibabaImageId, AlibabaImageIdRef, Cloud::Alibaba);

fn is_custom(text: &str) -> bool {
    match text.as_bytes() {
        [b'm', b'-', value @ ..] if matches!(value.len(), 9 | 20) => {
            value.iter().all(|byte| Class::LOWER_OR_DIGIT.has(*byte))
        }
        _ => false,
    }
}

const fn kind(is_system: bool) -> IdKind {
    if is_system {
        IdKind::SystemImage
    } else {
        IdKind::Image
    }
}

#[cold]
fn no_id(text: Piece<'_>) -> Flaw {
    const EXPECTED: &str =
        "`m-` and 20 lower-case letters and digits, or a name such as `…_alibase_20240101.vhd`";
    if text.text.contains("_ali") || text.text.contains('.') {
        return system::no_system(text);
    }
    let mut cursor = Cursor::new(text);
    if cursor.eat("m-") {
        let value = cursor.take(Class::LOWER_OR_DIGIT);
        return match value.text.len() {
            _ if !cursor.is_done() => Flaw::found(cursor.at(), EXPECTED),
            0..=20 => Flaw::found(value.end(), EXPECTED),
            _ => Flaw::found(value.at + 20, EXPECTED),
        };
    }
    let flaw = text.differs("m-", EXPECTED);
    match text.text.split(['-', ':']).next() {
        Some("i") => flaw.hint("this is an instance: make an image of it first"),
        Some("s") => flaw.hint("this is a snapshot: make an image of it first"),
        Some("d") => flaw.hint("this is a disk, no image"),
        Some("acs") => flaw.hint("this is a family: take the id of one of its images"),
        _ => flaw,
    }
}

/// Texts that may have been meant by one that is no id, most likely first.
#[cold]
pub(crate) fn near(text: &str) -> Vec<String> {
    let path = text.split(['?', '#']).next().unwrap_or(text);
    // A page of the console ends in the id.
    let last = path.rsplit('/').next().unwrap_or(path);
    let mut texts = vec![last.to_owned(), last.replacen("m_", "m-", 1)];
    if let Some((stem, _)) = last.rsplit_once('.') {
        let ending = last.get(stem.len()..).unwrap_or_default();
        if ending.eq_ignore_ascii_case(".vhd") {
            texts.push(format!("{stem}.vhd"));
        }
    } else {
        texts.push(format!("{last}.vhd"));
    }
    texts
}
