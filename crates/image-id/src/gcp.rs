//! Google Compute Engine image ids: images, families, family views and machine images.
//!
//! Host and API version of a selfLink are no part of the identity: the canonical text begins at
//! `projects/`. An id without a project (`global/images/x`, `family/x`) needs a default one. A bare
//! name could be an image or a family of any project and is refused.

mod part;
mod project;

pub use self::project::GceProject;

use self::part::{FAMILY, IMAGE, MACHINE_IMAGE, VIEW, ZONE};
use crate::{
    Cloud, IdKind, ParseImageIdError, Sameness, Stability,
    folded::id_text,
    scan::{Flaw, Piece, Rule},
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

impl GcpImageId {
    /// Reads a path, with its project or without, or a selfLink.
    ///
    /// # Errors
    ///
    /// The text is none of the forms.
    pub fn parse(text: &str) -> Result<Self, ParseImageIdError> {
        Self::scan(text).map_err(|flaw| ParseImageIdError::new(Cloud::Gcp, text, flaw))
    }

    pub(crate) fn scan(text: &str) -> Result<Self, Flaw> {
        let piece = Piece::capped(text)?;
        let path = part::behind_host(piece)?;
        // A project may be called `family`: then more follows.
        if let Some(name) = path
            .strip("family/")
            .filter(|name| !name.text.contains('/'))
        {
            FAMILY.check(name)?;
            let text = format!("global/images/family/{}", name.text).into();
            return Ok(Self {
                text,
                kind: GcpKind::Family,
            });
        }
        if path.text.starts_with("global/images/") {
            let kind = Self::resource(path)?;
            return Ok(Self {
                text: path.text.into(),
                kind,
            });
        }
        // Scalr's form leaves `projects/` out.
        let from_project = path.strip("projects/");
        let (project, rest) = from_project.unwrap_or(path).split('/');
        let Some(rest) = rest else {
            return Err(part::unknown(path));
        };
        if from_project.is_none() && !rest.text.starts_with("global/") {
            return Err(part::unknown(path));
        }
        GceProject::scan(project)?;
        let kind = Self::resource(rest)?;
        let text = match from_project {
            Some(_) => path.text.into(),
            None => format!("projects/{}", path.text).into(),
        };
        Ok(Self { text, kind })
    }

    /// What follows the project.
    fn resource(piece: Piece<'_>) -> Result<GcpKind, Flaw> {
        let last = |name: Piece<'_>, rule: &Rule, kind| rule.check(name).map(|()| kind);
        if let Some(images) = piece.strip("global/images/") {
            // An image may be named `family`; only a slash behind the word makes a family.
            return match images.strip("family/") {
                Some(name) => last(name, &FAMILY, GcpKind::Family),
                None => part::image(images, &IMAGE).map(|()| GcpKind::Image),
            };
        }
        if let Some(name) = piece.strip("global/machineImages/") {
            return part::image(name, &MACHINE_IMAGE).map(|()| GcpKind::MachineImage);
        }
        if let Some(zones) = piece.strip("zones/") {
            let (zone, rest) = zones.split('/');
            ZONE.check(zone)?;
            let rest = rest.ok_or(Flaw::found(zone.end(), VIEW_WORD))?;
            return match rest.strip("imageFamilyViews/") {
                Some(name) => last(name, &VIEW, GcpKind::FamilyView),
                None => Err(rest.differs("imageFamilyViews/", VIEW_WORD)),
            };
        }
        Err(part::wrong_collection(piece))
    }

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
        match (self.kind, self.project()) {
            (GcpKind::Image, Some(_)) => IdKind::Image,
            (GcpKind::Image, None) => IdKind::PartialImage,
            (GcpKind::Family, Some(_)) => IdKind::Family,
            (GcpKind::Family, None) => IdKind::PartialFamily,
            (GcpKind::FamilyView, _) => IdKind::FamilyView,
            (GcpKind::MachineImage, _) => IdKind::MachineImage,
        }
    }

    /// Whether it always means the same image.
    pub fn stability(&self) -> Stability {
        match (self.project(), self.kind) {
            (None, _) => Stability::NeedsDefault,
            (_, GcpKind::Image | GcpKind::MachineImage) => Stability::Fixed,
            (_, GcpKind::Family | GcpKind::FamilyView) => Stability::Moving,
        }
    }

    /// The project, unless the path leaves it to a default.
    pub fn project(&self) -> Option<GceProject> {
        let (project, _) = self.text.strip_prefix("projects/")?.split_once('/')?;
        Some(GceProject::checked(project))
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
        if self.project().is_some() {
            return self.clone();
        }
        Self {
            text: format!("projects/{project}/{}", self.text).into(),
            kind: self.kind,
        }
    }

    /// The address that the API gives the image, if the project is known.
    pub fn self_link(&self) -> Option<String> {
        self.project()
            .map(|_| format!("https://www.googleapis.com/compute/v1/{}", self.text))
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
        let projects = match (self.project(), other.project()) {
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

const VIEW_WORD: &str = "`imageFamilyViews/` and a family";
