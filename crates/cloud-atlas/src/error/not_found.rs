//! What is not there, or cannot be seen.

use atlas_scope::Scope;
use core::fmt;

/// What a thing is called in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Noun {
    /// A scope.
    Scope,
    /// A principal.
    Principal,
    /// An access key.
    AccessKey,
    /// A credential.
    Credential,
    /// An image record.
    Image,
    /// A disk image.
    DiskImage,
    /// A role map.
    RoleMap,
    /// A MultiCloud Image.
    Mci,
    /// A ServerTemplate.
    Template,
    /// A snapshot.
    Snapshot,
    /// A revision.
    Revision,
    /// A channel.
    Channel,
    /// A job.
    Job,
    /// A work order.
    WorkOrder,
    /// An account group.
    Group,
    /// A policy of launches.
    Policy,
    /// A registered lock.
    Lock,
    /// A deployment.
    Deployment,
    /// A server definition.
    Server,
    /// A launch of a server.
    Launch,
    /// A publication.
    Publication,
    /// Something that was imported.
    Import,
    /// A HEAD that is offered to account groups.
    HeadOffer,
    /// A subscription to such a HEAD.
    Subscription,
    /// A plan that was carried out.
    AppliedPlan,
}

impl Noun {
    /// One of them: `a scope`, `an image`.
    pub(super) fn one(self) -> String {
        let noun = self.to_string();
        let article = match noun.chars().next() {
            Some('a' | 'e' | 'i' | 'o' | 'u') => "an",
            _ => "a",
        };
        format!("{article} {noun}")
    }

    /// What to do where there is none.
    fn advice(self) -> &'static str {
        match self {
            Self::Image => ": look from another scope, or list what is there",
            _ => "",
        }
    }
}

impl fmt::Display for Noun {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Scope => "scope",
            Self::Principal => "principal",
            Self::AccessKey => "access key",
            Self::Credential => "credential",
            Self::Image => "image",
            Self::DiskImage => "disk image",
            Self::RoleMap => "role map",
            Self::Mci => "MultiCloud Image",
            Self::Template => "ServerTemplate",
            Self::Snapshot => "snapshot",
            Self::Revision => "revision",
            Self::Channel => "channel",
            Self::Job => "job",
            Self::WorkOrder => "work order",
            Self::Group => "account group",
            Self::Policy => "policy",
            Self::Lock => "registered lock",
            Self::Deployment => "deployment",
            Self::Server => "server",
            Self::Launch => "launch",
            Self::Publication => "publication",
            Self::Import => "import",
            Self::HeadOffer => "offer of a HEAD",
            Self::Subscription => "subscription",
            Self::AppliedPlan => "applied plan",
        })
    }
}

/// Something that is not there, or that the caller cannot see: the two read the same, byte for
/// byte.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no {noun} `{name}` {}{}", said(*.is_at, .from), noun.advice())]
pub struct NotFound {
    noun: Noun,
    name: String,
    from: Scope,
    /// Whether only that scope was looked at, and none above it.
    is_at: bool,
}

fn said(is_at: bool, from: &Scope) -> String {
    if is_at {
        format!("at {from} itself")
    } else {
        format!("that can be seen from {from}")
    }
}

impl NotFound {
    pub(crate) fn new(noun: Noun, name: impl fmt::Display, from: &Scope) -> Self {
        Self {
            noun,
            name: name.to_string(),
            from: from.clone(),
            is_at: false,
        }
    }

    /// Where only the scope itself is looked at.
    pub(crate) fn at(noun: Noun, name: impl fmt::Display, scope: &Scope) -> Self {
        Self {
            is_at: true,
            ..Self::new(noun, name, scope)
        }
    }

    /// What it would be.
    pub fn noun(&self) -> Noun {
        self.noun
    }

    /// What it was called.
    pub fn name(&self) -> &str {
        &self.name
    }
}
