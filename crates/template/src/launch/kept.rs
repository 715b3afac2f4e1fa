//! What was decided before and is kept, judged by what is known of its image today.

use super::{LaunchFacts, LaunchRefusal, LaunchTemplate, TemplateWarning};
use crate::{LaunchWarning, PolicySubject, PolicyVerdict};
use atlas_base::{Tag, Timestamp};
use atlas_history::RevisionRef;
use atlas_image::ImageRecordId;
use atlas_image_id::{CloudLocation, Stability};
use atlas_mci::Setting;
use std::collections::BTreeSet;

/// A setting that a server or a lock keeps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Kept<'a> {
    pub(crate) setting: &'a Setting,
    pub(crate) served_by: &'a CloudLocation,
    /// The tags of the MultiCloud Image, as far as they are known.
    pub(crate) tags: &'a BTreeSet<Tag>,
    /// The revision that it is of; none for HEAD.
    pub(crate) revision: Option<RevisionRef>,
    /// When that was committed, as far as it is known.
    pub(crate) committed: Option<Timestamp>,
    pub(crate) template: Option<&'a LaunchTemplate>,
}

/// What is to be known of a kept setting that may be launched.
#[derive(Debug, Clone)]
pub(crate) struct KeptLaunch {
    pub(crate) record: Option<ImageRecordId>,
    pub(crate) warnings: Vec<LaunchWarning>,
    pub(crate) template_warnings: Vec<TemplateWarning>,
    pub(crate) audited: Vec<PolicyVerdict>,
}

impl LaunchFacts<'_> {
    /// Judges a setting that was kept: what became of its image since then counts.
    pub(crate) fn judge(&self, kept: &Kept<'_>) -> Result<KeptLaunch, LaunchRefusal> {
        let Kept {
            setting, served_by, ..
        } = *kept;
        self.check_access(served_by, setting, &mut |_| {})?;
        let mut warnings = Vec::new();
        if setting.image().stability() == Stability::Moving {
            let image = setting.image().clone();
            warnings.push(LaunchWarning::MovingId { image });
        }
        let ask = self.ask();
        let record = ask.record(served_by, setting, &mut warnings, &mut |_| {})?;
        let mut template_warnings = Vec::new();
        if let Some(template) = kept.template.filter(|template| template.has_scripts) {
            let (name, warnings) = (&template.name, &mut template_warnings);
            self.check_agent(name, served_by, setting, warnings, &mut |_| {})?;
        }
        let subject = PolicySubject {
            image: setting.image(),
            tags: kept.tags,
            revision: kept.revision,
        };
        let audited = self.check_policies(&subject, served_by, kept.committed, &mut |_| {})?;
        Ok(KeptLaunch {
            record,
            warnings,
            template_warnings,
            audited,
        })
    }
}
