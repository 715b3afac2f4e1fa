//! What accounts offer each other, as one of them sees it.

use super::{Seeing, choice::PublicationChoice};
use crate::{
    Error, Page, Paging, Session,
    page::Filling,
    tables::{
        GROUPS, IMPORTERS, LISTINGS, ListedFor, PUBLICATIONS, listed_parts, listing_parts,
        partition_of,
    },
    unit::Unit,
};
use atlas_market::{
    CatalogueQuery, Imported, Importers, Listing, PublicationLineageId, PublicationRef,
    SeenPublication, Viewer,
};
use atlas_scope::{AccountGroup, Permission, Scope};
use atlas_store::{Partition, Query};

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
            loop {
                let rows = rows.clone().limit(filling.missing()).after(after.take());
                let page = LISTINGS.query(&unit.tx, &rows).await?;
                for found in page.found {
                    let lineage = found.record.0.lineage;
                    let listed = unit.listed(lineage, *listed_for, &seeing).await?;
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
    /// How a lineage is listed to somebody who found it under `listed_for`; none where it was found
    /// before, under another.
    async fn listed(
        &self,
        lineage: PublicationLineageId,
        listed_for: ListedFor,
        seeing: &Seeing,
    ) -> Result<Option<Listing>, Error> {
        let parts = seeing
            .audiences
            .iter()
            .map(|to| listing_parts(*to, lineage));
        let global = Partition::global();
        let found = LISTINGS.get_many(&self.tx, &global, parts);
        let found: Vec<_> = found
            .await?
            .into_iter()
            .flatten()
            .map(|kept| kept.0)
            .collect();
        if found.first().map(|first| first.listed_for) != Some(listed_for) {
            return Ok(None);
        }
        let Some(revision) = found.iter().map(|found| found.revision).max() else {
            return Ok(None);
        };
        let publication = self
            .publication(PublicationRef { lineage, revision })
            .await?;
        Ok(Listing::of(publication.as_slice(), &seeing.viewer))
    }

    /// The groups that an account owns.
    pub(crate) async fn groups_owned(&self, account: &Scope) -> Result<Vec<AccountGroup>, Error> {
        let global = Partition::global();
        let groups = self.all_by(&GROUPS, "name", &global, account.as_str());
        Ok(groups.await?.into_iter().map(|kept| kept.0).collect())
    }
}
