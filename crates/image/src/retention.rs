//! Which images are kept, and which may go.

mod group;
mod held;
mod item;

pub use group::{ParseRetentionGroupError, RetentionGroup, TagKey};
pub use held::HeldImages;
pub use item::{RetentionItem, RetentionReason};

use crate::{ImageRecord, Lifecycle, Plan, PlanError};
use atlas_base::Timestamp;
use atlas_scope::{PrincipalId, Scope};
use core::{cmp::Reverse, fmt, num::NonZeroU16, num::NonZeroU32};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A plan that says which images are kept, and which may go. It changes nothing by itself.
pub type RetentionPlan = Plan<RetentionItem>;

/// What keeps an image (ours). An image is kept by any of these, and may go if none of them keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionPolicy {
    /// Which images are versions of one another.
    #[serde(default)]
    pub group: RetentionGroup,
    /// The newest so many of each group that can be used.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_last: Option<NonZeroU32>,
    /// Those that were registered at most so many days ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keep_days: Option<NonZeroU16>,
    /// Those that something at their scope or below uses.
    pub keep_referenced: bool,
    /// Those that a channel at their scope or below points to.
    pub keep_channel_targets: bool,
}

impl RetentionPolicy {
    /// A policy that keeps what is referenced and what channels point to.
    #[must_use]
    pub fn new(group: RetentionGroup) -> Self {
        Self {
            group,
            keep_last: None,
            keep_days: None,
            keep_referenced: true,
            keep_channel_targets: true,
        }
    }

    /// Whether it keeps nothing.
    pub fn is_empty(&self) -> bool {
        self.keep_last.is_none()
            && self.keep_days.is_none()
            && !self.keep_referenced
            && !self.keep_channel_targets
    }
}

impl fmt::Display for RetentionPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut sign = "keep ";
        let mut rule = |text: fmt::Arguments<'_>| {
            let rule = write!(f, "{sign}{text}");
            sign = ", ";
            rule
        };
        if let Some(last) = self.keep_last {
            rule(format_args!("the last {last} by {}", self.group))?;
        }
        if let Some(days) = self.keep_days {
            let several = if days.get() == 1 { "" } else { "s" };
            rule(format_args!("those of the last {days} day{several}"))?;
        }
        if self.keep_referenced {
            rule(format_args!("what is used"))?;
        }
        if self.keep_channel_targets {
            rule(format_args!("what channels point to"))?;
        }
        if self.is_empty() {
            f.write_str("keep nothing")?;
        }
        Ok(())
    }
}

/// Asks which images are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct JudgeRetention {
    /// The images of this scope, and of those below it, are judged.
    pub scope: Scope,
    /// By this policy.
    pub policy: RetentionPolicy,
}

impl fmt::Display for JudgeRetention {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at {} {}", self.scope, self.policy)
    }
}

/// What [`plan_retention`] must know.
#[derive(Debug, Clone, Copy)]
pub struct RetentionFacts<'a> {
    /// The records at the scope and below it that the caller sees, in any order; others are passed
    /// over.
    pub records: &'a [ImageRecord],
    /// What uses them.
    pub held: &'a HeldImages,
    /// Who asks.
    pub by: &'a PrincipalId,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// Why retention is not judged.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RetentionError {
    /// The policy keeps nothing, so that all could go.
    #[error(
        "the policy keeps nothing: say what is kept, the last of each group, some days, what is used, or what channels point to"
    )]
    KeepsNothing,
    /// There is no plan.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// The most images that are judged at once.
const MOST_IMAGES: usize = 100_000;

/// Judges each image by a policy: it is kept, or may go, with every reason (ours). Nothing is deleted,
/// and nothing changes.
///
/// Versions of one another are images of one scope, location and architecture that the policy groups.
/// What cannot be used takes no place among the last; what is deleted or about to be is passed over;
/// what is protected is kept, and what is in no group where the last of each are.
///
/// # Errors
///
/// The policy keeps nothing, or there are more than 100,000 images.
pub fn plan_retention(
    request: JudgeRetention,
    facts: &RetentionFacts<'_>,
) -> Result<RetentionPlan, RetentionError> {
    if request.policy.is_empty() {
        return Err(RetentionError::KeepsNothing);
    }
    let policy = &request.policy;
    let judged = facts.records.iter().filter(|record| {
        request.scope.contains(record.scope())
            && matches!(
                record.lifecycle(),
                Lifecycle::Active | Lifecycle::Deprecated { .. } | Lifecycle::Disabled { .. }
            )
    });
    // Many images have one scope and one location: comparing those once a level is quick.
    let mut groups: BTreeMap<_, BTreeMap<_, BTreeMap<_, Vec<_>>>> = BTreeMap::new();
    let mut count = 0;
    for record in judged {
        let at_scope = groups.entry(record.scope()).or_default();
        let there = at_scope.entry(record.location()).or_default();
        let group = policy.group.of(record);
        there.entry(group).or_default().push(record);
        count += 1;
    }
    let mut items = Vec::with_capacity(count);
    let all = groups.into_values().flat_map(BTreeMap::into_values);
    for (group, mut records) in all.flatten() {
        records.sort_by_key(|record| (Reverse(record.created()), Reverse(record.id())));
        let mut place = 0_u32;
        for record in records {
            let taken = (group.is_some() && record.lifecycle().is_usable()).then(|| {
                place = place.saturating_add(1);
                place
            });
            let reasons = RetentionReason::all(policy, record, group.is_some(), taken, facts);
            let item =
                RetentionItem::of(record, group.clone(), reasons).map_err(PlanError::from)?;
            items.push(item);
        }
    }
    let by = facts.by.clone();
    Ok(Plan::new(request, by, facts.now, None, items)?)
}
