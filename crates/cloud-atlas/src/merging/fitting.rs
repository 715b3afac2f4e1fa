//! Conflicts settled, with what is known of the images that a merge puts together.

use super::{Mergeable, Renaming, Report, Settled, Sides};
use crate::{Error, unit::Unit};
use atlas_base::Name;
use atlas_history::LineageId;
use atlas_image::Architecture;
use atlas_image_id::{CloudLocation, ImageId};
use atlas_mci::{
    Choices, Conflict, Content, Diff, DiffRow, EditError, InstanceTypes, MergeBase, MergeDraft,
    MergeError, Setting,
};
use atlas_scope::Scope;
use core::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

type Place = (CloudLocation, ImageId);

/// What is known of the images so far, by where they stand.
type Known = BTreeMap<Place, Option<Architecture>>;

/// A merge as far as it can be decided with what is known, and what it asks for beyond.
struct Tried {
    settled: Result<Content, MergeError>,
    unknown: BTreeSet<Place>,
}

/// A merge, and what is known of its images so far.
struct Merge<'a> {
    base: &'a MergeBase,
    ours: &'a Content,
    theirs: &'a Content,
    choices: &'a Choices,
    renaming: Renaming,
    types: &'a InstanceTypes,
    known: Known,
}

impl Mergeable for Content {
    type Choices = Choices;
    type Conflict = Conflict;
    type Diff = Diff;
    type Row = DiffRow;

    /// The images that the merge asks for are loaded until it asks for no other: settings that one
    /// side holds as they are need none.
    async fn settle(unit: &Unit, sides: Sides<'_, Self>) -> Result<Settled<Self>, Error> {
        let Sides { ours, theirs, .. } = sides;
        let name = theirs.nickname();
        let mut merge = Merge {
            base: sides.base,
            ours: ours.head.content(),
            theirs,
            choices: sides.choices,
            renaming: unit.renaming(ours, sides.lineage, name).await?,
            types: &unit.shared.instance_types,
            known: Known::new(),
        };
        loop {
            let tried = merge.attempt();
            if tried.unknown.is_empty() {
                return match tried.settled {
                    Ok(content) => Ok(Settled::Content(Box::new(content))),
                    Err(MergeError::Open { conflicts }) => Ok(Settled::Open(conflicts)),
                    Err(error) => Err(error.into()),
                };
            }
            for (location, image) in tried.unknown {
                let architecture = unit.architecture(&ours.scope, &location, &image).await?;
                merge.known.insert((location, image), architecture);
            }
        }
    }

    fn diff(before: &Self, after: &Self) -> Diff {
        Diff::between(before, after)
    }

    fn rows(diff: &Diff) -> Vec<DiffRow> {
        diff.rows()
    }

    async fn names(_: &Unit, _: [&Self; 2], _: &Scope) -> Result<BTreeMap<LineageId, Name>, Error> {
        // A MultiCloud Image refers to no lineage.
        Ok(BTreeMap::new())
    }

    fn open(report: Report<Self>) -> Error {
        Error::OpenConflicts(Box::new(report.into()))
    }
}

impl Unit {
    /// What the record of an image that a scope sees says it is for.
    async fn architecture(
        &self,
        scope: &Scope,
        location: &CloudLocation,
        image: &ImageId,
    ) -> Result<Option<Architecture>, Error> {
        let setting = Setting::new(image.clone());
        let mut bound = self.bound([(location, &setting)], scope).await?;
        let record = bound.remove(location).flatten();
        Ok(record.and_then(|bound| bound.record.architecture()))
    }
}

impl Merge<'_> {
    fn attempt(&self) -> Tried {
        let unknown = RefCell::new(BTreeSet::new());
        let judge = |location: &CloudLocation, setting: &Setting| -> Result<(), EditError> {
            let place = (location.clone(), setting.image().clone());
            match self.known.get(&place) {
                Some(architecture) => {
                    self.types.judge_setting(location, setting, *architecture)?;
                }
                // It is asked again once it is known.
                None => drop(unknown.borrow_mut().insert(place)),
            }
            Ok(())
        };
        let mut draft = MergeDraft::between(self.base, self.ours, self.theirs, &judge);
        draft = match &self.renaming {
            Renaming::Free => draft,
            Renaming::Theirs => draft.with_our_nickname(),
            Renaming::Taken(reason) => draft.without_their_nickname(self.base, reason.clone()),
        };
        let settled = draft.settle(self.choices);
        Tried {
            settled,
            unknown: unknown.into_inner(),
        }
    }
}
