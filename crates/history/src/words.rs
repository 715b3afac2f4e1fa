//! What people write into a revision.

use atlas_base::{parse_errors, quoted, text_form};
use core::fmt;
use std::sync::Arc;

macro_rules! words {
    ($(#[$doc:meta])* $name:ident, $error:ident, $max:literal, $what:literal, $control:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The most characters it may have.
            pub const MAX_CHARACTERS: usize = $max;

            /// Checks a text.
            ///
            /// # Errors
            ///
            /// It is blank, too long, or holds a control character.
            pub fn parse(text: &str) -> Result<Self, $error> {
                let refuse = |at, why| {
                    let shown = quoted(text);
                    let words = concat!(" is no ", $what, ": ");
                    Err($error::new(at, format_args!("{shown}{words}{why}, at byte {at}")))
                };
                if text.trim().is_empty() {
                    return refuse(0, "it is blank");
                }
                let forbidden: fn(char) -> bool = $control;
                let long = text.char_indices().nth($max);
                let control = text.char_indices().find(|&(_, character)| forbidden(character));
                let long = long.map(|(at, _)| (at, concat!("it has more than ", $max, " characters")));
                let control = control.map(|(at, _)| (at, "it holds a control character"));
                // Whichever stands first is what made it wrong.
                match [control, long].into_iter().flatten().min_by_key(|&(at, _)| at) {
                    Some((at, why)) => refuse(at, why),
                    None => Ok(Self(text.into())),
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

        text_form!($name, $error);

        parse_errors! {
            #[doc = concat!("Why a text is no ", $what, ".")]
            $error;
        }
    };
}

words! {
    /// Who committed a revision, as the host program names people: 1 to 128 characters.
    Author, ParseAuthorError, 128, "author", char::is_control
}

words! {
    /// Why a revision was committed: 1 to 4,096 characters, not all blank, lines allowed
    /// (RightScale: the commit message).
    Message, ParseMessageError, 4096, "commit message",
    |character| character.is_control() && character != '\n' && character != '\t'
}

impl Message {
    /// The first line, which lists show.
    pub fn subject(&self) -> &str {
        self.0
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default()
    }
}

parse_errors! {
    /// Why a text is no revision number, or names no revision.
    ParseRevisionNumberError;
}

/// A count and what is counted: `1 location`, `2 locations`.
pub fn counted(count: usize, noun: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {noun}{plural}")
}
