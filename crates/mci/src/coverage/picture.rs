//! The picture of which locations are served over columns.

use super::{Coverage, CoverageRow};
use core::{fmt, ops::Range};

/// Characters a cell.
const CELL: usize = 4;
/// The most characters that a label takes.
const LABEL_MOST: usize = 44;
/// What the last row of a lane is called.
const TOTALS: &str = "locations";

/// A [`Coverage`] as people look at it; `Display` draws it.
///
/// `■` stands for an image, `◆` for one that the column before did not have, `×` for one that is
/// no longer there, `·` for none.
#[derive(Debug, Clone)]
pub struct CoveragePicture<'a> {
    coverage: &'a Coverage,
    width: usize,
}

impl<'a> CoveragePicture<'a> {
    pub(super) fn new(coverage: &'a Coverage, width: usize) -> Self {
        Self { coverage, width }
    }
}

/// The glyphs of a row: what came and went shows against the lane's column before.
fn glyphs(row: &CoverageRow) -> Vec<char> {
    let mut before = None;
    let glyph = |served: &Option<bool>| {
        let Some(now) = *served else { return ' ' };
        match (before.replace(now), now) {
            (Some(false), true) => '◆',
            (Some(true), false) => '×',
            (_, true) => '■',
            (_, false) => '·',
        }
    };
    row.served.iter().map(glyph).collect()
}

impl fmt::Display for CoveragePicture<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.coverage.rows();
        let names: Vec<_> = (0..self.coverage.columns().len()).map(letter).collect();
        let labels = rows.iter().map(|row| row.label().chars().count() + 2);
        let titles = self.coverage.lanes().map(|title| title.chars().count());
        let longest = labels
            .chain(titles)
            .max()
            .unwrap_or(0)
            .max(TOTALS.len() + 2);
        let label_width = longest.min(LABEL_MOST);
        let fitting = (self.width.saturating_sub(label_width) / CELL).max(1);
        self.legend(&names, f)?;
        let mut from = 0;
        while from < names.len() {
            let shown = from..(from + fitting).min(names.len());
            for title in self.coverage.lanes() {
                f.write_str("\n")?;
                let lane: Vec<_> = rows.iter().filter(|row| row.lane == title).collect();
                self.lane(title, &lane, &names, shown.clone(), label_width, f)?;
            }
            from = shown.end;
        }
        f.write_str("\n■ an image   ◆ new there   × no longer there   · none\n")
    }
}

impl CoveragePicture<'_> {
    /// The names of the columns, as many beside one another as fit.
    fn legend(&self, names: &[String], f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let titled = names.iter().zip(self.coverage.columns());
        let entries: Vec<_> = titled
            .map(|(name, title)| format!("{name:>2}  {title}"))
            .collect();
        let widest = entries
            .iter()
            .map(|entry| entry.chars().count())
            .max()
            .unwrap_or(0)
            + 3;
        let across = (self.width / widest).max(1);
        let down = entries.len().div_ceil(across);
        for line in 0..down {
            let here = entries.iter().skip(line).step_by(down.max(1));
            let padded: Vec<_> = here.map(|entry| format!("{entry:widest$}")).collect();
            writeln!(f, "{}", padded.concat().trim_end())?;
        }
        Ok(())
    }

    fn lane(
        &self,
        title: &str,
        rows: &[&CoverageRow],
        names: &[String],
        shown: Range<usize>,
        label_width: usize,
        f: &mut fmt::Formatter<'_>,
    ) -> fmt::Result {
        let (from, count) = (shown.start, shown.len());
        let mut head = format!("{:label_width$}", cut(title, label_width));
        for name in names.iter().skip(from).take(count) {
            head = format!("{head}{name:>CELL$}");
        }
        writeln!(f, "{head}")?;
        for row in rows {
            let mut line = format!(
                "{:label_width$}",
                cut(&format!("  {}", row.label()), label_width)
            );
            for glyph in glyphs(row).into_iter().skip(from).take(count) {
                line = format!("{line}{glyph:>CELL$}");
            }
            writeln!(f, "{}", line.trim_end())?;
        }
        writeln!(
            f,
            "  {}",
            "─".repeat((label_width + CELL * count).saturating_sub(2))
        )?;
        let mut totals = format!("{:label_width$}", format!("  {TOTALS}"));
        for total in self
            .coverage
            .totals(title)
            .into_iter()
            .skip(from)
            .take(count)
        {
            let total = total.map_or_else(String::new, |total| total.to_string());
            totals = format!("{totals}{total:>CELL$}");
        }
        writeln!(f, "{}", totals.trim_end())
    }
}

/// At most `most` characters of a text, ending with `…` where it was longer.
fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    text.chars()
        .take(most.saturating_sub(1))
        .chain(['…'])
        .collect()
}

/// `A`, `B` … `Z`, `AA` …: the name of a column.
fn letter(at: usize) -> String {
    let mut name = String::new();
    let mut rest = at;
    loop {
        name.insert(0, char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        match (rest / 26).checked_sub(1) {
            Some(next) => rest = next,
            None => return name,
        }
    }
}
