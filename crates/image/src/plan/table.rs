//! Plans as tables.

use super::{Plan, PlanItem};
use core::{fmt, iter};

impl<I: PlanItem> fmt::Display for Plan<I> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = if self.part {
            "a part of a plan"
        } else {
            "plan"
        };
        writeln!(f, "{part} of {} by {}: {}", self.made, self.by, self.ask)?;
        let head: Vec<_> = I::COLUMNS.iter().map(|&column| column.to_owned()).collect();
        // A plan from a file may hold any text, and a terminal obeys some of them.
        let shown = |cell: String| cell.replace(char::is_control, "\u{fffd}");
        let rows = self.items.iter();
        let rows: Vec<Vec<_>> = rows
            .map(|item| item.cells().into_iter().map(shown).collect())
            .collect();
        let widths: Vec<_> = (0..head.len())
            .map(|column| {
                let texts = iter::once(&head)
                    .chain(&rows)
                    .filter_map(|row| row.get(column));
                texts
                    .map(|text| text.chars().count())
                    .max()
                    .unwrap_or_default()
            })
            .collect();
        for row in iter::once(&head).chain(&rows) {
            let mut line = String::new();
            for (text, &width) in row.iter().zip(&widths) {
                line.push_str(text);
                // Formatting pads to 65,535 characters at most.
                let pad = width.saturating_sub(text.chars().count());
                line.extend(iter::repeat_n(' ', pad.saturating_add(2)));
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        f.write_str(&I::total(&self.items))?;
        let (one, several) = I::UNSEEN;
        let Some(hidden) = self.hidden else {
            return Ok(());
        };
        for (count, place) in [
            (hidden.here, "out of sight"),
            (hidden.elsewhere, "in other accounts"),
        ] {
            match count {
                0 => {}
                1 => write!(f, "\n1 {one} {place} stays as it is")?,
                _ => write!(f, "\n{count} {several} {place} stay as they are")?,
            }
        }
        Ok(())
    }
}
