//! How errors of the parts become errors of the whole.

use super::Error;
use crate::{MciMerge, Noun, RefusedImage, TemplateMerge};
use atlas_mci::MergeError;
use atlas_scope::Scope;
use atlas_store::{AsStoreError, MigrateError, RecordError, StoreError};
use atlas_template::TemplateMergeError;
use core::fmt;

impl Error {
    /// The refusal of some of many.
    pub(crate) fn of_refused(mut refused: Vec<RefusedImage>, all: usize) -> Self {
        match refused.pop() {
            Some(only) if refused.is_empty() => Self::OneOfMany {
                number: only.number,
                source: Box::new(only.error),
            },
            last => {
                refused.extend(last);
                Self::ManyRefused { all, refused }
            }
        }
    }

    /// What a failed write means for a record with a name of its own.
    pub(crate) fn taken(
        error: RecordError,
        noun: Noun,
        name: &dyn fmt::Display,
        scope: &Scope,
    ) -> Self {
        match error {
            RecordError::Taken { .. } | RecordError::Exists { .. } => Self::NameTaken {
                noun,
                name: name.to_string(),
                scope: scope.clone(),
            },
            error => error.into(),
        }
    }
}

/// The conflicts of a merge as the refusal of what they stop.
pub(super) fn open(merge: &MciMerge) -> MergeError {
    let conflicts = merge.conflicts.clone();
    MergeError::Open { conflicts }
}

/// The same of a ServerTemplate.
pub(super) fn open_template(merge: &TemplateMerge) -> TemplateMergeError {
    let conflicts = merge.conflicts.clone();
    TemplateMergeError::Open { conflicts }
}

impl From<RecordError> for Error {
    fn from(error: RecordError) -> Self {
        match error {
            RecordError::Store(error) => Self::Store(error),
            error => Self::Record(error),
        }
    }
}

impl From<MigrateError> for Error {
    fn from(error: MigrateError) -> Self {
        match error {
            MigrateError::Store(error) => Self::Store(error),
            error => Self::Migrate(error),
        }
    }
}

/// An error with all that it comes from, in one line.
#[cfg(feature = "repository")]
pub(crate) fn whole_text(error: &Error) -> String {
    let mut text = error.to_string();
    let mut next = core::error::Error::source(error);
    while let Some(source) = next {
        let more = source.to_string();
        // Some say what they come from themselves.
        if !text.ends_with(&more) {
            text = format!("{text}: {more}");
        }
        next = source.source();
    }
    text
}

impl AsStoreError for Error {
    fn as_store_error(&self) -> Option<&StoreError> {
        match self {
            Self::Store(error) => Some(error),
            _ => None,
        }
    }
}
