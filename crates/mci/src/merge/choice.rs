//! How conflicts are settled.

use super::{
    Conflict, MergePath, MergeValue,
    value::{Given, ValueForm},
};
use core::fmt;
use serde::{Deserialize, Serialize};

/// One of the two sides of a merge.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a merge has two sides")]
pub enum Side {
    /// HEAD.
    Ours,
    /// What is merged into it.
    Theirs,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Ours => "ours",
            Self::Theirs => "theirs",
        })
    }
}

/// What to take at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a side, or something else")]
pub enum Take {
    /// What a side holds.
    Side(Side),
    /// Another value; none to remove it.
    Value(Option<MergeValue>),
}

/// The settlement of one conflict (RightScale: a side for each cloud; fields and values are
/// ours). A side for a location is one for all conflicts there that are not settled apart.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ChoiceForm", into = "ChoiceShown")]
pub struct Choice {
    /// Where.
    pub path: MergePath,
    /// What.
    pub take: Take,
}

/// How the conflicts of a merge are settled: path by path, and by a side for the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choices {
    /// The side that is taken at all paths without a choice; none leaves them open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<Side>,
    /// The choices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<Choice>,
}

impl Choices {
    /// One side for everything.
    pub fn all(side: Side) -> Self {
        Self {
            others: Some(side),
            choices: Vec::new(),
        }
    }

    /// These choices and one more.
    #[must_use]
    pub fn with(mut self, path: MergePath, take: Take) -> Self {
        self.choices.push(Choice { path, take });
        self
    }

    /// What to take at a conflict; none where it stays open.
    pub(crate) fn take(&self, conflict: &Conflict) -> Option<Take> {
        let exact = self
            .choices
            .iter()
            .find(|choice| choice.path == *conflict.path());
        let around = || {
            self.choices
                .iter()
                .find(|choice| conflict.is_in(&choice.path) && matches!(choice.take, Take::Side(_)))
        };
        let chosen = exact.or_else(around).map(|choice| choice.take.clone());
        chosen.or(self.others.map(Take::Side))
    }
}

/// A choice as it is written: with a side to take, or with a value, which may be null.
#[derive(Serialize)]
#[serde(untagged)]
enum ChoiceShown {
    Side {
        path: MergePath,
        take: Side,
    },
    Value {
        path: MergePath,
        value: Option<MergeValue>,
    },
}

impl From<Choice> for ChoiceShown {
    fn from(choice: Choice) -> Self {
        let path = choice.path;
        match choice.take {
            Take::Side(take) => Self::Side { path, take },
            Take::Value(value) => Self::Value { path, value },
        }
    }
}

/// A choice as it is read: the path says what its value is.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ChoiceForm {
    path: MergePath,
    take: Option<Side>,
    #[serde(default)]
    value: Given<ValueForm>,
}

impl TryFrom<ChoiceForm> for Choice {
    type Error = String;

    fn try_from(form: ChoiceForm) -> Result<Self, String> {
        let path = form.path;
        let take = match (form.take, form.value) {
            (Some(side), Given::Nothing) => Take::Side(side),
            (None, Given::Value(value)) => {
                Take::Value(value.map(|value| value.at(&path)).transpose()?)
            }
            _ => return Err(format!("{path} needs either a side to take or a value")),
        };
        Ok(Self { path, take })
    }
}
