//! Secrets, and the keys that are derived from them.

use super::{CredentialScope, ParseSecretKeyError, SERVICE, TERMINATOR};
use core::fmt;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The secret of an access key. It is overwritten when it goes, and `Debug` does not show it.
#[derive(Clone)]
pub struct SecretKey(Zeroizing<String>);

impl SecretKey {
    /// Reads a secret: 16 to 256 visible ASCII characters (ours; those of AWS have 40).
    ///
    /// # Errors
    ///
    /// It is shorter or longer, or has another character.
    pub fn parse(text: &str) -> Result<Self, ParseSecretKeyError> {
        let wrong = text.bytes().position(|byte| !byte.is_ascii_graphic());
        let length = text.len();
        let wrong = wrong.or((!(16..=256).contains(&length)).then_some(length.min(256)));
        match wrong {
            Some(at) => Err(ParseSecretKeyError { at }),
            None => Ok(Self(Zeroizing::new(text.to_owned()))),
        }
    }

    /// What an unknown key is tried with, so that it takes as long as a known one.
    pub(super) fn of_nobody() -> Self {
        Self(Zeroizing::new("0".repeat(40)))
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(..)")
    }
}

/// The key of a secret for one day and one region: it may be kept, and is no use beyond them. It is
/// overwritten when it goes, and `Debug` does not show it.
#[derive(Clone)]
pub struct SigningKey(Zeroizing<[u8; 32]>);

impl SigningKey {
    /// AWS: the secret, then the date, the region, the service and `aws4_request`, each by HMAC with
    /// what was there before.
    pub fn derive(secret: &SecretKey, scope: &CredentialScope) -> Self {
        let first = Zeroizing::new(format!("AWS4{}", *secret.0));
        let mut key = Self::of(first.as_bytes(), scope.date().as_bytes());
        for part in [scope.region(), SERVICE, TERMINATOR] {
            key = Self::of(&*key.0, part.as_bytes());
        }
        key
    }

    fn of(key: &[u8], text: &[u8]) -> Self {
        let mac = mac(key).chain_update(text);
        Self(Zeroizing::new(mac.finalize().into_bytes().into()))
    }

    /// Whether a signature is that of a text, in constant time.
    pub(super) fn signs(&self, text: &[u8], signature: &[u8; 32]) -> bool {
        let mac = mac(&*self.0).chain_update(text);
        mac.verify_slice(signature).is_ok()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SigningKey(..)")
    }
}

/// HMAC with a key of any length.
fn mac(key: &[u8]) -> Hmac<Sha256> {
    // INVARIANT: HMAC takes keys of every length, so that the fallback is never taken.
    Hmac::new_from_slice(key)
        .unwrap_or_else(|_| Hmac::new(&hmac::digest::Key::<Hmac<Sha256>>::default()))
}

/// The SHA-256 of a body, without which a signature says nothing about it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct BodyDigest([u8; 32]);

impl BodyDigest {
    /// The digest of a whole body.
    pub fn of(body: &[u8]) -> Self {
        Self(Sha256::digest(body).into())
    }

    /// The digest of a body that was hashed while it came.
    pub fn from_bytes(sha256: [u8; 32]) -> Self {
        Self(sha256)
    }
}

impl fmt::Display for BodyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for BodyDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "BodyDigest({self})")
    }
}
