//! Deployments, and what is offered to a new server.

use crate::{LinkName, LinkSource, Source, TemplateSource};
use atlas_base::{Name, Timestamp};
use atlas_history::{LineageId, RevisionNumber};
use atlas_image_id::CloudLocation;
use atlas_mci::Description;
use atlas_scope::{PrincipalId, Scope};
use serde::{Deserialize, Serialize};

atlas_base::id_type! {
    /// Names one deployment.
    pub struct DeploymentId("dep-");
}

/// Server definitions that belong together (RightScale: deployment). It has a scope and can be
/// shared like an image record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// Its name, one a scope.
    pub name: Name,
    /// The scope that holds it.
    pub scope: Scope,
    /// Whether lower scopes see it.
    pub shared: bool,
    /// What it is for.
    pub description: Description,
    /// When it was made.
    pub created: Timestamp,
    /// Who made it.
    pub created_by: PrincipalId,
}

/// Why a deployment stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum DeploymentError {
    /// The default one is always there.
    #[error("the deployment `default` is always there: it is neither renamed nor deleted")]
    Default,
    /// It has servers.
    #[error("the deployment `{name}` has {} first", counted(.servers))]
    NotEmpty {
        /// Which.
        name: Name,
        /// Their names.
        servers: Vec<Name>,
    },
    /// Another one at the scope has that name.
    #[error("there is a deployment `{name}` at {scope} already")]
    Taken {
        /// The name.
        name: Name,
        /// The scope.
        scope: Scope,
    },
}

fn counted(names: &[Name]) -> String {
    let shown: Vec<_> = names
        .iter()
        .take(8)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = match names.len() - shown.len() {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let (plural, them) = if names.len() == 1 {
        ("", "it")
    } else {
        ("s", "them")
    };
    let shown = shown.join(", ");
    format!(
        "{} server{plural}: {shown}{more}: remove {them}",
        names.len()
    )
}

impl Deployment {
    /// The name of the one that is always there.
    pub const DEFAULT: &'static str = "default";

    /// Whether it is the one that is always there.
    pub fn is_default(&self) -> bool {
        self.name.as_str() == Self::DEFAULT
    }

    /// Decides whether it can have another name; `is_taken` says whether one at its scope has it.
    ///
    /// # Errors
    ///
    /// It is the default one, or the name is taken.
    pub fn renamed(&self, name: Name, is_taken: bool) -> Result<Self, DeploymentError> {
        if self.is_default() {
            return Err(DeploymentError::Default);
        }
        if is_taken {
            let scope = self.scope.clone();
            return Err(DeploymentError::Taken { name, scope });
        }
        Ok(Self {
            name,
            ..self.clone()
        })
    }

    /// The same, seen by lower scopes or hidden from them. Its servers are at its own scope, so that
    /// nothing below refers to it and nothing stands in the way (ours).
    #[must_use]
    pub fn with_shared(&self, shared: bool) -> Self {
        Self {
            shared,
            ..self.clone()
        }
    }

    /// Decides whether it can be deleted, given the servers that are defined in it.
    ///
    /// # Errors
    ///
    /// It is the default one, or has servers.
    pub fn check_delete(&self, servers: &[Name]) -> Result<(), DeploymentError> {
        if self.is_default() {
            return Err(DeploymentError::Default);
        }
        if servers.is_empty() {
            return Ok(());
        }
        Err(DeploymentError::NotEmpty {
            name: self.name.clone(),
            servers: servers.to_vec(),
        })
    }
}

/// A MultiCloud Image that has an image for the location of a new server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfferedMci {
    /// Which.
    #[serde(flatten)]
    pub mci: LinkName,
    /// The revision that would be used; none for HEAD.
    pub revision: Option<RevisionNumber>,
    /// The location of the setting that serves.
    pub served_by: CloudLocation,
    /// Whether it is the default link of its template.
    pub is_default: bool,
}

/// A `ServerTemplate` of which a link has an image for the location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OfferedTemplate {
    /// Its name.
    pub name: Name,
    /// Its lineage.
    pub lineage: LineageId,
    /// The revision; none for HEAD.
    pub revision: Option<RevisionNumber>,
    /// The links that serve, the default one first; never empty.
    pub mcis: Vec<OfferedMci>,
    /// Whether one has to be chosen, since the default one does not serve.
    pub needs_choice: bool,
}

/// What a MultiCloud Image offers to a server at a location; none where it has no image there, or
/// is revoked.
pub fn offer_mci(source: &Source<'_>, location: &CloudLocation) -> Option<OfferedMci> {
    if source.marks.revoked.is_some() {
        return None;
    }
    let (served_by, _) = source.content.content().serving(location)?;
    Some(OfferedMci {
        mci: LinkName {
            lineage: source.lineage,
            name: Some(source.content.content().nickname().clone()),
        },
        revision: source.number(),
        served_by: served_by.clone(),
        is_default: false,
    })
}

/// What a `ServerTemplate` offers to a server at a location (RightScale: the location comes first,
/// then what supports it); none where no link of it serves, or it is revoked.
pub fn offer_template(
    template: &TemplateSource<'_>,
    links: &[LinkSource<'_>],
    location: &CloudLocation,
) -> Option<OfferedTemplate> {
    if template.marks.revoked.is_some() {
        return None;
    }
    let content = template.content.content();
    let sources = links.iter().filter_map(|link| link.state.ok());
    let linked = sources.filter(|source| content.link(source.lineage).is_some());
    let offered = linked.filter_map(|source| {
        let is_default = content.default_link() == Some(source.lineage);
        Some(OfferedMci {
            is_default,
            ..offer_mci(&source, location)?
        })
    });
    let mut mcis: Vec<_> = offered.collect();
    mcis.sort_by_key(|mci| (!mci.is_default, mci.mci.lineage));
    let first = mcis.first()?;
    Some(OfferedTemplate {
        name: content.name().clone(),
        lineage: template.lineage,
        revision: template.revision.map(atlas_history::Revision::number),
        needs_choice: !first.is_default,
        mcis,
    })
}
