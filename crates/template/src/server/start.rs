//! The next launch of a server.

use super::{ServerDefinition, ServerId};
use crate::{
    LaunchFacts, LaunchRefusal, LaunchWarning, LockEntry, OverrideMark, PolicyVerdict,
    TemplateWarning,
    launch::{Judged, Launchable},
};
use atlas_base::{Digest, Name, Tag};
use atlas_history::{LineageId, Marks, RevisionNumber, RevisionRef};
use atlas_image::{DeclaredGuest, ImageRecordId, NetworkName};
use atlas_image_id::CloudLocation;
use atlas_mci::Setting;
use serde::Serialize;
use std::collections::BTreeSet;

/// What a server launches with next time: what it inherited, and its overrides over that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerPlan {
    /// The setting, overrides included.
    pub setting: Setting,
    /// The location of the setting that it inherited from.
    pub served_by: CloudLocation,
    /// The parts that are overridden.
    pub overridden: Vec<OverrideMark>,
}

/// A launch of a server, as it was decided: what runs is this, whatever becomes of the definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ServerStart {
    /// The server.
    pub server: ServerId,
    /// Its name.
    pub name: Name,
    /// Where.
    pub location: CloudLocation,
    /// The lineage of the MultiCloud Image that it inherited from.
    pub lineage: LineageId,
    /// The revision; none for HEAD.
    pub revision: Option<RevisionNumber>,
    /// The digest of the content.
    pub content: Digest,
    /// What to launch.
    pub entry: LockEntry,
    /// The image's record that the viewer sees; none where it is not registered.
    pub record: Option<ImageRecordId>,
    /// The parts that are overridden.
    pub overridden: Vec<OverrideMark>,
    /// The tags to put on the server.
    pub tags: BTreeSet<Tag>,
    /// The networks that it is on.
    pub networks: BTreeSet<NetworkName>,
    /// How the server is reached, as far as the image's record says, or its publisher (Symphony).
    #[serde(flatten)]
    pub guest: DeclaredGuest,
    /// What a person should know of the image.
    pub warnings: Vec<LaunchWarning>,
    /// What a person should know of its scripts.
    pub template_warnings: Vec<TemplateWarning>,
    /// What policies in audit mode would have refused.
    pub audited: Vec<PolicyVerdict>,
}

impl ServerStart {
    /// Adds what became since then of the states that the server inherited from, as far as they are
    /// seen: `template` are the marks of the template's revision, `mci` those of the revision of the
    /// MultiCloud Image. It launches what it inherited all the same.
    pub fn warn_of_marks(&mut self, template: Option<&Marks>, mci: Option<&Marks>) {
        if let Some(mark) = template.and_then(|marks| marks.revoked.as_ref()) {
            let (by, reason) = (mark.by.to_string(), mark.reason.clone());
            let warning = TemplateWarning::TemplateRevoked { by, reason };
            self.template_warnings.push(warning);
        }
        if let Some(mark) = mci.and_then(|marks| marks.revoked.as_ref()) {
            let (by, reason) = (mark.by.to_string(), mark.reason.clone());
            self.warnings
                .push(LaunchWarning::RevisionRevoked { by, reason });
        }
    }
}

impl ServerDefinition {
    /// What it launches with next time. It says which image that is, so that whoever keeps records
    /// loads those of it.
    ///
    /// # Errors
    ///
    /// An override cannot stand at the location.
    pub fn plan(&self) -> Result<ServerPlan, LaunchRefusal> {
        let setting = self.inherited.entry.setting(&self.location);
        let served_by = self.inherited.entry.served_by.clone();
        let (setting, overridden) = self.overrides.applied(&setting, &served_by)?;
        Ok(ServerPlan {
            setting: setting.into_owned(),
            served_by,
            overridden,
        })
    }

    /// Decides whether it launches, with the facts of the image of its [`plan`](Self::plan): what it
    /// inherited stays, and what became of the image since then counts.
    ///
    /// # Errors
    ///
    /// The image is closed, absent, unusable, without an agent that is needed, not taken by the
    /// instance type, or not allowed by a policy; or an override cannot stand there.
    pub fn start(&self, facts: &LaunchFacts<'_>) -> Result<ServerStart, LaunchRefusal> {
        let ServerPlan {
            setting,
            served_by,
            overridden,
        } = self.plan()?;
        let inherited = &self.inherited;
        let template = inherited.template.as_ref();
        let scripts_of = template.filter(|template| template.has_scripts);
        let judged = Judged {
            setting: &setting,
            served_by: &served_by,
            tags: &inherited.tags,
            revision: inherited.revision.map(|number| RevisionRef {
                lineage: inherited.lineage,
                number,
            }),
            committed: inherited.committed,
            scripts_of: scripts_of.map(|template| &template.name),
        };
        let Launchable {
            inside,
            warnings,
            template_warnings,
            audited,
        } = facts.judge(&judged, &mut |_| {})?;
        Ok(ServerStart {
            server: self.id,
            name: self.name.clone(),
            location: self.location.clone(),
            lineage: self.inherited.lineage,
            revision: self.inherited.revision,
            content: self.inherited.content,
            entry: LockEntry::of_setting(&setting, &served_by),
            record: inside.record,
            overridden,
            tags: self.inherited.tags.clone(),
            networks: self.networks.clone(),
            guest: inside.guest,
            warnings,
            template_warnings,
            audited,
        })
    }
}
