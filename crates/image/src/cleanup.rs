//! What to remove from a server before an image is made of it.

use crate::{AgentFacts, OriginText};
use atlas_base::quoted;
use core::fmt;
use serde::{Deserialize, Serialize};

/// What is removed from a server before it is bundled, so that servers launched from the image do
/// not inherit its keys and its state (RightScale).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CleanupList {
    /// What it is called: `right_link>=5.8`.
    pub name: &'static str,
    /// The agent it is for.
    pub agent: &'static str,
    /// The versions of the agent.
    pub versions: VersionRange,
    /// The steps, in order.
    pub steps: &'static [CleanupStep],
}

/// One step of a [`CleanupList`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct CleanupStep {
    /// What goes: `SSH keys`.
    pub what: &'static str,
    /// The command, for root on the server.
    pub command: &'static str,
}

impl CleanupList {
    /// Whether it is for an agent in an image: of that kind, and of a version that is known to lie in
    /// the range.
    pub fn fits(&self, agent: &AgentFacts) -> bool {
        let same_kind = |kind: &str| {
            let plain = |text: &str| text.to_lowercase().replace(['-', ' ', '_'], "");
            plain(kind) == plain(self.agent)
        };
        let version = agent.version().map(|text| Version::parse(text.as_str()));
        agent.kind().is_some_and(|kind| same_kind(kind.as_str()))
            && matches!(version, Some(Ok(version)) if self.versions.contains(version))
    }
}

/// A range of versions: from one on, and below another.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct VersionRange {
    /// The first version; any where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<Version>,
    /// The first version beyond it; none where it has no end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub below: Option<Version>,
}

impl VersionRange {
    /// Whether a version lies in it.
    pub fn contains(&self, version: Version) -> bool {
        self.from.is_none_or(|from| from <= version)
            && self.below.is_none_or(|below| version < below)
    }
}

impl fmt::Display for VersionRange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.from, self.below) {
            (None, None) => f.write_str("any version"),
            (Some(from), None) => write!(f, ">={from}"),
            (None, Some(below)) => write!(f, "<{below}"),
            (Some(from), Some(below)) => write!(f, ">={from}, <{below}"),
        }
    }
}

/// A version of an agent: up to three numbers, of which those that are not said are 0.
///
/// Order is by the numbers, so that `5.10` comes after `5.8`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version([u32; 3]);

impl Version {
    /// The version of two numbers.
    pub const fn new(major: u32, minor: u32) -> Self {
        Self([major, minor, 0])
    }

    /// Reads `5.8`, `v5.8.13` or `6`.
    ///
    /// # Errors
    ///
    /// It is not one to three numbers with points between them.
    pub fn parse(text: &str) -> Result<Self, ParseVersionError> {
        let refused = |at| ParseVersionError {
            message: format!(
                "{} is no version of an agent: expected one to three numbers, such as `5.8.13`",
                quoted(text)
            ),
            at,
        };
        let mut numbers = [0; 3];
        let mut places = numbers.iter_mut();
        let plain = text.strip_prefix('v').unwrap_or(text);
        let mut at = text.len() - plain.len();
        for word in plain.split('.') {
            let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
            let number = if is_number { word.parse().ok() } else { None };
            let (Some(place), Some(number)) = (places.next(), number) else {
                return Err(refused(at));
            };
            *place = number;
            at += word.len() + 1;
        }
        Ok(Self(numbers))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [major, minor, patch] = self.0;
        write!(f, "{major}.{minor}")?;
        if patch == 0 {
            Ok(())
        } else {
            write!(f, ".{patch}")
        }
    }
}

impl Serialize for Version {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// Why a text is no version of an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseVersionError {
    message: String,
    at: usize,
}

impl ParseVersionError {
    /// The byte offset at which the text stopped making sense.
    pub fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for ParseVersionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseVersionError {}

/// What was removed from a server before it was bundled.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "kebab-case", deny_unknown_fields)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a list was applied, or nobody said so"
)]
pub enum Cleaned {
    /// Nobody said.
    #[default]
    NotStated,
    /// What a list names.
    With {
        /// The name of the list.
        list: OriginText,
    },
}

impl Cleaned {
    pub(crate) fn is_not_stated(&self) -> bool {
        *self == Self::NotStated
    }
}

impl fmt::Display for Cleaned {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotStated => f.write_str("not stated"),
            Self::With { list } => write!(f, "cleaned with list {list}"),
        }
    }
}

/// The built-in lists.
pub fn cleanup_lists() -> &'static [CleanupList] {
    &LISTS
}

/// The first list of several that is for an agent; none where its kind or version is not known.
pub fn cleanup_for<'a>(lists: &'a [CleanupList], agent: &AgentFacts) -> Option<&'a CleanupList> {
    lists.iter().find(|list| list.fits(agent))
}

const fn step(what: &'static str, command: &'static str) -> CleanupStep {
    CleanupStep { what, command }
}

const KEYS: &str = "SSH keys";
const LOGS: CleanupStep = step("logs", "find /var/log -type f -exec truncate --size 0 {} +");
const TEMPORARY: CleanupStep = step("temporary files", "rm -rvf /tmp/*");
const CACHE: CleanupStep = step("agent state", "rm -rvf /var/cache/rightscale");
const SPOOL: CleanupStep = step("spool", "rm -rvf /var/spool/cloud/*");
const CERTIFICATES: CleanupStep = step("certificates", "rm -rvf /opt/rightscale/right_link/certs");

/// `RightScale`'s two: the agent moved its state, and got a user of its own, with version 5.8.
static LISTS: [CleanupList; 2] = [
    CleanupList {
        name: "right_link<5.8",
        agent: "right_link",
        versions: VersionRange {
            from: None,
            below: Some(Version::new(5, 8)),
        },
        steps: &[
            step(KEYS, "rm -vf ~root/.ssh/*"),
            LOGS,
            TEMPORARY,
            CACHE,
            step("agent state", "rm -vf /etc/rightscale.d/*.js"),
            SPOOL,
            CERTIFICATES,
        ],
    },
    CleanupList {
        name: "right_link>=5.8",
        agent: "right_link",
        versions: VersionRange {
            from: Some(Version::new(5, 8)),
            below: None,
        },
        steps: &[
            step(KEYS, "rm -vf /home/rightscale/.ssh/*"),
            LOGS,
            TEMPORARY,
            CACHE,
            step("agent state", "rm -rvf /var/lib/rightscale"),
            SPOOL,
            CERTIFICATES,
        ],
    },
];
