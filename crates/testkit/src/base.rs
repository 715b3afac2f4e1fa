//! Strategies for the values of `atlas-base`, and JSON that keeps the order it was built in.

use atlas_base::{Digest, Name, Tag, Timestamp};
use core::fmt;
use proptest::{collection::btree_map, prelude::*};
use serde::{
    Deserialize, Deserializer, Serialize, Serializer,
    de::{MapAccess, SeqAccess, Visitor},
    ser::{SerializeMap as _, SerializeSeq as _},
};

/// The microseconds of the first and of the last moment that a timestamp can be.
pub const TIMESTAMP_MICROS: (i64, i64) = (-62_135_596_800_000_000, 253_402_207_200_999_999);

/// A moment anywhere in the range, often at its ends or on a whole second.
pub fn timestamp() -> impl Strategy<Value = Timestamp> {
    let (first, last) = TIMESTAMP_MICROS;
    prop_oneof![
        4 => first..=last,
        2 => (first / 1_000_000..last / 1_000_000).prop_map(|seconds| seconds * 1_000_000),
        1 => first..first + 10,
        1 => last - 10..=last,
        1 => -10_i64..10,
    ]
    .prop_filter_map("outside the range of timestamps", Timestamp::from_micros)
}

/// A digest.
pub fn digest() -> impl Strategy<Value = Digest> {
    any::<[u8; 8]>().prop_map(|bytes| Digest::of("testkit", &bytes))
}

/// A name that references can hold.
pub fn name() -> impl Strategy<Value = Name> {
    "[!-9;-?A-~é\u{4e2d}\u{1f980}]([ !-9;-?A-~é]{0,20}[!-9;-?A-~\u{1f980}])?"
        .prop_filter_map("no name", |text| Name::parse(&text).ok())
}

/// A raw tag or a machine tag.
pub fn tag() -> impl Strategy<Value = Tag> {
    prop_oneof![
        "[!-9;<>-~é]([ !-9;<>-~]{0,12}[!-9;<>-~\u{1f980}])?",
        "[a-z][a-z0-9_]{0,6}:[A-Za-z]([A-Za-z0-9_ ]{0,6}[A-Za-z0-9_])?=[ -~é]{0,12}",
    ]
    .prop_filter_map("no tag", |text| Tag::parse(&text).ok())
}

/// JSON without floating point numbers, whose objects keep the order of their members.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Json {
    /// `null`
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A whole number.
    Integer(i64),
    /// A string.
    Text(String),
    /// An array.
    Array(Vec<Self>),
    /// An object, its members in the order in which they are written.
    Object(Vec<(String, Self)>),
}

/// A JSON value whose objects have their members in any order, and each key once.
pub fn json() -> impl Strategy<Value = Json> {
    let key = "[a-c\"\\\\\n\u{1}\u{7f}é\u{ffff}\u{10000}]{0,3}";
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        any::<i64>().prop_map(Json::Integer),
        any::<String>().prop_map(Json::Text),
    ];
    leaf.prop_recursive(4, 32, 6, move |inner| {
        let members = btree_map(key, inner.clone(), 0..6);
        prop_oneof![
            proptest::collection::vec(inner, 0..6).prop_map(Json::Array),
            members
                .prop_map(|members| members.into_iter().collect::<Vec<_>>())
                .prop_shuffle()
                .prop_map(Json::Object),
        ]
    })
}

impl Json {
    /// The same value with the members of every object in the opposite order.
    #[must_use]
    pub fn reversed(&self) -> Self {
        match self {
            Self::Array(items) => Self::Array(items.iter().map(Self::reversed).collect()),
            Self::Object(members) => Self::Object(
                members
                    .iter()
                    .rev()
                    .map(|(key, value)| (key.clone(), value.reversed()))
                    .collect(),
            ),
            other => other.clone(),
        }
    }
}

impl Serialize for Json {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Integer(value) => serializer.serialize_i64(*value),
            Self::Text(value) => serializer.serialize_str(value),
            Self::Array(items) => {
                let mut array = serializer.serialize_seq(Some(items.len()))?;
                for item in items {
                    array.serialize_element(item)?;
                }
                array.end()
            }
            Self::Object(members) => {
                let mut object = serializer.serialize_map(Some(members.len()))?;
                for (key, value) in members {
                    object.serialize_entry(key, value)?;
                }
                object.end()
            }
        }
    }
}

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(JsonVisitor)
    }
}

struct JsonVisitor;

impl<'de> Visitor<'de> for JsonVisitor {
    type Value = Json;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON without floating point numbers")
    }

    fn visit_unit<E>(self) -> Result<Json, E> {
        Ok(Json::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Json, E> {
        Ok(Json::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Json, E> {
        Ok(Json::Integer(value))
    }

    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Json, E> {
        i64::try_from(value)
            .map(Json::Integer)
            .map_err(|_| E::custom("an integer beyond 64 bits"))
    }

    fn visit_str<E>(self, value: &str) -> Result<Json, E> {
        Ok(Json::Text(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = access.next_element()? {
            items.push(item);
        }
        Ok(Json::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Json, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = access.next_entry()? {
            members.push(member);
        }
        Ok(Json::Object(members))
    }
}
