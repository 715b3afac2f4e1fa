//! What turns one state of a MultiCloud Image into another.

use crate::{
    Error, Session,
    kind::{Mci, Versioned},
    unit::Unit,
};
use atlas_mci::{Diff, DiffReport, UnifiedDiff};
use atlas_scope::Scope;
use atlas_template::{Reference, Selector};
use serde::Serialize;
use std::sync::Arc;

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
    /// What turns a state into another, each with what it is called.
    pub(crate) fn between((before, old): (String, &Mci), (after, new): (String, &Mci)) -> Self {
        let diff = Diff::between(old, new);
        Self {
            before,
            after,
            report: DiffReport::of(&diff, old, new),
            diff,
        }
    }

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
        let (before, old) = unit.labelled::<Mci>(before, from).await?;
        let (after, new) = unit.labelled::<Mci>(after, from).await?;
        Ok(MciDiff::between((before, &old), (after, &new)))
    }
}

impl Unit {
    /// A state to compare, and what it is called: as it was named, at the state that was found.
    pub(crate) async fn labelled<C: Versioned>(
        &self,
        reference: &Reference,
        from: &Scope,
    ) -> Result<(String, Arc<C>), Error> {
        let located = self.locate::<C>(reference, from, C::CAN.diff).await?;
        let selector = reference.selector.as_ref();
        let state = self.state(&located.found, selector).await?;
        let found = match &state.revision {
            Some(revision) => Selector::Number(revision.number()),
            None => Selector::Head,
        };
        let label = reference.clone().at(found).to_string();
        Ok((label, state.content.shared()))
    }
}
