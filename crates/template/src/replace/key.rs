//! What uses an image, by its id.

use crate::{LockId, ServerId};
use atlas_base::{parse_errors, quoted, text_form};
use atlas_history::{LineageId, RevisionRef};
use atlas_image::{ImageRecordId, RoleMapId};
use core::fmt;

/// What a line of a plan to replace an image is about. The text form is its id: `lin-…` for a HEAD,
/// `lin-…@3` for a revision, `map-…`, `srv-…`, `lck-…`, and `img-…` for the image itself.
///
/// Order is that of the lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ReplaceKey {
    /// The HEAD of a lineage.
    Head(LineageId),
    /// A role map.
    RoleMap(RoleMapId),
    /// A server definition.
    Server(ServerId),
    /// The record of the image that goes.
    Image(ImageRecordId),
    /// A committed revision.
    Revision(RevisionRef),
    /// A registered lock.
    Lock(LockId),
}

parse_errors! {
    /// Why a text is no [`ReplaceKey`].
    ParseReplaceKeyError;
}

impl ReplaceKey {
    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// It is none of those ids.
    pub fn parse(text: &str) -> Result<Self, ParseReplaceKeyError> {
        let refuse = |at| {
            let expected =
                "expected an id: `lin-…`, `lin-…@3`, `map-…`, `srv-…`, `lck-…` or `img-…`";
            let message = format_args!("{} names no user of an image: {expected}", quoted(text));
            ParseReplaceKeyError::new(at, message)
        };
        if text.contains('@') {
            let revision = RevisionRef::parse(text).map(Self::Revision);
            return revision.map_err(|error| refuse(error.at()));
        }
        let key = if text.starts_with(LineageId::PREFIX) {
            LineageId::parse(text).map(Self::Head)
        } else if text.starts_with(RoleMapId::PREFIX) {
            RoleMapId::parse(text).map(Self::RoleMap)
        } else if text.starts_with(ServerId::PREFIX) {
            ServerId::parse(text).map(Self::Server)
        } else if text.starts_with(LockId::PREFIX) {
            LockId::parse(text).map(Self::Lock)
        } else {
            ImageRecordId::parse(text).map(Self::Image)
        };
        key.map_err(|error| refuse(error.at()))
    }

    /// What it is, in a word or two.
    pub fn kind(self) -> &'static str {
        match self {
            Self::Head(_) => "MCI HEAD",
            Self::RoleMap(_) => "role map",
            Self::Server(_) => "server",
            Self::Image(_) => "image",
            Self::Revision(_) => "MCI revision",
            Self::Lock(_) => "lock",
        }
    }
}

impl fmt::Display for ReplaceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head(id) => id.fmt(f),
            Self::RoleMap(id) => id.fmt(f),
            Self::Server(id) => id.fmt(f),
            Self::Image(id) => id.fmt(f),
            Self::Revision(id) => id.fmt(f),
            Self::Lock(id) => id.fmt(f),
        }
    }
}

text_form!(ReplaceKey, ParseReplaceKeyError);
