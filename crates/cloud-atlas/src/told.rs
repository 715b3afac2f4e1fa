//! What publishers tell of the images of imported revisions.

use crate::{
    Error,
    stored::{UsedImage, place},
    tables::{IMPORTED, partition_of},
    unit::Unit,
};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_market::{ImportedRevision, PublishedImage};
use atlas_scope::Scope;
use atlas_store::{Key, Parts, Query};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

/// The imported revisions that a unit of work has read: one row tells of all images of a revision,
/// and is large, and whoever looks at all locations asks it for each.
#[derive(Debug, Default)]
pub(crate) struct Told(Mutex<BTreeMap<Key, Arc<ImportedRevision>>>);

impl Told {
    /// How many revisions are remembered.
    const MOST: usize = 64;

    fn rows(&self) -> MutexGuard<'_, BTreeMap<Key, Arc<ImportedRevision>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Unit {
    /// Whether the account of a scope imported anything.
    pub(crate) async fn has_imports(&self, viewer: &Scope) -> Result<bool, Error> {
        let any = Query::all(&partition_of(viewer)?).index("image").limit(1);
        Ok(!IMPORTED.query(&self.tx, &any).await?.found.is_empty())
    }

    /// What is inside an image that no record is seen of, as the publisher of a revision says that the
    /// viewer's account imported and that holds it: of each lineage the newest revision that tells of
    /// it, and of those the one that was imported last (ours).
    pub(crate) async fn told_by_publishers(
        &self,
        at: &CloudLocation,
        image: &ImageId,
        viewer: &Scope,
    ) -> Result<Option<PublishedImage>, Error> {
        let UsedImage(key, place) = UsedImage::new(&place(at, image), image);
        let parts = Parts::from((key.as_str(), place.as_str()));
        let query = Query::all(&partition_of(viewer)?).index("image");
        let query = query.prefix(parts).reverse().limit(1000);
        let (mut newest, mut done) = (None, None);
        let rows = IMPORTED.keys(&self.tx, &query).await?;
        for row in &rows {
            // A key is of the lineage first, and then of the revision.
            let lineage = row.parts().next();
            if lineage.is_some() && lineage == done {
                continue;
            }
            let Some(revision) = self.imported_row(row).await? else {
                continue;
            };
            let Some(inside) = revision.images.get(at) else {
                continue;
            };
            done = lineage;
            let when = (revision.at, revision.revision);
            if newest.as_ref().is_none_or(|(before, _)| *before < when) {
                newest = Some((when, inside.clone()));
            }
        }
        Ok(newest.map(|(_, inside)| inside))
    }

    /// An imported revision, read once.
    async fn imported_row(&self, row: &Key) -> Result<Option<Arc<ImportedRevision>>, Error> {
        if let Some(known) = self.told.rows().get(row) {
            return Ok(Some(Arc::clone(known)));
        }
        let found = IMPORTED
            .get_at(&self.tx, core::slice::from_ref(row))
            .await?;
        let Some(found) = found.into_iter().flatten().next() else {
            return Ok(None);
        };
        let revision = Arc::new(found.0.revision);
        let mut rows = self.told.rows();
        if rows.len() >= Told::MOST {
            rows.clear();
        }
        rows.insert(row.clone(), Arc::clone(&revision));
        Ok(Some(revision))
    }
}
