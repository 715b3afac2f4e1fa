//! Publications, imports and HEADs that are followed.

use super::{Session, calls};
use crate::{
    Error, HeadOfferView, ImportPublication, ImportView, LineageKind, MarketDiff, MarketUpdate,
    MarketUpdated, OfferHead, Page, Paging, PublicationChoice, PublicationImported, PublishAsk,
    SubscriptionView,
};
use atlas_history::{LineageId, RevisionNumber};
use atlas_image::Reason;
use atlas_market::{
    CatalogueQuery, DeletedImport, HeadOffer, HeadSubscription, Importers, Listing, PublicationRef,
    Published, SeenPublication,
};
use atlas_scope::Scope;
use atlas_template::Reference;

calls! {
    impl Session {
        fn publish(&self, ask: &PublishAsk) -> Result<Published, Error>;
        fn publish_preview(&self, ask: &PublishAsk) -> Result<Published, Error>;
        fn publications(
            &self,
            account: &Scope,
            paging: &Paging,
        ) -> Result<Page<SeenPublication>, Error>;
        fn publication(
            &self,
            choice: &PublicationChoice,
            from: &Scope,
        ) -> Result<SeenPublication, Error>;
        fn deprecate_publication(
            &self,
            choice: &PublicationChoice,
            from: &Scope,
            reason: &Reason,
        ) -> Result<SeenPublication, Error>;
        fn reactivate_publication(
            &self,
            choice: &PublicationChoice,
            from: &Scope,
        ) -> Result<SeenPublication, Error>;
        fn catalogue(
            &self,
            query: &CatalogueQuery,
            from: &Scope,
            paging: &Paging,
        ) -> Result<Page<Listing>, Error>;
        fn importers(
            &self,
            choice: &PublicationChoice,
            account: &Scope,
        ) -> Result<Importers, Error>;
        fn import_publication(
            &self,
            ask: &ImportPublication,
        ) -> Result<PublicationImported, Error>;
        fn imports(&self, account: &Scope, paging: &Paging) -> Result<Page<ImportView>, Error>;
        fn delete_import(
            &self,
            kind: LineageKind,
            reference: &Reference,
            from: &Scope,
        ) -> Result<DeletedImport, Error>;
        fn market_updates(&self, account: &Scope) -> Result<Vec<MarketUpdate>, Error>;
        fn market_diff(
            &self,
            have: RevisionNumber,
            newest: PublicationRef,
            account: &Scope,
        ) -> Result<Option<MarketDiff>, Error>;
        fn import_updates(
            &self,
            account: &Scope,
            only: Option<&[LineageId]>,
        ) -> Result<MarketUpdated, Error>;
        fn offer_head(&self, ask: &OfferHead) -> Result<HeadOffer, Error>;
        fn withdraw_head(&self, lineage: LineageId, from: &Scope) -> Result<HeadOffer, Error>;
        fn head_offers(&self, account: &Scope) -> Result<Vec<HeadOfferView>, Error>;
        fn subscribe(&self, lineage: LineageId, account: &Scope) -> Result<HeadSubscription, Error>;
        fn unsubscribe(
            &self,
            lineage: LineageId,
            account: &Scope,
        ) -> Result<HeadSubscription, Error>;
        fn subscriptions(&self, account: &Scope) -> Result<Vec<SubscriptionView>, Error>;
    }
}
