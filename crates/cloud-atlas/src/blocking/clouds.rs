//! What clouds hold, and what has to be done there.

use super::{Session, calls};
use crate::{
    BundleImage, BundleOrdered, CandidateQuery, Candidates, Error, Job, JobId, Page, Paging,
    ReportWork, TakeWork, WorkQuery, WorkReported, WorkRequest,
};
use atlas_image::{CloudServer, Discovery, ImageRecordId, Reason, WorkOrder, WorkOrderId};
use atlas_scope::Scope;

calls! {
    impl Session {
        fn candidates(
            &self,
            query: &CandidateQuery,
            after: Option<&str>,
        ) -> Result<Candidates, Error>;
        fn discover(&self, query: &CandidateQuery) -> Result<Discovery, Error>;
        fn bundle(
            &self,
            request: BundleImage,
            described: Option<CloudServer>,
        ) -> Result<BundleOrdered, Error>;
        fn order_work(
            &self,
            record: ImageRecordId,
            from: &Scope,
            request: WorkRequest,
        ) -> Result<WorkOrder, Error>;
        fn work_orders(&self, query: &WorkQuery, paging: &Paging) -> Result<Page<WorkOrder>, Error>;
        fn work_order(&self, id: WorkOrderId, from: &Scope) -> Result<WorkOrder, Error>;
        fn take_work(&self, request: &TakeWork) -> Result<Option<WorkOrder>, Error>;
        fn report_work(
            &self,
            id: WorkOrderId,
            from: &Scope,
            report: ReportWork,
        ) -> Result<WorkReported, Error>;
        fn cancel_work(
            &self,
            id: WorkOrderId,
            from: &Scope,
            reason: Option<Reason>,
        ) -> Result<WorkOrder, Error>;
        fn retry_work(&self, id: WorkOrderId, from: &Scope) -> Result<WorkOrder, Error>;
        fn jobs(&self, scope: &Scope) -> Result<Vec<Job>, Error>;
        fn forget_job(&self, id: JobId, from: &Scope) -> Result<Job, Error>;
    }
}
