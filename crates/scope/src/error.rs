//! Parse errors: opaque, with the byte offset of what was wrong.

use core::fmt;

macro_rules! parse_errors {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct $name {
            message: String,
            at: usize,
        }

        impl $name {
            pub(crate) fn new(at: usize, message: impl fmt::Display) -> Self {
                Self { message: message.to_string(), at }
            }

            /// The byte offset in the given text at which it stopped making sense.
            pub fn at(&self) -> usize {
                self.at
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.message)
            }
        }

        impl std::error::Error for $name {}
    )*};
}

parse_errors! {
    /// Why a text is no [`Scope`](crate::Scope).
    ParseScopeError;
    /// Why a text is no [`PrincipalId`](crate::PrincipalId).
    ParsePrincipalError;
    /// Why a text is no [`Permission`](crate::Permission).
    ParsePermissionError;
    /// Why a text is no [`Role`](crate::Role).
    ParseRoleError;
    /// Why a text is no [`AccountNumber`](crate::AccountNumber).
    ParseAccountNumberError;
}
