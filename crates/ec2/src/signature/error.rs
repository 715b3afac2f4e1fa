//! Why a request is not believed.

use crate::ErrorCode;
use atlas_base::Timestamp;

/// Why a request is not believed. No message shows a secret, a signature, or what was signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignatureError {
    /// It is not signed at all.
    #[error(
        "the request is not signed: it has neither an Authorization header nor X-Amz-Signature in its query"
    )]
    Missing,
    /// It says something about its signature that cannot be read.
    #[error("the signature is incomplete: {0}")]
    Incomplete(Malformed),
    /// It was signed too long ago, or its presigned URL holds no longer.
    #[error("the request expired at {expired}, and it is {now}: sign it again")]
    Expired {
        /// Until when it held.
        expired: Timestamp,
        /// The time here.
        now: Timestamp,
    },
    /// It was signed in the future.
    #[error(
        "the request is signed for {signed}, and it is {now}: the clock of the client may be off by 15 minutes"
    )]
    NotYet {
        /// When it says that it was signed.
        signed: Timestamp,
        /// The time here.
        now: Timestamp,
    },
    /// It was signed for another service or another day.
    #[error(
        "the credential is not scoped to this request: expected `DATE/REGION/ec2/aws4_request` with the date of the request"
    )]
    WrongScope,
    /// Nobody has the key that it names.
    #[error("the access key is not known here")]
    UnknownKey,
    /// The signature is not that of the key for this request: another secret, or something of the
    /// request is not as it was signed.
    #[error(
        "the signature is not that of this request: check the secret access key, and how the request is signed"
    )]
    Mismatch,
    /// There is more of something than is read.
    #[error("the request has more than {limit} {what}, and no more are read")]
    TooMuch {
        /// Of what.
        what: Excess,
        /// How many are read.
        limit: usize,
    },
}

impl SignatureError {
    /// The code that EC2 has for it, which has a status too.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Missing => ErrorCode::MissingAuthenticationToken,
            Self::Incomplete(_) => ErrorCode::IncompleteSignature,
            Self::Expired { .. } | Self::NotYet { .. } => ErrorCode::RequestExpired,
            Self::WrongScope | Self::Mismatch => ErrorCode::SignatureDoesNotMatch,
            Self::UnknownKey => ErrorCode::AuthFailure,
            Self::TooMuch { .. } => ErrorCode::InvalidRequest,
        }
    }

    /// The HTTP status that EC2 answers with.
    pub fn status(&self) -> u16 {
        self.code().status()
    }
}

/// What cannot be read of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// Another algorithm, or an older version of signatures.
    #[error("the algorithm is not `AWS4-HMAC-SHA256`; Signature Version 4 alone is accepted")]
    Algorithm,
    /// A part that has to be there once.
    #[error("`{0}` is missing")]
    Absent(&'static str),
    /// A part that is there more than once.
    #[error("`{0}` is there more than once")]
    Repeated(&'static str),
    /// The header and the query are both signed.
    #[error("both the Authorization header and the query are signed, and one of them has to be")]
    Twice,
    /// The Authorization header is not a list of what it may have.
    #[error(
        "the Authorization header is not `AWS4-HMAC-SHA256 Credential=…, SignedHeaders=…, Signature=…`"
    )]
    Authorization,
    /// The credential does not have five parts, or one cannot be.
    #[error("the credential is not `KEY/DATE/REGION/ec2/aws4_request`")]
    Credential,
    /// The date is none.
    #[error(
        "the date is not like `20260721T140712Z` in X-Amz-Date, or `Tue, 21 Jul 2026 14:07:12 GMT` in Date"
    )]
    Date,
    /// How long it holds is no number, or too large.
    #[error("X-Amz-Expires is not a number of seconds from 1 to 604800")]
    Expires,
    /// The signed headers are no sorted list of lower-case names.
    #[error("the signed headers are not lower-case names in order, with `;` between them")]
    SignedHeaders,
    /// A header that has to be signed is not.
    #[error("`host` and each header `x-amz-…` have to be signed")]
    Unsigned,
    /// A header that is said to be signed is not there.
    #[error("a signed header is not in the request")]
    NoSuchHeader,
    /// A signature is 32 bytes.
    #[error("the signature is not 64 digits of lower-case hex")]
    Signature,
    /// The query is no percent-encoded text.
    #[error("the query has a `%` without two digits of hex after it")]
    Query,
}

/// Of what there was too much.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Excess {
    /// Headers.
    #[error("headers")]
    Headers,
    /// Bytes of headers.
    #[error("bytes of headers")]
    HeaderBytes,
    /// Bytes of the path.
    #[error("bytes of the path")]
    PathBytes,
    /// Bytes of the query.
    #[error("bytes of the query")]
    QueryBytes,
    /// Parameters of the query.
    #[error("parameters of the query")]
    QueryParameters,
}

/// A text is no secret. It is not shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the secret access key is wrong at byte {at}: expected 16 to 256 visible ASCII characters")]
pub struct ParseSecretKeyError {
    pub(super) at: usize,
}

impl ParseSecretKeyError {
    /// The byte where it went wrong.
    pub fn at(&self) -> usize {
        self.at
    }
}
