//! How the secrets of access keys are kept from whoever reads the store.

use atlas_ec2::signature::{AccessKeyId, ParseSecretKeyError, SecretKey};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use cloud_atlas::scope::SealedSecret;
use core::fmt;
use ring::{
    aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    rand::{SecureRandom as _, SystemRandom},
};
use std::sync::{Arc, PoisonError, RwLock};
use zeroize::Zeroizing;

/// What a sealed secret begins with: how it was sealed.
const FORM: &str = "v1";

/// Keys with which the secrets of access keys are sealed, so that nobody who has the store alone, or a
/// dump of it, can sign with them (ChaCha20-Poly1305, RFC 8439). The first seals, all of them open, so
/// that the first can be replaced. They can be read again while requests are answered; clones share
/// them.
///
/// ```
/// # use atlas_server::SealKeys;
/// // Of a file that nobody else may read, as `openssl rand -hex 32` makes one.
/// let keys = "6bf6b1c5b5e0b9a6b2f66f5d2f6f4f4b7b0f1a2c3d4e5f60718293a4b5c6d7e8\n";
/// let keys = SealKeys::from_text(keys)?;
/// let made = keys.make()?;
/// assert_eq!((made.id.as_str().len(), made.secret().len()), (20, 40));
/// assert!(keys.open(&made.id, &made.sealed).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone)]
pub struct SealKeys(Arc<RwLock<Arc<[SealKey]>>>);

/// One of them.
struct SealKey {
    /// What secrets that it has sealed are known by. It tells nothing of the key.
    name: String,
    key: LessSafeKey,
}

/// Keys for sealing cannot be used. None is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealKeysError {
    /// There is none.
    #[error("there is no key: `openssl rand -hex 32` makes one")]
    Empty,
    /// A line is none.
    #[error("line {line} is no key: expected 64 hex digits, as of `openssl rand -hex 32`")]
    Line {
        /// Which line, from 1.
        line: usize,
    },
    /// A key is there twice.
    #[error("line {line} is the key of an earlier line")]
    Repeated {
        /// Which line, from 1.
        line: usize,
    },
    /// There are more than are tried.
    #[error("there are more than {} keys", SealKeys::MOST)]
    TooMany,
}

/// A sealed secret cannot be opened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnsealError {
    /// It is none that was sealed here.
    #[error("the secret of access key `{id}` is not sealed in a way that is known")]
    Form {
        /// The key.
        id: AccessKeyId,
    },
    /// The key that has sealed it is not there.
    #[error(
        "the secret of access key `{id}` is sealed with the key `{name}`, which is not among those for sealing"
    )]
    NoKey {
        /// The access key.
        id: AccessKeyId,
        /// What the key for sealing is known by.
        name: String,
    },
    /// It was changed, or is that of another access key.
    #[error("the sealed secret of access key `{id}` was changed, or is that of another")]
    Changed {
        /// The key.
        id: AccessKeyId,
    },
}

/// The operating system gives no random bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gives no random bits")]
pub struct NoRandomness;

/// A new access key: its id, its secret, and the secret as it is to be kept. `Debug` shows the id alone.
pub struct NewAccessKey {
    /// The id: 20 letters and digits.
    pub id: AccessKeyId,
    /// The secret, sealed.
    pub sealed: SealedSecret,
    secret: Zeroizing<String>,
}

impl NewAccessKey {
    /// The secret: 40 characters that stand for 240 random bits. It is to be shown once.
    pub fn secret(&self) -> &str {
        &self.secret
    }
}

impl fmt::Debug for NewAccessKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let id = self.id.as_str();
        f.debug_struct("NewAccessKey")
            .field("id", &id)
            .finish_non_exhaustive()
    }
}

impl SealKeys {
    /// The most keys (ours).
    pub const MOST: usize = 16;

    /// Reads keys: a line each, of 64 hex digits; empty lines and those that begin with `#` are none.
    ///
    /// # Errors
    ///
    /// There is none or more than [`MOST`](Self::MOST), a line is none, or one is there twice.
    pub fn from_text(text: &str) -> Result<Self, SealKeysError> {
        Ok(Self(Arc::new(RwLock::new(read(text)?))))
    }

    /// Reads keys, and has them instead of those before.
    ///
    /// # Errors
    ///
    /// As [`from_text`](Self::from_text); then those from before stay.
    pub fn replace_from_text(&self, text: &str) -> Result<(), SealKeysError> {
        let keys = read(text)?;
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = keys;
        Ok(())
    }

    /// Makes an access key of random bits.
    ///
    /// # Errors
    ///
    /// The operating system gives none.
    pub fn make(&self) -> Result<NewAccessKey, NoRandomness> {
        let id: [u8; 16] = random()?;
        let id = AccessKeyId::from_bits(u128::from_ne_bytes(id));
        let bits: Zeroizing<[u8; 30]> = Zeroizing::new(random()?);
        let secret = Zeroizing::new(URL_SAFE_NO_PAD.encode(*bits));
        let sealed = self.seal(&id, &secret)?;
        Ok(NewAccessKey { id, sealed, secret })
    }

    /// Seals the secret of an access key, so that it opens for that one only.
    ///
    /// # Errors
    ///
    /// The operating system gives no random bits.
    pub fn seal(&self, id: &AccessKeyId, secret: &str) -> Result<SealedSecret, NoRandomness> {
        let keys = self.now();
        // INVARIANT: there is one at least.
        let first = keys.first().ok_or(NoRandomness)?;
        let nonce: [u8; NONCE_LEN] = random()?;
        let mut sealed = nonce.to_vec();
        let mut body = secret.as_bytes().to_vec();
        let (nonce, about) = (Nonce::assume_unique_for_key(nonce), Aad::from(id.as_str()));
        // INVARIANT: it refuses gigabytes only, and leaves nothing in clear.
        let done = first.key.seal_in_place_append_tag(nonce, about, &mut body);
        done.map_err(|_| NoRandomness)?;
        sealed.append(&mut body);
        let text = format!("{FORM}.{}.{}", first.name, URL_SAFE_NO_PAD.encode(sealed));
        SealedSecret::parse(&text).map_err(|_| NoRandomness)
    }

    /// Opens the secret of an access key.
    ///
    /// # Errors
    ///
    /// It was not sealed with one of these keys for this access key, or was changed.
    pub fn open(&self, id: &AccessKeyId, sealed: &SealedSecret) -> Result<SecretKey, UnsealError> {
        let text = self.text(id, sealed)?;
        let secret = SecretKey::parse(&text);
        secret.map_err(|_: ParseSecretKeyError| UnsealError::Form { id: id.clone() })
    }

    /// Seals with the first key what another of these has sealed; nothing where the first has.
    ///
    /// # Errors
    ///
    /// As [`open`](Self::open), or the operating system gives no random bits.
    pub fn reseal(
        &self,
        id: &AccessKeyId,
        sealed: &SealedSecret,
    ) -> Result<Option<SealedSecret>, ResealError> {
        let text = self.text(id, sealed)?;
        let is_first = |keys: &[SealKey]| keys.first().is_some_and(|key| key.sealed(sealed));
        if is_first(&self.now()) {
            return Ok(None);
        }
        Ok(Some(self.seal(id, &text)?))
    }

    fn text(
        &self,
        id: &AccessKeyId,
        sealed: &SealedSecret,
    ) -> Result<Zeroizing<String>, UnsealError> {
        let malformed = || UnsealError::Form { id: id.clone() };
        let (name, body) = parts(sealed).ok_or_else(malformed)?;
        let keys = self.now();
        let key = keys.iter().find(|key| key.name == name);
        let key = key.ok_or_else(|| UnsealError::NoKey {
            id: id.clone(),
            name: cloud_atlas::base::quoted(name)
                .to_string()
                .trim_matches('`')
                .to_owned(),
        })?;
        let bytes = URL_SAFE_NO_PAD.decode(body).map_err(|_| malformed())?;
        let mut bytes = Zeroizing::new(bytes);
        let (nonce, body) = bytes
            .split_at_mut_checked(NONCE_LEN)
            .ok_or_else(malformed)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| malformed())?;
        let opened = key.key.open_in_place(nonce, Aad::from(id.as_str()), body);
        let opened = opened.map_err(|_| UnsealError::Changed { id: id.clone() })?;
        let text = core::str::from_utf8(opened).map_err(|_| malformed())?;
        Ok(Zeroizing::new(text.to_owned()))
    }

    fn now(&self) -> Arc<[SealKey]> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A secret was not sealed anew.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ResealError {
    /// It cannot be opened.
    #[error(transparent)]
    Unseal(#[from] UnsealError),
    /// It cannot be sealed.
    #[error(transparent)]
    NoRandomness(#[from] NoRandomness),
}

impl SealKey {
    fn sealed(&self, secret: &SealedSecret) -> bool {
        parts(secret).is_some_and(|(name, _)| name == self.name)
    }
}

impl fmt::Debug for SealKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let keys = self.now();
        let names = keys.iter().map(|key| key.name.as_str());
        f.write_str("SealKeys")?;
        f.debug_list().entries(names).finish()
    }
}

/// What has sealed a secret, and what of it.
fn parts(sealed: &SealedSecret) -> Option<(&str, &str)> {
    let rest = sealed.as_str().strip_prefix(FORM)?.strip_prefix('.')?;
    rest.split_once('.')
}

fn read(text: &str) -> Result<Arc<[SealKey]>, SealKeysError> {
    let mut keys: Vec<SealKey> = Vec::new();
    for (line, text) in (1..).zip(text.lines()) {
        let text = text.trim();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let key = SealKey::read(text).ok_or(SealKeysError::Line { line })?;
        if keys.iter().any(|before| before.name == key.name) {
            return Err(SealKeysError::Repeated { line });
        }
        if keys.len() >= SealKeys::MOST {
            return Err(SealKeysError::TooMany);
        }
        keys.push(key);
    }
    if keys.is_empty() {
        return Err(SealKeysError::Empty);
    }
    Ok(keys.into())
}

impl SealKey {
    fn read(text: &str) -> Option<Self> {
        let mut bytes = Zeroizing::new([0_u8; 32]);
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        let digits = text.as_bytes().chunks_exact(2);
        for (byte, digits) in bytes.iter_mut().zip(digits) {
            *byte = u8::from_str_radix(core::str::from_utf8(digits).ok()?, 16).ok()?;
        }
        let name = blake3::derive_key("cloud-atlas 2026-11 name of a key that seals", &*bytes);
        let name = blake3::Hash::from_bytes(name).to_hex();
        let key = UnboundKey::new(&CHACHA20_POLY1305, &*bytes).ok()?;
        Some(Self {
            name: name.chars().take(8).collect(),
            key: LessSafeKey::new(key),
        })
    }
}

fn random<const N: usize>() -> Result<[u8; N], NoRandomness> {
    let mut bits = [0; N];
    let filled = SystemRandom::new().fill(&mut bits);
    filled.map(|()| bits).map_err(|_| NoRandomness)
}
