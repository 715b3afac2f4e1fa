//! The strict pass: one walk over the whole text that refuses what other readers let through.
//!
//! `serde_json` keeps the last of two equal keys in silence, and its own recursion limit names no
//! place. This walk knows where it is, so that every refusal can say so.

use super::{Node, Trail};
use crate::{Limits, StreamError, error::JsonError};
use core::{
    cell::{Cell, RefCell},
    fmt,
};
use serde::de::{self, DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use std::{borrow::Cow, collections::BTreeMap};

/// Reads a whole text.
///
/// Refuses too many bytes before it looks at any, then byte order marks and what is not UTF-8,
/// then, while walking, too much depth, too many values, repeated keys and bad syntax.
pub(crate) fn read<'de>(text: &'de [u8], limits: &Limits) -> Result<Node<'de>, StreamError> {
    if text.len() > limits.bytes {
        return Err(StreamError::TooLarge {
            found: text.len(),
            limit: limits.bytes,
        });
    }
    if text.starts_with(b"\xef\xbb\xbf") {
        return Err(StreamError::ByteOrderMark);
    }
    let text = match core::str::from_utf8(text) {
        Ok(text) => text,
        Err(error) => {
            return Err(StreamError::NotUtf8 {
                at: error.valid_up_to(),
            });
        }
    };
    if text.trim_ascii().is_empty() {
        return Err(StreamError::Empty);
    }
    let gate = Gate {
        limits,
        values: Cell::new(0),
        refusal: RefCell::new(None),
    };
    let mut json = serde_json::Deserializer::from_str(text);
    let seed = Strict {
        gate: &gate,
        trail: &Trail::Document,
        depth: 0,
    };
    let read = seed
        .deserialize(&mut json)
        .and_then(|node| json.end().map(|()| node));
    read.map_err(|error| match gate.refusal.into_inner() {
        Some(refusal) => refusal,
        None if error.is_eof() => StreamError::Truncated {
            line: error.line(),
            column: error.column(),
        },
        None => StreamError::Syntax {
            line: error.line(),
            column: error.column(),
            source: JsonError::new(&error),
        },
    })
}

/// What all values of one document share.
struct Gate<'a> {
    limits: &'a Limits,
    values: Cell<usize>,
    /// The refusal in our own words; serde carries only its text.
    refusal: RefCell<Option<StreamError>>,
}

impl Gate<'_> {
    fn refuse<E: de::Error>(&self, refusal: StreamError) -> E {
        let error = E::custom("refused");
        self.refusal.replace(Some(refusal));
        error
    }
}

/// Reads one value that stands at `trail`.
#[derive(Clone, Copy)]
struct Strict<'a> {
    gate: &'a Gate<'a>,
    trail: &'a Trail<'a>,
    depth: usize,
}

impl<'a> Strict<'a> {
    fn enter<E: de::Error>(self) -> Result<usize, E> {
        let limit = self.gate.limits.depth;
        if self.depth >= limit {
            let path = self.trail.to_path();
            return Err(self.gate.refuse(StreamError::TooDeep { path, limit }));
        }
        Ok(self.depth + 1)
    }

    fn below<'b>(self, trail: &'b Trail<'b>, depth: usize) -> Strict<'b>
    where
        'a: 'b,
    {
        Strict {
            gate: self.gate,
            trail,
            depth,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Node<'de>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node<'de>, D::Error> {
        let count = self.gate.values.get() + 1;
        self.gate.values.set(count);
        let limit = self.gate.limits.values;
        if count > limit {
            return Err(self.gate.refuse(StreamError::TooManyValues { limit }));
        }
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Node<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Node<'de>, E> {
        Ok(Node::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node<'de>, E> {
        Ok(Node::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node<'de>, E> {
        Ok(Node::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node<'de>, E> {
        // Not finite cannot happen: the reader refuses such numbers as out of range.
        Ok(serde_json::Number::from_f64(value).map_or(Node::Null, Node::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Node<'de>, E> {
        Ok(Node::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Node<'de>, A::Error> {
        let depth = self.enter()?;
        let mut count = 0;
        loop {
            let trail = self.trail.index(count);
            if list.next_element_seed(self.below(&trail, depth))?.is_none() {
                return Ok(Node::List(count));
            }
            count += 1;
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Node<'de>, A::Error> {
        let depth = self.enter()?;
        let mut fields = BTreeMap::new();
        while let Some(key) = object.next_key_seed(Key)? {
            let trail = self.trail.key(&key);
            if fields.contains_key(&key) {
                let path = trail.to_path();
                return Err(self.gate.refuse(StreamError::DuplicateKey { path }));
            }
            let value = object.next_value_seed(self.below(&trail, depth))?;
            fields.insert(key, value);
        }
        Ok(Node::Object(fields))
    }
}

/// Reads a key without copying it where the text holds it as it is.
struct Key;

impl<'de> DeserializeSeed<'de> for Key {
    type Value = Cow<'de, str>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Key {
    type Value = Cow<'de, str>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }

    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
}
