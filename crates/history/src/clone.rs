//! A lineage made from another.

use crate::{Content, Frozen, Head, LineageId, Origin, Revision, RevisionNumber};
use atlas_base::{Digest, Name};
use core::fmt;

/// What is cloned: a revision, or HEAD.
#[derive(Debug, Clone, Copy)]
pub struct CloneSource<'a, C> {
    /// The lineage.
    pub lineage: LineageId,
    /// The state of it.
    pub state: ClonedState<'a, C>,
}

/// The state that is cloned.
#[derive(Debug, Clone, Copy)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a lineage has one HEAD and revisions"
)]
pub enum ClonedState<'a, C> {
    /// HEAD as it is.
    Head(&'a Head<C>),
    /// A committed or imported revision with its content.
    Revision(&'a Revision, &'a Frozen<C>),
}

/// A new lineage: where it came from, and its HEAD, which is all that it has.
#[derive(Debug, Clone, PartialEq)]
pub struct Cloned<C> {
    /// Where it came from; it never changes.
    pub origin: Origin,
    /// Its HEAD. The next revision's parent is the revision that was cloned, or are those of the
    /// HEAD that was, so that ancestry goes on across the two lineages.
    pub head: Head<C>,
}

impl<C: Content> CloneSource<'_, C> {
    /// The clone (RightScale: clone of HEAD or of any revision). The source stays as it is.
    ///
    /// `rename` gives its content: that of the source under the clone's name.
    ///
    /// # Errors
    ///
    /// The source's HEAD has no canonical text, or what `rename` says.
    pub fn cloned<E>(&self, rename: impl FnOnce(&C) -> Result<C, E>) -> Result<Cloned<C>, E>
    where
        E: From<atlas_base::CanonicalError>,
    {
        let (revision, digest, content, parents): (_, Digest, &C, _) = match self.state {
            ClonedState::Head(head) => {
                let digest = head.content().digest()?;
                (None, digest, head.content(), head.parents().to_vec())
            }
            ClonedState::Revision(revision, content) => {
                let parent = revision.as_parent(self.lineage);
                let number = Some(revision.number());
                (number, content.digest(), content.content(), vec![parent])
            }
        };
        Ok(Cloned {
            origin: Origin {
                lineage: self.lineage,
                revision,
                content: digest,
            },
            head: Head::cloned(rename(content)?, parents),
        })
    }
}

/// What is said to whoever cloned (RightScale: the lineage of a clone can be traced, and a clone
/// should be renamed); `Display` writes it, in lines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CloneAdvice {
    /// The name of what was cloned.
    pub source: Name,
    /// The revision that was cloned; none for HEAD.
    pub revision: Option<RevisionNumber>,
    /// The name of the clone.
    pub name: Name,
    /// Whether somebody chose that name.
    pub is_chosen: bool,
}

impl fmt::Display for CloneAdvice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (source, name) = (&self.source, &self.name);
        match self.revision {
            Some(revision) => write!(f, "`{name}` is a clone of `{source}` revision {revision}")?,
            None => write!(f, "`{name}` is a clone of HEAD of `{source}`")?,
        }
        f.write_str("; its lineage can be traced for ever: `show` names the origin")?;
        if self.is_chosen {
            return Ok(());
        }
        f.write_str("\nnobody chose its name yet: rename it after what it is to become")
    }
}

/// An [`Origin`] in words: `web-base v1` revision 3, or its lineage where the name is not known.
#[derive(Debug, Clone, Copy)]
pub struct OriginWords<'a> {
    origin: &'a Origin,
    name: Option<&'a Name>,
}

impl Origin {
    /// This origin in words; `name` is the source's name, where the reader may see it.
    pub fn words<'a>(&'a self, name: Option<&'a Name>) -> OriginWords<'a> {
        OriginWords { origin: self, name }
    }
}

impl fmt::Display for OriginWords<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Origin {
            lineage,
            revision,
            content,
        } = self.origin;
        f.write_str("cloned from ")?;
        if revision.is_none() {
            f.write_str("HEAD of ")?;
        }
        match self.name {
            Some(name) => write!(f, "`{name}`")?,
            None => write!(f, "{lineage}")?,
        }
        if let Some(revision) = revision {
            write!(f, " revision {revision}")?;
        }
        match self.name {
            Some(_) => write!(f, " ({lineage}, content {content})"),
            None => write!(f, " (content {content})"),
        }
    }
}
