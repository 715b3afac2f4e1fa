//! The one thread that writes: it judges each commit by itself and flushes for all of them.

use crate::{
    Options,
    batch::{Batch, Progress},
    guard::{Guarded, engine, guard},
    recent::Recent,
    shared::{Request, Shared},
    tokens::Tokens,
    view::View,
};
use atlas_store::{Committed, StoreError};
use std::sync::Arc;

pub(crate) struct Committer {
    pub(crate) database: Guarded,
    pub(crate) shared: Arc<Shared>,
    pub(crate) options: Options,
    /// The number of the newest commit.
    pub(crate) newest: u64,
    pub(crate) recent: Recent,
    pub(crate) tokens: Tokens,
    /// What every further commit is answered, once the engine has failed.
    pub(crate) broken: Option<StoreError>,
}

/// What a failed batch means to those who were in it.
enum Failure {
    /// Nothing was written.
    Before(StoreError),
    /// The flush failed: perhaps everything was written, perhaps nothing.
    During(StoreError),
}

impl Committer {
    /// Works until the store is closed.
    pub(crate) fn run(mut self) {
        let shared = Arc::clone(&self.shared);
        // INVARIANT: whoever waits is answered, whatever happens here.
        let _ = guard(|| {
            while let Some(batch) = shared.next_batch() {
                self.commit(batch);
            }
        });
        shared.abandon();
    }

    fn commit(&mut self, requests: Vec<Request>) {
        if let Some(broken) = &self.broken {
            for request in requests {
                request.answer(Err(broken.clone()));
            }
            return;
        }
        let outcome = guard(|| self.write(&requests))
            .unwrap_or_else(|panicked| Err(Failure::During(panicked.into())));
        match outcome {
            Ok(verdicts) => {
                for (request, verdict) in requests.into_iter().zip(verdicts) {
                    request.answer(verdict);
                }
            }
            Err(failure) => self.fail(requests, &failure),
        }
    }

    /// Answers a batch that failed, and refuses everything that follows: the engine has to be
    /// opened again to know what it holds.
    fn fail(&mut self, requests: Vec<Request>, failure: &Failure) {
        let (Failure::Before(error) | Failure::During(error)) = failure;
        self.broken = Some(match error {
            StoreError::Corrupt { .. } => error.clone(),
            _ => StoreError::Closed,
        });
        self.shared.fail(self.broken.clone());
        for request in requests {
            let token = request.commit.token;
            let answer = match failure {
                Failure::Before(error) => error.clone(),
                Failure::During(error) => StoreError::UnknownOutcome {
                    token,
                    source: Some(Arc::new(error.clone())),
                },
            };
            request.answer(Err(answer));
        }
    }

    fn write(
        &mut self,
        requests: &[Request],
    ) -> Result<Vec<Result<Committed, StoreError>>, Failure> {
        let before = |error: StoreError| Failure::Before(error);
        let database = self.database.get().map_err(before)?;
        let mut transaction = database
            .begin_write()
            .map_err(|error| before(engine(error)))?;
        transaction.set_quick_repair(self.options.quick_repair);
        let mut batch = Batch::new(
            &self.shared,
            self.newest,
            &mut self.recent,
            &mut self.tokens,
        );
        let verdicts = batch.judge(&transaction, requests).map_err(before)?;
        let progress = batch.finish(&transaction, &self.options).map_err(before)?;
        let Some(Progress { newest, heads }) = progress else {
            transaction.abort().map_err(|error| before(engine(error)))?;
            return Ok(verdicts);
        };
        transaction
            .commit()
            .map_err(|error| Failure::During(engine(error)))?;
        let view = View::new(database, newest).map_err(Failure::During)?;
        self.newest = newest;
        let oldest = self.shared.publish(view, heads);
        self.recent.prune(oldest);
        Ok(verdicts)
    }
}
