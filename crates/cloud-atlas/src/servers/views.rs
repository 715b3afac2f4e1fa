//! Servers as they are asked for and shown.

use crate::{LaunchBase, LineageKind};
use atlas_base::{Name, ParseNameError, text_form};
use atlas_image::NetworkName;
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use atlas_template::{
    Deployment, KnownNetworks, Launch, LaunchWarning, Overrides, Reference, ServerDefinition,
    ServerId, ServerStart, TemplateWarning,
};
use core::fmt;
use serde::Serialize;
use std::collections::BTreeSet;

/// Names a server: by its id, or as `[DEPLOYMENT:]NAME`; without a deployment it is of `default`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ServerRef {
    /// `srv-…`
    Id(ServerId),
    /// The name that it has in its deployment.
    Named {
        /// The deployment; none for `default`.
        deployment: Option<Name>,
        /// The server.
        name: Name,
    },
}

impl ServerRef {
    /// Reads an id or else a name.
    ///
    /// # Errors
    ///
    /// It is neither.
    pub fn parse(text: &str) -> Result<Self, ParseNameError> {
        if let Ok(id) = ServerId::parse(text) {
            return Ok(Self::Id(id));
        }
        // No name holds a colon.
        let (deployment, name) = match text.split_once(':') {
            Some((deployment, name)) => (Some(Name::parse(deployment)?), name),
            None => (None, text),
        };
        let name = Name::parse(name)?;
        Ok(Self::Named { deployment, name })
    }
}

impl fmt::Display for ServerRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Id(id) => id.fmt(f),
            Self::Named {
                deployment: Some(deployment),
                name,
            } => write!(f, "{deployment}:{name}"),
            Self::Named { name, .. } => name.fmt(f),
        }
    }
}

text_form!(ServerRef, ParseNameError);

/// Which servers are wanted.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct ServerQuery {
    /// From where they are seen.
    pub from: Scope,
    /// Those of the nearest deployment of this name.
    pub deployment: Option<Name>,
    /// Those that inherited from any state of this lineage.
    pub using: Option<(LineageKind, Reference)>,
}

impl ServerQuery {
    /// All that a scope sees.
    #[must_use]
    pub fn new(from: Scope) -> Self {
        Self {
            from,
            deployment: None,
            using: None,
        }
    }
}

/// Asks to add a server: the location comes first, then what serves it (RightScale).
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct AddServer {
    /// From where it is added; the `default` deployment is the one of this scope.
    pub scope: Scope,
    /// Where it launches.
    pub location: CloudLocation,
    /// What it inherits from, as the deployment's scope sees it.
    pub base: LaunchBase,
    /// The deployment that it goes into; unless it is said, `default`.
    pub deployment: Option<Name>,
    /// Its name, one a deployment.
    pub name: Name,
    /// What wins over what it inherits.
    pub overrides: Overrides,
    /// The networks that it is on.
    pub networks: BTreeSet<NetworkName>,
}

impl AddServer {
    /// A server of the `default` deployment without overrides, on no network that is said.
    #[must_use]
    pub fn new(scope: Scope, location: CloudLocation, base: LaunchBase, name: Name) -> Self {
        Self {
            scope,
            location,
            base,
            deployment: None,
            name,
            overrides: Overrides::default(),
            networks: BTreeSet::new(),
        }
    }
}

/// A server definition as it is shown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ServerView {
    /// The scope of its deployment.
    pub scope: Scope,
    /// The name of its deployment.
    pub deployment_name: Name,
    /// The server.
    #[serde(flatten)]
    pub definition: ServerDefinition,
    /// What a person should know of what was done; nothing where it was only looked at.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<ServerWarning>,
}

/// What a person should know of a server that is added or edited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum ServerWarning {
    /// Of what it inherits from.
    Template(TemplateWarning),
    /// Of the image.
    Image(LaunchWarning),
    /// Of its networks.
    Network(NetworkWarning),
    /// Of a launch now.
    Start(StartWarning),
}

/// What a person should know of a launch of a server now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum StartWarning {
    /// It would be refused.
    WouldBeRefused {
        /// The refusal.
        reason: String,
    },
}

/// What a person should know of the networks of a server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NetworkWarning {
    /// No inventory tells which networks there are.
    NetworksUnchecked {
        /// Where.
        location: CloudLocation,
    },
}

impl fmt::Display for NetworkWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NetworksUnchecked { location } => write!(
                f,
                "no inventory tells which networks there are at {location}: the launch may find that one is not there"
            ),
        }
    }
}

impl fmt::Display for ServerWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template(warning) => warning.fmt(f),
            Self::Image(warning) => warning.fmt(f),
            Self::Network(warning) => warning.fmt(f),
            Self::Start(StartWarning::WouldBeRefused { reason }) => {
                write!(f, "it would not be launched now: {reason}")
            }
        }
    }
}

impl ServerView {
    pub(crate) fn of(deployment: &Deployment, definition: ServerDefinition) -> Self {
        Self {
            scope: deployment.scope.clone(),
            deployment_name: deployment.name.clone(),
            definition,
            warnings: Vec::new(),
        }
    }

    /// Warns of the states that it inherits from.
    pub(crate) fn warn_of_launch(&mut self, launch: &Launch) {
        let template = launch.template_warnings.iter();
        let template = template.filter(|it| !matches!(it, TemplateWarning::AgentUnknown { .. }));
        let state = |warning: &&LaunchWarning| {
            use LaunchWarning::{Head, RevisionDeprecated};
            matches!(warning, Head | RevisionDeprecated { .. })
        };
        let mci = launch.plan.warnings.iter().filter(state);
        let template = template.cloned().map(ServerWarning::Template);
        self.warnings.extend(template);
        self.warnings.extend(mci.cloned().map(ServerWarning::Image));
    }

    /// Warns of the image that it launches with, its overrides among it.
    pub(crate) fn warn_of_image(&mut self, start: &ServerStart) {
        let template = start.template_warnings.iter().cloned();
        self.warnings.extend(template.map(ServerWarning::Template));
        let image = start.warnings.iter().cloned();
        self.warnings.extend(image.map(ServerWarning::Image));
    }

    /// Warns where nobody looked for the networks that the server is put on.
    pub(crate) fn warn_of_networks(&mut self, known: KnownNetworks<'_>) {
        if known == KnownNetworks::Unasked && !self.definition.networks().is_empty() {
            let location = self.definition.location().clone();
            let warning = NetworkWarning::NetworksUnchecked { location };
            self.warnings.push(ServerWarning::Network(warning));
        }
    }
}
