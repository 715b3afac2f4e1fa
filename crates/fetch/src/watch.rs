//! Who watches a fetch.

use core::fmt;

/// How far a fetch is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Bytes that are there, with those of an earlier attempt; it only grows.
    pub done: u64,
    /// Bytes in all, where the source says so.
    pub total: Option<u64>,
}

/// Who watches a fetch: who is told of it, and may stop it.
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
    /// A question that is asked several times a second, whether the work is to stop, and who is told how
    /// far it is. Both are called by the thread that fetches.
    pub fn new(
        stop: &'a (dyn Fn() -> bool + Sync),
        progress: &'a (dyn Fn(Progress) + Sync),
    ) -> Self {
        Self { stop, progress }
    }

    pub(crate) fn is_stopped(&self) -> bool {
        (self.stop)()
    }

    pub(crate) fn tell(&self, done: u64, total: Option<u64>) {
        (self.progress)(Progress { done, total });
    }
}
