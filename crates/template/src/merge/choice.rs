//! How conflicts are settled.

use super::{TemplateConflict, TemplatePath, TemplateValue};
use atlas_mci::Side;
use serde::{Deserialize, Deserializer, Serialize};

/// What to take at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "a side, or something else")]
pub enum TemplateTake {
    /// What a side holds.
    Side(Side),
    /// Another value; none to remove it.
    Value(Option<TemplateValue>),
}

/// The settlement of one conflict. It is written with a side to `take`, or with a `value` in its
/// text form, which may be null.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "ChoiceForm", into = "ChoiceForm")]
pub struct TemplateChoice {
    /// Where.
    pub path: TemplatePath,
    /// What.
    pub take: TemplateTake,
}

/// How the conflicts of a merge are settled: path by path, and by a side for the others.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemplateChoices {
    /// The side that is taken at all paths without a choice; none leaves them open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub others: Option<Side>,
    /// The choices.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub choices: Vec<TemplateChoice>,
}

impl TemplateChoices {
    /// One side for everything.
    pub fn all(side: Side) -> Self {
        Self {
            others: Some(side),
            choices: Vec::new(),
        }
    }

    /// These choices and one more.
    #[must_use]
    pub fn with(mut self, path: TemplatePath, take: TemplateTake) -> Self {
        self.choices.push(TemplateChoice { path, take });
        self
    }

    /// The choice for exactly this path.
    pub(super) fn exact(&self, path: &TemplatePath) -> Option<&TemplateTake> {
        let found = self.choices.iter().find(|choice| choice.path == *path);
        found.map(|choice| &choice.take)
    }

    /// What to take at a conflict; none where it stays open.
    pub(super) fn take(&self, conflict: &TemplateConflict) -> Option<TemplateTake> {
        let exact = self.exact(conflict.path()).cloned();
        exact.or(self.others.map(TemplateTake::Side))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ChoiceForm {
    path: TemplatePath,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    take: Option<Side>,
    #[serde(
        default,
        deserialize_with = "given",
        skip_serializing_if = "Option::is_none"
    )]
    value: Option<Given>,
}

/// A value that may be null, which removes what is there.
#[derive(Serialize)]
#[serde(transparent)]
struct Given(Option<String>);

impl<'de> Deserialize<'de> for Given {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self)
    }
}

/// Tells a value that is null from one that is not there.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Given>, D::Error> {
    Given::deserialize(deserializer).map(Some)
}

impl From<TemplateChoice> for ChoiceForm {
    fn from(choice: TemplateChoice) -> Self {
        let text = |value: TemplateValue| match value {
            TemplateValue::Description(text) => text.as_str().to_owned(),
            other => other.to_string(),
        };
        let (take, value) = match choice.take {
            TemplateTake::Side(side) => (Some(side), None),
            TemplateTake::Value(value) => (None, Some(Given(value.map(text)))),
        };
        Self {
            path: choice.path,
            take,
            value,
        }
    }
}

impl TryFrom<ChoiceForm> for TemplateChoice {
    type Error = String;

    fn try_from(form: ChoiceForm) -> Result<Self, String> {
        let path = form.path;
        let read = |text: String| TemplateValue::parse(&path, &text).map_err(|it| it.to_string());
        let take = match (form.take, form.value) {
            (Some(side), None) => TemplateTake::Side(side),
            (None, Some(Given(value))) => TemplateTake::Value(value.map(read).transpose()?),
            _ => return Err(format!("{path} needs either a side to take or a value")),
        };
        Ok(Self { path, take })
    }
}
