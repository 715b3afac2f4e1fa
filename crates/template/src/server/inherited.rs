//! What a server inherited.

use crate::{ChosenBy, Launch, LaunchTemplate, LockEntry, Selector};
use atlas_base::{Digest, Name, Tag, Timestamp};
use atlas_history::{LineageId, RevisionNumber};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What a server inherited, and the exact states that said so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inherited {
    /// The template; none where the server was added from a MultiCloud Image.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<LaunchTemplate>,
    /// The nickname of the MultiCloud Image.
    pub mci: Name,
    /// Its lineage.
    pub lineage: LineageId,
    /// The revision; none for HEAD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<RevisionNumber>,
    /// The digest of the content.
    pub content: Digest,
    /// The digest of the revision; none for HEAD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision_digest: Option<Digest>,
    /// Why it is this one: who inherits again means the same again.
    pub chosen_by: ChosenBy,
    /// What inheriting again follows.
    #[serde(default, skip_serializing_if = "Follows::is_newest")]
    pub follows: Follows,
    /// Image, instance type, kernel, ramdisk and user data.
    pub entry: LockEntry,
    /// The tags to put on the server.
    pub tags: BTreeSet<Tag>,
    /// When the revision was committed; none for HEAD.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub committed: Option<Timestamp>,
    /// When it inherited.
    pub at: Timestamp,
}

/// Which states are meant when a server inherits again, where those are not the newest.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Follows {
    /// Of what it was added from: HEAD, a channel or a requirement; none for the newest revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Selector>,
    /// Of the MultiCloud Image that was chosen in place of the default; none for what the template
    /// links, or else the newest revision.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub mci: Option<Selector>,
}

impl Follows {
    /// What was asked for. A number of what the server is added from says where it begins, and that
    /// of a choice in place of the default is a choice, which stays.
    #[must_use]
    pub fn new(base: Option<&Selector>, mci: Option<&Selector>) -> Self {
        Self {
            base: base.filter(|base| base.moves()).cloned(),
            mci: mci.cloned(),
        }
    }

    fn is_newest(&self) -> bool {
        *self == Self::default()
    }
}

impl Inherited {
    /// What a launch without overrides says.
    pub(super) fn of(launch: &Launch, follows: Follows, at: Timestamp) -> Self {
        let plan = &launch.plan;
        Self {
            template: launch.template.clone(),
            mci: plan.mci.clone(),
            lineage: plan.lineage,
            revision: plan.revision,
            content: plan.content,
            revision_digest: plan.revision_digest,
            chosen_by: launch.chosen_by,
            follows,
            entry: LockEntry::of(plan),
            tags: plan.tags.clone(),
            committed: launch.committed,
            at,
        }
    }

    /// The states it came from, for people: `front@4, web@2`.
    pub fn states(&self) -> String {
        let state = |name: &Name, revision: Option<RevisionNumber>| match revision {
            Some(number) => format!("{name}@{number}"),
            None => format!("{name}@head"),
        };
        let mci = state(&self.mci, self.revision);
        match &self.template {
            Some(template) => format!("{}, {mci}", state(&template.name, template.revision)),
            None => mci,
        }
    }
}
