//! What is ordered for the image of a record.

use crate::{CloudTarget, CloudText, CopyError, ImageRecord, WorkAction, WorkError, check_copy};
use atlas_image_id::CloudLocation;
use std::collections::BTreeSet;

impl CloudTarget {
    /// The image of a record.
    pub fn of(record: &ImageRecord) -> Self {
        // INVARIANT: a record is made of an id that can be at its location.
        Self {
            location: record.location().clone(),
            image_id: record.image_id().clone(),
        }
    }
}

impl WorkAction {
    /// To copy the image of a record to another location of its cloud.
    ///
    /// # Errors
    ///
    /// As [`check_copy`].
    pub fn copy(source: &ImageRecord, to: CloudLocation) -> Result<Self, CopyError> {
        check_copy(source, &to)?;
        Ok(Self::Copy {
            record: source.id(),
            image: CloudTarget::of(source),
            to,
        })
    }

    /// To change who may launch the image of a record, in the words of its cloud.
    ///
    /// # Errors
    ///
    /// The image cannot be used, nobody is named, or somebody twice.
    pub fn share(
        record: &ImageRecord,
        add: BTreeSet<CloudText>,
        remove: BTreeSet<CloudText>,
    ) -> Result<Self, WorkError> {
        if !record.lifecycle().is_usable() {
            return Err(WorkError::NotUsable {
                record: record.id(),
                state: record.lifecycle().as_str(),
            });
        }
        if add.is_empty() && remove.is_empty() {
            return Err(WorkError::NobodyNamed);
        }
        if let Some(account) = add.intersection(&remove).next() {
            let account = account.clone();
            return Err(WorkError::AddedAndRemoved { account });
        }
        Ok(Self::Share {
            record: record.id(),
            image: CloudTarget::of(record),
            add,
            remove,
        })
    }

    /// To delete the image of a record.
    pub fn delete(record: &ImageRecord) -> Self {
        Self::Delete {
            record: record.id(),
            image: CloudTarget::of(record),
        }
    }
}
