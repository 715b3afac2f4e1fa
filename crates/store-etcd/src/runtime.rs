//! The thread that speaks with the servers.

use crate::OpenError;
use atlas_store::StoreError;
use core::{future::Future, time::Duration};
use std::{
    sync::{Arc, Mutex, PoisonError},
    thread::{self, JoinHandle},
};
use tokio::{
    runtime::{Builder, Handle},
    sync::{mpsc, oneshot},
    task::{self, coop},
    time,
};

/// How long a closing store waits for commits that are under way.
const PATIENCE: Duration = Duration::from_secs(30);

/// A thread with the one reactor of a store, so that the store works under any executor.
pub(crate) struct Runtime {
    thread: Option<JoinHandle<()>>,
    stop: Option<oneshot::Sender<()>>,
    tasks: Arc<Tasks>,
}

/// Where work goes that must come to its end, whoever waits for it or no longer does.
pub(crate) struct Tasks {
    handle: Handle,
    /// Each task holds a clone: when all are gone, nothing is under way.
    alive: Mutex<Option<mpsc::Sender<()>>>,
}

impl Runtime {
    pub(crate) fn start() -> Result<Self, OpenError> {
        let refused = |source| OpenError::Thread { source };
        let runtime = Builder::new_current_thread()
            .enable_io()
            .enable_time()
            .build()
            .map_err(refused)?;
        let (stop, stopped) = oneshot::channel();
        let (alive, mut ended) = mpsc::channel(1);
        let tasks = Arc::new(Tasks {
            handle: runtime.handle().clone(),
            alive: Mutex::new(Some(alive)),
        });
        let work = move || {
            runtime.block_on(async {
                // A sender that is gone stops it too.
                let _ = stopped.await;
                let _ = time::timeout(PATIENCE, ended.recv()).await;
            });
            runtime.shutdown_background();
        };
        let thread = thread::Builder::new()
            .name("atlas-etcd".into())
            .spawn(work)
            .map_err(refused)?;
        Ok(Self {
            thread: Some(thread),
            stop: Some(stop),
            tasks,
        })
    }

    pub(crate) fn tasks(&self) -> Arc<Tasks> {
        Arc::clone(&self.tasks)
    }
}

impl Drop for Runtime {
    fn drop(&mut self) {
        self.tasks.lock().take();
        if let Some(stop) = self.stop.take() {
            let _ = stop.send(());
        }
        // The last handle may be dropped by a task of the thread itself, which cannot wait for
        // itself: it ends by itself.
        if let Some(thread) = self.thread.take()
            && thread.thread().id() != thread::current().id()
        {
            let _ = thread.join();
        }
    }
}

impl Tasks {
    /// Starts a task that runs to its end, even where nobody waits for it; none where the store is
    /// closed.
    pub(crate) fn start<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Option<task::JoinHandle<T>> {
        let alive = self.lock().clone()?;
        Some(self.handle.spawn(async move {
            let outcome = task.await;
            drop(alive);
            outcome
        }))
    }

    /// Starts a task and waits for it; none where it did not end, since the store was closed.
    pub(crate) async fn run<T: Send + 'static>(
        &self,
        task: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        let task = self.start(task)?;
        // Whoever waits may block a task of another runtime. Tokio gives each task a budget, and
        // once that is spent, nothing of it is ready before the task has yielded, which this cannot.
        coop::unconstrained(task).await.ok()
    }

    /// Runs a task that ends with the store at the latest.
    pub(crate) fn run_along(&self, task: impl Future<Output = ()> + Send + 'static) {
        drop(self.handle.spawn(task));
    }

    /// Like [`Tasks::run`], for tasks that change nothing.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        task: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.run(task).await.unwrap_or(Err(StoreError::Closed))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Option<mpsc::Sender<()>>> {
        self.alive.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
