//! Names of volumes and snapshots.

use atlas_base::quoted;
use core::fmt;

atlas_base::parse_errors! {
    /// Why a text is no [`VolumeId`] and no [`SnapshotId`].
    ParseVolumeIdError;
}

/// The most bytes of an id.
const MOST_BYTES: usize = 128;

macro_rules! plain_id {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        ///
        /// At most 128 ASCII letters, digits, `-`, `_` and `.`, the first of which is a letter or a
        /// digit: so it names one file and nothing outside of its folder.
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// Reads an id.
            ///
            /// # Errors
            ///
            /// It is empty, too long, begins with another character than a letter or a digit, or has
            /// one that is not allowed.
            pub fn parse(text: &str) -> Result<Self, ParseVolumeIdError> {
                check(text, $what)?;
                Ok(Self(text.to_owned()))
            }

            /// The text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        atlas_base::text_form!($name, ParseVolumeIdError);
    };
}

plain_id! {
    /// Names a volume for its host.
    VolumeId, "volume"
}
plain_id! {
    /// Names a snapshot for its host.
    SnapshotId, "snapshot"
}

fn check(text: &str, what: &str) -> Result<(), ParseVolumeIdError> {
    let wrong = |at, why| {
        let shown = quoted(text);
        let message = format_args!("{shown} names no {what}: {why}");
        Err(ParseVolumeIdError::new(at, message))
    };
    let is_inner = |it: char| it.is_ascii_alphanumeric() || "-_.".contains(it);
    let Some(first) = text.chars().next() else {
        return wrong(0, "it is empty");
    };
    if !first.is_ascii_alphanumeric() {
        return wrong(
            0,
            "it begins with another character than a letter or a digit",
        );
    }
    if let Some((at, _)) = text.char_indices().find(|(_, it)| !is_inner(*it)) {
        return wrong(
            at,
            "it has another character than letters, digits, `-`, `_` and `.`",
        );
    }
    if text.len() > MOST_BYTES {
        return wrong(MOST_BYTES, "it is longer than 128 bytes");
    }
    Ok(())
}
