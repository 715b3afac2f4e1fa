//! Why a file is no inventory.

use atlas_base::quoted;
use atlas_image::{
    ParseArchitectureError, ParseChecksumError, ParseNetworkNameError, ParseTextError,
};
use atlas_image_id::{CloudLocation, LocationMismatch, ParseImageIdError, ParseLocationError};
use core::fmt;

/// Why a file is refused. Nothing of a refused file is used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FileError {
    /// It has more bytes than [`Limits::bytes`](crate::Limits::bytes).
    #[error("the inventory has {found} bytes, at most {limit} are read: split it by location")]
    TooLarge {
        /// Its bytes.
        found: usize,
        /// The most that are read.
        limit: usize,
    },
    /// It nests deeper than [`Limits::depth`](crate::Limits::depth).
    #[error("the inventory nests deeper than {limit} levels at byte {at}: no inventory does")]
    TooDeep {
        /// The offset of the first bracket that lies too deep.
        at: usize,
        /// The most levels.
        limit: usize,
    },
    /// It has more values than [`Limits::values`](crate::Limits::values).
    #[error("the inventory has more than {limit} values: split it by location")]
    TooManyValues {
        /// The most values.
        limit: usize,
    },
    /// It is no JSON, or of another form.
    #[error("the inventory is not read at line {line} column {column}")]
    Form {
        /// The line, from 1.
        line: usize,
        /// The column in bytes, from 1.
        column: usize,
        /// What is wrong there.
        source: JsonError,
    },
    /// It is of a version that is not known here.
    #[error("the inventory is of version {found}: expected version 1")]
    Version {
        /// What it says.
        found: u64,
    },
    /// A location is none.
    #[error("{} is no location of the inventory", quoted(text))]
    Location {
        /// What stands there.
        text: String,
        /// What is wrong with it.
        source: ParseLocationError,
    },
    /// The id of an image has not the form of its cloud's.
    #[error("{entry} has an image id that is none")]
    ImageId {
        /// Which entry.
        entry: Entry,
        /// What is wrong with it.
        source: ParseImageIdError,
    },
    /// An image cannot be in the location that it stands under.
    #[error("{entry} is in the wrong place")]
    Misplaced {
        /// Which entry.
        entry: Entry,
        /// What is wrong with it.
        source: LocationMismatch,
    },
    /// A name or an id has characters that such texts do not have.
    #[error("{entry} has a text that is not allowed")]
    Text {
        /// Which entry.
        entry: Entry,
        /// What is wrong with it.
        source: ParseTextError,
    },
    /// A network has a name that is none.
    #[error("{entry} has a name that is none")]
    Network {
        /// Which entry.
        entry: Entry,
        /// What is wrong with it.
        source: ParseNetworkNameError,
    },
    /// An architecture that is not known.
    #[error("{entry} has an architecture that is none")]
    Architecture {
        /// Which entry.
        entry: Entry,
        /// What is wrong with it.
        source: ParseArchitectureError,
    },
    /// A checksum that is none.
    #[error("{entry} has a checksum that is none")]
    Checksum {
        /// Which entry.
        entry: Entry,
        /// What is wrong with it.
        source: ParseChecksumError,
    },
    /// A size of nothing.
    #[error("{entry} has a size of 0 GB: at least 1 is allowed")]
    Size {
        /// Which entry.
        entry: Entry,
    },
    /// A state of a server that is none.
    #[error(
        "{entry} is {}: expected pending, operational, stopped or terminated",
        quoted(found)
    )]
    State {
        /// Which entry.
        entry: Entry,
        /// What stands there.
        found: String,
    },
    /// A kind of device that is none.
    #[error(
        "{entry} has a device that is {}: expected root, ephemeral or volume",
        quoted(found)
    )]
    DeviceKind {
        /// Which entry.
        entry: Entry,
        /// What stands there.
        found: String,
    },
    /// An image, a server or a network stands there twice, so that either entry could be meant.
    #[error("{entry} stands there twice: keep the one that is meant")]
    Twice {
        /// The second of the two.
        entry: Entry,
    },
}

/// An entry of a file: the 3rd server of `aws/us-east-1`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Entry {
    /// The location that it stands under.
    pub location: CloudLocation,
    /// What it is.
    pub kind: EntryKind,
    /// Which one, from 1.
    pub number: usize,
}

/// What an entry of a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum EntryKind {
    /// An image.
    Image,
    /// A server.
    Server,
    /// A network.
    Network,
}

impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            EntryKind::Image => "image",
            EntryKind::Server => "server",
            EntryKind::Network => "network",
        };
        write!(f, "{what} {} of `{}`", self.number, self.location)
    }
}

/// What the reader of JSON says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonError(Box<str>);

impl JsonError {
    pub(super) fn new(error: &serde_json::Error) -> Self {
        let text = error.to_string();
        let place = format!(" at line {} column {}", error.line(), error.column());
        let text = text.strip_suffix(&place).unwrap_or(&text);
        // It repeats words of the file as they stand: on one line they stay, and not for ever.
        let mut told = String::new();
        for character in text.chars().take(160) {
            if character.is_control() {
                told.extend(character.escape_default());
            } else {
                told.push(character);
            }
        }
        Self(told.into())
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for JsonError {}
