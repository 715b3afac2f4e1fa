//! All checks at once.

use crate::{Failure, Harness, checks};
use core::fmt;

/// What all checks found.
#[derive(Debug, Clone)]
pub struct Report {
    passed: Vec<&'static str>,
    failures: Vec<Failure>,
}

impl Report {
    /// Whether every check passed.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// What failed, in the order of the list.
    pub fn failures(&self) -> &[Failure] {
        &self.failures
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} checks passed, {} failed",
            self.passed.len(),
            self.failures.len()
        )?;
        self.failures
            .iter()
            .try_for_each(|failure| write!(f, "\n{failure}"))
    }
}

/// Runs every check, one after another.
pub fn run(harness: &Harness) -> Report {
    let mut report = Report {
        passed: Vec::new(),
        failures: Vec::new(),
    };
    for check in checks() {
        match check.run(harness) {
            Ok(()) => report.passed.push(check.name()),
            Err(failure) => report.failures.push(failure),
        }
    }
    report
}
