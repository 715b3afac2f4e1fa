//! What an inventory of the clouds is asked: is it there, what could be registered, what lacks its
//! counterpart. Clouds are asked between transactions, never within one.

use crate::{
    Error, Session,
    sight::account_of,
    tables::{IMAGES, SCOPES, partitions_above},
    unit::Unit,
};
use atlas_base::Name;
use atlas_image::{
    Candidate, Credential, DiscoverFacts, Discovery, ImageRecord, Look, RegisterImage, SecretRef,
    candidates, choose_credential, discover,
};
use atlas_image_id::{CloudLocation, Stability};
use atlas_inventory::{Ask, Inventory};
use atlas_scope::{Permission, Scope, visible};
use atlas_store::{Parts, Query, Within};
use serde::Serialize;
use std::{collections::BTreeSet, sync::Arc};

/// Which images could be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct CandidateQuery {
    /// The scope that would hold the records.
    pub scope: Scope,
    /// Where the images are.
    pub location: CloudLocation,
    /// The name of the credential to look with; needed where several fit.
    pub credential: Option<Name>,
}

impl CandidateQuery {
    /// With the only credential that fits.
    #[must_use]
    pub fn new(scope: Scope, location: CloudLocation) -> Self {
        Self {
            scope,
            location,
            credential: None,
        }
    }
}

/// Some candidates, and where to go on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Candidates {
    /// The candidates, in the order of the inventory.
    pub items: Vec<Candidate>,
    /// What the next page is asked for with, in the inventory's own words; none on the last page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// An inventory and the right to ask it about a location.
struct Asking {
    inventory: Arc<dyn Inventory>,
    location: CloudLocation,
    secret: Option<SecretRef>,
}

impl Asking {
    fn ask(&self) -> Ask<'_> {
        Ask::new(&self.location).with(self.secret.as_ref())
    }
}

impl Session {
    /// The images that a credential could register in a location, registered already or not, a page
    /// of them (Scalr). The next page is asked for with what this one says.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not register images, no credential fits, or no
    /// inventory covers the location or gives an answer.
    pub async fn candidates(
        &self,
        query: &CandidateQuery,
        after: Option<&str>,
    ) -> Result<Candidates, Error> {
        let (asking, records) = self.prepare(query).await?;
        let listed = asking.inventory.images(asking.ask(), after).await?;
        Ok(Candidates {
            items: candidates(listed.items, &records, &query.scope),
            next: listed.next,
        })
    }

    /// What lacks its counterpart in a location: images without a record, records whose image is
    /// gone, servers whose image has no record (Scalr). Records count that the scope sees, or that
    /// lie below it.
    ///
    /// # Errors
    ///
    /// As [`Session::candidates`].
    pub async fn discover(&self, query: &CandidateQuery) -> Result<Discovery, Error> {
        let (asking, records) = self.prepare(query).await?;
        let (inventory, ask) = (&asking.inventory, asking.ask());
        let (mut images, mut servers) = (Vec::new(), Vec::new());
        let mut after = None;
        loop {
            let listed = inventory.images(ask, after.as_deref()).await?;
            images.extend(listed.items);
            after = listed.next;
            if after.is_none() {
                break;
            }
        }
        loop {
            let listed = inventory.servers(ask, after.as_deref()).await?;
            servers.extend(listed.items);
            after = listed.next;
            if after.is_none() {
                break;
            }
        }
        let mut missing = BTreeSet::new();
        for record in &records {
            // A list may leave out public images, so each record is asked for by itself.
            let place = record.location();
            if record.image_id().stability() == Stability::Fixed && inventory.covers(place) {
                let ask = Ask::new(place).with(asking.secret.as_ref());
                if inventory.describe(ask, record.image_id()).await?.is_none() {
                    missing.insert(record.id());
                }
            }
        }
        let facts = DiscoverFacts {
            scope: &query.scope,
            records: &records,
            missing: &missing,
        };
        Ok(discover(images, servers, &facts))
    }

    /// Looks for an image that is to be registered. Whoever may not register it, or with no
    /// credential, learns nothing: the registration itself says why it is refused.
    pub(crate) async fn look(&self, request: &RegisterImage) -> Result<Look, Error> {
        if self.atlas.shared.inventory.is_none() || request.image_id.stability() != Stability::Fixed
        {
            return Ok(Look::Unasked);
        }
        let Ok(placed) = request.image_id.record_location(&request.location) else {
            return Ok(Look::Unasked);
        };
        let unit = self.read().await?;
        let scope = &request.scope;
        match unit.enter(Permission::ImageRegister, scope).await {
            Ok(_) => {}
            Err(Error::Denied(_) | Error::NotFound(_)) => return Ok(Look::Unasked),
            Err(error) => return Err(error),
        }
        let named = request.credential.as_ref();
        let asking = unit.asking(scope, &placed.location, named).await;
        drop(unit);
        let asking = match asking {
            Ok(asking) => asking,
            Err(Error::Register(_) | Error::NoInventory { .. }) => return Ok(Look::Unasked),
            Err(error) => return Err(error),
        };
        let image = asking.inventory.describe(asking.ask(), &request.image_id);
        Ok(image.await?.into())
    }

    /// The right to look, and the records of the location.
    async fn prepare(&self, query: &CandidateQuery) -> Result<(Asking, Vec<ImageRecord>), Error> {
        let unit = self.read().await?;
        let (scope, location) = (&query.scope, &query.location);
        unit.enter(Permission::ImageRegister, scope).await?;
        let named = query.credential.as_ref();
        let asking = unit.asking(scope, location, named).await?;
        let mut records = unit.records_about(scope, location).await?;
        // Of what cannot be seen from there the cloud is not asked either.
        records.retain(|record| {
            scope.contains(record.scope()) || visible(record.scope(), record.shared(), scope)
        });
        Ok((asking, records))
    }
}

impl Unit {
    /// Whether an inventory covers a location, and with which secret it is asked from a scope.
    async fn asking(
        &self,
        scope: &Scope,
        location: &CloudLocation,
        named: Option<&Name>,
    ) -> Result<Asking, Error> {
        let credentials = self.credentials_near(scope).await?;
        let chosen = choose_credential(location, scope, named, &credentials)?;
        let is_chosen = |credential: &&Credential| Some(credential.id()) == chosen;
        let secret = credentials.iter().find(is_chosen).map(Credential::secret);
        match &self.shared.inventory {
            Some(inventory) if inventory.covers(location) => Ok(Asking {
                inventory: Arc::clone(inventory),
                location: location.clone(),
                secret: secret.cloned(),
            }),
            _ => Err(Error::NoInventory {
                location: location.clone(),
            }),
        }
    }

    /// The records in a location, above it and below it, that lie in the partitions a scope sees.
    async fn records_about(
        &self,
        scope: &Scope,
        location: &CloudLocation,
    ) -> Result<Vec<ImageRecord>, Error> {
        let mut top = location.clone();
        while let Some(above) = top.widen() {
            top = above;
        }
        let mut records = Vec::new();
        let partitions = if *scope == Scope::global() {
            self.partitions_below(scope).await?
        } else {
            let above = partitions_above(scope)?;
            above
                .into_iter()
                .map(|one| (one, Scope::global()))
                .collect()
        };
        for (partition, _) in partitions {
            let mut holders = vec![Scope::global()];
            if let Some((_, account)) = account_of(&partition)? {
                let below = self.all(&SCOPES, &partition, ()).await?;
                holders = below.into_iter().map(|kept| kept.0.scope).collect();
                holders.push(account);
            }
            for holder in holders {
                let at = Parts::from(holder.as_str());
                let within = Within::Starting(at, top.as_str().to_owned());
                let query = Query::all(&partition).index("scope").within(within);
                let found = self.every(&IMAGES, query).await?;
                records.extend(found.into_iter().map(|kept| kept.0));
            }
        }
        records.retain(|record| !record.lifecycle().is_deleted());
        records.retain(|record| {
            let place = record.location();
            place.contains(location) || location.contains(place)
        });
        Ok(records)
    }
}
