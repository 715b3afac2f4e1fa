//! The values that paths have.

use super::{Fields, TemplatePath};
use crate::{LinkTarget, ScriptRef, TemplateContent};
use atlas_base::{Name, parse_errors};
use atlas_history::LineageId;
use atlas_mci::Description;
use core::fmt;
use serde::{Serialize, Serializer};

/// What a part of a content holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "what a content holds")]
pub enum TemplateValue {
    /// The name.
    Name(Name),
    /// The description.
    Description(Description),
    /// What a link means.
    Link(LinkTarget),
    /// Which link is the default.
    Default(LineageId),
    /// The scripts of a phase, at least one, in their order.
    Scripts(Vec<ScriptRef>),
}

parse_errors! {
    /// Why a text is no value of a path.
    ParseTemplateValueError;
}

impl TemplateValue {
    /// Reads the value of a path from text; scripts stand one a line.
    ///
    /// # Errors
    ///
    /// The text is no such value.
    pub fn parse(path: &TemplatePath, text: &str) -> Result<Self, ParseTemplateValueError> {
        let wrong = |at: usize, error: &dyn fmt::Display| ParseTemplateValueError::new(at, error);
        match path {
            TemplatePath::Name => Name::parse(text)
                .map(Self::Name)
                .map_err(|error| wrong(error.at(), &error)),
            TemplatePath::Description => Description::parse(text)
                .map(Self::Description)
                .map_err(|error| wrong(error.at(), &error)),
            TemplatePath::Link(_) => LinkTarget::parse(text)
                .map(Self::Link)
                .map_err(|error| wrong(error.at(), &error)),
            TemplatePath::Default => LineageId::parse(text)
                .map(Self::Default)
                .map_err(|error| wrong(error.at(), &error)),
            TemplatePath::Scripts(_) => {
                let mut at = 0;
                let mut scripts = Vec::new();
                for line in text.lines() {
                    let script = ScriptRef::parse(line);
                    scripts.push(script.map_err(|error| wrong(at + error.at(), &error))?);
                    at += line.len() + 1;
                }
                if scripts.is_empty() {
                    let why = "there is no script: give null, or no value, to empty the phase";
                    return Err(wrong(0, &why));
                }
                Ok(Self::Scripts(scripts))
            }
        }
    }

    /// Whether a path can have this value.
    pub(super) fn is_of(&self, path: &TemplatePath) -> bool {
        matches!(
            (self, path),
            (Self::Name(_), TemplatePath::Name)
                | (Self::Description(_), TemplatePath::Description)
                | (Self::Link(_), TemplatePath::Link(_))
                | (Self::Default(_), TemplatePath::Default)
                | (Self::Scripts(_), TemplatePath::Scripts(_))
        )
    }
}

impl fmt::Display for TemplateValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name(name) => name.fmt(f),
            Self::Description(text) if text.as_str().is_empty() => f.write_str("(empty)"),
            Self::Description(text) => text.fmt(f),
            Self::Link(target) => target.fmt(f),
            Self::Default(lineage) => lineage.fmt(f),
            Self::Scripts(scripts) => {
                for (at, script) in scripts.iter().enumerate() {
                    if at > 0 {
                        f.write_str("\n")?;
                    }
                    script.fmt(f)?;
                }
                Ok(())
            }
        }
    }
}

/// The text that [`TemplateValue::parse`] reads.
impl Serialize for TemplateValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Description(text) => serializer.serialize_str(text.as_str()),
            other => serializer.collect_str(other),
        }
    }
}

/// The fields of a content.
pub(super) fn fields(content: &TemplateContent) -> Fields {
    let links = content.links.iter().map(|(lineage, target)| {
        let value = TemplateValue::Link(target.clone());
        (TemplatePath::Link(*lineage), value)
    });
    let scripts = content.scripts.iter().map(|(phase, scripts)| {
        let value = TemplateValue::Scripts(scripts.clone());
        (TemplatePath::Scripts(*phase), value)
    });
    let default = content.default.map(TemplateValue::Default);
    [
        (
            TemplatePath::Name,
            TemplateValue::Name(content.name.clone()),
        ),
        (
            TemplatePath::Description,
            TemplateValue::Description(content.description.clone()),
        ),
    ]
    .into_iter()
    .chain(default.map(|default| (TemplatePath::Default, default)))
    .chain(links)
    .chain(scripts)
    .collect()
}

/// A content with these fields in place of those of `side`.
pub(super) fn content(side: &TemplateContent, fields: Fields) -> TemplateContent {
    let mut content = TemplateContent::new(side.name.clone());
    for (path, value) in fields {
        match (path, value) {
            (_, TemplateValue::Name(name)) => content.name = name,
            (_, TemplateValue::Description(text)) => content.description = text,
            (_, TemplateValue::Default(lineage)) => content.default = Some(lineage),
            (TemplatePath::Link(lineage), TemplateValue::Link(target)) => {
                content.links.insert(lineage, target);
            }
            (TemplatePath::Scripts(phase), TemplateValue::Scripts(scripts)) => {
                content.set_scripts(phase, scripts);
            }
            // INVARIANT: each path has values of its own kind.
            _ => {}
        }
    }
    content
}
