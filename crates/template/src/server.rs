//! Server definitions: what a server launches with, inherited once.

mod change;
mod inherited;
mod start;

use crate::{
    DeploymentId, KnownNetworks, Launch, LaunchRefusal, LinkedState, NetworkError, OverrideField,
    Overrides, XrefNode, check_network, launch::StoredOverrides,
};
use atlas_base::{Name, Timestamp};
use atlas_image::{NetworkName, Referrer, ReferrerKind};
use atlas_image_id::CloudLocation;
use atlas_scope::{PrincipalId, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

pub use self::{
    change::{ReinheritError, ServerChanges, ServerEdit},
    inherited::{Follows, Inherited},
    start::{ServerPlan, ServerStart},
};

atlas_base::id_type! {
    /// Names one server definition.
    pub struct ServerId("srv-");
}

/// What a server launches with (RightScale: a server of a deployment). It inherits once, when it is
/// added: later changes of its template and of its MultiCloud Image do not touch it, and it
/// outlives both.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredServer")]
pub struct ServerDefinition {
    id: ServerId,
    deployment: DeploymentId,
    name: Name,
    location: CloudLocation,
    inherited: Inherited,
    overrides: Overrides,
    networks: BTreeSet<NetworkName>,
    created: Timestamp,
    created_by: PrincipalId,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredServer {
    id: ServerId,
    deployment: DeploymentId,
    name: Name,
    location: CloudLocation,
    inherited: Inherited,
    overrides: StoredOverrides,
    networks: BTreeSet<NetworkName>,
    created: Timestamp,
    created_by: PrincipalId,
}

impl From<StoredServer> for ServerDefinition {
    fn from(stored: StoredServer) -> Self {
        Self {
            overrides: stored.overrides.at(&stored.location),
            id: stored.id,
            deployment: stored.deployment,
            name: stored.name,
            location: stored.location,
            inherited: stored.inherited,
            networks: stored.networks,
            created: stored.created,
            created_by: stored.created_by,
        }
    }
}

/// Asks to add a server to a deployment.
#[derive(Debug, Clone)]
pub struct AddServer {
    /// Its id.
    pub id: ServerId,
    /// The deployment.
    pub deployment: DeploymentId,
    /// Its name, one a deployment.
    pub name: Name,
    /// What inheriting again follows.
    pub follows: Follows,
    /// What wins over what it inherits.
    pub overrides: Overrides,
    /// The networks that it is on.
    pub networks: BTreeSet<NetworkName>,
    /// Who adds it.
    pub by: PrincipalId,
    /// Now, as the caller's clock says.
    pub at: Timestamp,
}

/// Why a server is not added or edited.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ServerError {
    /// The deployment has a server of that name.
    #[error("the deployment has a server `{name}` already")]
    Taken {
        /// The name.
        name: Name,
    },
    /// What it would inherit has overrides in it: they are given apart.
    #[error(
        "a server inherits a plan without overrides, and this one overrides the {field}: give the overrides apart"
    )]
    Overridden {
        /// The first of them.
        field: OverrideField,
    },
    /// A network is not there.
    #[error(transparent)]
    Network(#[from] NetworkError),
    /// An override cannot stand at the location.
    #[error(transparent)]
    Override(#[from] LaunchRefusal),
}

impl AddServer {
    /// The server: it inherits what `launch` says, at the location for which that was decided.
    /// `is_taken` says whether the deployment has a server of that name, and `known` which networks
    /// there are.
    ///
    /// # Errors
    ///
    /// See [`ServerError`].
    pub fn added(
        self,
        launch: &Launch,
        is_taken: bool,
        known: KnownNetworks<'_>,
    ) -> Result<ServerDefinition, ServerError> {
        if is_taken {
            return Err(ServerError::Taken { name: self.name });
        }
        let mut marks = launch.overridden.iter().map(|mark| mark.field);
        // Another MultiCloud Image is a choice: the plan is wholly that of it.
        if let Some(field) = marks.find(|field| *field != OverrideField::Mci) {
            return Err(ServerError::Overridden { field });
        }
        let server = ServerDefinition {
            id: self.id,
            deployment: self.deployment,
            name: self.name,
            location: launch.plan.location.clone(),
            inherited: Inherited::of(launch, self.follows, self.at),
            overrides: self.overrides,
            networks: self.networks,
            created: self.at,
            created_by: self.by,
        };
        server.checked(known)
    }
}

impl ServerDefinition {
    fn checked(self, known: KnownNetworks<'_>) -> Result<Self, ServerError> {
        for network in &self.networks {
            check_network(&self.location, network, known)?;
        }
        self.plan()?;
        Ok(self)
    }

    /// Its id.
    pub fn id(&self) -> ServerId {
        self.id
    }

    /// The deployment that it belongs to.
    pub fn deployment(&self) -> DeploymentId {
        self.deployment
    }

    /// Its name.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// Where it launches, for ever.
    pub fn location(&self) -> &CloudLocation {
        &self.location
    }

    /// What it inherited, and from what.
    pub fn inherited(&self) -> &Inherited {
        &self.inherited
    }

    /// What wins over that.
    pub fn overrides(&self) -> &Overrides {
        &self.overrides
    }

    /// The networks that it is on.
    pub fn networks(&self) -> &BTreeSet<NetworkName> {
        &self.networks
    }

    /// When it was added.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// Who added it.
    pub fn created_by(&self) -> &PrincipalId {
        &self.created_by
    }

    /// This definition as what refers to the record of its image; `scope` is that of its deployment.
    pub fn referrer(&self, scope: Scope, is_visible: bool) -> Referrer {
        Referrer {
            scope,
            kind: ReferrerKind::Server,
            name: self.name.to_string(),
            id: self.id.to_string(),
            visible: is_visible,
        }
    }

    /// What it uses: its image, and the template and MultiCloud Image that it inherited from.
    pub fn uses(&self) -> Vec<XrefNode> {
        let state = |revision: Option<_>| revision.map_or(LinkedState::Head, LinkedState::Revision);
        let inherited = &self.inherited;
        let template = inherited.template.as_ref().map(|it| XrefNode::Template {
            lineage: it.lineage,
            state: state(it.revision),
        });
        let mci = XrefNode::Mci {
            lineage: inherited.lineage,
            state: state(inherited.revision),
        };
        let overridden = self.overrides.image.as_ref().map(ToString::to_string);
        let image = XrefNode::Image {
            location: inherited.entry.served_by.clone(),
            image: overridden.unwrap_or_else(|| inherited.entry.image.clone()),
        };
        template.into_iter().chain([mci, image]).collect()
    }
}
