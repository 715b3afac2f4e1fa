//! What was understood, but is not taken over as it stands.

use crate::{JsonPath, Release, StreamArch};
use atlas_base::quoted;

/// Something in a document that an import leaves out or had to assume.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum StreamWarning {
    /// Images for a cloud that Cloud Atlas does not have.
    #[error("`{path}` is skipped: images for {} are not known here", quoted(cloud))]
    UnknownCloud {
        /// Where they stand.
        path: JsonPath,
        /// The cloud's name in the document.
        cloud: String,
    },
    /// A disk file that nothing can launch before somebody makes an image of it.
    #[error("`{path}` is skipped: it names no project, so it is a file and no image to launch")]
    FileNotImage {
        /// Where it stands.
        path: JsonPath,
    },
    /// A VHD, which needs its location (Scalr: managed images and VHDs need one; I02).
    #[error("`{path}` is skipped: a VHD needs its location, and the document names none")]
    VhdWithoutLocation {
        /// Where it stands.
        path: JsonPath,
    },
    /// A key that this form does not have.
    #[error("`{path}` is skipped: the key is not known in this form")]
    UnknownKey {
        /// The key.
        path: JsonPath,
    },
    /// The images of one architecture are not of one release: each keeps its own.
    #[error("images for {architecture} are of {} releases: {}", releases.len(), Listed(releases))]
    ReleasesDiffer {
        /// The architecture.
        architecture: StreamArch,
        /// The releases, sorted.
        releases: Vec<Release>,
    },
    /// An image without a release, as older documents have them: it takes that of the others.
    #[error("`{path}` is missing: taken as `{release}`, like the other images there")]
    ReleaseAssumed {
        /// Where it should stand.
        path: JsonPath,
        /// What was assumed.
        release: Release,
    },
    /// The document does not say when it was made.
    #[error("`{path}` holds no date: when this was released is not known")]
    DateUnknown {
        /// Where a date could stand.
        path: JsonPath,
    },
}

impl StreamWarning {
    /// A word for programs that does not change with the text.
    pub fn code(&self) -> &'static str {
        match self {
            Self::UnknownCloud { .. } => "unknown-cloud",
            Self::FileNotImage { .. } => "file-not-image",
            Self::VhdWithoutLocation { .. } => "vhd-without-location",
            Self::UnknownKey { .. } => "unknown-key",
            Self::ReleasesDiffer { .. } => "releases-differ",
            Self::ReleaseAssumed { .. } => "release-assumed",
            Self::DateUnknown { .. } => "date-unknown",
        }
    }
}

struct Listed<'a>(&'a [Release]);

impl core::fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        for (count, release) in self.0.iter().enumerate() {
            let comma = if count == 0 { "" } else { ", " };
            write!(f, "{comma}`{release}`")?;
        }
        Ok(())
    }
}
