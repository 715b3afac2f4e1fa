//! Networks, as clouds call them.

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
