//! Who signed a request, found out as AWS does (Signature Version 4, for services other than S3).
//!
//! It goes in two steps, so that a host may look the secret up as it likes, and reads the body of no
//! request that cannot be right: [`SignedRequest::read`] judges the head, and
//! [`SignedRequest::verify`] compares signatures, when the body and the secret are there.
//!
//! The canonical request and the string to sign exist as digests only: no message can show them.

mod authorization;
mod canonical;
mod credential;
mod error;
mod head;
mod key;
mod moment;
mod presigned;
mod signed_request;

pub use self::{
    credential::CredentialScope,
    error::{Excess, Malformed, ParseSecretKeyError, SignatureError},
    head::RequestHead,
    key::{BodyDigest, SecretKey, SigningKey},
    signed_request::{SignatureForm, SignedRequest, Verified},
};
pub use atlas_scope::{AccessKeyId, ParseAccessKeyIdError};

/// How far the clock of a client may be off, in seconds (AWS: 15 minutes).
pub const SKEW_SECONDS: i64 = 15 * 60;
/// How long a presigned URL may hold, in seconds (AWS: 7 days).
pub const MAX_EXPIRES_SECONDS: i64 = 7 * 24 * 60 * 60;
/// How many headers are read (ours).
pub const MAX_HEADERS: usize = 100;
/// How many bytes the names and values of all headers have together (ours).
pub const MAX_HEADER_BYTES: usize = 32 << 10;
/// How many bytes a path has (ours); that of EC2 is `/`.
pub const MAX_PATH_BYTES: usize = 2 << 10;
/// How many bytes a query has (ours). What needs more is sent as a form.
pub const MAX_QUERY_BYTES: usize = 64 << 10;
/// How many parameters a query has (ours).
pub const MAX_QUERY_PARAMETERS: usize = 2_000;

/// The one algorithm.
const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// What a credential's scope ends with.
const TERMINATOR: &str = "aws4_request";
/// The service that requests are signed for.
const SERVICE: &str = "ec2";
