//! Images of servers: what is asked for, and the work order that comes of it.

use crate::{Error, Session, unit::Unit};
use atlas_image::{
    BundleError, BundleFacts, BundleImage, Bundled, CloudServer, Credential, ImageRecord,
    OrderWork, Warning, WorkAction, WorkOrder, bundle, choose_credential, cleanup_lists, nearest,
};
use atlas_inventory::Ask;
use atlas_scope::{Permission, Scope};
use serde::Serialize;

/// A bundle that a host will make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct BundleOrdered {
    /// The order; the image is registered when it is reported done.
    pub order: WorkOrder,
    /// What is worth saying about it.
    pub warnings: Vec<Warning>,
}

impl Session {
    /// Orders an image of a server's root disk (RightScale, Symphony). The server is looked up in
    /// the inventory; where none covers its location, the caller describes it.
    ///
    /// The order is pending until a host reports: then the image is registered at the scope, with
    /// the server, its template and the base image as its origin, or the order has failed.
    ///
    /// # Errors
    ///
    /// The caller may not, the server is not there or not operational, what a registration needs is
    /// not known, no credential fits, or the same is ordered already.
    pub async fn bundle(
        &self,
        request: BundleImage,
        described: Option<CloudServer>,
    ) -> Result<BundleOrdered, Error> {
        let server = self.find_server(&request, described).await?;
        self.write(|unit| {
            let (request, server) = (request.clone(), server.clone());
            async move {
                let scope = request.scope.clone();
                unit.enter(Permission::ImageBundle, &scope).await?;
                let base = match &server {
                    Some(server) => unit.base_of(server, &scope).await?,
                    None => None,
                };
                let credentials = unit.credentials_near(&scope).await?;
                let facts = BundleFacts {
                    server: server.as_ref(),
                    base: base.as_ref(),
                    credentials: &credentials,
                    lists: cleanup_lists(),
                };
                let Bundled { bundle, warnings } = bundle(request, &facts)?;
                let action = WorkAction::Bundle(Box::new(bundle));
                let order = unit.order_work(OrderWork { scope, action }).await?;
                Ok(BundleOrdered { order, warnings })
            }
        })
        .await
    }

    async fn find_server(
        &self,
        request: &BundleImage,
        described: Option<CloudServer>,
    ) -> Result<Option<CloudServer>, Error> {
        let (scope, location) = (&request.scope, &request.location);
        let unit = self.read().await?;
        unit.enter(Permission::ImageBundle, scope).await?;
        let credentials = unit.credentials_near(scope).await?;
        drop(unit);
        let inventory = &self.atlas.shared.inventory;
        let Some(inventory) = inventory.as_ref().filter(|known| known.covers(location)) else {
            // What the caller describes has to be what the caller asks for.
            let described = described
                .filter(|server| server.id == request.server && server.location == *location);
            return match described {
                Some(server) => Ok(Some(server)),
                None => Err(BundleError::NotDescribed {
                    location: location.clone(),
                }
                .into()),
            };
        };
        let named = request.credential.as_ref();
        let chosen = choose_credential(location, scope, named, &credentials);
        let chosen = chosen.map_err(BundleError::from)?;
        let mut all = credentials.iter();
        let secret = all.find(|credential| Some(credential.id()) == chosen);
        let ask = Ask::new(location).with(secret.map(Credential::secret));
        Ok(inventory.server(ask, &request.server).await?)
    }
}

impl Unit {
    /// The record of the image that a server was launched from, as a scope sees it.
    async fn base_of(
        &self,
        server: &CloudServer,
        scope: &Scope,
    ) -> Result<Option<ImageRecord>, Error> {
        let Some(image) = &server.image_id else {
            return Ok(None);
        };
        let records = self.records_above(scope, &server.location, image).await?;
        Ok(nearest(&records, scope).map(|found| found.record.clone()))
    }
}
