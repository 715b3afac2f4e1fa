//! How often a caller may ask.

use super::Ec2Caller;
use cloud_atlas::base::Timestamp;
use core::{num::NonZeroU32, time::Duration};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// How often a caller may ask: so many times in a second on the average, and so many times at once
/// after having asked for nothing. An access key is a caller of its own; who has none is known by the
/// principal and the project.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "a bucket and how fast it fills")]
pub struct Ec2Rate {
    /// Requests in a second.
    pub per_second: NonZeroU32,
    /// Requests at once.
    pub burst: NonZeroU32,
}

impl Ec2Rate {
    /// How long it takes until one request more may come.
    fn interval(self) -> i64 {
        1_000_000_i64
            .checked_div(self.per_second.get().into())
            .unwrap_or(1)
            .max(1)
    }
}

/// Who has asked how often: for each caller, the time at which all that was asked would have come one
/// by one (GCRA, the algorithm of virtual scheduling of ATM's forum).
#[derive(Debug, Default)]
pub(super) struct Rates(Mutex<BTreeMap<Box<str>, i64>>);

/// Beyond so many callers, those that have asked for nothing lately are forgotten.
const KEPT: usize = 4096;

impl Rates {
    /// Counts a request.
    ///
    /// # Errors
    ///
    /// There were too many: how long to wait.
    pub(super) fn count(
        &self,
        rate: Ec2Rate,
        caller: &Ec2Caller,
        now: Timestamp,
    ) -> Result<(), Duration> {
        let now = now.as_micros();
        let interval = rate.interval();
        let room = interval.saturating_mul(i64::from(rate.burst.get()).saturating_sub(1));
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if kept.len() >= KEPT {
            kept.retain(|_, due| *due > now);
        }
        let due = kept.entry(name(caller)).or_insert(now);
        // A clock that was set back does not lock anybody out for longer than a burst takes.
        let at = (*due).clamp(now, now.saturating_add(room).saturating_add(interval));
        let early = at.saturating_sub(room).saturating_sub(now);
        if early > 0 {
            *due = at;
            return Err(Duration::from_micros(early.unsigned_abs()));
        }
        *due = at.saturating_add(interval);
        Ok(())
    }
}

/// By what a caller is known.
fn name(caller: &Ec2Caller) -> Box<str> {
    match &caller.key {
        Some(key) => key.as_str().into(),
        // No id of a key has such a character.
        None => format!("{}\0{}", caller.caller.principal, caller.caller.scope).into(),
    }
}
