//! Agents inside an image.

use crate::{AgentText, ParseTextError};
use core::fmt;
use serde::{Deserialize, Serialize};

/// What is known about an agent inside an image: Scalarizr, `RightLink`; or, for the init agent,
/// cloud-init, cloudbase-init.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum AgentFacts {
    /// Nobody said.
    #[default]
    Unknown,
    /// Somebody said that there is none.
    Absent,
    /// Somebody said that there is one.
    Installed {
        /// Which one: `right_link`, `cloud-init`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kind: Option<AgentText>,
        /// Its version: `v5.8`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<AgentText>,
    },
}

impl AgentFacts {
    /// There is one; which one and its version are not said.
    #[must_use]
    pub fn installed() -> Self {
        Self::Installed {
            kind: None,
            version: None,
        }
    }

    /// There is one of this kind, and of this version if it is known.
    #[must_use]
    pub fn installed_as(kind: AgentText, version: Option<AgentText>) -> Self {
        Self::Installed {
            kind: Some(kind),
            version,
        }
    }

    /// Reads `installed`, `absent`, `unknown`, or the kind of one that is installed, `KIND` or
    /// `KIND/VERSION`: `right_link/v5.8`.
    ///
    /// # Errors
    ///
    /// Kind or version is blank, too long, or holds a character that nobody sees.
    pub fn read(text: &str) -> Result<Self, ParseTextError> {
        match text {
            "installed" => Ok(Self::installed()),
            "absent" => Ok(Self::Absent),
            "unknown" => Ok(Self::Unknown),
            _ => {
                let (kind, version) = match text.split_once('/') {
                    Some((kind, version)) => (kind, Some(version)),
                    None => (text, None),
                };
                Ok(Self::Installed {
                    kind: Some(AgentText::parse(kind)?),
                    version: version.map(AgentText::parse).transpose()?,
                })
            }
        }
    }

    /// Whether there is one, if anybody said.
    pub fn is_installed(&self) -> Option<bool> {
        match self {
            Self::Unknown => None,
            Self::Absent => Some(false),
            Self::Installed { .. } => Some(true),
        }
    }

    /// Which one it is.
    pub fn kind(&self) -> Option<&AgentText> {
        match self {
            Self::Unknown | Self::Absent => None,
            Self::Installed { kind, .. } => kind.as_ref(),
        }
    }

    /// Its version.
    pub fn version(&self) -> Option<&AgentText> {
        match self {
            Self::Unknown | Self::Absent => None,
            Self::Installed { version, .. } => version.as_ref(),
        }
    }
}

impl fmt::Display for AgentFacts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown => f.write_str("unknown"),
            Self::Absent => f.write_str("none"),
            Self::Installed { kind, version } => {
                match kind {
                    Some(kind) => write!(f, "{kind}")?,
                    None => f.write_str("installed")?,
                }
                version
                    .as_ref()
                    .map_or(Ok(()), |version| write!(f, " {version}"))
            }
        }
    }
}
