//! What people type to name a MultiCloud Image and one of its states.

use crate::ChannelName;
use atlas_base::{Name, quoted, text_form};
use atlas_history::{LineageId, RevisionNumber};
use atlas_scope::Scope;
use core::fmt;
use semver::VersionReq;

/// `[SCOPE:]NAME[@X]`, or a lineage id in place of scope and name.
///
/// Without a scope, the name is looked up from the caller's scope upward. Without `@X`, it is the
/// newest committed revision that is not revoked, as with `@latest`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Reference {
    /// Which lineage.
    pub target: Target,
    /// Which of its states; none is the newest committed revision that is not revoked.
    pub selector: Option<Selector>,
}

/// Which lineage a reference names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "these are the two ways to name a lineage"
)]
pub enum Target {
    /// By its id, which is unique everywhere and for ever.
    Lineage(LineageId),
    /// By its name at a scope, or from the caller's scope upward.
    Named {
        /// The scope, where one was given.
        scope: Option<Scope>,
        /// The current name of its HEAD.
        name: Name,
    },
}

/// Which state of a lineage.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
#[expect(
    clippy::exhaustive_enums,
    reason = "the grammar of references is closed"
)]
pub enum Selector {
    /// `@head`: HEAD, which moves with every edit. `@0` reads as it.
    Head,
    /// `@latest`: the newest committed revision that is not revoked.
    Latest,
    /// `@3`: that revision.
    Number(RevisionNumber),
    /// `@production`: where the channel points.
    Channel(ChannelName),
    /// `@^2.1`: the highest released version that matches and is neither revoked nor deprecated.
    Requirement(VersionReq),
}

impl Selector {
    /// Reads what stands behind the `@` of a reference.
    ///
    /// # Errors
    ///
    /// It names no state.
    pub fn parse(text: &str) -> Result<Self, ParseReferenceError> {
        Self::read(text).map_err(|(at, why)| {
            let message = format_args!("{} is no state: {why}", quoted(text));
            ParseReferenceError::new(at, message)
        })
    }

    /// Whether it may mean another state tomorrow.
    pub fn moves(&self) -> bool {
        !matches!(self, Self::Number(_))
    }

    fn read(text: &str) -> Result<Self, (usize, &'static str)> {
        match text {
            "head" | "0" => return Ok(Self::Head),
            "latest" => return Ok(Self::Latest),
            _ => {}
        }
        if text.starts_with(|first: char| first.is_ascii_lowercase()) {
            return ChannelName::parse(text)
                .map(Self::Channel)
                .map_err(|error| {
                    (
                        error.at(),
                        "a channel is `[a-z][a-z0-9-]*`, at most 63 characters",
                    )
                });
        }
        if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
            return RevisionNumber::parse(text)
                .map(Self::Number)
                .map_err(|error| (error.at(), "a revision is a number from 1 on"));
        }
        // `1.2` alone would read as `^1.2`: only what begins like a requirement is one.
        if text.starts_with(['^', '~', '=', '>', '<', '*']) {
            return VersionReq::parse(text)
                .map(Self::Requirement)
                .map_err(|_| (0, "a version requirement is like `^2.1` or `>=2, <3`"));
        }
        let expected =
            "expected a number, `head`, `latest`, a channel or a version requirement like `^2.1`";
        Err((0, expected))
    }
}

impl fmt::Display for Selector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Head => f.write_str("head"),
            Self::Latest => f.write_str("latest"),
            Self::Number(number) => fmt::Display::fmt(number, f),
            Self::Channel(name) => fmt::Display::fmt(name, f),
            Self::Requirement(requirement) => fmt::Display::fmt(requirement, f),
        }
    }
}

impl Reference {
    /// A lineage by its id, at its newest revision.
    pub fn lineage(id: LineageId) -> Self {
        Self {
            target: Target::Lineage(id),
            selector: None,
        }
    }

    /// A name looked up from the caller's scope upward, at its newest revision.
    pub fn named(name: Name) -> Self {
        Self {
            target: Target::Named { scope: None, name },
            selector: None,
        }
    }

    /// This reference at another state.
    #[must_use]
    pub fn at(self, selector: Selector) -> Self {
        Self {
            selector: Some(selector),
            ..self
        }
    }

    /// Reads the text form.
    ///
    /// # Errors
    ///
    /// One of the three parts is malformed.
    pub fn parse(text: &str) -> Result<Self, ParseReferenceError> {
        let refuse = |at, why: &str| {
            let (shown, form) = (quoted(text), "`[SCOPE:]NAME[@X]`");
            let message = format_args!("{shown} is no reference: {why} ({form}), at byte {at}");
            ParseReferenceError::new(at, message)
        };
        let (target, selector) = match text.split_once('@') {
            None => (text, None),
            Some((target, selector)) => {
                let start = target.len() + 1;
                let parsed =
                    Selector::read(selector).map_err(|(at, why)| refuse(start + at, why))?;
                (target, Some(parsed))
            }
        };
        if let Ok(id) = LineageId::parse(target) {
            return Ok(Self {
                target: Target::Lineage(id),
                selector,
            });
        }
        let (scope, name, start) = match target.split_once(':') {
            None => (None, target, 0),
            Some((scope, name)) => {
                let parsed =
                    Scope::parse(scope).map_err(|error| refuse(error.at(), &error.to_string()))?;
                (Some(parsed), name, scope.len() + 1)
            }
        };
        let name =
            Name::parse(name).map_err(|error| refuse(start + error.at(), &error.to_string()))?;
        Ok(Self {
            target: Target::Named { scope, name },
            selector,
        })
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.target {
            Target::Lineage(id) => fmt::Display::fmt(id, f)?,
            Target::Named {
                scope: Some(scope),
                name,
            } => write!(f, "{scope}:{name}")?,
            Target::Named { scope: None, name } => fmt::Display::fmt(name, f)?,
        }
        match &self.selector {
            Some(selector) => write!(f, "@{selector}"),
            None => Ok(()),
        }
    }
}

text_form!(Reference, ParseReferenceError);
text_form!(Selector, ParseReferenceError);

atlas_base::parse_errors! {
    /// Why a text is no reference.
    ParseReferenceError;
}
