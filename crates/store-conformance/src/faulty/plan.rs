//! Which call fails how, and what has failed.

use crate::dice::Dice;
use core::time::Duration;
use std::collections::{BTreeMap, VecDeque};

/// A call to a store that may fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Call {
    /// Of [`Store::snapshot`](atlas_store::Store::snapshot).
    Snapshot,
    /// Of [`Snapshot::get`](atlas_store::Snapshot::get).
    Get,
    /// Of [`Snapshot::range`](atlas_store::Snapshot::range).
    Range,
    /// Of [`Store::feed`](atlas_store::Store::feed).
    Feed,
    /// Of [`Snapshot::commit`](atlas_store::Snapshot::commit).
    Commit,
}

/// What becomes of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Fault {
    /// Nothing out of the ordinary.
    None,
    /// It is refused, as if something it had read had moved. Only a commit can be; any other call
    /// goes well.
    Conflict,
    /// It does not reach the store.
    Unavailable,
    /// It does not reach the store, but nobody can tell. Any call but a commit is then just
    /// unavailable.
    LostCommit,
    /// It happens, but nobody can tell. Any call but a commit is then just unavailable.
    LostAnswer,
    /// It happens at once, and its answer waits for so long in the store's own
    /// [`sleep`](atlas_store::Store::sleep).
    Slow(Duration),
}

/// How often calls fail at random: of 1,000 calls so many.
///
/// The rates of one call are added up; beyond 1,000 none goes well.
///
/// ```
/// # use atlas_store_conformance::Rates;
/// let mut rates = Rates::default();
/// assert_eq!(rates.conflict, 0);
/// rates.conflict = 100;
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Rates {
    /// Of the commits that have read something: [`Fault::Conflict`]. One that has read nothing
    /// cannot conflict.
    pub conflict: usize,
    /// Of all calls: [`Fault::Unavailable`].
    pub unavailable: usize,
    /// Of the commits: [`Fault::LostCommit`].
    pub lost_commit: usize,
    /// Of the commits: [`Fault::LostAnswer`].
    pub lost_answer: usize,
    /// Of all calls: [`Fault::Slow`].
    pub slow: usize,
    /// How long a slow answer waits at most.
    pub slowest: Duration,
}

#[derive(Debug, Default)]
pub(crate) struct Plan {
    planned: BTreeMap<Call, VecDeque<Fault>>,
    chance: Option<(Dice, Rates)>,
    happened: BTreeMap<(Call, Fault), usize>,
}

impl Plan {
    pub(crate) fn add(&mut self, call: Call, faults: impl IntoIterator<Item = Fault>) {
        self.planned.entry(call).or_default().extend(faults);
    }

    pub(crate) fn set_chance(&mut self, seed: u64, rates: Rates) {
        self.chance = Some((Dice::new(seed), rates));
    }

    /// How many faults are still planned.
    pub(crate) fn left(&self) -> usize {
        self.planned.values().map(VecDeque::len).sum()
    }

    /// How many faults of a kind have happened, however long the slow ones were.
    pub(crate) fn happened(&self, call: Call, fault: Fault) -> usize {
        let found = self.happened.get(&(call, kind(fault)));
        found.copied().unwrap_or_default()
    }

    /// What becomes of the next call: what is planned first, then what chance says.
    pub(crate) fn next(&mut self, call: Call, may_conflict: bool) -> Fault {
        let planned = self.planned.get_mut(&call).and_then(VecDeque::pop_front);
        let fault = match (planned, &mut self.chance) {
            (Some(planned), _) => planned,
            (None, Some((dice, rates))) => rates.draw(dice, call, may_conflict),
            (None, None) => Fault::None,
        };
        let fault = match fault {
            Fault::Conflict if call != Call::Commit => Fault::None,
            Fault::LostCommit | Fault::LostAnswer if call != Call::Commit => Fault::Unavailable,
            fault => fault,
        };
        *self.happened.entry((call, kind(fault))).or_default() += 1;
        fault
    }
}

impl Rates {
    fn draw(&self, dice: &mut Dice, call: Call, may_conflict: bool) -> Fault {
        let commit = |rate: usize| if call == Call::Commit { rate } else { 0 };
        let conflict = if may_conflict { self.conflict } else { 0 };
        let faults = [
            (commit(conflict), Fault::Conflict),
            (commit(self.lost_commit), Fault::LostCommit),
            (commit(self.lost_answer), Fault::LostAnswer),
            (self.unavailable, Fault::Unavailable),
            (self.slow, Fault::Slow(Duration::ZERO)),
        ];
        let mut rest = dice.roll(1000);
        for (rate, fault) in faults {
            if rest < rate {
                return match fault {
                    Fault::Slow(_) => Fault::Slow(self.wait(dice)),
                    fault => fault,
                };
            }
            rest -= rate;
        }
        Fault::None
    }

    fn wait(&self, dice: &mut Dice) -> Duration {
        let parts = u32::try_from(dice.roll(1000)).unwrap_or_default() + 1;
        self.slowest.saturating_mul(parts) / 1000
    }
}

fn kind(fault: Fault) -> Fault {
    match fault {
        Fault::Slow(_) => Fault::Slow(Duration::ZERO),
        fault => fault,
    }
}
