//! The marketplace: what was imported, against its lineages.

use super::{Care, histories::Lineage};
use crate::{
    Error,
    marketplace::offered_to,
    tables::{
        FOLLOWERS, HEAD_OFFERS, IMPORTED, IMPORTERS, KeptImported, KeptListing, KeptPublication,
        LISTINGS, PUBLICATIONS, PUBLISHED_IMAGES, REVISIONS, SUBSCRIPTIONS, listing_parts,
        publication_parts, revision_parts,
    },
};
use atlas_store::{Walk, read_record};

impl Care<'_> {
    /// Every imported revision is there, and of an import; what is listed is offered.
    pub(super) async fn market(&mut self) -> Result<(), Error> {
        self.table(&PUBLICATIONS, |_, _| {}).await?;
        self.table(&PUBLISHED_IMAGES, |_, _| {}).await?;
        self.table(&LISTINGS, |_, _| {}).await?;
        self.table(&IMPORTERS, |_, _| {}).await?;
        self.table(&FOLLOWERS, |_, _| {}).await?;
        self.table(&HEAD_OFFERS, |_, _| {}).await?;
        self.table(&SUBSCRIPTIONS, |_, _| {}).await?;
        self.table(&IMPORTED, |_, _| {}).await?;
        self.listings().await?;
        let mut walk = Walk::new(self.snapshot, self.partition, &IMPORTED)?;
        while let Some(page) = walk.next().await? {
            for (key, kept) in page {
                let Ok(KeptImported(kept)) = kept else {
                    continue;
                };
                let of = kept.revision.revision;
                let parts = revision_parts(of.lineage, of.number);
                self.place(&key, &IMPORTED.key(self.partition, parts.clone())?);
                let revision = REVISIONS.key(self.partition, parts)?;
                let found = self.snapshot.get(&[revision]).await?;
                let imported = self.lineage(of.lineage, &mut None).await?;
                if found.iter().all(Option::is_none) {
                    self.find(format!("{of}: the imported revision is missing"));
                } else if !matches!(imported, Lineage::Imported(_) | Lineage::Unreadable) {
                    self.find(format!("{of}: was imported, and its lineage was not"));
                }
            }
        }
        Ok(())
    }

    /// A listing stands for a publication that is offered to those whom it is listed for.
    async fn listings(&mut self) -> Result<(), Error> {
        let mut walk = Walk::new(self.snapshot, self.partition, &LISTINGS)?;
        while let Some(page) = walk.next().await? {
            for (key, kept) in page {
                let Ok(KeptListing(listing)) = kept else {
                    continue;
                };
                let (of, to) = (listing.reference(), listing.listed_for);
                let belongs = LISTINGS.key(self.partition, listing_parts(to, of.lineage))?;
                self.place(&key, &belongs);
                let row = PUBLICATIONS.key(self.partition, publication_parts(of))?;
                let found = read_record::<KeptPublication>(self.snapshot, &row).await?;
                let what = match found {
                    None => "is missing",
                    Some(Ok(found)) if !offered_to(&found.0).contains(&to) => {
                        "is not offered to them"
                    }
                    // What cannot be read was said already.
                    Some(_) => continue,
                };
                self.find(format!("{of}: is listed for {to}, and {what}"));
            }
        }
        Ok(())
    }
}
