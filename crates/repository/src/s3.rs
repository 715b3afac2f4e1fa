//! Object stores that speak S3.

mod client;
mod dial;
mod runtime;
mod settings;

pub use self::settings::{S3, S3Credentials, S3Error};

use self::{client::Connector, runtime::Runtime};
use crate::Repository;
use object_store::{
    BackoffConfig, ClientOptions, ObjectStore, RetryConfig,
    aws::{AmazonS3Builder, S3ConditionalPut},
    path::Path,
    prefix::PrefixStore,
};
use std::sync::Arc;

impl S3 {
    /// The repository in the bucket. Nothing is asked of the server yet.
    ///
    /// A runtime of one thread comes with it, for the network alone, and ends with its last clone.
    ///
    /// # Errors
    ///
    /// A setting makes no sense, nobody is trusted to certify the server, or the system gives no thread.
    pub fn open(&self) -> Result<Repository, S3Error> {
        let endpoint = self.checked()?;
        let runtime = Runtime::start().map_err(|error| S3Error::Start(error.into()))?;
        let is_plain = endpoint.as_ref().is_some_and(|it| it.starts_with("http:"));
        let retry = RetryConfig {
            backoff: BackoffConfig {
                init_backoff: self.pause,
                max_backoff: self.pause.saturating_mul(64),
                base: 2.,
            },
            max_retries: self.retries,
            // More is only asked for while the first signature is good.
            retry_timeout: self.timeout.saturating_mul(4),
        };
        let S3Credentials { id, secret, token } = &self.credentials;
        let mut builder = AmazonS3Builder::new()
            .with_bucket_name(&self.bucket)
            .with_region(&self.region)
            .with_access_key_id(id)
            .with_secret_access_key(secret)
            .with_allow_http(is_plain)
            // All of this rests on puts that fail where something is.
            .with_conditional_put(S3ConditionalPut::ETagMatch)
            // One object, one request: it can be asked for again.
            .with_disable_bulk_delete(true)
            .with_retry(retry)
            .with_client_options(ClientOptions::new().with_allow_http(is_plain))
            .with_http_connector(Connector::new(self.timeout, self.authorities.as_deref())?);
        if let Some(token) = token {
            builder = builder.with_token(token);
        }
        if let Some(endpoint) = endpoint {
            builder = builder.with_endpoint(endpoint);
        }
        let store = builder
            .build()
            .map_err(|error| S3Error::Start(error.into()))?;
        let store: Arc<dyn ObjectStore> = if self.prefix.is_empty() {
            Arc::new(store)
        } else {
            Arc::new(PrefixStore::new(store, Path::from(self.prefix.as_str())))
        };
        Ok(Repository::new(store, Arc::new(runtime)))
    }
}
