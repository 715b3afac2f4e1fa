//! What two sides did that does not go together.

use super::{
    Merge, MergePath, MergeValue, SettingPart, lines,
    value::{Given, ValueForm},
};
use core::fmt;
use serde::{Deserialize, Serialize};

/// A path at which two sides do not go together.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ConflictForm", into = "ConflictShown")]
pub struct Conflict {
    path: MergePath,
    base: Option<Merge<Option<MergeValue>>>,
    ours: Option<MergeValue>,
    theirs: Option<MergeValue>,
    reason: Option<String>,
}

/// Why there is a conflict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConflictKind {
    /// Both sides changed it, in different ways.
    BothChanged,
    /// Both sides added it, with different values.
    BothAdded,
    /// One side removed what the other changed.
    RemovedAndChanged,
    /// The sides differ, and have no base.
    NoBase,
    /// The sides differ, and their bases do too.
    BasesDiffer,
    /// What the sides changed does not fit together.
    Incompatible,
}

impl ConflictKind {
    /// What happened, for people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::BothChanged => "both sides changed it",
            Self::BothAdded => "both sides added it",
            Self::RemovedAndChanged => "one side removed what the other changed",
            Self::NoBase => "the sides differ, and have no common ancestor",
            Self::BasesDiffer => "the sides differ, and so do their common ancestors",
            Self::Incompatible => "what the two sides changed does not fit together",
        }
    }
}

/// A conflict as a row of a table: its values as text, none where there is none.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConflictRow {
    /// Where.
    pub path: String,
    /// Why, for people.
    pub why: String,
    /// What both sides came from, as far as there is one value.
    pub base: Option<String>,
    /// On our side.
    pub ours: Option<String>,
    /// On their side.
    pub theirs: Option<String>,
}

impl Conflict {
    pub(crate) fn new(
        path: MergePath,
        base: Option<Merge<Option<MergeValue>>>,
        ours: Option<MergeValue>,
        theirs: Option<MergeValue>,
    ) -> Self {
        Self {
            path,
            base,
            ours,
            theirs,
            reason: None,
        }
    }

    pub(crate) fn because(self, reason: String) -> Self {
        Self {
            reason: Some(reason),
            ..self
        }
    }

    /// Where.
    pub fn path(&self) -> &MergePath {
        &self.path
    }

    /// What both sides came from: none without a common ancestor, unsettled where several common
    /// ancestors do not go together.
    pub fn base(&self) -> Option<&Merge<Option<MergeValue>>> {
        self.base.as_ref()
    }

    /// The value on our side; none where it is not there.
    pub fn ours(&self) -> Option<&MergeValue> {
        self.ours.as_ref()
    }

    /// The value on their side; none where it is not there.
    pub fn theirs(&self) -> Option<&MergeValue> {
        self.theirs.as_ref()
    }

    /// Why the two do not fit together, where each of them would stand alone.
    pub fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    /// Why there is a conflict.
    pub fn kind(&self) -> ConflictKind {
        if self.reason.is_some() {
            return ConflictKind::Incompatible;
        }
        match self.base.as_ref().map(Merge::as_settled) {
            None => ConflictKind::NoBase,
            Some(None) => ConflictKind::BasesDiffer,
            Some(Some(None)) => ConflictKind::BothAdded,
            Some(Some(Some(_))) if self.ours.is_none() || self.theirs.is_none() => {
                ConflictKind::RemovedAndChanged
            }
            Some(Some(Some(_))) => ConflictKind::BothChanged,
        }
    }

    /// The row for a table.
    pub fn row(&self) -> ConflictRow {
        let text = |value: Option<&MergeValue>| value.map(ToString::to_string);
        let base = match self.base.as_ref().map(Merge::as_settled) {
            Some(Some(value)) => text(value.as_ref()),
            _ => None,
        };
        let why = self.kind().describe();
        ConflictRow {
            path: self.path.to_string(),
            why: match &self.reason {
                Some(reason) => format!("{why}: {reason}"),
                None => why.to_owned(),
            },
            base,
            ours: text(self.ours.as_ref()),
            theirs: text(self.theirs.as_ref()),
        }
    }

    /// The lines of user data with marks around those that both sides changed, as `git` marks
    /// them; none where this is no conflict of three texts.
    pub fn marked(&self) -> Option<String> {
        let base = self.base.as_ref()?.as_settled()?.as_ref();
        match (base, &self.ours, &self.theirs) {
            (
                Some(MergeValue::UserData(base)),
                Some(MergeValue::UserData(ours)),
                Some(MergeValue::UserData(theirs)),
            ) => lines::marked(base, ours, theirs),
            _ => None,
        }
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

    pub(crate) fn is_in(&self, other: &MergePath) -> bool {
        match (&self.path, other) {
            (
                MergePath::Setting { location, .. },
                MergePath::Setting {
                    location: at,
                    part: SettingPart::Whole,
                },
            ) => location == at,
            (path, other) => path == other,
        }
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ConflictRow {
            path,
            why,
            base,
            ours,
            theirs,
        } = self.row();
        write!(f, "{path}: {why}")?;
        let unknown = match self.kind() {
            ConflictKind::NoBase | ConflictKind::BasesDiffer => "unknown",
            _ => "none",
        };
        for (side, value, absent) in [
            ("base", base, unknown),
            ("ours", ours, "none"),
            ("theirs", theirs, "none"),
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

/// A conflict as it is written: with the value of its base, with the terms of bases that differ, or
/// with neither.
#[derive(Serialize)]
struct ConflictShown {
    path: MergePath,
    kind: ConflictKind,
    #[serde(skip_serializing_if = "Given::is_nothing")]
    base: Given<MergeValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bases: Option<Merge<Option<MergeValue>>>,
    ours: Option<MergeValue>,
    theirs: Option<MergeValue>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl From<Conflict> for ConflictShown {
    fn from(conflict: Conflict) -> Self {
        let kind = conflict.kind();
        let Conflict {
            path,
            base,
            ours,
            theirs,
            reason,
        } = conflict;
        let value = base.as_ref().and_then(Merge::as_settled).cloned();
        Self {
            path,
            kind,
            bases: base.filter(|_| value.is_none()),
            base: value.map_or(Given::Nothing, Given::Value),
            ours,
            theirs,
            reason,
        }
    }
}

/// A conflict as it is read: the path says what the values are.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ConflictForm {
    path: MergePath,
    kind: ConflictKind,
    #[serde(default)]
    base: Given<ValueForm>,
    bases: Option<Merge<Option<ValueForm>>>,
    ours: Option<ValueForm>,
    theirs: Option<ValueForm>,
    reason: Option<String>,
}

impl TryFrom<ConflictForm> for Conflict {
    type Error = String;

    fn try_from(form: ConflictForm) -> Result<Self, String> {
        let path = form.path;
        let read = |form: Option<ValueForm>| form.map(|form| form.at(&path)).transpose();
        let conflict = Self {
            base: match (form.base, form.bases) {
                (Given::Nothing, None) => None,
                (Given::Value(value), None) => Some(Merge::settled(read(value)?)),
                (Given::Nothing, Some(bases)) => Some(bases.try_map(read)?),
                _ => return Err(format!("{path} has a base or bases, not both")),
            },
            ours: read(form.ours)?,
            theirs: read(form.theirs)?,
            reason: form.reason,
            path,
        };
        if conflict.kind() == form.kind {
            Ok(conflict)
        } else {
            let found = conflict.kind().describe();
            Err(format!("the kind of the conflict is another: {found}"))
        }
    }
}
