//! Which part of a content a conflict is about.

use crate::Phase;
use atlas_base::{parse_errors, quoted, text_form};
use atlas_history::LineageId;
use core::fmt;

/// A part of a content that is merged by itself. The text form is `name`, `description`,
/// `link:LINEAGE`, `default` or `scripts:PHASE`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "what a content holds, which every caller settles"
)]
pub enum TemplatePath {
    /// The name.
    Name,
    /// The description.
    Description,
    /// The link of a lineage: whether it is there, and what it means.
    Link(LineageId),
    /// Which link is the default.
    Default,
    /// The scripts of a phase.
    Scripts(Phase),
}

parse_errors! {
    /// Why a text is no [`TemplatePath`].
    ParseTemplatePathError;
}

impl TemplatePath {
    /// Reads a path.
    ///
    /// # Errors
    ///
    /// It is none of the forms, or its lineage or its phase is malformed.
    pub fn parse(text: &str) -> Result<Self, ParseTemplatePathError> {
        let refuse = |at, why: &dyn fmt::Display| {
            ParseTemplatePathError::new(at, format_args!("{} is no path: {why}", quoted(text)))
        };
        match text.split_once(':') {
            None if text == "name" => Ok(Self::Name),
            None if text == "description" => Ok(Self::Description),
            None if text == "default" => Ok(Self::Default),
            Some(("link", lineage)) => LineageId::parse(lineage)
                .map(Self::Link)
                .map_err(|error| refuse("link:".len() + error.at(), &error)),
            Some(("scripts", phase)) => Phase::parse(phase)
                .map(Self::Scripts)
                .map_err(|error| refuse("scripts:".len() + error.at(), &error)),
            _ => Err(refuse(
                0,
                &"expected `name`, `description`, `default`, `link:` and a lineage, or `scripts:` and a phase",
            )),
        }
    }
}

impl fmt::Display for TemplatePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Name => f.write_str("name"),
            Self::Description => f.write_str("description"),
            Self::Link(lineage) => write!(f, "link:{lineage}"),
            Self::Default => f.write_str("default"),
            Self::Scripts(phase) => write!(f, "scripts:{phase}"),
        }
    }
}

text_form!(TemplatePath, ParseTemplatePathError);
