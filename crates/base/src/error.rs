//! Parse errors: opaque, with the byte offset of what was wrong.

/// Declares parse errors: opaque structs with a message and `at()`, the byte offset of what was
/// wrong. Their `new(at, message)` is the crate's own.
///
/// ```
/// atlas_base::parse_errors! {
///     /// Why a text is no ship.
///     ParseShipError;
/// }
/// ```
#[macro_export]
macro_rules! parse_errors {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            message: ::std::string::String,
            at: usize,
        }

        impl $name {
            pub(crate) fn new(at: usize, message: impl ::core::fmt::Display) -> Self {
                Self { message: ::std::string::ToString::to_string(&message), at }
            }

            /// The byte offset in the given text at which it stopped making sense.
            pub fn at(&self) -> usize {
                self.at
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                f.write_str(&self.message)
            }
        }

        impl ::std::error::Error for $name {}
    )*};
}

parse_errors! {
    /// Why a text is no [`Timestamp`](crate::Timestamp).
    ParseTimestampError;
    /// Why a text is no [`Digest`](crate::Digest).
    ParseDigestError;
    /// Why a text is no [`Name`](crate::Name).
    ParseNameError;
    /// Why a text is no [`Tag`](crate::Tag).
    ParseTagError;
    /// Why a text is no id of the kind that was asked for.
    ParseIdError;
}
