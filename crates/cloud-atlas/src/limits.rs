//! What an engine must be able to hold: for any work at all, and for all of it in whole commits.

use crate::{Atlas, OpenError};
use atlas_store::{Capability, Limit, MAX_KEY_BYTES};

/// What every engine must take. The largest command of fixed size asks for a fifth of the
/// operations; the rest is for what grows with what is there: grants that go with a principal, a
/// release of several architectures, user data in the content of a MultiCloud Image.
const NEEDED: [(Limit, usize); 4] = [
    (Limit::KeyBytes, MAX_KEY_BYTES),
    (Limit::ValueBytes, 1 << 20),
    (Limit::Operations, 128),
    (Limit::CommitBytes, 1 << 20),
];

/// What a release of 200 images needs to be one commit: some 2,020 operations. Of bytes, 0.4 MiB,
/// it needs less than every engine takes.
const RELEASE: [(Limit, usize); 1] = [(Limit::Operations, 2100)];

/// A limit of an engine that is too low for some work, but not for all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct SmallLimit {
    /// Which limit.
    pub what: Limit,
    /// What the engine takes.
    pub limit: usize,
    /// What a release of 200 images needs.
    pub needed: usize,
}

impl Atlas {
    /// The limits of the engine that are too low for a release of 200 images in one commit; none
    /// where all is well. Such a release is refused as a whole, or imported
    /// [in batches](crate::ImportOptions::in_batches).
    pub fn small_limits(&self) -> Vec<SmallLimit> {
        let capability = self.shared.store.capability();
        let small = RELEASE.into_iter().filter_map(|(what, needed)| {
            let limit = limit_of(capability, what).filter(|limit| *limit < needed)?;
            Some(SmallLimit {
                what,
                limit,
                needed,
            })
        });
        small.collect()
    }
}

/// Refuses an engine that is too small for any work.
pub(crate) fn enough(capability: &Capability) -> Result<(), OpenError> {
    for (what, needed) in NEEDED {
        if let Some(found) = limit_of(capability, what).filter(|limit| *limit < needed) {
            return Err(OpenError::TooSmall {
                what,
                needed,
                found,
            });
        }
    }
    Ok(())
}

fn limit_of(capability: &Capability, what: Limit) -> Option<usize> {
    match what {
        Limit::KeyBytes => Some(capability.max_key_bytes),
        Limit::ValueBytes => Some(capability.max_value_bytes),
        Limit::Operations => capability.max_operations,
        Limit::CommitBytes => capability.max_commit_bytes,
        _ => None,
    }
}
