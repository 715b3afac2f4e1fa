//! Taking a revocation back.

use super::RevokeRecord;
use crate::{ImageRecord, ImageRecordId, Lifecycle, LifecycleState};
use atlas_base::Timestamp;
use atlas_scope::PrincipalId;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, btree_map::Entry};

/// A plan to revoke that was carried out: what takes it back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Revocation {
    /// The image that was revoked.
    pub image: ImageRecordId,
    /// When.
    pub at: Timestamp,
    /// By whom.
    pub by: PrincipalId,
    /// The records that it disabled, in the order of the plan.
    pub disabled: Vec<ImageRecordId>,
    /// Those of them whose launch permissions went with it, for ever (AWS).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub closed: Vec<ImageRecordId>,
}

/// What taking a revocation back did.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct RevokeUndone {
    /// The records that are again what they were, in the order of the plan.
    pub records: Vec<ImageRecord>,
    /// Those that stay as they are, and why.
    pub left: Vec<RevokeLeft>,
    /// Those of the first that had launch permissions: these do not come back (AWS).
    pub closed: Vec<ImageRecordId>,
}

/// A record that was revoked and stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct RevokeLeft {
    /// The record.
    pub record: ImageRecordId,
    /// Why.
    pub since: RevokedSince,
}

/// What became of a record since it was revoked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "became", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RevokedSince {
    /// It is not there any more, or not seen.
    Gone,
    /// Somebody changed its state.
    Changed {
        /// Its state now.
        state: &'static str,
    },
    /// Something that it was made from was disabled later: it would be launched although that is not.
    Below {
        /// The ancestor, where the caller sees it.
        #[serde(skip_serializing_if = "Option::is_none")]
        ancestor: Option<ImageRecordId>,
    },
    /// The caller may not enable it.
    NotAllowed,
}

impl fmt::Display for RevokeLeft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` ", self.record)?;
        match &self.since {
            RevokedSince::Gone => f.write_str("is not there any more"),
            RevokedSince::Changed { state } => {
                write!(f, "is {state} since then, and stays so")
            }
            RevokedSince::Below { ancestor: None } => {
                f.write_str("was made from an image that was disabled since then")
            }
            RevokedSince::Below {
                ancestor: Some(ancestor),
            } => write!(
                f,
                "was made from `{ancestor}`, which was disabled since then: enable that first"
            ),
            RevokedSince::NotAllowed => f.write_str("cannot be enabled by you: ask its owner"),
        }
    }
}

impl fmt::Display for RevokeUndone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (count, of) = (
            self.records.len(),
            self.records.len().saturating_add(self.left.len()),
        );
        if of == 0 {
            return f.write_str("all that it did was taken back already");
        }
        let images = if of == 1 { "image" } else { "images" };
        let verb = match (count, of) {
            (1, _) | (0, 1) => "is what it was",
            _ => "are what they were",
        };
        write!(f, "{count} of {of} {images} {verb}")?;
        for record in &self.closed {
            write!(
                f,
                "\n`{record}` is opened to nobody now: its launch permissions do not come back"
            )?;
        }
        self.left.iter().try_for_each(|left| write!(f, "\n{left}"))
    }
}

/// Takes a revocation back: each record that it disabled, and that is as it left it, is again what it
/// was (HCP Packer; ours). The others are told.
///
/// `records` are those of the revocation and those that they were made from, in any order.
#[must_use]
pub fn undo_revoke(revocation: &Revocation, records: &[RevokeRecord<'_>]) -> RevokeUndone {
    let known: BTreeMap<_, _> = records.iter().map(|at| (at.record.id(), at)).collect();
    let mut above = BTreeMap::new();
    let (mut back, mut left) = (Vec::new(), Vec::new());
    for &id in &revocation.disabled {
        let mut leave = |since| left.push(RevokeLeft { record: id, since });
        let Some(at) = known.get(&id).filter(|at| at.visible) else {
            leave(RevokedSince::Gone);
            continue;
        };
        let lifecycle = at.record.lifecycle();
        let Some(before) = revocation.before(id, lifecycle) else {
            let state = match lifecycle.state() {
                // It was enabled in between.
                LifecycleState::Disabled => "disabled anew",
                state => state.as_str(),
            };
            leave(RevokedSince::Changed { state });
            continue;
        };
        if !at.may_disable {
            leave(RevokedSince::NotAllowed);
            continue;
        }
        match disabled_above(id, &known, revocation.at, &mut above) {
            None => back.push(at.record.clone().with_lifecycle(before.clone())),
            Some(ancestor) => {
                let seen = known.get(&ancestor).is_some_and(|at| at.visible);
                let ancestor = seen.then_some(ancestor);
                leave(RevokedSince::Below { ancestor });
            }
        }
    }
    let ids: BTreeSet<_> = back.iter().map(ImageRecord::id).collect();
    let closed = revocation.closed.iter().copied();
    RevokeUndone {
        closed: closed.filter(|id| ids.contains(id)).collect(),
        records: back,
        left,
    }
}

impl Revocation {
    /// What is left of it once some of it was taken back: that is not taken back again.
    #[must_use]
    pub fn without(mut self, back: &[ImageRecord]) -> Self {
        let back: BTreeSet<_> = back.iter().map(ImageRecord::id).collect();
        self.disabled.retain(|id| !back.contains(id));
        self.closed.retain(|id| !back.contains(id));
        self
    }

    /// What a record was before, where it still is what the revocation made of it.
    fn before<'a>(&self, id: ImageRecordId, lifecycle: &'a Lifecycle) -> Option<&'a Lifecycle> {
        let from = (id != self.image).then_some(self.image);
        match lifecycle {
            Lifecycle::Disabled {
                since,
                inherited_from,
                before,
                ..
            } if *since == self.at && *inherited_from == from => Some(before),
            _ => None,
        }
    }
}

/// The nearest ancestor of a record that was disabled after a moment; each is asked once.
fn disabled_above(
    id: ImageRecordId,
    known: &BTreeMap<ImageRecordId, &RevokeRecord<'_>>,
    after: Timestamp,
    above: &mut BTreeMap<ImageRecordId, Option<ImageRecordId>>,
) -> Option<ImageRecordId> {
    let (mut way, mut at) = (Vec::new(), id);
    let found = loop {
        match above.entry(at) {
            Entry::Occupied(answer) => break *answer.get(),
            // What comes back to itself has no ancestor there.
            Entry::Vacant(unasked) => unasked.insert(None),
        };
        way.push(at);
        let parent = known.get(&at).and_then(|at| at.from);
        let Some(parent) = parent.and_then(|parent| known.get(&parent)) else {
            break None;
        };
        match parent.record.lifecycle() {
            Lifecycle::Disabled { since, .. } if *since > after => break Some(parent.record.id()),
            _ => at = parent.record.id(),
        }
    };
    above.extend(way.into_iter().map(|id| (id, found)));
    found
}
