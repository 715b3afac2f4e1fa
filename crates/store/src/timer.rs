//! Waiting, for engines that have no timer of their own.

use core::{fmt::Debug, future::Future, pin::Pin, time::Duration};

/// Something that can wait. Tests put in one that does not.
pub trait Timer: Send + Sync + Debug {
    /// Is ready after this long.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The machine's timer: one thread for all who wait, under any executor.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "it has no state")]
pub struct SystemTimer;

impl Timer for SystemTimer {
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(futures_timer::Delay::new(duration))
    }
}
