//! The digest of a source, as it came.

use crate::{Budget, DiskError, RawDigest, ReadAt};
use sha2::{Digest as _, Sha256};

/// SHA-256 of all bytes of a source, whatever they are: what people compare with what was published.
///
/// # Errors
///
/// The source cannot be read, was written to meanwhile, or the caller stopped the work.
pub fn source_digest(source: &dyn ReadAt, budget: &Budget<'_>) -> Result<RawDigest, DiskError> {
    let before = source.state()?;
    let (mut hasher, mut at) = (Sha256::new(), 0_u64);
    let mut buffer = vec![0; 1 << 20];
    loop {
        budget.go_on()?;
        let read = source.read_at(&mut buffer, at)?;
        if read == 0 {
            break;
        }
        hasher.update(buffer.get(..read).unwrap_or_default());
        at = at.saturating_add(u64::try_from(read).unwrap_or(u64::MAX));
    }
    if source.state()? != before {
        return Err(DiskError::Changed);
    }
    Ok(RawDigest::from_bytes(hasher.finalize().into()))
}
