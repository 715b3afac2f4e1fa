//! CSV, line by line.

use super::{
    BulkFileError, BulkLineError,
    given::{COLUMNS, Given},
};
use core::fmt;
use csv_core::{ReadRecordResult, Reader, ReaderBuilder, Terminator};

/// The most columns of a line that are looked at: a few more than there are names for.
const MOST_COLUMNS: usize = 64;

/// The lines of a CSV file behind its first.
pub(super) struct CsvLines<'a> {
    reader: Reader,
    rest: &'a [u8],
    /// The line that comes next, from 1.
    number: u64,
    columns: Vec<&'static str>,
    /// The text of a record, and where its cells end.
    text: Vec<u8>,
    ends: Vec<usize>,
}

/// Why there are no cells.
enum Flaw {
    TooLong,
    TooWide,
}

impl<'a> CsvLines<'a> {
    /// Reads the first line.
    pub(super) fn begin(bytes: &'a [u8], limit: usize) -> Result<Self, BulkFileError> {
        let mut lines = Self {
            // One end of lines, so that they are counted as every editor counts them; what stands before
            // it is trimmed with the blanks of the last cell.
            reader: ReaderBuilder::new()
                .terminator(Terminator::Any(b'\n'))
                .build(),
            rest: bytes,
            number: 1,
            columns: Vec::new(),
            text: vec![0; limit.max(1)],
            ends: vec![0; MOST_COLUMNS],
        };
        let Some((_, Ok(width))) = lines.record() else {
            return Err(BulkFileError::NoHeader);
        };
        for at in 0..width {
            let name = lines.cell(at).ok_or(BulkFileError::NoHeader)?.trim();
            let column = COLUMNS.iter().find(|column| **column == name);
            let column = *column.ok_or_else(|| BulkFileError::UnknownColumn {
                name: name.to_owned(),
                columns: COLUMNS,
            })?;
            if lines.columns.contains(&column) {
                return Err(BulkFileError::ColumnTwice { name: column });
            }
            lines.columns.push(column);
        }
        for name in ["location", "image"] {
            if !lines.columns.contains(&name) {
                return Err(BulkFileError::NoColumn { name });
            }
        }
        Ok(lines)
    }

    /// The next record that is not empty.
    pub(super) fn next(&mut self) -> Option<(u64, Result<Given, BulkLineError>)> {
        let limit = self.text.len();
        let (number, width) = self.record()?;
        let given = match width {
            Ok(width) => self.given(width),
            Err(Flaw::TooLong) => Err(BulkLineError::too_long(limit)),
            Err(Flaw::TooWide) => Err(self.other_width("more")),
        };
        Some((number, given))
    }

    fn given(&self, width: usize) -> Result<Given, BulkLineError> {
        if width != self.columns.len() {
            return Err(self.other_width(width));
        }
        let mut given = Given::default();
        for (at, column) in self.columns.iter().enumerate() {
            let cell = self
                .cell(at)
                .ok_or_else(|| BulkLineError::field(column, "it is no UTF-8 text"))?;
            given.put(column, cell)?;
        }
        Ok(given)
    }

    fn other_width(&self, found: impl fmt::Display) -> BulkLineError {
        let columns = self.columns.len();
        BulkLineError::line(format_args!(
            "the line has {found} cells, the first line names {columns} columns: put a text with commas in double quotes"
        ))
    }

    fn cell(&self, at: usize) -> Option<&str> {
        let start = match at.checked_sub(1) {
            Some(before) => *self.ends.get(before)?,
            None => 0,
        };
        let bytes = self.text.get(start..*self.ends.get(at)?)?;
        core::str::from_utf8(bytes).ok()
    }

    /// Reads the next record into the buffers: the line that it begins on and how many cells it has.
    fn record(&mut self) -> Option<(u64, Result<usize, Flaw>)> {
        while let Some((b'\n' | b'\r', after)) = self.rest.split_first() {
            self.take(self.rest.len() - after.len());
        }
        if self.rest.is_empty() {
            return None;
        }
        let number = self.number;
        let (mut written, mut width, mut flaw) = (0, 0, None);
        loop {
            let text = self.text.get_mut(written..).unwrap_or_default();
            let ends = self.ends.get_mut(width..).unwrap_or_default();
            let (result, taken, texts, cells) = self.reader.read_record(self.rest, text, ends);
            self.take(taken);
            written += texts;
            width += cells;
            match result {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull => {
                    // What is left of the line is read over what was.
                    (flaw, written) = (Some(Flaw::TooLong), 0);
                }
                ReadRecordResult::OutputEndsFull => {
                    flaw = flaw.or(Some(Flaw::TooWide));
                    width = 0;
                }
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return None,
            }
        }
        Some((number, flaw.map_or(Ok(width), Err)))
    }

    /// Goes on behind so many bytes.
    fn take(&mut self, count: usize) {
        let (taken, rest) = self.rest.split_at_checked(count).unwrap_or_default();
        let ends = taken.split(|byte| *byte == b'\n').count().saturating_sub(1);
        self.number += u64::try_from(ends).unwrap_or(u64::MAX);
        self.rest = rest;
    }
}

impl fmt::Debug for CsvLines<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CsvLines")
            .field("number", &self.number)
            .field("columns", &self.columns)
            .finish_non_exhaustive()
    }
}
