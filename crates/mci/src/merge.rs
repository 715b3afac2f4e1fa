//! Three-way merge of contents.
//!
//! A content is a set of fields that are merged by themselves: nickname, description, each tag,
//! and for each location the setting with its parts. What one side alone changed is taken from it;
//! what both changed in different ways is a conflict, which is a value, too.

mod base;
mod choice;
mod conflict;
mod lines;
mod path;
mod settings;
mod settle;
mod terms;
mod value;

use crate::{Content, EditError, HeadEdit, Setting, UserData};
use atlas_base::Tag;
use atlas_image_id::CloudLocation;
use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

pub use self::{
    base::MergeBase,
    choice::{Choice, Choices, Side, Take},
    conflict::{Conflict, ConflictKind, ConflictRow},
    path::{MergePath, ParseMergePathError, SettingPart},
    settle::MergeError,
    terms::Merge,
    value::{MergeValue, ParseMergeValueError},
};
use self::{base::Said, value::part};

/// Whether a setting that no side held as it is can stand at a location: it says why not, in the
/// words of an edit.
pub type Judge<'a> = dyn Fn(&CloudLocation, &Setting) -> Result<(), EditError> + 'a;

/// A merge before its conflicts are settled (RightScale: the merge of two MultiCloud Images).
///
/// ```
/// use atlas_mci::{Choices, Content, HeadEdit, MergeBase, MergeDraft, Side};
/// use std::sync::Arc;
///
/// let base = Content::new("web v1".parse()?);
/// let ours = base.edited([HeadEdit::AddTag("production".parse()?)])?;
/// let theirs = base.edited([HeadEdit::SetNickname("web v2".parse()?)])?;
/// let base = MergeBase::of(Arc::new(base));
/// let draft = MergeDraft::between(&base, &ours, &theirs, &|_, _| Ok(()));
/// let merged = draft.settle(&Choices::default())?;
/// assert_eq!(merged.nickname().as_str(), "web v2");
/// assert_eq!(merged.tags(), ours.tags());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct MergeDraft<'a> {
    ours: &'a Content,
    theirs: &'a Content,
    judge: &'a Judge<'a>,
    /// What turns our side into the merge, apart from its conflicts.
    edits: Vec<Edit<'a>>,
    /// Settings that are in conflict in some of their parts, with our side there.
    pending: BTreeMap<CloudLocation, Setting>,
    conflicts: Vec<Conflict>,
}

/// An edit of our side. Most of them take a setting of theirs, which is not copied before the
/// merge is made.
#[derive(Debug)]
enum Edit<'a> {
    Take(&'a CloudLocation, &'a Setting),
    Unset(&'a CloudLocation),
    Other(HeadEdit),
}

impl Edit<'_> {
    fn to_head_edit(&self) -> HeadEdit {
        match self {
            Self::Take(location, setting) => HeadEdit::set((*location).clone(), (*setting).clone()),
            Self::Unset(location) => HeadEdit::Unset {
                location: (*location).clone(),
            },
            Self::Other(edit) => edit.clone(),
        }
    }
}

impl fmt::Debug for MergeDraft<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MergeDraft")
            .field("edits", &self.edits)
            .field("conflicts", &self.conflicts)
            .finish_non_exhaustive()
    }
}

impl<'a> MergeDraft<'a> {
    /// Merges two contents from their base.
    ///
    /// `judge` is asked about each setting that takes some of its parts from one side and some
    /// from the other, and again about those that are settled otherwise than by one side.
    pub fn between(
        base: &MergeBase,
        ours: &'a Content,
        theirs: &'a Content,
        judge: &'a Judge<'a>,
    ) -> Self {
        let mut draft = Self {
            ours,
            theirs,
            judge,
            edits: Vec::new(),
            pending: BTreeMap::new(),
            conflicts: Vec::new(),
        };
        draft.texts(base);
        draft.tags(base);
        draft.settings(base);
        draft
    }

    /// This merge with the nickname of our side, whatever was done to it: for two lineages that
    /// stand side by side, and have to be called differently (ours). Without a base the nickname
    /// conflicts like all else.
    pub fn with_our_nickname(mut self) -> Self {
        self.edits.retain(|edit| !is_rename(edit));
        self.conflicts.retain(|conflict| {
            *conflict.path() != MergePath::Nickname || conflict.kind() == ConflictKind::NoBase
        });
        self
    }

    /// This merge where the nickname of their side cannot be had: taking it over is a conflict then,
    /// which our side or another nickname settles (ours).
    pub fn without_their_nickname(mut self, base: &MergeBase, reason: String) -> Self {
        if self.edits.iter().any(is_rename) {
            self.edits.retain(|edit| !is_rename(edit));
            let nickname = |side: &Content| MergeValue::Nickname(side.nickname().clone());
            let (ours, theirs) = (nickname(self.ours), nickname(self.theirs));
            let path = MergePath::Nickname;
            let base = base.term(&path);
            let conflict = Conflict::new(path, base, Some(ours), Some(theirs));
            self.conflicts.insert(0, conflict.because(reason));
        }
        self
    }

    /// The conflicts: nickname, description, tags, then locations in their order.
    pub fn conflicts(&self) -> &[Conflict] {
        &self.conflicts
    }

    /// Whether nothing is left to settle.
    pub fn is_clean(&self) -> bool {
        self.conflicts.is_empty()
    }

    fn texts(&mut self, base: &MergeBase) {
        let (ours, theirs) = (self.ours, self.theirs);
        let nickname = |side: &Content| MergeValue::Nickname(side.nickname().clone());
        let description = |side: &Content| MergeValue::Description(side.description().clone());
        let texts = [
            (
                MergePath::Nickname,
                nickname(ours),
                nickname(theirs),
                HeadEdit::SetNickname(theirs.nickname().clone()),
            ),
            (
                MergePath::Description,
                description(ours),
                description(theirs),
                HeadEdit::SetDescription(theirs.description().clone()),
            ),
        ];
        for (path, ours, theirs, edit) in texts {
            match choose(&base.value(&path), Some(&ours), Some(&theirs)) {
                Chosen::Ours | Chosen::Lines(_) => {}
                Chosen::Theirs => self.edits.push(Edit::Other(edit)),
                Chosen::Open => {
                    let base = base.term(&path);
                    let conflict = Conflict::new(path, base, Some(ours), Some(theirs));
                    self.conflicts.push(conflict);
                }
            }
        }
    }

    /// A tag is there or is not, so that both sides can only have done the same to it.
    fn tags(&mut self, base: &MergeBase) {
        let (ours, theirs) = (self.ours.tags(), self.theirs.tags());
        for tag in ours.symmetric_difference(theirs) {
            let is_ours = ours.contains(tag);
            match base.has_tag(tag) {
                // Their side is as the base, so that ours is what changed.
                Said::Known(was_there) if was_there != is_ours => {}
                Said::Known(_) => self.edits.push(Edit::Other(if is_ours {
                    HeadEdit::RemoveTag(tag.clone())
                } else {
                    HeadEdit::AddTag(tag.clone())
                })),
                Said::Unknown => {
                    let value = |tags: &BTreeSet<Tag>| tags.get(tag).cloned().map(MergeValue::Tag);
                    let path = MergePath::Tag(tag.clone());
                    let base = base.term(&path);
                    let conflict = Conflict::new(path, base, value(ours), value(theirs));
                    self.conflicts.push(conflict);
                }
            }
        }
    }
}

fn is_rename(edit: &Edit<'_>) -> bool {
    matches!(edit, Edit::Other(HeadEdit::SetNickname(_)))
}

/// Which value a merge has.
enum Chosen {
    Ours,
    Theirs,
    /// User data with the lines of both.
    Lines(UserData),
    /// The sides do not go together.
    Open,
}

fn choose(
    base: &Said<Option<MergeValue>>,
    ours: Option<&MergeValue>,
    theirs: Option<&MergeValue>,
) -> Chosen {
    if ours == theirs {
        return Chosen::Ours;
    }
    let base = match base {
        Said::Known(base) => Some(base.as_ref()),
        Said::Unknown => None,
    };
    if base == Some(ours) {
        return Chosen::Theirs;
    }
    if base == Some(theirs) {
        return Chosen::Ours;
    }
    // An id in another spelling is the same id: a change of it goes before one of its spelling,
    // and of two spellings one is taken, the same from either side.
    let is_alike = |one: Option<&MergeValue>, other: Option<&MergeValue>| matches!((one, other), (Some(one), Some(other)) if one.is_alike(other));
    if is_alike(ours, theirs) {
        let text = |value: Option<&MergeValue>| value.map(ToString::to_string);
        return if text(ours) <= text(theirs) {
            Chosen::Ours
        } else {
            Chosen::Theirs
        };
    }
    let Some(base) = base else {
        return Chosen::Open;
    };
    if is_alike(base, ours) {
        return Chosen::Theirs;
    }
    if is_alike(base, theirs) {
        return Chosen::Ours;
    }
    match (base, ours, theirs) {
        (
            Some(MergeValue::UserData(base)),
            Some(MergeValue::UserData(ours)),
            Some(MergeValue::UserData(theirs)),
        ) => lines::merge(base, ours, theirs).map_or(Chosen::Open, Chosen::Lines),
        _ => Chosen::Open,
    }
}
