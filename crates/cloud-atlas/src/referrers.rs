//! Who refers to an image record: found through indexes, told as values.

use crate::{
    Error, Session,
    sight::Sight,
    stored::{StoredMci, images_of},
    tables::{
        CHANNELS, CONTENTS, IMAGES, KeptContent, MCIS, REVISIONS, ROLE_MAPS, image_parts,
        partition_of, partitions_above,
    },
    unit::Unit,
};
use atlas_history::RevisionNumber;
use atlas_image::{
    ImageRecord, ImageRecordId, Referrer, ReferrerKind, SameImage, Usage, nearest_or_opened, refer,
};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_mci::Content;
use atlas_scope::{Permission, Scope, visible};
use atlas_store::Partition;
use std::collections::{BTreeMap, BTreeSet};

impl Session {
    /// Who refers to an image record, as far as the caller sees; who may delete it is also told how
    /// many there are that she does not see (ours).
    ///
    /// # Errors
    ///
    /// It is not there or not visible.
    pub async fn image_referrers(&self, id: ImageRecordId, from: &Scope) -> Result<Usage, Error> {
        let unit = self.read().await?;
        let record = unit.image(id, from).await?;
        unit.usage(&record, from).await
    }
}

/// Up to how many images of an edit are looked for in the bin one by one: each is a read or two, and
/// the whole bin is read for more.
const ONE_BY_ONE: usize = 16;

/// What looks for the referrers of one record.
struct Search<'a> {
    unit: &'a Unit,
    record: &'a ImageRecord,
    from: &'a Scope,
    /// Whether the record is the one that counts at a scope.
    counts: BTreeMap<Scope, bool>,
    /// What is the same for every record.
    states: &'a mut States,
    found: Vec<Referrer>,
}

/// The states that no index finds by their images, by account: read once where the referrers of
/// several records are looked for.
#[derive(Debug, Default)]
pub(crate) struct States {
    by_account: BTreeMap<Scope, Unfound>,
}

#[derive(Debug)]
struct Unfound {
    /// Contents of more settings than are found by their images.
    large: Vec<KeptContent>,
    /// MultiCloud Images whose HEAD is edited.
    edited: Vec<StoredMci>,
}

impl Unit {
    /// Who refers to a record, as the caller is told who looks from a scope.
    pub(crate) async fn usage(&self, record: &ImageRecord, from: &Scope) -> Result<Usage, Error> {
        self.usage_among(record, from, &mut States::default()).await
    }

    /// Whether nothing uses a record, as the caller is told who looks from a scope.
    pub(crate) async fn is_unused(
        &self,
        record: &ImageRecord,
        from: &Scope,
        states: &mut States,
    ) -> Result<bool, Error> {
        let usage = self.usage_among(record, from, states).await?;
        Ok(usage.is_unused())
    }

    async fn usage_among(
        &self,
        record: &ImageRecord,
        from: &Scope,
        states: &mut States,
    ) -> Result<Usage, Error> {
        let may_delete = match self.require(Permission::ImageDelete, record.scope()).await {
            Ok(_) => true,
            Err(Error::Denied(_)) => false,
            Err(error) => return Err(error),
        };
        let mut search = Search {
            unit: self,
            record,
            from,
            counts: BTreeMap::new(),
            states,
            found: Vec::new(),
        };
        let mut places = self.partitions_below(record.scope()).await?;
        for account in self.opened_to(record).await? {
            let partition = partition_of(&account)?;
            if !places.iter().any(|(known, _)| *known == partition) {
                places.push((partition, account));
            }
        }
        for (partition, account) in places {
            search.images(&partition, &account).await?;
            search.role_maps(&partition, &account).await?;
            if !record.lifecycle().is_deleted() {
                search.mcis(&partition, &account).await?;
            }
        }
        Ok(Usage::of(record, search.found, may_delete))
    }

    /// The partitions that hold what may refer to a record at a scope, each with its account: that
    /// of the scope, and from `/` those of all accounts.
    pub(crate) async fn partitions_below(
        &self,
        scope: &Scope,
    ) -> Result<Vec<(Partition, Scope)>, Error> {
        let own = partition_of(scope)?;
        if let Some((_, account)) = crate::sight::account_of(&own)? {
            return Ok(vec![(own, account)]);
        }
        let mut partitions = vec![(own, Scope::global())];
        for partition in self.accounts().await? {
            if let Some((_, account)) = crate::sight::account_of(&partition)? {
                partitions.push((partition, account));
            }
        }
        Ok(partitions)
    }

    /// Refuses to let something at a scope refer to images whose records are deleted or about to be.
    pub(crate) async fn refuse_buried(
        &self,
        scope: &Scope,
        images: &BTreeSet<(CloudLocation, ImageId)>,
    ) -> Result<(), Error> {
        let mut buried: BTreeMap<_, Vec<ImageRecord>> = BTreeMap::new();
        for partition in partitions_above(scope)? {
            let mut found = Vec::new();
            if images.len() <= ONE_BY_ONE {
                for (location, image) in images {
                    let parts = image_parts(location, image);
                    found.extend(self.all_by(&IMAGES, "buried", &partition, parts).await?);
                }
            } else {
                found = self.all_by(&IMAGES, "buried", &partition, ()).await?;
            }
            for record in found.into_iter().map(|kept| kept.0) {
                let place = (record.location().clone(), record.image_id().clone());
                if images.contains(&place) {
                    buried.entry(place).or_default().push(record);
                }
            }
        }
        for ((location, image), mut records) in buried {
            records.extend(self.records_above(scope, &location, &image).await?);
            refer(&records, scope)?;
        }
        Ok(())
    }

    /// The other records of a record's image, in every account: those that the caller sees by
    /// name, the rest as a number.
    pub(crate) async fn same_image(
        &self,
        record: &ImageRecord,
        from: &Scope,
    ) -> Result<SameImage, Error> {
        let above = self.sight(Permission::ImageView).await?;
        let mut same = SameImage::default();
        for (partition, account) in self.partitions_below(&Scope::global()).await? {
            let parts = image_parts(record.location(), record.image_id());
            let records = self.all_by(&IMAGES, "image", &partition, parts).await?;
            let sight = self.sight_into(&above, &account).await?;
            for other in records.iter().map(|kept| &kept.0) {
                if other.id() == record.id() {
                    continue;
                }
                if visible(other.scope(), other.shared(), from) || sight.sees(self, other.scope()) {
                    same.seen.push((other.scope().clone(), other.id()));
                } else {
                    same.hidden += 1;
                }
            }
        }
        same.seen.sort();
        Ok(same)
    }
}

impl Search<'_> {
    /// Records that name this one.
    async fn images(&mut self, partition: &Partition, account: &Scope) -> Result<(), Error> {
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
    async fn role_maps(&mut self, partition: &Partition, account: &Scope) -> Result<(), Error> {
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

    /// MultiCloud Images with a state that holds the record's image.
    async fn mcis(&mut self, partition: &Partition, account: &Scope) -> Result<(), Error> {
        let unit = self.unit;
        let sight = unit.sight(Permission::MciView).await?;
        let sight = unit.sight_into(&sight, account).await?;
        let parts = image_parts(self.record.location(), self.record.image_id());
        let mut contents = unit.all_by(&CONTENTS, "image", partition, parts).await?;
        if !self.states.by_account.contains_key(account) {
            let large = unit.all_by(&CONTENTS, "large", partition, ()).await?;
            let edited = unit.all_by(&MCIS, "edited", partition, ()).await?;
            let edited = edited.into_iter().map(|kept| kept.0).collect();
            let unfound = Unfound { large, edited };
            self.states.by_account.insert(account.clone(), unfound);
        }
        let unfound = self.states.by_account.get(account);
        let (large, heads) = match unfound {
            Some(unfound) => (unfound.large.as_slice(), unfound.edited.as_slice()),
            None => Default::default(),
        };
        contents.extend(large.iter().filter(|kept| self.is_in(kept)).cloned());
        let digests: BTreeSet<_> = contents.iter().map(|kept| kept.0.digest()).collect();
        let mut states: BTreeMap<_, BTreeSet<RevisionNumber>> = BTreeMap::new();
        for digest in digests {
            let digest = digest.to_string();
            for kept in unit
                .all_by(&REVISIONS, "content", partition, digest)
                .await?
            {
                let numbers = states.entry(kept.0.lineage).or_default();
                numbers.insert(kept.0.revision.number());
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
        for (lineage, numbers) in states {
            let mci = if let Some(mci) = edited.remove(&lineage) {
                Some(mci)
            } else {
                let kept = MCIS.get(&unit.tx, partition, lineage.to_string()).await?;
                kept.map(|kept| kept.0)
            };
            if let Some(mci) = mci
                && self.counts_at(&mci.scope).await?
            {
                self.states(partition, &sight, &mci, &numbers).await?;
            }
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
        let name = mci.head.content().nickname();
        let referrer = |kind, name| Referrer {
            scope: mci.scope.clone(),
            kind,
            name,
            id: mci.lineage.to_string(),
            visible: seen,
        };
        if self.holds(mci.head.content()) {
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

    /// Whether a large content holds the image, or cannot be read.
    fn is_in(&self, kept: &KeptContent) -> bool {
        let (location, image) = (self.record.location(), self.record.image_id());
        kept.0.images().is_none_or(|images| {
            let mut images = images.iter();
            images.any(|(at, held)| at == location && held == image)
        })
    }

    /// Whether the record is the one that is found from a scope: the nearest that it sees, or else
    /// the one that is opened to it.
    async fn counts_at(&mut self, scope: &Scope) -> Result<bool, Error> {
        if let Some(known) = self.counts.get(scope) {
            return Ok(*known);
        }
        let (location, image) = (self.record.location(), self.record.image_id());
        let records = self.unit.records_above(scope, location, image).await?;
        let opened = if self.record.scope().contains(scope) {
            Vec::new()
        } else {
            let unit = self.unit;
            unit.opened_records(scope, Some(location), image).await?
        };
        let found = nearest_or_opened(&records, &opened, scope);
        let counts = found.is_some_and(|found| found.record.id() == self.record.id());
        self.counts.insert(scope.clone(), counts);
        Ok(counts)
    }
}
