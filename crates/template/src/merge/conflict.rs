//! What two sides did that does not go together.

use super::{TemplatePath, TemplateValue};
use atlas_mci::{ConflictKind, ConflictRow, Merge};
use core::fmt;
use serde::Serialize;

/// A path at which two sides do not go together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(into = "ConflictShown")]
pub struct TemplateConflict {
    path: TemplatePath,
    kind: ConflictKind,
    base: Option<Merge<Option<TemplateValue>>>,
    ours: Option<TemplateValue>,
    theirs: Option<TemplateValue>,
    reason: Option<String>,
}

/// A conflict as it is written: with the value of its base, with the terms of bases that differ, or
/// with neither.
#[derive(Serialize)]
struct ConflictShown {
    path: TemplatePath,
    kind: ConflictKind,
    #[serde(skip_serializing_if = "Option::is_none")]
    base: Option<BaseShown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bases: Option<Merge<Option<TemplateValue>>>,
    ours: Option<TemplateValue>,
    theirs: Option<TemplateValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

/// A value of a base, null where it has none.
#[derive(Serialize)]
#[serde(transparent)]
struct BaseShown(Option<TemplateValue>);

impl From<TemplateConflict> for ConflictShown {
    fn from(conflict: TemplateConflict) -> Self {
        let base = conflict.base.as_ref().and_then(Merge::as_settled).cloned();
        Self {
            path: conflict.path,
            kind: conflict.kind,
            bases: conflict.base.filter(|_| base.is_none()),
            base: base.map(BaseShown),
            ours: conflict.ours,
            theirs: conflict.theirs,
            reason: conflict.reason,
        }
    }
}

impl TemplateConflict {
    pub(super) fn new(
        path: TemplatePath,
        base: Option<Merge<Option<TemplateValue>>>,
        ours: Option<TemplateValue>,
        theirs: Option<TemplateValue>,
    ) -> Self {
        let kind = match base.as_ref().map(Merge::as_settled) {
            None => ConflictKind::NoBase,
            Some(None) => ConflictKind::BasesDiffer,
            Some(Some(None)) => ConflictKind::BothAdded,
            Some(Some(Some(_))) if ours.is_none() || theirs.is_none() => {
                ConflictKind::RemovedAndChanged
            }
            Some(Some(Some(_))) => ConflictKind::BothChanged,
        };
        Self {
            path,
            kind,
            base,
            ours,
            theirs,
            reason: None,
        }
    }

    pub(super) fn because(self, reason: String) -> Self {
        Self {
            kind: ConflictKind::Incompatible,
            reason: Some(reason),
            ..self
        }
    }

    /// Where.
    pub fn path(&self) -> &TemplatePath {
        &self.path
    }

    /// Why there is a conflict.
    pub fn kind(&self) -> ConflictKind {
        self.kind
    }

    /// What both sides came from: none without a common ancestor, unsettled where several common
    /// ancestors do not go together.
    pub fn base(&self) -> Option<&Merge<Option<TemplateValue>>> {
        self.base.as_ref()
    }

    /// The value on our side; none where it is not there.
    pub fn ours(&self) -> Option<&TemplateValue> {
        self.ours.as_ref()
    }

    /// The value on their side; none where it is not there.
    pub fn theirs(&self) -> Option<&TemplateValue> {
        self.theirs.as_ref()
    }

    /// Why the two do not fit together, where each of them would stand alone.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// The same conflict as the other side sees it.
    #[must_use]
    pub fn turned(self) -> Self {
        Self {
            ours: self.theirs,
            theirs: self.ours,
            ..self
        }
    }

    /// The row for a table.
    pub fn row(&self) -> ConflictRow {
        let text = |value: Option<&TemplateValue>| value.map(ToString::to_string);
        let base = self.base.as_ref().and_then(Merge::as_settled);
        let why = self.kind.describe();
        ConflictRow {
            path: self.path.to_string(),
            why: match &self.reason {
                Some(reason) => format!("{why}: {reason}"),
                None => why.to_owned(),
            },
            base: base.and_then(|base| text(base.as_ref())),
            ours: text(self.ours.as_ref()),
            theirs: text(self.theirs.as_ref()),
        }
    }
}

impl fmt::Display for TemplateConflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let row = self.row();
        write!(f, "{}: {}", row.path, row.why)?;
        let unknown = match self.kind {
            ConflictKind::NoBase | ConflictKind::BasesDiffer => "unknown",
            _ => "none",
        };
        for (side, value, absent) in [
            ("base", row.base, unknown),
            ("ours", row.ours, "none"),
            ("theirs", row.theirs, "none"),
        ] {
            let value = value.as_deref().unwrap_or(absent);
            for (at, line) in value.lines().enumerate() {
                let side = if at == 0 { side } else { "" };
                write!(f, "\n  {side:6}  {line}")?;
            }
        }
        Ok(())
    }
}
