//! A clock that is set by hand, and ids in their order.

use atlas_base::Timestamp;
use cloud_atlas::{Clock, IdSource};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A clock that stands still until it is told otherwise.
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that shows a moment.
    pub fn new(now: Timestamp) -> Self {
        Self(Mutex::new(now))
    }

    /// Shows another moment.
    pub fn set(&self, now: Timestamp) {
        *lock(&self.0) = now;
    }

    /// Goes on by some seconds; it stands still where that would be beyond the year 9999.
    pub fn advance_secs(&self, seconds: i64) {
        let mut now = lock(&self.0);
        let later = now.as_micros().saturating_add(seconds * 1_000_000);
        *now = Timestamp::from_micros(later).unwrap_or(*now);
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *lock(&self.0)
    }
}

/// Ids that count upward, so that a test may compare them.
///
/// Ids also name commits: two engines over one store, or two runs over one file, must not share
/// a beginning, or the store takes a later commit for an earlier one that it holds already.
#[derive(Debug)]
pub struct SequentialIds(Mutex<u128>);

impl SequentialIds {
    /// Ids from a first one on.
    pub fn starting_at(first: u128) -> Self {
        Self(Mutex::new(first))
    }
}

impl Default for SequentialIds {
    fn default() -> Self {
        Self::starting_at(1)
    }
}

impl IdSource for SequentialIds {
    fn next(&self, _: Timestamp) -> u128 {
        let mut next = lock(&self.0);
        let id = *next;
        *next = id.wrapping_add(1);
        id
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
