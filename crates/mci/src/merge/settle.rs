//! From a draft and choices to a content.

use super::{
    Choices, Conflict, Edit, MergeDraft, MergePath, MergeValue, SettingPart, Side, Take,
    value::{is_same, with_part},
};
use crate::{Content, EditError, HeadEdit, Setting};
use atlas_image_id::CloudLocation;
use std::collections::{BTreeMap, BTreeSet};

/// Why a merge came to nothing; HEAD is then as it was.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum MergeError {
    /// Conflicts are open.
    #[error("{}: settle each with a side or a value, or all with one side", open(.conflicts))]
    Open {
        /// Which, by their paths.
        conflicts: Vec<Conflict>,
    },
    /// A choice is for a path that is not in conflict.
    #[error("there is no conflict at {path}: leave the choice out")]
    NoConflict {
        /// Which path.
        path: MergePath,
    },
    /// Two choices are for one path.
    #[error("there are two choices for {path}: keep one of them")]
    Twice {
        /// Which path.
        path: MergePath,
    },
    /// A path cannot have the value that was chosen.
    #[error("{path} cannot be settled like that: {}", .value.as_ref().map_or_else(|| "it must have a value".to_owned(), |value| format!("`{value}` is no value of it")))]
    Value {
        /// Which path.
        path: MergePath,
        /// What was chosen; none where it was to be removed.
        value: Option<MergeValue>,
    },
    /// The merged content is refused as the same edit would be.
    #[error(transparent)]
    Edit(#[from] EditError),
}

/// At most eight of the paths, for a message.
fn open(conflicts: &[Conflict]) -> String {
    let shown: Vec<_> = conflicts
        .iter()
        .take(8)
        .map(|conflict| conflict.path().to_string())
        .collect();
    let more = if conflicts.len() > shown.len() {
        ", …"
    } else {
        ""
    };
    let count = match conflicts.len() {
        1 => "1 conflict is open".to_owned(),
        count => format!("{count} conflicts are open"),
    };
    format!("{count}, at {}{more}", shown.join(", "))
}

impl MergeDraft<'_> {
    /// The merged content, with the conflicts settled: all of it or nothing.
    ///
    /// # Errors
    ///
    /// See [`MergeError`].
    pub fn settle(&self, choices: &Choices) -> Result<Content, MergeError> {
        self.check(choices)?;
        let mut edits = Vec::new();
        let mut pending: BTreeMap<&CloudLocation, Option<Setting>> = BTreeMap::new();
        let mut open = Vec::new();
        for conflict in &self.conflicts {
            let path = conflict.path();
            let value = match choices.take(conflict) {
                None => {
                    open.push(conflict.clone());
                    continue;
                }
                Some(Take::Side(Side::Ours)) => conflict.ours().cloned(),
                Some(Take::Side(Side::Theirs)) => conflict.theirs().cloned(),
                Some(Take::Value(value)) => value,
            };
            let refused = MergeError::Value {
                path: path.clone(),
                value: value.clone(),
            };
            match (path, value) {
                (MergePath::Setting { location, part }, value) => {
                    let found = pending.entry(location).or_insert_with(|| {
                        let begun = self.pending.get(location);
                        begun
                            .or_else(|| self.ours.settings().get(location))
                            .cloned()
                    });
                    *found = settled(found.take(), *part, value, refused)?;
                }
                (MergePath::Nickname, Some(MergeValue::Nickname(nickname))) => {
                    edits.push(HeadEdit::SetNickname(nickname));
                }
                (MergePath::Description, Some(MergeValue::Description(description))) => {
                    edits.push(HeadEdit::SetDescription(description));
                }
                (MergePath::Tag(tag), Some(MergeValue::Tag(kept))) if *tag == kept => {
                    edits.push(HeadEdit::AddTag(kept));
                }
                (MergePath::Tag(tag), None) => {
                    let is_ours = self.ours.tags().contains(tag);
                    edits.extend(is_ours.then(|| HeadEdit::RemoveTag(tag.clone())));
                }
                _ => return Err(refused),
            }
        }
        if !open.is_empty() {
            return Err(MergeError::Open { conflicts: open });
        }
        for (location, setting) in pending {
            edits.extend(self.place(location, setting)?);
        }
        let merged = self.edits.iter().map(Edit::to_head_edit);
        Ok(self.ours.edited(merged.chain(edits))?)
    }

    /// Checks that each choice is for a conflict, and the only one for its path.
    fn check(&self, choices: &Choices) -> Result<(), MergeError> {
        let mut seen = BTreeSet::new();
        for choice in &choices.choices {
            let path = choice.path.clone();
            let is_for = |conflict: &Conflict| match &choice.take {
                Take::Side(_) => conflict.is_in(&path),
                Take::Value(_) => *conflict.path() == path,
            };
            if !self.conflicts.iter().any(is_for) {
                return Err(MergeError::NoConflict { path });
            }
            if !seen.insert(&choice.path) {
                return Err(MergeError::Twice { path });
            }
        }
        Ok(())
    }

    /// The edit that puts a settled setting in its place, if that changes anything.
    fn place(
        &self,
        location: &CloudLocation,
        setting: Option<Setting>,
    ) -> Result<Option<HeadEdit>, EditError> {
        let ours = self.ours.settings().get(location);
        let Some(setting) = setting else {
            let location = location.clone();
            return Ok(ours.map(|_| HeadEdit::Unset { location }));
        };
        // Each side stands as it is; what was put together or given must fit like any edit.
        let theirs = self.theirs.settings().get(location);
        let is_of_a_side = |side: &Setting| is_same_unit(side, &setting);
        if !ours.into_iter().chain(theirs).any(is_of_a_side) {
            (self.judge)(location, &setting)?;
        }
        let is_ours = ours.is_some_and(|ours| is_same(ours, &setting));
        Ok((!is_ours).then(|| HeadEdit::set(location.clone(), setting)))
    }

    /// The merged content with our side at all open conflicts, without checks: for bases.
    pub(crate) fn with_ours_where_open(&self) -> Content {
        let mut content = self.ours.clone();
        for edit in &self.edits {
            match edit.to_head_edit() {
                HeadEdit::SetNickname(nickname) => content.nickname = nickname,
                HeadEdit::SetDescription(description) => content.description = description,
                HeadEdit::AddTag(tag) => drop(content.tags.insert(tag)),
                HeadEdit::RemoveTag(tag) => drop(content.tags.remove(&tag)),
                HeadEdit::Set { location, setting } => {
                    drop(content.settings.insert(location, *setting));
                }
                HeadEdit::Unset { location } => drop(content.settings.remove(&location)),
                // A merge moves nothing: it sets and unsets.
                HeadEdit::Move { .. } => {}
            }
        }
        let begun = self.pending.iter();
        content
            .settings
            .extend(begun.map(|(location, setting)| (location.clone(), setting.clone())));
        content
    }
}

/// Whether two settings boot the same, whatever their user data is.
pub(crate) fn is_same_unit(one: &Setting, other: &Setting) -> bool {
    let unit = |setting: &Setting| setting.clone().with_user_data(None);
    is_same(&unit(one), &unit(other))
}

/// A setting after one of its parts was settled, or what refuses a value that the part cannot have.
fn settled(
    setting: Option<Setting>,
    part: SettingPart,
    value: Option<MergeValue>,
    refused: MergeError,
) -> Result<Option<Setting>, MergeError> {
    match (part, value, setting) {
        (SettingPart::Whole, None, _) => Ok(None),
        (SettingPart::Whole, Some(MergeValue::Setting(setting)), _) => Ok(Some(*setting)),
        (part, value, Some(setting)) => with_part(setting, part, value).map(Some).ok_or(refused),
        _ => Err(refused),
    }
}
