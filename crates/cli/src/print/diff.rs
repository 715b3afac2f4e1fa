//! What turned one state into another, a line a field.

use super::fields::beside;
use anstyle::{AnsiColor, Style};
use std::io::{self, Write};

/// One differing field.
#[derive(Debug)]
pub(crate) struct DiffLine {
    /// The location, or nothing for a field of the whole.
    pub(crate) place: String,
    /// The field.
    pub(crate) field: String,
    /// Its value before; none where it was not there.
    pub(crate) before: Option<String>,
    /// Its value after; none where it is no longer there.
    pub(crate) after: Option<String>,
}

/// Draws a diff: `+` came, `-` went, `~` is another; what is too long for a line gets three.
pub(crate) fn diff(lines: &[DiffLine], out: &mut dyn Write) -> io::Result<()> {
    let labels: Vec<_> = lines.iter().map(DiffLine::label).collect();
    let longest = |text: fn(&(&str, &str)) -> usize| labels.iter().map(text).max().unwrap_or(0);
    let first = longest(|(first, _)| first.chars().count());
    let second = longest(|(_, second)| second.chars().count());
    for (line, (place, field)) in lines.iter().zip(&labels) {
        let (sign, style) = line.sign();
        let label = format!("{place:first$}  {field:second$}");
        let label = if field.is_empty() {
            place
        } else {
            label.trim_end()
        };
        write!(out, "{style}{sign}{style:#} ")?;
        match (&line.before, &line.after) {
            (Some(before), Some(after)) => {
                let length = before.chars().count() + after.chars().count();
                let is_line = !before.contains('\n') && !after.contains('\n');
                let (before, after) = (beside(before, 6), beside(after, 6));
                if is_line && first + second + length + 9 <= WIDTH {
                    writeln!(out, "{label:0$}  {before} → {after}", first + second + 2)?;
                } else {
                    writeln!(out, "{label}")?;
                    writeln!(out, "    {REMOVED}-{REMOVED:#} {before}")?;
                    writeln!(out, "    {ADDED}+{ADDED:#} {after}")?;
                }
            }
            (Some(value), None) | (None, Some(value)) => {
                let width = first + second + 2;
                writeln!(out, "{label:width$}  {}", beside(value, width + 4))?;
            }
            (None, None) => writeln!(out, "{label}")?,
        }
    }
    Ok(())
}

/// Writes unified text: what went, what came and where, in their colours.
pub(crate) fn unified(text: &dyn std::fmt::Display, out: &mut dyn Write) -> io::Result<()> {
    for line in text.to_string().lines() {
        let style = match line.get(..1) {
            Some("+") => ADDED,
            Some("-") => REMOVED,
            Some("@") => PLACE,
            _ if line.starts_with("coverage gained") => ADDED,
            _ if line.starts_with("coverage lost") => REMOVED,
            _ => Style::new(),
        };
        writeln!(out, "{style}{line}{style:#}")?;
    }
    Ok(())
}

impl DiffLine {
    /// What stands in the first two columns: a field of the whole stands alone.
    fn label(&self) -> (&str, &str) {
        match self.place.as_str() {
            "" => (&self.field, ""),
            place => (place, &self.field),
        }
    }

    fn sign(&self) -> (char, Style) {
        match (&self.before, &self.after) {
            (None, _) => ('+', ADDED),
            (_, None) => ('-', REMOVED),
            _ => ('~', CHANGED),
        }
    }
}

/// How wide a line may become before a change is broken up.
const WIDTH: usize = 80;
const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();
const PLACE: Style = AnsiColor::Cyan.on_default();
