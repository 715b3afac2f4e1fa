//! From a draft and choices to a content.

use super::{
    Fields, TemplateChoices, TemplateConflict, TemplateMergeDraft, TemplatePath, TemplateTake,
    TemplateValue, default_of, links_of, put, value,
};
use crate::{TemplateContent, TemplateEditError};
use atlas_history::LineageId;
use atlas_mci::Side;
use std::collections::BTreeSet;

/// Why a merge came to nothing; HEAD is then as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateMergeError {
    /// Conflicts are open.
    #[error("{}: settle each with a side or a value, or all with one side", open(.conflicts))]
    Open {
        /// Which, by their paths.
        conflicts: Vec<TemplateConflict>,
    },
    /// A choice is for a path that is not in conflict.
    #[error("there is no conflict at {path}: leave the choice out")]
    NoConflict {
        /// Which path.
        path: TemplatePath,
    },
    /// Two choices are for one path.
    #[error("there are two choices for {path}: keep one of them")]
    Twice {
        /// Which path.
        path: TemplatePath,
    },
    /// A path cannot have the value that was chosen.
    #[error("{path} cannot be settled like that: {}", .value.as_ref().map_or_else(|| "it must have a value".to_owned(), |value| format!("`{value}` is no value of it")))]
    Value {
        /// Which path.
        path: TemplatePath,
        /// What was chosen; none where it was to be removed.
        value: Option<TemplateValue>,
    },
    /// The choices leave a default that is not linked, or links without a default.
    #[error("{}", default_said(*.default))]
    Default {
        /// The default that they leave; none where they leave none.
        default: Option<LineageId>,
    },
    /// The merged content is refused as the same edit would be.
    #[error(transparent)]
    Edit(#[from] TemplateEditError),
}

/// At most eight of the paths, for a message.
fn open(conflicts: &[TemplateConflict]) -> String {
    let paths = conflicts.iter().take(8).map(|it| it.path().to_string());
    let shown: Vec<_> = paths.collect();
    let more = if conflicts.len() > 8 { ", …" } else { "" };
    let count = match conflicts.len() {
        1 => "1 conflict is open".to_owned(),
        count => format!("{count} conflicts are open"),
    };
    format!("{count}, at {}{more}", shown.join(", "))
}

fn default_said(default: Option<LineageId>) -> String {
    match default {
        Some(lineage) => format!(
            "the choices make {lineage} the default and do not link it: link it, or choose another default"
        ),
        None => "the choices leave links and no default: choose one of the links".to_owned(),
    }
}

impl TemplateMergeDraft<'_> {
    /// The merged content, with the conflicts settled: all of it or nothing. A default that a side
    /// has brings its link along where the merge lost it, unless the link was settled otherwise.
    ///
    /// # Errors
    ///
    /// See [`TemplateMergeError`].
    pub fn settle(&self, choices: &TemplateChoices) -> Result<TemplateContent, TemplateMergeError> {
        self.check(choices)?;
        let mut fields = self.fields.clone();
        let mut open = Vec::new();
        let mut side_of_default = None;
        for conflict in &self.conflicts {
            let path = conflict.path();
            let value = match choices.take(conflict) {
                None => {
                    open.push(conflict.clone());
                    continue;
                }
                Some(TemplateTake::Side(side)) => {
                    if *path == TemplatePath::Default {
                        side_of_default = Some(side);
                    }
                    match side {
                        Side::Ours => conflict.ours().cloned(),
                        Side::Theirs => conflict.theirs().cloned(),
                    }
                }
                Some(TemplateTake::Value(value)) => value,
            };
            let fits = match &value {
                None => !matches!(path, TemplatePath::Name | TemplatePath::Description),
                Some(value) => value.is_of(path),
            };
            if !fits {
                let path = path.clone();
                return Err(TemplateMergeError::Value { path, value });
            }
            put(&mut fields, path, value);
        }
        if !open.is_empty() {
            return Err(TemplateMergeError::Open { conflicts: open });
        }
        self.link_default(&mut fields, choices, side_of_default)?;
        let content = value::content(self.ours, fields);
        Ok(content.edited([])?)
    }

    fn link_default(
        &self,
        fields: &mut Fields,
        choices: &TemplateChoices,
        side: Option<Side>,
    ) -> Result<(), TemplateMergeError> {
        let Some(default) = default_of(fields) else {
            return match links_of(fields).next() {
                None => Ok(()),
                Some(_) => Err(TemplateMergeError::Default { default: None }),
            };
        };
        let path = TemplatePath::Link(default);
        if fields.contains_key(&path) {
            return Ok(());
        }
        let sides = match side {
            Some(Side::Theirs) => [self.theirs, self.ours],
            _ => [self.ours, self.theirs],
        };
        let target = sides.iter().find_map(|side| side.links.get(&default));
        match (choices.exact(&path), target) {
            (None, Some(target)) => {
                fields.insert(path, TemplateValue::Link(target.clone()));
                Ok(())
            }
            _ => Err(TemplateMergeError::Default {
                default: Some(default),
            }),
        }
    }

    /// Checks that each choice is for a conflict, and the only one for its path.
    fn check(&self, choices: &TemplateChoices) -> Result<(), TemplateMergeError> {
        let mut seen = BTreeSet::new();
        for choice in &choices.choices {
            let path = choice.path.clone();
            if !self.conflicts.iter().any(|it| *it.path() == path) {
                return Err(TemplateMergeError::NoConflict { path });
            }
            if !seen.insert(&choice.path) {
                return Err(TemplateMergeError::Twice { path });
            }
        }
        Ok(())
    }
}
