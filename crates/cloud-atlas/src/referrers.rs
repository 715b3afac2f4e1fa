//! Who refers to an image record: found through indexes, told as values.

mod search;
mod templates;

pub(crate) use self::{
    search::States,
    templates::{Linking, mci_state},
};

use self::search::Search;
use crate::{
    Error, NotFound, Noun, Session,
    tables::{IMAGES, image_parts, partition_of, partitions_above},
    unit::Unit,
};
use atlas_image::{
    ImageRecord, ImageRecordId, Referrer, SameImage, Usage, nearest_or_opened, refer,
};
use atlas_image_id::{CloudLocation, ImageId};
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
        unit.enter(Permission::ImageView, from).await?;
        if let Some(record) = unit.held_image(id, from).await? {
            return unit.told_usage(&record, from).await;
        }
        match unit.opened_image(id, from).await? {
            Some(record) => {
                // Found as it is, and told as it is shown: at its account.
                let shown = record.as_opened();
                let may_delete = unit.may_delete(&shown).await?;
                let states = &mut States::default();
                let found = unit.usage_among(&record, from, may_delete, states);
                Ok(found.await?.of(&shown, may_delete))
            }
            None => Err(NotFound::new(Noun::Image, id, from).into()),
        }
    }
}

/// What refers to a record, and to whom it is opened.
struct Uses {
    found: Vec<Referrer>,
    opened: BTreeSet<Scope>,
}

impl Uses {
    fn of(self, record: &ImageRecord, may_delete: bool) -> Usage {
        Usage::opened(record, self.found, may_delete, self.opened)
    }
}

/// Up to how many images of an edit are looked for in the bin one by one: each is a read or two, and
/// the whole bin is read for more.
const ONE_BY_ONE: usize = 16;

impl Unit {
    /// Who refers to a record, as the caller is told who looks from a scope; what stands in the way
    /// of a change is known whether she is told of it or not.
    pub(crate) async fn usage(&self, record: &ImageRecord, from: &Scope) -> Result<Usage, Error> {
        let may_delete = self.may_delete(record).await?;
        let states = &mut States::default();
        let found = self.usage_among(record, from, true, states).await?;
        Ok(found.of(record, may_delete))
    }

    /// The same for who only looks: where she is told of nothing, nothing is read.
    pub(crate) async fn told_usage(
        &self,
        record: &ImageRecord,
        from: &Scope,
    ) -> Result<Usage, Error> {
        let states = &mut States::default();
        self.told_usage_among(record, from, states).await
    }

    /// The same where several records are looked at.
    pub(crate) async fn told_usage_among(
        &self,
        record: &ImageRecord,
        from: &Scope,
        states: &mut States,
    ) -> Result<Usage, Error> {
        let may_delete = self.may_delete(record).await?;
        let found = self.usage_among(record, from, may_delete, states).await?;
        Ok(found.of(record, may_delete))
    }

    /// Who refers to a record one by one, as far as the caller may be told of them or of their
    /// number.
    pub(crate) async fn referrers(
        &self,
        record: &ImageRecord,
        from: &Scope,
    ) -> Result<Vec<Referrer>, Error> {
        let may_delete = self.may_delete(record).await?;
        let states = &mut States::default();
        let found = self.usage_among(record, from, may_delete, states).await?;
        Ok(found.found)
    }

    /// What stands in the way of a change of a record, where several records are looked at.
    pub(crate) async fn usage_among_others(
        &self,
        record: &ImageRecord,
        from: &Scope,
        states: &mut States,
    ) -> Result<Usage, Error> {
        let may_delete = self.may_delete(record).await?;
        let found = self.usage_among(record, from, true, states).await?;
        Ok(found.of(record, may_delete))
    }

    /// Whether nothing uses a record, as the caller is told who looks from a scope.
    pub(crate) async fn is_unused(
        &self,
        record: &ImageRecord,
        from: &Scope,
        states: &mut States,
    ) -> Result<bool, Error> {
        let told = self.told_usage_among(record, from, states).await?;
        Ok(told.is_unused())
    }

    async fn may_delete(&self, record: &ImageRecord) -> Result<bool, Error> {
        self.may(Permission::ImageDelete, record.scope()).await
    }

    /// Whether a record is the one that is found from a scope: the nearest that it sees, or else
    /// the one that is opened to it.
    pub(crate) async fn counts_at(
        &self,
        record: &ImageRecord,
        scope: &Scope,
    ) -> Result<bool, Error> {
        let (location, image) = (record.location(), record.image_id());
        let records = self.records_above(scope, location, image).await?;
        let opened = if visible(record.scope(), record.shared(), scope) {
            Vec::new()
        } else {
            self.opened_records(scope, Some(location), image).await?
        };
        let found = nearest_or_opened(&records, &opened, scope);
        Ok(found.is_some_and(|found| found.record.id() == record.id()))
    }

    /// `everywhere`: also where the caller sees nothing.
    async fn usage_among(
        &self,
        record: &ImageRecord,
        from: &Scope,
        everywhere: bool,
        states: &mut States,
    ) -> Result<Uses, Error> {
        let mut search = Search {
            unit: self,
            record,
            from,
            counts: BTreeMap::new(),
            states,
            found: Vec::new(),
        };
        let opened = self.opened_to(record).await?;
        let places = self.places_reached(record, &opened).await?;
        let near = partitions_above(from)?;
        for (partition, account) in places {
            if !everywhere && !near.contains(&partition) && !self.sees_into(&account).await? {
                continue;
            }
            search.images(&partition, &account).await?;
            search.role_maps(&partition, &account).await?;
            search.locks(&partition, &account).await?;
            if !record.lifecycle().is_deleted() {
                search.mcis(&partition, &account).await?;
                search.servers(&partition, &account).await?;
            }
        }
        let found = search.found;
        Ok(Uses { found, opened })
    }

    /// The partitions that hold what may refer to a record that is opened to some accounts.
    pub(crate) async fn places_reached(
        &self,
        record: &ImageRecord,
        opened: &BTreeSet<Scope>,
    ) -> Result<Vec<(Partition, Scope)>, Error> {
        let mut places = self.partitions_below(record.scope()).await?;
        let known: BTreeSet<_> = places.iter().map(|(_, account)| account.clone()).collect();
        for account in opened.difference(&known) {
            places.push((partition_of(account)?, account.clone()));
        }
        Ok(places)
    }

    /// Whether the caller sees anything in an account that may refer to a record.
    async fn sees_into(&self, account: &Scope) -> Result<bool, Error> {
        for view in [
            Permission::ImageView,
            Permission::RoleMapView,
            Permission::MciView,
            Permission::ServerView,
            Permission::LockView,
        ] {
            let above = self.sight(view).await?;
            if self.sight_into(&above, account).await?.sees_any(self) {
                return Ok(true);
            }
        }
        Ok(false)
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
        let image = (record.location(), record.image_id());
        self.others_of(image, Some(record.id()), from).await
    }

    /// The records of an image, beside one of them, as somebody who stands at `from` is told.
    pub(crate) async fn others_of(
        &self,
        (location, image): (&CloudLocation, &ImageId),
        beside: Option<ImageRecordId>,
        from: &Scope,
    ) -> Result<SameImage, Error> {
        let above = self.sight(Permission::ImageView).await?;
        let mut same = SameImage::default();
        for (partition, account) in self.partitions_below(&Scope::global()).await? {
            let parts = image_parts(location, image);
            let records = self.all_by(&IMAGES, "image", &partition, parts).await?;
            let sight = self.sight_into(&above, &account).await?;
            for other in records.iter().map(|kept| &kept.0) {
                if Some(other.id()) == beside {
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
