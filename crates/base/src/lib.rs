//! The few values that every crate of Cloud Atlas shares: time, digests, names, tags, ids and the
//! canonical encoding.
//!
//! ```
//! use atlas_base::{Digest, Name, Timestamp, canonical};
//!
//! let time = Timestamp::parse("2026-07-21T14:07:12Z")?;
//! let name = Name::parse("web-base v1")?;
//! let text = canonical::to_string(&(time, &name))?;
//! assert_eq!(text, r#"["2026-07-21T14:07:12Z","web-base v1"]"#);
//! assert_eq!(Digest::of("demo", text.as_bytes()), canonical::digest("demo", &(time, &name))?);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It is not a place for helpers: a type enters when two leaf crates need it, and the crate stays
//! under 800 lines. It knows no cloud, no scope and no store.
//!
//! | type | is |
//! |---|---|
//! | [`Timestamp`] | a moment in UTC, in microseconds |
//! | [`Digest`] | 32 bytes of BLAKE3 over a domain and bytes |
//! | [`Name`] | a name that a reference such as `web-base@3` can hold |
//! | [`Tag`] | a raw tag or a machine tag `namespace:predicate=value` |
//! | [`canonical`] | one byte sequence for equal values |
//! | [`id_type!`], [`text_form!`], [`parse_errors!`] | how ids, text newtypes and their errors are made, everywhere alike |

pub mod canonical;
mod digest;
mod error;
mod id;
mod name;
mod quoted;
mod tag;
mod text_form;
mod timestamp;

pub use crate::{
    canonical::{CanonicalError, CanonicalWriter},
    digest::Digest,
    error::{ParseDigestError, ParseIdError, ParseNameError, ParseTagError, ParseTimestampError},
    name::Name,
    quoted::{Quoted, counted, quoted},
    tag::Tag,
    timestamp::Timestamp,
};

/// What the exported macros need; not part of the interface.
#[doc(hidden)]
pub mod __private {
    pub use crate::{id::parse_hex_id, text_form::deserialize_text};
    pub use serde;
}
