//! User data, line by line.

use super::UserData;
use diffy::{DiffOptions, Line};
use serde::Serialize;

/// What turns one text of user data into another, by lines (ours).
///
/// Stretches of up to three unchanged lines around each change are part of it; line numbers count
/// from 1.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct LineDiff {
    /// Where the texts differ, in order.
    pub hunks: Vec<LineHunk>,
}

/// A stretch in which two texts differ.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LineHunk {
    /// The first line in the text before; 0 where that has no lines.
    pub before: usize,
    /// The first line in the text after; 0 where that has no lines.
    pub after: usize,
    /// The lines.
    pub lines: Vec<DiffLine>,
}

/// A line in a [`LineHunk`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DiffLine {
    /// In which of the two texts it is.
    pub side: LineSide,
    /// What it says, without the line feed at its end.
    pub text: String,
    /// Whether a line feed ends it, which the last line of a text may lack: in JSON `false`, or
    /// left out.
    #[serde(skip_serializing_if = "Clone::clone")]
    pub ended: bool,
}

/// In which of two texts a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
#[expect(
    clippy::exhaustive_enums,
    reason = "there are two texts, so there are three answers"
)]
pub enum LineSide {
    /// In both.
    Both,
    /// In the first alone.
    Before,
    /// In the second alone.
    After,
}

impl LineDiff {
    /// The most lines of both texts together that are compared line by line. Beyond that, time
    /// grows with the square of what differs: the texts then count as wholly different.
    pub const MAX_LINES: usize = 10_000;

    /// Compares two values of user data; absent ones have no lines. None where one is no text.
    pub fn between(before: Option<&UserData>, after: Option<&UserData>) -> Option<Self> {
        let text = |data: Option<&UserData>| match data {
            None => Some(String::new()),
            Some(data) => data.as_text().map(str::to_owned),
        };
        let (before, after) = (text(before)?, text(after)?);
        if before == after {
            return Some(Self::default());
        }
        if before.lines().count() + after.lines().count() > Self::MAX_LINES {
            return Some(Self::whole(&before, &after));
        }
        let patch = DiffOptions::new().create_patch(&before, &after);
        let hunks = patch.hunks().iter().map(|hunk| LineHunk {
            before: hunk.old_range().start(),
            after: hunk.new_range().start(),
            lines: hunk
                .lines()
                .iter()
                .map(|line| match line {
                    Line::Context(text) => DiffLine::new(LineSide::Both, text),
                    Line::Delete(text) => DiffLine::new(LineSide::Before, text),
                    Line::Insert(text) => DiffLine::new(LineSide::After, text),
                })
                .collect(),
        });
        Some(Self {
            hunks: hunks.collect(),
        })
    }

    /// All of one text out, all of the other in.
    fn whole(before: &str, after: &str) -> Self {
        let old = before.split_inclusive('\n');
        let new = after.split_inclusive('\n');
        let lines = old
            .map(|line| DiffLine::new(LineSide::Before, line))
            .chain(new.map(|line| DiffLine::new(LineSide::After, line)));
        Self {
            hunks: vec![LineHunk {
                before: usize::from(!before.is_empty()),
                after: usize::from(!after.is_empty()),
                lines: lines.collect(),
            }],
        }
    }
}

impl DiffLine {
    fn new(side: LineSide, line: &str) -> Self {
        let text = line.strip_suffix('\n');
        Self {
            side,
            text: text.unwrap_or(line).to_owned(),
            ended: text.is_some(),
        }
    }
}
