//! Publications are offered no more, and offered again.

use super::choice::PublicationChoice;
use crate::{
    Error, Session,
    unit::{Change, Unit},
};
use atlas_image::Reason;
use atlas_market::{Publication, PublicationState, SeenPublication, StateError, Viewer};
use atlas_scope::{Permission, Scope};

impl Session {
    /// Takes a publication out of the catalogue (RightScale): nobody imports it by itself any more,
    /// it still comes along with what depends on it, and what was imported stays. Who may, may at the
    /// scope that holds the lineage, as who publishes it.
    ///
    /// # Errors
    ///
    /// The account published nothing of the kind, it is deprecated already, or the caller may not.
    pub async fn deprecate_publication(
        &self,
        choice: &PublicationChoice,
        from: &Scope,
        reason: &Reason,
    ) -> Result<SeenPublication, Error> {
        self.change_publication(choice, from, |unit, before| {
            before.deprecate(reason.clone(), unit.who.clone(), unit.now)
        })
        .await
    }

    /// Offers a deprecated publication again (RightScale).
    ///
    /// # Errors
    ///
    /// The account published nothing of the kind, it is not deprecated, or the caller may not.
    pub async fn reactivate_publication(
        &self,
        choice: &PublicationChoice,
        from: &Scope,
    ) -> Result<SeenPublication, Error> {
        self.change_publication(choice, from, |_, before| before.reactivate())
            .await
    }

    async fn change_publication(
        &self,
        choice: &PublicationChoice,
        from: &Scope,
        decide: impl Fn(&Unit, &Publication) -> Result<Publication, StateError> + Send + Sync,
    ) -> Result<SeenPublication, Error> {
        let decide = &decide;
        self.write(|unit| async move {
            let action = Permission::PublicationDeprecate;
            let account = unit.enter_within_account(action, from).await?;
            let chosen = unit.chosen(choice, from).await?;
            let found = unit.publication(chosen).await?;
            let own = found.filter(|found| found.publisher == account);
            let before = own.ok_or_else(|| choice.absent(from))?;
            let holder = unit
                .holder(before.kind, before.source, &before.publisher)
                .await?;
            unit.require(action, &holder).await?;
            let after = decide(&unit, &before)?;
            unit.put_publication(Some(&before), &after).await?;
            let change = Change::between(&told(&before), &told(&after));
            unit.audit_publication(action, &after, change).await?;
            let seen = after.as_seen_by(&Viewer::new(&account, []));
            seen.ok_or_else(|| choice.absent(from))
        })
        .await
    }
}

/// A state in an audit event.
fn told(publication: &Publication) -> String {
    match &publication.state {
        PublicationState::Active => "active".to_owned(),
        PublicationState::Deprecated { reason, .. } => format!("deprecated: {reason}"),
    }
}
