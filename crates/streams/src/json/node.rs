//! A document after the strict pass.

use core::fmt;
use std::{borrow::Cow, collections::BTreeMap};

/// A JSON value. Lists are counted and not kept: no format that this crate reads has one.
#[derive(Debug)]
pub(crate) enum Node<'de> {
    Null,
    Bool(bool),
    Number(serde_json::Number),
    Text(Cow<'de, str>),
    List(usize),
    Object(BTreeMap<Cow<'de, str>, Self>),
}

/// What a value is, for messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "JSON has these six kinds and gets no other"
)]
pub enum JsonKind {
    /// `null`
    Null,
    /// `true` or `false`
    Boolean,
    /// A number.
    Number,
    /// Text.
    Text,
    /// `[…]`
    List,
    /// `{…}`
    Object,
}

impl fmt::Display for JsonKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Null => "null",
            Self::Boolean => "true or false",
            Self::Number => "a number",
            Self::Text => "text",
            Self::List => "a list",
            Self::Object => "an object",
        })
    }
}

impl Node<'_> {
    pub(crate) fn kind(&self) -> JsonKind {
        match self {
            Self::Null => JsonKind::Null,
            Self::Bool(_) => JsonKind::Boolean,
            Self::Number(_) => JsonKind::Number,
            Self::Text(_) => JsonKind::Text,
            Self::List(_) => JsonKind::List,
            Self::Object(_) => JsonKind::Object,
        }
    }

    /// The value in a few words: itself if it is small, else how much it holds.
    pub(crate) fn excerpt(&self) -> String {
        match self {
            Self::Null => "null".into(),
            Self::Bool(value) => value.to_string(),
            Self::Number(value) => value.to_string(),
            Self::Text(text) => shown(text),
            Self::List(1) => "[1 value]".into(),
            Self::List(count) => format!("[{count} values]"),
            Self::Object(fields) => match fields.len() {
                1 => "{1 key}".into(),
                count => format!("{{{count} keys}}"),
            },
        }
    }
}

/// A text as a message may repeat it: cut, and without the query of a URL, which can be a secret.
pub(crate) fn shown(text: &str) -> String {
    match text.split_once('?') {
        Some((open, _)) => format!("{}?…", cut(open)),
        None => cut(text),
    }
}

fn cut(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or_default()),
        None => text.to_owned(),
    }
}

/// Characters that an excerpt keeps; `quoted` adds the marks and escapes.
const SHOWN: usize = 76;
