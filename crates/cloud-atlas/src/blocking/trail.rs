//! The audit trail, and streams in and out.

use super::{Session, calls};
use crate::{
    AuditEvent, Error, EventQuery, ImportOptions, ImportProgress, ImportReport, Page, Paging,
};
use atlas_scope::Scope;
use atlas_store::FeedPosition;
use atlas_streams::StreamDocument;
use atlas_template::Reference;

calls! {
    impl Session {
        fn events(&self, scope: &Scope, paging: &Paging) -> Result<Page<AuditEvent>, Error>;
        fn find_events(
            &self,
            query: &EventQuery,
            paging: &Paging,
        ) -> Result<Page<AuditEvent>, Error>;
        fn events_head(&self, scope: &Scope) -> Result<FeedPosition, Error>;
        fn events_after(
            &self,
            query: &EventQuery,
            after: FeedPosition,
        ) -> Result<(Vec<AuditEvent>, FeedPosition), Error>;
        fn events_wait(&self, scope: &Scope, after: FeedPosition) -> Result<(), Error>;
        fn import_streams(
            &self,
            documents: &[StreamDocument],
            options: &ImportOptions,
            progress: &(dyn Fn(ImportProgress) + Send + Sync),
        ) -> Result<ImportReport, Error>;
        fn export_stream(
            &self,
            references: &[Reference],
            from: &Scope,
        ) -> Result<StreamDocument, Error>;
    }
}
