//! Of which cloud a bare text is.

use crate::{Cloud, IdKind, ImageIdRef, ParseImageIdError};
use arrayvec::ArrayVec;
use core::fmt;

/// Tells of which cloud a text is by its form alone; finding out allocates nothing but errors.
///
/// A form that only one cloud has (`ami-…`, `projects/…`, `ocid1.…`) settles it. A UUID, a number or a
/// plain name may be of several clouds: all of them are candidates, and nobody guesses.
///
/// # Errors
///
/// No cloud reads the text; the error tells the form that came nearest.
///
/// ```
/// use atlas_image_id::{Cloud, detect};
///
/// assert_eq!(detect("ami-0ae8605ed708e3c3e")?.cloud(), Some(Cloud::Aws));
/// let uuid = detect("0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e")?;
/// assert_eq!(uuid.cloud(), None);
/// assert_eq!(uuid.candidates().len(), 4);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn detect(text: &str) -> Result<Detection<'_>, DetectError> {
    let mut candidates = ArrayVec::new();
    for cloud in Cloud::all() {
        if let Ok(id) = ImageIdRef::scan(*cloud, text)
            && is_worth_naming(id, text)
        {
            candidates.push(id);
        }
    }
    if candidates.is_empty() {
        return Err(DetectError::new(text));
    }
    if candidates.iter().any(|id| is_telling(*id)) {
        candidates.retain(|id| is_telling(*id));
    }
    Ok(Detection { candidates })
}

/// The image repository's ids look like those of AWS; only those of 32 digits are its own. A path
/// without a registry is one of Docker Hub, where names have two parts at most.
fn is_worth_naming(id: ImageIdRef<'_>, text: &str) -> bool {
    match id {
        ImageIdRef::Local(id) => id.is_symphony(),
        ImageIdRef::Oci(id) => {
            let begins_with_registry = text
                .split('/')
                .next()
                .is_some_and(|first| first.contains('.'));
            begins_with_registry || id.registry() != "docker.io" || text.matches('/').count() < 2
        }
        _ => true,
    }
}

/// Whether the form is the mark of its cloud, so that clouds with looser forms are out of question.
fn is_telling(id: ImageIdRef<'_>) -> bool {
    match id.kind() {
        IdKind::Id
        | IdKind::Vmid
        | IdKind::Slug
        | IdKind::Name
        | IdKind::Alias
        | IdKind::Tag
        | IdKind::Digest
        | IdKind::PartialFamily => false,
        // An own image of Alibaba is a letter, a dash and a word.
        IdKind::Image => id.cloud() != Cloud::Alibaba,
        _ => true,
    }
}

/// The clouds that a text can be of, in the order of [`Cloud::all`]; there is at least one.
#[derive(Debug, Clone)]
pub struct Detection<'a> {
    candidates: ArrayVec<ImageIdRef<'a>, { Cloud::all().len() }>,
}

impl<'a> Detection<'a> {
    /// The cloud, if it can be one only.
    pub fn cloud(&self) -> Option<Cloud> {
        match self.candidates() {
            [id] => Some(id.cloud()),
            _ => None,
        }
    }

    /// The cloud whose mark the form is: the ids of no other cloud look so.
    pub fn marked(&self) -> Option<Cloud> {
        match self.candidates() {
            [id] if is_telling(*id) => Some(id.cloud()),
            _ => None,
        }
    }

    /// What the text is for each cloud that it can be of.
    pub fn candidates(&self) -> &[ImageIdRef<'a>] {
        &self.candidates
    }
}

/// Why a text is no image id of any cloud.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DetectError {
    shown: Box<str>,
    nearest: Option<ParseImageIdError>,
}

impl DetectError {
    #[cold]
    fn new(text: &str) -> Self {
        let refusals = Cloud::all()
            .iter()
            .filter(|cloud| **cloud != Cloud::Local)
            .filter_map(|cloud| ImageIdRef::parse(*cloud, text).err());
        // A cloud that knows what was meant comes first, then the one whose grammar came furthest.
        let nearest = refusals
            .filter(|error| error.at() > 0 || error.suggestion().is_some())
            .map(|error| (rank(&error), error))
            .reduce(|best, next| if next.0 > best.0 { next } else { best });
        Self {
            shown: crate::error::shown(text).into(),
            nearest: nearest.map(|(_, error)| error),
        }
    }

    /// The refusal of the cloud that was most likely meant; none if the text is like no form at all.
    pub fn nearest(&self) -> Option<&ParseImageIdError> {
        self.nearest.as_ref()
    }

    /// The byte offset at which the text stopped being an id of the nearest cloud.
    pub fn at(&self) -> usize {
        self.nearest.as_ref().map_or(0, ParseImageIdError::at)
    }
}

/// How near a refusal is: a telling suggestion, another suggestion, then how far it came.
fn rank(error: &ParseImageIdError) -> (u8, usize) {
    let meant = error.suggestion().and_then(|meant| detect(meant).ok());
    let surety = meant.map_or(0, |meant| match meant.candidates() {
        [id] if is_telling(*id) => 3,
        [id, ..] if is_telling(*id) => 2,
        _ => 1,
    });
    (surety, error.at())
}

impl fmt::Display for DetectError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} is no image id of any cloud", self.shown)
    }
}

impl std::error::Error for DetectError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.nearest.as_ref().map(|error| error as _)
    }
}
