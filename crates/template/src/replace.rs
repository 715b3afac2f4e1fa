//! One image in the place of another: in HEADs of MultiCloud Images, role maps and servers.

mod apply;
mod decide;
mod error;
mod item;
mod key;
mod undo;

pub use self::{
    apply::{HeadReplacement, Replaced, replace},
    error::ReplaceError,
    item::{ReplaceFate, ReplaceItem, ReplaceNote, ReplaceStays, ReplaceUndo},
    key::{ParseReplaceKeyError, ReplaceKey},
    undo::{
        ReplaceChange, ReplaceLeft, ReplaceUndone, ReplacedImage, ReplacedSince, Replacement,
        UndoReplaceFacts, undo_replace,
    },
};

use self::decide::decide;
use crate::{RegisteredLock, ServerDefinition};
use atlas_base::{Name, Timestamp};
use atlas_history::{Generation, LineageId, RevisionRef};
use atlas_image::{Hidden, ImageRecord, ImageRecordId, Plan, Reason, RoleMap};
use atlas_mci::{Content, InstanceTypes};
use atlas_scope::{PrincipalId, Scope};
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A plan to put one image in the place of another.
pub type ReplacePlan = Plan<ReplaceItem>;

/// Asks to put one image in the place of another everywhere (Scalr: in roles).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReplaceImage {
    /// The record of the image that goes.
    pub old: ImageRecordId,
    /// The record of the one that comes.
    pub new: ImageRecordId,
    /// The scopes in which it is replaced. A lower one needs those above it, up to that of the record.
    pub scopes: BTreeSet<Scope>,
    /// Whether the old one is deprecated with the new one as its replacement.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deprecate: Option<DeprecateOld>,
}

/// Asks to deprecate an image that is replaced.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeprecateOld {
    /// Why.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Reason>,
}

impl fmt::Display for ReplaceImage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scopes: Vec<_> = self.scopes.iter().map(Scope::as_str).collect();
        let (old, new, scopes) = (self.old, self.new, scopes.join(", "));
        write!(f, "replace {old} by {new} at {scopes}")?;
        match &self.deprecate {
            None => Ok(()),
            Some(DeprecateOld { reason: None }) => f.write_str(", and deprecate it"),
            Some(DeprecateOld {
                reason: Some(reason),
            }) => write!(f, ", and deprecate it: {reason}"),
        }
    }
}

/// The HEAD of a MultiCloud Image.
#[derive(Debug, Clone, Copy)]
pub struct ReplaceHead<'a> {
    /// Its lineage.
    pub lineage: LineageId,
    /// The scope that holds it.
    pub scope: &'a Scope,
    /// What it holds.
    pub content: &'a Content,
    /// Its generation, which whoever edits it says.
    pub generation: Generation,
    /// Whether the caller sees it.
    pub visible: bool,
    /// Whether she may edit it.
    pub may_edit: bool,
}

/// A role map.
#[derive(Debug, Clone, Copy)]
pub struct ReplaceRoleMap<'a> {
    /// The map.
    pub map: &'a RoleMap,
    /// Whether the caller sees it.
    pub visible: bool,
    /// Whether she may edit it.
    pub may_edit: bool,
}

/// A server definition.
#[derive(Debug, Clone, Copy)]
pub struct ReplaceServer<'a> {
    /// The definition.
    pub definition: &'a ServerDefinition,
    /// The scope of its deployment.
    pub scope: &'a Scope,
    /// The name of its deployment.
    pub deployment: &'a Name,
    /// Whether the caller sees it.
    pub visible: bool,
    /// Whether she may edit it.
    pub may_edit: bool,
}

/// A committed revision of a MultiCloud Image that has a setting with the old image.
#[derive(Debug, Clone, Copy)]
pub struct ReplaceRevision<'a> {
    /// Which.
    pub revision: RevisionRef,
    /// What its lineage is called.
    pub name: &'a Name,
    /// The scope that holds it.
    pub scope: &'a Scope,
    /// Whether the caller sees it.
    pub visible: bool,
}

/// A registered lock that holds the old image.
#[derive(Debug, Clone, Copy)]
pub struct ReplaceLock<'a> {
    /// The lock.
    pub lock: &'a RegisteredLock,
    /// Whether the caller sees it.
    pub visible: bool,
}

/// What uses an image and can use another: there its record is the one that counts, being the nearest.
/// What does not use it is passed over.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReplaceUses<'a> {
    /// The HEADs of MultiCloud Images.
    pub heads: &'a [ReplaceHead<'a>],
    /// The role maps.
    pub role_maps: &'a [ReplaceRoleMap<'a>],
    /// The server definitions.
    pub servers: &'a [ReplaceServer<'a>],
}

/// What [`plan_replace`] and [`replace`] must know.
#[derive(Debug, Clone, Copy)]
pub struct ReplaceFacts<'a> {
    /// The record of the image that goes.
    pub old: &'a ImageRecord,
    /// The record of the one that comes.
    pub new: &'a ImageRecord,
    /// The other records of the image that comes: where one of them is nearer, that one counts.
    pub beside_new: &'a [ImageRecord],
    /// Whether the caller may deprecate the old one.
    pub may_deprecate: bool,
    /// What uses the old one.
    pub uses: ReplaceUses<'a>,
    /// Committed revisions with the old one: they stay as they are.
    pub revisions: &'a [ReplaceRevision<'a>],
    /// Registered locks with the old one: they stay as they are.
    pub locks: &'a [ReplaceLock<'a>],
    /// Which instance types take which images.
    pub types: &'a InstanceTypes,
    /// Whether the caller may be told how many users she does not see.
    pub may_know_hidden: bool,
    /// Who asks.
    pub by: &'a PrincipalId,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// Says what would have another image: each HEAD, role map and server of the scopes that uses it, and
/// what stays and why (Scalr for roles; the plan is ours). Nothing changes.
///
/// What is committed or locked never changes. A server that inherited the image has the new one as an
/// override from then on. What the new image does not fit stays, with the reason; what it fits
/// differently is noted.
///
/// # Errors
///
/// No scope is chosen, one beyond the reach of the old image, or one without those above it; or the new
/// image is the old one, cannot be used, or is of another cloud.
pub fn plan_replace(
    request: ReplaceImage,
    facts: &ReplaceFacts<'_>,
) -> Result<ReplacePlan, ReplaceError> {
    check(&request, facts)?;
    let (decided, hidden) = decide(&request, facts)?;
    planned(
        request,
        facts,
        decided.into_iter().map(|it| it.item),
        hidden,
    )
}

fn planned(
    request: ReplaceImage,
    facts: &ReplaceFacts<'_>,
    items: impl Iterator<Item = ReplaceItem>,
    hidden: Hidden,
) -> Result<ReplacePlan, ReplaceError> {
    let hidden = facts.may_know_hidden.then_some(hidden);
    let (by, items) = (facts.by.clone(), items.collect());
    Ok(Plan::new(request, by, facts.now, hidden, items)?)
}

/// Refuses what nothing could come of.
fn check(request: &ReplaceImage, facts: &ReplaceFacts<'_>) -> Result<(), ReplaceError> {
    let (old, new) = (facts.old, facts.new);
    if (old.id(), new.id()) != (request.old, request.new) {
        return Err(ReplaceError::OtherImages);
    }
    if old.id() == new.id() {
        return Err(ReplaceError::Same { image: old.id() });
    }
    if !new.lifecycle().is_usable() {
        let (image, state) = (new.id(), new.lifecycle().state());
        return Err(ReplaceError::NotUsable { image, state });
    }
    let cloud = |record: &ImageRecord| {
        let location = record.location();
        let installation = location.installation().map(str::to_owned);
        (location.cloud(), installation)
    };
    if cloud(old) != cloud(new) {
        return Err(ReplaceError::OtherCloud {
            old: old.location().clone(),
            new: new.location().clone(),
        });
    }
    check_scopes(&request.scopes, old.scope())
}

/// Scalr: choosing a lower scope needs the higher ones too. Ours: up to that of the record, since none
/// above it uses the image.
fn check_scopes(chosen: &BTreeSet<Scope>, top: &Scope) -> Result<(), ReplaceError> {
    if chosen.is_empty() {
        return Err(ReplaceError::NoScope { top: top.clone() });
    }
    if let Some(beyond) = chosen.iter().find(|scope| !top.contains(scope)) {
        return Err(ReplaceError::Beyond {
            scope: beyond.clone(),
            top: top.clone(),
        });
    }
    let above = chosen.iter().flat_map(Scope::lineage);
    let needed: BTreeSet<_> = above.filter(|scope| top.contains(scope)).collect();
    let missing: Vec<_> = needed.difference(chosen).cloned().collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(ReplaceError::HigherMissing { missing })
}
