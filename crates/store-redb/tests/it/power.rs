//! Loss of power at every flush of a workload.

use crate::weak::{Flaw, NeverFlushes, Weak};
use atlas_store::Store;
use atlas_store_conformance::ledger::{apply, audit};
use atlas_store_redb::{Backend, MemoryBackend, Options, RedbStore, VolatileBackend};
use pollster::block_on;
use std::{
    collections::BTreeSet,
    num::NonZeroUsize,
    sync::{Arc, Mutex},
    thread,
};

/// How many commits a workload has: 50, or as many as the variable says.
fn rounds() -> u64 {
    std::env::var("ATLAS_POWER_ROUNDS").map_or(50, |rounds| rounds.parse().unwrap())
}

/// A workload over a medium that notes everything.
struct Run {
    medium: VolatileBackend,
    /// How often each writer had committed before.
    before: Vec<u64>,
    /// After how many changes of the medium the store was there, and then each writer was told of
    /// a commit.
    made: usize,
    told: Vec<(usize, usize)>,
}

impl Run {
    /// Commits with several writers over a store that `open` puts together.
    fn new<S: Store>(writers: usize, rounds: u64, open: impl FnOnce(VolatileBackend) -> S) -> Self {
        Self::over(VolatileBackend::new(), vec![0; writers], rounds, open)
    }

    /// The same where each writer has committed so often before.
    fn over<S: Store>(
        medium: VolatileBackend,
        before: Vec<u64>,
        rounds: u64,
        open: impl FnOnce(VolatileBackend) -> S,
    ) -> Self {
        let store = open(medium.clone());
        let made = medium.changes();
        let told = Mutex::new(Vec::new());
        thread::scope(|scope| {
            for (writer, &before) in before.iter().enumerate() {
                let (store, medium, told) = (&store, &medium, &told);
                scope.spawn(move || {
                    for round in before + 1..=before + rounds {
                        block_on(apply(store, writer, round)).unwrap();
                        let mut told = told.lock().unwrap();
                        told.push((medium.changes(), writer));
                    }
                });
            }
        });
        drop(store);
        Self {
            medium,
            before,
            made,
            told: told.into_inner().unwrap(),
        }
    }

    /// How many commits each writer knew of.
    fn acknowledged(&self, changes: usize) -> Vec<u64> {
        let mut acknowledged = self.before.clone();
        for (_, writer) in self.told.iter().filter(|(told, _)| *told <= changes) {
            acknowledged[*writer] += 1;
        }
        acknowledged
    }

    /// Where to cut, and with which seed: before each flush and after it, in the middle of what
    /// comes then, and whenever somebody was told of a commit.
    fn cuts(&self) -> BTreeSet<(usize, u64)> {
        let flushes = self.medium.flushes();
        let ends = flushes.iter().skip(1).chain([&usize::MAX]);
        let mut cuts = BTreeSet::new();
        for (&flush, &next) in flushes.iter().zip(ends) {
            let seed = u64::try_from(flush).unwrap() * 10;
            cuts.extend([(flush - 1, 0), (flush - 1, 1), (flush, 0)]);
            cuts.extend((2..5).map(|more| (flush - 1, seed + more)));
            let next = next.min(self.medium.changes());
            let middle = flush + (next - flush) / 2;
            cuts.extend([(middle, seed + 5), (middle, seed + 6)]);
        }
        cuts.extend(self.told.iter().map(|&(told, _)| (told, 0)));
        cuts.retain(|(changes, _)| *changes >= self.made);
        cuts
    }

    /// Looks at the store after each cut; `reopen` says what it is used through.
    fn looks(&self, reopen: &Reopen) -> Outcome {
        let cuts = self.cuts();
        assert!(cuts.len() >= self.told.len());
        let mut outcome = Outcome::default();
        for (changes, seed) in cuts {
            let left = self.medium.left(changes, seed);
            match look(left, &self.acknowledged(changes), reopen) {
                Ok(0) => outcome.without += 1,
                Ok(_) => outcome.with += 1,
                Err(lost) => {
                    let lost = format!("after {changes} changes, seed {seed}: {lost}");
                    outcome.losses.push(lost);
                }
            }
        }
        outcome
    }
}

/// What was seen after all cuts.
#[derive(Debug, Default)]
struct Outcome {
    losses: Vec<String>,
    /// How often commits that nobody was told of were there, and how often not.
    with: usize,
    without: usize,
}

impl Outcome {
    /// Nothing is wrong, and cuts made a difference.
    #[track_caller]
    fn is_sound(&self) {
        let some = self.losses.iter().take(3).collect::<Vec<_>>();
        assert!(some.is_empty(), "{} losses: {some:#?}", self.losses.len());
        assert!(self.with > 0 && self.without > 0, "{self:?}");
    }

    #[track_caller]
    fn shows(&self, loss: &str) {
        let shown = self.losses.iter().any(|found| found.contains(loss));
        assert!(shown, "{self:?}");
    }
}

/// What a store is used through after the power is back.
type Reopen = dyn Fn(RedbStore) -> Arc<dyn Store>;

fn as_it_is(store: RedbStore) -> Arc<dyn Store> {
    Arc::new(store)
}

/// Checks what is left, opens it, looks, works on, closes it, and checks it again.
fn look(left: Vec<u8>, acknowledged: &[u64], reopen: &Reopen) -> Result<u64, String> {
    let medium = MemoryBackend::from_bytes(left);
    let check = |when: &str| match RedbStore::check_backend(medium.clone()) {
        Ok(report) if report.is_sound() => Ok(report.closed_well),
        Ok(report) => Err(format!("{when}: {:?}", report.problems)),
        Err(error) => Err(format!("{when}: {error:?}")),
    };
    check("a check before")?;
    let store = RedbStore::with_backend(medium.clone()).map_err(|error| format!("{error:?}"))?;
    let store = reopen(store);
    let unknown = block_on(audit(&*store, acknowledged)).map_err(|wrong| wrong.to_string())?;
    drop(store);
    if !check("a check after")? {
        return Err("it was not closed well".to_owned());
    }
    Ok(unknown)
}

fn open(medium: impl Backend) -> RedbStore {
    RedbStore::with_backend(medium).unwrap()
}

#[test]
fn a_loss_of_power_at_any_flush_loses_nothing() {
    let run = Run::new(1, rounds(), open);
    assert!(run.medium.flushes().len() > run.told.len());
    run.looks(&as_it_is).is_sound();
}

#[test]
fn nor_one_that_tears_writes_at_any_byte() {
    let medium = VolatileBackend::new().with_sector_bytes(NonZeroUsize::MIN);
    let run = Run::over(medium, vec![0], rounds() / 2, open);
    run.looks(&as_it_is).is_sound();
}

#[test]
fn nor_one_with_several_writers() {
    let run = Run::new(3, rounds() / 5, open);
    run.looks(&as_it_is).is_sound();
}

#[test]
fn nor_one_with_quick_repair() {
    let run = Run::new(1, rounds() / 2, |medium| {
        let mut options = Options::default();
        options.quick_repair = true;
        RedbStore::with_backend_and(medium, options).unwrap()
    });
    run.looks(&as_it_is).is_sound();
}

#[test]
fn nor_a_second_one_while_the_first_is_repaired_or_soon_after() {
    let first = Run::new(1, rounds() / 2, open);
    let flush = first.medium.flushes()[usize::try_from(rounds() / 3).unwrap()];
    for seed in 0..6 {
        let left = first.medium.left(flush - 1, seed);
        let medium = VolatileBackend::from_bytes(left);
        let before = first.acknowledged(flush - 1);
        let mut second = Run::over(medium, before, 3, open);
        second.made = 0;
        second.looks(&as_it_is).is_sound();
    }
}

#[test]
fn the_cuts_show_a_medium_that_does_not_flush() {
    let made = MemoryBackend::new();
    drop(open(made.clone()));
    let medium = VolatileBackend::from_bytes(made.to_bytes());
    let run = Run::over(medium, vec![0], 10, |medium| open(NeverFlushes(medium)));
    let seen = run.looks(&as_it_is);
    seen.shows("10 commits were acknowledged, and 0 are there");
}

#[test]
fn the_cuts_show_a_store_that_acknowledges_early() {
    let run = Run::new(1, 10, |medium| {
        Weak::new(open(medium), Flaw::AcknowledgesEarly)
    });
    let seen = run.looks(&as_it_is);
    seen.shows("10 commits were acknowledged, and 9 are there");
}

#[test]
fn the_cuts_show_a_store_that_ignores_tokens() {
    let run = Run::new(1, 10, open);
    let seen = run.looks(&|store| Arc::new(Weak::new(store, Flaw::IgnoresTokens)));
    seen.shows("is another");
}
