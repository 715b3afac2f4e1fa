//! How a guest is reached.

use crate::{LoginName, RemoteAccess};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How whoever launches the image reaches the server (Symphony); none of it is ever guessed.
///
/// The agent that sets the guest up, cloud-init or cloudbase-init, is a fact of its own: see
/// [`ImageRecord::init_agent`](crate::ImageRecord::init_agent).
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuestFacts {
    /// Whether it asks for its network address by DHCP; none where nobody said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dhcp: Option<bool>,
    /// The ways in; empty where nobody said.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub access: BTreeSet<RemoteAccess>,
    /// Who logs in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub login: Option<LoginName>,
}

impl GuestFacts {
    /// Whether nobody said anything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
