//! Many clients that read and write at once for a time: what they are answered, how long that takes,
//! what of it is lost, and what memory the server has meanwhile.

mod actor;
mod tally;

use self::{
    actor::Actor,
    tally::{Kind, Tally},
};
use crate::{Fault, fleet::Fleet, ours::Ours};
use atlas_benches::Claim;
use core::{
    sync::atomic::{AtomicBool, Ordering},
    time::Duration,
};
use std::{
    thread::{self, ScopedJoinHandle},
    time::Instant,
};

/// How many clients there are.
const CLIENTS: usize = 64;
/// How long 99 of 100 answers take at most, while all clients want one at once: in milliseconds.
const SOON: f64 = 100.0;
/// How much memory may have grown since the first sixth of the time.
const GROWN: f64 = 1.1;

/// How long it goes on, and how long a client waits before it asks again.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Effort {
    pub(crate) lasts: Duration,
    pub(crate) pause: Duration,
}

pub(crate) fn run(ours: &Ours, fleet: &Fleet, effort: Effort, limit: f64) -> Result<(), Fault> {
    let is_over = AtomicBool::new(false);
    let target = ours.target.kept();
    let (tally, memory) = thread::scope(|scope| {
        let actors = (0..CLIENTS).map(|number| {
            let mut actor = Actor::new(number, target, fleet, effort.pause);
            let is_over = &is_over;
            scope.spawn(move || actor.act(is_over).map_err(|fault| fault.to_string()))
        });
        let actors: Vec<_> = actors.collect();
        let memory = watch(ours, effort.lasts, &actors);
        is_over.store(true, Ordering::Relaxed);
        let mut all = Tally::default();
        for actor in actors {
            all.add(&actor.join().map_err(|_| "a client panicked")??);
        }
        Ok::<_, Fault>((all, memory?))
    })?;
    let seconds = effort.lasts.as_secs();
    let words = format!("{seconds} s of {CLIENTS} clients that read and write");
    for (what, count) in [
        ("answers of 5xx", tally.failed),
        ("lost writes", tally.lost),
    ] {
        // One is too many.
        Claim::cost(
            &format!("{words}: {what}, beside one"),
            "",
            float(count),
            1.0,
            0.0,
        )
        .print();
    }
    for kind in [Kind::Read, Kind::Write] {
        let times = tally.of(kind);
        let rate = float(times.count()) / effort.lasts.as_secs_f64();
        let half = times.within(0.5);
        eprintln!("{words}: {rate:.0} {kind:?}s a second, half of them within {half:.2} ms");
        let claim = format!("{words}: 99 of 100 {}s, beside {SOON} ms", kind.word());
        Claim::cost(&claim, "ms", times.within(0.99), SOON, 1.0).print();
    }
    let [sixth, end] = memory;
    let claim = format!("{words}: memory at the end, beside {limit} MB");
    Claim::cost(&claim, "MB", end, limit, 1.0).print();
    // Within seconds it is still filled.
    if effort.lasts >= Duration::from_mins(1) {
        let claim = format!("{words}: memory at the end, beside that after a sixth of the time");
        Claim::cost(&claim, "MB", end, sixth, GROWN).print();
    }
    Ok(())
}

/// Says each minute what the server has, until the time is over or a client fails; gives its memory
/// after a sixth of the time and at the end, in MB.
fn watch<T>(
    ours: &Ours,
    lasts: Duration,
    actors: &[ScopedJoinHandle<'_, T>],
) -> Result<[f64; 2], Fault> {
    let (began, mut sixth, mut next) = (Instant::now(), None, Duration::ZERO);
    loop {
        let passed = began.elapsed();
        let memory = ours.megabytes()?;
        if passed >= next {
            let (seconds, file) = (passed.as_secs(), ours.kept().unwrap_or_default());
            eprintln!("after {seconds} s: memory {memory:.1} MB, file {file} MB");
            next += Duration::from_mins(1);
        }
        if passed * 6 >= lasts {
            sixth.get_or_insert(memory);
        }
        if passed >= lasts || actors.iter().any(ScopedJoinHandle::is_finished) {
            return Ok([sixth.unwrap_or(memory), memory]);
        }
        thread::sleep(Duration::from_millis(200));
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "figures are shown with a few digits"
)]
pub(crate) fn float(count: u64) -> f64 {
    count as f64
}
