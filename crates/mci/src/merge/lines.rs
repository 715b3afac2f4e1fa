//! User data line by line.

use super::MergeDraft;
use crate::UserData;
use diffy::{ConflictStyle, IncompleteHunkStyle, MergeOptions};

impl MergeDraft<'_> {
    /// The most lines of user data that are merged line by line: what it takes grows with the
    /// square of the lines that differ. Where a side or the base has more, user data that both
    /// sides changed conflicts as a whole.
    pub const MAX_LINES: usize = 2_000;

    /// The most bytes of user data that are merged line by line.
    pub const MAX_BYTES: usize = 256 * 1024;
}

/// The merge of two texts by lines; none where both changed the same lines, or one is no text or
/// too long.
pub(crate) fn merge(base: &UserData, ours: &UserData, theirs: &UserData) -> Option<UserData> {
    let (base, ours, theirs) = (lines(base)?, lines(ours)?, lines(theirs)?);
    let merged = diffy::merge(base, ours, theirs).ok()?;
    UserData::new(merged.as_bytes())
}

/// The three texts in one, with marks around the lines that both sides changed.
pub(crate) fn marked(base: &UserData, ours: &UserData, theirs: &UserData) -> Option<String> {
    let (base, ours, theirs) = (lines(base)?, lines(ours)?, lines(theirs)?);
    let mut options = MergeOptions::new();
    options
        .set_conflict_style(ConflictStyle::Diff3)
        .set_incomplete_hunk_style(IncompleteHunkStyle::Git);
    options.merge(base, ours, theirs).err()
}

/// A text that is short enough to be merged.
fn lines(data: &UserData) -> Option<&str> {
    let text = data.as_text()?;
    let is_short =
        text.len() <= MergeDraft::MAX_BYTES && text.lines().nth(MergeDraft::MAX_LINES).is_none();
    is_short.then_some(text)
}
