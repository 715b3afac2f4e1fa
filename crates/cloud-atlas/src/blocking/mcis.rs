//! MultiCloud Images.

use super::{Session, calls};
use crate::{
    CheckOptions, CloneMci, Error, GraphBounds, LineageDeleted, LineageGraph, LineageShared,
    LogEntry, MarkedRevision, Matched, MatcherView, MciCloned, MciDiff, MciMerge, MciRestored,
    MciSummary, MciUndone, MciView, MergeMci, NewLineage, Page, Paging, RevokedRevision, Suggested,
    XrefSubject, XrefView,
};
use atlas_base::Name;
use atlas_history::{Generation, Message, Revision, UndoEntry};
use atlas_image_id::CloudLocation;
use atlas_mci::{Coverage, Deny, Finding, HeadEdit, RequiredLocations};
use atlas_scope::Scope;
use atlas_template::{OnRevoke, Reference};

calls! {
    impl Session {
        fn make_mci(&self, new: &NewLineage) -> Result<MciView, Error>;
        fn share_mci(&self, reference: &Reference, from: &Scope) -> Result<LineageShared, Error>;
        fn unshare_mci(
            &self,
            reference: &Reference,
            from: &Scope,
            force: bool,
        ) -> Result<LineageShared, Error>;
        fn create_mci(&self, scope: &Scope, name: Name) -> Result<MciView, Error>;
        fn edit_mci(
            &self,
            reference: &Reference,
            from: &Scope,
            edits: Vec<HeadEdit>,
            seen: Option<Generation>,
        ) -> Result<MciView, Error>;
        fn commit_mci(
            &self,
            reference: &Reference,
            from: &Scope,
            message: Message,
            seen: Option<Generation>,
        ) -> Result<Revision, Error>;
        fn mci(&self, reference: &Reference, from: &Scope) -> Result<MciView, Error>;
        fn mcis(&self, from: &Scope, paging: &Paging) -> Result<Page<MciSummary>, Error>;
        fn mci_log(
            &self,
            reference: &Reference,
            from: &Scope,
            paging: &Paging,
        ) -> Result<Page<LogEntry>, Error>;
        fn diff_pair(
            &self,
            reference: &Reference,
            from: &Scope,
        ) -> Result<(Reference, Reference), Error>;
        fn coverage(&self, references: &[Reference], from: &Scope) -> Result<Coverage, Error>;
        fn mci_diff(
            &self,
            before: &Reference,
            after: &Reference,
            from: &Scope,
        ) -> Result<MciDiff, Error>;
        fn mci_check(
            &self,
            reference: &Reference,
            from: &Scope,
            options: &CheckOptions,
        ) -> Result<Vec<Finding>, Error>;
        fn commit_mci_denying(
            &self,
            reference: &Reference,
            from: &Scope,
            message: Message,
            seen: Option<Generation>,
            deny: &Deny,
            options: &CheckOptions,
        ) -> Result<Revision, Error>;
        fn require_locations(
            &self,
            reference: &Reference,
            from: &Scope,
            locations: &[CloudLocation],
        ) -> Result<RequiredLocations, Error>;
        fn unrequire_locations(
            &self,
            reference: &Reference,
            from: &Scope,
            locations: &[CloudLocation],
        ) -> Result<RequiredLocations, Error>;
        fn match_mci(
            &self,
            reference: &Reference,
            from: &Scope,
            location: &CloudLocation,
            seen: Option<Generation>,
        ) -> Result<Matched, Error>;
        fn rematch_mci(
            &self,
            reference: &Reference,
            from: &Scope,
            seen: Option<Generation>,
        ) -> Result<Vec<Matched>, Error>;
        fn matchers(&self, reference: &Reference, from: &Scope) -> Result<Vec<MatcherView>, Error>;
        fn remove_matcher(
            &self,
            reference: &Reference,
            from: &Scope,
            location: &CloudLocation,
        ) -> Result<(), Error>;
        fn mci_free(
            &self,
            reference: &Reference,
            from: &Scope,
        ) -> Result<Vec<CloudLocation>, Error>;
        fn mci_suggest(
            &self,
            reference: &Reference,
            from: &Scope,
            location: &CloudLocation,
        ) -> Result<Suggested, Error>;
        fn clone_mci(&self, ask: &CloneMci) -> Result<MciCloned, Error>;
        fn merge_mci(&self, ask: &MergeMci) -> Result<MciMerge, Error>;
        fn mci_merge_preview(&self, ask: &MergeMci) -> Result<MciMerge, Error>;
        fn restore_mci(
            &self,
            reference: &Reference,
            from: &Scope,
            seen: Option<Generation>,
        ) -> Result<MciRestored, Error>;
        fn undo_mci(
            &self,
            reference: &Reference,
            from: &Scope,
            number: Option<u64>,
            seen: Option<Generation>,
        ) -> Result<MciUndone, Error>;
        fn mci_undo_points(
            &self,
            reference: &Reference,
            from: &Scope,
        ) -> Result<Vec<UndoEntry>, Error>;
        fn deprecate_mci(
            &self,
            reference: &Reference,
            from: &Scope,
            reason: &str,
        ) -> Result<MarkedRevision, Error>;
        fn revoke_mci(
            &self,
            reference: &Reference,
            from: &Scope,
            reason: &str,
            channels: OnRevoke,
        ) -> Result<RevokedRevision, Error>;
        fn unmark_mci(&self, reference: &Reference, from: &Scope) -> Result<MarkedRevision, Error>;
        fn delete_mci(&self, reference: &Reference, from: &Scope) -> Result<LineageDeleted, Error>;
        fn mci_graph(
            &self,
            reference: &Reference,
            from: &Scope,
            bounds: GraphBounds,
        ) -> Result<LineageGraph, Error>;
        fn xref(&self, subject: &XrefSubject, from: &Scope) -> Result<XrefView, Error>;
    }
}
