//! What is known of the images of a content: by their records, and from an inventory.

use crate::{
    Error, Session,
    stored::{StoredMci, place},
    tables::{IMAGES, KeptOpened, OPENED, image_parts, partition_of},
    unit::Unit,
};
use atlas_image::{ImageRecord, Look, fitting_credentials, nearest_or_opened};
use atlas_image_id::{Cloud, CloudLocation, ImageId, Stability};
use atlas_inventory::Ask;
use atlas_mci::{Content, EditWarning, Facts, ImageFacts, KnownImage, RegisteredImage, Setting};
use atlas_scope::Scope;
use atlas_store::{Partition, Parts, Query};
use std::collections::BTreeMap;

/// The records that the images of settings are bound to, by the locations of the settings; none
/// where no record is seen.
pub(crate) type Bound = BTreeMap<CloudLocation, Option<BoundRecord>>;

/// The record that an image is bound to.
#[derive(Debug, Clone)]
pub(crate) struct BoundRecord {
    pub(crate) record: ImageRecord,
    /// Whether it is of another branch, and opened by a launch permission.
    pub(crate) opened: bool,
}

/// A content and what was known of its images before a transaction.
#[derive(Debug, Clone, Default)]
pub(crate) struct KnownFacts(pub(crate) Option<(Content, Facts)>);

/// What was found out about images before a transaction; what is not in it is read within.
///
/// What a transaction reads counts towards the limits of small engines, and edits may set images by
/// the hundred. A record that changes in between is no harm: each launch judges again.
#[derive(Debug, Clone, Default)]
pub(crate) struct Looks(BTreeMap<(CloudLocation, ImageId), KnownImage>);

impl Looks {
    pub(crate) fn add(&mut self, location: &CloudLocation, image: &ImageId, known: KnownImage) {
        self.0.insert((location.clone(), image.clone()), known);
    }

    /// Adds what the records say that settings are bound to.
    pub(crate) fn bind(&mut self, bound: &Bound) {
        for ((location, _), known) in &mut self.0 {
            if let Some(bound) = bound.get(location) {
                let record = bound.as_ref().map(|bound| &bound.record);
                let told = KnownImage::new(&Look::Unasked, record);
                known.architecture = told.architecture.or(known.architecture);
                known.unregistered = told.unregistered;
            }
        }
    }
}

/// How many settings are looked up in one trip.
const AT_ONCE: usize = 500;

impl Session {
    /// What an edit of HEAD from one content to another has to know of images, as far as it is not
    /// found out within its transaction: clouds are asked between transactions.
    ///
    /// The caller has made sure that whoever asks may edit: nobody else learns what a cloud holds.
    pub(crate) async fn looks(
        &self,
        mci: &StoredMci,
        before: &Content,
        after: &Content,
    ) -> Result<Looks, Error> {
        let judged = after.to_judge(before);
        let inventory = self.atlas.shared.inventory.as_ref();
        if judged.is_empty() {
            return Ok(Looks::default());
        }
        let unit = self.read().await?;
        let bound = unit.bound(judged.iter().copied(), &mci.scope).await?;
        let credentials = match inventory {
            Some(_) => unit.credentials_near(&mci.scope).await?,
            None => Vec::new(),
        };
        drop(unit);
        let mut looks = Looks::default();
        for (location, setting) in judged {
            let image = setting.image();
            let mut look = Look::Unasked;
            if let (Some(inventory), Ok(placed)) = (inventory, image.record_location(location))
                && image.stability() == Stability::Fixed
                && inventory.covers(&placed.location)
            {
                let fitting = fitting_credentials(&placed.location, &mci.scope, &credentials);
                let mut secrets: Vec<_> = fitting.iter().map(|it| Some(it.secret())).collect();
                if location.cloud() == Cloud::Local {
                    // The image repository is asked without one (Symphony).
                    secrets = vec![None];
                }
                for secret in secrets {
                    let ask = Ask::new(&placed.location).with(secret);
                    look = look.or(inventory.describe(ask, image).await?.into());
                }
            }
            let bound = bound.get(location).and_then(Option::as_ref);
            let known = KnownImage::new(&look, bound.map(|bound| &bound.record));
            looks.0.insert((location.clone(), image.clone()), known);
        }
        Ok(looks)
    }
}

impl Unit {
    /// Lets a content take the place of another in HEAD, and tells what to warn of.
    pub(crate) async fn admit(
        &self,
        mci: &StoredMci,
        before: &Content,
        after: &Content,
        looks: &Looks,
    ) -> Result<Vec<EditWarning>, Error> {
        let mut known = BTreeMap::new();
        let mut unread = Vec::new();
        for (location, setting) in after.to_judge(before) {
            let look = looks.0.get(&(location.clone(), setting.image().clone()));
            match look {
                Some(look) => {
                    known.insert(location.clone(), look.clone());
                }
                None => unread.push((location, setting)),
            }
        }
        for (location, bound) in self.bound(unread, &mci.scope).await? {
            let record = bound.as_ref().map(|bound| &bound.record);
            let image = KnownImage::new(&Look::Unasked, record);
            known.insert(location, image);
        }
        Ok(after.admit(before, &known, &self.shared.instance_types)?)
    }

    /// What is known of the images of a content, as a scope sees them: of each the record that a
    /// launch from there would find, else what the publisher of an import tells of it (ours).
    pub(crate) async fn facts(&self, content: &Content, viewer: &Scope) -> Result<Facts, Error> {
        let bound = self.bound(content.settings(), viewer).await?;
        let has_imports = bound.values().any(Option::is_none) && self.has_imports(viewer).await?;
        let mut facts = Facts::new();
        for (location, bound) in bound {
            let image = match (&bound, content.settings().get(&location)) {
                (Some(bound), _) => {
                    let image = RegisteredImage::of(&bound.record, self.now);
                    ImageFacts::Registered(Box::new(image))
                }
                (None, Some(setting)) if has_imports => {
                    let told = self.told_by_publishers(&location, setting.image(), viewer);
                    let told = told.await?;
                    told.map_or(ImageFacts::Unregistered, |told| told.as_facts())
                }
                (None, _) => ImageFacts::Unregistered,
            };
            facts.insert(location, image);
        }
        Ok(facts)
    }

    /// The locations of a content whose image has no record that a scope sees.
    pub(crate) async fn unregistered(
        &self,
        content: &Content,
        viewer: &Scope,
    ) -> Result<Vec<CloudLocation>, Error> {
        let bound = self.bound(content.settings(), viewer).await?.into_iter();
        let unregistered = bound.filter(|(_, bound)| bound.is_none());
        Ok(unregistered.map(|(location, _)| location).collect())
    }

    /// The records that the images of some settings are bound to, as a scope sees them.
    pub(crate) async fn bound<'a>(
        &self,
        settings: impl IntoIterator<Item = (&'a CloudLocation, &'a Setting)>,
        viewer: &Scope,
    ) -> Result<Bound, Error> {
        let settings: Vec<_> = settings.into_iter().collect();
        let mut bound = Bound::new();
        for settings in settings.chunks(AT_ONCE) {
            let mut places = Vec::new();
            for (location, setting) in settings {
                let image = setting.image();
                let parts = image_parts(&place(location, image), image);
                for scope in viewer.lineage() {
                    places.push((partition_of(&scope)?, parts.clone().and(scope.as_str())));
                }
            }
            let found = IMAGES.find_many(&self.tx, "image", places).await?;
            let mut found = found.into_iter();
            let mut missing = Vec::new();
            for (location, setting) in settings {
                let held: Vec<_> = found
                    .by_ref()
                    .take(viewer.lineage().count())
                    .filter_map(|found| Some(found?.record.0))
                    .collect();
                let nearest = nearest_or_opened(&held, [], viewer);
                let nearest = nearest.map(|nearest| BoundRecord {
                    record: nearest.record.clone(),
                    opened: false,
                });
                if nearest.is_none() {
                    missing.push((*location, *setting));
                }
                bound.insert((*location).clone(), nearest);
            }
            for (location, record) in self.bound_by_permission(&missing, viewer).await? {
                let opened = true;
                bound.insert(location, Some(BoundRecord { record, opened }));
            }
        }
        Ok(bound)
    }

    /// The records that launch permissions open to a scope, of those images that its branch has none
    /// of. A permission that opens few is read as a whole.
    async fn bound_by_permission(
        &self,
        missing: &[(&CloudLocation, &Setting)],
        viewer: &Scope,
    ) -> Result<BTreeMap<CloudLocation, ImageRecord>, Error> {
        let mut opened: BTreeMap<&CloudLocation, Vec<ImageRecord>> = BTreeMap::new();
        if missing.is_empty() {
            return Ok(BTreeMap::new());
        }
        let global = Partition::global();
        for to in self.held_permissions(viewer).await? {
            let all = Query::all(&global).index("image").prefix(to.to_string());
            let few = OPENED.query(&self.tx, &all.limit(AT_ONCE)).await?;
            let whole = few.next.is_none();
            let few: Vec<_> = few.found.into_iter().map(|found| found.record).collect();
            for (location, setting) in missing {
                let image = setting.image();
                let (at, id) = (place(location, image), image.at_place());
                let key = id.equality_key();
                let here = |KeptOpened(row): &&KeptOpened| row.location == at && row.key == *key;
                let mut rows: Vec<_> = few.iter().filter(here).cloned().collect();
                if !whole {
                    let parts = Parts::from(to.to_string()).and(key.as_ref());
                    let parts = parts.and(at.as_str());
                    rows = self.all_by(&OPENED, "image", &global, parts).await?;
                }
                for KeptOpened(row) in &rows {
                    let record = self.behind(row).await?.map(|record| record.as_opened());
                    opened.entry(location).or_default().extend(record);
                }
            }
        }
        let nearest = opened.into_iter().filter_map(|(location, records)| {
            let nearest = nearest_or_opened([], &records, viewer)?;
            Some((location.clone(), nearest.record.clone()))
        });
        Ok(nearest.collect())
    }
}
