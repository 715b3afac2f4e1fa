//! What a moving pointer follows, and what a partial id lacks.

use crate::{IdKind, ImageId, ImageIdRef, Stability};
use core::fmt;

/// What a moving pointer points at; whoever launches has to look it up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Follows {
    /// GCP: the newest image of the family.
    Family,
    /// GCP: the newest image of the family that has reached the zone.
    FamilyInZone,
    /// Azure: the newest version of the offer or the gallery's image.
    Version,
    /// AWS: what the parameter holds.
    Parameter,
    /// Container registries: what was last pushed under the tag.
    Tag,
    /// DigitalOcean, Hetzner, Linode: the build that the cloud last gave the name to.
    Build,
}

impl Follows {
    fn of(kind: IdKind, stability: Stability) -> Option<Self> {
        if stability != Stability::Moving {
            return None;
        }
        match kind {
            IdKind::Family => Some(Self::Family),
            IdKind::FamilyView => Some(Self::FamilyInZone),
            IdKind::SsmParameter => Some(Self::Parameter),
            IdKind::Tag => Some(Self::Tag),
            IdKind::Slug | IdKind::Name | IdKind::Public => Some(Self::Build),
            _ => Some(Self::Version),
        }
    }

    /// The word of `atlas id parse`: `family`, `family-in-zone`, `version`, `parameter`, `tag`, `build`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Family => "family",
            Self::FamilyInZone => "family-in-zone",
            Self::Version => "version",
            Self::Parameter => "parameter",
            Self::Tag => "tag",
            Self::Build => "build",
        }
    }
}

impl fmt::Display for Follows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

/// What a partial id lacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Missing {
    /// GCP: the project. `GcpImageId::with_default_project` takes it.
    Project,
}

impl Missing {
    fn of(stability: Stability) -> Option<Self> {
        (stability == Stability::NeedsDefault).then_some(Self::Project)
    }

    /// The word for it: `project`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Project => "project",
        }
    }
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

impl ImageId {
    /// What the id follows, if it is a moving pointer.
    pub fn follows(&self) -> Option<Follows> {
        Follows::of(self.kind(), self.stability())
    }

    /// What the id lacks, if it is a partial one.
    pub fn missing(&self) -> Option<Missing> {
        Missing::of(self.stability())
    }
}

impl ImageIdRef<'_> {
    /// What the id follows, if it is a moving pointer.
    pub fn follows(self) -> Option<Follows> {
        Follows::of(self.kind(), self.stability())
    }

    /// What the id lacks, if it is a partial one.
    pub fn missing(self) -> Option<Missing> {
        Missing::of(self.stability())
    }
}
