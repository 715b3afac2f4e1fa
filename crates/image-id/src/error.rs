//! Errors: what is wrong, at which byte, what was expected, and a hint for near misses.

use crate::{
    Cloud, guide, near,
    scan::{Flaw, What},
};
use core::fmt;

/// Why a text is no image id of a cloud.
///
/// The message says what is wrong, at which byte, what was expected there, how to mend a near miss,
/// what such an id looks like and where a person finds it (Scalr; I13). Whatever could be a secret
/// in the given text (the query of a URL) is neither kept nor repeated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseImageIdError {
    cloud: Cloud,
    report: Box<Report>,
}

impl ParseImageIdError {
    /// Made on the cold path only: the general flaws are looked for after a scanner has refused.
    #[cold]
    pub(crate) fn new(cloud: Cloud, text: &str, flaw: Flaw) -> Self {
        let meant = near::meant(cloud, text);
        Self {
            cloud,
            report: Box::new(Report::new(text, flaw, meant)),
        }
    }

    /// The same flaw in a text that begins `bytes` earlier.
    pub(crate) fn behind(mut self, bytes: usize) -> Self {
        self.report.flaw = self.report.flaw.behind(bytes);
        self
    }

    /// The cloud that was asked for.
    pub fn cloud(&self) -> Cloud {
        self.cloud
    }

    /// The byte offset in the given text at which it stopped being an id: what stands before it could
    /// have gone on as one. Where a length is wrong, it is where the text would have to end, or ends.
    pub fn at(&self) -> usize {
        self.report.flaw.at
    }

    /// In which way it is wrong there.
    pub fn reason(&self) -> Reason {
        self.report.reason()
    }

    /// What was expected there, in a few words.
    pub fn expected(&self) -> &str {
        self.report.flaw.expected
    }

    /// How to mend it, where the text is a near miss; it holds the [suggestion](Self::suggestion), if
    /// there is one.
    pub fn hint(&self) -> Option<&str> {
        self.report.flaw.hint.as_deref()
    }

    /// The id that was probably meant. It is one of the cloud's, and nobody has looked it up.
    pub fn suggestion(&self) -> Option<&str> {
        self.report.meant.as_deref()
    }
}

impl fmt::Display for ParseImageIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { cloud, report } = self;
        write!(
            f,
            "{} is no {} image id: {report}; ",
            report.shown,
            cloud.label()
        )?;
        f.write_str(guide::where_to_find(*cloud))
    }
}

impl std::error::Error for ParseImageIdError {}

/// Why a text is no [`CloudLocation`](crate::CloudLocation), or no part of one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseLocationError {
    noun: &'static str,
    report: Box<Report>,
}

impl ParseLocationError {
    #[cold]
    pub(crate) fn new(noun: &'static str, text: &str, flaw: Flaw) -> Self {
        Self {
            noun,
            report: Box::new(Report::new(text, flaw, None)),
        }
    }

    /// The byte offset in the given text at which it stopped being a location: what stands before it could
    /// have gone on as one. Where a length is wrong, it is where the text would have to end, or ends.
    pub fn at(&self) -> usize {
        self.report.flaw.at
    }

    /// In which way it is wrong there.
    pub fn reason(&self) -> Reason {
        self.report.reason()
    }

    /// What was expected there, in a few words.
    pub fn expected(&self) -> &str {
        self.report.flaw.expected
    }

    /// How to mend it, where the text is a near miss.
    pub fn hint(&self) -> Option<&str> {
        self.report.flaw.hint.as_deref()
    }
}

impl fmt::Display for ParseLocationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{} is no {}: {}",
            self.report.shown, self.noun, self.report
        )
    }
}

impl std::error::Error for ParseLocationError {}

/// In which way a text is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reason {
    /// This character does not fit there; none if the text ends too early.
    Unexpected(Option<char>),
    /// This part has no characters.
    Empty(&'static str),
    /// This part has too many characters.
    TooLong {
        /// The part's name.
        part: &'static str,
        /// How many characters it has.
        found: usize,
        /// How many it may have.
        most: usize,
    },
    /// A run of digits has the wrong length.
    DigitCount(usize),
    /// Another rule, in words.
    Rule(&'static str),
}

impl Reason {
    /// Whether it is about a length, so that the offset says where the text would have to end.
    pub const fn is_about_length(self) -> bool {
        matches!(self, Self::TooLong { .. } | Self::DigitCount(_))
    }
}

/// A flaw with the part of the text that may be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Report {
    flaw: Flaw,
    /// The given text in backticks, cut, without anything secret.
    shown: Box<str>,
    /// The character at the flaw; none at the end of the text.
    found: Option<char>,
    /// What was probably meant.
    meant: Option<Box<str>>,
}

impl Report {
    fn new(text: &str, flaw: Flaw, meant: Option<String>) -> Self {
        // What no cloud allows explains more, unless the grammar was left before it; a wrong length is
        // told where it ends, which is behind the byte that was too many.
        let is_length = matches!(flaw.what, What::Digits { .. } | What::Long { .. });
        let general = general_flaw(text, flaw.expected).filter(|general| {
            let is_behind = is_length && general.what == What::Found && flaw.at > 0;
            general.at < flaw.at + usize::from(!is_behind)
        });
        let mut flaw = general.unwrap_or(flaw);
        let found = text.get(flaw.at..).and_then(|rest| rest.chars().next());
        if found == Some(',') && flaw.hint.is_none() {
            flaw = flaw.hint("give one at a time");
        }
        if let Some(meant) = &meant {
            // Whole, however long it is: an id that is cut cannot be taken over.
            let hint = match &flaw.hint {
                Some(hint) => format!("{hint}: `{meant}`"),
                None => format!("perhaps `{meant}` is meant"),
            };
            flaw = flaw.hint(hint);
        }
        Self {
            meant: meant.map(Into::into),
            shown: shown(text).into(),
            found,
            flaw,
        }
    }
}

impl Report {
    fn reason(&self) -> Reason {
        match self.flaw.what {
            What::Found => Reason::Unexpected(self.found),
            What::Empty(part) => Reason::Empty(part),
            What::Long { part, found, most } => Reason::TooLong { part, found, most },
            What::Digits { found } => Reason::DigitCount(found),
            What::Says(words) => Reason::Rule(words),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at = self.flaw.at;
        match &self.flaw.what {
            What::Found => match self.found {
                None => write!(f, "it ends at byte {at}")?,
                Some('`') => write!(f, "found a backtick at byte {at}")?,
                Some(' ') => write!(f, "found a blank at byte {at}")?,
                Some(other) if other.is_ascii_graphic() => {
                    write!(f, "found `{other}` at byte {at}")?;
                }
                Some(other) => write!(
                    f,
                    "found the character U+{:04X} at byte {at}",
                    u32::from(other)
                )?,
            },
            What::Empty(part) => write!(f, "the {part} at byte {at} is empty")?,
            What::Long { part, found, most } => {
                write!(
                    f,
                    "the {part} has {found} characters, {most} are allowed, cut at byte {at}"
                )?;
            }
            What::Digits { found } => write!(f, "it has {found} digits, ending at byte {at}")?,
            What::Says(words) => write!(f, "{words} at byte {at}")?,
        }
        write!(f, ", expected {}", self.flaw.expected)?;
        match &self.flaw.hint {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

/// The text as a message may repeat it: the query, the fragment and the user part of a URL, and
/// whatever comes with a signature, can be a secret.
pub(crate) fn shown(text: &str) -> String {
    let lower = text.to_ascii_lowercase();
    let scheme = lower.find("://");
    let mut cut = text.len();
    // An address may have lost its scheme: then a host stands before the first slash.
    let has_host = lower
        .split_once('/')
        .is_some_and(|(host, _)| host.contains('.'));
    if scheme.is_some() || has_host || lower.contains("sig=") {
        for mark in ["?", "#", "&", "%3f", "sig="] {
            cut = cut.min(lower.find(mark).unwrap_or(cut));
        }
    }
    if let (Some(scheme), Some(_)) = (scheme, lower.find('@')) {
        cut = cut.min(scheme + 3);
    }
    match text.get(..cut) {
        Some(open) if cut < text.len() => {
            let open: String = open.chars().take(79).collect();
            atlas_base::quoted(&format!("{open}…")).to_string()
        }
        _ => atlas_base::quoted(text).to_string(),
    }
}

/// Flaws that no cloud's grammar allows, which explain more than "unexpected character" would.
fn general_flaw(text: &str, expected: &'static str) -> Option<Flaw> {
    if text.is_empty() {
        return Some(Flaw::says(0, "the text is empty", expected));
    }
    if text.len() > crate::MAX_BYTES {
        let flaw = Flaw::says(
            crate::MAX_BYTES,
            "the text is longer than 2048 bytes, cut",
            expected,
        );
        return Some(flaw);
    }
    let strange = |&(_, character): &(usize, char)| !matches!(character, ' '..='~');
    if let Some((at, character)) = text.char_indices().find(strange) {
        let only_blanks_follow = text.get(at..).is_some_and(|rest| rest.trim().is_empty());
        let hint = match character {
            '\n' | '\r' if only_blanks_follow => "remove the line end".into(),
            '\t' if only_blanks_follow || at == 0 => "remove the tab".into(),
            '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => "remove the control character".into(),
            _ if character.is_whitespace() => {
                "remove the blank, which is no ASCII character".into()
            }
            _ => near::strange_character(character),
        };
        return Some(Flaw::found(at, expected).hint(hint));
    }
    if text.starts_with(' ') {
        return Some(Flaw::found(0, expected).hint("remove the blank at the start"));
    }
    if text.ends_with(' ') {
        let at = text.trim_end().len();
        return Some(Flaw::found(at, expected).hint("remove the blank at the end"));
    }
    if text.starts_with(['"', '\'']) {
        return Some(Flaw::found(0, expected).hint("remove the quotes"));
    }
    if matches!(text, "null" | "None" | "nil" | "undefined") {
        return Some(Flaw::says(0, "the word for nothing", expected));
    }
    if text.starts_with("${") || text.starts_with('<') {
        return Some(Flaw::found(0, expected).hint("fill in the placeholder"));
    }
    None
}
