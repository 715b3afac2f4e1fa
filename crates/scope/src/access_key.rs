//! Access keys: what programs sign their requests with.

use crate::{ParseAccessKeyIdError, ParseSealedSecretError, PrincipalId, Scope};
use atlas_base::{Timestamp, quoted, text_form};
use core::fmt;
use serde::{Deserialize, Serialize};

mod change;

pub use self::change::{
    AccessKeyError, AddAccessKey, AddAccessKeyFacts, AddedAccessKey, RotatedAccessKey,
    add_access_key, disable_access_key, enable_access_key, rotate_access_key,
};

/// The id of an access key, such as `AKIDEXAMPLE`: 1 to 128 letters, digits, `_`, `-` or `.` (ours;
/// those of AWS have 16 to 128 letters, digits and `_`). It is no secret.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccessKeyId(Box<str>);

impl AccessKeyId {
    /// Makes an id of random bits: `ATLK` and 16 letters and digits of base 32, as AWS has them.
    pub fn from_bits(bits: u128) -> Self {
        const DIGITS: [char; 32] = [
            'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O', 'P', 'Q',
            'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', '2', '3', '4', '5', '6', '7',
        ];
        let digit = |at: u32| {
            let bits = bits.checked_shr(at.saturating_mul(5)).unwrap_or_default() & 31;
            let digit = usize::try_from(bits)
                .ok()
                .and_then(|digit| DIGITS.get(digit));
            // INVARIANT: five bits are below 32.
            digit.copied().unwrap_or('A')
        };
        let text: String = "ATLK".chars().chain((0..16).map(digit)).collect();
        Self(text.into())
    }

    /// Reads an id.
    ///
    /// # Errors
    ///
    /// It is empty, too long, or has another character.
    pub fn parse(text: &str) -> Result<Self, ParseAccessKeyIdError> {
        let is_fit = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte);
        let wrong = text.bytes().position(|byte| !is_fit(byte));
        let wrong = wrong.filter(|at| *at < 128);
        let length = text.len();
        match wrong.or((!(1..=128).contains(&length)).then_some(length.min(128))) {
            Some(at) => {
                let text = quoted(text);
                let message = format_args!(
                    "{text} is no access key id at byte {at}: expected 1 to 128 letters, digits, `_`, `-` or `.`"
                );
                Err(ParseAccessKeyIdError::new(at, message))
            }
            None => Ok(Self(text.into())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for AccessKeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

text_form!(AccessKeyId, ParseAccessKeyIdError);

/// A secret as it is kept: sealed with a key that is kept elsewhere, so that whoever reads the store
/// does not have it. What it looks like is its sealer's affair; `Debug` tells its length only.
#[derive(Clone, PartialEq, Eq)]
pub struct SealedSecret(Box<str>);

impl SealedSecret {
    /// The most bytes that it may have.
    pub const MOST: usize = 1024;

    /// Reads one: 1 to [`SealedSecret::MOST`] visible ASCII characters.
    ///
    /// # Errors
    ///
    /// It is empty, too long, or has another character.
    pub fn parse(text: &str) -> Result<Self, ParseSealedSecretError> {
        let wrong = text.bytes().position(|byte| !byte.is_ascii_graphic());
        let wrong = wrong.filter(|at| *at < Self::MOST);
        let length = text.len();
        let is_long = !(1..=Self::MOST).contains(&length);
        match wrong.or(is_long.then_some(length.min(Self::MOST))) {
            // It is not shown, though it is sealed.
            Some(at) => Err(ParseSealedSecretError::new(
                at,
                format_args!(
                    "a sealed secret is wrong at byte {at}: expected 1 to {} visible ASCII characters",
                    Self::MOST
                ),
            )),
            None => Ok(Self(text.into())),
        }
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SealedSecret({} bytes)", self.0.len())
    }
}

text_form!(SealedSecret, ParseSealedSecretError);

/// An access key, without its secret: whoever signs with that is its principal, in its project
/// (Symphony; ours).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKey {
    /// What requests name it by.
    pub id: AccessKeyId,
    /// Who signs with it.
    pub principal: PrincipalId,
    /// The project, an account or an environment, in which its requests make things (E04).
    pub scope: Scope,
    /// When it was made.
    pub created: Timestamp,
    /// Who made it.
    pub created_by: PrincipalId,
    /// From when on it is refused, if that is settled.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// Since when it is refused until it is enabled again, if it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disabled: Option<Timestamp>,
}

/// An access key with its secret, as they are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccessKeyRecord {
    /// All but the secret.
    pub key: AccessKey,
    /// What requests are signed with.
    pub secret: SealedSecret,
}

/// What may be done with an access key at a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "these are all of them")]
pub enum AccessKeyState {
    /// Requests may be signed with it.
    Active,
    /// It is refused until it is enabled again.
    Disabled,
    /// Its time is over.
    Ended,
}

impl fmt::Display for AccessKeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Active => "active",
            Self::Disabled => "disabled",
            Self::Ended => "ended",
        })
    }
}

impl AccessKey {
    /// The most keys of a principal in a project that have not ended: one that is used, and one that
    /// takes its place (AWS).
    pub const MOST: usize = 2;

    /// What may be done with it.
    pub fn state(&self, now: Timestamp) -> AccessKeyState {
        if self.until.is_some_and(|until| until <= now) {
            AccessKeyState::Ended
        } else if self.disabled.is_some() {
            AccessKeyState::Disabled
        } else {
            AccessKeyState::Active
        }
    }
}
