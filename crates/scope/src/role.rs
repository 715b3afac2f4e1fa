//! Names of roles.

use crate::ParseRoleError;
use atlas_base::{quoted, text_form};
use core::fmt;
use std::borrow::Cow;

/// The name of a role, `[a-z][a-z0-9-]{0,62}`.
///
/// The six built-in ones come from RightScale; a host program can name others. What a role allows
/// is in the [`RoleTable`](crate::RoleTable). Order is the order of the bytes.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Role(Cow<'static, str>);

impl Role {
    /// Looks at everything, changes nothing.
    pub const OBSERVER: Self = Self(Cow::Borrowed("observer"));
    /// Launches and runs servers.
    pub const ACTOR: Self = Self(Cow::Borrowed("actor"));
    /// Makes MCIs, ServerTemplates and image records.
    pub const DESIGNER: Self = Self(Cow::Borrowed("designer"));
    /// Imports from the marketplace.
    pub const LIBRARY: Self = Self(Cow::Borrowed("library"));
    /// Publishes to the marketplace.
    pub const PUBLISHER: Self = Self(Cow::Borrowed("publisher"));
    /// Grants roles, and may do everything else too.
    pub const ADMIN: Self = Self(Cow::Borrowed("admin"));

    /// The most characters a role may have.
    pub const MAX_CHARACTERS: usize = 63;

    /// Checks a text; any well-formed name is a role, whether or not a table knows it.
    ///
    /// # Errors
    ///
    /// It is empty, too long, does not begin with a lower-case letter, or holds something else
    /// than lower-case letters, digits and hyphens.
    pub fn parse(text: &str) -> Result<Self, ParseRoleError> {
        let misfit = text
            .char_indices()
            .find(|&(at, character)| match character {
                'a'..='z' => at >= Self::MAX_CHARACTERS,
                '0'..='9' | '-' => at == 0 || at >= Self::MAX_CHARACTERS,
                _ => true,
            });
        let at = misfit.map(|(at, _)| at).or(text.is_empty().then_some(0));
        at.map_or_else(
            || Ok(Self(Cow::Owned(text.to_owned()))),
            |at| {
                let shown = quoted(text);
                let expected = "expected 1 to 63 lower-case letters, digits and hyphens";
                let hint = "a letter first, such as `designer`";
                let message = format_args!("{shown} is no role: {expected}, {hint}");
                Err(ParseRoleError::new(at, message))
            },
        )
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

text_form!(Role, ParseRoleError);
