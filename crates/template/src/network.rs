//! Networks of a compute resource.

use atlas_image::{CloudNetwork, NetworkName};
use atlas_image_id::CloudLocation;

/// What is known of the networks of a cloud.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "somebody looked or nobody did")]
pub enum KnownNetworks<'a> {
    /// No inventory tells of networks there.
    #[default]
    Unasked,
    /// These are all that there are.
    Reported(&'a [CloudNetwork]),
}

/// Why a network cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NetworkError {
    /// The inventory reports no such network there (Scalr).
    #[error("there is no network `{network}` at {location}; {}", there(.offered))]
    NotThere {
        /// Where.
        location: CloudLocation,
        /// Which.
        network: NetworkName,
        /// Which there are.
        offered: Vec<NetworkName>,
    },
}

fn there(names: &[NetworkName]) -> String {
    let shown: Vec<_> = names
        .iter()
        .take(8)
        .map(|name| format!("`{name}`"))
        .collect();
    match names.len() - shown.len() {
        _ if names.is_empty() => "none is reported there".to_owned(),
        0 => format!("there are {}", shown.join(", ")),
        more => format!("there are {} and {more} more", shown.join(", ")),
    }
}

/// The networks that are offered at a location, in order (Scalr: those of its compute resource).
/// What is reported further up is not known to be there, so it is not offered.
pub fn offer_networks(location: &CloudLocation, known: &[CloudNetwork]) -> Vec<NetworkName> {
    let here = known.iter().filter(|network| network.location == *location);
    let mut names: Vec<_> = here.map(|network| network.name.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// Decides whether a network can be used at a location: true where the inventory reports it there,
/// false where no inventory was asked.
///
/// # Errors
///
/// An inventory was asked and reports no such network there.
pub fn check_network(
    location: &CloudLocation,
    network: &NetworkName,
    known: KnownNetworks<'_>,
) -> Result<bool, NetworkError> {
    let KnownNetworks::Reported(known) = known else {
        return Ok(false);
    };
    let offered = offer_networks(location, known);
    if offered.contains(network) {
        return Ok(true);
    }
    Err(NetworkError::NotThere {
        location: location.clone(),
        network: network.clone(),
        offered,
    })
}
