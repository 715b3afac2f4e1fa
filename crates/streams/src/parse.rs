//! Reading a document of either form.

use crate::{
    StreamDocument, StreamError, StreamWarning, coreos,
    fields::Object,
    json::{self, shown},
    rhcos,
};
use core::fmt;

/// How much of a document is read before it is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// The most bytes: [`MAX_DOCUMENT_BYTES`] by default; real documents have 5 to 65 KB.
    pub bytes: usize,
    /// The most levels of objects and lists, at most 100: 32 by default; real documents have 9.
    pub depth: usize,
    /// The most values: 200,000 by default; real documents have up to 2,000.
    pub values: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: MAX_DOCUMENT_BYTES,
            depth: 32,
            values: 200_000,
        }
    }
}

/// The most bytes that a document may have, unless the caller says otherwise: 16 MiB.
pub const MAX_DOCUMENT_BYTES: usize = 16 * 1024 * 1024;

/// The forms that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum StreamFormat {
    /// CoreOS stream metadata.
    CoreOs,
    /// The older `rhcos.json`.
    Rhcos,
}

impl fmt::Display for StreamFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::CoreOs => "coreos",
            Self::Rhcos => "rhcos",
        })
    }
}

/// What a text holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Parsed {
    /// The form it is written in.
    pub format: StreamFormat,
    /// The images.
    pub document: StreamDocument,
    /// What was left out or assumed, in the order of the document's keys.
    pub warnings: Vec<StreamWarning>,
    /// How many disk files it lists besides: they are no images, and are not read.
    pub files: usize,
}

/// What the reader of one form found.
pub(crate) struct Reading {
    pub(crate) document: StreamDocument,
    pub(crate) warnings: Vec<StreamWarning>,
    pub(crate) files: usize,
}

/// Reads a document; its keys tell the form.
///
/// Strict about what decides over a launch: repeated keys anywhere, malformed ids and regions, and
/// values of the wrong kind refuse the whole document. What is well formed and only has no place
/// here, such as images of an unknown cloud, is left out with a warning.
///
/// # Errors
///
/// See [`StreamError`]: every refusal names its place.
pub fn parse(text: &[u8], limits: &Limits) -> Result<Parsed, StreamError> {
    let node = json::read(text, limits)?;
    let document = Object::document(&node)?;
    let format = if document.has("stream") || document.has("architectures") {
        StreamFormat::CoreOs
    } else if document.has("amis") || document.has("buildid") {
        StreamFormat::Rhcos
    } else {
        let found = document.keys().take(5).map(shown).collect();
        return Err(StreamError::UnknownFormat { found });
    };
    let Reading {
        document,
        mut warnings,
        files,
    } = match format {
        StreamFormat::CoreOs => coreos::read(&document)?,
        StreamFormat::Rhcos => rhcos::read(&document)?,
    };
    for (architecture, images) in document.architectures() {
        let releases = images.releases();
        if releases.len() > 1 {
            warnings.push(StreamWarning::ReleasesDiffer {
                architecture: architecture.clone(),
                releases: releases.into_iter().cloned().collect(),
            });
        }
    }
    Ok(Parsed {
        format,
        document,
        warnings,
        files,
    })
}
