//! Labels: keys with a value each.

use crate::text::held_text;
use atlas_base::quoted;
use core::fmt;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

macro_rules! label_texts {
    ($($(#[$doc:meta])* $name:ident = $what:literal, $least:literal, $most:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The most characters it may have.
            pub const MAX_CHARACTERS: usize = $most;

            /// Checks the length of a text.
            ///
            /// # Errors
            ///
            /// It is too short or too long.
            pub fn parse(text: &str) -> Result<Self, ParseLabelError> {
                check(text, $what, $least, $most)?;
                Ok(Self(text.into()))
            }
        }

        held_text!($name, ParseLabelError);
    )*};
}

label_texts! {
    /// The key of a label: 1 to 128 characters, whichever they are (AWS).
    LabelKey = "key of a label", 1, 128;
    /// The value of a label: at most 256 characters, whichever they are, or none (AWS).
    LabelValue = "value of a label", 0, 256;
}

fn check(text: &str, what: &str, least: usize, most: usize) -> Result<(), ParseLabelError> {
    let at = match text.char_indices().nth(most) {
        Some((at, _)) => at,
        None if text.is_empty() && least > 0 => 0,
        None => return Ok(()),
    };
    let shown = quoted(text);
    let message = format!("{shown} is no {what}: expected {least} to {most} characters");
    Err(ParseLabelError { at, message })
}

/// Why a text is no [`LabelKey`] or [`LabelValue`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseLabelError {
    at: usize,
    message: String,
}

impl ParseLabelError {
    /// The byte offset at which the text stopped making sense.
    pub fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for ParseLabelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseLabelError {}

/// The labels of a record: at most [`Labels::MOST`], no two of one key (AWS: tags).
///
/// A [`Tag`](atlas_base::Tag) is a word that is there or not, in a grammar of its own; a label has a
/// value that another takes the place of, and both are whatever somebody wrote.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(
    try_from = "BTreeMap<LabelKey, LabelValue>",
    into = "BTreeMap<LabelKey, LabelValue>"
)]
pub struct Labels(BTreeMap<LabelKey, LabelValue>);

/// A change of labels: what is taken away goes first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LabelChange {
    /// Whether all that there are go.
    pub clear: bool,
    /// Keys to take away, where a value is said only if that is theirs; one that is not there is no
    /// mistake.
    pub remove: Vec<(LabelKey, Option<LabelValue>)>,
    /// Labels to set, in the place of those of the same keys.
    pub set: BTreeMap<LabelKey, LabelValue>,
}

impl Labels {
    /// The most labels of a record (AWS).
    pub const MOST: usize = 50;

    /// Checks how many there are.
    ///
    /// # Errors
    ///
    /// They are too many.
    pub fn new(labels: BTreeMap<LabelKey, LabelValue>) -> Result<Self, TooManyLabels> {
        match labels.len() {
            found if found > Self::MOST => Err(TooManyLabels { found }),
            _ => Ok(Self(labels)),
        }
    }

    /// The value of a key.
    pub fn get(&self, key: &LabelKey) -> Option<&LabelValue> {
        self.0.get(key)
    }

    /// All of them, by key.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&LabelKey, &LabelValue)> {
        self.0.iter()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// These labels after a change (AWS: `DeleteTags`, `CreateTags`).
    ///
    /// # Errors
    ///
    /// They would be too many.
    pub fn changed(&self, change: &LabelChange) -> Result<Self, TooManyLabels> {
        let mut labels = self.0.clone();
        if change.clear {
            labels.clear();
        }
        for (key, value) in &change.remove {
            if value.is_none() || labels.get(key) == value.as_ref() {
                labels.remove(key);
            }
        }
        let set = change.set.iter();
        labels.extend(set.map(|(key, value)| (key.clone(), value.clone())));
        Self::new(labels)
    }
}

impl LabelChange {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl TryFrom<BTreeMap<LabelKey, LabelValue>> for Labels {
    type Error = TooManyLabels;

    fn try_from(labels: BTreeMap<LabelKey, LabelValue>) -> Result<Self, TooManyLabels> {
        Self::new(labels)
    }
}

impl From<Labels> for BTreeMap<LabelKey, LabelValue> {
    fn from(labels: Labels) -> Self {
        labels.0
    }
}

/// A record would have more labels than it can.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "a record has at most {} labels, not {found}: take some away first",
    Labels::MOST
)]
pub struct TooManyLabels {
    /// How many there would be.
    pub found: usize,
}
