//! ServerTemplates.

use super::{Session, calls};
use crate::{
    CloneTemplate, CommitTemplate, Error, GraphBounds, LineageDeleted, LineageGraph, LineageShared,
    LogEntry, MarkedRevision, MergeTemplate, NewLineage, Page, Paging, RevokedRevision,
    TemplateChange, TemplateCloned, TemplateCommitted, TemplateDiffView, TemplateMerge,
    TemplateRestored, TemplateSummary, TemplateUndone, TemplateUpdated, TemplateUpdates,
    TemplateView, TemplateWithMci,
};
use atlas_base::Name;
use atlas_history::{Generation, UndoEntry};
use atlas_scope::Scope;
use atlas_template::{OnRevoke, Reference};

calls! {
    impl Session {
        fn create_template(&self, scope: &Scope, name: Name) -> Result<TemplateView, Error>;
fn create_template_with_mci(
            &self,
            new: &NewLineage,
            mci: Name,
        ) -> Result<TemplateWithMci, Error>;
        fn make_template(&self, new: &NewLineage) -> Result<TemplateView, Error>;
        fn share_template(
            &self,
            reference: &Reference,
            from: &Scope,
        ) -> Result<LineageShared, Error>;
        fn unshare_template(
            &self,
            reference: &Reference,
            from: &Scope,
            force: bool,
        ) -> Result<LineageShared, Error>;
        fn edit_template(
            &self,
            reference: &Reference,
            from: &Scope,
            changes: Vec<TemplateChange>,
            seen: Option<Generation>,
        ) -> Result<TemplateView, Error>;
        fn commit_template(&self, ask: &CommitTemplate) -> Result<TemplateCommitted, Error>;
        fn template(&self, reference: &Reference, from: &Scope) -> Result<TemplateView, Error>;
        fn templates(&self, from: &Scope, paging: &Paging) -> Result<Page<TemplateSummary>, Error>;
        fn template_diff(
            &self,
            before: &Reference,
            after: &Reference,
            from: &Scope,
        ) -> Result<TemplateDiffView, Error>;
        fn clone_template(&self, ask: &CloneTemplate) -> Result<TemplateCloned, Error>;
        fn restore_template(
            &self,
            reference: &Reference,
            from: &Scope,
            seen: Option<Generation>,
        ) -> Result<TemplateRestored, Error>;
        fn undo_template(
            &self,
            reference: &Reference,
            from: &Scope,
            number: Option<u64>,
            seen: Option<Generation>,
        ) -> Result<TemplateUndone, Error>;
        fn template_undo_points(
            &self,
            reference: &Reference,
            from: &Scope,
        ) -> Result<Vec<UndoEntry>, Error>;
        fn template_log(
            &self,
            reference: &Reference,
            from: &Scope,
            paging: &Paging,
        ) -> Result<Page<LogEntry>, Error>;
        fn template_diff_pair(
            &self,
            reference: &Reference,
            from: &Scope,
        ) -> Result<(Reference, Reference), Error>;
        fn merge_template(&self, ask: &MergeTemplate) -> Result<TemplateMerge, Error>;
        fn template_merge_preview(&self, ask: &MergeTemplate) -> Result<TemplateMerge, Error>;
        fn template_updates(
            &self,
            reference: &Reference,
            from: &Scope,
        ) -> Result<TemplateUpdates, Error>;
        fn update_template(
            &self,
            reference: &Reference,
            from: &Scope,
            only: Option<&[Reference]>,
            seen: Option<Generation>,
        ) -> Result<TemplateUpdated, Error>;
        fn deprecate_template(
            &self,
            reference: &Reference,
            from: &Scope,
            reason: &str,
        ) -> Result<MarkedRevision, Error>;
        fn revoke_template(
            &self,
            reference: &Reference,
            from: &Scope,
            reason: &str,
            channels: OnRevoke,
        ) -> Result<RevokedRevision, Error>;
        fn unmark_template(
            &self,
            reference: &Reference,
            from: &Scope,
        ) -> Result<MarkedRevision, Error>;
        fn delete_template(
            &self,
            reference: &Reference,
            from: &Scope,
        ) -> Result<LineageDeleted, Error>;
        fn template_graph(
            &self,
            reference: &Reference,
            from: &Scope,
            bounds: GraphBounds,
        ) -> Result<LineageGraph, Error>;
    }
}
