//! What uses, and what is used.

use crate::{ChannelName, LinkedState, LockId, RegisteredLock, ServerDefinition, ServerId};
use atlas_base::Name;
use atlas_history::LineageId;
use atlas_image::{ImageRecord, RoleMap, RoleMapId};
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use serde::Serialize;

/// Something that uses another, or is used (RightScale: cross reference).
///
/// Two things of one name are two of these: each holds an id, or else all that tells it apart.
/// Order is from the image up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum XrefNode {
    /// An image of a cloud.
    Image {
        /// Where a setting or a record names it.
        location: CloudLocation,
        /// Its id.
        image: String,
    },
    /// HEAD or a revision of a MultiCloud Image.
    Mci {
        /// The lineage.
        lineage: LineageId,
        /// The state.
        state: LinkedState,
    },
    /// A channel of a lineage.
    Channel {
        /// The lineage.
        lineage: LineageId,
        /// The channel; none is the managed `latest`.
        name: Option<ChannelName>,
    },
    /// HEAD or a revision of a `ServerTemplate`.
    Template {
        /// The lineage.
        lineage: LineageId,
        /// The state.
        state: LinkedState,
    },
    /// A role map.
    RoleMap {
        /// The scope that holds it.
        scope: Scope,
        /// Its name, one a scope.
        name: Name,
        /// Its id.
        id: RoleMapId,
    },
    /// A server definition.
    Server {
        /// The scope of its deployment.
        scope: Scope,
        /// As commands take it at that scope: `default:web-1`.
        name: String,
        /// Its id.
        id: ServerId,
    },
    /// A registered lock.
    Lock {
        /// The scope that holds it.
        scope: Scope,
        /// Its name, one a scope.
        name: Name,
        /// Its id.
        id: LockId,
    },
}

/// A use: `user` uses `used`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct XrefEdge {
    /// What uses.
    pub user: XrefNode,
    /// What is used.
    pub used: XrefNode,
}

impl XrefNode {
    /// The image of a record, at the record's own location.
    pub fn image(record: &ImageRecord) -> Self {
        Self::Image {
            location: record.location().clone(),
            image: record.image_id().to_string(),
        }
    }

    /// A server of a deployment at a scope.
    pub fn server(scope: &Scope, deployment: &Name, definition: &ServerDefinition) -> Self {
        Self::Server {
            scope: scope.clone(),
            name: format!("{deployment}:{}", definition.name()),
            id: definition.id(),
        }
    }

    /// A role map.
    pub fn role_map(map: &RoleMap) -> Self {
        Self::RoleMap {
            scope: map.scope().clone(),
            name: map.name().clone(),
            id: map.id(),
        }
    }

    /// A registered lock.
    pub fn lock(lock: &RegisteredLock) -> Self {
        Self::Lock {
            scope: lock.scope().clone(),
            name: lock.name().clone(),
            id: lock.id(),
        }
    }

    /// What it is, in a word or two.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Image { .. } => "image",
            Self::Mci { .. } => "MCI",
            Self::Channel { .. } => "channel",
            Self::Template { .. } => "template",
            Self::RoleMap { .. } => "role map",
            Self::Server { .. } => "server",
            Self::Lock { .. } => "lock",
        }
    }
}
