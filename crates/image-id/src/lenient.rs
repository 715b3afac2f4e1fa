//! Reading with a little good will, and saying so.

use crate::{Cloud, IdKind, ImageId, ImageIdRef, ParseImageIdError, near};
use core::fmt;

/// An id that was read with a little good will.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct LenientId {
    /// The id.
    pub id: ImageId,
    /// What was overlooked, in the order in which it was; empty if a strict parser reads the text too.
    pub warnings: Vec<Leniency>,
}

/// What was overlooked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Leniency {
    /// Blanks, line ends or quotes stood around the id.
    Trimmed,
    /// Letters stood in upper case where the cloud writes lower case.
    CaseFolded,
}

impl Leniency {
    /// The warning's code: `trimmed` or `case-folded`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Trimmed => "trimmed",
            Self::CaseFolded => "case-folded",
        }
    }
}

impl fmt::Display for Leniency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl ImageId {
    /// Reads an id as people paste it: without what stands around it, and in lower case where case
    /// means nothing. Whoever uses it shows the warnings.
    ///
    /// A parameter's name, a path in an inventory, a blob and a tag keep their case: another case
    /// would be another image.
    ///
    /// # Errors
    ///
    /// The text is not an id even so; the offset is one in the given text.
    pub fn parse_lenient(cloud: Cloud, text: &str) -> Result<LenientId, ParseImageIdError> {
        let mut warnings = Vec::new();
        // Names may begin and end with quotes: what is an id as it stands stays as it stands.
        if let Ok(id) = ImageIdRef::scan(cloud, text) {
            let id = id.into_owned();
            return Ok(LenientId { id, warnings });
        }
        let trimmed = near::trimmed(text);
        if trimmed != text {
            warnings.push(Leniency::Trimmed);
        }
        let flaw = match ImageIdRef::scan(cloud, trimmed) {
            Ok(id) => {
                let id = id.into_owned();
                return Ok(LenientId { id, warnings });
            }
            Err(flaw) => flaw,
        };
        if let Some(id) = folded(cloud, trimmed) {
            warnings.push(Leniency::CaseFolded);
            return Ok(LenientId { id, warnings });
        }
        let error = ParseImageIdError::new(cloud, trimmed, flaw);
        Err(error.behind(text.len() - text.trim_start_matches(near::is_outside).len()))
    }
}

/// The id that the text is in lower case, if its case means nothing.
fn folded(cloud: Cloud, text: &str) -> Option<ImageId> {
    if !text.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return None;
    }
    let lower = text.to_ascii_lowercase();
    let id = ImageIdRef::scan(cloud, &lower).ok()?;
    has_no_case(id.kind()).then(|| id.into_owned())
}

const fn has_no_case(kind: IdKind) -> bool {
    !matches!(
        kind,
        IdKind::SsmParameter
            | IdKind::Vhd
            | IdKind::TemplatePath
            | IdKind::LibraryItem
            | IdKind::SystemImage
            | IdKind::Volid
            | IdKind::Tag
            | IdKind::Digest
    )
}
