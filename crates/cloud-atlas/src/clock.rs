//! Time and ids: the only two things that the engine does not derive from what it is given.

use atlas_base::{Digest, Timestamp};
use core::{
    fmt::Debug,
    sync::atomic::{AtomicU64, Ordering},
};
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the time. A host program can bring its own; tests bring a manual one.
pub trait Clock: Debug + Send + Sync {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine; a clock set before 1970 or after 9999 reads as 1970.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the machine"
    )]
    fn now(&self) -> Timestamp {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        i64::try_from(since.as_micros())
            .ok()
            .and_then(Timestamp::from_micros)
            .unwrap_or(Timestamp::EPOCH)
    }
}

/// Makes the bits of new ids. No two calls may give the same, in any process, and nobody may guess
/// the next: the codes of invitations are made of them.
pub trait IdSource: Debug + Send + Sync {
    /// The bits of one new id, made at a moment.
    fn next(&self, now: Timestamp) -> u128;
}

/// Ids that begin with the moment and end with 80 random bits of the operating system, so that
/// later ids sort behind earlier ones.
#[derive(Debug, Clone, Copy, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    fn next(&self, now: Timestamp) -> u128 {
        let random = entropy(now) >> 48;
        let millis = u128::from(now.as_micros().div_euclid(1000).unsigned_abs()) & ((1 << 48) - 1);
        (millis << 80) | random
    }
}

/// 128 bits that no other process draws. Without a source of entropy the moment, the process and a
/// count have to do.
pub(crate) fn entropy(now: Timestamp) -> u128 {
    let mut random = [0; 16];
    if getrandom::fill(&mut random).is_ok() {
        return u128::from_be_bytes(random);
    }
    let seed = (
        now,
        std::process::id(),
        WITHOUT_ENTROPY.fetch_add(1, Ordering::Relaxed),
    );
    let digest = Digest::of("cloud-atlas/entropy/1", format!("{seed:?}").as_bytes());
    digest
        .as_bytes()
        .iter()
        .take(16)
        .fold(0, |bits, byte| bits << 8 | u128::from(*byte))
}

static WITHOUT_ENTROPY: AtomicU64 = AtomicU64::new(0);
