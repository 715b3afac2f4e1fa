//! The table of image records, which has the most indexes.

use crate::{events::micros, stored::place};
use atlas_base::Tag;
use atlas_image::{CloudText, ImageName, ImageRecord, LabelKey, LabelValue, Lifecycle, OsFacts};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_store::{Index, Parts, Record, Table, UpgradeError};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// An image record. The second schema has protection, the states of deleting, how it was made and
/// verified, the guest, the machine and the facts of EC2, the third one labels and the token of a
/// request; all of these may be missing.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct KeptImage(pub(crate) ImageRecord);

impl Record for KeptImage {
    const SCHEMA: u32 = 3;

    fn upgrade(from: u32, json: &str) -> Result<Self, UpgradeError> {
        match from {
            1 | 2 => UpgradeError::read(from, json),
            _ => Err(UpgradeError::no_way(from)),
        }
    }
}

/// By id.
///
/// Each index costs two writes an image, its row and the entry of the change feed, and lists are
/// read far less often than images come. So there is one for what narrows a list most and is asked
/// for most, and none for the rest: a cloud is the beginning of its locations; architectures, agents
/// and states are a handful, and an index of them would lead to most of the records; whoever
/// registers images registers most of those of a scope.
pub(crate) const IMAGES: Table<KeptImage> = Table::new(
    "image",
    &[
        Index::unique("image", |kept| {
            let image = &kept.0;
            if image.lifecycle().is_deleted() {
                // A deleted record frees its key (AWS: recycle bin).
                return Vec::new();
            }
            vec![image_parts(image.location(), image.image_id()).and(image.scope().as_str())]
        }),
        Index::covering("scope", &[(1, "location")], |kept| {
            let image = &kept.0;
            let id = image.image_id().equality_key();
            vec![Parts::from((
                image.scope().as_str(),
                image.location().as_str(),
                id.as_ref(),
            ))]
        }),
        Index::covering("name", &[(1, "name")], |kept| {
            let image = &kept.0;
            let parts = |name: &ImageName| Parts::from((image.scope().as_str(), name.as_str()));
            image.given_name().map(parts).into_iter().collect()
        }),
        Index::many("os", |kept| {
            let image = &kept.0;
            let parts = |os: &OsFacts| {
                Parts::from((
                    image.scope().as_str(),
                    os.family.as_str(),
                    os.generation.as_str(),
                    os.version.as_str(),
                ))
            };
            image.os().map(parts).into_iter().collect()
        }),
        Index::many("tag", |kept| {
            let image = &kept.0;
            let parts = |tag: &Tag| Parts::from((image.scope().as_str(), tag.to_string()));
            image.tags().iter().map(parts).collect()
        }),
        Index::many("label", |kept| {
            let image = &kept.0;
            let parts = |(key, value): (&LabelKey, &LabelValue)| {
                Parts::from((image.scope().as_str(), key.as_str(), value.as_str()))
            };
            image.labels().iter().map(parts).collect()
        }),
        // Which images a snapshot is in use by, wherever in the account they are.
        Index::many("snapshot", |kept| {
            let image = &kept.0;
            if image.lifecycle().is_deleted() {
                return Vec::new();
            }
            let at = image.location().as_str();
            let named: BTreeSet<_> = image.snapshots().collect();
            let parts = |id: &CloudText| Parts::from((at, id.as_str()));
            named.into_iter().map(parts).collect()
        }),
        // What a request with a token made: the same request is not done twice.
        Index::many("token", |kept| {
            let image = &kept.0;
            let parts = |token: &CloudText| Parts::from((image.scope().as_str(), token.as_str()));
            image.ec2().client_token.iter().map(parts).collect()
        }),
        Index::many("created", |kept| {
            let image = &kept.0;
            vec![Parts::from((
                image.scope().as_str(),
                micros(image.created()),
            ))]
        }),
        Index::many("credential", |kept| {
            kept.0
                .credential()
                .iter()
                .map(|id| Parts::from(id.to_string()))
                .collect()
        }),
        // What is in the recycle bin, by the moment from which on it can be purged.
        Index::many("bin", |kept| {
            let image = &kept.0;
            let Lifecycle::Deleted { purge_at, .. } = image.lifecycle() else {
                return Vec::new();
            };
            let until = purge_at.map_or(u64::MAX, micros);
            vec![Parts::from((image.scope().as_str(), until))]
        }),
        // What is in the recycle bin or about to be, by image: nothing new may refer to it.
        Index::many("buried", |kept| {
            let image = &kept.0;
            let leaving = image.lifecycle().is_leaving();
            let row = || image_parts(image.location(), image.image_id());
            leaving.then(row).into_iter().collect()
        }),
        // Which records name another one: as what they were made from, or as what replaces them.
        Index::many("named", |kept| {
            let image = &kept.0;
            let replacement = match image.lifecycle() {
                Lifecycle::Deprecated { replacement, .. } => *replacement,
                _ => None,
            };
            let named: BTreeSet<_> = image
                .origin()
                .parent()
                .into_iter()
                .chain(replacement)
                .collect();
            named.iter().map(|id| Parts::from(id.to_string())).collect()
        }),
        // Which records a cloud says were made from an image, where they name no record.
        Index::many("source", |kept| {
            let image = &kept.0;
            if image.origin().parent().is_some() {
                return Vec::new();
            }
            let source = image.source_image();
            let parts =
                |(at, image): (CloudLocation, ImageId)| image_parts(&place(&at, &image), &image);
            source.map(parts).into_iter().collect()
        }),
    ],
);

/// The first parts of the index `image` of [`IMAGES`]; the scope follows. The id comes first, so that
/// all locations of an image stand together.
pub(crate) fn image_parts(location: &CloudLocation, image: &ImageId) -> Parts {
    Parts::from((image.at_place().equality_key().as_ref(), location.as_str()))
}
