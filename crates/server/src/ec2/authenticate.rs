//! Who sends a request to the EC2-compatible API.

use crate::Caller;
use atlas_ec2::signature::{AccessKeyId, SignatureError};
use axum::http::request::Parts;
use cloud_atlas::{base::Timestamp, scope::AccountNumber};

/// Says who sends a request to the EC2-compatible API: [`AccessKeys`](crate::AccessKeys) by how it is
/// signed, or a host program by a way of its own.
///
/// ```
/// use atlas_server::{Caller, Ec2Authenticate, Ec2Caller, Ec2NotAuthenticated};
/// use axum::http::request::Parts;
/// use cloud_atlas::base::Timestamp;
///
/// /// Believes a proxy that stands before this program and has verified who it is.
/// struct Proxy;
///
/// impl Ec2Authenticate for Proxy {
///     async fn authenticate(
///         &self,
///         head: &Parts,
///         _: &[u8],
///         _: Timestamp,
///     ) -> Result<Ec2Caller, Ec2NotAuthenticated> {
///         let said = head.headers.get("x-user").and_then(|it| it.to_str().ok());
///         let principal = said.and_then(|it| it.parse().ok());
///         let principal = principal.ok_or(Ec2NotAuthenticated::Unknown)?;
///         let scope = "/acme".parse().map_err(|_| Ec2NotAuthenticated::Unknown)?;
///         let account = "123456789012".parse().map_err(|_| Ec2NotAuthenticated::Unknown)?;
///         Ok(Ec2Caller::new(Caller::new(principal, scope), account, "local"))
///     }
/// }
/// ```
pub trait Ec2Authenticate: Send + Sync + 'static {
    /// Judges a request by its head alone, before its body is read. Unless said otherwise every
    /// head is good.
    ///
    /// # Errors
    ///
    /// It cannot be good, whatever its body is.
    fn judge(&self, head: &Parts, now: Timestamp) -> Result<(), Ec2NotAuthenticated> {
        let _ = (head, now);
        Ok(())
    }

    /// Finds out who sends a request, from its head and its whole body, at a time.
    ///
    /// # Errors
    ///
    /// Nobody is known by what the request says, or who it is cannot be found out now.
    fn authenticate(
        &self,
        head: &Parts,
        body: &[u8],
        now: Timestamp,
    ) -> impl Future<Output = Result<Ec2Caller, Ec2NotAuthenticated>> + Send;
}

/// Who asks, for which account, and in which region.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Ec2Caller {
    /// Who it is; its scope is the project in which images are made (E04).
    pub caller: Caller,
    /// The account of the project, by which others share images with it.
    pub account: AccountNumber,
    /// The region that is asked: that of the signature.
    pub region: String,
    /// The id of the access key that was signed with, if one was.
    pub key: Option<AccessKeyId>,
}

impl Ec2Caller {
    /// Somebody who asks a region for an account.
    pub fn new(caller: Caller, account: AccountNumber, region: impl Into<String>) -> Self {
        let region = region.into();
        Self {
            caller,
            account,
            region,
            key: None,
        }
    }

    /// By an access key.
    #[must_use]
    pub fn by_key(mut self, key: AccessKeyId) -> Self {
        self.key = Some(key);
        self
    }
}

/// Why it is not known who asks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Ec2NotAuthenticated {
    /// The signature of the request is missing, wrong, or no longer good.
    #[error("the request is not signed as it should be")]
    Signature(#[from] SignatureError),
    /// Nobody is known by what the request says.
    #[error("nobody is known by what the request says of who sends it")]
    Unknown,
    /// What knows cannot be asked now.
    #[error("who sends the request cannot be found out now")]
    Unavailable,
}
