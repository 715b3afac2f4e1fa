//! Role maps: one image a location, all of one system.

mod error;

pub use error::{RemoveRoleMapError, RoleMapError, RoleMapUsers};

use crate::{
    ImageDescription, ImageRecord, ImageRecordId, NeededAgent, OsText, Referrer, Warning,
    check_agent,
};
use atlas_base::{Name, Timestamp};
use atlas_image_id::CloudLocation;
use atlas_scope::{PrincipalId, Scope};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

atlas_base::id_type! {
    /// Names a role map.
    pub struct RoleMapId("map-");
}

/// What a server of one purpose is launched from, location by location (Scalr: a role).
///
/// Each location has exactly one image record. All have the operating system of the role, by family
/// and generation, and the agents that it needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleMap {
    id: RoleMapId,
    scope: Scope,
    name: Name,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    description: Option<ImageDescription>,
    os: RoleOs,
    #[serde(default)]
    needs: RoleNeeds,
    shared: bool,
    #[serde(default)]
    images: BTreeMap<CloudLocation, ImageRecordId>,
    created: Timestamp,
    created_by: PrincipalId,
}

/// The operating system of a role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RoleOs {
    /// The family: `ubuntu`.
    pub family: OsText,
    /// The generation: `24.04`.
    pub generation: OsText,
}

/// The agents that a role needs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RoleNeeds {
    /// The agent that runs scripts.
    #[serde(default)]
    pub agent: bool,
    /// The agent that sets a server up at its first boot.
    #[serde(default)]
    pub init_agent: bool,
}

/// A role map that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct MakeRoleMap {
    /// The scope that is to hold it.
    pub scope: Scope,
    /// Its name, one of a kind in its scope.
    pub name: Name,
    /// What it is for.
    pub description: Option<ImageDescription>,
    /// The operating system of its images.
    pub os: RoleOs,
    /// The agents that they must have.
    pub needs: RoleNeeds,
    /// Whether lower scopes see it; where nothing is said the level of the scope settles it.
    pub shared: Option<bool>,
}

impl MakeRoleMap {
    /// A map without needs.
    #[must_use]
    pub fn new(scope: Scope, name: Name, os: RoleOs) -> Self {
        Self {
            scope,
            name,
            description: None,
            os,
            needs: RoleNeeds::default(),
            shared: None,
        }
    }

    /// Makes the map, without an image yet.
    #[must_use]
    pub fn make(self, id: RoleMapId, by: PrincipalId, now: Timestamp) -> RoleMap {
        let by_default = self.scope.level().shares_by_default();
        RoleMap {
            id,
            scope: self.scope,
            name: self.name,
            description: self.description,
            os: self.os,
            needs: self.needs,
            shared: self.shared.unwrap_or(by_default),
            images: BTreeMap::new(),
            created: now,
            created_by: by,
        }
    }
}

/// A role map with another image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoleImageSet {
    /// The map as it is now.
    pub map: RoleMap,
    /// The record that stood at the location before.
    pub replaced: Option<ImageRecordId>,
    /// What is worth saying about it.
    pub warnings: Vec<Warning>,
}

impl RoleMap {
    /// Its id, which never changes.
    pub fn id(&self) -> RoleMapId {
        self.id
    }

    /// The scope that holds it.
    pub fn scope(&self) -> &Scope {
        &self.scope
    }

    /// Its name, one of a kind in its scope.
    pub fn name(&self) -> &Name {
        &self.name
    }

    /// What it is for, at most 4,096 characters.
    pub fn description(&self) -> Option<&ImageDescription> {
        self.description.as_ref()
    }

    /// The operating system of its images.
    pub fn os(&self) -> &RoleOs {
        &self.os
    }

    /// The agents that its images must have.
    pub fn needs(&self) -> RoleNeeds {
        self.needs
    }

    /// Whether lower scopes see it.
    pub fn shared(&self) -> bool {
        self.shared
    }

    /// Its images by their locations.
    pub fn images(&self) -> &BTreeMap<CloudLocation, ImageRecordId> {
        &self.images
    }

    /// When it was made.
    pub fn created(&self) -> Timestamp {
        self.created
    }

    /// Who made it.
    pub fn created_by(&self) -> &PrincipalId {
        &self.created_by
    }

    /// Puts an image at its location, in the place of the one that stands there: also while the map is
    /// used (Scalr). The caller has made sure that the scope of the map sees the record.
    ///
    /// # Errors
    ///
    /// The image has another operating system or an unknown one, lacks an agent that is needed, or
    /// cannot be used.
    pub fn with_image(mut self, record: &ImageRecord) -> Result<RoleImageSet, RoleMapError> {
        let id = record.id();
        if !record.lifecycle().is_usable() {
            let state = record.lifecycle().as_str();
            return Err(RoleMapError::NotUsable { record: id, state });
        }
        let Some(os) = record.os() else {
            return Err(RoleMapError::OsUnknown {
                role: self.name,
                wanted: self.os,
                record: id,
            });
        };
        if os.family != self.os.family || os.generation != self.os.generation {
            return Err(RoleMapError::OtherOs {
                role: self.name,
                wanted: self.os,
                record: id,
                found: os.clone(),
            });
        }
        let mut warnings = Vec::new();
        let agents = [
            (self.needs.agent, NeededAgent::Agent),
            (self.needs.init_agent, NeededAgent::InitAgent),
        ];
        for (_, agent) in agents.into_iter().filter(|(needed, _)| *needed) {
            match check_agent(record, agent) {
                Ok(warning) => warnings.extend(warning),
                Err(missing) => {
                    let role = self.name;
                    return Err(RoleMapError::AgentMissing { role, missing });
                }
            }
        }
        let replaced = self.images.insert(record.location().clone(), id);
        let replaced = replaced.filter(|before| *before != id);
        Ok(RoleImageSet {
            map: self,
            replaced,
            warnings,
        })
    }

    /// Takes the image of a location out, unless somebody uses the map: `users` are the server
    /// definitions, and whatever else is launched through it (Scalr).
    ///
    /// # Errors
    ///
    /// It has none there, or somebody uses the map.
    pub fn without_image(
        mut self,
        location: &CloudLocation,
        users: &[Referrer],
    ) -> Result<(Self, ImageRecordId), RoleMapError> {
        let Some(record) = self.images.remove(location) else {
            return Err(RoleMapError::NoImage {
                role: self.name,
                location: location.clone(),
                locations: self.images.into_keys().collect(),
            });
        };
        match RoleMapUsers::of(users) {
            None => Ok((self, record)),
            Some(users) => Err(RoleMapError::InUse {
                role: self.name,
                location: location.clone(),
                users,
            }),
        }
    }

    /// Decides whether the map may go: not while somebody uses it (Scalr), as
    /// [`RoleMap::without_image`] says.
    ///
    /// # Errors
    ///
    /// Somebody uses it.
    pub fn check_removal(&self, users: &[Referrer]) -> Result<(), RemoveRoleMapError> {
        match RoleMapUsers::of(users) {
            None => Ok(()),
            Some(users) => Err(RemoveRoleMapError::InUse {
                role: self.name.clone(),
                users,
            }),
        }
    }
}
