//! Sources that are fetched first.

use super::{BringDisk, BringError, BroughtDisk};
use crate::disk_images::DiskWatch;
use atlas_disk::RawDigest;
use atlas_fetch::{Fetch, FetchError, Fetcher, Spool, Watch};
use atlas_image::FailureCode;
use std::sync::Arc;

/// What a URL leads to: fetched within the rules of a [`Fetcher`], and gone when it was read. What a cut
/// leaves in the spool, another attempt goes on with.
#[derive(Debug, Clone)]
pub struct UrlDisk {
    fetcher: Fetcher,
    ask: Fetch,
    spool: Spool,
}

impl UrlDisk {
    /// What is asked for, and where it is kept meanwhile.
    pub fn new(fetcher: Fetcher, ask: Fetch, spool: Spool) -> Self {
        Self {
            fetcher,
            ask,
            spool,
        }
    }
}

impl BringDisk for UrlDisk {
    fn bring(self: Box<Self>, watch: &DiskWatch) -> Result<BroughtDisk, BringError> {
        let stop = || watch.is_stopped();
        let tell = |now: atlas_fetch::Progress| watch.tell(now.done, now.total.unwrap_or(0));
        let watch = Watch::new(&stop, &tell);
        let fetched = self.fetcher.fetch(&self.ask, &self.spool, watch);
        let fetched = fetched.map_err(|error| {
            let code = FailureCode::parse(code(&error)).unwrap_or(FailureCode::UNKNOWN);
            BringError::new(code, error)
        })?;
        let mut brought = BroughtDisk::new(Arc::new(fetched.file));
        brought.sha256 = Some(RawDigest::from_bytes(*fetched.sha256.as_bytes()));
        Ok(brought)
    }
}

/// What programs are told.
fn code(error: &FetchError) -> &'static str {
    match error {
        FetchError::Refused(_) => "url-refused",
        FetchError::TooLarge { .. } => "url-too-large",
        FetchError::Digest { .. } => "url-digest",
        FetchError::Tls { .. } | FetchError::NoRoots { .. } => "url-untrusted",
        FetchError::Time { .. } => "url-too-slow",
        FetchError::Stopped => "stopped",
        FetchError::Spool { .. } => "spool",
        error if error.is_retryable() => "url-unreachable",
        _ => "url-answer",
    }
}
