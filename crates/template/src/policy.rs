//! What may be launched, as data.

mod finding;
mod image_text;
mod soak;

use crate::AgentRequirement;
use atlas_base::{Name, Tag, Timestamp};
use atlas_history::RevisionRef;
use atlas_image::{CloudText, ImageRecord, ImageRecordId, OsText};
use atlas_image_id::ImageId;
use atlas_scope::Scope;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

pub use self::{
    finding::{PolicyFinding, PolicyRefused, PolicyRule, PolicyVerdict},
    image_text::{ImageText, ParseImageTextError},
    soak::{PassedOver, SoakedRevision, newest_allowed},
};

/// Whether a policy refuses, or only says what it would refuse (AWS: audit mode).
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[expect(clippy::exhaustive_enums, reason = "it refuses or it only tells")]
pub enum PolicyMode {
    /// What it finds refuses the launch.
    #[default]
    Enforce,
    /// What it finds is told, and the launch goes on.
    Audit,
}

/// What may be launched (AWS: allowed images, for one cloud; the rest is ours). What it does not say
/// is allowed.
///
/// ```
/// use atlas_template::Policy;
///
/// let policy: Policy = serde_json::from_str(
///     r#"{"name":"house rules","mode":"audit","allowed_owners":["self"],"min_soak_hours":24}"#,
/// )?;
/// assert_eq!(policy.min_soak_hours, Some(24));
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// What nobody knows of an image does not hold: an image without an owner is not of an allowed one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// What people call it.
    pub name: Name,
    /// Whether it refuses.
    #[serde(default)]
    pub mode: PolicyMode,
    /// The owners of images: account numbers, aliases such as `amazon`, and `self` for the viewer's
    /// own account.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub allowed_owners: Option<BTreeSet<CloudText>>,
    /// How old an image may be, in days of 24 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_age_days: Option<u32>,
    /// How long a revision must have been committed, in hours. HEAD never is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub min_soak_hours: Option<u32>,
    /// Tags that the image's record or the MultiCloud Image must have, all of them.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub required_tags: BTreeSet<Tag>,
    /// The families of operating systems.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub os_families: Option<BTreeSet<OsText>>,
    /// The agent that the image must have.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentRequirement>,
    /// From which images it must have been made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ancestor: Option<ApprovedAncestor>,
    /// Revisions that are passed over.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub skip_revisions: BTreeSet<RevisionRef>,
    /// Images that are passed over, by the cloud's own ids.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub skip_images: BTreeSet<ImageText>,
}

/// Images of which one must be an ancestor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApprovedAncestor {
    /// Their records.
    pub approved: BTreeSet<ImageRecordId>,
    /// Within how many steps: 0 is the image itself, 1 what it was made from.
    pub within: u32,
}

/// What a policy judges.
#[derive(Debug, Clone, Copy)]
pub struct PolicySubject<'a> {
    /// The image.
    pub image: &'a ImageId,
    /// The tags of the MultiCloud Image.
    pub tags: &'a BTreeSet<Tag>,
    /// Its revision; none for HEAD.
    pub revision: Option<RevisionRef>,
}

/// The policies of a launch, and what is known for them alone.
#[derive(Debug, Clone, Copy, Default)]
pub struct Policies<'a> {
    /// The policies, in the order in which they are asked.
    pub policies: &'a [Policy],
    /// When the image was made, as its cloud says; else the time of its record counts.
    pub made: Option<Timestamp>,
    /// The records that it was made from, the nearest first, itself left out.
    pub ancestors: &'a [ImageRecordId],
}

/// What is known of the image of a launch, for policies.
#[derive(Debug, Clone, Copy)]
pub struct PolicyFacts<'a> {
    /// Its record that counts for the viewer.
    pub record: Option<&'a ImageRecord>,
    /// When the image was made, as its cloud says; else the time of its record counts.
    pub made: Option<Timestamp>,
    /// When the revision of the MultiCloud Image was committed; none for HEAD.
    pub committed: Option<Timestamp>,
    /// The records that it was made from, the nearest first, itself left out.
    pub ancestors: &'a [ImageRecordId],
    /// From where it is launched.
    pub viewer: &'a Scope,
    /// Now, as the caller's clock says.
    pub now: Timestamp,
}

const DAY: i64 = 24 * HOUR;
const HOUR: i64 = 3_600 * 1_000_000;

/// Whole days or hours that have passed; what lies ahead has passed no time.
fn passed(from: Timestamp, to: Timestamp, unit: i64) -> u64 {
    let micros = to.as_micros().saturating_sub(from.as_micros());
    u64::try_from(micros / unit).unwrap_or(0)
}

impl Policy {
    /// A policy that allows everything.
    pub fn new(name: Name) -> Self {
        Self {
            name,
            mode: PolicyMode::Enforce,
            allowed_owners: None,
            max_age_days: None,
            min_soak_hours: None,
            required_tags: BTreeSet::new(),
            os_families: None,
            agent: None,
            ancestor: None,
            skip_revisions: BTreeSet::new(),
            skip_images: BTreeSet::new(),
        }
    }

    /// The rules that it has, in their order.
    pub fn rules(&self) -> impl Iterator<Item = PolicyRule> {
        let skips = !(self.skip_revisions.is_empty() && self.skip_images.is_empty());
        let rules = [
            (PolicyRule::Owner, self.allowed_owners.is_some()),
            (PolicyRule::Age, self.max_age_days.is_some()),
            (PolicyRule::Soak, self.min_soak_hours.is_some()),
            (PolicyRule::Tag, !self.required_tags.is_empty()),
            (PolicyRule::OsFamily, self.os_families.is_some()),
            (PolicyRule::Agent, self.agent.is_some()),
            (PolicyRule::Ancestor, self.ancestor.is_some()),
            (PolicyRule::Skip, skips),
        ];
        rules
            .into_iter()
            .filter_map(|(rule, is_there)| is_there.then_some(rule))
    }

    /// What it finds about a launch, in the order of its rules.
    pub fn judge(&self, subject: &PolicySubject<'_>, facts: &PolicyFacts<'_>) -> PolicyVerdict {
        let mut findings = Vec::new();
        self.owners(facts, &mut findings);
        self.age(facts, &mut findings);
        findings.extend(self.soaked(facts.committed, facts.now));
        self.tags(subject, facts, &mut findings);
        self.contents(facts, &mut findings);
        self.ancestry(facts, &mut findings);
        if let Some(revision) = subject
            .revision
            .filter(|it| self.skip_revisions.contains(it))
        {
            findings.push(PolicyFinding::SkippedRevision { revision });
        }
        if let Some(image) = self.skip_images.iter().find(|it| it.is(subject.image)) {
            let image = image.clone();
            findings.push(PolicyFinding::SkippedImage { image });
        }
        PolicyVerdict {
            policy: self.name.clone(),
            mode: self.mode,
            findings,
        }
    }

    fn owners(&self, facts: &PolicyFacts<'_>, findings: &mut Vec<PolicyFinding>) {
        let Some(allowed) = &self.allowed_owners else {
            return;
        };
        let owners = facts.record.map(|it| owners(it, facts.viewer));
        match owners {
            Some(owners) if !owners.is_empty() => {
                if owners.iter().all(|owner| !allowed.contains(owner)) {
                    let allowed = allowed.clone();
                    findings.push(PolicyFinding::Owner { owners, allowed });
                }
            }
            _ => findings.push(unknown(PolicyRule::Owner)),
        }
    }

    fn age(&self, facts: &PolicyFacts<'_>, findings: &mut Vec<PolicyFinding>) {
        let Some(limit) = self.max_age_days else {
            return;
        };
        match facts.made.or(facts.record.map(ImageRecord::created)) {
            None => findings.push(unknown(PolicyRule::Age)),
            Some(made) => {
                let days = passed(made, facts.now, DAY);
                if days > u64::from(limit) {
                    findings.push(PolicyFinding::Age { days, limit });
                }
            }
        }
    }

    fn tags(
        &self,
        subject: &PolicySubject<'_>,
        facts: &PolicyFacts<'_>,
        findings: &mut Vec<PolicyFinding>,
    ) {
        let has = |tag: &Tag| {
            subject.tags.contains(tag) || facts.record.is_some_and(|it| it.tags().contains(tag))
        };
        let missing = self.required_tags.iter().filter(|tag| !has(tag));
        findings.extend(missing.map(|tag| PolicyFinding::Tag { tag: tag.clone() }));
    }

    /// What is inside the image: operating system and agent.
    fn contents(&self, facts: &PolicyFacts<'_>, findings: &mut Vec<PolicyFinding>) {
        if let Some(allowed) = &self.os_families {
            match facts.record.and_then(ImageRecord::os) {
                None => findings.push(unknown(PolicyRule::OsFamily)),
                Some(os) if allowed.contains(&os.family) => {}
                Some(os) => findings.push(PolicyFinding::OsFamily {
                    family: os.family.clone(),
                    allowed: allowed.clone(),
                }),
            }
        }
        if let Some(needed) = &self.agent {
            let agent = facts.record.map(ImageRecord::agent);
            match agent.and_then(|agent| needed.is_met_by(agent)) {
                None => findings.push(unknown(PolicyRule::Agent)),
                Some(true) => {}
                Some(false) => findings.push(PolicyFinding::Agent {
                    found: agent.cloned().unwrap_or_default(),
                    needed: needed.clone(),
                }),
            }
        }
    }

    fn ancestry(&self, facts: &PolicyFacts<'_>, findings: &mut Vec<PolicyFinding>) {
        let Some(rule) = &self.ancestor else {
            return;
        };
        let Some(record) = facts.record else {
            findings.push(unknown(PolicyRule::Ancestor));
            return;
        };
        let within = usize::try_from(rule.within).unwrap_or(usize::MAX);
        let own = record.id();
        let mut line = core::iter::once(&own).chain(facts.ancestors.iter().take(within));
        if !line.any(|ancestor| rule.approved.contains(ancestor)) {
            let within = rule.within;
            findings.push(PolicyFinding::Ancestor { within });
        }
    }
}

fn unknown(rule: PolicyRule) -> PolicyFinding {
    PolicyFinding::Unknown { rule }
}

/// What the owner of an image is called: its account and its alias in the cloud, and `self` where
/// the record is of the viewer's own account.
fn owners(record: &ImageRecord, viewer: &Scope) -> BTreeSet<CloudText> {
    let own = record.scope().account_scope();
    let is_own = own.is_some() && own == viewer.account_scope();
    let this = is_own.then(|| CloudText::parse("self").ok()).flatten();
    let ec2 = record.ec2();
    let said = ec2.owner.iter().chain(&ec2.owner_alias).cloned();
    said.chain(this).collect()
}
