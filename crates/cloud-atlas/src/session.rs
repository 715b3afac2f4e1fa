//! What one principal can ask and do.

use crate::{Atlas, Error, ErrorKind, cache::PlanCache, unit::Unit};
use atlas_scope::PrincipalId;
use atlas_store::{Tx, transact};
use core::{fmt, future::Future};
use std::sync::Arc;

/// The calls of one principal. Cloning it is cheap.
///
/// Every call reads the principal's grants in its own transaction, decides, and commits with an
/// audit event, whole or not at all. A record that the principal cannot see reads like one that
/// is not there.
#[derive(Clone)]
pub struct Session {
    pub(crate) atlas: Atlas,
    pub(crate) who: PrincipalId,
    pub(crate) plans: Arc<PlanCache>,
}

impl Session {
    pub(crate) fn new(atlas: Atlas, who: PrincipalId) -> Self {
        let plans = atlas.shared.caches.plans_of(&who);
        Self { atlas, who, plans }
    }

    /// Who acts.
    pub fn principal(&self) -> &PrincipalId {
        &self.who
    }

    /// Whether nobody else can have the store open at the same time.
    pub fn is_exclusive(&self) -> bool {
        self.atlas.shared.store.capability().exclusive
    }

    /// Runs a unit of work until it commits; what it returns is decided anew on each attempt.
    pub(crate) async fn write<T, F, R>(&self, work: F) -> Result<T, Error>
    where
        F: Fn(Unit) -> R,
        R: Future<Output = Result<T, Error>>,
    {
        let shared = &self.atlas.shared;
        let now = shared.clock.now();
        let work = &work;
        let writing = shared.caches.writing();
        let announced = &writing;
        let unit = |tx: Tx| async move {
            shared.schema.begin(&tx).await?;
            let unit = Unit {
                tx: tx.clone(),
                now,
                who: self.who.clone(),
                shared: Arc::clone(shared),
                known: None,
                told: Arc::default(),
            };
            // Whatever a work is, its callers need not hold it.
            let value = Box::pin(work(unit)).await?;
            announced.announce(&tx);
            Ok(value)
        };
        let outcome = transact(&*shared.store, &shared.retries, unit).await;
        let outcome: Result<T, Error> = outcome.map(|(value, _)| value);
        match &outcome {
            // It may still come, as if nobody had waited for it.
            Err(error) if error.kind() == ErrorKind::Unknown => {}
            _ => writing.done(),
        }
        outcome
    }

    /// A unit of work over one snapshot that writes nothing.
    pub(crate) async fn read(&self) -> Result<Unit, Error> {
        let snapshot = self.atlas.shared.store.snapshot().await?;
        self.unit_on(Tx::look(snapshot)).await
    }

    /// [`Session::read`] that notes what it reads.
    pub(crate) async fn derive(&self) -> Result<Unit, Error> {
        let snapshot = self.atlas.shared.store.snapshot().await?;
        self.unit_on(Tx::on(snapshot)).await
    }

    async fn unit_on(&self, tx: Tx) -> Result<Unit, Error> {
        let shared = &self.atlas.shared;
        shared.schema.begin(&tx).await?;
        let now = shared.clock.now();
        Ok(Unit {
            tx,
            now,
            who: self.who.clone(),
            shared: Arc::clone(shared),
            known: Some(Arc::default()),
            told: Arc::default(),
        })
    }
}

impl fmt::Debug for Session {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Session")
            .field("who", &self.who)
            .finish_non_exhaustive()
    }
}
