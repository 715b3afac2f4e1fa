//! The checked texts of a stream document.

use atlas_base::quoted;
use core::fmt;
use std::sync::Arc;

/// Why a text is no [`StreamName`], [`StreamArch`], [`Release`], [`Family`] or [`Generator`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseWordError {
    noun: &'static str,
    allowed: &'static str,
    shown: Box<str>,
    at: usize,
}

impl ParseWordError {
    /// The byte offset in the given text at which it stopped making sense.
    pub fn at(&self) -> usize {
        self.at
    }

    /// What is allowed, in a few words.
    pub fn allowed(&self) -> &'static str {
        self.allowed
    }
}

impl fmt::Display for ParseWordError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            noun,
            allowed,
            shown,
            at,
        } = self;
        write!(
            f,
            "{shown} is no {noun}: it fails at byte {at}, expected {allowed}"
        )
    }
}

impl std::error::Error for ParseWordError {}

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident: $noun:literal, $allowed:literal, $most:literal, $first:expr, $rest:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Checks a text.
            ///
            /// # Errors
            ///
            /// It is empty, too long, or holds a character that is not allowed.
            pub fn parse(text: &str) -> Result<Self, ParseWordError> {
                let first: fn(char) -> bool = $first;
                let rest: fn(char) -> bool = $rest;
                match misfit(text, $most, first, rest) {
                    None => Ok(Self(text.into())),
                    Some(at) => Err(ParseWordError {
                        noun: $noun,
                        allowed: $allowed,
                        shown: quoted(text).to_string().into(),
                        at,
                    }),
                }
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(self.as_str(), f)
            }
        }

        atlas_base::text_form!($name, ParseWordError);
    )*};
}

words! {
    /// The name of a stream: `stable`, `next-devel`, `rhcos-4.3`.
    StreamName: "stream name", "`[a-z][a-z0-9._-]*`, at most 64 characters", 64,
        |c| c.is_ascii_lowercase(), |c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '_' | '-');

    /// A processor architecture as the documents spell it: `x86_64`, `aarch64`, `s390x`.
    StreamArch: "architecture", "`[a-z][a-z0-9_]*` such as `x86_64`, at most 32 characters", 32,
        |c| c.is_ascii_lowercase(), |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';

    /// What one build is called: `44.20260707.3.1`, `43.81.201912110942.0`.
    Release: "release", "`[A-Za-z0-9][A-Za-z0-9._+~-]*` such as `44.20260707.3.1`, at most 64 characters", 64,
        |c| c.is_ascii_alphanumeric(), |c| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '+' | '~' | '-');

    /// An image family of Google Cloud, which always means its newest image: `fedora-coreos-stable`.
    Family: "image family", "`[a-z][a-z0-9-]*`, at most 63 characters", 63,
        |c| c.is_ascii_lowercase(), |c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';

    /// The program that wrote a document: `fedora-coreos-stream-generator v0.2.19`.
    Generator: "name of a generator", "printable ASCII that begins with no blank, at most 128 characters", 128,
        |c| c.is_ascii_graphic(), |c| c.is_ascii_graphic() || c == ' ';
}

/// Where `text` stops being one `first` and then `rest`, at most `most` in all.
fn misfit(
    text: &str,
    most: usize,
    first: fn(char) -> bool,
    rest: fn(char) -> bool,
) -> Option<usize> {
    let mut characters = text.char_indices();
    match characters.next() {
        Some((_, character)) if first(character) => {}
        _ => return Some(0),
    }
    let strange = characters
        .find(|&(_, character)| !rest(character))
        .map(|(at, _)| at);
    strange
        .filter(|&at| at < most)
        .or((text.len() > most).then_some(most))
}
