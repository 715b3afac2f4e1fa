//! What accounts offer each other, as one of them sees it.

use super::{Seeing, choice::PublicationChoice};
use crate::{
    Error, Page, Paging, Session,
    page::Filling,
    tables::{
        GROUPS, IMPORTERS, LISTINGS, ListedFor, PUBLICATIONS, StoredListing, listed_parts,
        listing_parts, partition_of,
    },
    unit::Unit,
};
use atlas_market::{
    CatalogueQuery, Imported, Importers, Listing, PublicationLineageId, PublicationRef,
    SeenPublication, Viewer,
};
use atlas_scope::{AccountGroup, Permission, Scope};
use atlas_store::{Partition, Query};

/// How many listings are read at a time where those that were looked for are rare.
const AT_ONCE: usize = 100;

impl Session {
    /// What is offered to an account, by whom it is offered to and by name: each publication lineage
    /// once, at its newest revision that the account sees (RightScale).
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see the marketplace there, or the page is none of
    /// this list.
    pub async fn catalogue(
        &self,
        query: &CatalogueQuery,
        from: &Scope,
        paging: &Paging,
    ) -> Result<Page<Listing>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::MarketView, from).await?;
        let seeing = unit.seeing(from).await?;
        let held = &seeing.audiences;
        let queries = held.iter().map(|to| {
            let all = Query::all(&Partition::global()).index("name");
            all.prefix(listed_parts(*to))
        });
        let queries: Vec<_> = queries.collect();
        let list = (LISTINGS.space(), &queries, query, from.account_scope());
        let (mut filling, mut after) = Filling::begin(&unit, &list, paging)?;
        for (listed_for, rows) in held.iter().zip(&queries) {
            if let Some(row) = &after
                && !LISTINGS.covers(rows, row)?
            {
                continue;
            }
            let mut at_once = 1;
            loop {
                let limit = filling.missing().max(at_once);
                let rows = rows.clone().limit(limit).after(after.take());
                let page = LISTINGS.query(&unit.tx, &rows).await?;
                let lineages = page.found.iter().map(|found| found.record.0.lineage);
                let listed = unit.listed(lineages, *listed_for, &seeing).await?;
                for (found, listed) in page.found.into_iter().zip(listed) {
                    if let Some(listing) = listed.filter(|listing| query.matches(listing))
                        && !filling.take(found.row, listing)
                    {
                        return Ok(filling.end());
                    }
                }
                after = page.next;
                if after.is_none() {
                    break;
                }
                // What is looked for is rare, or was found under another audience.
                at_once = AT_ONCE;
            }
        }
        Ok(filling.end())
    }

    /// What an account itself has published, deprecated or not, by name, and for whom.
    ///
    /// # Errors
    ///
    /// The scope is no account or not there, the caller may not see it, or the page is none of this
    /// list.
    pub async fn publications(
        &self,
        account: &Scope,
        paging: &Paging,
    ) -> Result<Page<SeenPublication>, Error> {
        let unit = self.read().await?;
        unit.enter_account(Permission::MarketView, account).await?;
        let viewer = Viewer::new(account, []);
        let all = Query::all(&Partition::global()).index("publisher");
        let queries = vec![all.prefix(account.as_str())];
        let page = unit.page(&PUBLICATIONS, queries, paging, |kept| {
            Ok(kept.0.as_seen_by(&viewer))
        });
        let page = page.await?;
        // INVARIANT: an account sees all that it published.
        Ok(page.flatten())
    }

    /// One publication, as an account sees it.
    ///
    /// # Errors
    ///
    /// There is none that the account sees, or the caller may not see the marketplace there.
    pub async fn publication(
        &self,
        choice: &PublicationChoice,
        from: &Scope,
    ) -> Result<SeenPublication, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::MarketView, from).await?;
        let chosen = unit.chosen(choice, from).await?;
        let viewer = unit.viewer(from).await?;
        let found = unit.publication(chosen).await?;
        let seen = found.and_then(|found| found.as_seen_by(&viewer));
        seen.ok_or_else(|| choice.absent(from))
    }

    /// Who imported what an account published under one publication lineage: accounts that are in one
    /// of its groups by name, others counted (ours).
    ///
    /// # Errors
    ///
    /// The account has published nothing of the kind, or the caller may not see it.
    pub async fn importers(
        &self,
        choice: &PublicationChoice,
        account: &Scope,
    ) -> Result<Importers, Error> {
        let unit = self.read().await?;
        unit.enter_account(Permission::MarketView, account).await?;
        let chosen = unit.chosen(choice, account).await?;
        let found = unit.publication(chosen).await?;
        let own = found.filter(|found| found.publisher == *account);
        let publication = own.ok_or_else(|| choice.absent(account))?;
        let at = partition_of(account)?;
        let rows = unit.all(&IMPORTERS, &at, publication.lineage.to_string());
        let imported = rows.await?.into_iter().map(|kept| Imported {
            publication: kept.0.publication,
            scope: kept.0.account,
        });
        let imported: Vec<_> = imported.collect();
        let groups = unit.groups_owned(account).await?;
        Ok(Importers::of(&publication, &imported, &groups))
    }
}

impl Unit {
    /// How some lineages are listed to somebody who found them under `listed_for`, one answer each;
    /// none where one was found before, under another.
    async fn listed(
        &self,
        lineages: impl Iterator<Item = PublicationLineageId>,
        listed_for: ListedFor,
        seeing: &Seeing,
    ) -> Result<Vec<Option<Listing>>, Error> {
        let audiences = seeing.audiences.as_slice();
        let parts = lineages.flat_map(|lineage| {
            let listed = move |to: &ListedFor| listing_parts(*to, lineage);
            audiences.iter().map(listed)
        });
        let global = Partition::global();
        let found = LISTINGS.get_many(&self.tx, &global, parts).await?;
        let newest: Vec<Option<PublicationRef>> = found
            .chunks(audiences.len())
            .map(|found| {
                let found = || found.iter().flatten().map(|kept| &kept.0);
                let is_first = found().next()?.listed_for == listed_for;
                let newest = found().map(StoredListing::reference).max();
                newest.filter(|_| is_first)
            })
            .collect();
        let wanted: Vec<_> = newest.iter().flatten().copied().collect();
        let publications = self.publications_of(&wanted).await?;
        let listing = |newest: Option<PublicationRef>| {
            let newest = newest?;
            let mut all = publications.iter();
            let found = all.find(|it| it.reference() == newest)?;
            Listing::of(core::slice::from_ref(found), &seeing.viewer)
        };
        Ok(newest.into_iter().map(listing).collect())
    }

    /// The groups that an account owns.
    pub(crate) async fn groups_owned(&self, account: &Scope) -> Result<Vec<AccountGroup>, Error> {
        let global = Partition::global();
        let groups = self.all_by(&GROUPS, "name", &global, account.as_str());
        Ok(groups.await?.into_iter().map(|kept| kept.0).collect())
    }
}
