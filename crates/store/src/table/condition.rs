//! Conditions on the fields of records, as values.

mod looked;
mod pattern;

use self::{looked::Seen, pattern::fits};
use serde::Serialize;
use std::collections::BTreeSet;

/// What a [`Query`](crate::Query) asks of one field of a record's JSON, beyond the interval it reads.
///
/// It is a value, so that it belongs to the digest of a query, and so that an engine which can
/// look into JSON could be asked to leave out what does not meet it. The JSON is that of the
/// record's newest schema, as [`Record`](crate::Record) serialises.
///
/// ```
/// # use atlas_store::{Condition, Partition, Query};
/// let in_service = Query::all(&Partition::global())
///     .keep(Condition::is(["rig", "kind"], "schooner"))
///     .keep(Condition::one_of("masts", [2, 3]));
/// assert_eq!(in_service.conditions().len(), 2);
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Condition {
    field: FieldPath,
    test: Test,
}

impl Condition {
    /// The field is this. A field that is not there is [`Scalar::Null`].
    pub fn is(field: impl Into<FieldPath>, value: impl Into<Scalar>) -> Self {
        Self::new(field, Test::Is(value.into()))
    }

    /// The field is one of these; of none, no record is.
    pub fn one_of(
        field: impl Into<FieldPath>,
        values: impl IntoIterator<Item: Into<Scalar>>,
    ) -> Self {
        let values = values.into_iter().map(Into::into).collect();
        Self::new(field, Test::OneOf(values))
    }

    /// The field is a text that begins so.
    pub fn begins(field: impl Into<FieldPath>, start: impl Into<String>) -> Self {
        Self::new(field, Test::Begins(start.into()))
    }

    /// The field is an array that has this among its elements.
    pub fn holds(field: impl Into<FieldPath>, element: impl Into<Scalar>) -> Self {
        Self::new(field, Test::Holds(element.into()))
    }

    /// The field is a text with this somewhere in it.
    pub fn contains(field: impl Into<FieldPath>, text: impl Into<String>) -> Self {
        Self::new(field, Test::Contains(text.into()))
    }

    /// The field is a text that a pattern fits as a whole: `*` stands for any characters, `?` for one,
    /// and what follows `\` for itself.
    pub fn matches(field: impl Into<FieldPath>, pattern: impl Into<String>) -> Self {
        Self::new(field, Test::Matches(pattern.into()))
    }

    /// The field is this text, or goes on behind it with one of these characters: under `aws` with
    /// `/` are `aws` and `aws/us-east-1`, and `aws2` is not.
    pub fn under(
        field: impl Into<FieldPath>,
        start: impl Into<String>,
        separators: impl Into<String>,
    ) -> Self {
        Self::new(field, Test::Under(start.into(), separators.into()))
    }

    /// The field is there, and is not `null`.
    pub fn present(field: impl Into<FieldPath>) -> Self {
        Self::new(field, Test::Present)
    }

    /// A test of a field.
    pub fn new(field: impl Into<FieldPath>, test: Test) -> Self {
        Self {
            field: field.into(),
            test,
        }
    }

    /// The field.
    pub fn field(&self) -> &FieldPath {
        &self.field
    }

    /// What is asked of it.
    pub fn test(&self) -> &Test {
        &self.test
    }

    /// Whether JSON meets all conditions; it is read once, and no further than it matters.
    ///
    /// # Errors
    ///
    /// The text is no JSON, as far as it is read.
    pub(crate) fn all_met(
        conditions: &BTreeSet<Self>,
        json: &str,
    ) -> Result<bool, serde_json::Error> {
        if conditions.is_empty() {
            return Ok(true);
        }
        looked::all_met(conditions, json)
    }

    /// Whether it is about this field, and that is this text, and not what is asked for.
    pub(super) fn refuses(&self, field: &str, text: &str) -> bool {
        self.field.0 == [field] && !self.is_met(&Seen::Text(text))
    }

    /// Whether what was found of the field is what is asked for.
    fn is_met(&self, seen: &Seen<'_>) -> bool {
        match (&self.test, seen) {
            (Test::Is(wanted), seen) => seen.is(wanted),
            (Test::OneOf(wanted), seen) => wanted.iter().any(|wanted| seen.is(wanted)),
            (Test::Begins(start), Seen::Text(found)) => found.starts_with(start),
            (Test::Holds(wanted), Seen::Many(found)) => found.contains(wanted),
            (Test::Contains(text), Seen::Text(found)) => found.contains(text),
            (Test::Matches(pattern), Seen::Text(found)) => fits(pattern, found),
            (Test::Under(start, separators), Seen::Text(found)) => {
                let mut rest = found.strip_prefix(start.as_str()).map(str::chars);
                rest.as_mut().is_some_and(|rest| {
                    let next = rest.next();
                    next.is_none_or(|next| separators.contains(next))
                })
            }
            (Test::Present, seen) => !matches!(seen, Seen::Null),
            (
                Test::Begins(_)
                | Test::Holds(_)
                | Test::Contains(_)
                | Test::Matches(_)
                | Test::Under(..),
                _,
            ) => false,
        }
    }
}

/// What is asked of a field.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Test {
    /// It is this.
    Is(Scalar),
    /// It is one of these.
    OneOf(BTreeSet<Scalar>),
    /// It is a text that begins so.
    Begins(String),
    /// It is an array with this among its elements.
    Holds(Scalar),
    /// It is a text with this somewhere in it.
    Contains(String),
    /// It is a text that a pattern fits as a whole, with `*`, `?` and `\`.
    Matches(String),
    /// It is the first text, or goes on behind it with one of the characters of the second.
    Under(String, String),
    /// It is there, and is not `null`.
    Present,
}

/// Where a field is: its name, or the names of the objects that it is in and then its own.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct FieldPath(Vec<String>);

impl FieldPath {
    /// The names, from the outermost object inward.
    pub fn names(&self) -> &[String] {
        &self.0
    }
}

impl From<&str> for FieldPath {
    fn from(name: &str) -> Self {
        Self(vec![name.to_owned()])
    }
}

impl<const N: usize> From<[&str; N]> for FieldPath {
    fn from(names: [&str; N]) -> Self {
        Self(names.map(str::to_owned).to_vec())
    }
}

/// A JSON value that is neither an array nor an object; a number is an integer of 64 bits.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(untagged)]
#[expect(
    clippy::exhaustive_enums,
    reason = "JSON has no other plain values, and canonical JSON no fractions"
)]
pub enum Scalar {
    /// `null`, or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Number(i64),
    /// A text.
    Text(String),
}

macro_rules! from_plain {
    ($($type:ty: $variant:ident,)*) => {$(
        impl From<$type> for Scalar {
            fn from(value: $type) -> Self {
                Self::$variant(value.into())
            }
        }
    )*};
}

from_plain! {
    bool: Bool,
    i64: Number,
    i32: Number,
    u32: Number,
    &str: Text,
    &String: Text,
    String: Text,
}
