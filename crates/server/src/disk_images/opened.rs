//! Devices that stay open.

use cloud_atlas::{
    image::KeptDevice,
    repository::{StoredId, StoredImage},
};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

/// Devices that were opened, those that were used last. Nothing of it says who may read them: that
/// is asked of the store, each time.
#[derive(Debug)]
pub(super) struct Opened {
    most: usize,
    kept: Mutex<VecDeque<Arc<StoredImage>>>,
}

impl Opened {
    pub(super) fn new(most: usize) -> Self {
        Self {
            most,
            kept: Mutex::default(),
        }
    }

    /// A device that is open. Its id is that of one attempt to make it, so that the bytes behind it
    /// never change.
    pub(super) fn find(&self, device: &KeptDevice) -> Option<Arc<StoredImage>> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let id = StoredId::from_u128(device.id.as_u128());
        let content = device.made.as_ref().map(|made| made.content);
        let is_it = |open: &Arc<StoredImage>| open.id() == id && content == Some(open.digest());
        let at = kept.iter().position(is_it)?;
        let found = kept.remove(at)?;
        kept.push_front(Arc::clone(&found));
        Some(found)
    }

    /// Keeps one more, and lets that go which was not used for the longest time.
    pub(super) fn keep(&self, stored: &Arc<StoredImage>) {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|open| open.id() != stored.id());
        kept.push_front(Arc::clone(stored));
        kept.truncate(self.most);
    }
}
