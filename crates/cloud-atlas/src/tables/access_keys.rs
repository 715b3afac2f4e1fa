//! The table of access keys.

use atlas_scope::{AccessKeyId, AccessKeyRecord};
use atlas_store::{Index, Parts, Record, Table};
use serde::{Deserialize, Serialize};

kept! {
    KeptAccessKey(AccessKeyRecord) = 1;
}

/// By id, in `/`: a request names its key before anything of it is known.
pub(crate) const ACCESS_KEYS: Table<KeptAccessKey> = Table::new(
    "access-key",
    &[
        Index::many("principal", |kept| {
            vec![Parts::from(kept.0.key.principal.as_str())]
        }),
        Index::many("scope", |kept| vec![Parts::from(kept.0.key.scope.as_str())]),
    ],
);

pub(crate) fn access_key_parts(id: &AccessKeyId) -> Parts {
    Parts::from(id.as_str())
}
