//! What a server inherited.

use crate::{ChosenBy, Launch, LaunchTemplate, LockEntry};
use atlas_base::{Digest, Name, Tag, Timestamp};
use atlas_history::{LineageId, RevisionNumber};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_mci::Setting;
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

impl Inherited {
    /// What a launch without overrides says.
    pub(super) fn of(launch: &Launch, at: Timestamp) -> Self {
        let plan = &launch.plan;
        Self {
            template: launch.template.clone(),
            mci: plan.mci.clone(),
            lineage: plan.lineage,
            revision: plan.revision,
            content: plan.content,
            revision_digest: plan.revision_digest,
            chosen_by: launch.chosen_by,
            entry: LockEntry::of(plan),
            tags: plan.tags.clone(),
            committed: launch.committed,
            at,
        }
    }

    /// The setting at a location of its cloud.
    pub(super) fn setting(&self, location: &CloudLocation) -> Setting {
        let id = |text: &String| ImageId::from_stored(location.cloud(), text);
        let entry = &self.entry;
        let setting = Setting::new(id(&entry.image))
            .with_kernel(entry.kernel.as_ref().map(id))
            .with_ramdisk(entry.ramdisk.as_ref().map(id))
            .with_user_data(entry.user_data.clone());
        match &entry.instance_type {
            Some(instance_type) => setting.with_instance_type(instance_type.clone()),
            None => setting,
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
