//! One image that is kept, or may go.

use super::{JudgeRetention, MOST_IMAGES, RetentionFacts, RetentionPolicy};
use crate::{
    ImageRecord, ImageRecordId, LifecycleState, PartError, PlanItem, PlanKind, Protection, Referrer,
};
use atlas_base::{CanonicalError, Digest, Timestamp, canonical};
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use core::fmt;
use serde::{Deserialize, Serialize};

/// Why an image is kept, or what did not keep it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "kebab-case", deny_unknown_fields)]
#[non_exhaustive]
pub enum RetentionReason {
    /// Kept: it is among the newest of its group.
    Last {
        /// Its place, from 1.
        place: u32,
        /// How many places there are.
        of: u32,
    },
    /// Not kept: as many newer ones are there.
    Beyond {
        /// Its place, from 1.
        place: u32,
        /// How many places there are.
        of: u32,
    },
    /// Not kept: it cannot be used, and so takes no place.
    Unusable,
    /// Kept: it was registered not long ago.
    Recent {
        /// Until when it counts as that.
        until: Timestamp,
    },
    /// Not kept: it was registered long ago.
    Old {
        /// Since when it counts as that.
        since: Timestamp,
    },
    /// Kept: something uses it.
    Used {
        /// Some of those that the caller sees.
        by: Vec<Referrer>,
        /// How many more she sees.
        more: u64,
    },
    /// Not kept: nothing uses it.
    Unused,
    /// Kept: a channel points to it.
    ChannelTarget {
        /// Some of the channels that the caller sees.
        by: Vec<Referrer>,
        /// How many more she sees.
        more: u64,
    },
    /// Not kept: no channel points to it.
    NoChannelTarget,
    /// Kept: it is protected from being deleted, whatever the policy says.
    Protected {
        /// How.
        protection: Protection,
    },
    /// Kept: it is in no group, so nobody knows of what it is a version.
    Ungrouped,
}

impl RetentionReason {
    /// The stable name of the reason: `channel-target`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Last { .. } => "last",
            Self::Beyond { .. } => "beyond",
            Self::Unusable => "unusable",
            Self::Recent { .. } => "recent",
            Self::Old { .. } => "old",
            Self::Used { .. } => "used",
            Self::Unused => "unused",
            Self::ChannelTarget { .. } => "channel-target",
            Self::NoChannelTarget => "no-channel-target",
            Self::Protected { .. } => "protected",
            Self::Ungrouped => "ungrouped",
        }
    }

    /// Whether it keeps the image.
    pub fn keeps(&self) -> bool {
        matches!(
            self,
            Self::Last { .. }
                | Self::Recent { .. }
                | Self::Used { .. }
                | Self::ChannelTarget { .. }
                | Self::Protected { .. }
                | Self::Ungrouped
        )
    }

    /// What each rule of a policy says of an image; `place` is the one that it takes in its group.
    pub(super) fn all(
        policy: &RetentionPolicy,
        record: &ImageRecord,
        is_grouped: bool,
        place: Option<u32>,
        facts: &RetentionFacts<'_>,
    ) -> Vec<Self> {
        let held = facts.held.of(record.id());
        let last = policy.keep_last.map(|of| match place {
            _ if !is_grouped => Self::Ungrouped,
            None => Self::Unusable,
            Some(place) if place <= of.get() => Self::Last {
                place,
                of: of.get(),
            },
            Some(place) => Self::Beyond {
                place,
                of: of.get(),
            },
        });
        let age = policy
            .keep_days
            .map(|days| match after(record.created(), days.get()) {
                Some(end) if end <= facts.now => Self::Old { since: end },
                Some(until) => Self::Recent { until },
                // Time ends before it is old.
                None => Self::Recent { until: facts.now },
            });
        let used = policy.keep_referenced.then(|| match held {
            Some(held) if held.is_used => {
                let (by, more) = held.some(false);
                Self::Used { by, more }
            }
            _ => Self::Unused,
        });
        let channel = policy.keep_channel_targets.then(|| match held {
            Some(held) if held.is_channel_target => {
                let (by, more) = held.some(true);
                Self::ChannelTarget { by, more }
            }
            _ => Self::NoChannelTarget,
        });
        let protection = record.protection();
        let protected = protection
            .holds(facts.now)
            .then_some(Self::Protected { protection });
        let all = [last, age, used, channel, protected].into_iter().flatten();
        let (keeping, others): (Vec<_>, Vec<_>) = all.partition(Self::keeps);
        if keeping.is_empty() { others } else { keeping }
    }
}

/// So many days later, unless time ends before.
fn after(time: Timestamp, days: u16) -> Option<Timestamp> {
    let micros = i64::from(days).saturating_mul(86_400_000_000);
    Timestamp::from_micros(time.as_micros().saturating_add(micros))
}

impl fmt::Display for RetentionReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Last { place, of } => write!(f, "{place} of the last {of}"),
            Self::Beyond { place, of } => write!(f, "{place}, not among the last {of}"),
            Self::Unusable => f.write_str("cannot be used"),
            Self::Recent { until } => write!(f, "recent until {until}"),
            Self::Old { since } => write!(f, "old since {since}"),
            Self::Used { by, more } => held(f, "used", by, *more),
            Self::Unused => f.write_str("used by nothing"),
            Self::ChannelTarget { by, more } => held(f, "channel target", by, *more),
            Self::NoChannelTarget => f.write_str("no channel points to it"),
            Self::Protected { .. } => f.write_str("protected"),
            Self::Ungrouped => f.write_str("in no group"),
        }
    }
}

fn held(f: &mut fmt::Formatter<'_>, what: &str, by: &[Referrer], more: u64) -> fmt::Result {
    f.write_str(what)?;
    let mut sign = ": ";
    for user in by {
        write!(
            f,
            "{sign}{} {} at {}",
            user.kind.nouns().0,
            user.name,
            user.scope
        )?;
        sign = ", ";
    }
    if more > 0 {
        write!(f, " and {more} more")?;
    }
    Ok(())
}

/// One image that is kept, or may go.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct RetentionItem {
    /// Its record.
    pub record: ImageRecordId,
    /// The scope that holds it.
    pub scope: Scope,
    /// Where it is.
    pub location: CloudLocation,
    /// Its name.
    pub name: String,
    /// Its group there, architecture included; none where it is in no group.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group: Option<String>,
    /// When it was registered.
    pub created: Timestamp,
    /// Whether it is kept.
    pub keep: bool,
    /// Every reason that keeps it; or, where none does, what each rule of the policy says.
    pub reasons: Vec<RetentionReason>,
    /// The digest of all that this was decided from.
    pub expects: Digest,
}

impl RetentionItem {
    pub(super) fn of(
        record: &ImageRecord,
        group: Option<String>,
        reasons: Vec<RetentionReason>,
    ) -> Result<Self, CanonicalError> {
        /// A place that moves because a newer image came is no other reason.
        #[derive(Serialize)]
        struct Expected<'a> {
            record: ImageRecordId,
            scope: &'a Scope,
            state: &'static str,
            group: Option<&'a str>,
            reasons: Vec<&'static str>,
        }
        let state: LifecycleState = record.lifecycle().state();
        let expected = Expected {
            record: record.id(),
            scope: record.scope(),
            state: state.as_str(),
            group: group.as_deref(),
            reasons: reasons.iter().map(RetentionReason::code).collect(),
        };
        let expects = canonical::digest("cloud-atlas/retention-item/1", &expected)?;
        Ok(Self {
            record: record.id(),
            scope: record.scope().clone(),
            location: record.location().clone(),
            name: record.name().to_owned(),
            group,
            created: record.created(),
            keep: reasons.iter().any(RetentionReason::keeps),
            reasons,
            expects,
        })
    }
}

impl PlanItem for RetentionItem {
    type Key = ImageRecordId;
    type Ask = JudgeRetention;

    const KIND: PlanKind = PlanKind::Retention;
    const MOST_CHANGES: usize = MOST_IMAGES;
    const COLUMNS: &'static [&'static str] = &[
        "RECORD", "FATE", "SCOPE", "LOCATION", "GROUP", "NAME", "BECAUSE",
    ];
    const UNSEEN: (&'static str, &'static str) = ("image", "images");

    fn key(&self) -> ImageRecordId {
        self.record
    }

    fn expects(&self) -> Digest {
        self.expects
    }

    fn is_change(&self) -> bool {
        !self.keep
    }

    fn cells(&self) -> Vec<String> {
        let reasons: Vec<_> = self.reasons.iter().map(ToString::to_string).collect();
        vec![
            self.record.to_string(),
            if self.keep { "keep" } else { "drop" }.to_owned(),
            self.scope.to_string(),
            self.location.to_string(),
            self.group.as_deref().unwrap_or("-").to_owned(),
            self.name.clone(),
            reasons.join("; "),
        ]
    }

    fn total(items: &[Self]) -> String {
        let (count, of) = (items.iter().filter(|item| !item.keep).count(), items.len());
        let images = if of == 1 { "image" } else { "images" };
        format!("{count} of {of} {images} may go; nothing is deleted by this plan")
    }

    /// Each image stands by itself.
    fn check_part(_: &JudgeRetention, _: &[&Self], _: &[&Self]) -> Result<(), PartError> {
        Ok(())
    }
}
