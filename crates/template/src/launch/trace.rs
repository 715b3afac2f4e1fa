//! Why it is this image, from the template on.

use super::{ChosenBy, LinkName, OverrideMark};
use crate::{LinkTarget, PassedOver, PolicyVerdict, Trace, TraceStep};
use atlas_base::{Digest, Name};
use atlas_history::{LineageId, RevisionNumber};
use atlas_image::AgentFacts;
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::AccountNumber;
use core::fmt;
use serde::Serialize;

/// What a link says to a location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "says", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LinkSays {
    /// It has a setting that serves it.
    Serves {
        /// The location of the setting.
        served_by: CloudLocation,
    },
    /// It has none.
    NoSetting {
        /// Where it has settings.
        settings: Vec<CloudLocation>,
    },
    /// It means nothing that can be launched.
    Broken {
        /// Why.
        reason: String,
    },
    /// It is not visible.
    Hidden,
}

/// One step of a decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "step", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum LaunchStep {
    /// The template that was launched from.
    Template {
        /// Its name.
        name: Name,
        /// Its lineage.
        lineage: LineageId,
        /// The revision; none for HEAD.
        revision: Option<RevisionNumber>,
        /// The digest of the content.
        content: Digest,
    },
    /// A link was looked at.
    Link {
        /// Which.
        link: LinkName,
        /// What it names.
        target: LinkTarget,
        /// Whether it is the default.
        is_default: bool,
        /// What it says to the location.
        #[serde(flatten)]
        says: LinkSays,
    },
    /// A revision of a MultiCloud Image is not what its newest one means.
    PassedOver {
        /// Which MultiCloud Image.
        mci: Name,
        /// Which revision, and why.
        #[serde(flatten)]
        passed: PassedOver,
    },
    /// The MultiCloud Image was chosen.
    Chosen {
        /// Which.
        link: LinkName,
        /// Why.
        by: ChosenBy,
    },
    /// A part was overridden.
    Override(OverrideMark),
    /// Whether the account may launch the image.
    Access {
        /// The image.
        image: ImageId,
        /// The account.
        account: Option<AccountNumber>,
        /// Whether it may.
        is_granted: bool,
    },
    /// The template has scripts, so the image needs an agent.
    Agent {
        /// What is known of it.
        agent: AgentFacts,
    },
    /// A policy was asked.
    Policy(PolicyVerdict),
    /// Something worth knowing.
    Warned {
        /// What.
        text: String,
    },
    /// A step that launches from a MultiCloud Image have as well.
    #[serde(untagged)]
    Mci(TraceStep),
}

/// The whole reasoning behind a launch or a refusal, as data; `Display` gives a line a step, for
/// whoever is called at night.
pub type LaunchTrace = Trace<LaunchStep>;

impl fmt::Display for LaunchStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Template {
                name,
                revision,
                content,
                ..
            } => {
                write!(f, "from template `{name}`")?;
                match revision {
                    Some(number) => write!(f, " revision {number}")?,
                    None => f.write_str(" at HEAD")?,
                }
                write!(f, ", content {}", content.short())
            }
            Self::Link {
                link,
                target,
                is_default,
                says,
            } => {
                let default = if *is_default { ", the default," } else { "" };
                write!(f, "its link to {link} at {target}{default} {says}")
            }
            Self::PassedOver { mci, passed } => write!(
                f,
                "`{mci}` revision {} is passed over by policy `{}`: {}",
                passed.revision, passed.policy, passed.finding
            ),
            Self::Chosen { link, by } => match by {
                ChosenBy::Default => write!(f, "nobody named another: {link}, the default"),
                ChosenBy::Name => write!(f, "the caller chose {link}"),
                ChosenBy::Override => write!(f, "the caller overrides the links: {link}"),
                ChosenBy::Itself => write!(f, "{link}"),
            },
            Self::Override(mark) => mark.fmt(f),
            Self::Access {
                image,
                account,
                is_granted,
            } => {
                match account {
                    Some(account) => write!(f, "account {account}")?,
                    None => f.write_str("this account")?,
                }
                let may = if *is_granted { "may" } else { "may not" };
                write!(f, " {may} launch `{image}`")
            }
            Self::Agent { agent } => {
                write!(
                    f,
                    "the template has scripts; the agent of the image: {agent}"
                )
            }
            Self::Policy(verdict) => verdict.fmt(f),
            Self::Warned { text } => write!(f, "warning: {text}"),
            Self::Mci(step) => step.fmt(f),
        }
    }
}

impl fmt::Display for LinkSays {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Serves { served_by } => write!(f, "serves it with its setting for {served_by}"),
            Self::NoSetting { settings } if settings.is_empty() => {
                f.write_str("is dropped: it has no settings")
            }
            Self::NoSetting { settings } => {
                let shown: Vec<_> = settings.iter().take(8).map(ToString::to_string).collect();
                let more = if settings.len() > 8 { ", …" } else { "" };
                write!(
                    f,
                    "is dropped: it has settings for {}{more} only",
                    shown.join(", ")
                )
            }
            Self::Broken { reason } => write!(f, "is dropped: {reason}"),
            Self::Hidden => f.write_str("is dropped: it is not visible from here"),
        }
    }
}
