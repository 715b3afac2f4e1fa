//! What uses images.

use crate::{ImageRecordId, Referrer, ReferrerKind, Usage};
use std::collections::BTreeMap;

/// What uses images, at their scopes and below: in other accounts it stands in nobody's way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct HeldImages(BTreeMap<ImageRecordId, Held>);

/// What uses one image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Held {
    /// Those that the caller sees.
    pub(super) users: Vec<Referrer>,
    /// Whether anything uses it, seen or not.
    pub(super) is_used: bool,
    /// Whether a channel points there, seen or not.
    pub(super) is_channel_target: bool,
}

impl HeldImages {
    /// Adds what uses one image, in the place of what was said of it before.
    pub fn hold(&mut self, usage: &Usage) {
        let held = Held {
            users: usage.seen_here(|_| true),
            is_used: usage.is_bound(),
            is_channel_target: usage.is_channel_target(),
        };
        self.0.insert(usage.record(), held);
    }

    pub(super) fn of(&self, record: ImageRecordId) -> Option<&Held> {
        self.0.get(&record)
    }
}

impl Held {
    /// The first of those that keep an image, or of the channels among them, and how many more are
    /// seen.
    pub(super) fn some(&self, channels: bool) -> (Vec<Referrer>, u64) {
        /// Who deletes an image is told of all; a plan for 100,000 images is to be read.
        const SHOWN: usize = 3;
        let fits = |user: &&Referrer| !channels || user.kind == ReferrerKind::Channel;
        let fitting = || self.users.iter().filter(fits);
        let more = fitting().count().saturating_sub(SHOWN);
        let shown = fitting().take(SHOWN).cloned().collect();
        (shown, u64::try_from(more).unwrap_or(u64::MAX))
    }
}
