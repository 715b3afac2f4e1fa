//! What turned one state into another, a line a field.

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
    let longest = |text: fn(&DiffLine) -> &str| {
        lines
            .iter()
            .map(|line| text(line).chars().count())
            .max()
            .unwrap_or(0)
    };
    let (place_width, field_width) = (longest(|line| &line.place), longest(|line| &line.field));
    for DiffLine {
        place,
        field,
        before,
        after,
    } in lines
    {
        let (sign, style) = match (before, after) {
            (None, _) => ('+', ADDED),
            (_, None) => ('-', REMOVED),
            _ => ('~', CHANGED),
        };
        write!(
            out,
            "{style}{sign}{style:#} {place:place_width$}  {field:field_width$}"
        )?;
        match (before, after) {
            (Some(before), Some(after)) => {
                let room = WIDTH.saturating_sub(place_width + field_width + 9);
                if before.chars().count() + after.chars().count() <= room {
                    writeln!(out, "  {before} → {after}")?;
                } else {
                    writeln!(out)?;
                    writeln!(out, "    {REMOVED}-{REMOVED:#} {before}")?;
                    writeln!(out, "    {ADDED}+{ADDED:#} {after}")?;
                }
            }
            (Some(value), None) | (None, Some(value)) => writeln!(out, "  {value}")?,
            (None, None) => writeln!(out)?,
        }
    }
    Ok(())
}

/// How wide a line may become before a change is broken up.
const WIDTH: usize = 80;
const ADDED: Style = AnsiColor::Green.on_default();
const REMOVED: Style = AnsiColor::Red.on_default();
const CHANGED: Style = AnsiColor::Yellow.on_default();
