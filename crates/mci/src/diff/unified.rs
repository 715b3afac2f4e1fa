//! A diff as unified text.

use super::{Change, Diff, DiffRow, SettingDiff};
use crate::{DiffLine, LineDiff, LineSide, UserData};
use core::fmt::{self, Write as _};

/// A [`Diff`] as people read diffs: `-` before what was, `+` before what is; `Display` writes it.
///
/// User data stands in it line by line, so whoever may not read the contents may not read this.
/// Characters that a terminal would act on, or that nobody sees, are written as escapes.
#[derive(Debug, Clone)]
pub struct UnifiedDiff<'a> {
    diff: &'a Diff,
    before: &'a str,
    after: &'a str,
}

impl Diff {
    /// This diff as unified text; `before` and `after` say what was compared: `web-base@2`.
    pub fn unified<'a>(&'a self, before: &'a str, after: &'a str) -> UnifiedDiff<'a> {
        UnifiedDiff {
            diff: self,
            before,
            after,
        }
    }
}

impl fmt::Display for UnifiedDiff<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let diff = self.diff;
        if diff.is_empty() {
            return Ok(());
        }
        writeln!(f, "--- {}", Shown(self.before))?;
        writeln!(f, "+++ {}", Shown(self.after))?;
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
            writeln!(f, "{sign}{}: {}", row.field, Shown(value))?;
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
            writeln!(f, "{sign}{}", Shown(text))?;
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
        writeln!(f, "{sign}{}", Shown(line))?;
    }
    Ok(())
}

/// A line that does nothing to a terminal.
struct Shown<'a>(&'a str);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for character in self.0.chars() {
            let acts = character.is_control() && character != '\t';
            // Marks of direction and of no width: they make a line read as another one.
            let unseen = matches!(
                character,
                '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}'
            );
            if acts || unseen {
                write!(f, "{}", character.escape_unicode())?;
            } else {
                f.write_char(character)?;
            }
        }
        Ok(())
    }
}
