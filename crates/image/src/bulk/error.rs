//! Why a file, or one of its lines, cannot be read.

use atlas_base::quoted;
use core::fmt;

/// Why a file of images cannot be read at all.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum BulkFileError {
    /// It has too many bytes.
    #[error("the file has {found} bytes, at most {limit} are read: split it")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
        /// The bytes that it has.
        found: usize,
    },
    /// The first line of a CSV file names a column that there is none of.
    #[error("{} is no column: the first line names some of {}", quoted(name), columns.join(", "))]
    UnknownColumn {
        /// The name.
        name: String,
        /// Every column there is.
        columns: &'static [&'static str],
    },
    /// The first line of a CSV file names a column twice.
    #[error("the column `{name}` is named twice: name it once")]
    ColumnTwice {
        /// The name.
        name: &'static str,
    },
    /// The first line of a CSV file does not name a column that every image needs.
    #[error("the first line names no column `{name}`, which every image needs")]
    NoColumn {
        /// The name.
        name: &'static str,
    },
    /// The first line of a CSV file is too long, or no text.
    #[error("the first line does not name the columns of the file")]
    NoHeader,
}

/// Why a line of a file is no request to register an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BulkLineError {
    field: Option<&'static str>,
    message: String,
}

impl BulkLineError {
    pub(super) fn line(message: impl fmt::Display) -> Self {
        Self {
            field: None,
            message: message.to_string(),
        }
    }

    pub(super) fn field(field: &'static str, message: impl fmt::Display) -> Self {
        Self {
            field: Some(field),
            message: message.to_string(),
        }
    }

    pub(super) fn too_long(limit: usize) -> Self {
        Self::line(format_args!(
            "the line has more than {limit} bytes: shorten it, or close a quote that is open"
        ))
    }

    pub(super) fn too_many(limit: usize) -> Self {
        Self::line(format_args!(
            "the file has more than {limit} images: split it here"
        ))
    }

    /// The field that is wrong; none where it is the line as a whole.
    pub fn name(&self) -> Option<&'static str> {
        self.field
    }
}

impl fmt::Display for BulkLineError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(field) = self.field {
            write!(f, "{field}: ")?;
        }
        f.write_str(&self.message)
    }
}

impl std::error::Error for BulkLineError {}
