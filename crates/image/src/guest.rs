//! How a guest is reached, and what nobody said of it.

use crate::{AgentFacts, ImageRecord, ImageRecordId, LaunchPermission, LoginName, RemoteAccess};
use atlas_image_id::Cloud;
use atlas_scope::Scope;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// How whoever launches the image reaches the server (Symphony); none of it is ever guessed.
///
/// The agent that sets the guest up, cloud-init or cloudbase-init, is a fact of its own: see
/// [`ImageRecord::init_agent`]. [`DeclaredGuest`] has both.
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

/// All that is said of how a guest is reached and of what sets it up, for whoever launches it
/// (Symphony); `Display` gives it in a line.
///
/// ```
/// use atlas_image::{AgentFacts, DeclaredGuest, GuestFacts, RemoteAccess};
///
/// let facts = GuestFacts {
///     dhcp: Some(true),
///     access: [RemoteAccess::Ssh].into(),
///     login: Some("ubuntu".parse()?),
/// };
/// let guest = DeclaredGuest { facts, init_agent: AgentFacts::read("cloud-init/23.4")? };
/// assert_eq!(guest.to_string(), "log in as ubuntu by ssh; DHCP; cloud-init 23.4");
/// assert!(guest.missing().is_empty());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[expect(
    clippy::exhaustive_structs,
    reason = "the facts of the guest and its init agent, and each grows by itself"
)]
pub struct DeclaredGuest {
    /// How it is reached.
    #[serde(rename = "guest", skip_serializing_if = "GuestFacts::is_empty")]
    pub facts: GuestFacts,
    /// The agent that sets it up at its first boot.
    #[serde(skip_serializing_if = "AgentFacts::is_unknown")]
    pub init_agent: AgentFacts,
}

impl DeclaredGuest {
    /// What a record says.
    pub fn of(record: &ImageRecord) -> Self {
        Self {
            facts: record.guest().clone(),
            init_agent: record.init_agent().clone(),
        }
    }

    /// Whether nobody said anything.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// What nobody said, in order. That there is no DHCP or no agent is said too.
    pub fn missing(&self) -> Vec<GuestFact> {
        let GuestFacts {
            dhcp,
            access,
            login,
        } = &self.facts;
        let missing = [
            (access.is_empty(), GuestFact::Access),
            (login.is_none(), GuestFact::Login),
            (dhcp.is_none(), GuestFact::Dhcp),
            (self.init_agent.is_unknown(), GuestFact::InitAgent),
        ];
        let missing = missing.into_iter().filter(|(is_missing, _)| *is_missing);
        missing.map(|(_, fact)| fact).collect()
    }
}

impl fmt::Display for DeclaredGuest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let GuestFacts {
            dhcp,
            access,
            login,
        } = &self.facts;
        let mut parts = Vec::new();
        let ways: Vec<_> = access.iter().map(|way| way.as_str()).collect();
        let ways = ways.join(" or ");
        match (login, ways.as_str()) {
            (None, "") => {}
            (Some(login), "") => parts.push(format!("log in as {login}")),
            (None, ways) => parts.push(format!("log in by {ways}")),
            (Some(login), ways) => parts.push(format!("log in as {login} by {ways}")),
        }
        match dhcp {
            Some(true) => parts.push("DHCP".to_owned()),
            Some(false) => parts.push("no DHCP".to_owned()),
            None => {}
        }
        match &self.init_agent {
            AgentFacts::Unknown => {}
            AgentFacts::Absent => parts.push("no init agent".to_owned()),
            AgentFacts::Installed { kind: Some(_), .. } => parts.push(self.init_agent.to_string()),
            AgentFacts::Installed { version, .. } => parts.push(match version {
                Some(version) => format!("init agent {version}"),
                None => "an init agent".to_owned(),
            }),
        }
        if parts.is_empty() {
            return f.pad("nobody said how it is reached");
        }
        f.pad(&parts.join("; "))
    }
}

/// A fact that whoever launches needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum GuestFact {
    /// How a person gets in.
    Access,
    /// Who logs in.
    Login,
    /// Whether it asks for its network address by DHCP.
    Dhcp,
    /// Which agent sets it up at its first boot.
    InitAgent,
}

impl fmt::Display for GuestFact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Access => "the way in",
            Self::Login => "the login name",
            Self::Dhcp => "whether it uses DHCP",
            Self::InitAgent => "the init agent",
        })
    }
}

/// Who may launch an image, as far as it matters to how loudly something is said.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "an image is for everybody or it is not"
)]
pub enum Audience {
    /// Some: a branch of the tree of scopes, and those it was opened to by name.
    #[default]
    Some,
    /// Everybody.
    Everybody,
}

impl Audience {
    /// The audience of a record with its launch permissions: everybody where it is opened to all, or
    /// shared from the top of the tree.
    pub fn of(record: &ImageRecord, opened: &[LaunchPermission]) -> Self {
        let is_top = *record.scope() == Scope::global() && record.shared();
        let is_public = is_top || opened.contains(&LaunchPermission::Everybody);
        if is_public {
            Self::Everybody
        } else {
            Self::Some
        }
    }
}

/// Something that whoever launches an image has to know and nobody said. The codes differ, so that a
/// program can let one pass and stop at the other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum GuestWarning {
    /// Symphony: some may launch it.
    GuestUnknown {
        /// The record of the image.
        record: ImageRecordId,
        /// What nobody said, in order.
        missing: Vec<GuestFact>,
    },
    /// Symphony: everybody may launch it, and most of them can ask nobody.
    GuestUnknownPublic {
        /// The record of the image.
        record: ImageRecordId,
        /// What nobody said, in order.
        missing: Vec<GuestFact>,
    },
}

impl GuestWarning {
    /// The stable name of the warning.
    pub fn code(&self) -> &'static str {
        match self {
            Self::GuestUnknown { .. } => "guest-unknown",
            Self::GuestUnknownPublic { .. } => "guest-unknown-public",
        }
    }

    /// What nobody said, in order.
    pub fn missing(&self) -> &[GuestFact] {
        match self {
            Self::GuestUnknown { missing, .. } | Self::GuestUnknownPublic { missing, .. } => {
                missing
            }
        }
    }
}

impl fmt::Display for GuestWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let missing: Vec<_> = self.missing().iter().map(GuestFact::to_string).collect();
        let missing = missing.join(", ");
        match self {
            Self::GuestUnknown { record, .. } => write!(
                f,
                "nobody said how to reach what is launched from {record}: its record does not tell {missing}"
            ),
            Self::GuestUnknownPublic { record, .. } => write!(
                f,
                "{record} is public, and nobody who launches it is told {missing}: say it on its record, or close the image until it is said"
            ),
        }
    }
}

/// What is to be said where guest facts of an image are absent, more loudly where everybody may
/// launch it (Symphony).
///
/// It is a rule of the image repository: of images in other clouds nothing is demanded.
#[must_use]
pub fn guest_warning(record: &ImageRecord, audience: Audience) -> Option<GuestWarning> {
    if record.location().cloud() != Cloud::Local {
        return None;
    }
    let missing = DeclaredGuest::of(record).missing();
    if missing.is_empty() {
        return None;
    }
    let record = record.id();
    Some(match audience {
        Audience::Some => GuestWarning::GuestUnknown { record, missing },
        Audience::Everybody => GuestWarning::GuestUnknownPublic { record, missing },
    })
}
