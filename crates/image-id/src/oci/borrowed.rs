//! Reading a reference without allocating.

use super::{OciFamiliar, OciImageId, digest, name, near};
use crate::{
    IdKind, Stability,
    scan::{Class, Cursor, Flaw, Piece, Rule},
    text::shared,
};
use core::fmt::{self, Write as _};
use std::borrow::Cow;

/// [`OciImageId`] as it stands in a text that somebody else owns.
///
/// It keeps the spelling, so it does not compare: compare owned ids, or what both display.
#[derive(Clone, Copy)]
pub struct OciImageIdRef<'a> {
    text: &'a str,
    /// Where the host ends; at the start where Docker's is left to be filled in.
    host_end: u16,
    path_end: u16,
    /// Where the tag ends; with the path if there is none. The digest is what follows.
    tag_end: u16,
}

impl<'a> OciImageIdRef<'a> {
    pub(crate) fn scan(cursor: Cursor<'a>) -> Result<Self, Flaw> {
        let whole = cursor.rest();
        match Self::read(whole) {
            Ok(id) => Ok(id),
            Err(flaw) => Err(near::explained(whole, flaw)),
        }
    }

    fn read(whole: Piece<'a>) -> Result<Self, Flaw> {
        let bytes = whole.text.as_bytes();
        let host_end = name::host_end(whole)?;
        let path = if host_end == 0 { 0 } else { host_end + 1 };
        let path_end = name::path_end(whole, path)?;
        let tag_end = match bytes.get(path_end) {
            Some(b':') => tag_end(whole, path_end + 1)?,
            _ => path_end,
        };
        match bytes.get(tag_end) {
            None => {}
            Some(b'@') => digest::check(name::behind(whole, tag_end + 1))?,
            Some(_) => {
                let at = whole.at + tag_end;
                return Err(Flaw::found(at, "`:` and a tag, or `@` and a digest"));
            }
        }
        let id = Self::at(whole.text, [host_end, path_end, tag_end]);
        // No default is longer than these two; and a digest has 64 digits or more.
        if path_end + name::HUB.len() + name::LIBRARY.len() >= name::MOST {
            id.check_length(whole.at)?;
        }
        if host_end == 0 && tag_end >= 64 && tag_end == bytes.len() {
            digest::check_repository(id.path(), id.given_tag())?;
        }
        Ok(id)
    }

    fn at(text: &'a str, ends: [usize; 3]) -> Self {
        // A text is far shorter than what sixteen bits count.
        let [host_end, path_end, tag_end] = ends.map(|end| u16::try_from(end).unwrap_or(u16::MAX));
        Self {
            text,
            host_end,
            path_end,
            tag_end,
        }
    }

    #[cold]
    fn check_length(self, at: usize) -> Result<(), Flaw> {
        let library = if self.needs_library() {
            name::LIBRARY.len()
        } else {
            0
        };
        let host = if self.is_hub() {
            name::HUB.len()
        } else {
            self.host().len()
        };
        let found = host + 1 + library + self.path().len();
        if found <= name::MOST {
            return Ok(());
        }
        let cut = usize::from(self.path_end).saturating_sub(found - name::MOST);
        Err(Flaw::long(
            at + cut,
            "repository with its host",
            found,
            name::MOST,
            "at most 255 characters before tag and digest",
        ))
    }

    /// Of a text that [`OciImageId`] holds: the marks between the parts are enough to find them.
    pub(super) fn of_canonical(text: &'a str) -> Self {
        let host_end = text.find('/').unwrap_or_default();
        let tag_end = text.find('@').unwrap_or(text.len());
        let colon = |behind: &str| behind.find(':').map(|colon| host_end + colon);
        let path_end = text.get(host_end..tag_end).and_then(colon);
        Self::at(text, [host_end, path_end.unwrap_or(tag_end), tag_end])
    }

    fn slice(self, from: usize, to: u16) -> &'a str {
        self.text.get(from..usize::from(to)).unwrap_or_default()
    }

    /// As it is written, perhaps in upper case; empty where Docker's is left to be filled in.
    fn host(self) -> &'a str {
        self.slice(0, self.host_end)
    }

    /// As it is written, perhaps without `library/`.
    pub(super) fn path(self) -> &'a str {
        let from = match self.host_end {
            0 => 0,
            end => usize::from(end) + 1,
        };
        self.slice(from, self.path_end)
    }

    /// Empty if there is none.
    fn given_tag(self) -> &'a str {
        self.slice(usize::from(self.path_end) + 1, self.tag_end)
    }

    /// The id in a text of its own; allocates once.
    pub fn into_owned(self) -> OciImageId {
        OciImageId {
            text: shared(self.plain(), self),
        }
    }

    /// The canonical text, if it is the given one.
    fn plain(self) -> Option<&'a str> {
        let is_whole = usize::from(self.path_end) < self.text.len();
        let is_plain = is_whole && self.host_is_plain() && !self.needs_library();
        is_plain.then_some(self.text)
    }

    fn host_is_plain(self) -> bool {
        let is_lower = !self.host().bytes().any(|byte| byte.is_ascii_uppercase());
        is_lower && (!self.is_hub() || self.host() == name::HUB)
    }

    pub(super) fn is_hub(self) -> bool {
        let host = self.host();
        host.is_empty()
            || host.eq_ignore_ascii_case(name::HUB)
            || host.eq_ignore_ascii_case(name::OLD_HUB)
    }

    fn needs_library(self) -> bool {
        self.is_hub() && !self.path().contains('/')
    }

    /// The host of the registry with its port, `quay.io` or `localhost:5000`. Owned if it was
    /// written in upper case.
    pub fn registry(self) -> Cow<'a, str> {
        if self.is_hub() {
            Cow::Borrowed(name::HUB)
        } else if self.host_is_plain() {
            Cow::Borrowed(self.host())
        } else {
            Cow::Owned(self.host().to_ascii_lowercase())
        }
    }

    /// The repository in the registry, `library/ubuntu`. Owned if `library/` was left out.
    pub fn repository(self) -> Cow<'a, str> {
        if self.needs_library() {
            Cow::Owned([name::LIBRARY, self.path()].concat())
        } else {
            Cow::Borrowed(self.path())
        }
    }

    /// The tag, at most 128 characters: `latest` where there is neither tag nor digest, none where
    /// a digest stands alone.
    pub fn tag(self) -> Option<&'a str> {
        match (self.given_tag(), self.digest()) {
            ("", None) => Some(LATEST),
            ("", Some(_)) => None,
            (tag, _) => Some(tag),
        }
    }

    /// The digest, if the id has one.
    pub fn digest(self) -> Option<&'a str> {
        self.text.get(usize::from(self.tag_end) + 1..)
    }

    /// What sort of id this is.
    pub fn kind(self) -> IdKind {
        match self.digest() {
            None => IdKind::Tag,
            Some(_) => IdKind::Digest,
        }
    }

    /// Whether it always means the same image: a digest does, with a tag or without.
    pub fn stability(self) -> Stability {
        match self.digest() {
            None => Stability::Moving,
            Some(_) => Stability::Fixed,
        }
    }

    /// Displays the id as Docker shows it, without what it fills in by itself: `ubuntu`, `acme/x:1`.
    pub fn familiar(self) -> OciFamiliar<'a> {
        OciFamiliar(self)
    }

    pub(super) fn write_host(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_hub() {
            f.write_str(name::HUB)?;
        } else if self.host_is_plain() {
            f.write_str(self.host())?;
        } else {
            for character in self.host().chars() {
                f.write_char(character.to_ascii_lowercase())?;
            }
        }
        f.write_str("/")
    }

    pub(super) fn write_tag(self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(tag) = self.tag() {
            f.write_str(":")?;
            f.write_str(tag)?;
        }
        if let Some(digest) = self.digest() {
            f.write_str("@")?;
            f.write_str(digest)?;
        }
        Ok(())
    }
}

/// The canonical text.
impl fmt::Display for OciImageIdRef<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.write_host(f)?;
        if self.needs_library() {
            f.write_str(name::LIBRARY)?;
        }
        f.write_str(self.path())?;
        self.write_tag(f)
    }
}

/// The tag that is meant where there is none.
pub(super) const LATEST: &str = "latest";

/// Where the tag ends that begins there.
fn tag_end(whole: Piece<'_>, start: usize) -> Result<usize, Flaw> {
    let mut cursor = Cursor::new(name::behind(whole, start));
    cursor.part(&TAG)?;
    Ok(cursor.at() - whole.at)
}

const TAG: Rule = Rule {
    part: "tag",
    most: 128,
    first: Class::ALPHANUMERIC.or(Class::UNDERSCORE),
    inner: Class::WORD,
    last: Class::WORD,
    expected: "a tag of letters, digits, `_`, `.` and `-`, not beginning with `.` or `-`",
};
