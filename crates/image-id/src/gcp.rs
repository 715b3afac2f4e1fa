//! Google Compute Engine image ids: images, families, family views and machine images.
//!
//! The grammar is that of the compute v1 discovery document. A name is an RFC 1035 label of 1 to 63
//! bytes, an image's number has at most 20 digits and does not begin with `0`. Families and views go
//! by name only.
//!
//! Host and API version of a selfLink are no part of the identity: the canonical text begins at
//! `projects/`. An id without a project (`global/images/x`, `family/x`) needs a default one. A bare
//! name could be an image or a family of any project and is refused, and so is `PROJECT/NAME`.
//!
//! Scalr's form leaves `projects/` out. `projects/global/images/x` is not read in it, though a project
//! may be called `projects`: the project was forgotten.

mod borrowed;
mod host;
mod near;
mod part;
mod project;
mod spelling;

pub(crate) use self::near::near;
pub use self::{
    borrowed::GcpImageIdRef,
    project::{GceProject, GceProjectRef},
    spelling::{GcpFullName, GcpSelfLink, GcpShortPath},
};

use crate::{
    Cloud, IdKind, Sameness, Stability,
    text::{borrowed_twin, id_text, shared},
};
use std::sync::Arc;

/// An image id of GCP: what follows `projects/` in the selfLink (Scalr), and the word before it.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GcpImageId {
    // The kind follows from the text, so the derived order is the text's.
    text: Arc<str>,
    kind: GcpKind,
}

/// What sort of thing a path names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum GcpKind {
    /// `…/global/images/N`, by name or number.
    Image,
    /// `…/global/images/family/F`: the newest image of the family.
    Family,
    /// `…/zones/Z/imageFamilyViews/F`: the newest image of the family that has reached the zone.
    FamilyView,
    /// `…/global/machineImages/N`
    MachineImage,
}

impl GcpKind {
    fn kind(self, has_project: bool) -> IdKind {
        match (self, has_project) {
            (Self::Image, true) => IdKind::Image,
            (Self::Image, false) => IdKind::PartialImage,
            (Self::Family, true) => IdKind::Family,
            (Self::Family, false) => IdKind::PartialFamily,
            (Self::FamilyView, _) => IdKind::FamilyView,
            (Self::MachineImage, _) => IdKind::MachineImage,
        }
    }

    fn stability(self, has_project: bool) -> Stability {
        match self {
            _ if !has_project => Stability::NeedsDefault,
            Self::Image | Self::MachineImage => Stability::Fixed,
            Self::Family | Self::FamilyView => Stability::Moving,
        }
    }
}

impl GcpImageId {
    /// The canonical text.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What sort of thing the path names.
    pub fn form(&self) -> GcpKind {
        self.kind
    }

    /// What sort of id this is.
    pub fn kind(&self) -> IdKind {
        self.kind.kind(self.has_project())
    }

    /// Whether it always means the same image.
    pub fn stability(&self) -> Stability {
        self.kind.stability(self.has_project())
    }

    fn has_project(&self) -> bool {
        self.text.starts_with("projects/")
    }

    /// The project in a text of its own, unless the path leaves it to a default.
    pub fn project(&self) -> Option<GceProject> {
        self.project_ref().map(GceProjectRef::into_owned)
    }

    /// The project, unless the path leaves it to a default.
    pub fn project_ref(&self) -> Option<GceProjectRef<'_>> {
        let (project, _) = self.text.strip_prefix("projects/")?.split_once('/')?;
        Some(GceProjectRef::checked(project))
    }

    /// The zone of a family view.
    pub fn zone(&self) -> Option<&str> {
        if self.kind != GcpKind::FamilyView {
            return None;
        }
        let (_, behind) = self.text.strip_prefix("projects/")?.split_once('/')?;
        behind.strip_prefix("zones/")?.split('/').next()
    }

    /// The name or number of the image, or the name of the family.
    pub fn name(&self) -> &str {
        self.text.rsplit('/').next().unwrap_or_default()
    }

    /// The id with this project where it has none; itself otherwise.
    #[must_use = "the id itself stays as it is"]
    pub fn with_default_project(&self, project: &GceProject) -> Self {
        if self.has_project() {
            return self.clone();
        }
        Self {
            text: shared(None, format_args!("projects/{project}/{}", self.text)),
            kind: self.kind,
        }
    }

    /// Whether both are one image. A name and a number, or a project's name and its number, may be one:
    /// only the cloud can tell.
    pub(crate) fn compare(&self, other: &Self) -> Sameness {
        if self == other {
            return Sameness::Equal;
        }
        if self.kind != other.kind || self.zone() != other.zone() {
            return Sameness::Different;
        }
        let number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        let may_be = |a: &str, b: &str| a == b || number(a) != number(b);
        let projects = match (self.project_ref(), other.project_ref()) {
            (Some(a), Some(b)) => may_be(a.as_str(), b.as_str()),
            _ => true,
        };
        if projects && may_be(self.name(), other.name()) {
            Sameness::Undecided
        } else {
            Sameness::Different
        }
    }
}

id_text!(GcpImageId);
borrowed_twin!(GcpImageId, GcpImageIdRef, Cloud::Gcp);
