//! Locations that a lineage may not lose.

use crate::{
    Error, Session,
    kind::Mci,
    stored::StoredMci,
    unit::{Change, Unit},
};
use atlas_history::{Frozen, RevisionNumber};
use atlas_image_id::CloudLocation;
use atlas_mci::RequiredLocations;
use atlas_scope::{Permission, Scope};
use atlas_template::{ChannelName, Reference};

impl Session {
    /// Requires a lineage to serve some locations more: from now on a commit or a promotion that
    /// does not is refused (ours). They stand beside HEAD, whose generation stays as it is. Tells
    /// all that are required.
    ///
    /// # Errors
    ///
    /// It is not there or not visible, or the caller may not edit it.
    pub async fn require_locations(
        &self,
        reference: &Reference,
        from: &Scope,
        locations: &[CloudLocation],
    ) -> Result<RequiredLocations, Error> {
        self.write(|unit| {
            let (reference, from) = (reference.clone(), from.clone());
            async move {
                let mci = unit
                    .to_change::<Mci>(&reference, &from, Permission::MciEdit)
                    .await?;
                let required = mci.beside.with(locations.iter().cloned())?;
                unit.put_required(mci, required).await
            }
        })
        .await
    }

    /// Takes some of the locations off that a lineage has to serve. Tells those that stay.
    ///
    /// # Errors
    ///
    /// One of them is not required, the lineage is not there or not visible, or the caller may not
    /// edit it.
    pub async fn unrequire_locations(
        &self,
        reference: &Reference,
        from: &Scope,
        locations: &[CloudLocation],
    ) -> Result<RequiredLocations, Error> {
        self.write(|unit| {
            let (reference, from) = (reference.clone(), from.clone());
            async move {
                let mci = unit
                    .to_change::<Mci>(&reference, &from, Permission::MciEdit)
                    .await?;
                let required = mci.beside.without(locations)?;
                unit.put_required(mci, required).await
            }
        })
        .await
    }
}

impl Unit {
    async fn put_required(
        &self,
        mut mci: StoredMci,
        required: RequiredLocations,
    ) -> Result<RequiredLocations, Error> {
        if required != mci.beside {
            let text = |required: &RequiredLocations| {
                let locations: Vec<_> = required.iter().map(CloudLocation::as_str).collect();
                format!("requires {}", locations.join(", "))
            };
            let change = Change::between(&text(&mci.beside), &text(&required));
            mci.beside = required.clone();
            self.audit(Permission::MciEdit, &mci.scope, mci.lineage, change)
                .await?;
            self.put_lineage(mci).await?;
        }
        Ok(required)
    }

    /// Refuses a commit of HEAD that does not serve what is required.
    pub(crate) async fn gate_commit(&self, mci: &StoredMci) -> Result<(), Error> {
        let last = mci.last.filter(|_| !mci.beside.is_empty());
        let before = match last {
            Some(last) => Some(self.content(&mci.scope, last.content).await?),
            None => None,
        };
        let before = before.as_ref().map(Frozen::content);
        Ok(mci.beside.gate(before, mci.head.content())?)
    }

    /// Refuses to point a channel to a revision that does not serve what is required.
    pub(crate) async fn gate_promotion(
        &self,
        mci: &StoredMci,
        name: &ChannelName,
        to: RevisionNumber,
    ) -> Result<(), Error> {
        if mci.beside.is_empty() {
            return Ok(());
        }
        let before = match self.channel(mci, name).await? {
            Some(channel) => Some(self.committed(mci, channel.current()).await?),
            None => None,
        };
        let before = before.as_ref().map(|before| before.content.content());
        let after = self.committed(mci, to).await?;
        Ok(mci.beside.gate(before, after.content.content())?)
    }
}
