//! What refers to a record in one account, by its indexes.

use crate::{
    Error,
    servers::UsedByServers,
    sight::Sight,
    stored::{StoredMci, StoredServer, StoredUseMany, UsedImage, images_of},
    tables::{
        CHANNELS, IMAGES, IMPORTED, KeptLineage, MCIS, ROLE_MAPS, USES, USES_MANY, image_parts,
    },
    unit::Unit,
};
use atlas_history::{Presence, RevisionNumber};
use atlas_image::{ImageRecord, Referrer, ReferrerKind};
use atlas_mci::Content;
use atlas_scope::{Permission, Scope, visible};
use atlas_store::{Partition, Parts};
use std::collections::{BTreeMap, BTreeSet};

/// What looks for the referrers of one record.
pub(super) struct Search<'a> {
    pub(super) unit: &'a Unit,
    pub(super) record: &'a ImageRecord,
    pub(super) from: &'a Scope,
    /// Whether the record is the one that counts at a scope.
    pub(super) counts: BTreeMap<Scope, bool>,
    /// What is the same for every record.
    pub(super) states: &'a mut States,
    pub(super) found: Vec<Referrer>,
}

/// The states that no index finds by their images, by account: read once where the referrers of
/// several records are looked for.
#[derive(Debug, Default)]
pub(crate) struct States {
    by_account: BTreeMap<Scope, Unfound>,
}

#[derive(Debug)]
struct Unfound {
    /// Revisions that changed more images than have rows of their own.
    many: Vec<StoredUseMany>,
    /// MultiCloud Images whose HEAD is edited.
    edited: Vec<StoredMci>,
}

impl Search<'_> {
    /// Records that name this one.
    pub(super) async fn images(
        &mut self,
        partition: &Partition,
        account: &Scope,
    ) -> Result<(), Error> {
        let (unit, id) = (self.unit, self.record.id());
        let sight = unit.sight(Permission::ImageView).await?;
        let sight = unit.sight_into(&sight, account).await?;
        let found = unit.all_by(&IMAGES, "named", partition, id.to_string());
        for other in found.await?.iter().map(|kept| &kept.0) {
            if other.lifecycle().is_deleted() {
                continue;
            }
            let kind = if other.origin().parent() == Some(id) {
                ReferrerKind::Derived
            } else {
                ReferrerKind::Replaced
            };
            let seen = visible(other.scope(), other.shared(), self.from);
            self.found.push(Referrer {
                scope: other.scope().clone(),
                kind,
                name: other.name().to_owned(),
                id: other.id().to_string(),
                visible: seen || sight.sees(unit, other.scope()),
            });
        }
        Ok(())
    }

    /// Role maps that hold this record.
    pub(super) async fn role_maps(
        &mut self,
        partition: &Partition,
        account: &Scope,
    ) -> Result<(), Error> {
        let (unit, id) = (self.unit, self.record.id());
        let sight = unit.sight(Permission::RoleMapView).await?;
        let sight = unit.sight_into(&sight, account).await?;
        let found = unit.all_by(&ROLE_MAPS, "image", partition, id.to_string());
        for map in found.await?.iter().map(|kept| &kept.0) {
            let seen = visible(map.scope(), map.shared(), self.from);
            self.found.push(Referrer {
                scope: map.scope().clone(),
                kind: ReferrerKind::RoleMap,
                name: map.name().to_string(),
                id: map.id().to_string(),
                visible: seen || sight.sees(unit, map.scope()),
            });
        }
        Ok(())
    }

    /// Registered locks that hold the record's image.
    pub(super) async fn locks(
        &mut self,
        partition: &Partition,
        account: &Scope,
    ) -> Result<(), Error> {
        let unit = self.unit;
        if self.record.lifecycle().is_deleted() {
            return Ok(());
        }
        let sight = unit.sight(Permission::LockView).await?;
        let sight = unit.sight_into(&sight, account).await?;
        let (location, image) = (self.record.location(), self.record.image_id());
        for lock in unit.locks_of_image(partition, location, image).await? {
            if self.counts_at(lock.scope()).await? {
                let seen = sight.sees(unit, lock.scope());
                self.found.push(lock.referrer(seen));
            }
        }
        Ok(())
    }

    /// MultiCloud Images with a state that holds the record's image.
    pub(super) async fn mcis(
        &mut self,
        partition: &Partition,
        account: &Scope,
    ) -> Result<(), Error> {
        let unit = self.unit;
        let sight = unit.sight(Permission::MciView).await?;
        let sight = unit.sight_into(&sight, account).await?;
        let parts = image_parts(self.record.location(), self.record.image_id());
        let mut states: BTreeMap<_, Presence> = BTreeMap::new();
        for kept in unit.all(&USES, partition, parts).await? {
            let presence = states.entry(kept.0.lineage).or_default();
            kept.0.turns.turns().for_each(|turn| presence.turn(turn));
        }
        if !self.states.by_account.contains_key(account) {
            let many = unit.all(&USES_MANY, partition, ()).await?;
            let many = many.into_iter().map(|kept| kept.0).collect();
            let edited = unit.all_by(&MCIS, "edited", partition, ()).await?;
            let edited = edited.into_iter().map(|kept| kept.0).collect();
            let unfound = Unfound { many, edited };
            self.states.by_account.insert(account.clone(), unfound);
        }
        let unfound = self.states.by_account.get(account);
        let (many, heads) = match unfound {
            Some(unfound) => (unfound.many.as_slice(), unfound.edited.as_slice()),
            None => Default::default(),
        };
        let image = UsedImage::new(self.record.location(), self.record.image_id());
        for many in many {
            if many.came.contains(&image) || many.went.contains(&image) {
                states.entry(many.lineage).or_default().turn(many.number);
            }
        }
        let mut edited = BTreeMap::new();
        for mci in heads {
            if self.holds(mci.head.content()) {
                states.entry(mci.lineage).or_default();
            }
            if states.contains_key(&mci.lineage) {
                edited.insert(mci.lineage, mci.clone());
            }
        }
        self.imported(partition, &sight, &image).await?;
        for (lineage, presence) in states {
            let mci = if let Some(mci) = edited.remove(&lineage) {
                Some(mci)
            } else {
                let kept = MCIS.get(&unit.tx, partition, lineage.to_string()).await?;
                kept.map(|kept| kept.0)
            };
            if let Some(mci) = mci
                && self.counts_at(&mci.scope).await?
            {
                let last = mci.last.map(|last| last.number);
                let numbers = last.into_iter().flat_map(|last| presence.numbers(last));
                self.states(partition, &sight, &mci, &numbers.collect())
                    .await?;
            }
        }
        Ok(())
    }

    /// Imported revisions that hold the record's image.
    async fn imported(
        &mut self,
        partition: &Partition,
        sight: &Sight,
        image: &UsedImage,
    ) -> Result<(), Error> {
        let unit = self.unit;
        let parts = Parts::from((image.0.as_str(), image.1.as_str()));
        let mut numbers: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
        for kept in unit.all_by(&IMPORTED, "image", partition, parts).await? {
            let revision = kept.0.revision.revision;
            let held = numbers.entry(revision.lineage).or_default();
            held.insert(revision.number);
        }
        for (lineage, numbers) in numbers {
            let kept = MCIS.get(&unit.tx, partition, lineage.to_string()).await?;
            if let Some(KeptLineage(mci)) = kept
                && self.counts_at(&mci.scope).await?
            {
                self.states(partition, sight, &mci, &numbers).await?;
            }
        }
        Ok(())
    }

    /// Servers that launch with the record's image next time.
    pub(super) async fn servers(
        &mut self,
        partition: &Partition,
        account: &Scope,
    ) -> Result<(), Error> {
        let unit = self.unit;
        let sight = unit.sight(Permission::ServerView).await?;
        let sight = unit.sight_into(&sight, account).await?;
        let image = UsedImage::new(self.record.location(), self.record.image_id());
        let used = UsedByServers::Image(&image);
        for StoredServer { scope, definition } in unit.servers_using(partition, used).await? {
            if !self.counts_at(&scope).await? {
                continue;
            }
            let id = definition.deployment();
            let deployment = unit.deployment_by_id(&scope, id).await?;
            let shared = deployment.is_some_and(|deployment| deployment.shared);
            let seen = visible(&scope, shared, self.from) || sight.sees(unit, &scope);
            self.found.push(definition.referrer(scope, seen));
        }
        Ok(())
    }

    /// The states of a MultiCloud Image that hold the image, and the channels that point to them.
    async fn states(
        &mut self,
        partition: &Partition,
        sight: &Sight,
        mci: &StoredMci,
        numbers: &BTreeSet<RevisionNumber>,
    ) -> Result<(), Error> {
        let unit = self.unit;
        let seen = visible(&mci.scope, mci.shared, self.from) || sight.sees(unit, &mci.scope);
        let name = mci.name();
        let referrer = |kind, name| Referrer {
            scope: mci.scope.clone(),
            kind,
            name,
            id: mci.lineage.to_string(),
            visible: seen,
        };
        if mci.imported.is_none() && self.holds(mci.head.content()) {
            let head = format!("{name}@head");
            self.found.push(referrer(ReferrerKind::MciHead, head));
        }
        for number in numbers {
            let text = format!("{name}@{number}");
            self.found.push(referrer(ReferrerKind::MciRevision, text));
        }
        if numbers.is_empty() {
            return Ok(());
        }
        let lineage = mci.lineage.to_string();
        for kept in unit.all(&CHANNELS, partition, lineage).await? {
            if numbers.contains(&kept.0.channel.current()) {
                let text = format!("{name}@{}", kept.0.channel.name());
                self.found.push(referrer(ReferrerKind::Channel, text));
            }
        }
        Ok(())
    }

    fn holds(&self, content: &Content) -> bool {
        let (location, image) = (self.record.location(), self.record.image_id());
        images_of(content).any(|(at, held)| at == *location && held == *image)
    }

    /// Whether the record is the one that is found from a scope.
    async fn counts_at(&mut self, scope: &Scope) -> Result<bool, Error> {
        if let Some(known) = self.counts.get(scope) {
            return Ok(*known);
        }
        let counts = self.unit.counts_at(self.record, scope).await?;
        self.counts.insert(scope.clone(), counts);
        Ok(counts)
    }
}
