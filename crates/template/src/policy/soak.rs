//! Revisions that have proved themselves for a while.

use super::{DAY, HOUR, Policy, PolicyFinding, PolicyMode, passed};
use atlas_base::{Name, Timestamp};
use atlas_history::{LineageId, Marks, RevisionNumber, RevisionRef};
use serde::Serialize;

/// A committed revision, for the choice of the newest one that policies let pass.
#[derive(Debug, Clone, Copy)]
pub struct SoakedRevision<'a> {
    /// Its number.
    pub number: RevisionNumber,
    /// When it was committed.
    pub committed: Timestamp,
    /// Its marks.
    pub marks: &'a Marks,
}

/// A revision that a policy does not let pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PassedOver {
    /// Which revision.
    pub revision: RevisionNumber,
    /// The policy.
    pub policy: Name,
    /// Why.
    pub finding: PolicyFinding,
}

impl Policy {
    /// What is found where a revision has not been committed for long enough; HEAD never has.
    pub(super) fn soaked(
        &self,
        committed: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<PolicyFinding> {
        let needed = self.min_soak_hours?;
        let hours = committed.map(|committed| passed(committed, now, HOUR));
        (hours.unwrap_or(0) < u64::from(needed)).then_some(PolicyFinding::Soak { hours, needed })
    }

    /// Whether it has a say in which revision is the newest one.
    pub fn passes_over(&self) -> bool {
        let rules = self.min_soak_hours.is_some() || !self.skip_revisions.is_empty();
        rules && self.mode == PolicyMode::Enforce
    }

    /// Why a revision is passed over: it is one of those that are, or has not soaked yet. A policy
    /// that only audits passes over nothing.
    pub fn passed_over(
        &self,
        revision: RevisionRef,
        committed: Timestamp,
        now: Timestamp,
    ) -> Option<PassedOver> {
        if self.mode == PolicyMode::Audit {
            return None;
        }
        let skipped = self.skip_revisions.contains(&revision);
        let skipped = skipped.then_some(PolicyFinding::SkippedRevision { revision });
        let finding = skipped.or_else(|| self.soaked(Some(committed), now))?;
        Some(PassedOver {
            revision: revision.number,
            policy: self.name.clone(),
            finding,
        })
    }

    /// The newest revision that is neither revoked nor deprecated, has soaked, and is not passed
    /// over: what `latest` means under this policy.
    pub fn newest(
        &self,
        lineage: LineageId,
        revisions: &[SoakedRevision<'_>],
        now: Timestamp,
    ) -> Option<RevisionNumber> {
        let is_good = |revision: &&SoakedRevision<'_>| {
            let number = revision.number;
            let asked = RevisionRef { lineage, number };
            let is_passed = self.passed_over(asked, revision.committed, now).is_none();
            is_passed && revision.marks.revoked.is_none() && revision.marks.deprecated.is_none()
        };
        let good = revisions.iter().filter(is_good);
        good.map(|revision| revision.number).max()
    }

    /// When what it finds about a launch changes by time alone, if ever: the next full hour since a
    /// commit that has not soaked, the next full day of an image that grows too old.
    pub fn changes_at(
        &self,
        committed: Option<Timestamp>,
        made: Option<Timestamp>,
        now: Timestamp,
    ) -> Option<Timestamp> {
        let next = |from: Timestamp, unit: i64| {
            let units = i64::try_from(passed(from, now, unit)).ok()?;
            let micros = units.checked_add(1)?.checked_mul(unit)?;
            Timestamp::from_micros(from.as_micros().checked_add(micros)?)
        };
        let soaks = committed.filter(|_| self.soaked(committed, now).is_some());
        let soaks = soaks.and_then(|committed| next(committed, HOUR));
        let ages = made.filter(|_| self.max_age_days.is_some());
        let ages = ages.and_then(|made| next(made, DAY));
        soaks.into_iter().chain(ages).min()
    }
}
