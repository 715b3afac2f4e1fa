//! A diff as unified text.

use super::TemplateDiff;
use atlas_mci::Change;
use core::fmt::{self, Display};

/// A [`TemplateDiff`] as people read diffs: `-` before what was, `+` before what is; `Display`
/// writes it.
#[derive(Debug, Clone)]
pub struct TemplateUnifiedDiff<'a> {
    diff: &'a TemplateDiff,
    before: &'a str,
    after: &'a str,
}

impl TemplateDiff {
    /// This diff as unified text; `before` and `after` say what was compared: `front@2`.
    pub fn unified<'a>(&'a self, before: &'a str, after: &'a str) -> TemplateUnifiedDiff<'a> {
        TemplateUnifiedDiff {
            diff: self,
            before,
            after,
        }
    }
}

impl Display for TemplateUnifiedDiff<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let diff = self.diff;
        if diff.is_empty() {
            return Ok(());
        }
        writeln!(f, "--- {}", self.before.escape_debug())?;
        writeln!(f, "+++ {}", self.after.escape_debug())?;
        if let Some(Change { before, after }) = &diff.name {
            f.write_str("@@ name @@\n")?;
            field(Some(before), Some(after), f)?;
        }
        if let Some(Change { before, after }) = &diff.description {
            f.write_str("@@ description @@\n")?;
            field(Some(before), Some(after), f)?;
        }
        for (lineage, Change { before, after }) in &diff.links {
            writeln!(f, "@@ link {lineage} @@")?;
            field(before.as_ref(), after.as_ref(), f)?;
        }
        if let Some(Change { before, after }) = &diff.default {
            f.write_str("@@ default @@\n")?;
            field(before.as_ref(), after.as_ref(), f)?;
        }
        for (phase, Change { before, after }) in &diff.scripts {
            writeln!(f, "@@ scripts {phase} @@")?;
            let text = |list: &[_]| {
                let lines = list.iter().map(|script| format!("{script}\n"));
                lines.collect::<String>()
            };
            let (before, after) = (text(before), text(after));
            let mut options = diffy::DiffOptions::new();
            // Scripts are few, and their order is what matters: all of them are shown.
            options.set_context_len(usize::MAX);
            for hunk in options.create_patch(&before, &after).hunks() {
                for line in hunk.lines() {
                    let (sign, line) = match line {
                        diffy::Line::Context(line) => (' ', line),
                        diffy::Line::Delete(line) => ('-', line),
                        diffy::Line::Insert(line) => ('+', line),
                    };
                    writeln!(f, "{sign}{}", line.trim_end_matches('\n').escape_debug())?;
                }
            }
        }
        Ok(())
    }
}

fn field(
    before: Option<&impl Display>,
    after: Option<&impl Display>,
    f: &mut fmt::Formatter<'_>,
) -> fmt::Result {
    let before = before.map(ToString::to_string);
    let after = after.map(ToString::to_string);
    for (sign, value) in [('-', before), ('+', after)] {
        for line in value.iter().flat_map(|value| value.lines()) {
            writeln!(f, "{sign}{}", line.escape_debug())?;
        }
    }
    Ok(())
}
