//! What turns one state of a MultiCloud Image into another.

use crate::{Error, Session};
use atlas_mci::{Diff, DiffReport, UnifiedDiff};
use atlas_scope::{Permission, Scope};
use atlas_template::{Reference, Selector};
use serde::Serialize;

/// A diff of two states with all that is said about it. Its JSON has the report; both hold user data,
/// where people keep secrets.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MciDiff {
    /// What was before, as it was named, at the state that was found: `web@2`, `web@head`.
    pub before: String,
    /// What came after.
    pub after: String,
    /// What turns the first into the second.
    #[serde(skip)]
    pub diff: Diff,
    /// Its rows, the coverage gained and lost, and user data by lines.
    #[serde(flatten)]
    pub report: DiffReport,
}

impl MciDiff {
    /// The diff as unified text, with user data by lines.
    pub fn unified(&self) -> UnifiedDiff<'_> {
        let unified = self.diff.unified(&self.before, &self.after);
        unified.with_coverage(&self.report.coverage)
    }
}

impl Session {
    /// What turns one state into another, of one lineage or of two; the newest revision that is
    /// not revoked where a reference names no state.
    ///
    /// # Errors
    ///
    /// One of them is not there or not visible.
    pub async fn mci_diff(
        &self,
        before: &Reference,
        after: &Reference,
        from: &Scope,
    ) -> Result<MciDiff, Error> {
        let unit = self.read().await?;
        let state = async |reference: &Reference| {
            let located = unit.locate(reference, from, Permission::MciDiff).await?;
            let selector = reference.selector.as_ref();
            let state = unit.state(&located.mci, selector).await?;
            let found = match &state.revision {
                Some(revision) => Selector::Number(revision.number()),
                None => Selector::Head,
            };
            let label = reference.clone().at(found).to_string();
            Ok::<_, Error>((label, state.content.shared()))
        };
        let (before, old) = state(before).await?;
        let (after, new) = state(after).await?;
        let diff = Diff::between(&old, &new);
        Ok(MciDiff {
            report: DiffReport::of(&diff, &old, &new),
            before,
            after,
            diff,
        })
    }
}
