//! Networks, as inventories report them. Clouds are asked between transactions.

use crate::{Error, Session};
use atlas_image::{CloudNetwork, NetworkName, fitting_credentials};
use atlas_image_id::{Cloud, CloudLocation};
use atlas_inventory::Ask;
use atlas_scope::{Permission, Scope};
use atlas_template::{KnownNetworks, offer_networks};

/// What was found out about the networks of a location before a transaction.
#[derive(Debug, Clone, Default)]
pub(crate) struct Networks(Option<Vec<CloudNetwork>>);

impl Networks {
    pub(crate) fn known(&self) -> KnownNetworks<'_> {
        match &self.0 {
            Some(reported) => KnownNetworks::Reported(reported),
            None => KnownNetworks::Unasked,
        }
    }
}

impl Session {
    /// The networks that are offered to a server at a location (Scalr: those of its compute
    /// resource); none where no inventory tells, so that any is taken. They are looked for with
    /// every credential that fits there.
    ///
    /// # Errors
    ///
    /// The scope is not there, the caller may not manage servers there, or the inventory gives no
    /// answer.
    pub async fn server_networks(
        &self,
        location: &CloudLocation,
        from: &Scope,
    ) -> Result<Option<Vec<NetworkName>>, Error> {
        let unit = self.read().await?;
        unit.enter(Permission::ServerManage, from).await?;
        drop(unit);
        let found = self.networks(location, from).await?;
        Ok(found.0.map(|known| offer_networks(location, &known)))
    }

    /// What an inventory tells of the networks of a location, with the credentials that fit at a
    /// scope. The caller has made sure that whoever asks may manage servers there: nobody else
    /// learns what a cloud holds.
    pub(crate) async fn networks(
        &self,
        location: &CloudLocation,
        scope: &Scope,
    ) -> Result<Networks, Error> {
        let inventory = self.atlas.shared.inventory.as_ref();
        let Some(inventory) = inventory.filter(|inventory| inventory.covers(location)) else {
            return Ok(Networks::default());
        };
        let unit = self.read().await?;
        let credentials = unit.credentials_near(scope).await?;
        drop(unit);
        let fitting = fitting_credentials(location, scope, &credentials);
        let mut secrets: Vec<_> = fitting.iter().map(|it| Some(it.secret())).collect();
        if location.cloud() == Cloud::Local {
            // The image repository is asked without one (Symphony).
            secrets = vec![None];
        }
        let mut known: Option<Vec<CloudNetwork>> = None;
        for secret in secrets {
            let told = inventory.networks(Ask::new(location).with(secret)).await?;
            if let Some(told) = told {
                known.get_or_insert_default().extend(told);
            }
        }
        Ok(Networks(known))
    }
}
