//! Committed revisions.

use crate::{Author, LineageId, Message, words::ParseRevisionNumberError};
use atlas_base::{CanonicalError, Digest, Timestamp, canonical, quoted, text_form};
use core::{fmt, num::NonZeroU32};
use serde::{Deserialize, Serialize};

/// The number of a committed revision: 1, 2, 3… without gaps (RightScale: revision; HEAD shows
/// as 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionNumber(NonZeroU32);

impl RevisionNumber {
    /// The first one.
    pub const FIRST: Self = Self(NonZeroU32::MIN);

    /// The revision of this number; none for 0.
    pub fn new(number: u32) -> Option<Self> {
        NonZeroU32::new(number).map(Self)
    }

    /// The number.
    pub fn get(self) -> u32 {
        self.0.get()
    }

    /// The next one; none after the last that 32 bits can count.
    pub fn next(self) -> Option<Self> {
        self.0.checked_add(1).map(Self)
    }

    /// Reads a number.
    ///
    /// # Errors
    ///
    /// It is no whole number from 1 on, or has leading zeros or a sign.
    pub fn parse(text: &str) -> Result<Self, ParseRevisionNumberError> {
        let refuse = |at| {
            let expected = "expected a whole number from 1 to 4294967295 without leading zeros";
            let message = format_args!("{} is no revision number: {expected}", quoted(text));
            Err(ParseRevisionNumberError::new(at, message))
        };
        if let Some(at) = text.bytes().position(|byte| !byte.is_ascii_digit()) {
            return refuse(at);
        }
        if text.starts_with('0') {
            return refuse(0);
        }
        text.parse().map(Self).or_else(|_| refuse(0))
    }
}

impl fmt::Display for RevisionNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

impl Serialize for RevisionNumber {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u32(self.get())
    }
}

impl<'de> Deserialize<'de> for RevisionNumber {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        NonZeroU32::deserialize(deserializer).map(Self)
    }
}

impl core::str::FromStr for RevisionNumber {
    type Err = ParseRevisionNumberError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text)
    }
}

/// One revision of one lineage. The text form is `LINEAGE@NUMBER`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RevisionRef {
    /// The lineage.
    pub lineage: LineageId,
    /// The revision's number in it.
    pub number: RevisionNumber,
}

impl RevisionRef {
    /// Reads `LINEAGE@NUMBER`.
    ///
    /// # Errors
    ///
    /// One of the two parts is missing or malformed.
    pub fn parse(text: &str) -> Result<Self, ParseRevisionNumberError> {
        let refuse = |at| {
            let expected = "expected a lineage id, `@` and a whole number from 1 on";
            let message = format_args!("{} is no revision: {expected}", quoted(text));
            ParseRevisionNumberError::new(at, message)
        };
        let (lineage, number) = text.split_once('@').ok_or_else(|| refuse(text.len()))?;
        Ok(Self {
            lineage: LineageId::parse(lineage).map_err(|error| refuse(error.at()))?,
            number: RevisionNumber::parse(number)
                .map_err(|error| refuse(lineage.len() + 1 + error.at()))?,
        })
    }
}

impl fmt::Display for RevisionRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.lineage, self.number)
    }
}

text_form!(RevisionRef, ParseRevisionNumberError);

/// A parent of a revision or of HEAD: where it is, and the digest that proves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parent {
    /// Which revision.
    pub revision: RevisionRef,
    /// Its revision digest.
    pub digest: Digest,
}

/// Where a cloned lineage came from; it never changes (RightScale: lineage of a clone).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Origin {
    /// The lineage that was cloned.
    pub lineage: LineageId,
    /// Its revision; none when HEAD was cloned.
    pub revision: Option<RevisionNumber>,
    /// The digest of the content that was cloned.
    pub content: Digest,
}

/// A committed state of a lineage. No field ever changes; what does change about it are its
/// [`Marks`](crate::Marks), which stand beside it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Revision {
    number: RevisionNumber,
    content: Digest,
    digest: Digest,
    parents: Vec<Parent>,
    author: Author,
    message: Message,
    time: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    released_at: Option<Timestamp>,
}

/// What the revision digest covers. The lineage is not part of it, so that an import in another
/// account has the same digest; parents count by their digests alone.
#[derive(Serialize)]
struct Digested<'a> {
    // In the order of the encoding, which then has nothing to move.
    author: &'a Author,
    content: Digest,
    message: &'a Message,
    number: RevisionNumber,
    parents: Vec<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    released_at: Option<Timestamp>,
    time: Timestamp,
}

/// What a new revision is made of.
#[derive(Debug)]
pub(crate) struct RevisionParts {
    pub(crate) number: RevisionNumber,
    pub(crate) content: Digest,
    pub(crate) parents: Vec<Parent>,
    pub(crate) author: Author,
    pub(crate) message: Message,
    pub(crate) time: Timestamp,
    pub(crate) released_at: Option<Timestamp>,
}

impl Revision {
    /// The domain of revision digests.
    pub const DOMAIN: &'static str = "cloud-atlas/revision/1";

    pub(crate) fn seal(parts: RevisionParts) -> Result<Self, CanonicalError> {
        let RevisionParts {
            number,
            content,
            parents,
            author,
            message,
            time,
            released_at,
        } = parts;
        let mut revision = Self {
            number,
            content,
            digest: content,
            parents,
            author,
            message,
            time,
            released_at,
        };
        revision.digest = revision.computed()?;
        Ok(revision)
    }

    fn computed(&self) -> Result<Digest, CanonicalError> {
        let digested = Digested {
            author: &self.author,
            content: self.content,
            message: &self.message,
            number: self.number,
            parents: self.parents.iter().map(|parent| parent.digest).collect(),
            released_at: self.released_at,
            time: self.time,
        };
        canonical::digest(Self::DOMAIN, &digested)
    }

    /// Checks that the fields are those that were committed.
    ///
    /// # Errors
    ///
    /// They give another digest than the stored one.
    pub fn verify(&self) -> Result<(), RevisionMismatch> {
        match self.computed() {
            Ok(found) if found == self.digest => Ok(()),
            found => Err(RevisionMismatch {
                number: self.number,
                expected: self.digest,
                found: found.ok(),
            }),
        }
    }

    /// Its number in its lineage.
    pub fn number(&self) -> RevisionNumber {
        self.number
    }

    /// The digest of its content.
    pub fn content(&self) -> Digest {
        self.content
    }

    /// The digest over content digest, parents, number, author, message and times.
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// What it was made from: the revision before, then what was merged.
    pub fn parents(&self) -> &[Parent] {
        &self.parents
    }

    /// Who committed it.
    pub fn author(&self) -> &Author {
        &self.author
    }

    /// Why.
    pub fn message(&self) -> &Message {
        &self.message
    }

    /// When it was committed here.
    pub fn time(&self) -> Timestamp {
        self.time
    }

    /// When its data says that it was released, for imports.
    pub fn released_at(&self) -> Option<Timestamp> {
        self.released_at
    }

    /// This revision as a parent of the next.
    pub fn as_parent(&self, lineage: LineageId) -> Parent {
        Parent {
            revision: RevisionRef {
                lineage,
                number: self.number,
            },
            digest: self.digest,
        }
    }
}

/// A stored revision whose fields are not those that were committed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("revision {number} was committed with the digest {expected}, but its fields give {}: it was damaged or changed outside", .found.map_or_else(|| "none".to_owned(), |digest| digest.to_string()))]
pub struct RevisionMismatch {
    /// Which revision.
    pub number: RevisionNumber,
    /// What was committed.
    pub expected: Digest,
    /// What the stored fields give.
    pub found: Option<Digest>,
}
