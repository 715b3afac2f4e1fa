//! Scripts: opaque, in order, by phase.

use atlas_base::{parse_errors, quoted, text_form};
use core::fmt;
use std::sync::Arc;

/// When a script runs (RightScale: boot, operational and decommission scripts). Nothing here runs
/// any.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the phases of a server's life")]
pub enum Phase {
    /// When the server starts.
    Boot,
    /// When somebody asks for it.
    Operational,
    /// Before the server goes.
    Decommission,
}

impl Phase {
    /// All of them, in the order of a server's life.
    pub const ALL: [Self; 3] = [Self::Boot, Self::Operational, Self::Decommission];

    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// It is none of the three words.
    pub fn parse(text: &str) -> Result<Self, ParsePhaseError> {
        let found = Self::ALL.into_iter().find(|phase| phase.as_str() == text);
        found.ok_or_else(|| {
            let expected = "expected `boot`, `operational` or `decommission`";
            ParsePhaseError::new(0, format_args!("{} is no phase: {expected}", quoted(text)))
        })
    }

    /// The text form.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Boot => "boot",
            Self::Operational => "operational",
            Self::Decommission => "decommission",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

text_form!(Phase, ParsePhaseError);

/// The name of a script, as whoever runs it knows it: 1 to 512 characters in one line (RightScale:
/// `RightScript`). It is opaque: a version is a part of it, `install-web@3`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ScriptRef(Arc<str>);

impl ScriptRef {
    /// The most characters it may have.
    pub const MAX_CHARACTERS: usize = 512;

    /// Checks a text.
    ///
    /// # Errors
    ///
    /// It is empty, begins or ends with a blank, is too long, or holds a control character.
    pub fn parse(text: &str) -> Result<Self, ParseScriptRefError> {
        let refuse = |at, why| {
            let message = format_args!("{} names no script: {why}, at byte {at}", quoted(text));
            Err(ParseScriptRefError::new(at, message))
        };
        let long = text.char_indices().nth(Self::MAX_CHARACTERS);
        let control = text.char_indices().find(|(_, it)| it.is_control());
        match (control, long) {
            _ if text.is_empty() => refuse(0, "it is empty"),
            (Some((at, _)), long) if long.is_none_or(|(long, _)| at < long) => {
                refuse(at, "it holds a control character")
            }
            (_, Some((at, _))) => refuse(at, "it has more than 512 characters"),
            _ if text.trim_start() != text => refuse(0, "it begins with a blank"),
            _ if text.trim_end() != text => refuse(text.trim_end().len(), "it ends with a blank"),
            _ => Ok(Self(text.into())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ScriptRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

text_form!(ScriptRef, ParseScriptRefError);

parse_errors! {
    /// Why a text is no [`Phase`].
    ParsePhaseError;
    /// Why a text is no [`ScriptRef`].
    ParseScriptRefError;
}
