//! Where in a document something stands.

use core::fmt;

/// Where in a document a value stands, such as `architectures.x86_64.images.gcp.name`.
///
/// The document itself is `$`; keys other than `[A-Za-z0-9_-]+` are written `["so"]` and places in
/// a list `[3]`; a key is cut at 80 characters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct JsonPath(Box<str>);

impl JsonPath {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

/// One step downward.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Step<'a> {
    Key(&'a str),
    Index(usize),
}

/// The way from the document to a value, kept on the call stack: it costs nothing until an error
/// asks for its text.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Trail<'a> {
    Document,
    Below { above: &'a Self, step: Step<'a> },
}

impl<'a> Trail<'a> {
    pub(crate) fn key(&'a self, key: &'a str) -> Self {
        Self::Below {
            above: self,
            step: Step::Key(key),
        }
    }

    pub(crate) fn index(&'a self, index: usize) -> Self {
        Self::Below {
            above: self,
            step: Step::Index(index),
        }
    }

    pub(crate) fn to_path(self) -> JsonPath {
        let mut steps = Vec::new();
        let mut here = &self;
        while let Trail::Below { above, step } = here {
            steps.push(*step);
            here = above;
        }
        let mut text = String::new();
        for step in steps.into_iter().rev() {
            match step {
                Step::Index(index) => text.extend(["[", &index.to_string(), "]"]),
                Step::Key(key) if is_plain(key) => {
                    if !text.is_empty() {
                        text.push('.');
                    }
                    text.push_str(key);
                }
                Step::Key(key) => text.push_str(&bracketed(key)),
            }
        }
        if text.is_empty() {
            text.push('$');
        }
        JsonPath(text.into())
    }
}

fn is_plain(key: &str) -> bool {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    (1..=SHOWN).contains(&key.len()) && key.bytes().all(plain)
}

/// A key that is no plain word: `quoted` makes it safe to show, in other quotes.
fn bracketed(key: &str) -> String {
    let shown = atlas_base::quoted(key).to_string();
    let inner = shown
        .strip_prefix('`')
        .and_then(|rest| rest.strip_suffix('`'));
    let inner = inner
        .unwrap_or_default()
        .replace('"', "\\\"")
        .replace('`', "\\u{60}");
    format!("[\"{inner}\"]")
}

/// The most characters of a key that a path repeats.
const SHOWN: usize = 80;
