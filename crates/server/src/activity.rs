//! What is under way.

use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};

/// How many requests for bytes are under way: for metrics, and for whoever waits until none is.
#[derive(Debug, Clone)]
pub struct Activity(Arc<Counted>);

#[derive(Debug)]
struct Counted {
    slots: Arc<Semaphore>,
    running: watch::Sender<usize>,
}

/// One of them. It goes where its work goes, so that it counts until the last thread has ended.
#[derive(Debug)]
pub(crate) struct Work {
    of: Activity,
    slot: Option<OwnedSemaphorePermit>,
}

impl Activity {
    pub(crate) fn new(at_once: usize) -> Self {
        let at_once = at_once.min(Semaphore::MAX_PERMITS);
        Self(Arc::new(Counted {
            slots: Arc::new(Semaphore::new(at_once)),
            running: watch::Sender::new(0),
        }))
    }

    /// How many are under way.
    pub fn running(&self) -> usize {
        *self.0.running.borrow()
    }

    /// Waits until so many are under way, at most.
    pub async fn at_most(&self, running: usize) {
        let mut seen = self.0.running.subscribe();
        // INVARIANT: the sender is in `self`, so that it is not gone while this waits.
        let _ = seen.wait_for(|now| *now <= running).await;
    }

    /// One more, if there is room.
    pub(crate) fn begin(&self) -> Option<Work> {
        let slot = Arc::clone(&self.0.slots).try_acquire_owned().ok()?;
        self.0
            .running
            .send_modify(|running| *running = running.saturating_add(1));
        Some(Work {
            of: self.clone(),
            slot: Some(slot),
        })
    }
}

impl Drop for Work {
    fn drop(&mut self) {
        // Whoever is told that it has ended finds its slot free.
        drop(self.slot.take());
        let less = |running: &mut usize| *running = running.saturating_sub(1);
        self.of.0.running.send_modify(less);
    }
}
