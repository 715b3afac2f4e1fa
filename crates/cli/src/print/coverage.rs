//! The picture of which locations are served over releases.

use anstyle::{AnsiColor, Style};
use std::io::{self, Write};

/// Lanes (say, one an architecture) over columns (say, one a release).
#[derive(Debug)]
pub(crate) struct Picture {
    /// What each column is called, oldest first.
    pub(crate) columns: Vec<String>,
    /// The lanes.
    pub(crate) lanes: Vec<Lane>,
}

/// One lane of the picture.
#[derive(Debug)]
pub(crate) struct Lane {
    /// What it is called.
    pub(crate) title: String,
    /// Its rows.
    pub(crate) rows: Vec<Row>,
    /// For each column how many locations are served; none where the lane has nothing there.
    pub(crate) totals: Vec<Option<usize>>,
}

/// A location, or several that are served alike.
#[derive(Debug)]
pub(crate) struct Row {
    /// What it is called.
    pub(crate) label: String,
    /// For each column whether it is served; none where the lane has nothing there.
    pub(crate) served: Vec<Option<bool>>,
}

/// What one cell says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Glyph {
    Served,
    Gained,
    Lost,
    Absent,
    Nothing,
}

impl Glyph {
    fn draw(self) -> (char, Style) {
        match self {
            Self::Served => ('■', AnsiColor::Green.on_default()),
            Self::Gained => ('◆', AnsiColor::Cyan.on_default().bold()),
            Self::Lost => ('×', AnsiColor::Red.on_default().bold()),
            Self::Absent => ('·', Style::new().dimmed()),
            Self::Nothing => (' ', Style::new()),
        }
    }
}

impl Row {
    /// The glyphs: what was gained and lost shows against the lane's column before.
    fn glyphs(&self) -> Vec<Glyph> {
        let mut before = None;
        let glyph = |served: &Option<bool>| {
            let Some(now) = *served else {
                return Glyph::Nothing;
            };
            match (before.replace(now), now) {
                (Some(false), true) => Glyph::Gained,
                (Some(true), false) => Glyph::Lost,
                (_, true) => Glyph::Served,
                (_, false) => Glyph::Absent,
            }
        };
        self.served.iter().map(glyph).collect()
    }
}

impl Picture {
    /// Draws it, at most `width` characters wide: columns that do not fit follow below.
    pub(crate) fn draw(&self, width: usize, out: &mut dyn Write) -> io::Result<()> {
        let labels = self.lanes.iter().flat_map(|lane| {
            let rows = lane.rows.iter().map(|row| row.label.chars().count() + 2);
            rows.chain([lane.title.chars().count(), TOTALS.chars().count() + 2])
        });
        let label_width = labels.max().unwrap_or(0).min(LABEL_MOST);
        let fitting = (width.saturating_sub(label_width) / CELL).max(1);
        let names: Vec<_> = (0..self.columns.len()).map(letter).collect();
        self.draw_legend(&names, width, out)?;
        let mut from = 0;
        while from < self.columns.len() {
            let shown = from..(from + fitting).min(self.columns.len());
            for lane in &self.lanes {
                writeln!(out)?;
                lane.draw(&names, shown.clone(), label_width, out)?;
            }
            from = shown.end;
        }
        writeln!(out)?;
        let legend = [
            (Glyph::Served, "an image"),
            (Glyph::Gained, "new there"),
            (Glyph::Lost, "no longer there"),
            (Glyph::Absent, "none"),
        ];
        for (at, (glyph, meaning)) in legend.into_iter().enumerate() {
            let (glyph, style) = glyph.draw();
            let gap = if at == 0 { "" } else { "   " };
            write!(out, "{gap}{style}{glyph}{style:#} {meaning}")?;
        }
        writeln!(out)
    }

    /// The names of the columns, in as many columns as fit.
    fn draw_legend(&self, names: &[String], width: usize, out: &mut dyn Write) -> io::Result<()> {
        let entries: Vec<_> = names
            .iter()
            .zip(&self.columns)
            .map(|(name, title)| format!("{name:>2}  {title}"))
            .collect();
        let entry_width = entries
            .iter()
            .map(|entry| entry.chars().count())
            .max()
            .unwrap_or(0)
            + 3;
        let across = (width / entry_width).max(1);
        let down = entries.len().div_ceil(across);
        for line in 0..down {
            let here = entries.iter().skip(line).step_by(down.max(1));
            let padded: Vec<_> = here.map(|entry| format!("{entry:entry_width$}")).collect();
            writeln!(out, "{}", padded.concat().trim_end())?;
        }
        Ok(())
    }
}

impl Lane {
    fn draw(
        &self,
        names: &[String],
        shown: core::ops::Range<usize>,
        label_width: usize,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let bold = Style::new().bold();
        let (from, count) = (shown.start, shown.len());
        let title = cut(&self.title, label_width);
        write!(out, "{bold}{title:label_width$}{bold:#}")?;
        for name in names.iter().skip(from).take(count) {
            write!(out, "{name:>CELL$}")?;
        }
        writeln!(out)?;
        for row in &self.rows {
            let label = cut(&format!("  {}", row.label), label_width);
            let mut glyphs: Vec<_> = row.glyphs().into_iter().skip(from).take(count).collect();
            while glyphs.last() == Some(&Glyph::Nothing) {
                glyphs.pop();
            }
            write!(out, "{label:label_width$}")?;
            for glyph in glyphs {
                let (glyph, style) = glyph.draw();
                write!(out, "{:1$}{style}{glyph}{style:#}", "", CELL - 1)?;
            }
            writeln!(out)?;
        }
        writeln!(out, "  {}", "─".repeat(label_width - 2 + CELL * count))?;
        let mut totals = format!("{:label_width$}", format!("  {TOTALS}"));
        for total in self.totals.iter().skip(from).take(count) {
            let total = total.map_or_else(String::new, |total| total.to_string());
            totals = format!("{totals}{total:>CELL$}");
        }
        writeln!(out, "{}", totals.trim_end())
    }
}

/// At most `most` characters of a text, ending with `…` where it was longer.
fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some(_) => text
            .chars()
            .take(most.saturating_sub(1))
            .chain(['…'])
            .collect(),
    }
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

/// Characters a cell.
const CELL: usize = 4;
/// The most characters that a label takes.
const LABEL_MOST: usize = 44;
const TOTALS: &str = "locations";
