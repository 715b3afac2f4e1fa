//! How long a fetch may take.

use crate::Watch;
use core::{cell::Cell, fmt, time::Duration};
use std::{io, time::Instant};
use thiserror::Error;

/// What tells how much time went by.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time since some moment, which stays the same one; it never goes back.
    fn now(&self) -> Duration;
}

/// The clock of the system, which no change of its date moves.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock(Instant);

impl Default for SystemClock {
    fn default() -> Self {
        Self(Instant::now())
    }
}

impl Clock for SystemClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }
}

/// How long a system call may last until somebody asks again whether to go on.
pub(crate) const SLICE: Duration = Duration::from_millis(100);

/// Why a fetch does not go on, though nothing is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub(crate) enum Halt {
    #[error("it was stopped")]
    Stopped,
    #[error("nothing came")]
    Idle,
    #[error("it took too long")]
    Time,
}

impl Halt {
    /// The one that an error carries through readers that are not ours.
    pub(crate) fn of(error: &io::Error) -> Option<Self> {
        error.get_ref()?.downcast_ref().copied()
    }
}

impl From<Halt> for io::Error {
    fn from(halt: Halt) -> Self {
        Self::other(halt)
    }
}

/// Says whether to go on.
pub(crate) struct Pace<'a> {
    clock: &'a dyn Clock,
    watch: Watch<'a>,
    /// When all must be there.
    end: Duration,
    /// The longest silence.
    idle: Duration,
    /// When something came the last time.
    moved: Cell<Duration>,
}

impl fmt::Debug for Pace<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pace")
    }
}

impl<'a> Pace<'a> {
    pub(crate) fn new(
        clock: &'a dyn Clock,
        watch: Watch<'a>,
        whole: Duration,
        idle: Duration,
    ) -> Self {
        let now = clock.now();
        Self {
            clock,
            watch,
            end: now.saturating_add(whole),
            idle,
            moved: Cell::new(now),
        }
    }

    pub(crate) fn watch(&self) -> Watch<'a> {
        self.watch
    }

    pub(crate) fn now(&self) -> Duration {
        self.clock.now()
    }

    /// Something came, or is waited for from now on.
    pub(crate) fn moved(&self) {
        self.moved.set(self.now());
    }

    pub(crate) fn check(&self) -> Result<(), Halt> {
        if self.watch.is_stopped() {
            return Err(Halt::Stopped);
        }
        let now = self.now();
        if now >= self.end {
            return Err(Halt::Time);
        }
        if now.saturating_sub(self.moved.get()) >= self.idle {
            return Err(Halt::Idle);
        }
        Ok(())
    }
}
