//! Revisions that have proved themselves for a while.

use super::{HOUR, Policy, PolicyFinding, passed};
use atlas_base::Timestamp;
use atlas_history::{LineageId, Marks, RevisionNumber, RevisionRef};

/// A committed revision, for the choice of the newest one that a policy lets pass.
#[derive(Debug, Clone, Copy)]
pub struct SoakedRevision<'a> {
    /// Its number.
    pub number: RevisionNumber,
    /// When it was committed.
    pub committed: Timestamp,
    /// Its marks.
    pub marks: &'a Marks,
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

    /// The newest revision that is neither revoked nor deprecated, has soaked, and is not passed
    /// over: what `latest` means under this policy. A policy that only audits passes over nothing.
    pub fn newest(
        &self,
        lineage: LineageId,
        revisions: &[SoakedRevision<'_>],
        now: Timestamp,
    ) -> Option<RevisionNumber> {
        let is_good = |revision: &&SoakedRevision<'_>| {
            let number = revision.number;
            let is_passed = self.mode == super::PolicyMode::Audit
                || self.passes(RevisionRef { lineage, number }, revision.committed, now);
            is_passed && revision.marks.revoked.is_none() && revision.marks.deprecated.is_none()
        };
        let good = revisions.iter().filter(is_good);
        good.map(|revision| revision.number).max()
    }
}
