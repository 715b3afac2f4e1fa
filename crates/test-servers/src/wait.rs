//! Waiting for a condition.

use core::time::Duration;
use std::{thread, time::Instant};

/// Looks every few milliseconds whether something holds, at most for as long as `limit`. Tells
/// whether it does.
pub fn until(limit: Duration, mut holds: impl FnMut() -> bool) -> bool {
    let start = Instant::now();
    loop {
        if holds() {
            return true;
        }
        if start.elapsed() > limit {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
}
