//! What is kept, as it is kept: the values behind the tables.

use crate::{
    Error,
    kind::{Mci, Template, Versioned},
};
use atlas_base::{Digest, Name, Timestamp};
use atlas_history::{
    Head, Held, LineageId, Marks, Origin, Presence, Revision, RevisionNumber, UndoLog, UndoPoint,
    editable,
};
use atlas_image::{ImageRecordId, LaunchPermission};
use atlas_image_id::{CloudLocation, ImageId};
use atlas_market::PublicationLineageId;
use atlas_mci::{Content, Matcher};
use atlas_scope::{PrincipalId, Scope};
use atlas_template::{LaunchReport, Selector, ServerDefinition};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A MultiCloud Image.
pub(crate) type StoredMci = StoredLineage<Mci>;

/// A lineage with its HEAD. Its name is that of HEAD.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub(crate) struct StoredLineage<C: Versioned> {
    pub(crate) lineage: LineageId,
    pub(crate) scope: Scope,
    pub(crate) shared: bool,
    pub(crate) origin: Option<Origin>,
    pub(crate) created: Timestamp,
    pub(crate) by: PrincipalId,
    pub(crate) last: Option<LastRevision>,
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) beside: C::Beside,
    /// HEAD. [`StoredLineage::set_head`] changes it.
    pub(crate) head: Head<C>,
    /// The digest of what HEAD holds: whoever asks whether it is edited need not compute it.
    pub(crate) content: Digest,
    /// Which undo points are kept beside it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub(crate) undo: UndoLog,
    /// Where it was imported from; none where it was made here. An import has no HEAD: what stands in
    /// the place of one is its newest revision, for lists to be read without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) imported: Option<StoredImported>,
}

/// Where a lineage was imported from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredImported {
    /// The account that published it.
    pub(crate) publisher: Scope,
    /// Where its revisions come from.
    pub(crate) publication: PublicationLineageId,
    /// What it is called here, since another may have its name.
    pub(crate) name: Name,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// What HEAD held before something replaced it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(bound = "", deny_unknown_fields)]
pub(crate) struct StoredUndo<C: Versioned> {
    pub(crate) lineage: LineageId,
    pub(crate) number: u64,
    pub(crate) point: UndoPoint<C>,
}

/// What HEAD is compared with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct LastRevision {
    pub(crate) number: RevisionNumber,
    pub(crate) content: Digest,
}

impl<C: Versioned> StoredLineage<C> {
    /// Its name, which is that of HEAD; an import has one of its own.
    pub(crate) fn name(&self) -> &Name {
        match &self.imported {
            Some(imported) => &imported.name,
            None => self.head.content().called(),
        }
    }

    /// Whether it was made here, and so can be edited.
    pub(crate) fn held(&self) -> Held {
        match (&self.imported, self.last) {
            (Some(_), Some(last)) => Held::Imported {
                newest: last.number,
            },
            _ => Held::Here,
        }
    }

    /// What is looked at unless a state is named: HEAD, or the newest revision of an import.
    pub(crate) fn usual(&self) -> Selector {
        match self.held() {
            Held::Here => Selector::Head,
            Held::Imported { .. } => Selector::Latest,
        }
    }

    /// Puts another HEAD in the place of this one.
    pub(crate) fn set_head(&mut self, head: Head<C>) -> Result<(), Error> {
        editable(self.name(), None, self.held())?;
        self.content = head.content().digest()?;
        self.head = head;
        Ok(())
    }

    /// Whether HEAD holds anything that is not committed.
    pub(crate) fn is_edited(&self) -> bool {
        if let Some(last) = self.last {
            return self.content != last.content || self.head.merge_pending();
        }
        let content = self.head.content();
        *content != C::named(content.called().clone())
    }
}

impl StoredLineage<Template> {
    /// All that HEAD or a committed revision links.
    pub(crate) fn linked(&self) -> BTreeSet<LineageId> {
        let head = self.head.content().links().map(|link| link.lineage);
        head.chain(self.beside.iter().copied()).collect()
    }
}

/// A committed revision with its marks, which alone ever change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredRevision {
    pub(crate) lineage: LineageId,
    pub(crate) revision: Revision,
    #[serde(default, skip_serializing_if = "Marks::is_empty")]
    pub(crate) marks: Marks,
}

/// The marks of revisions, as rules over a whole lineage take them.
pub(crate) fn marks_of(revisions: &[StoredRevision]) -> Vec<(RevisionNumber, &Marks)> {
    let mut marks = Vec::with_capacity(revisions.len());
    for stored in revisions {
        marks.push((stored.revision.number(), &stored.marks));
    }
    marks
}

/// In which revisions of a lineage an image is, apart from what a [`StoredUseMany`] says of it. The
/// image is the key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredUse {
    pub(crate) lineage: LineageId,
    pub(crate) turns: Presence,
}

impl StoredUse {
    /// The most turns of a row, so that none grows without end.
    pub(crate) const MOST_TURNS: usize = 64;
}

/// Which images came and went with a revision that changed many, or whose rows are full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredUseMany {
    pub(crate) lineage: LineageId,
    pub(crate) number: RevisionNumber,
    pub(crate) came: BTreeSet<UsedImage>,
    pub(crate) went: BTreeSet<UsedImage>,
}

/// An image as it is looked for: its id as ids are compared, and where its record stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct UsedImage(pub(crate) String, pub(crate) CloudLocation);

impl UsedImage {
    pub(crate) fn new(location: &CloudLocation, image: &ImageId) -> Self {
        let image = image.at_place();
        Self(image.equality_key().into_owned(), location.clone())
    }
}

/// The images of the settings of a content, and where their records stand.
pub(crate) fn images_of(content: &Content) -> impl Iterator<Item = (CloudLocation, ImageId)> {
    let settings = content.settings().iter();
    settings.map(|(at, setting)| {
        let image = setting.image();
        (place(at, image), image.at_place().into_owned())
    })
}

/// Where the record of an image stands: at the cloud alone where its ids are common to all regions.
pub(crate) fn place(location: &CloudLocation, image: &ImageId) -> CloudLocation {
    let placed = image.record_location(location);
    placed.map_or_else(|_| location.clone(), |placed| placed.location)
}

/// That a release of a stream was imported.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredImport {
    pub(crate) lineage: LineageId,
    pub(crate) revision: RevisionNumber,
    /// The digest of the images that the release named.
    pub(crate) images: Digest,
    pub(crate) released_at: Timestamp,
    pub(crate) at: Timestamp,
}

/// That an image record is opened to somebody, beside the tree of scopes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredOpened {
    pub(crate) to: LaunchPermission,
    pub(crate) image: ImageRecordId,
    /// Where the record is.
    pub(crate) scope: Scope,
    /// The place of the image, and its id as ids are compared: they never change.
    pub(crate) location: CloudLocation,
    pub(crate) key: String,
}

/// A server definition with the scope of its deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredServer {
    pub(crate) scope: Scope,
    pub(crate) definition: ServerDefinition,
}

/// A launch of a server, in the partition of its deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredLaunch {
    pub(crate) scope: Scope,
    /// When the first phase was reported here.
    pub(crate) since: Timestamp,
    pub(crate) report: LaunchReport,
}

/// A matcher with the lineage it belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredMatcher {
    pub(crate) lineage: LineageId,
    pub(crate) matcher: Matcher,
}
