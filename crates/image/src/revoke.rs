//! Revoking an image, and with it all that was made from it.

mod error;
mod family;
mod item;
mod undo;

pub use error::RevokeError;
pub use item::{RevokeFate, RevokeItem, RevokeWay};
pub use undo::{Revocation, RevokeLeft, RevokeUndone, RevokedSince, undo_revoke};

use self::family::{Member, family};
use crate::{
    Hidden, ImageRecord, ImageRecordId, Lifecycle, Plan, Reason, ReferrerKind, Usage,
    life::{disabled, standing},
};
use atlas_base::Timestamp;
use atlas_scope::{PrincipalId, Scope};
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A plan to revoke an image.
pub type RevokePlan = Plan<RevokeItem>;

/// Asks to revoke an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevokeImage {
    /// The image's record.
    pub image: ImageRecordId,
    /// Why; what descends from the image gets the same reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl fmt::Display for RevokeImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "revoke {}", self.image)?;
        match &self.reason {
            Some(reason) => write!(f, ", {reason}"),
            None => Ok(()),
        }
    }
}

/// A record that is to be revoked, or may have been made from one.
#[derive(Debug, Clone, Copy)]
pub struct RevokeRecord<'a> {
    /// The record.
    pub record: &'a ImageRecord,
    /// The record of what it was made from, by its origin or, where that says nothing, by the cloud's
    /// word (AWS: the source image).
    pub from: Option<ImageRecordId>,
    /// Whether the caller sees it.
    pub visible: bool,
    /// Whether the caller may disable and enable it.
    pub may_disable: bool,
    /// Who refers to it, and the templates that link what does; needed of the image and its
    /// descendants alone.
    pub usage: Option<&'a Usage>,
    /// How many launch permissions it has: they go for ever with a record that is disabled (AWS).
    pub permissions: usize,
}

impl<'a> RevokeRecord<'a> {
    /// A record that the caller sees and may disable, and to which nothing refers; its parent is the
    /// one that its origin names.
    #[must_use]
    pub fn new(record: &'a ImageRecord) -> Self {
        Self {
            record,
            from: record.origin().parent(),
            visible: true,
            may_disable: true,
            usage: None,
            permissions: 0,
        }
    }
}

/// What [`plan_revoke`] and [`revoke`] must know.
#[derive(Debug, Clone, Copy)]
pub struct RevokeFacts<'a> {
    /// The record of the image, those of all that was made from it, and any others, in any order.
    pub records: &'a [RevokeRecord<'a>],
    /// Whether the caller may be told how many she does not see: who may delete at the record's scope
    /// may.
    pub may_know_hidden: bool,
    /// Who asks.
    pub by: &'a PrincipalId,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// The most descendants of an image that is revoked.
const MOST_DESCENDANTS: usize = 10_000;

/// Says what revoking an image would do, record by record, and whom it would hit (HCP Packer; the
/// plan is ours). Nothing changes.
///
/// What was copied or bundled from the image, and from that, is disabled with it. Ours: what is in
/// another account or out of sight stays, and so does what the caller may not disable.
///
/// # Errors
///
/// The image is not there, deleted or about to be, the caller may not disable it, or too much was made
/// from it.
pub fn plan_revoke(
    request: RevokeImage,
    facts: &RevokeFacts<'_>,
) -> Result<RevokePlan, RevokeError> {
    planned(request, facts).map(|(plan, _)| plan)
}

/// The plan, and all that it is about.
fn planned<'a>(
    request: RevokeImage,
    facts: &RevokeFacts<'a>,
) -> Result<(RevokePlan, Vec<Member<'a>>), RevokeError> {
    let root = request.image;
    let Some(members) = family(root, facts.records) else {
        return Err(RevokeError::NoImage { image: root });
    };
    let found = members.first().map(|member| member.at);
    let Some(at) = found.filter(|at| at.visible) else {
        return Err(RevokeError::NoImage { image: root });
    };
    standing(at.record)?;
    if !at.may_disable {
        return Err(RevokeError::NotAllowed { image: root });
    }
    let home = at.record.scope();
    let (mut items, mut hidden) = (Vec::new(), Hidden::default());
    for member in &members {
        let record = member.at.record;
        if member.at.visible {
            items.push(RevokeItem::of(member, fate(home, member))?);
        } else if record.lifecycle().is_usable() {
            let count = if is_elsewhere(home, record.scope()) {
                &mut hidden.elsewhere
            } else {
                &mut hidden.here
            };
            *count += 1;
        }
    }
    let found = items.len().saturating_sub(1);
    if found > MOST_DESCENDANTS {
        let limit = MOST_DESCENDANTS;
        return Err(RevokeError::TooMany { limit, found });
    }
    let hidden = facts.may_know_hidden.then_some(hidden);
    let plan = Plan::new(request, facts.by.clone(), facts.now, hidden, items)?;
    Ok((plan, members))
}

fn fate(home: &Scope, member: &Member<'_>) -> RevokeFate {
    let record = member.at.record;
    match record.lifecycle() {
        Lifecycle::Active | Lifecycle::Deprecated { .. } => {}
        Lifecycle::Disabled { .. } => return RevokeFate::AlreadyDisabled,
        _ => return RevokeFate::Leaving,
    }
    if is_elsewhere(home, record.scope()) {
        RevokeFate::Elsewhere
    } else if member.at.may_disable {
        RevokeFate::Disable
    } else {
        RevokeFate::NotAllowed
    }
}

/// Whether a scope is of another account than that of the image; one at `/` has all below it.
fn is_elsewhere(home: &Scope, scope: &Scope) -> bool {
    match (home.account(), scope.account()) {
        (Some(home), Some(account)) => home != account,
        _ => false,
    }
}

/// What revoking did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoked {
    /// The records that are disabled now, in the order of the plan.
    pub records: Vec<ImageRecord>,
    /// What takes it back.
    pub revocation: Revocation,
}

/// Carries a plan out, or a chosen part of it: exactly as it stands, or not at all (HCP Packer; ours).
///
/// The facts are loaded anew. The image itself is disabled, and each of its descendants with it as what
/// that is inherited from.
///
/// # Errors
///
/// The facts give another plan: the refusal says what moved. Or see [`plan_revoke`].
pub fn revoke(plan: &RevokePlan, facts: &RevokeFacts<'_>) -> Result<Revoked, RevokeError> {
    let request = plan.ask();
    let (later, members) = planned(request.clone(), facts)?;
    let sure = plan.confirmed(&later)?;
    let chosen: BTreeSet<_> = sure.changes().map(|item| item.record).collect();
    let records = members.iter().map(|member| member.at.record);
    let records = records.filter(|record| chosen.contains(&record.id()));
    let records = records.map(|record| {
        let from = (record.id() != request.image).then_some(request.image);
        disabled(record, request.reason.clone(), from, facts.now)
    });
    Ok(Revoked {
        records: records.collect::<Result<_, _>>()?,
        revocation: Revocation {
            image: request.image,
            at: facts.now,
            by: facts.by.clone(),
            disabled: sure.changes().map(|item| item.record).collect(),
            closed: sure
                .changes()
                .filter(|item| item.permissions > 0)
                .map(|item| item.record)
                .collect(),
        },
    })
}

/// How many of each kind there are: `2 MCI HEADs, 1 server`.
fn counted(kinds: impl IntoIterator<Item = ReferrerKind>) -> Vec<String> {
    let mut counts = BTreeMap::<ReferrerKind, u64>::new();
    for kind in kinds {
        *counts.entry(kind).or_default() += 1;
    }
    let texts = counts.into_iter().map(|(kind, count)| {
        let (one, several) = kind.nouns();
        format!("{count} {}", if count == 1 { one } else { several })
    });
    texts.collect()
}
