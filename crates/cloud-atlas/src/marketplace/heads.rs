//! HEADs that are offered to account groups, and those who follow them.

use super::publishing::PublishTo;
use crate::{
    Error, LineageKind, NotFound, Noun, Session,
    kind::{Mci, Template, Versioned},
    stored::StoredLineage,
    tables::{HEAD_OFFERS, KeptHeadOffer, KeptSubscription, SUBSCRIPTIONS, partition_of},
    unit::{Change, Unit},
};
use atlas_base::{Name, Timestamp};
use atlas_history::LineageId;
use atlas_market::{
    HeadOffer, HeadSubscription, OfferHeadError, OfferHeadFacts, OfferedHead, OfferedLineage,
    SubscribeFacts, offer_head, subscribe,
};
use atlas_scope::{Permission, Scope};
use atlas_store::Partition;
use atlas_template::{Reference, Selector};
use serde::Serialize;
use std::collections::BTreeSet;

/// Asks to offer the HEAD of a lineage to account groups.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferHead {
    /// What it is of.
    pub kind: LineageKind,
    /// Which.
    pub reference: Reference,
    /// The caller's scope.
    pub scope: Scope,
    /// To whom; everybody is refused.
    pub to: PublishTo,
}

/// A HEAD that is offered, as an account sees it that offers it or is offered it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct HeadOfferView {
    /// The lineage.
    pub lineage: LineageId,
    /// What it is.
    pub kind: LineageKind,
    /// What it is called today.
    pub name: Name,
    /// The account that offers it.
    pub publisher: Scope,
    /// Since when.
    pub at: Timestamp,
    /// Since when the account follows it; none where it does not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subscribed: Option<Timestamp>,
    /// The groups that it is offered to: told to the account that offers it alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub groups: Option<Vec<atlas_scope::GroupId>>,
}

/// An account that follows a HEAD.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct SubscriptionView {
    /// The lineage.
    pub lineage: LineageId,
    /// What it is; none where its HEAD is offered no more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<LineageKind>,
    /// What it is called today, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// The account that offers it, likewise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<Scope>,
    /// Since when the account follows it.
    pub since: Timestamp,
}

impl Session {
    /// Offers the HEAD of a lineage to account groups, whose members may follow it as it moves
    /// (RightScale: publishing a HEAD version; never to everybody, ours). An offer that there is
    /// gives way to the new one.
    ///
    /// # Errors
    ///
    /// It has no HEAD or an empty one, it is to go to everybody or to groups of somebody else, or
    /// the caller may not.
    pub async fn offer_head(&self, ask: &OfferHead) -> Result<HeadOffer, Error> {
        self.write(|unit| async move {
            match ask.kind {
                LineageKind::Mci => Box::pin(unit.offer_head::<Mci>(ask)).await,
                LineageKind::Template => Box::pin(unit.offer_head::<Template>(ask)).await,
            }
        })
        .await
    }

    /// Offers a HEAD no more: who follows it sees it no more. Who may, may at the scope that holds the
    /// lineage, as who offers it.
    ///
    /// # Errors
    ///
    /// The account offers no such HEAD, or the caller may not.
    pub async fn withdraw_head(
        &self,
        lineage: LineageId,
        from: &Scope,
    ) -> Result<HeadOffer, Error> {
        self.write(|unit| async move {
            let action = Permission::Publish;
            let account = unit.enter_within_account(action, from).await?;
            let found = unit.head_offer(lineage).await?;
            let own = found.filter(|offer| offer.publisher == account);
            let absent = || Error::from(NotFound::new(Noun::HeadOffer, lineage, from));
            let offer = own.ok_or_else(absent)?;
            let holder = unit.holder(offer.kind, lineage, &account).await?;
            // What is offered above is none of the business of who publishes below.
            if !unit.may(action, &holder).await? {
                return Err(absent());
            }
            HEAD_OFFERS
                .delete(&unit.tx, &Partition::global(), lineage.to_string())
                .await?;
            let change = Change::removed(&told(&offer));
            unit.audit(action, &account, lineage, change).await?;
            Ok(offer)
        })
        .await
    }

    /// The HEADs that an account offers, then those that are offered to it.
    ///
    /// # Errors
    ///
    /// The scope is no account or not there, or the caller may not see the marketplace there.
    pub async fn head_offers(&self, account: &Scope) -> Result<Vec<HeadOfferView>, Error> {
        let unit = self.read().await?;
        unit.enter_account(Permission::MarketView, account).await?;
        let global = Partition::global();
        let own = unit.all_by(&HEAD_OFFERS, "publisher", &global, account.as_str());
        let mut offers: Vec<_> = own.await?.into_iter().map(|kept| kept.0).collect();
        let viewer = unit.viewer(account).await?;
        let mut seen: BTreeSet<_> = offers.iter().map(|offer| offer.lineage).collect();
        for group in unit.groups_of(account).await? {
            let open = unit.all_by(&HEAD_OFFERS, "group", &global, group.id.to_string());
            for KeptHeadOffer(offer) in open.await? {
                if offer.is_open_to(&viewer) && seen.insert(offer.lineage) {
                    offers.push(offer);
                }
            }
        }
        let mut views = Vec::with_capacity(offers.len());
        for offer in offers {
            let Some(name) = unit.offered_name(&offer).await? else {
                continue;
            };
            let subscribed = unit.subscription(offer.lineage, account).await?;
            let is_own = offer.publisher == *account;
            views.push(HeadOfferView {
                lineage: offer.lineage,
                kind: offer.kind,
                name,
                groups: is_own.then(|| offer.groups.iter().collect()),
                publisher: offer.publisher,
                at: offer.at,
                subscribed: subscribed.map(|it| it.at),
            });
        }
        Ok(views)
    }

    /// Makes an account follow a HEAD that is offered to one of its groups: it sees and launches HEAD
    /// as it moves, by the id of the lineage, and nothing else of it.
    ///
    /// # Errors
    ///
    /// Nothing of the kind is offered to the account, it follows it already, or the caller may not.
    pub async fn subscribe(
        &self,
        lineage: LineageId,
        account: &Scope,
    ) -> Result<HeadSubscription, Error> {
        self.write(|unit| async move {
            unit.enter_account(Permission::Import, account).await?;
            let viewer = unit.viewer(account).await?;
            let offer = unit.head_offer(lineage).await?;
            let there = unit.subscription(lineage, account).await?;
            let facts = SubscribeFacts {
                offer: offer.as_ref(),
                there: there.as_ref(),
                by: &unit.who,
                now: unit.now,
            };
            let made = subscribe(lineage, &viewer, facts)?;
            let kept = KeptSubscription(made.clone());
            SUBSCRIPTIONS
                .put(
                    &unit.tx,
                    &partition_of(account)?,
                    lineage.to_string(),
                    &kept,
                )
                .await?;
            let change = Change::made(&"follows HEAD");
            unit.audit(Permission::Import, account, lineage, change)
                .await?;
            Ok(made)
        })
        .await
    }

    /// Ends a subscription.
    ///
    /// # Errors
    ///
    /// The account has none of the lineage, or the caller may not.
    pub async fn unsubscribe(
        &self,
        lineage: LineageId,
        account: &Scope,
    ) -> Result<HeadSubscription, Error> {
        self.write(|unit| async move {
            unit.enter_account(Permission::Import, account).await?;
            let there = unit.subscription(lineage, account).await?;
            let absent = || Error::from(NotFound::new(Noun::Subscription, lineage, account));
            let there = there.ok_or_else(absent)?;
            SUBSCRIPTIONS
                .delete(&unit.tx, &partition_of(account)?, lineage.to_string())
                .await?;
            let change = Change::removed(&"follows HEAD");
            unit.audit(Permission::Import, account, lineage, change)
                .await?;
            Ok(there)
        })
        .await
    }

    /// The HEADs that an account follows, also those that are offered no more.
    ///
    /// # Errors
    ///
    /// The scope is no account or not there, or the caller may not see its subscriptions.
    pub async fn subscriptions(&self, account: &Scope) -> Result<Vec<SubscriptionView>, Error> {
        let unit = self.read().await?;
        unit.enter_account(Permission::MarketView, account).await?;
        let found = unit
            .all(&SUBSCRIPTIONS, &partition_of(account)?, ())
            .await?;
        let viewer = unit.viewer(account).await?;
        let mut views = Vec::with_capacity(found.len());
        for KeptSubscription(subscription) in found {
            let offer = unit.head_offer(subscription.lineage).await?;
            let offer = offer.filter(|offer| offer.serves(&subscription, &viewer));
            let name = match &offer {
                Some(offer) => unit.offered_name(offer).await?,
                None => None,
            };
            views.push(SubscriptionView {
                lineage: subscription.lineage,
                kind: offer.as_ref().map(|offer| offer.kind),
                publisher: offer.map(|offer| offer.publisher),
                name,
                since: subscription.at,
            });
        }
        Ok(views)
    }
}

impl Unit {
    async fn offer_head<C: Offered>(&self, ask: &OfferHead) -> Result<HeadOffer, Error> {
        let located = self
            .locate::<C>(&ask.reference, &ask.scope, C::CAN.view)
            .await?;
        let of = &located.found;
        self.require(Permission::Publish, &of.scope).await?;
        if !matches!(ask.reference.selector, None | Some(Selector::Head)) {
            let reference = ask.reference.clone();
            return Err(OfferHeadError::StateNamed { reference }.into());
        }
        let (visibility, groups) = self.visibility(&ask.to, &of.scope).await?;
        let head = if of.imported.is_some() {
            OfferedHead::Imported
        } else if C::is_empty(of.head.content()) {
            OfferedHead::Empty
        } else {
            OfferedHead::Ready
        };
        let offered = OfferedLineage::new(of.lineage, ask.kind, &of.scope, of.name());
        let facts = OfferHeadFacts {
            groups: &groups,
            by: &self.who,
            now: self.now,
        };
        let offer = offer_head(offered.with_head(head), visibility, facts)?;
        let kept = KeptHeadOffer(offer.clone());
        HEAD_OFFERS
            .put(
                &self.tx,
                &Partition::global(),
                of.lineage.to_string(),
                &kept,
            )
            .await?;
        let change = Change::made(&told(&offer));
        self.audit(Permission::Publish, &offer.publisher, of.lineage, change)
            .await?;
        Ok(offer)
    }

    pub(crate) async fn head_offer(&self, lineage: LineageId) -> Result<Option<HeadOffer>, Error> {
        let global = Partition::global();
        let found = HEAD_OFFERS.get(&self.tx, &global, lineage.to_string());
        Ok(found.await?.map(|kept| kept.0))
    }

    pub(super) async fn subscription(
        &self,
        lineage: LineageId,
        account: &Scope,
    ) -> Result<Option<HeadSubscription>, Error> {
        let at = partition_of(account)?;
        let found = SUBSCRIPTIONS.get(&self.tx, &at, lineage.to_string());
        Ok(found.await?.map(|kept| kept.0))
    }

    /// What a lineage is called today whose HEAD is offered; none where it is gone.
    async fn offered_name(&self, offer: &HeadOffer) -> Result<Option<Name>, Error> {
        Ok(match offer.kind {
            LineageKind::Mci => {
                let of = self.offered_lineage::<Mci>(offer).await?;
                of.map(|of| of.name().clone())
            }
            LineageKind::Template => {
                let of = self.offered_lineage::<Template>(offer).await?;
                of.map(|of| of.name().clone())
            }
        })
    }

    pub(super) async fn offered_lineage<C: Versioned>(
        &self,
        offer: &HeadOffer,
    ) -> Result<Option<StoredLineage<C>>, Error> {
        self.lineage_of(offer.lineage, &offer.publisher).await
    }

    async fn lineage_of<C: Versioned>(
        &self,
        lineage: LineageId,
        account: &Scope,
    ) -> Result<Option<StoredLineage<C>>, Error> {
        let at = partition_of(account)?;
        let found = C::HEADS.get(&self.tx, &at, lineage.to_string());
        Ok(found.await?.map(|kept| kept.0))
    }

    /// The scope that holds a lineage of an account, where who may publish it may take that back too;
    /// the account where the lineage is gone.
    pub(super) async fn holder(
        &self,
        kind: LineageKind,
        lineage: LineageId,
        account: &Scope,
    ) -> Result<Scope, Error> {
        let found = match kind {
            LineageKind::Mci => {
                let found = self.lineage_of::<Mci>(lineage, account).await?;
                found.map(|found| found.scope)
            }
            LineageKind::Template => {
                let found = self.lineage_of::<Template>(lineage, account).await?;
                found.map(|found| found.scope)
            }
        };
        Ok(found.unwrap_or_else(|| account.clone()))
    }
}

/// What of a kind of lineage can be launched.
trait Offered: Versioned {
    /// Whether there is nothing in it to launch from.
    fn is_empty(content: &Self) -> bool;
}

impl Offered for Mci {
    fn is_empty(content: &Self) -> bool {
        content.settings().is_empty()
    }
}

impl Offered for Template {
    fn is_empty(content: &Self) -> bool {
        content.links().next().is_none()
    }
}

/// An offer in an audit event.
fn told(offer: &HeadOffer) -> String {
    let groups: Vec<_> = offer.groups.iter().map(|group| group.to_string()).collect();
    format!("HEAD, for {}", groups.join(", "))
}
