//! Texts that people write about images.

use atlas_base::quoted;
use core::fmt;
use std::sync::Arc;

/// Gives a type that holds an `Arc<str>`, and has `fn parse`, the doors of a text.
macro_rules! held_text {
    ($name:ident, $error:ty) => {
        impl $name {
            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl core::fmt::Display for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(&self.0)
            }
        }

        impl core::fmt::Debug for $name {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Debug::fmt(self.as_str(), f)
            }
        }

        atlas_base::text_form!($name, $error);
    };
}

pub(crate) use held_text;

macro_rules! texts {
    ($($(#[$doc:meta])* $name:ident = $what:literal, $max:literal, $lines:ident;)*) => {$(
        $(#[$doc])*
        #[doc = concat!("\n\n1 to ", $max, " characters, not only blanks.")]
        /// Order is the order of the UTF-8 bytes; cloning is cheap.
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// The most characters it may have.
            pub const MAX_CHARACTERS: usize = $max;

            /// Checks a text.
            ///
            /// # Errors
            ///
            /// It is blank, too long, or holds a character that nobody sees.
            pub fn parse(text: &str) -> Result<Self, ParseTextError> {
                check(text, $what, $max, Lines::$lines)?;
                Ok(Self(text.into()))
            }
        }

        held_text!($name, ParseTextError);
    )*};
}

texts! {
    /// The name of an image record, which is ours: it never changes the name in the cloud (Scalr).
    ImageName = "image name", 255, One;
    /// What an image is for; may have several lines.
    ImageDescription = "image description", 4096, Several;
    /// Why an image was deprecated, disabled or deleted.
    Reason = "reason", 1024, One;
    /// A family, generation or version of an operating system: `ubuntu`, `24`, `24.04`.
    OsText = "operating system fact", 64, One;
    /// A kind or version of an agent: `right_link`, `v5.8`.
    AgentText = "agent fact", 64, One;
    /// What an image came from: a stream, a release, a server.
    OriginText = "origin", 255, One;
    /// A fact in the words of a cloud or of the repository: `web-1`, `/dev/sda1`,
    /// `snap-0123456789abcdef0`.
    CloudText = "cloud fact", 255, One;
    /// Who logs in at a guest: `ubuntu`, `Administrator`; never a password.
    LoginName = "login name", 64, One;
    /// The UEFI variables of an image, in base64 as EC2 gives them.
    UefiData = "UEFI data", 65536, One;
    /// Where the secret of a credential is kept, in the words of the host program's own keeper:
    /// `vault:aws/main`. It is a reference and never the secret, so it may be shown (Scalr).
    SecretRef = "secret reference", 512, One;
}

impl Reason {
    /// What fits of a text, such as that of an error: without control characters, and cut where it is
    /// too long; none where nothing is left.
    pub fn cut(text: &str) -> Option<Self> {
        let seen = text.chars().filter(|character| !character.is_control());
        let text: String = seen.take(Self::MAX_CHARACTERS).collect();
        Self::parse(&text).ok()
    }
}

impl ImageName {
    /// Checks Scalr's own rule: letters, digits and hyphens, at least two characters, no hyphen at
    /// either end.
    ///
    /// # Errors
    ///
    /// The name is wider than that.
    pub fn check_strict(&self) -> Result<(), ParseTextError> {
        let text = self.as_str();
        let end = text.len().saturating_sub(1);
        let misfit = text
            .char_indices()
            .find(|&(at, character)| match character {
                'A'..='Z' | 'a'..='z' | '0'..='9' => false,
                '-' => at == 0 || at == end,
                _ => true,
            });
        let at = misfit
            .map(|(at, _)| at)
            .or((text.len() < 2).then_some(text.len()));
        at.map_or(Ok(()), |at| {
            let rule = "at least 2 letters, digits and inner hyphens are allowed";
            Err(ParseTextError {
                message: format!("{} is no strict name: {rule}", quoted(text)),
                at,
            })
        })
    }
}

/// Whether a text may have line ends in it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Lines {
    One,
    Several,
}

fn check(text: &str, what: &str, max: usize, lines: Lines) -> Result<(), ParseTextError> {
    let refuse = |at, why: fmt::Arguments<'_>| {
        let message = format!("{} is no {what}: {why}", quoted(text));
        Err(ParseTextError { message, at })
    };
    if text.trim().is_empty() {
        return refuse(
            0,
            format_args!("it is blank, expected 1 to {max} characters"),
        );
    }
    if let Some((at, _)) = text.char_indices().nth(max) {
        return refuse(at, format_args!("it has more than {max} characters"));
    }
    let strange = |&(_, character): &(usize, char)| {
        is_hidden(character) && !(lines == Lines::Several && character == '\n')
    };
    text.char_indices()
        .find(strange)
        .map_or(Ok(()), |(at, character)| {
            let shown = character.escape_unicode();
            refuse(
                at,
                format_args!("the character {shown} at byte {at} is not printable"),
            )
        })
}

/// Characters that a reader cannot see, or that turn the direction of the text around them.
fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Why a text is none of those that people write about images.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseTextError {
    message: String,
    at: usize,
}

impl ParseTextError {
    /// The text has another shape altogether.
    pub(crate) fn shape(text: &str, what: &str, expected: &str) -> Self {
        let message = format!("{} is no {what}: expected {expected}", quoted(text));
        Self { message, at: 0 }
    }

    /// The byte offset in the given text at which it stopped making sense.
    pub fn at(&self) -> usize {
        self.at
    }
}

impl fmt::Display for ParseTextError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ParseTextError {}
