//! Ids that Cloud Atlas gives: 128 bits behind a prefix.

use crate::{ParseIdError, quoted};

/// Declares a `Copy` id type: 128 bits, written as its prefix and 32 lower-case hex digits.
///
/// The bits come from outside (an id source of the host program); order is the order of the bits.
///
/// ```
/// atlas_base::id_type! {
///     /// Names a ship.
///     pub struct ShipId("ship-");
/// }
/// let id = ShipId::from_u128(255);
/// assert_eq!(id.to_string(), "ship-000000000000000000000000000000ff");
/// assert_eq!(ShipId::parse(&id.to_string()), Ok(id));
/// ```
#[macro_export]
macro_rules! id_type {
    ($(#[$doc:meta])* pub struct $name:ident($prefix:literal);) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u128);

        impl $name {
            /// What the text form begins with.
            pub const PREFIX: &'static str = $prefix;

            /// The id of these bits.
            pub const fn from_u128(bits: u128) -> Self {
                Self(bits)
            }

            /// The bits of this id.
            pub const fn as_u128(self) -> u128 {
                self.0
            }

            /// Reads the text form.
            ///
            /// # Errors
            ///
            /// The prefix is another, or what follows is not 32 lower-case hex digits.
            pub fn parse(text: &str) -> ::core::result::Result<Self, $crate::ParseIdError> {
                $crate::__private::parse_hex_id($prefix, text).map(Self)
            }
        }

        impl ::core::fmt::Display for $name {
            fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                ::core::write!(f, "{}{:032x}", $prefix, self.0)
            }
        }

        $crate::text_form!($name, $crate::ParseIdError);
    };
}

/// Reads `prefix` and 32 lower-case hex digits.
///
/// # Errors
///
/// The text has another shape.
pub fn parse_hex_id(prefix: &str, text: &str) -> Result<u128, ParseIdError> {
    let refuse = |at| {
        let shape = "and 32 lower-case hex digits";
        Err(ParseIdError::new(
            at,
            format_args!("{} is no id: expected `{prefix}` {shape}", quoted(text)),
        ))
    };
    let Some(digits) = text.strip_prefix(prefix) else {
        let pairs = text.bytes().zip(prefix.bytes());
        return refuse(pairs.take_while(|(a, b)| a == b).count());
    };
    let mut bits = 0_u128;
    for (at, byte) in digits.bytes().enumerate().take(32) {
        let digit = match byte {
            b'0'..=b'9' => byte - b'0',
            b'a'..=b'f' => byte - b'a' + 10,
            _ => return refuse(prefix.len() + at),
        };
        bits = bits << 4 | u128::from(digit);
    }
    if digits.len() == 32 {
        Ok(bits)
    } else {
        refuse(prefix.len() + digits.len().min(32))
    }
}
