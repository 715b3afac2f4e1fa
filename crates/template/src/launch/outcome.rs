//! What is launched.

use super::{
    Chosen, ChosenBy, Judged, LaunchFacts, LaunchRefusal, LaunchStep, LinkName, OverrideMark,
    TemplateSource, Witness,
};
use crate::{
    LaunchPlan, Policies, PolicyFacts, PolicySubject, PolicyVerdict,
    resolve::{Ask, ImageAsk},
};
use atlas_base::{Digest, Name, Timestamp};
use atlas_history::{LineageId, Revision, RevisionNumber, RevisionRef};
use atlas_image::{NeededAgent, check_agent};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_mci::{ImageAccess, Setting};
use core::fmt;
use serde::{Deserialize, Serialize};

/// The template that a launch began with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LaunchTemplate {
    /// Its name.
    pub name: Name,
    /// Its lineage.
    pub lineage: LineageId,
    /// The revision; none for HEAD.
    pub revision: Option<RevisionNumber>,
    /// The digest of the content.
    pub content: Digest,
    /// The digest of the revision; none for HEAD.
    pub revision_digest: Option<Digest>,
    /// Whether it has scripts, so that its servers need an agent.
    pub has_scripts: bool,
}

/// What is launched, and from what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Launch {
    /// The template; none where the launch began with a MultiCloud Image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<LaunchTemplate>,
    /// Why it is this MultiCloud Image.
    pub chosen_by: ChosenBy,
    /// What to launch, overrides included.
    #[serde(flatten)]
    pub plan: LaunchPlan,
    /// The parts that were overridden.
    pub overridden: Vec<OverrideMark>,
    /// When the revision of the MultiCloud Image was committed; none for HEAD.
    pub committed: Option<Timestamp>,
    /// What a person should know of the template and of the launch as a whole.
    pub template_warnings: Vec<TemplateWarning>,
    /// What policies in audit mode would have refused.
    pub audited: Vec<PolicyVerdict>,
}

/// What a person should know before launching from a template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "code", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TemplateWarning {
    /// It comes from HEAD of the template: the next edit changes it.
    TemplateHead,
    /// The revision of the template is deprecated.
    TemplateDeprecated {
        /// Why.
        reason: String,
    },
    /// The template is committed, and links HEADs, which move all the same.
    LinksHead {
        /// Which links.
        links: Vec<LinkName>,
    },
    /// The revision of the template was revoked since a server inherited from it.
    TemplateRevoked {
        /// Who revoked it.
        by: String,
        /// Why.
        reason: String,
    },
    /// The template has scripts, and nobody said whether the image has an agent to run them.
    AgentUnknown {
        /// The image.
        image: ImageId,
    },
}

impl fmt::Display for TemplateWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TemplateHead => f.write_str(
                "this is HEAD of the template, which moves with every edit: commit it to launch the same again",
            ),
            Self::TemplateDeprecated { reason } => {
                write!(f, "the revision of the template is deprecated: {reason}")
            }
            Self::LinksHead { links } => {
                let links: Vec<_> = links.iter().map(ToString::to_string).collect();
                write!(
                    f,
                    "the template is committed and links HEAD of {}, which moves with every edit: commit it with its HEAD dependencies before production",
                    links.join(", ")
                )
            }
            Self::TemplateRevoked { by, reason } => write!(
                f,
                "the revision of the template was revoked by {by}, and the server keeps it until it inherits again: {reason}"
            ),
            Self::AgentUnknown { image } => write!(
                f,
                "the template has scripts, and nobody said whether `{image}` has the agent that runs them"
            ),
        }
    }
}

impl Launch {
    /// All warnings as text, those of the template first.
    pub fn warning_texts(&self) -> Vec<String> {
        let mut texts = self.unaudited_texts();
        texts.extend(self.audited.iter().map(PolicyVerdict::in_a_line));
        texts
    }

    /// The warnings apart from what policies found.
    pub(super) fn unaudited_texts(&self) -> Vec<String> {
        let own = self.template_warnings.iter().map(ToString::to_string);
        let plan = self.plan.warnings.iter().map(ToString::to_string);
        own.chain(plan).collect()
    }

    /// How many warnings there are.
    pub fn warning_count(&self) -> usize {
        self.template_warnings.len() + self.plan.warnings.len() + self.audited.len()
    }
}

impl Chosen<'_> {
    /// Decides with the facts of the image whether it is launched.
    ///
    /// # Errors
    ///
    /// The image is closed to the account, absent, unusable or without an agent that is needed; or
    /// its revision is revoked, or the instance type does not take it.
    pub fn launch(&self, facts: &LaunchFacts<'_>) -> Result<Launch, LaunchRefusal> {
        self.decide(facts, &mut |_| {})
    }

    pub(super) fn decide(
        &self,
        facts: &LaunchFacts<'_>,
        witness: Witness<'_>,
    ) -> Result<Launch, LaunchRefusal> {
        let ask = Ask {
            source: &self.source,
            location: self.location,
            image: facts.ask(),
        };
        ask.check_revision()?;
        let mut template_warnings = Vec::new();
        let mut scripts_of = None;
        if let Some(template) = &self.template {
            template.warn(&self.head_links, &mut template_warnings);
            let has_scripts = template.content.content().has_scripts();
            scripts_of = has_scripts.then(|| template.name());
        }
        let committed = self.source.revision.map(Revision::time);
        let known = facts.judge(
            &Judged {
                setting: &self.setting,
                served_by: self.served_by,
                tags: self.source.content.content().tags(),
                revision: self.source.number().map(|number| RevisionRef {
                    lineage: self.source.lineage,
                    number,
                }),
                committed,
                scripts_of,
            },
            witness,
        )?;
        template_warnings.extend(known.template_warnings);
        let plan = ask.plan_of(self.served_by, &self.setting, known.inside, known.warnings);
        Ok(Launch {
            template: self.template.as_ref().map(TemplateSource::told),
            chosen_by: self.by,
            plan,
            overridden: self.overridden.clone(),
            committed,
            template_warnings,
            audited: known.audited,
        })
    }
}

impl LaunchFacts<'_> {
    pub(crate) fn ask(&self) -> ImageAsk<'_> {
        ImageAsk {
            records: self.records,
            told: self.told.map(|told| &told.guest),
            types: self.types,
            viewer: self.viewer,
            now: self.now,
        }
    }

    /// Whether the account may launch the image (AWS: launch permissions).
    pub(crate) fn check_access(
        &self,
        served_by: &CloudLocation,
        setting: &Setting,
        witness: Witness<'_>,
    ) -> Result<(), LaunchRefusal> {
        let image = setting.image();
        if self.access != ImageAccess::Unasked {
            witness(&|| LaunchStep::Access {
                image: image.clone(),
                account: self.account,
                is_granted: self.access == ImageAccess::Granted,
            });
        }
        let (image, location) = (|| image.clone(), || served_by.clone());
        match self.access {
            ImageAccess::Unasked | ImageAccess::Granted => Ok(()),
            ImageAccess::Refused => Err(LaunchRefusal::Closed {
                image: image(),
                location: location(),
                account: self.account,
            }),
            ImageAccess::Absent => Err(LaunchRefusal::Absent {
                image: image(),
                location: location(),
            }),
        }
    }

    /// Asks the policies; what those in audit mode find is told.
    pub(crate) fn check_policies(
        &self,
        subject: &PolicySubject<'_>,
        served_by: &CloudLocation,
        committed: Option<Timestamp>,
        witness: Witness<'_>,
    ) -> Result<Vec<PolicyVerdict>, LaunchRefusal> {
        let Policies {
            policies,
            made,
            ancestors,
        } = self.policies;
        if policies.is_empty() {
            return Ok(Vec::new());
        }
        let ask = self.ask();
        let found = ask.found(served_by, subject.image);
        let facts = PolicyFacts {
            record: found.as_ref().map(|found| found.record),
            made,
            committed,
            ancestors,
            viewer: self.viewer,
            now: self.now,
        };
        let mut audited = Vec::new();
        for policy in policies {
            let verdict = policy.judge(subject, &facts);
            witness(&|| LaunchStep::Policy(verdict.clone()));
            let verdict = verdict.check().map_err(|refused| LaunchRefusal::Policy {
                image: subject.image.clone(),
                location: served_by.clone(),
                refused,
            })?;
            if !verdict.findings.is_empty() {
                audited.push(verdict);
            }
        }
        Ok(audited)
    }

    /// Whether the image has the agent that the scripts of a template need (Scalr, RightScale).
    pub(crate) fn check_agent(
        &self,
        template: &Name,
        served_by: &CloudLocation,
        setting: &Setting,
        warnings: &mut Vec<TemplateWarning>,
        witness: Witness<'_>,
    ) -> Result<(), LaunchRefusal> {
        let image = setting.image();
        let ask = self.ask();
        let found = ask.found(served_by, image);
        let facts = found.as_ref().map(|found| found.record.agent());
        let facts = facts
            .or(self.told.map(|told| &told.agent))
            .cloned()
            .unwrap_or_default();
        witness(&|| LaunchStep::Agent {
            agent: facts.clone(),
        });
        let (template, image) = (|| template.clone(), || image.clone());
        let is_known = match found {
            Some(found) => check_agent(found.record, NeededAgent::Agent)
                .map_err(|missing| LaunchRefusal::Agent {
                    template: template(),
                    missing,
                })?
                .is_none(),
            None => match facts.is_installed() {
                Some(false) => {
                    return Err(LaunchRefusal::NoAgentInside {
                        template: template(),
                        image: image(),
                    });
                }
                told => told.is_some(),
            },
        };
        if !is_known {
            warnings.push(TemplateWarning::AgentUnknown { image: image() });
        }
        Ok(())
    }
}

impl TemplateSource<'_> {
    fn warn(&self, head_links: &[LinkName], warnings: &mut Vec<TemplateWarning>) {
        if self.revision.is_none() {
            warnings.push(TemplateWarning::TemplateHead);
        } else if !head_links.is_empty() {
            let links = head_links.to_vec();
            warnings.push(TemplateWarning::LinksHead { links });
        }
        if let Some(mark) = &self.marks.deprecated {
            let reason = mark.reason.clone();
            warnings.push(TemplateWarning::TemplateDeprecated { reason });
        }
    }

    fn told(&self) -> LaunchTemplate {
        LaunchTemplate {
            name: self.name().clone(),
            lineage: self.lineage,
            revision: self.number(),
            content: self.content.digest(),
            revision_digest: self.revision.map(Revision::digest),
            has_scripts: self.content.content().has_scripts(),
        }
    }
}
