//! Conditions on the fields of records, as values.

use core::fmt;
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{DeserializeSeed, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
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

    /// The field is this text, or goes on behind it with one of these characters: under `aws` with
    /// `/` are `aws` and `aws/us-east-1`, and `awsome` is not.
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

    /// Whether the JSON of a record meets it.
    pub(crate) fn is_met(&self, json: &str) -> Result<bool, serde_json::Error> {
        let seen = At(&self.field.0).deserialize(&mut serde_json::Deserializer::from_str(json))?;
        Ok(match (&self.test, &seen) {
            (Test::Is(wanted), Seen::One(found)) => found == wanted,
            (Test::OneOf(wanted), Seen::One(found)) => wanted.contains(found),
            (Test::Begins(start), Seen::One(Scalar::Text(found))) => found.starts_with(start),
            (Test::Holds(wanted), Seen::Many(found)) => found.contains(wanted),
            (Test::Contains(text), Seen::One(Scalar::Text(found))) => found.contains(text),
            (Test::Under(start, separators), Seen::One(Scalar::Text(found))) => {
                let mut rest = found.strip_prefix(start.as_str()).map(str::chars);
                rest.as_mut().is_some_and(|rest| {
                    let next = rest.next();
                    next.is_none_or(|next| separators.contains(next))
                })
            }
            (Test::Present, seen) => !matches!(seen, Seen::One(Scalar::Null)),
            (
                Test::Is(_)
                | Test::OneOf(_)
                | Test::Begins(_)
                | Test::Holds(_)
                | Test::Contains(_)
                | Test::Under(..),
                _,
            ) => false,
        })
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

/// What a field turned out to be.
enum Seen {
    One(Scalar),
    /// The plain elements of an array.
    Many(Vec<Scalar>),
    /// An object, or a number that no condition can name.
    Other,
}

impl<'de> Deserialize<'de> for Seen {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        At(&[]).deserialize(deserializer)
    }
}

/// Reads the value at the end of a path and passes over all others.
struct At<'p>(&'p [String]);

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = Seen;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Seen, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl At<'_> {
    /// A plain value: what is asked for at the end of the path, and before it nothing is below it.
    fn plain(&self, value: impl Into<Scalar>) -> Seen {
        Seen::One(if self.0.is_empty() {
            value.into()
        } else {
            Scalar::Null
        })
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = Seen;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Seen, E> {
        Ok(Seen::One(Scalar::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Seen, E> {
        Ok(self.plain(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Seen, E> {
        Ok(self.plain(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Seen, E> {
        Ok(i64::try_from(value).map_or(Seen::Other, |value| self.plain(value)))
    }

    fn visit_f64<E>(self, _: f64) -> Result<Seen, E> {
        Ok(Seen::Other)
    }

    fn visit_str<E>(self, value: &str) -> Result<Seen, E> {
        Ok(self.plain(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Seen, A::Error> {
        let mut plain = Vec::new();
        while let Some(seen) = elements.next_element()? {
            if let Seen::One(scalar) = seen {
                plain.push(scalar);
            }
        }
        Ok(if self.0.is_empty() {
            Seen::Many(plain)
        } else {
            Seen::One(Scalar::Null)
        })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Seen, A::Error> {
        let mut seen = match self.0 {
            [] => Seen::Other,
            [_, ..] => Seen::One(Scalar::Null),
        };
        while let Some(name) = fields.next_key::<String>()? {
            match self.0 {
                [first, rest @ ..] if *first == name => seen = fields.next_value_seed(At(rest))?,
                _ => drop(fields.next_value::<IgnoredAny>()?),
            }
        }
        Ok(seen)
    }
}
