//! Access keys of the store.

use super::{
    AccessKeys, Ec2Authenticate, Ec2Caller, Ec2NotAuthenticated, SealKeys, UnsealError,
    access_keys::signed,
};
use crate::Caller;
use atlas_ec2::signature::{AccessKeyId, BodyDigest, SignatureError};
use axum::http::request::Parts;
use cloud_atlas::{Atlas, Error, base::Timestamp};
use core::fmt;
use std::sync::Arc;

/// Access keys of the store, whose secrets are sealed, by which requests that are signed have a caller.
/// The store is asked at each request, so that a key that was taken away is refused at once.
///
/// Keys that the host program gives besides are looked through first.
#[derive(Clone)]
pub struct StoredKeys {
    atlas: Atlas,
    seal: SealKeys,
    given: AccessKeys,
    tell: Option<Arc<Tell>>,
}

type Tell = dyn Fn(&StoredKeyFailure<'_>) + Send + Sync;

/// Who sends a request was not found out, for a reason that is no client's. The client was told that,
/// and no more.
#[derive(Debug)]
#[non_exhaustive]
pub struct StoredKeyFailure<'a> {
    /// The access key that the request names.
    pub key: &'a AccessKeyId,
    /// Why.
    pub error: StoredKeyError,
}

/// Why a key of the store is of no use now.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoredKeyError {
    /// The store fails.
    #[error(transparent)]
    Store(Error),
    /// Its secret cannot be opened.
    #[error(transparent)]
    Unseal(UnsealError),
}

impl StoredKeys {
    /// The keys of a store, sealed with one of these.
    pub fn new(atlas: Atlas, seal: SealKeys) -> Self {
        let (given, tell) = (AccessKeys::default(), None);
        Self {
            atlas,
            seal,
            given,
            tell,
        }
    }

    /// With keys that the host program gives, which are known before those of the store.
    #[must_use]
    pub fn with_given(self, given: AccessKeys) -> Self {
        Self { given, ..self }
    }

    /// Tells the host program when a key of the store cannot be used for a reason that is no client's.
    #[must_use]
    pub fn on_failure(self, tell: impl Fn(&StoredKeyFailure<'_>) + Send + Sync + 'static) -> Self {
        let tell: Option<Arc<Tell>> = Some(Arc::new(tell));
        Self { tell, ..self }
    }

    fn failed(&self, key: &AccessKeyId, error: StoredKeyError) -> Ec2NotAuthenticated {
        if let Some(tell) = &self.tell {
            tell(&StoredKeyFailure { key, error });
        }
        Ec2NotAuthenticated::Unavailable
    }
}

impl Ec2Authenticate for StoredKeys {
    fn judge(&self, head: &Parts, now: Timestamp) -> Result<(), Ec2NotAuthenticated> {
        self.given.judge(head, now)
    }

    async fn authenticate(
        &self,
        head: &Parts,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Ec2Caller, Ec2NotAuthenticated> {
        let signed = signed(head, now)?;
        let id = signed.access_key_id().clone();
        if self.given.has(&id) {
            return self.given.authenticate(head, body, now).await;
        }
        let found = self.atlas.known_access_key(&id).await;
        let found = found.map_err(|error| self.failed(&id, StoredKeyError::Store(error)))?;
        let secret = found.as_ref().map(|found| {
            let opened = self.seal.open(&id, &found.record.secret);
            opened.map_err(|error| self.failed(&id, StoredKeyError::Unseal(error)))
        });
        let secret = secret.transpose()?;
        let verified = signed.verify(BodyDigest::of(body), secret.as_ref())?;
        let found = found.ok_or(SignatureError::UnknownKey)?;
        let key = found.record.key;
        let caller = Caller::new(key.principal, key.scope);
        let region = verified.scope.region();
        Ok(Ec2Caller::new(caller, found.account, region).by_key(id))
    }
}

impl fmt::Debug for StoredKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StoredKeys")
            .field("atlas", &self.atlas)
            .field("seal", &self.seal)
            .field("given", &self.given)
            .finish_non_exhaustive()
    }
}
