//! What ids that are texts have in common.

use crate::MAX_BYTES;
use arrayvec::ArrayString;
use core::fmt::{self, Write as _};
use std::sync::Arc;

/// Room for every canonical text: what it adds to a given one is short.
const ROOM: usize = MAX_BYTES + 64;

/// The canonical text of a borrowed id, made with one allocation.
///
/// `plain` is the canonical text if it stands in the given one as a whole; else it is what `id`
/// displays.
pub(crate) fn shared(plain: Option<&str>, id: impl fmt::Display) -> Arc<str> {
    if let Some(plain) = plain {
        return plain.into();
    }
    let mut text = ArrayString::<ROOM>::new();
    match write!(text, "{id}") {
        Ok(()) => text.as_str().into(),
        Err(fmt::Error) => id.to_string().into(),
    }
}

/// `Display` and `Debug` by `as_str`, `FromStr` and serde by `parse`.
macro_rules! id_text {
    ($type:ty) => {
        impl core::fmt::Display for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                f.pad(self.as_str())
            }
        }

        impl core::fmt::Debug for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                core::fmt::Debug::fmt(self.as_str(), f)
            }
        }

        atlas_base::text_form!($type, $crate::ParseImageIdError);
    };
}

/// `parse` of a borrowed id and its owned twin: the borrowed one by `scan`, the owned one by
/// `into_owned`. `Debug` of the borrowed one shows its canonical text.
macro_rules! borrowed_twin {
    ($owned:ident, $borrowed:ident, $cloud:expr) => {
        impl<'a> $borrowed<'a> {
            /// Reads an id without allocating.
            ///
            /// # Errors
            ///
            /// The text is none of the forms.
            pub fn parse(text: &'a str) -> Result<Self, $crate::ParseImageIdError> {
                $crate::scan::Cursor::capped(text)
                    .and_then(Self::scan)
                    .map_err(|flaw| $crate::ParseImageIdError::new($cloud, text, flaw))
            }
        }

        impl core::fmt::Debug for $borrowed<'_> {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                write!(f, "\"{self}\"")
            }
        }

        impl $owned {
            /// Reads an id.
            ///
            /// # Errors
            ///
            /// The text is none of the forms.
            pub fn parse(text: &str) -> Result<Self, $crate::ParseImageIdError> {
                $borrowed::parse(text).map($borrowed::into_owned)
            }
        }

        impl From<$borrowed<'_>> for $owned {
            fn from(id: $borrowed<'_>) -> Self {
                id.into_owned()
            }
        }
    };
}

pub(crate) use {borrowed_twin, id_text};
