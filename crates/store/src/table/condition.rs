//! Conditions on the fields of records, as values.

mod pattern;

use self::pattern::fits;
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

    /// Whether JSON meets all conditions; it is read once.
    ///
    /// # Errors
    ///
    /// The text is no JSON.
    pub(crate) fn all_met(
        conditions: &BTreeSet<Self>,
        json: &str,
    ) -> Result<bool, serde_json::Error> {
        if conditions.is_empty() {
            return Ok(true);
        }
        let mut seen: Vec<_> = conditions.iter().map(|_| Seen::One(Scalar::Null)).collect();
        let fields = conditions.iter().map(|condition| &*condition.field.0);
        let at = At {
            wanted: fields.enumerate().collect(),
            seen: &mut seen,
        };
        at.deserialize(&mut serde_json::Deserializer::from_str(json))?;
        Ok(conditions
            .iter()
            .zip(&seen)
            .all(|(condition, seen)| condition.is_met(seen)))
    }

    fn is_met(&self, seen: &Seen) -> bool {
        match (&self.test, seen) {
            (Test::Is(wanted), Seen::One(found)) => found == wanted,
            (Test::OneOf(wanted), Seen::One(found)) => wanted.contains(found),
            (Test::Begins(start), Seen::One(Scalar::Text(found))) => found.starts_with(start),
            (Test::Holds(wanted), Seen::Many(found)) => found.contains(wanted),
            (Test::Contains(text), Seen::One(Scalar::Text(found))) => found.contains(text),
            (Test::Matches(pattern), Seen::One(Scalar::Text(found))) => fits(pattern, found),
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
        let mut seen = [Self::Other];
        let at = At {
            wanted: vec![(0, &[])],
            seen: &mut seen,
        };
        at.deserialize(deserializer)?;
        let [seen] = seen;
        Ok(seen)
    }
}

/// Fields, each with its number and the rest of the path to it.
type Wanted<'p> = Vec<(usize, &'p [String])>;

/// Reads the values at the ends of some paths and passes over all others.
struct At<'a> {
    wanted: Wanted<'a>,
    seen: &'a mut [Seen],
}

impl<'de> DeserializeSeed<'de> for At<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl At<'_> {
    /// Notes what is there for each field that is wanted: at the end of its path, or before it.
    fn note(&mut self, at_end: impl Fn() -> Seen, before: impl Fn() -> Seen) {
        for (number, path) in &self.wanted {
            if let Some(seen) = self.seen.get_mut(*number) {
                *seen = if path.is_empty() { at_end() } else { before() };
            }
        }
    }

    /// A plain value: below it there is nothing.
    fn plain(mut self, value: impl Into<Scalar>) {
        let value = value.into();
        self.note(|| Seen::One(value.clone()), || Seen::One(Scalar::Null));
    }

    /// Something that no condition can name.
    fn other(mut self) {
        self.note(|| Seen::Other, || Seen::Other);
    }
}

impl<'de> Visitor<'de> for At<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.plain(Scalar::Null);
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.plain(value);
        Ok(())
    }

    fn visit_i64<E>(self, value: i64) -> Result<(), E> {
        self.plain(value);
        Ok(())
    }

    fn visit_u64<E>(self, value: u64) -> Result<(), E> {
        match i64::try_from(value) {
            Ok(value) => self.plain(value),
            Err(_) => self.other(),
        }
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        self.other();
        Ok(())
    }

    fn visit_str<E>(self, value: &str) -> Result<(), E> {
        self.plain(value);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        let mut plain = Vec::new();
        while let Some(seen) = elements.next_element()? {
            if let Seen::One(scalar) = seen {
                plain.push(scalar);
            }
        }
        self.note(|| Seen::Many(plain.clone()), || Seen::One(Scalar::Null));
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut fields: A) -> Result<(), A::Error> {
        self.note(|| Seen::Other, || Seen::One(Scalar::Null));
        while let Some(wanted) = fields.next_key_seed(Below(&self.wanted))? {
            if wanted.is_empty() {
                fields.next_value::<IgnoredAny>()?;
            } else {
                fields.next_value_seed(At {
                    wanted,
                    seen: self.seen,
                })?;
            }
        }
        Ok(())
    }
}

/// Reads the name of a field, and gives what is wanted of it.
struct Below<'w, 'p>(&'w Wanted<'p>);

impl<'de, 'p> DeserializeSeed<'de> for Below<'_, 'p> {
    type Value = Wanted<'p>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Wanted<'p>, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'p> Visitor<'_> for Below<'_, 'p> {
    type Value = Wanted<'p>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a field")
    }

    fn visit_str<E>(self, name: &str) -> Result<Wanted<'p>, E> {
        let below = |(number, path): &(usize, &'p [String])| match *path {
            [first, rest @ ..] if first == name => Some((*number, rest)),
            _ => None,
        };
        Ok(self.0.iter().filter_map(below).collect())
    }
}
