//! Who has which access key.

use super::{Ec2Authenticate, Ec2Caller, Ec2NotAuthenticated};
use crate::Caller;
use atlas_ec2::signature::{
    AccessKeyId, BodyDigest, RequestHead, SecretKey, SignatureError, SignedRequest,
};
use axum::{extract::OriginalUri, http::request::Parts};
use cloud_atlas::{base::Timestamp, scope::AccountNumber};
use std::{
    collections::BTreeMap,
    sync::{Arc, PoisonError, RwLock},
};

/// An access key: whoever signs with its secret is its principal.
#[derive(Debug, Clone)]
#[expect(
    clippy::exhaustive_structs,
    reason = "a key is these and no more (E05)"
)]
pub struct AccessKey {
    /// What requests name it by.
    pub id: AccessKeyId,
    /// What requests are signed with.
    pub secret: SecretKey,
    /// The account that it belongs to.
    pub account: AccountNumber,
    /// Who signs with it, and the project it belongs to.
    pub caller: Caller,
}

/// Access keys, by which requests that are signed (Signature Version 4) have a caller. They can be
/// replaced while requests are answered; clones share them.
///
/// A session token is not looked for: it is part of what is signed, and changes nothing.
#[derive(Debug, Clone, Default)]
pub struct AccessKeys(Arc<RwLock<Arc<Keys>>>);

type Keys = BTreeMap<AccessKeyId, AccessKey>;

/// Two access keys have one id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("key {number} has the access key id {id}, as key {first} has")]
#[non_exhaustive]
pub struct RepeatedAccessKey {
    /// Which one, from 1.
    pub number: usize,
    /// The one before.
    pub first: usize,
    /// The id of both.
    pub id: AccessKeyId,
}

impl AccessKeys {
    /// These keys.
    ///
    /// # Errors
    ///
    /// Two have the same id.
    pub fn new(keys: impl IntoIterator<Item = AccessKey>) -> Result<Self, RepeatedAccessKey> {
        let all = Self::default();
        all.replace(keys)?;
        Ok(all)
    }

    /// These keys instead, for every request whose signature is compared from now on. Where they
    /// are refused, those from before stay.
    ///
    /// # Errors
    ///
    /// Two have the same id.
    pub fn replace(
        &self,
        keys: impl IntoIterator<Item = AccessKey>,
    ) -> Result<(), RepeatedAccessKey> {
        let (mut all, mut numbers) = (Keys::new(), BTreeMap::new());
        for (number, key) in (1..).zip(keys) {
            if let Some(first) = numbers.insert(key.id.clone(), number) {
                let id = key.id;
                return Err(RepeatedAccessKey { number, first, id });
            }
            all.insert(key.id.clone(), key);
        }
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(all);
        Ok(())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.now().len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.now().is_empty()
    }

    /// All of them, by their ids.
    pub fn each(&self) -> Vec<AccessKey> {
        self.now().values().cloned().collect()
    }

    /// Whether there is one with an id.
    pub(super) fn has(&self, id: &AccessKeyId) -> bool {
        self.now().contains_key(id)
    }

    fn now(&self) -> Arc<Keys> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Ec2Authenticate for AccessKeys {
    fn judge(&self, head: &Parts, now: Timestamp) -> Result<(), Ec2NotAuthenticated> {
        signed(head, now)?;
        Ok(())
    }

    async fn authenticate(
        &self,
        head: &Parts,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Ec2Caller, Ec2NotAuthenticated> {
        let signed = signed(head, now)?;
        let keys = self.now();
        let key = keys.get(signed.access_key_id());
        let verified = signed.verify(BodyDigest::of(body), key.map(|key| &key.secret))?;
        let key = key.ok_or(SignatureError::UnknownKey)?;
        let region = verified.scope.region();
        let caller = Ec2Caller::new(key.caller.clone(), key.account, region);
        Ok(caller.by_key(key.id.clone()))
    }
}

/// What the head says of its signature. The path is that which the client has sent, also where the
/// router is nested below another.
pub(super) fn signed(head: &Parts, now: Timestamp) -> Result<SignedRequest, SignatureError> {
    let original = head.extensions.get::<OriginalUri>();
    let uri = original.map_or(&head.uri, |OriginalUri(uri)| uri);
    let headers = head.headers.iter();
    let mut headers: Vec<_> = headers
        .map(|(name, value)| (name.as_str(), value.as_bytes()))
        .collect();
    // HTTP/2 has it beside the path.
    if let (Some(authority), false) = (uri.authority(), head.headers.contains_key("host")) {
        headers.push(("host", authority.as_str().as_bytes()));
    }
    let head = RequestHead {
        method: head.method.as_str(),
        path: uri.path(),
        query: uri.query().unwrap_or_default(),
        headers: &headers,
    };
    SignedRequest::read(&head, now)
}
