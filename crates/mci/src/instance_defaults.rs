//! The instance types that imports use.

use crate::{InstanceType, Setting, setting::has_instance_types};
use atlas_image::Architecture;
use atlas_image_id::{Cloud, CloudLocation};
use once_cell::sync::Lazy;
use std::collections::BTreeMap;

/// Which instance type an import puts into a setting, since public metadata names none.
///
/// What the caller says comes first: for a cloud and an architecture, then for a cloud; then the
/// table that ships. A pair in neither is refused, never guessed (ours).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InstanceDefaults {
    said: BTreeMap<(Cloud, Option<Architecture>), InstanceType>,
}

/// The table that ships: each cloud's general-purpose type of two virtual CPUs that the vendor's
/// own documents use in examples, where the vendor has one name everywhere. OpenStack flavours are
/// named by each installation, so it has no row.
static SHIPPED: Lazy<BTreeMap<(Cloud, Architecture), InstanceType>> = Lazy::new(|| {
    let rows = [
        (Cloud::Aws, Architecture::X86_64, "m5.large"),
        (Cloud::Aws, Architecture::Aarch64, "m6g.large"),
        (Cloud::Gcp, Architecture::X86_64, "n2-standard-2"),
        (Cloud::Gcp, Architecture::Aarch64, "t2a-standard-2"),
        (Cloud::Azure, Architecture::X86_64, "Standard_D2s_v5"),
        (Cloud::Azure, Architecture::Aarch64, "Standard_D2ps_v5"),
    ];
    let parsed = rows.into_iter().filter_map(|(cloud, architecture, text)| {
        Some(((cloud, architecture), InstanceType::parse(text).ok()?))
    });
    parsed.collect()
});

/// No instance type is known for a cloud and an architecture.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no instance type is known for {architecture} images at {location}: name one for `{cloud}/{architecture}`", cloud = .location.cloud())]
pub struct NoInstanceType {
    /// Where.
    pub location: CloudLocation,
    /// For which architecture.
    pub architecture: Architecture,
}

impl InstanceDefaults {
    /// These defaults with a type for a cloud, or for a cloud and an architecture.
    #[must_use]
    pub fn with(
        mut self,
        cloud: Cloud,
        architecture: Option<Architecture>,
        instance_type: InstanceType,
    ) -> Self {
        self.said.insert((cloud, architecture), instance_type);
        self
    }

    /// Whether somebody said the type for images of an architecture in a cloud.
    pub fn is_said(&self, cloud: Cloud, architecture: Architecture) -> bool {
        self.said.contains_key(&(cloud, Some(architecture)))
            || self.said.contains_key(&(cloud, None))
    }

    /// The type for images of an architecture in a cloud.
    pub fn for_pair(&self, cloud: Cloud, architecture: Architecture) -> Option<InstanceType> {
        let said = self
            .said
            .get(&(cloud, Some(architecture)))
            .or_else(|| self.said.get(&(cloud, None)));
        said.or_else(|| SHIPPED.get(&(cloud, architecture)))
            .cloned()
    }

    /// A setting completed for a location: with its instance type where the cloud has them.
    ///
    /// # Errors
    ///
    /// The cloud has instance types, and none is known for the architecture.
    pub fn complete(
        &self,
        setting: Setting,
        location: &CloudLocation,
        architecture: Architecture,
    ) -> Result<Setting, NoInstanceType> {
        if !has_instance_types(location.cloud()) {
            return Ok(setting.without_instance_type());
        }
        match self.for_pair(location.cloud(), architecture) {
            Some(instance_type) => Ok(setting.with_instance_type(instance_type)),
            None => Err(NoInstanceType {
                location: location.clone(),
                architecture,
            }),
        }
    }
}
