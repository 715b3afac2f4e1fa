//! Which images are kept, and which may go.

use crate::{
    Error, Session,
    referrers::States,
    stored::{UsedImage, images_of},
    tables::{IMAGES, IMPORTED, LOCKS, MCIS, ROLE_MAPS, SERVERS, USES, USES_MANY, image_parts},
    unit::Unit,
};
use atlas_image::{
    HeldImages, ImageRecord, ImageRecordId, JudgeRetention, Lifecycle, RetentionFacts,
    RetentionPlan, plan_retention,
};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_scope::{Level, Permission, Scope};
use atlas_store::{Key, Partition, Query};
use std::collections::BTreeSet;

impl Session {
    /// Judges each image of a scope and of those below it: it is kept, or may go, with every reason
    /// (ours). Nothing is deleted, and nothing changes; at most 100,000 images.
    ///
    /// # Errors
    ///
    /// The policy keeps nothing, there are too many images, the scope is not there, or the caller may
    /// not see its images.
    pub async fn plan_retention(&self, ask: &JudgeRetention) -> Result<RetentionPlan, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::ImageView, &ask.scope).await?;
        let records = unit.images_below(&ask.scope).await?;
        let held = if ask.policy.keep_referenced || ask.policy.keep_channel_targets {
            Box::pin(unit.held(&records, &ask.scope)).await?
        } else {
            HeldImages::default()
        };
        let facts = RetentionFacts {
            records: &records,
            held: &held,
            by: &unit.who,
            now: unit.now,
        };
        Ok(plan_retention(ask.clone(), &facts)?)
    }
}

impl Unit {
    /// The records at a scope and below it that are not deleted or about to be; no more of them than
    /// it takes to see that they are too many.
    async fn images_below(&self, scope: &Scope) -> Result<Vec<ImageRecord>, Error> {
        let mut records = Vec::new();
        for (partition, _) in self.partitions_below(scope).await? {
            let mut query = Query::all(&partition).limit(1000);
            if scope.level() == Level::Environment {
                query = query.index("scope").prefix(scope.as_str());
            }
            while records.len() <= RetentionPlan::MOST_ITEMS {
                let page = IMAGES.query(&self.tx, &query).await?;
                let found = page.found.into_iter().map(|found| found.record.0);
                records.extend(found.filter(|record| {
                    let lifecycle = record.lifecycle();
                    lifecycle.is_usable() || matches!(lifecycle, Lifecycle::Disabled { .. })
                }));
                match page.next {
                    Some(next) => query = query.after(Some(next)),
                    None => break,
                }
            }
        }
        Ok(records)
    }

    /// What uses some records at a scope and below it: only those that something names are looked
    /// into one by one.
    async fn held(&self, records: &[ImageRecord], scope: &Scope) -> Result<HeldImages, Error> {
        let mut used = Used::default();
        for (partition, _) in self.partitions_below(scope).await? {
            used.add(self, &partition).await?;
        }
        let (mut held, mut states) = (HeldImages::default(), States::default());
        for record in records {
            if !used.names(record)? {
                continue;
            }
            let usage = self.usage_among_others(record, scope, &mut states).await?;
            held.hold(&usage);
        }
        Ok(held)
    }
}

/// The images that anything names, so that the others need no look of their own.
#[derive(Default)]
struct Used {
    /// By the first parts of rows that begin with an image, as they are written.
    rows: BTreeSet<(String, String)>,
    images: BTreeSet<UsedImage>,
    records: BTreeSet<ImageRecordId>,
}

impl Used {
    fn names(&self, record: &ImageRecord) -> Result<bool, Error> {
        let (location, image) = (record.location(), record.image_id());
        let row = USES.key(&Partition::global(), image_parts(location, image))?;
        Ok(self.records.contains(&record.id())
            || image_of(&row).is_some_and(|row| self.rows.contains(&row))
            || self.images.contains(&UsedImage::new(location, image)))
    }

    async fn add(&mut self, unit: &Unit, partition: &Partition) -> Result<(), Error> {
        let mut query = Query::all(partition).limit(1000);
        loop {
            let page = USES.query(&unit.tx, &query).await?;
            let rows = page.found.iter().map(|found| &found.row);
            self.rows.extend(rows.filter_map(image_of));
            match page.next {
                Some(next) => query = query.after(Some(next)),
                None => break,
            }
        }
        for kept in unit.all(&USES_MANY, partition, ()).await? {
            self.images
                .extend(kept.0.came.into_iter().chain(kept.0.went));
        }
        for kept in unit.all_by(&MCIS, "edited", partition, ()).await? {
            self.hold(images_of(kept.0.head.content()));
        }
        for kept in unit.all(&IMPORTED, partition, ()).await? {
            self.images.extend(kept.0.uses);
        }
        for kept in unit.all(&ROLE_MAPS, partition, ()).await? {
            self.records.extend(kept.0.images().values());
        }
        for kept in unit.all(&SERVERS, partition, ()).await? {
            self.images.extend(kept.0.image());
        }
        for kept in unit.all(&LOCKS, partition, ()).await? {
            self.hold(kept.0.records());
        }
        Ok(())
    }

    fn hold(&mut self, images: impl IntoIterator<Item = (CloudLocation, ImageId)>) {
        let images = images.into_iter();
        self.images
            .extend(images.map(|(at, image)| UsedImage::new(&at, &image)));
    }
}

/// The image that a row begins with.
fn image_of(row: &Key) -> Option<(String, String)> {
    let mut parts = row.parts().map(|part| part.as_written().to_owned());
    parts.next().zip(parts.next())
}
