//! Tables.

use cloud_atlas::base::Timestamp;
use comfy_table::{CellAlignment, ColumnConstraint, LineStyle, Table, TableStyle, Width};
use std::io::{self, Write};

/// What makes the cells of a row.
type Cells<'a, T> = Box<dyn Fn(&T) -> Vec<String> + 'a>;

/// How the items of a list become a table.
pub(crate) struct Columns<'a, T> {
    empty: &'a str,
    headers: &'a [&'a str],
    cells: Cells<'a, T>,
}

impl<'a, T> Columns<'a, T> {
    /// Columns with their headers, a header that begins with `>` for what stands to the right; and
    /// what is said when there is nothing to show.
    pub(crate) fn new(
        empty: &'a str,
        headers: &'a [&'a str],
        cells: impl Fn(&T) -> Vec<String> + 'a,
    ) -> Self {
        Self {
            empty,
            headers,
            cells: Box::new(cells),
        }
    }

    pub(super) fn empty(&self) -> &str {
        self.empty
    }

    pub(super) fn write(&self, items: &[T], out: &mut dyn Write) -> io::Result<()> {
        self.write_below(&mut Vec::new(), items, out)
    }

    /// Writes rows below others: their header stands above those, and no column is narrower than
    /// it was there. `widths` is empty where there are none, and holds the widths afterwards.
    pub(super) fn write_below(
        &self,
        widths: &mut Vec<u16>,
        items: &[T],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let is_first = widths.is_empty();
        let mut table = Table::new();
        table.load_style(STYLE);
        if is_first {
            table.set_header(
                self.headers
                    .iter()
                    .map(|header| header.trim_start_matches('>')),
            );
        }
        table.add_rows(items.iter().map(&self.cells));
        widths.resize(self.headers.len(), 0);
        for (width, content) in widths.iter_mut().zip(table.column_max_content_widths()) {
            *width = content.max(*width);
        }
        for ((header, width), column) in
            self.headers.iter().zip(widths).zip(table.column_iter_mut())
        {
            // Its padding is one more.
            let width = Width::Fixed(width.saturating_add(1));
            column.set_constraint(ColumnConstraint::LowerBoundary(width));
            column.set_padding((0, 1));
            if header.starts_with('>') {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        let bold = anstyle::Style::new().bold();
        for (at, line) in table.lines().enumerate() {
            match at {
                _ if !is_first => writeln!(out, "{}", line.trim_end())?,
                0 => writeln!(out, "{bold}{}{bold:#}", line.trim_end())?,
                // One long value at the end of a row is no reason for a line across two lines.
                1 => writeln!(
                    out,
                    "{}",
                    line.chars().take(super::width()).collect::<String>()
                )?,
                _ => writeln!(out, "{}", line.trim_end())?,
            }
        }
        Ok(())
    }
}

/// A time as tables tell it: to the second, so that a column is as wide today as tomorrow. JSON
/// has it whole.
pub(crate) fn moment(at: Timestamp) -> String {
    format!("{at:.0}")
}

/// No lines but the one below the header.
const STYLE: TableStyle =
    TableStyle::new().header_separator(LineStyle::none().fill('─').junction('─'));
