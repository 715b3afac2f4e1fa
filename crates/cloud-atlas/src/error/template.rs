//! What is refused of ServerTemplates.

use super::Error;
use atlas_base::Name;
use atlas_history::LineageId;
use atlas_template::{
    AgentsMissing, HeadPlanError, LinkError, TemplateEditError, TemplateMergeError,
    TemplateNotReady, UpdateError,
};
use core::fmt;
use std::collections::BTreeMap;

/// A refusal, with what the MultiCloud Images are called that it is about.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct TemplateRefused {
    /// Why.
    pub refusal: TemplateRefusal,
    /// The names that whoever asked sees.
    pub names: BTreeMap<LineageId, Name>,
}

impl fmt::Display for TemplateRefused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = |text: String, (lineage, name): (&LineageId, &Name)| {
            text.replace(&lineage.to_string(), &format!("`{name}`"))
        };
        let names = self.names.iter();
        f.write_str(&names.fold(self.refusal.to_string(), name))
    }
}

impl core::error::Error for TemplateRefused {}

impl Error {
    /// This refusal with the names of what it is about.
    pub(crate) fn about(self, names: BTreeMap<LineageId, Name>) -> Self {
        match self {
            Self::Template(refused) => {
                Self::Template(Box::new(TemplateRefused { names, ..*refused }))
            }
            other => other,
        }
    }
}

/// Why a ServerTemplate was not made, changed or committed as asked.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TemplateRefusal {
    /// An edit of HEAD cannot be made.
    #[error(transparent)]
    Edit(#[from] TemplateEditError),
    /// A link means nothing that is there, or something revoked.
    #[error(transparent)]
    Link(#[from] LinkError),
    /// It has scripts, and images that it links are known to have no agent.
    #[error(transparent)]
    Agents(#[from] AgentsMissing),
    /// HEAD is not fit to be committed.
    #[error(transparent)]
    NotReady(#[from] TemplateNotReady),
    /// The HEADs that it links are not committed.
    #[error(transparent)]
    Heads(#[from] HeadPlanError),
    /// Its links are not moved.
    #[error(transparent)]
    Update(#[from] UpdateError),
    /// Conflicts of a merge were settled in a way that is none.
    #[error(transparent)]
    Merge(TemplateMergeError),
}

impl From<TemplateMergeError> for TemplateRefusal {
    fn from(error: TemplateMergeError) -> Self {
        match error {
            TemplateMergeError::Edit(error) => Self::Edit(error),
            error => Self::Merge(error),
        }
    }
}

/// So that `?` takes each of them as it is.
macro_rules! refusals {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Error {
            fn from(error: $error) -> Self {
                Self::Template(Box::new(TemplateRefused {
                    refusal: error.into(),
                    names: BTreeMap::new(),
                }))
            }
        }
    )*};
}

refusals!(
    TemplateEditError,
    LinkError,
    AgentsMissing,
    TemplateNotReady,
    HeadPlanError,
    UpdateError,
    TemplateMergeError,
);
