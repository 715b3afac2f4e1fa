//! What a store and its snapshots share.

use crate::{
    Options,
    pool::{Pool, Session},
    runtime::Tasks,
};
use atlas_store::Capability;
use core::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

pub(crate) struct Shared {
    pub(crate) capability: Capability,
    pub(crate) options: Options,
    pub(crate) pool: Arc<Pool>,
    pub(crate) tasks: Arc<Tasks>,
    closed: AtomicBool,
}

impl Shared {
    pub(crate) fn new(options: Options, pool: Arc<Pool>, tasks: Arc<Tasks>) -> Self {
        let mut capability = Capability::new("postgres");
        capability.max_value_bytes = options.max_value_bytes;
        capability.max_operations = Some(options.max_operations);
        capability.max_commit_bytes = Some(options.max_commit_bytes);
        Self {
            capability,
            options,
            pool,
            tasks,
            closed: AtomicBool::new(false),
        }
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.closed.load(Ordering::Acquire)
    }

    pub(crate) fn close(&self) {
        self.closed.store(true, Ordering::Release);
        self.pool.close();
    }

    /// Gives up the transaction of a connection, and takes it back.
    pub(crate) fn give_up(&self, session: Session) {
        let pool = Arc::clone(&self.pool);
        drop(self.tasks.start(async move { pool.give_up(session).await }));
    }

    /// Forgets old tokens on a connection, and takes it back.
    pub(crate) fn tidy(&self, session: Session) {
        let pool = Arc::clone(&self.pool);
        drop(self.tasks.start(async move {
            let statement = &session.statements().expire_tokens;
            // The next one tries again.
            if session.client().query(statement, &[]).await.is_ok() {
                pool.keep(session);
            }
        }));
    }
}
