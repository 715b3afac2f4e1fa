//! Launches, and what holds them: locks and policies.

use super::{Session, calls};
use crate::{
    Error, Explained, LaunchRequest, LaunchSubject, LockRef, LockUpdate, LockedLaunch, Page,
    Paging, PolicyView,
};
use atlas_base::Name;
use atlas_image_id::CloudLocation;
use atlas_scope::Scope;
use atlas_template::{
    AnyLock, Launch, LaunchMatrix, LockFile, LockState, Policy, Reference, RegisteredLock,
    Selector, TemplateLock,
};
use std::sync::Arc;

calls! {
    impl Session {
        fn resolve(&self, request: &LaunchRequest) -> Result<Arc<Launch>, Error>;
        fn explain(&self, request: &LaunchRequest) -> Result<Explained, Error>;
        fn resolve_all(&self, subject: &LaunchSubject) -> Result<Arc<LaunchMatrix>, Error>;
        fn explain_all(&self, subject: &LaunchSubject) -> Result<Vec<Explained>, Error>;
        fn lock(
            &self,
            reference: &Reference,
            from: &Scope,
            locations: Option<&[CloudLocation]>,
        ) -> Result<LockFile, Error>;
        fn lock_template(
            &self,
            reference: &Reference,
            mci: Option<&Reference>,
            from: &Scope,
            locations: Option<&[CloudLocation]>,
        ) -> Result<TemplateLock, Error>;
        fn update_lock(
            &self,
            lock: &AnyLock,
            to: Option<&Selector>,
            from: &Scope,
            locations: Option<&[CloudLocation]>,
        ) -> Result<LockUpdate, Error>;
        fn verify_lock(
            &self,
            lock: &AnyLock,
            from: &Scope,
        ) -> Result<Vec<(CloudLocation, LockState)>, Error>;
        fn resolve_locked(
            &self,
            lock: &AnyLock,
            location: &CloudLocation,
            from: &Scope,
        ) -> Result<LockedLaunch, Error>;
        fn register_lock(
            &self,
            lock: &AnyLock,
            name: &Name,
            scope: &Scope,
        ) -> Result<RegisteredLock, Error>;
        fn registered_locks(
            &self,
            scope: &Scope,
            paging: &Paging,
        ) -> Result<Page<RegisteredLock>, Error>;
        fn registered_lock(&self, lock: &LockRef, from: &Scope) -> Result<RegisteredLock, Error>;
        fn unregister_lock(&self, lock: &LockRef, from: &Scope) -> Result<RegisteredLock, Error>;
        fn set_policy(&self, scope: &Scope, policy: Policy) -> Result<PolicyView, Error>;
        fn remove_policy(&self, scope: &Scope, name: &Name) -> Result<(), Error>;
        fn policies(&self, at: &Scope, paging: &Paging) -> Result<Page<PolicyView>, Error>;
        fn policy(&self, name: &Name, at: &Scope) -> Result<PolicyView, Error>;
    }
}
