//! The marketplace: publications, the catalogue, imports and what is newer than they are.

mod bringing;
mod catalogue;
mod choice;
mod diffs;
mod followed;
mod following;
mod heads;
mod importing;
mod imports;
mod publishing;
mod states;
mod subject;
mod updates;

pub use self::{
    choice::{ParsePublicationChoiceError, PublicationChoice},
    diffs::MarketDiff,
    heads::{HeadOfferView, OfferHead, SubscriptionView},
    importing::{ImportPublication, ImportedHere, PublicationImported},
    imports::ImportView,
    publishing::{PublishAsk, PublishTo},
    updates::{MarketUpdate, MarketUpdated},
};

use crate::{
    Error,
    tables::{
        GROUPS, KeptListing, KeptPublication, LISTINGS, ListedFor, PUBLICATIONS, StoredListing,
        listing_parts, publication_parts,
    },
    unit::Unit,
};
use atlas_history::LineageId;
use atlas_market::{Publication, PublicationLineageId, PublicationRef, Viewer, Visibility};
use atlas_scope::{AccountGroup, Scope};
use atlas_store::{Partition, Query};
use std::collections::{BTreeMap, BTreeSet};

/// By whom a publication is found.
fn audiences(visibility: &Visibility) -> BTreeSet<ListedFor> {
    match visibility {
        Visibility::Public => BTreeSet::from([ListedFor::Everybody]),
        Visibility::Groups(groups) => groups.iter().map(ListedFor::Group).collect(),
    }
}

/// Under whom a publication may be listed: those whom it is offered to, as long as it is.
pub(crate) fn offered_to(publication: &Publication) -> BTreeSet<ListedFor> {
    if publication.state.is_active() {
        audiences(&publication.visibility)
    } else {
        BTreeSet::new()
    }
}

/// Who looks, and under what publications are listed to it.
#[derive(Debug)]
struct Seeing {
    viewer: Viewer,
    audiences: Vec<ListedFor>,
}

impl Unit {
    /// Who looks at the marketplace from a scope: its account, with the groups that it is in.
    async fn seeing(&self, scope: &Scope) -> Result<Seeing, Error> {
        let groups = self.groups_of(scope).await?;
        let groups = || groups.iter().map(|group| group.id);
        let mut audiences = vec![ListedFor::Everybody];
        audiences.extend(groups().map(ListedFor::Group));
        audiences.sort();
        Ok(Seeing {
            viewer: Viewer::new(scope, groups()),
            audiences,
        })
    }

    async fn viewer(&self, scope: &Scope) -> Result<Viewer, Error> {
        Ok(self.seeing(scope).await?.viewer)
    }

    async fn publication(&self, of: PublicationRef) -> Result<Option<Publication>, Error> {
        let parts = publication_parts(of);
        let global = Partition::global();
        let found = PUBLICATIONS.get(&self.tx, &global, parts);
        Ok(found.await?.map(|kept| kept.0))
    }

    /// The newest publication of each of some lineages that is offered to the account of a scope, by
    /// the lineage that it is of.
    pub(crate) async fn newest_offered(
        &self,
        lineages: &BTreeSet<PublicationLineageId>,
        scope: &Scope,
    ) -> Result<BTreeMap<LineageId, Publication>, Error> {
        if lineages.is_empty() {
            return Ok(BTreeMap::new());
        }
        let seeing = self.seeing(scope).await?;
        let listed = self.listings_of(lineages, &seeing).await?;
        let listed: Vec<_> = listed.into_iter().collect();
        let offered = self.publications_of(&listed).await?.into_iter();
        let offered = offered.filter(|it| it.state.is_active());
        // They are in the order of their numbers: the newest of a lineage takes the place of others.
        Ok(offered.map(|it| (it.source, it)).collect())
    }

    /// What of some lineages is listed to somebody: groups may be offered different revisions.
    async fn listings_of(
        &self,
        lineages: &BTreeSet<PublicationLineageId>,
        seeing: &Seeing,
    ) -> Result<BTreeSet<PublicationRef>, Error> {
        let mut parts = Vec::with_capacity(lineages.len() * seeing.audiences.len());
        for lineage in lineages {
            let audiences = seeing.audiences.iter();
            parts.extend(audiences.map(|to| listing_parts(*to, *lineage)));
        }
        let global = Partition::global();
        let listed = LISTINGS.get_many(&self.tx, &global, parts).await?;
        let listed = listed.into_iter().flatten();
        Ok(listed.map(|kept| kept.0.reference()).collect())
    }

    /// Several publications, those that there are.
    async fn publications_of(&self, all: &[PublicationRef]) -> Result<Vec<Publication>, Error> {
        let parts = all.iter().map(|one| publication_parts(*one));
        let global = Partition::global();
        let found = PUBLICATIONS.get_many(&self.tx, &global, parts);
        Ok(found
            .await?
            .into_iter()
            .flatten()
            .map(|kept| kept.0)
            .collect())
    }

    /// What of an account's lineage is published.
    pub(crate) async fn published(&self, source: LineageId) -> Result<Vec<Publication>, Error> {
        let global = Partition::global();
        let found = self.all_by(&PUBLICATIONS, "source", &global, source.to_string());
        Ok(found.await?.into_iter().map(|kept| kept.0).collect())
    }

    /// Keeps a publication as it is now, and how it is listed.
    async fn put_publication(
        &self,
        before: Option<&Publication>,
        after: &Publication,
    ) -> Result<(), Error> {
        let (global, parts) = (Partition::global(), publication_parts(after.reference()));
        let kept = KeptPublication(after.clone());
        PUBLICATIONS.put(&self.tx, &global, parts, &kept).await?;
        let (had, has) = (
            before.map(offered_to).unwrap_or_default(),
            offered_to(after),
        );
        for listed_for in has.difference(&had) {
            self.list(*listed_for, after).await?;
        }
        // Whoever it is not offered to any more sees an older one, also where more see it now.
        for listed_for in had.difference(&has) {
            self.unlist(*listed_for, after).await?;
        }
        Ok(())
    }

    /// Lists a publication unless a newer one of its lineage stands for it.
    async fn list(&self, listed_for: ListedFor, publication: &Publication) -> Result<(), Error> {
        let (global, parts) = (
            Partition::global(),
            listing_parts(listed_for, publication.lineage),
        );
        let listed = LISTINGS.get(&self.tx, &global, parts.clone()).await?;
        if listed.is_some_and(|listed| listed.0.revision > publication.revision) {
            return Ok(());
        }
        let kept = KeptListing(StoredListing::new(listed_for, publication));
        Ok(LISTINGS.put(&self.tx, &global, parts, &kept).await?)
    }

    /// Lists the next older active publication in the place of one that is offered no more
    /// (RightScale: the newest active one is seen).
    async fn unlist(&self, listed_for: ListedFor, publication: &Publication) -> Result<(), Error> {
        let (global, parts) = (
            Partition::global(),
            listing_parts(listed_for, publication.lineage),
        );
        let listed = LISTINGS.get(&self.tx, &global, parts.clone()).await?;
        if listed.is_none_or(|listed| listed.0.revision != publication.revision) {
            return Ok(());
        }
        let all = Query::all(&global).prefix(publication.lineage.to_string());
        let mut query = all.reverse().limit(100);
        loop {
            let page = PUBLICATIONS.query(&self.tx, &query).await?;
            let mut found = page.found.into_iter().map(|found| found.record.0);
            let stands = found.find(|it| offered_to(it).contains(&listed_for));
            if let Some(stands) = stands {
                let kept = KeptListing(StoredListing::new(listed_for, &stands));
                return Ok(LISTINGS.put(&self.tx, &global, parts, &kept).await?);
            }
            let Some(next) = page.next else { break };
            query = query.after(Some(next));
        }
        LISTINGS.delete(&self.tx, &global, parts).await?;
        Ok(())
    }

    /// The groups that the account of a scope is in.
    async fn groups_of(&self, scope: &Scope) -> Result<Vec<AccountGroup>, Error> {
        let Some(account) = scope.account_scope() else {
            return Ok(Vec::new());
        };
        let global = Partition::global();
        let groups = self.all_by(&GROUPS, "member", &global, account.as_str());
        Ok(groups.await?.into_iter().map(|kept| kept.0).collect())
    }
}
