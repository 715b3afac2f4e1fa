//! What is offered to a new server, once its location is known.

use crate::{
    Error, LaunchBase, LaunchSubject, LineageKind, Page, Paging, Session,
    kind::{Mci, Template, Versioned},
    mci_views::seen_by_name,
    page::Filling,
    unit::Unit,
};
use atlas_image_id::CloudLocation;
use atlas_scope::{Permission, Scope};
use atlas_store::{CursorError, Key};
use atlas_template::{
    LaunchFrom, OfferedMci, OfferedTemplate, Reference, offer_mci, offer_template,
};
use serde::Serialize;

/// What a new server at a location can be added from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ServerOffer {
    /// A ServerTemplate, of which a link has an image there.
    Template(OfferedTemplate),
    /// A MultiCloud Image that has an image there.
    Mci(OfferedMci),
}

/// A list of offers that is being filled.
struct Offering<'a> {
    filling: Filling<'a, ServerOffer>,
    /// Where the page before ended, until it is passed.
    after: Option<Key>,
    from: &'a Scope,
    location: &'a CloudLocation,
}

impl Session {
    /// What a new server at a location can be added from (RightScale: the location comes first, then
    /// what supports it): the ServerTemplates that a scope sees, then the MultiCloud Images, each at
    /// its newest revision, as far as they have an image there. Each page reads what it passes over.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not see any there, or the page is none of this list.
    pub async fn server_offers(
        &self,
        location: &CloudLocation,
        from: &Scope,
        paging: &Paging,
    ) -> Result<Page<ServerOffer>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::TemplateView, from).await?;
        unit.enter(Permission::MciView, from).await?;
        let list = ("server-offers", location, from);
        let (filling, after) = Filling::begin(&unit, &list, paging)?;
        let mut offering = Offering {
            filling,
            after,
            from,
            location,
        };
        let (template, mci) = (LineageKind::Template, LineageKind::Mci);
        if !unit.offer::<Template>(template, &mut offering).await?
            || !unit.offer::<Mci>(mci, &mut offering).await?
        {
            return Ok(offering.filling.end());
        }
        match offering.after {
            // A row of none of the queries, which no page ever ended with.
            Some(_) => Err(CursorError::OtherQuery.into()),
            None => Ok(offering.filling.end()),
        }
    }
}

impl Unit {
    /// Takes what is offered of one kind; tells whether to go on.
    async fn offer<C: Versioned>(
        &self,
        kind: LineageKind,
        offering: &mut Offering<'_>,
    ) -> Result<bool, Error> {
        let heads = C::HEADS;
        for query in seen_by_name(offering.from)? {
            if let Some(row) = &offering.after
                && !heads.covers(&query, row)?
            {
                continue;
            }
            loop {
                let missing = offering.filling.missing();
                let query = query.clone().limit(missing).after(offering.after.take());
                let page = heads.query(&self.tx, &query).await?;
                for found in page.found {
                    let reference = Reference::lineage(found.record.0.lineage);
                    let base = LaunchBase::new(kind, reference);
                    let offer = self.offered(base, offering.from, offering.location).await?;
                    if let Some(offer) = offer
                        && !offering.filling.take(found.row, offer)
                    {
                        return Ok(false);
                    }
                }
                offering.after = page.next;
                if offering.after.is_none() {
                    break;
                }
            }
        }
        Ok(true)
    }

    /// What one lineage offers; nothing where it has nothing for the location, or nothing
    /// that is committed and not revoked.
    async fn offered(
        &self,
        base: LaunchBase,
        from: &Scope,
        location: &CloudLocation,
    ) -> Result<Option<ServerOffer>, Error> {
        let subject = LaunchSubject::new(base, from.clone());
        let sources = match Box::pin(self.sources(&subject)).await {
            Ok(sources) => sources,
            Err(Error::NothingCommitted { .. } | Error::AllRevoked { .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let links = sources.links();
        Ok(match sources.from(&links) {
            LaunchFrom::Mci(source) => offer_mci(&source, location).map(ServerOffer::Mci),
            LaunchFrom::Template { template, .. } => {
                offer_template(&template, &links, location).map(ServerOffer::Template)
            }
        })
    }
}
