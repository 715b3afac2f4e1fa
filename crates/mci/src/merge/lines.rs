//! User data line by line.

use crate::UserData;
use diffy::{ConflictStyle, IncompleteHunkStyle, MergeOptions};

/// The merge of two texts by lines; none where both changed the same lines, or one is no text.
pub(crate) fn merge(base: &UserData, ours: &UserData, theirs: &UserData) -> Option<UserData> {
    let (base, ours, theirs) = (base.as_text()?, ours.as_text()?, theirs.as_text()?);
    let merged = diffy::merge(base, ours, theirs).ok()?;
    UserData::new(merged.as_bytes())
}

/// The three texts in one, with marks around the lines that both sides changed.
pub(crate) fn marked(base: &UserData, ours: &UserData, theirs: &UserData) -> Option<String> {
    let (base, ours, theirs) = (base.as_text()?, ours.as_text()?, theirs.as_text()?);
    let mut options = MergeOptions::new();
    options
        .set_conflict_style(ConflictStyle::Diff3)
        .set_incomplete_hunk_style(IncompleteHunkStyle::Git);
    options.merge(base, ours, theirs).err()
}
