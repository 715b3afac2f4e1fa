//! Where a record came from, and whether anyone looked.

use crate::{Cleaned, ImageRecordId, OriginText};
use atlas_base::{Digest, Timestamp};
use serde::{Deserialize, Serialize};

/// How the record came to be (AWS, Scalr); following the records it names gives the ancestry.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Origin {
    /// Somebody registered it by hand.
    #[default]
    Registered,
    /// It came with public image metadata.
    Imported {
        /// The stream: `fedora-coreos/stable`.
        stream: OriginText,
        /// The release in it: `44.20260705.3.0`.
        release: OriginText,
    },
    /// It was copied from another location.
    Copied {
        /// The record it was copied from.
        from: ImageRecordId,
    },
    /// It was bundled from a server.
    Bundled {
        /// The server, in the cloud's words.
        server: OriginText,
        /// The record of the image that the server was launched from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        base: Option<ImageRecordId>,
        /// The `ServerTemplate` and its revision that the server ran: `web@4`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        template: Option<OriginText>,
        /// The MultiCloud Image and its revision that the server was launched from.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        mci: Option<OriginText>,
        /// What was removed from the server before.
        #[serde(default, skip_serializing_if = "Cleaned::is_not_stated")]
        cleaned: Cleaned,
    },
    /// The repository converted it (Symphony).
    Converted {
        /// What it was made from.
        from: ConvertedFrom,
        /// The digest of its raw content.
        content: Digest,
    },
}

/// What the repository made an image from (Symphony).
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "source", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum ConvertedFrom {
    /// A file that somebody sent.
    File {
        /// Its name: `web.qcow2`.
        name: OriginText,
    },
    /// What a URL led to.
    Url {
        /// The digest of the URL, which itself may hold a secret.
        digest: Digest,
    },
    /// A volume.
    Volume {
        /// Its id, in the words of the repository's host.
        id: OriginText,
    },
    /// A snapshot of a volume.
    Snapshot {
        /// Its id, in the words of the repository's host.
        id: OriginText,
    },
}

impl ConvertedFrom {
    /// What sort of source it is: `file`, `url`, `volume` or `snapshot`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::File { .. } => "file",
            Self::Url { .. } => "url",
            Self::Volume { .. } => "volume",
            Self::Snapshot { .. } => "snapshot",
        }
    }

    /// What a URL led to; the URL itself is not kept.
    #[must_use]
    pub fn url(url: &str) -> Self {
        Self::Url {
            digest: Digest::of("atlas-image/source-url/1", url.as_bytes()),
        }
    }
}

impl Origin {
    /// The record that the image was made from, if one is known.
    pub fn parent(&self) -> Option<ImageRecordId> {
        match self {
            Self::Copied { from } => Some(*from),
            Self::Bundled { base, .. } => *base,
            Self::Registered | Self::Imported { .. } | Self::Converted { .. } => None,
        }
    }
}

/// Whether an inventory of the cloud has confirmed that the image exists.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Verification {
    /// Nobody looked.
    #[default]
    Unverified,
    /// The cloud has it.
    Verified {
        /// When it was seen there.
        at: Timestamp,
    },
}
