//! A request that says who signed it, and whether that is true.

use super::{
    AccessKeyId, BodyDigest, CredentialScope, Malformed, RequestHead, SKEW_SECONDS, SecretKey,
    SignatureError, SigningKey, authorization,
    canonical::{self, Parameters},
    credential,
    head::Headers,
    moment, presigned,
};
use atlas_base::Timestamp;
use core::fmt;
use sha2::{Digest as _, Sha256};

/// A request whose head says who signed it, when, and for what. Whether that is true is not known yet.
pub struct SignedRequest {
    key: AccessKeyId,
    scope: CredentialScope,
    form: SignatureForm,
    token: Option<String>,
    at: Timestamp,
    /// What the head says that the digest of the body is.
    said_digest: Option<Vec<u8>>,
    canonical: Sha256,
    signature: [u8; 32],
}

/// A request that was signed with the secret of its key: nothing of its method, path, query, signed
/// headers and body is other than it was.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// Whose secret it was.
    pub access_key_id: AccessKeyId,
    /// For which day and region: the region is where the request is meant to be answered.
    pub scope: CredentialScope,
    /// When it was signed.
    pub signed_at: Timestamp,
    /// Where it is signed.
    pub form: SignatureForm,
    /// The session token, which is signed like the rest. Whether it is one of the key's, whoever
    /// knows tokens has to say.
    pub session_token: Option<String>,
}

/// Where a request is signed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "Signature Version 4 has these two")]
pub enum SignatureForm {
    /// In the Authorization header.
    Header,
    /// In the query: a presigned URL.
    Query,
}

/// What either form says.
pub(super) struct Said {
    pub(super) credential: String,
    pub(super) signed_headers: String,
    pub(super) signature: String,
    pub(super) at: Timestamp,
    pub(super) until: Timestamp,
    pub(super) token: Option<String>,
}

impl SignedRequest {
    /// Judges the head of a request: whether it is signed at all, whether what it says of its
    /// signature can be read and covers what it must, and whether it holds at this time.
    ///
    /// AWS: a request holds for 15 minutes around the moment it names, a presigned one for its
    /// `X-Amz-Expires`; `host` and every header `x-amz-…` are signed.
    ///
    /// # Errors
    ///
    /// Every [`SignatureError`] but [`UnknownKey`](SignatureError::UnknownKey) and
    /// [`Mismatch`](SignatureError::Mismatch).
    pub fn read(head: &RequestHead<'_>, now: Timestamp) -> Result<Self, SignatureError> {
        let headers = Headers::of(head)?;
        let parameters = Parameters::of(head.query)?;
        let authorization = headers.only("authorization")?;
        let (form, said) = match (authorization, presigned::is_signed(&parameters)?) {
            (None, false) => return Err(SignatureError::Missing),
            (Some(_), true) => return Err(SignatureError::Incomplete(Malformed::Twice)),
            (Some(value), false) => (SignatureForm::Header, authorization::read(value, &headers)?),
            (None, true) => (SignatureForm::Query, presigned::read(&parameters)?),
        };
        let (key, scope) = credential::read(&said.credential, &moment::basic(said.at))?;
        covers(&said.signed_headers, &headers)?;
        let signature = digest(&said.signature);
        let signature = signature.ok_or(SignatureError::Incomplete(Malformed::Signature))?;
        holds(&said, now)?;
        let said_digest = headers.only("x-amz-content-sha256")?;
        Ok(Self {
            canonical: canonical::begin(head, &parameters, &headers, &said.signed_headers)?,
            said_digest: said_digest.map(<[u8]>::to_vec),
            at: said.at,
            token: said.token,
            key,
            scope,
            form,
            signature,
        })
    }

    /// Whose secret is needed.
    pub fn access_key_id(&self) -> &AccessKeyId {
        &self.key
    }

    /// For which day and region a [`SigningKey`] is needed.
    pub fn scope(&self) -> &CredentialScope {
        &self.scope
    }

    /// Says whether the signature is that of the key's secret, for this head and this body. Where
    /// there is no such key the same is computed as for another, so that the time it takes tells
    /// nothing.
    ///
    /// # Errors
    ///
    /// There is no secret, or the signature is another.
    pub fn verify(
        self,
        body: BodyDigest,
        secret: Option<&SecretKey>,
    ) -> Result<Verified, SignatureError> {
        let nobody = SecretKey::of_nobody();
        let signing = SigningKey::derive(secret.unwrap_or(&nobody), &self.scope);
        self.compare(body, &signing, secret.is_some())
    }

    /// As [`verify`](Self::verify), with the derived key of a secret that a host has kept. It has to be
    /// that of [`access_key_id`](Self::access_key_id) for [`scope`](Self::scope).
    ///
    /// # Errors
    ///
    /// The signature is another.
    pub fn verify_with(
        self,
        body: BodyDigest,
        signing: &SigningKey,
    ) -> Result<Verified, SignatureError> {
        self.compare(body, signing, true)
    }

    fn compare(
        self,
        body: BodyDigest,
        signing: &SigningKey,
        is_known: bool,
    ) -> Result<Verified, SignatureError> {
        let body = body.to_string();
        let canonical = self.canonical.chain_update(&body).finalize();
        let canonical = BodyDigest::from_bytes(canonical.into());
        let (at, scope) = (moment::basic(self.at), &self.scope);
        let to_sign = format!("{}\n{at}\n{scope}\n{canonical}", super::ALGORITHM);
        let is_right = signing.signs(to_sign.as_bytes(), &self.signature);
        // Ours: what is not the digest of the body is refused, also where it says that nobody looked.
        let is_body = self.said_digest.is_none_or(|said| said == body.as_bytes());
        if !is_known {
            return Err(SignatureError::UnknownKey);
        }
        if !is_right || !is_body {
            return Err(SignatureError::Mismatch);
        }
        Ok(Verified {
            access_key_id: self.key,
            scope: self.scope,
            signed_at: self.at,
            form: self.form,
            session_token: self.token,
        })
    }
}

impl fmt::Debug for SignedRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignedRequest")
            .field("key", &self.key)
            .field("scope", &self.scope)
            .field("form", &self.form)
            .field("at", &self.at)
            .finish_non_exhaustive()
    }
}

/// Whether the names are a list as it has to be, with all in it that must be signed.
fn covers(signed: &str, headers: &Headers<'_>) -> Result<(), SignatureError> {
    let is_name = |name: &str| {
        let is_fit = |byte: u8| byte.is_ascii_graphic() && !byte.is_ascii_uppercase();
        !name.is_empty() && name.bytes().all(is_fit)
    };
    let is_ordered = signed.split(';').is_sorted_by(|one, next| one < next);
    if !signed.split(';').all(is_name) || !is_ordered {
        return Err(SignatureError::Incomplete(Malformed::SignedHeaders));
    }
    let is_signed = |name: &str| signed.split(';').any(|it| it == name);
    let mut needed = headers.names().filter(|name| name.starts_with("x-amz-"));
    if !is_signed("host") || !needed.all(is_signed) {
        return Err(SignatureError::Incomplete(Malformed::Unsigned));
    }
    Ok(())
}

fn holds(said: &Said, now: Timestamp) -> Result<(), SignatureError> {
    let signed = said.at;
    if moment::later(now, SKEW_SECONDS) < signed {
        return Err(SignatureError::NotYet { signed, now });
    }
    if now > said.until {
        let expired = said.until;
        return Err(SignatureError::Expired { expired, now });
    }
    Ok(())
}

/// 32 bytes as lower-case hex.
fn digest(text: &str) -> Option<[u8; 32]> {
    let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
    if text.len() != 64 || !text.bytes().all(is_digit) {
        return None;
    }
    let mut bytes = [0; 32];
    let digit = |byte: u8| char::from(byte).to_digit(16);
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        let [high, low] = *pair else { return None };
        *byte = u8::try_from(digit(high)? << 4 | digit(low)?).ok()?;
    }
    Some(bytes)
}

/// Bytes that are visible ASCII, with blanks between.
pub(super) fn text(bytes: &[u8]) -> Option<&str> {
    let is_fit = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
    let text = core::str::from_utf8(bytes).ok()?;
    bytes.iter().all(is_fit).then_some(text)
}
