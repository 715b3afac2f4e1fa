//! A diff as unified text.

use super::{Change, Diff, DiffCoverage, DiffRow, SettingDiff};
use crate::{DiffLine, LineDiff, LineSide, UserData};
use atlas_history::one_line;
use core::fmt;

/// A [`Diff`] as people read diffs: `-` before what was, `+` before what is; `Display` writes it.
///
/// User data stands in it line by line, so whoever may not read the contents may not read this.
/// Characters that a terminal would act on, or that nobody sees, are written as escapes.
#[derive(Debug, Clone)]
pub struct UnifiedDiff<'a> {
    diff: &'a Diff,
    before: &'a str,
    after: &'a str,
    coverage: Option<&'a DiffCoverage>,
}

impl<'a> UnifiedDiff<'a> {
    /// This text, with the locations that were gained and lost in lines above it; programs that read
    /// unified diffs pass over them.
    #[must_use]
    pub fn with_coverage(self, coverage: &'a DiffCoverage) -> Self {
        Self {
            coverage: Some(coverage),
            ..self
        }
    }
}

impl Diff {
    /// This diff as unified text; `before` and `after` say what was compared: `web-base@2`.
    pub fn unified<'a>(&'a self, before: &'a str, after: &'a str) -> UnifiedDiff<'a> {
        UnifiedDiff {
            diff: self,
            before,
            after,
            coverage: None,
        }
    }
}

impl fmt::Display for UnifiedDiff<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let diff = self.diff;
        if diff.is_empty() {
            return Ok(());
        }
        if let Some(DiffCoverage { gained, lost }) = self.coverage {
            for location in gained {
                writeln!(f, "coverage gained {location}")?;
            }
            for location in lost {
                writeln!(f, "coverage lost {location}")?;
            }
        }
        writeln!(f, "--- {}", one_line(self.before))?;
        writeln!(f, "+++ {}", one_line(self.after))?;
        if let Some(Change { before, after }) = &diff.nickname {
            f.write_str("@@ nickname @@\n")?;
            lines('-', before.as_str(), f)?;
            lines('+', after.as_str(), f)?;
        }
        if let Some(Change { before, after }) = &diff.description {
            f.write_str("@@ description @@\n")?;
            lines('-', before.as_str(), f)?;
            lines('+', after.as_str(), f)?;
        }
        if !diff.tags.removed.is_empty() || !diff.tags.added.is_empty() {
            f.write_str("@@ tags @@\n")?;
            for tag in &diff.tags.removed {
                lines('-', tag.as_str(), f)?;
            }
            for tag in &diff.tags.added {
                lines('+', tag.as_str(), f)?;
            }
        }
        let rows = diff.rows();
        let mut rows = rows.iter().filter(|row| row.location.is_some()).peekable();
        for (location, change) in &diff.settings {
            let (what, data) = match change {
                SettingDiff::Added(setting) => {
                    (" added", setting.user_data().map(|it| (None, Some(it))))
                }
                SettingDiff::Removed(setting) => {
                    (" removed", setting.user_data().map(|it| (Some(it), None)))
                }
                SettingDiff::Modified(change) => {
                    let data = change.user_data.as_ref();
                    ("", data.map(|it| (it.before.as_ref(), it.after.as_ref())))
                }
            };
            writeln!(f, "@@ {location}{what} @@")?;
            while let Some(row) = rows.next_if(|row| row.location.as_ref() == Some(location)) {
                field(row, f)?;
            }
            if let Some((before, after)) = data {
                user_data(before, after, f)?;
            }
        }
        Ok(())
    }
}

fn field(row: &DiffRow, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (sign, value) in [('-', &row.before), ('+', &row.after)] {
        if let Some(value) = value {
            writeln!(f, "{sign}{}: {}", row.field, one_line(value))?;
        }
    }
    Ok(())
}

fn user_data(
    before: Option<&UserData>,
    after: Option<&UserData>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    // What is no text has its sizes in the rows above, and no lines.
    let compared = LineDiff::between(before, after).unwrap_or_default();
    for hunk in compared.hunks {
        let count = |out: LineSide| hunk.lines.iter().filter(|line| line.side != out).count();
        writeln!(
            f,
            "@@ user data -{},{} +{},{} @@",
            hunk.before,
            count(LineSide::After),
            hunk.after,
            count(LineSide::Before)
        )?;
        for DiffLine { side, text, ended } in &hunk.lines {
            let sign = match side {
                LineSide::Both => ' ',
                LineSide::Before => '-',
                LineSide::After => '+',
            };
            writeln!(f, "{sign}{}", one_line(text))?;
            if !ended {
                f.write_str("\\ no line feed at the end\n")?;
            }
        }
    }
    Ok(())
}

/// Each line of a text after a sign; no line for no text.
fn lines(sign: char, text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for line in text.lines() {
        writeln!(f, "{sign}{}", one_line(line))?;
    }
    Ok(())
}
