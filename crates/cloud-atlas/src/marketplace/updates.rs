//! What is newer than what an account imported or cloned.

use super::{Seeing, importing::ImportedHere};
use crate::{
    Error, LineageKind, Session,
    kind::{Mci, Template, Versioned as _},
    tables::{
        FOLLOWERS, LISTINGS, ListedFor, PUBLICATIONS, StoredFollower, listing_parts, partition_of,
    },
    unit::Unit,
};
use atlas_base::Name;
use atlas_history::{LineageId, RevisionRef};
use atlas_market::{
    Follower, Following, Publication, PublicationRef, RevisionNotes, Update, updates,
};
use atlas_scope::{Permission, Scope};
use atlas_store::{Partition, Parts, Query, Within};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Something newer than what an account has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MarketUpdate {
    /// What it is of.
    pub kind: LineageKind,
    /// What it is called here.
    pub here: Name,
    /// The account that published it.
    pub publisher: Scope,
    /// What is newer than what.
    #[serde(flatten)]
    pub update: Update,
    /// What is new in the newest, in its publisher's words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<RevisionNotes>,
}

/// What came with updates.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct MarketUpdated {
    /// The revisions that were imported; those that were there before stay (RightScale).
    pub imported: Vec<ImportedHere>,
    /// The clones whose upstream is imported now at its newest: a merge brings it into them.
    pub to_merge: Vec<MarketUpdate>,
}

/// How many lineages are looked up in one trip.
const AT_ONCE: usize = 1000;

impl Session {
    /// The imports of an account whose publishers offer newer revisions, and the clones of imports
    /// (RightScale; clones: ours).
    ///
    /// # Errors
    ///
    /// The scope is no account or not there, or the caller may not see its imports.
    pub async fn market_updates(&self, account: &Scope) -> Result<Vec<MarketUpdate>, Error> {
        let unit = self.read().await?;
        unit.enter_account(Permission::MarketView, account).await?;
        unit.market_updates(account).await
    }

    /// Imports the newest revision of what there are updates of, beside what is there: of all, or of
    /// some lineages, all in one commit.
    ///
    /// # Errors
    ///
    /// Something cannot be imported, or the caller may not.
    pub async fn import_updates(
        &self,
        account: &Scope,
        only: Option<&[LineageId]>,
    ) -> Result<MarketUpdated, Error> {
        self.write(|unit| async move {
            unit.enter_account(Permission::Import, account).await?;
            let mut updated = MarketUpdated {
                imported: Vec::new(),
                to_merge: Vec::new(),
            };
            for found in unit.market_updates(account).await? {
                let update = &found.update;
                let is_wanted = |it: &[LineageId]| {
                    it.contains(&update.lineage) || it.contains(&update.upstream)
                };
                if !only.is_none_or(is_wanted) {
                    continue;
                }
                let newest = PublicationRef {
                    lineage: update.publication,
                    revision: update.newest,
                };
                let imported = Box::pin(unit.import_wanted(newest, account)).await?;
                updated.imported.extend(imported.imported);
                if update.what == Following::Clone {
                    updated.to_merge.push(found);
                }
            }
            Ok(updated)
        })
        .await
    }
}

impl Unit {
    async fn market_updates(&self, account: &Scope) -> Result<Vec<MarketUpdate>, Error> {
        let Seeing { viewer, audiences } = self.seeing(account).await?;
        let rows = self.all(&FOLLOWERS, &partition_of(account)?, ()).await?;
        let rows: Vec<StoredFollower> = rows.into_iter().map(|kept| kept.0).collect();
        let mut newer = BTreeMap::new();
        for rows in rows.chunks(AT_ONCE) {
            let parts = rows.iter().flat_map(|row| {
                let listed = |to: &ListedFor| listing_parts(*to, row.publication);
                audiences.iter().map(listed)
            });
            let found = LISTINGS
                .get_many(&self.tx, &Partition::global(), parts)
                .await?;
            for (row, found) in rows.iter().zip(found.chunks(audiences.len())) {
                let newest = found.iter().flatten().map(|kept| kept.0.revision).max();
                if newest.is_some_and(|newest| newest > row.have) {
                    let from = newer.entry(row.publication).or_insert(row.have);
                    *from = row.have.min(*from);
                }
            }
        }
        let mut publications = Vec::<Publication>::new();
        for (lineage, have) in newer {
            let after = |number: u32| Parts::from((lineage.to_string(), u64::from(number)));
            let (from, end) = (after(have.get().saturating_add(1)), after(u32::MAX));
            let query = Query::all(&Partition::global()).within(Within::Between(from, end));
            let found = self.every(&PUBLICATIONS, query).await?;
            publications.extend(found.into_iter().map(|kept| kept.0));
        }
        let newer: BTreeSet<_> = publications.iter().map(|it| it.lineage).collect();
        let followers = rows.iter().filter(|row| newer.contains(&row.publication));
        let followers: Vec<_> = followers.map(follower).collect();
        let by_reference: BTreeMap<_, _> =
            publications.iter().map(|it| (it.reference(), it)).collect();
        let mut told = Vec::new();
        for update in updates(&viewer, &followers, &publications) {
            let newest = by_reference.get(&PublicationRef {
                lineage: update.publication,
                revision: update.newest,
            });
            let Some(newest) = newest else {
                continue;
            };
            told.push(MarketUpdate {
                kind: newest.kind,
                here: self.name_here(newest.kind, &update).await?,
                publisher: newest.publisher.clone(),
                notes: newest.notes.clone(),
                update,
            });
        }
        Ok(told)
    }

    /// What an account calls what follows a publication.
    async fn name_here(&self, kind: LineageKind, of: &Update) -> Result<Name, Error> {
        let (at, lineage) = (partition_of(&of.scope)?, of.lineage.to_string());
        let name = match kind {
            LineageKind::Mci => {
                let kept = Mci::HEADS.get(&self.tx, &at, lineage).await?;
                kept.map(|kept| kept.0.name().clone())
            }
            LineageKind::Template => {
                let kept = Template::HEADS.get(&self.tx, &at, lineage).await?;
                kept.map(|kept| kept.0.name().clone())
            }
        };
        Ok(name.unwrap_or_else(|| of.name.clone()))
    }
}

fn follower(row: &StoredFollower) -> Follower {
    let StoredFollower {
        lineage,
        scope,
        upstream,
        have,
        ..
    } = row;
    if lineage == upstream {
        // An account has a lineage once, so that nothing above counts for it.
        return Follower::import(scope.clone(), *lineage, *have, true);
    }
    let upstream = RevisionRef {
        lineage: *upstream,
        number: *have,
    };
    Follower::clone_of(scope.clone(), *lineage, upstream)
}
