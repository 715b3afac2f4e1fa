//! Who watches long work.

use crate::RepositoryError;
use core::fmt;
use std::sync::{Mutex, PoisonError};

/// How far some work is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes that are done; it only grows.
    pub done: u64,
    /// Bytes in all.
    pub total: u64,
}

/// Who watches long work: who is told of it, and may stop it.
#[derive(Clone, Copy)]
pub struct Watch<'a> {
    stop: &'a (dyn Fn() -> bool + Sync),
    progress: &'a (dyn Fn(Progress) + Sync),
}

impl fmt::Debug for Watch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

impl Default for Watch<'_> {
    fn default() -> Self {
        Self {
            stop: &|| false,
            progress: &|_| {},
        }
    }
}

impl<'a> Watch<'a> {
    /// A question that is asked often, whether the work is to stop, and who is told how far it is. Both
    /// are called by any thread; progress by one at a time.
    pub fn new(
        stop: &'a (dyn Fn() -> bool + Sync),
        progress: &'a (dyn Fn(Progress) + Sync),
    ) -> Self {
        Self { stop, progress }
    }

    /// The question.
    pub(crate) fn stop(&self) -> &'a (dyn Fn() -> bool + Sync) {
        self.stop
    }

    pub(crate) fn go_on(&self) -> Result<(), RepositoryError> {
        if (self.stop)() {
            return Err(RepositoryError::Stopped);
        }
        Ok(())
    }

    pub(crate) fn tell(&self, done: u64, total: u64) {
        (self.progress)(Progress { done, total });
    }
}

/// Counts what is done by many threads, and tells it in the order in which it grows.
#[derive(Debug)]
pub(crate) struct Counter<'a> {
    watch: Watch<'a>,
    done: Mutex<u64>,
    total: u64,
}

impl<'a> Counter<'a> {
    pub(crate) fn new(watch: Watch<'a>, total: u64) -> Self {
        let done = Mutex::new(0);
        Self { watch, done, total }
    }

    pub(crate) fn add(&self, more: u64) {
        let mut done = self.done.lock().unwrap_or_else(PoisonError::into_inner);
        *done = done.saturating_add(more).min(self.total);
        self.watch.tell(*done, self.total);
    }
}
