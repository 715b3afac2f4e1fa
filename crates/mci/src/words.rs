//! Checked texts inside a content.

use atlas_base::{parse_errors, quoted, text_form};
use core::fmt;
use std::sync::Arc;

/// The description of a MultiCloud Image: up to 4,096 characters, lines allowed, may be empty.
#[derive(Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Description(Arc<str>);

/// A cloud's own name for a size of machine, such as `m7i.large`: 1 to 64 visible ASCII
/// characters (RightScale: instance type).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct InstanceType(Arc<str>);

impl Description {
    /// The most characters it may have.
    pub const MAX_CHARACTERS: usize = 4096;

    /// Checks a text.
    ///
    /// # Errors
    ///
    /// It is too long, or holds a control character other than a line break or a tab.
    pub fn parse(text: &str) -> Result<Self, ParseDescriptionError> {
        let wrong = |character: char| character.is_control() && !matches!(character, '\n' | '\t');
        let long = text
            .char_indices()
            .nth(Self::MAX_CHARACTERS)
            .map(|(at, _)| (at, "it has more than 4096 characters"));
        let control = text
            .char_indices()
            .find(|&(_, c)| wrong(c))
            .map(|(at, _)| (at, "it holds a control character"));
        // Whichever stands first is what made it wrong.
        match [control, long]
            .into_iter()
            .flatten()
            .min_by_key(|&(at, _)| at)
        {
            Some((at, why)) => {
                let message =
                    format_args!("{} is no description: {why}, at byte {at}", quoted(text));
                Err(ParseDescriptionError::new(at, message))
            }
            None => Ok(Self(text.into())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl InstanceType {
    /// The most characters it may have.
    pub const MAX_CHARACTERS: usize = 64;

    /// Checks a text.
    ///
    /// # Errors
    ///
    /// It is empty, too long, or holds a blank or anything but visible ASCII.
    pub fn parse(text: &str) -> Result<Self, ParseInstanceTypeError> {
        let refuse = |at, why| {
            let message = format_args!("{} is no instance type: {why}, at byte {at}", quoted(text));
            Err(ParseInstanceTypeError::new(at, message))
        };
        match text.bytes().position(|byte| !byte.is_ascii_graphic()) {
            _ if text.is_empty() => refuse(0, "it is empty"),
            Some(at) if at <= Self::MAX_CHARACTERS => {
                refuse(at, "it holds something else than visible ASCII")
            }
            _ if text.len() > Self::MAX_CHARACTERS => {
                refuse(Self::MAX_CHARACTERS, "it has more than 64 characters")
            }
            _ => Ok(Self(text.into())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! text_newtype {
    ($name:ident, $error:ident, $what:literal) => {
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

        text_form!($name, $error);

        parse_errors! {
            #[doc = concat!("Why a text is no ", $what, ".")]
            $error;
        }
    };
}

text_newtype!(Description, ParseDescriptionError, "description");
text_newtype!(InstanceType, ParseInstanceTypeError, "instance type");
