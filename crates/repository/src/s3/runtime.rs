//! The thread that speaks with the server.

use crate::{Answer, Wait};
use std::{io, thread};
use tokio::runtime::{Builder, Handle};

/// A runtime of one thread, which nobody else sees.
#[derive(Debug)]
pub(super) struct Runtime(Option<tokio::runtime::Runtime>);

impl Runtime {
    pub(super) fn start() -> io::Result<Self> {
        let mut builder = Builder::new_multi_thread();
        let builder = builder.worker_threads(1).thread_name("atlas-s3");
        builder
            .enable_io()
            .enable_time()
            .build()
            .map(Some)
            .map(Self)
    }
}

impl Wait for Runtime {
    fn wait(&self, answer: Answer<'_>) {
        let Some(runtime) = &self.0 else {
            return;
        };
        if Handle::try_current().is_err() {
            return runtime.block_on(answer);
        }
        // A thread of another runtime cannot wait for this one: a new thread does.
        thread::scope(|scope| {
            let wait = || runtime.block_on(answer);
            // Where there is none, there is no answer, which whoever asked is told.
            let _ = thread::Builder::new().spawn_scoped(scope, wait);
        });
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        // Nobody waits any more; and it may be dropped where nobody may wait.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}
