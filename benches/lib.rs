//! One bench for each claim, with its peer or its limit in the same run.
//!
//! A figure alone says more about the machine than about us, so a bench measures two things in
//! turn, ours and the peer's, and claims a ratio. Costs only: less is better, and a claim is met
//! when the ratio is at most its goal. `cargo xtask bench` runs all benches and prints the table.
//!
//! ```no_run
//! use atlas_benches::{Claim, Effort, versus};
//!
//! let text = "aws/us-east-1";
//! let pair = versus(Effort::from_arguments(), || text.parse::<u8>(), || text.len());
//! Claim::nanoseconds("a location is parsed in three times a length", pair, 3.0).print();
//! ```
#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench reads the clock, and prints its claims for xtask to collect"
)]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// How long to measure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effort {
    /// Rounds; each measures both sides once. The medians of the rounds are reported.
    pub rounds: usize,
    /// How long one side of one round runs at least; the calls repeat until then.
    pub round: Duration,
}

impl Effort {
    /// What a claim is judged by.
    pub const FULL: Self = Self {
        rounds: 31,
        round: Duration::from_millis(20),
    };
    /// Enough to see that a bench works.
    pub const QUICK: Self = Self {
        rounds: 7,
        round: Duration::from_millis(3),
    };

    /// [`Effort::QUICK`] if the program was given `--quick`, else [`Effort::FULL`].
    pub fn from_arguments() -> Self {
        if is_quick() { Self::QUICK } else { Self::FULL }
    }
}

/// Whether the program was given `--quick`: benches choose smaller data by it.
pub fn is_quick() -> bool {
    std::env::args().any(|argument| argument == "--quick")
}

/// What two sides cost in the same run.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pair {
    /// Seconds a call of ours, the median of the rounds.
    pub ours: f64,
    /// Seconds a call of the peer's, the median of the rounds.
    pub peer: f64,
    /// The median of the rounds' own ratios: a machine that slows down slows both sides of a round.
    pub ratio: f64,
}

impl Pair {
    /// The costs of one of `count` things that a call does.
    #[must_use = "the pair itself stays as it is"]
    pub fn over(self, count: usize) -> Self {
        let count = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        Self {
            ours: self.ours / count,
            peer: self.peer / count,
            ..self
        }
    }
}

/// Measures two sides in interleaved rounds; whoever goes first changes with each round.
///
/// What the calls return is kept from the optimiser; what they take should pass [`black_box`].
pub fn versus<A, B>(
    effort: Effort,
    mut ours: impl FnMut() -> A,
    mut peer: impl FnMut() -> B,
) -> Pair {
    let ours_calls = calibrate(effort.round, &mut ours);
    let peer_calls = calibrate(effort.round, &mut peer);
    rounds(
        effort.rounds,
        || time(ours_calls, &mut ours),
        || time(peer_calls, &mut peer),
    )
}

/// Like [`versus`] for sides that time themselves: each call prepares, measures once and returns
/// the seconds it found (wall or processor), so that set-up stays outside.
pub fn rounds(rounds: usize, mut ours: impl FnMut() -> f64, mut peer: impl FnMut() -> f64) -> Pair {
    let (mut all_ours, mut all_peers, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds.max(1) {
        let (one, other) = if round % 2 == 0 {
            let one = ours();
            (one, peer())
        } else {
            let other = peer();
            (ours(), other)
        };
        all_ours.push(one);
        all_peers.push(other);
        ratios.push(one / other);
    }
    Pair {
        ours: median(&mut all_ours),
        peer: median(&mut all_peers),
        ratio: median(&mut ratios),
    }
}

/// The seconds that one call takes.
pub fn seconds<T>(call: impl FnOnce() -> T) -> f64 {
    let start = Instant::now();
    black_box(call());
    start.elapsed().as_secs_f64()
}

/// The middle value (the upper one of two), NaN of none.
pub fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// How many calls fill a round; the search warms up as well.
fn calibrate<T>(round: Duration, call: &mut impl FnMut() -> T) -> u32 {
    let mut calls: u32 = 1;
    while time(calls, call) * f64::from(calls) < round.as_secs_f64() && calls < u32::MAX / 2 {
        calls *= 2;
    }
    calls
}

/// Seconds a call.
fn time<T>(calls: u32, call: &mut impl FnMut() -> T) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        black_box(call());
    }
    start.elapsed().as_secs_f64() / f64::from(calls)
}

/// A claim with the figures that prove or refute it.
#[derive(Debug, Clone, PartialEq)]
pub struct Claim {
    words: String,
    unit: &'static str,
    ours: f64,
    peer: f64,
    ratio: f64,
    goal: f64,
}

impl Claim {
    /// A claim about the time of a call, printed in nanoseconds.
    pub fn nanoseconds(claim: &str, pair: Pair, goal: f64) -> Self {
        Self::scaled(claim, "ns", 1e9, pair, goal)
    }

    /// A claim about the time of a call, printed in milliseconds.
    pub fn milliseconds(claim: &str, pair: Pair, goal: f64) -> Self {
        Self::scaled(claim, "ms", 1e3, pair, goal)
    }

    /// A claim about the time of a program, printed in seconds.
    pub fn seconds(claim: &str, pair: Pair, goal: f64) -> Self {
        Self::scaled(claim, "s", 1.0, pair, goal)
    }

    /// A claim about any cost (bytes, allocations, seconds of the processor) beside its peer or
    /// its limit, both in `unit`; `goal` is the greatest ratio that meets it.
    pub fn cost(claim: &str, unit: &'static str, ours: f64, peer: f64, goal: f64) -> Self {
        Self {
            words: claim.to_owned(),
            unit,
            ours,
            peer,
            ratio: ours / peer,
            goal,
        }
    }

    fn scaled(claim: &str, unit: &'static str, scale: f64, pair: Pair, goal: f64) -> Self {
        let Pair { ours, peer, ratio } = pair;
        Self {
            words: claim.to_owned(),
            unit,
            ours: ours * scale,
            peer: peer * scale,
            ratio,
            goal,
        }
    }

    /// Whether the ratio is at most the goal; a ratio that is no number meets nothing.
    pub fn is_met(&self) -> bool {
        self.ratio <= self.goal
    }

    /// The claim as one line of JSON.
    pub fn to_json(&self) -> String {
        serde_json::json!({
            "claim": self.words,
            "unit": self.unit,
            "ours": self.ours,
            "peer": self.peer,
            "ratio": self.ratio,
            "goal": self.goal,
            "met": self.is_met(),
        })
        .to_string()
    }

    /// Prints the claim for `cargo xtask bench` to collect.
    pub fn print(&self) {
        println!("{}", self.to_json());
    }
}
