//! Networks of a compute resource.

use atlas_base::{parse_errors, quoted, text_form};
use atlas_image_id::CloudLocation;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What a cloud calls a network: 1 to 255 characters in one line.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NetworkName(Arc<str>);

parse_errors! {
    /// Why a text is no [`NetworkName`].
    ParseNetworkNameError;
}

impl NetworkName {
    /// The most characters it may have.
    pub const MAX_CHARACTERS: usize = 255;

    /// Checks a text.
    ///
    /// # Errors
    ///
    /// It is blank, too long, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, ParseNetworkNameError> {
        let long = text.char_indices().nth(Self::MAX_CHARACTERS);
        let control = text.char_indices().find(|(_, it)| it.is_control());
        let (at, why) = match (long, control) {
            _ if text.trim().is_empty() => (0, "it is blank"),
            (Some((at, _)), _) => (at, "it has more than 255 characters"),
            (_, Some((at, _))) => (at, "it holds a control character"),
            _ => return Ok(Self(text.into())),
        };
        let message = format_args!("{} names no network: {why}, at byte {at}", quoted(text));
        Err(ParseNetworkNameError::new(at, message))
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for NetworkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

text_form!(NetworkName, ParseNetworkNameError);

/// A network, as an inventory reports it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CloudNetwork {
    /// Where: with the compute resource, where the location has one.
    pub location: CloudLocation,
    /// What the cloud calls it.
    pub name: NetworkName,
}

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
