//! The parts of a key, as values.

use crate::KeyBuilder;
use serde::Serialize;

/// One part of a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "the three forms are part of the key encoding"
)]
pub enum Part {
    /// A text, ordered by its UTF-8 bytes.
    Text(String),
    /// A number, ordered by value.
    U64(u64),
    /// Bytes, ordered byte by byte.
    Bytes(Vec<u8>),
}

/// The parts of a key after its space, in order. One value and tuples of up to four turn into it.
///
/// ```
/// # use atlas_store::{Part, Parts};
/// let parts = Parts::from(("web", 3_u64));
/// assert_eq!(parts.as_slice(), [Part::Text("web".into()), Part::U64(3)]);
/// ```
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Parts(Vec<Part>);

impl Parts {
    /// No parts: the prefix of every key of a space.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// These parts and one more.
    #[must_use]
    pub fn and(mut self, part: impl Into<Part>) -> Self {
        self.0.push(part.into());
        self
    }

    /// The parts.
    pub fn as_slice(&self) -> &[Part] {
        &self.0
    }

    pub(crate) fn add_to(&self, key: KeyBuilder) -> KeyBuilder {
        self.0.iter().fold(key, |key, part| match part {
            Part::Text(text) => key.text(text),
            Part::U64(number) => key.u64(*number),
            Part::Bytes(bytes) => key.bytes(bytes),
        })
    }
}

impl FromIterator<Part> for Parts {
    fn from_iter<I: IntoIterator<Item = Part>>(parts: I) -> Self {
        Self(parts.into_iter().collect())
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Part {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<u64> for Part {
    fn from(number: u64) -> Self {
        Self::U64(number)
    }
}

impl From<&[u8]> for Part {
    fn from(bytes: &[u8]) -> Self {
        Self::Bytes(bytes.to_owned())
    }
}

impl From<()> for Parts {
    fn from((): ()) -> Self {
        Self::new()
    }
}

impl<A: Into<Part>> From<A> for Parts {
    fn from(part: A) -> Self {
        Self(vec![part.into()])
    }
}

macro_rules! from_tuples {
    ($(($($type:ident $value:ident),+))+) => {$(
        impl<$($type: Into<Part>),+> From<($($type,)+)> for Parts {
            fn from(($($value,)+): ($($type,)+)) -> Self {
                Self(vec![$($value.into()),+])
            }
        }
    )+};
}

from_tuples! {
    (A a, B b)
    (A a, B b, C c)
    (A a, B b, C c, D d)
}
