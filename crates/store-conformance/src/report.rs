//! All checks at once.

use crate::{Failure, Harness, Lack, Outcome, checks};
use core::fmt;

/// What all checks found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    succeeded: Vec<&'static str>,
    skipped: Vec<Skipped>,
    failures: Vec<Failure>,
}

impl Report {
    /// Whether no check failed.
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }

    /// The names of the checks that passed, in the order of the list.
    pub fn succeeded(&self) -> &[&'static str] {
        &self.succeeded
    }

    /// What was not checked, and why, in the order of the list.
    pub fn skipped(&self) -> &[Skipped] {
        &self.skipped
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
            "{} checks passed, {} failed, {} skipped",
            self.succeeded.len(),
            self.failures.len(),
            self.skipped.len()
        )?;
        self.failures
            .iter()
            .try_for_each(|failure| write!(f, "\n{failure}"))?;
        self.skipped
            .iter()
            .try_for_each(|skipped| write!(f, "\n{skipped}"))
    }
}

/// A check that was not run, since the harness says that the store lacks what it is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Skipped {
    check: &'static str,
    reason: Lack,
}

impl Skipped {
    /// The name of the check.
    pub fn check(&self) -> &'static str {
        self.check
    }

    /// What the store lacks.
    pub fn reason(&self) -> Lack {
        self.reason
    }
}

impl fmt::Display for Skipped {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { check, reason } = self;
        write!(f, "check `{check}` skipped: the store lacks it, {reason}")
    }
}

/// Runs every check, one after another.
pub fn run(harness: &Harness) -> Report {
    let mut report = Report::default();
    for check in checks() {
        match check.run(harness) {
            Ok(Outcome::Passed) => report.succeeded.push(check.name()),
            Ok(Outcome::Skipped(reason)) => report.skipped.push(Skipped {
                check: check.name(),
                reason,
            }),
            Err(failure) => report.failures.push(failure),
        }
    }
    report
}
