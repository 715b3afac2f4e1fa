//! How a matcher is kept.

use super::Matcher;
use crate::setting::StoredSetting;
use atlas_base::Digest;
use atlas_image::Checksum;
use atlas_image_id::CloudLocation;
use serde::{Deserialize, Deserializer, Serialize, Serializer, ser::SerializeStruct};
use std::collections::BTreeMap;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    location: CloudLocation,
    setting: StoredSetting,
    checksum: Checksum,
    made: BTreeMap<CloudLocation, Digest>,
}

impl Serialize for Matcher {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("Matcher", 4)?;
        fields.serialize_field("location", &self.location)?;
        fields.serialize_field("setting", &self.template)?;
        fields.serialize_field("checksum", &self.checksum)?;
        fields.serialize_field("made", &self.made)?;
        fields.end()
    }
}

impl<'de> Deserialize<'de> for Matcher {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let stored = Stored::deserialize(deserializer)?;
        Ok(Self {
            template: stored.setting.at(&stored.location),
            location: stored.location,
            checksum: stored.checksum,
            made: stored.made,
        })
    }
}
