//! What clouds are asked for matchers, between transactions.

use super::{Ahead, Example};
use crate::{Error, Session, facts::Looks, stored::StoredMci};
use atlas_image::{Checksum, CloudImage, Credential, Look, SecretRef, fitting_credentials};
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_inventory::{Ask, Inventory};
use atlas_mci::{EditError, KnownImage, MatchError, SummedImages};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// Somebody who may be asked about clouds, on behalf of a scope.
struct Asker<'a> {
    inventory: Arc<dyn Inventory>,
    mci: &'a StoredMci,
    credentials: Vec<Credential>,
}

impl Session {
    async fn asker<'a>(
        &self,
        mci: &'a StoredMci,
        location: &CloudLocation,
    ) -> Result<Asker<'a>, Error> {
        let Some(inventory) = &self.atlas.shared.inventory else {
            let location = location.clone();
            return Err(Error::NoInventory { location });
        };
        Ok(Asker {
            inventory: Arc::clone(inventory),
            mci,
            credentials: self.read().await?.credentials_near(&mci.scope).await?,
        })
    }

    /// The checksum of an image, as its cloud tells it.
    pub(super) async fn checksum_of(
        &self,
        mci: &StoredMci,
        location: &CloudLocation,
        image: &ImageId,
    ) -> Result<Checksum, Error> {
        let asker = self.asker(mci, location).await?;
        if !asker.inventory.covers(location) {
            let location = location.clone();
            return Err(Error::NoInventory { location });
        }
        let (location, image) = (location.clone(), image.clone());
        match asker.describe(&location, &image).await? {
            Look::Found(found) if found.closed => {
                Err(EditError::NoAccess { location, image }.into())
            }
            Look::Found(found) => match found.checksum {
                Some(checksum) => Ok(checksum),
                None => Err(MatchError::NoChecksum { location, image }.into()),
            },
            Look::Missing | Look::Unasked => Err(EditError::NoImage { location, image }.into()),
        }
    }

    /// Asks about all locations that a matcher may make a setting at, and what it would make.
    pub(super) async fn ask_ahead(
        &self,
        mci: StoredMci,
        example: &Example,
    ) -> Result<Ahead, Error> {
        let unit = self.read().await?;
        let matchers = unit.matchers_of(&mci).await?;
        let mut known = unit.known_locations(&mci.scope).await?;
        drop(unit);
        known.extend(mci.head.content().settings().keys().cloned());
        let examples: Vec<_> = match example {
            Example::Of(example) => vec![example.0.clone()],
            Example::Kept => matchers.iter().map(|it| it.location().clone()).collect(),
        };
        let (mut answers, mut looks) = (BTreeMap::new(), Looks::default());
        for example in examples {
            let who = self.asker(&mci, &example).await?;
            let near = known.iter().filter(|at| {
                at.cloud() == example.cloud() && at.installation() == example.installation()
            });
            let mut places = BTreeSet::new();
            let mut images = Vec::new();
            for location in near.filter(|at| who.inventory.covers(at)) {
                for image in who.images(location).await? {
                    images.push((location.clone(), image));
                }
                places.insert(location.clone());
            }
            for (location, image) in &images {
                let look = Look::Found(Box::new(image.clone()));
                looks.add(location, &image.image_id, KnownImage::new(&look, None));
            }
            answers.insert(example, SummedImages::new(places, images));
        }
        let (after, _) = example.rematch(&mci, matchers, &answers)?;
        let judged = after.to_judge(mci.head.content());
        let unit = self.read().await?;
        let bound = unit.bound(judged, &mci.scope).await?;
        looks.bind(&bound);
        Ok(Ahead {
            mci,
            answers,
            looks,
        })
    }
}

impl Asker<'_> {
    /// With which secrets a location may be looked at.
    fn secrets(&self, location: &CloudLocation) -> Vec<Option<&SecretRef>> {
        if location.cloud() == Cloud::Local {
            // The image repository is asked without one (Symphony).
            return vec![None];
        }
        let fitting = fitting_credentials(location, &self.mci.scope, &self.credentials);
        fitting.into_iter().map(|it| Some(it.secret())).collect()
    }

    async fn describe(&self, location: &CloudLocation, image: &ImageId) -> Result<Look, Error> {
        let mut look = Look::Unasked;
        for secret in self.secrets(location) {
            let ask = Ask::new(location).with(secret);
            look = look.or(self.inventory.describe(ask, image).await?.into());
        }
        Ok(look)
    }

    /// The images that a setting at a location can name, as every credential sees them; that of
    /// HEAD's own setting among them, which a list may leave out.
    async fn images(&self, location: &CloudLocation) -> Result<Vec<CloudImage>, Error> {
        let mut images = Vec::<CloudImage>::new();
        for secret in self.secrets(location) {
            let ask = Ask::new(location).with(secret);
            let mut after = None;
            loop {
                let page = self.inventory.images(ask, after.as_deref()).await?;
                let here = |image: &CloudImage| {
                    image.location.contains(location)
                        && image.image_id.check_location(location).is_ok()
                };
                images.extend(page.items.into_iter().filter(here));
                after = page.next;
                if after.is_none() {
                    break;
                }
            }
        }
        if let Some(own) = self.mci.head.content().settings().get(location) {
            let own = own.image();
            if !images.iter().any(|image| image.image_id == *own)
                && let Look::Found(image) = self.describe(location, own).await?
            {
                images.push(*image);
            }
        }
        Ok(images)
    }
}
