//! Texts that a publisher writes for those who import.

use atlas_base::{Name, parse_errors, quoted, text_form};
use atlas_history::Message;
use core::fmt;
use std::sync::Arc;

/// What a text may be long and hold.
struct Rule {
    what: &'static str,
    /// The length at which it ends, counted by `length`.
    most: usize,
    unit: &'static str,
    has_lines: bool,
}

/// Where a text breaks its rule, and why.
fn misfit(text: &str, rule: &Rule) -> Option<(usize, String)> {
    if text.trim().is_empty() {
        return Some((0, "it is blank".to_owned()));
    }
    let Rule { most, unit, .. } = rule;
    let mut bytes = text.char_indices();
    let long = match *unit {
        "bytes" => bytes.find(|(at, character)| at + character.len_utf8() > *most),
        _ => bytes.nth(*most),
    };
    let long = long.map(|(at, _)| (at, format!("it has more than {most} {unit}")));
    let stays = |character| rule.has_lines && matches!(character, '\n' | '\t');
    let hidden = text
        .char_indices()
        .find(|&(_, character)| is_hidden(character) && !stays(character));
    let hidden = hidden.map(|(at, character)| {
        let shown = character.escape_unicode();
        (at, format!("the character {shown} is not printable"))
    });
    // Whichever stands first is what made it wrong.
    [hidden, long]
        .into_iter()
        .flatten()
        .min_by_key(|&(at, _)| at)
}

/// Characters that a reader cannot see, or that turn the direction of the text around them: a
/// stranger reads these texts.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident, $error:ident, $limit:ident, $rule:expr;)*) => {$(
        $(#[$doc])*
        ///
        /// Not all blank; order is the order of the UTF-8 bytes; cloning is cheap.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            const RULE: Rule = $rule;

            /// The longest that it may be.
            pub const $limit: usize = Self::RULE.most;

            /// Checks a text.
            ///
            /// # Errors
            ///
            /// It is blank, too long, or holds a character that nobody sees.
            pub fn parse(text: &str) -> Result<Self, $error> {
                match misfit(text, &Self::RULE) {
                    None => Ok(Self(text.into())),
                    Some((at, why)) => {
                        let (shown, what) = (quoted(text), Self::RULE.what);
                        let message = format_args!("{shown} is no {what}: {why}, at byte {at}");
                        Err($error::new(at, message))
                    }
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
            #[doc = concat!("Why a text is no [`", stringify!($name), "`].")]
            $error;
        }
    )*};
}

texts! {
    /// What a publication is, in a line of 1 to 255 characters (RightScale: short description).
    ShortText, ParseShortTextError, MAX_CHARACTERS, Rule {
        what: "short description",
        most: 255,
        unit: "characters",
        has_lines: false,
    };
    /// What a publication is, in up to 64 KiB of lines (RightScale: long description).
    LongText, ParseLongTextError, MAX_BYTES, Rule {
        what: "long description",
        most: 65_536,
        unit: "bytes",
        has_lines: true,
    };
    /// What is new in a published revision, in up to 16 KiB of lines (RightScale: revision notes).
    RevisionNotes, ParseRevisionNotesError, MAX_BYTES, Rule {
        what: "note on a revision",
        most: 16_384,
        unit: "bytes",
        has_lines: true,
    };
}

impl ShortText {
    /// The first line of a longer text that is not blank, cut to what a short one may be; none
    /// where nothing of it can be seen.
    pub fn from_lines(text: &str) -> Option<Self> {
        let line = text.lines().find(|line| !line.trim().is_empty())?.trim();
        let seen = line.chars().filter(|character| !is_hidden(*character));
        let cut: String = seen.take(Self::MAX_CHARACTERS).collect();
        Self::parse(cut.trim()).ok()
    }
}

impl ShortText {
    /// A name, which is a short text as it stands: no longer, and nothing in it is hidden.
    pub(crate) fn from_name(name: &Name) -> Self {
        // INVARIANT: names are 1 to 255 visible characters.
        Self(name.as_str().into())
    }
}

impl RevisionNotes {
    /// The notes that a commit message gives unless somebody writes others (RightScale). A message
    /// always fits; characters that nobody sees are left out.
    pub fn from_message(message: &Message) -> Option<Self> {
        let stays = |character: &char| !is_hidden(*character) || matches!(character, '\n' | '\t');
        let seen: String = message.as_str().chars().filter(stays).collect();
        Self::parse(seen.trim()).ok()
    }
}
