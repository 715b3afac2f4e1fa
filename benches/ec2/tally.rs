//! How many answers there were, and how long they took.

use super::float;
use core::time::Duration;
use std::collections::BTreeMap;

/// What a request does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Read,
    Write,
}

impl Kind {
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// What clients were answered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Tally {
    reads: Times,
    writes: Times,
    /// Answers of 5xx.
    pub(crate) failed: u64,
    /// Writes that were acknowledged, and are not there.
    pub(crate) lost: u64,
}

impl Tally {
    pub(crate) fn of(&self, kind: Kind) -> &Times {
        match kind {
            Kind::Read => &self.reads,
            Kind::Write => &self.writes,
        }
    }

    pub(crate) fn took(&mut self, kind: Kind, took: Duration) {
        let times = match kind {
            Kind::Read => &mut self.reads,
            Kind::Write => &mut self.writes,
        };
        times.took(took);
    }

    pub(crate) fn add(&mut self, other: &Self) {
        self.reads.add(&other.reads);
        self.writes.add(&other.writes);
        self.failed += other.failed;
        self.lost += other.lost;
    }
}

/// How long answers took, in steps of a fortieth: an hour of them is not kept one by one.
#[derive(Debug, Clone, Default)]
pub(crate) struct Times(BTreeMap<i32, u64>);

const STEP: f64 = 1.025;

impl Times {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a number of steps is a small one"
    )]
    fn took(&mut self, took: Duration) {
        let milliseconds = took.as_secs_f64() * 1e3;
        let step = milliseconds.max(1e-6).log(STEP).ceil() as i32;
        *self.0.entry(step).or_default() += 1;
    }

    fn add(&mut self, other: &Self) {
        for (step, count) in &other.0 {
            *self.0.entry(*step).or_default() += count;
        }
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.values().sum()
    }

    /// What such a part of them does not exceed, in milliseconds.
    pub(crate) fn within(&self, part: f64) -> f64 {
        let (mut seen, all) = (0, float(self.count()));
        let step = self.0.iter().find(|(_, count)| {
            seen += **count;
            float(seen) >= all * part
        });
        step.map_or(f64::NAN, |(step, _)| STEP.powi(*step))
    }
}
