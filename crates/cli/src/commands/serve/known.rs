//! Who signs: keys of a file, those of the store, or both.

use super::{ServeEc2, log};
use atlas_server::{
    AccessKeys, Ec2Authenticate, Ec2Caller, Ec2NotAuthenticated, SealKeys, StoredKeys,
};
use axum::http::request::Parts;
use cloud_atlas::{Atlas, base::Timestamp};

/// The access keys that are known.
pub(super) enum Known {
    Given(AccessKeys),
    Stored(StoredKeys),
}

impl Known {
    pub(super) fn new(
        given: &AccessKeys,
        seal: Option<&SealKeys>,
        atlas: &Atlas,
        command: &ServeEc2,
    ) -> Self {
        let Some(seal) = seal else {
            return Self::Given(given.clone());
        };
        let has_log = command.log.is_some();
        let stored = StoredKeys::new(atlas.clone(), seal.clone()).with_given(given.clone());
        Self::Stored(stored.on_failure(move |failure| log::not_known(failure, has_log)))
    }
}

impl Ec2Authenticate for Known {
    fn judge(&self, head: &Parts, now: Timestamp) -> Result<(), Ec2NotAuthenticated> {
        match self {
            Self::Given(keys) => keys.judge(head, now),
            Self::Stored(keys) => keys.judge(head, now),
        }
    }

    async fn authenticate(
        &self,
        head: &Parts,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Ec2Caller, Ec2NotAuthenticated> {
        match self {
            Self::Given(keys) => keys.authenticate(head, body, now).await,
            Self::Stored(keys) => keys.authenticate(head, body, now).await,
        }
    }
}
