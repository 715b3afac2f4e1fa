//! What one state of a MultiCloud Image holds.

use crate::{Description, Setting, setting::StoredSetting};
use atlas_base::{Name, Tag};
use atlas_image_id::CloudLocation;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One state of a MultiCloud Image (RightScale: nickname, description, and the settings of its
/// clouds; that tags are content too is ours).
///
/// Every setting in it has been checked against its location.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredContent")]
pub struct Content {
    pub(crate) nickname: Name,
    pub(crate) description: Description,
    pub(crate) tags: BTreeSet<Tag>,
    pub(crate) settings: BTreeMap<CloudLocation, Setting>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct StoredContent {
    nickname: Name,
    description: Description,
    tags: BTreeSet<Tag>,
    settings: BTreeMap<CloudLocation, StoredSetting>,
}

impl From<StoredContent> for Content {
    fn from(stored: StoredContent) -> Self {
        let settings = stored.settings.into_iter().map(|(location, setting)| {
            let setting = setting.at(&location);
            (location, setting)
        });
        Self {
            nickname: stored.nickname,
            description: stored.description,
            tags: stored.tags,
            settings: settings.collect(),
        }
    }
}

impl atlas_history::Content for Content {
    const DOMAIN: &'static str = "cloud-atlas/mci/1";
}

impl Content {
    /// The most settings that a content may have: far more than there are places to launch at.
    pub const MAX_SETTINGS: usize = 20_000;
    /// The most tags that a content may have.
    pub const MAX_TAGS: usize = 256;

    /// A content with a nickname and nothing else.
    pub fn new(nickname: Name) -> Self {
        Self {
            nickname,
            description: Description::default(),
            tags: BTreeSet::new(),
            settings: BTreeMap::new(),
        }
    }

    /// The nickname, which is the lineage's name.
    pub fn nickname(&self) -> &Name {
        &self.nickname
    }

    /// The description.
    pub fn description(&self) -> &Description {
        &self.description
    }

    /// The tags.
    pub fn tags(&self) -> &BTreeSet<Tag> {
        &self.tags
    }

    /// The settings, in the order of their locations.
    pub fn settings(&self) -> &BTreeMap<CloudLocation, Setting> {
        &self.settings
    }

    /// The setting that serves a location: its own, else that of the nearest location around it
    /// (ours: `azure` serves `azure/westeurope`, and the most specific one wins).
    pub fn serving(&self, location: &CloudLocation) -> Option<(&CloudLocation, &Setting)> {
        if let Some(own) = self.settings.get_key_value(location) {
            return Some(own);
        }
        let mut around = location.widen();
        while let Some(wider) = around {
            if let Some(found) = self.settings.get_key_value(&wider) {
                return Some(found);
            }
            around = wider.widen();
        }
        None
    }

    /// Checks that this content may be committed or published (RightScale).
    ///
    /// # Errors
    ///
    /// It has no settings.
    pub fn ready(&self) -> Result<(), NotReady> {
        if self.settings.is_empty() {
            Err(NotReady::NoSettings {
                nickname: self.nickname.clone(),
            })
        } else {
            Ok(())
        }
    }
}

/// Why a content may not be committed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum NotReady {
    /// It names no image anywhere.
    #[error(
        "`{nickname}` has no settings: set an image for at least one cloud location before the commit"
    )]
    NoSettings {
        /// Which one.
        nickname: Name,
    },
}
