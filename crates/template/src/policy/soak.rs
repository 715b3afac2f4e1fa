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

/// The newest of some revisions that is not revoked, and that every policy lets pass: what `latest`
/// means under them. Newer ones that they pass over are told, the newest first.
pub fn newest_allowed(
    policies: &[Policy],
    lineage: LineageId,
    revisions: &[SoakedRevision<'_>],
    now: Timestamp,
) -> (Option<RevisionNumber>, Vec<PassedOver>) {
    let is_revoked = |revision: &SoakedRevision<'_>| revision.marks.revoked.is_some();
    let mut usable: Vec<_> = revisions.iter().filter(|it| !is_revoked(it)).collect();
    usable.sort_by_key(|revision| core::cmp::Reverse(revision.number));
    let mut passed = Vec::new();
    for revision in usable {
        let number = revision.number;
        let asked = RevisionRef { lineage, number };
        let mut over = policies.iter();
        match over.find_map(|policy| policy.passed_over(asked, revision.committed, now)) {
            Some(over) => passed.push(over),
            None => return (Some(number), passed),
        }
    }
    (None, passed)
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

    /// The newest revision that is not revoked, has soaked, and is not passed over: what `latest`
    /// means under this policy.
    pub fn newest(
        &self,
        lineage: LineageId,
        revisions: &[SoakedRevision<'_>],
        now: Timestamp,
    ) -> Option<RevisionNumber> {
        newest_allowed(core::slice::from_ref(self), lineage, revisions, now).0
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
