//! Why nothing is launched.

use super::ChosenBy;
use crate::{LinkError, LinkTarget, PolicyRefused, ResolveError, Source};
use atlas_base::Name;
use atlas_history::{LineageId, Mark, RevisionNumber};
use atlas_image::AgentMissing;
use atlas_image_id::{CloudLocation, ImageId};
use atlas_mci::SettingError;
use atlas_scope::AccountNumber;
use core::fmt;
use serde::Serialize;

/// What a link is called: the nickname where it is visible, else the lineage.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct LinkName {
    /// The lineage.
    pub lineage: LineageId,
    /// The nickname.
    pub name: Option<Name>,
}

impl LinkName {
    pub(super) fn of(source: &Source<'_>) -> Self {
        Self {
            lineage: source.lineage,
            name: Some(source.content.content().nickname().clone()),
        }
    }
}

impl fmt::Display for LinkName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.name {
            Some(name) => write!(f, "`{name}`"),
            None => write!(f, "`{}`", self.lineage),
        }
    }
}

/// Why nothing is launched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LaunchRefusal {
    /// No link serves the location (RightScale: the clouds that a template does not support).
    #[error("no MultiCloud Image of `{template}` {} has an image for {location}; they have images for {}. To support {location}, clone {link}, set an image there in the clone, commit it and link it", state(*.revision), places(.supported))]
    NotSupported {
        /// The template.
        template: Name,
        /// The revision; none for HEAD.
        revision: Option<RevisionNumber>,
        /// What was asked for.
        location: CloudLocation,
        /// Where its links have images.
        supported: Vec<CloudLocation>,
        /// The link that was meant.
        link: LinkName,
    },
    /// The link that is meant does not serve the location, and others do.
    #[error("{} {link} of `{template}` has no image for {location}; choose one that has: {}", said(*.by), names(.serving))]
    LinkNotSupported {
        /// The template.
        template: Name,
        /// The link.
        link: LinkName,
        /// Whether it is the default or was named.
        by: ChosenBy,
        /// What was asked for.
        location: CloudLocation,
        /// The links that have an image there.
        serving: Vec<LinkName>,
    },
    /// The link that is meant means nothing that can be launched.
    #[error("the link of `{template}` to {link}{} cannot be launched from{}: {error}", at(.target.as_ref()), or(.serving))]
    LinkBroken {
        /// The template.
        template: Name,
        /// The link.
        link: LinkName,
        /// What it names.
        target: Option<LinkTarget>,
        /// Why it means nothing.
        #[serde(serialize_with = "text")]
        error: LinkError,
        /// The links that could be chosen instead.
        serving: Vec<LinkName>,
    },
    /// The one that was named is not linked.
    #[error("`{template}` does not link `{asked}`; it links {}", names(.links))]
    NotLinked {
        /// The template.
        template: Name,
        /// What was named.
        asked: LineageId,
        /// What is linked.
        links: Vec<LinkName>,
    },
    /// The template links nothing.
    #[error("`{template}` links no MultiCloud Image: link one")]
    NoLinks {
        /// The template.
        template: Name,
    },
    /// The MultiCloud Image has no setting that serves the location.
    #[error("`{mci}` {} has no image for {location}; it has images for {}. To support {location}, edit its HEAD, set an image there and commit", state(*.revision), places(.supported))]
    MciNotSupported {
        /// The nickname.
        mci: Name,
        /// The revision; none for HEAD.
        revision: Option<RevisionNumber>,
        /// What was asked for.
        location: CloudLocation,
        /// Where it has images.
        supported: Vec<CloudLocation>,
    },
    /// The revision of the template is revoked (HCP Packer).
    #[error("`{template}` revision {revision} was revoked by {by}: {reason}", by = .mark.by, reason = .mark.reason)]
    TemplateRevoked {
        /// The template.
        template: Name,
        /// Which revision.
        revision: RevisionNumber,
        /// Who revoked it, when and why.
        mark: Box<Mark>,
    },
    /// An override cannot stand at the location.
    #[error("the override is refused: {error}")]
    Override {
        /// Why.
        #[serde(serialize_with = "text")]
        error: SettingError,
    },
    /// The account may not launch the image (AWS).
    #[error("the image `{image}` at {location} is closed to {}: the launch permission {} is missing, its owner can add it", account_said(*.account), permission(*.account))]
    Closed {
        /// The image.
        image: ImageId,
        /// The setting's location.
        location: CloudLocation,
        /// The account that would launch it, where its number is known.
        account: Option<AccountNumber>,
    },
    /// The cloud says that the image is not there.
    #[error("there is no image `{image}` at {location}: choose another revision, or override it")]
    Absent {
        /// The image.
        image: ImageId,
        /// The setting's location.
        location: CloudLocation,
    },
    /// The template has scripts, and the image no agent to run them (Scalr, RightScale).
    #[error("`{template}` has scripts and {missing}")]
    Agent {
        /// The template.
        template: Name,
        /// What is missing in which image.
        #[serde(serialize_with = "text")]
        missing: AgentMissing,
    },
    /// The template has scripts, and the image came with an import whose publisher says that it has
    /// no agent to run them (Scalr, RightScale).
    #[error(
        "`{template}` has scripts and needs the agent, and `{image}` has none, as its publisher says: choose an image that has it, or register this one and say what is inside"
    )]
    NoAgentInside {
        /// The template.
        template: Name,
        /// The image.
        image: ImageId,
    },
    /// A policy does not allow it.
    #[error("the image `{image}` at {location} is not launched: {refused}")]
    Policy {
        /// The image.
        image: ImageId,
        /// The setting's location.
        location: CloudLocation,
        /// The policy, and what it found.
        #[serde(flatten)]
        refused: PolicyRefused,
    },
    /// The image that was chosen is not launched.
    #[error(transparent)]
    #[serde(untagged)]
    Mci(#[from] ResolveError),
}

fn text<S: serde::Serializer>(value: &impl fmt::Display, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(value)
}

fn state(revision: Option<RevisionNumber>) -> String {
    let head = || "at HEAD".to_owned();
    revision.map_or_else(head, |number| format!("revision {number}"))
}

fn said(by: ChosenBy) -> &'static str {
    match by {
        ChosenBy::Default => "the default",
        _ => "the chosen",
    }
}

fn at(target: Option<&LinkTarget>) -> String {
    target.map_or_else(String::new, |target| format!(" at {target}"))
}

fn or(serving: &[LinkName]) -> String {
    if serving.is_empty() {
        String::new()
    } else {
        format!(" (these can: {})", names(serving))
    }
}

fn account_said(account: Option<AccountNumber>) -> String {
    account.map_or_else(
        || "this account".to_owned(),
        |account| format!("account {account}"),
    )
}

fn permission(account: Option<AccountNumber>) -> String {
    account.map_or_else(
        || "for it".to_owned(),
        |account| format!("`{account}` (or `all`)"),
    )
}

/// At most eight, and how many more.
fn shown<T>(all: &[T], text: impl Fn(&T) -> String) -> String {
    let shown: Vec<_> = all.iter().take(8).map(text).collect();
    match all.len() - shown.len() {
        0 => shown.join(", "),
        more => format!("{} and {more} more", shown.join(", ")),
    }
}

fn places(places: &[CloudLocation]) -> String {
    if places.is_empty() {
        return "no location at all".to_owned();
    }
    shown(places, ToString::to_string)
}

fn names(names: &[LinkName]) -> String {
    shown(names, ToString::to_string)
}
