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
    /// it still comes with what depends on it, and what was imported stays.
    ///
    /// # Errors
    ///
    /// The account published nothing of the kind, it is deprecated already, or the caller may not.
    pub async fn deprecate_publication(
        &self,
        choice: &PublicationChoice,
        account: &Scope,
        reason: &Reason,
    ) -> Result<SeenPublication, Error> {
        self.change_publication(choice, account, |unit, before| {
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
        account: &Scope,
    ) -> Result<SeenPublication, Error> {
        self.change_publication(choice, account, |_, before| before.reactivate())
            .await
    }

    async fn change_publication(
        &self,
        choice: &PublicationChoice,
        account: &Scope,
        decide: impl Fn(&Unit, &Publication) -> Result<Publication, StateError> + Send + Sync,
    ) -> Result<SeenPublication, Error> {
        let decide = &decide;
        self.write(|unit| async move {
            let action = Permission::PublicationDeprecate;
            unit.enter_account(action, account).await?;
            let chosen = unit.chosen(choice, account).await?;
            let found = unit.publication(chosen).await?;
            let own = found.filter(|found| found.publisher == *account);
            let before = own.ok_or_else(|| choice.absent(account))?;
            let after = decide(&unit, &before)?;
            unit.put_publication(Some(&before), &after).await?;
            let change = Change::between(&told(&before), &told(&after));
            unit.audit_publication(action, &after, change).await?;
            let seen = after.as_seen_by(&Viewer::new(account, []));
            seen.ok_or_else(|| choice.absent(account))
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
