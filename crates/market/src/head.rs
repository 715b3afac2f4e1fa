//! HEAD offered to private groups, and those who follow it.
//!
//! It is no publication, and following it is no import: nothing is copied, and what subscribers see
//! ends with the offer.

use crate::{LineageKind, TargetGroups, Viewer, Visibility};
use atlas_base::{Name, Timestamp};
use atlas_history::LineageId;
use atlas_scope::{AccountGroup, GroupId, PrincipalId, Scope};
use atlas_template::Reference;
use serde::{Deserialize, Serialize};

/// The HEAD of a lineage, offered to account groups while it is worked on (RightScale: publishing a
/// HEAD version; that it takes an option and never goes to everybody: ours). It moves with every
/// edit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct HeadOffer {
    /// The lineage.
    pub lineage: LineageId,
    /// What it is.
    pub kind: LineageKind,
    /// The account that offers it.
    pub publisher: Scope,
    /// The groups whose members may subscribe.
    pub groups: TargetGroups,
    /// Who offered it.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
}

/// An account that follows an offered HEAD: it sees and launches HEAD as it moves.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeadSubscription {
    /// The account.
    pub account: Scope,
    /// The lineage.
    pub lineage: LineageId,
    /// Who subscribed.
    pub by: PrincipalId,
    /// When.
    pub at: Timestamp,
}

/// The lineage whose HEAD is to be offered, as it was loaded.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub struct OfferedLineage<'a> {
    /// Which.
    pub lineage: LineageId,
    /// What it is.
    pub kind: LineageKind,
    /// The scope that holds it.
    pub scope: &'a Scope,
    /// Its name.
    pub name: &'a Name,
    /// Whether it has a HEAD, and whether anything could be launched from that.
    pub head: OfferedHead,
}

impl<'a> OfferedLineage<'a> {
    /// A lineage with a HEAD that could be committed.
    pub fn new(lineage: LineageId, kind: LineageKind, scope: &'a Scope, name: &'a Name) -> Self {
        Self {
            lineage,
            kind,
            scope,
            name,
            head: OfferedHead::Ready,
        }
    }

    /// The same with another HEAD.
    #[must_use]
    pub fn with_head(self, head: OfferedHead) -> Self {
        Self { head, ..self }
    }
}

/// What HEAD a lineage has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "HEAD is there, or not, or empty")]
pub enum OfferedHead {
    /// One that has a setting, or a link.
    Ready,
    /// One without settings or links.
    Empty,
    /// None, since the lineage was imported.
    Imported,
    /// None, since the lineage was deleted.
    Deleted,
}

/// What [`offer_head`] must know.
#[derive(Debug, Clone, Copy)]
pub struct OfferHeadFacts<'a> {
    /// The account groups that the request names.
    pub groups: &'a [AccountGroup],
    /// Who offers it.
    pub by: &'a PrincipalId,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// Why HEAD is not offered.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OfferHeadError {
    /// It was to go to everybody.
    #[error(
        "HEAD of `{name}` is for account groups alone: name some, or publish a revision to everybody"
    )]
    ToEverybody {
        /// The name of the lineage.
        name: Name,
    },
    /// Only accounts offer anything.
    #[error("`{name}` stands at `/`, and accounts offer: share it there, and everybody sees it")]
    Global {
        /// The name of the lineage.
        name: Name,
    },
    /// It has no HEAD.
    #[error("`{name}` was imported and has no HEAD: clone it and offer the clone's")]
    Imported {
        /// The name of the lineage.
        name: Name,
    },
    /// A committed revision was named.
    #[error(
        "`{reference}` names a revision, and HEAD is offered: leave out what stands behind `@`"
    )]
    StateNamed {
        /// What was named.
        reference: Reference,
    },
    /// It is gone.
    #[error("`{name}` was deleted: what is gone cannot be offered")]
    Deleted {
        /// Its last name.
        name: Name,
    },
    /// Nothing could be launched from it.
    #[error(
        "HEAD of `{name}` is empty: {}",
        match kind {
            LineageKind::Mci => "set an image for at least one cloud location",
            LineageKind::Template => "link at least one MultiCloud Image",
        }
    )]
    Empty {
        /// The name of the lineage.
        name: Name,
        /// What it is.
        kind: LineageKind,
    },
    /// It is no group of the account.
    #[error(
        "`{publisher}` owns no account group `{group}`: HEAD is offered to groups of its own account"
    )]
    UnknownGroup {
        /// The account.
        publisher: Scope,
        /// What was named.
        group: GroupId,
    },
}

/// Offers HEAD to account groups; an offer that there is gives way to the new one. What HEAD links at
/// its publisher is seen through it as well.
///
/// # Errors
///
/// It is to go to everybody or to a group of somebody else, or there is no HEAD of the account's own
/// that anything could be launched from.
pub fn offer_head(
    lineage: OfferedLineage<'_>,
    visibility: Visibility,
    facts: OfferHeadFacts<'_>,
) -> Result<HeadOffer, OfferHeadError> {
    let name = || lineage.name.clone();
    match lineage.head {
        OfferedHead::Ready => {}
        OfferedHead::Empty => {
            let (name, kind) = (name(), lineage.kind);
            return Err(OfferHeadError::Empty { name, kind });
        }
        OfferedHead::Imported => return Err(OfferHeadError::Imported { name: name() }),
        OfferedHead::Deleted => return Err(OfferHeadError::Deleted { name: name() }),
    }
    let Some(publisher) = lineage.scope.account_scope() else {
        return Err(OfferHeadError::Global { name: name() });
    };
    let Visibility::Groups(groups) = visibility else {
        return Err(OfferHeadError::ToEverybody { name: name() });
    };
    if let Some(group) = groups.stranger(&publisher, facts.groups) {
        return Err(OfferHeadError::UnknownGroup { publisher, group });
    }
    Ok(HeadOffer {
        lineage: lineage.lineage,
        kind: lineage.kind,
        publisher,
        groups,
        by: facts.by.clone(),
        at: facts.now,
    })
}

impl HeadOffer {
    /// Whether an account may subscribe.
    pub fn is_open_to(&self, viewer: &Viewer) -> bool {
        !viewer.is(&self.publisher) && viewer.is_in(&self.groups)
    }

    /// Whether a subscriber sees HEAD today: it is still in one of the groups. Without an offer
    /// nobody does.
    pub fn serves(&self, subscription: &HeadSubscription, viewer: &Viewer) -> bool {
        subscription.lineage == self.lineage
            && viewer.is(&subscription.account)
            && self.is_open_to(viewer)
    }
}

/// What [`subscribe`] must know.
#[derive(Debug, Clone, Copy)]
pub struct SubscribeFacts<'a> {
    /// The offer of the lineage's HEAD, if there is one.
    pub offer: Option<&'a HeadOffer>,
    /// The subscription that the account has, if it does.
    pub there: Option<&'a HeadSubscription>,
    /// Who subscribes.
    pub by: &'a PrincipalId,
    /// The moment of the decision.
    pub now: Timestamp,
}

/// Why an account does not follow a HEAD.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubscribeError {
    /// Nothing of it is offered to the account. Whether it is to others is not told.
    #[error(
        "no HEAD of {lineage} is offered here: check its id, and ask its account for an invitation"
    )]
    NotOffered {
        /// What was named.
        lineage: LineageId,
    },
    /// It is the account's own.
    #[error("{lineage} is of this account: there is nothing to subscribe to")]
    Own {
        /// Which.
        lineage: LineageId,
    },
    /// It follows it already.
    #[error("the account follows HEAD of {lineage} already, since {since}")]
    AlreadyThere {
        /// Which.
        lineage: LineageId,
        /// Since when.
        since: Timestamp,
    },
}

/// Makes an account follow an offered HEAD.
///
/// # Errors
///
/// Nothing is offered to it, the lineage is its own, or it follows it already.
pub fn subscribe(
    lineage: LineageId,
    viewer: &Viewer,
    facts: SubscribeFacts<'_>,
) -> Result<HeadSubscription, SubscribeError> {
    let offer = facts.offer.filter(|offer| offer.lineage == lineage);
    let (Some(offer), Some(account)) = (offer, viewer.account()) else {
        return Err(SubscribeError::NotOffered { lineage });
    };
    if viewer.is(&offer.publisher) {
        return Err(SubscribeError::Own { lineage });
    }
    if !offer.is_open_to(viewer) {
        return Err(SubscribeError::NotOffered { lineage });
    }
    if let Some(there) = facts.there {
        let since = there.at;
        return Err(SubscribeError::AlreadyThere { lineage, since });
    }
    Ok(HeadSubscription {
        account: account.clone(),
        lineage,
        by: facts.by.clone(),
        at: facts.now,
    })
}
