//! A setting, judged by what is known of its image today.

use super::{LaunchFacts, LaunchRefusal, LaunchStep, TemplateWarning, Witness};
use crate::{LaunchWarning, PolicySubject, PolicyVerdict, resolve::KnownInside};
use atlas_base::{Name, Tag, Timestamp};
use atlas_history::RevisionRef;
use atlas_image_id::CloudLocation;
use atlas_mci::Setting;
use std::collections::BTreeSet;

/// A setting that is to be launched: one that was chosen now, or that a server or a lock keeps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judged<'a> {
    pub(crate) setting: &'a Setting,
    pub(crate) served_by: &'a CloudLocation,
    /// The tags of the MultiCloud Image, as far as they are known.
    pub(crate) tags: &'a BTreeSet<Tag>,
    /// The revision that it is of; none for HEAD.
    pub(crate) revision: Option<RevisionRef>,
    /// When that was committed, as far as it is known.
    pub(crate) committed: Option<Timestamp>,
    /// The template whose scripts are to run.
    pub(crate) scripts_of: Option<&'a Name>,
}

/// What is to be known of a setting that may be launched.
#[derive(Debug, Clone)]
pub(crate) struct Launchable {
    pub(crate) inside: KnownInside,
    pub(crate) warnings: Vec<LaunchWarning>,
    pub(crate) template_warnings: Vec<TemplateWarning>,
    pub(crate) audited: Vec<PolicyVerdict>,
}

impl LaunchFacts<'_> {
    /// Judges a setting: whether its image is open, usable, allowed, fits and has the agent.
    pub(crate) fn judge(
        &self,
        of: &Judged<'_>,
        witness: Witness<'_>,
    ) -> Result<Launchable, LaunchRefusal> {
        let Judged {
            setting, served_by, ..
        } = *of;
        self.check_access(served_by, setting, witness)?;
        let mut warnings = Vec::new();
        let inside = self
            .ask()
            .known(served_by, setting, &mut warnings, &mut |step| {
                witness(&|| LaunchStep::Mci(step()));
            })?;
        let mut template_warnings = Vec::new();
        if let Some(template) = of.scripts_of {
            let warnings = &mut template_warnings;
            self.check_agent(template, served_by, setting, warnings, witness)?;
        }
        let subject = PolicySubject {
            image: setting.image(),
            tags: of.tags,
            revision: of.revision,
        };
        let audited = self.check_policies(&subject, served_by, of.committed, witness)?;
        Ok(Launchable {
            inside,
            warnings,
            template_warnings,
            audited,
        })
    }
}
