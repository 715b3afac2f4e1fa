//! Typed access to a document's objects; every refusal knows its place.

use crate::{
    JsonKind, JsonPath, ParseWordError, StreamError, StreamWarning,
    json::{Node, Trail, shown},
};
use std::{borrow::Cow, collections::BTreeMap};

/// An object with the way to it.
pub(crate) struct Object<'a> {
    trail: Trail<'a>,
    fields: &'a BTreeMap<Cow<'a, str>, Node<'a>>,
}

impl<'a> Object<'a> {
    /// The whole document.
    pub(crate) fn document(node: &'a Node<'a>) -> Result<Self, StreamError> {
        Self::new(Trail::Document, node)
    }

    fn new(trail: Trail<'a>, node: &'a Node<'a>) -> Result<Self, StreamError> {
        match node {
            Node::Object(fields) => Ok(Self { trail, fields }),
            other => Err(wrong_type(trail, other, JsonKind::Object)),
        }
    }

    pub(crate) fn path(&self) -> JsonPath {
        self.trail.to_path()
    }

    pub(crate) fn path_of(&self, key: &str) -> JsonPath {
        self.trail.key(key).to_path()
    }

    pub(crate) fn has(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    pub(crate) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.fields.keys().map(AsRef::as_ref)
    }

    pub(crate) fn node(&self, key: &str) -> Option<&'a Node<'a>> {
        self.fields.get(key)
    }

    pub(crate) fn text(&self, key: &str) -> Result<Option<&'a str>, StreamError> {
        match self.fields.get(key) {
            None => Ok(None),
            Some(Node::Text(text)) => Ok(Some(text)),
            Some(other) => Err(wrong_type(self.trail.key(key), other, JsonKind::Text)),
        }
    }

    pub(crate) fn required_text(&self, key: &str) -> Result<&'a str, StreamError> {
        self.text(key)?
            .ok_or_else(|| self.missing(key, JsonKind::Text))
    }

    /// A text of one of the checked kinds.
    pub(crate) fn word<T>(
        &self,
        key: &str,
        parse: fn(&str) -> Result<T, ParseWordError>,
    ) -> Result<Option<T>, StreamError> {
        let Some(text) = self.text(key)? else {
            return Ok(None);
        };
        let word = parse(text).map_err(|cause| StreamError::Word {
            path: self.path_of(key),
            value: shown(text),
            cause,
        })?;
        Ok(Some(word))
    }

    pub(crate) fn required_word<T>(
        &self,
        key: &str,
        parse: fn(&str) -> Result<T, ParseWordError>,
    ) -> Result<T, StreamError> {
        self.word(key, parse)?
            .ok_or_else(|| self.missing(key, JsonKind::Text))
    }

    pub(crate) fn object<'b>(&'b self, key: &'b str) -> Result<Option<Object<'b>>, StreamError> {
        let trail = self.trail.key(key);
        self.fields
            .get(key)
            .map(|node| Object::new(trail, node))
            .transpose()
    }

    pub(crate) fn required_object<'b>(&'b self, key: &'b str) -> Result<Object<'b>, StreamError> {
        self.object(key)?
            .ok_or_else(|| self.missing(key, JsonKind::Object))
    }

    /// All fields, each of which must be an object.
    pub(crate) fn objects(&self) -> impl Iterator<Item = Result<(&str, Object<'_>), StreamError>> {
        self.fields.iter().map(|(key, node)| {
            let object = Object::new(self.trail.key(key), node)?;
            Ok((key.as_ref(), object))
        })
    }

    /// Warns of every key that is not among `known`: nothing is dropped in silence.
    pub(crate) fn warn_unknown(&self, known: &[&str], warnings: &mut Vec<StreamWarning>) {
        let unknown = self.keys().filter(|key| !known.contains(key));
        warnings.extend(unknown.map(|key| StreamWarning::UnknownKey {
            path: self.path_of(key),
        }));
    }

    fn missing(&self, key: &str, expected: JsonKind) -> StreamError {
        StreamError::Missing {
            path: self.path_of(key),
            expected,
        }
    }
}

/// How many objects in a tree have this key: each stands for one disk file.
pub(crate) fn count_files(node: &Node<'_>, key: &str) -> usize {
    match node {
        Node::Object(fields) => {
            let below: usize = fields.values().map(|value| count_files(value, key)).sum();
            below + usize::from(fields.contains_key(key))
        }
        _ => 0,
    }
}

fn wrong_type(trail: Trail<'_>, node: &Node<'_>, expected: JsonKind) -> StreamError {
    StreamError::WrongType {
        path: trail.to_path(),
        value: node.excerpt(),
        found: node.kind(),
        expected,
    }
}
