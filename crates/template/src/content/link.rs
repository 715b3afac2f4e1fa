//! Which state of a lineage a link means.

use crate::ChannelName;
use atlas_base::{parse_errors, quoted, text_form};
use atlas_history::RevisionNumber;
use core::fmt;

/// Which state of a lineage a link means (RightScale: a revision or HEAD; channels are ours). The
/// text forms are `head`, `latest`, a number, and the name of a channel.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a state of a lineage is HEAD, a revision, or what a channel says"
)]
pub enum LinkTarget {
    /// HEAD, which moves with every edit.
    Head,
    /// The managed channel `latest`: the newest committed revision that is not revoked.
    Latest,
    /// That revision, for ever.
    Revision(RevisionNumber),
    /// Where the channel points.
    Channel(ChannelName),
}

parse_errors! {
    /// Why a text is no [`LinkTarget`].
    ParseLinkTargetError;
}

impl LinkTarget {
    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// It is neither a number from 1 on, nor `head`, `latest` or the name of a channel.
    pub fn parse(text: &str) -> Result<Self, ParseLinkTargetError> {
        let refuse = |at, why: &dyn fmt::Display| {
            let message = format_args!("{} names no state of a lineage: {why}", quoted(text));
            ParseLinkTargetError::new(at, message)
        };
        match text.as_bytes().first() {
            _ if text == "head" => Ok(Self::Head),
            _ if text == "latest" => Ok(Self::Latest),
            Some(b'0'..=b'9') => RevisionNumber::parse(text)
                .map(Self::Revision)
                .map_err(|error| refuse(error.at(), &"a revision is a number from 1 on")),
            _ => ChannelName::parse(text)
                .map(Self::Channel)
                .map_err(|error| {
                    let expected =
                        "expected `head`, `latest`, a number or a channel `[a-z][a-z0-9-]*`";
                    refuse(error.at(), &expected)
                }),
        }
    }

    /// Whether it means the same state for ever.
    pub fn is_fixed(&self) -> bool {
        matches!(self, Self::Revision(_))
    }
}

impl fmt::Display for LinkTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head => f.pad("head"),
            Self::Latest => f.pad("latest"),
            Self::Revision(number) => number.fmt(f),
            Self::Channel(name) => name.fmt(f),
        }
    }
}

text_form!(LinkTarget, ParseLinkTargetError);
