//! Files of many images: JSON lines and CSV.

mod csv;
mod error;
mod given;

pub use error::{BulkFileError, BulkLineError};

use self::{csv::CsvLines, given::Given};
use crate::RegisterImage;
use atlas_scope::Scope;

/// How the lines of a file are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum BulkFormat {
    /// A JSON object a line.
    JsonLines,
    /// Comma-separated values under a line of column names; several tags or ways in stand in one cell
    /// with `;` between them.
    Csv,
}

impl BulkFormat {
    /// What a file is written in: CSV, unless its first character that is no blank begins an object.
    pub fn detect(bytes: &[u8]) -> Self {
        let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
        match bytes.iter().find(|byte| !byte.is_ascii_whitespace()) {
            Some(b'{') | None => Self::JsonLines,
            Some(_) => Self::Csv,
        }
    }
}

/// How much is read of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct BulkLimits {
    /// The most bytes of the file.
    pub file_bytes: usize,
    /// The most bytes of one line.
    pub line_bytes: usize,
    /// The most images.
    pub images: usize,
}

impl Default for BulkLimits {
    fn default() -> Self {
        Self {
            file_bytes: 256 << 20,
            line_bytes: 128 << 10,
            images: 250_000,
        }
    }
}

/// One image of a file.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct BulkLine {
    /// The line that it begins on, from 1.
    pub number: u64,
    /// The request, or why the line is none. Whether the image can be registered is not decided yet.
    pub read: Result<RegisterImage, BulkLineError>,
}

/// Reads a file of images, line by line. Empty lines are passed over.
///
/// ```
/// use atlas_image::{BulkFormat, BulkLimits, BulkReader};
///
/// let file = "\
/// location,image,os,agent,tags
/// aws/us-east-1,ami-0ae8605ed708e3c3e,ubuntu/24/24.04,installed,web;team:owner=dana
/// aws/us-east-1,ami-0ae8605ed708e3c3,ubuntu/24/24.04,installed,
/// ";
/// let scope = "/acme".parse()?;
/// let reader = BulkReader::new(file.as_bytes(), BulkFormat::Csv, scope, BulkLimits::default())?;
/// let lines: Vec<_> = reader.collect();
/// assert_eq!((lines[0].number, lines[0].read.is_ok()), (2, true));
/// assert_eq!((lines[1].number, lines[1].read.is_ok()), (3, false));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct BulkReader<'a> {
    lines: Lines<'a>,
    scope: Scope,
    limits: BulkLimits,
    seen: usize,
    ended: bool,
}

#[derive(Debug)]
enum Lines<'a> {
    Json { rest: &'a [u8], number: u64 },
    Csv(Box<CsvLines<'a>>),
}

impl<'a> BulkReader<'a> {
    /// Begins a file, whose images go to `scope` unless a line says otherwise.
    ///
    /// # Errors
    ///
    /// The file is too large, or the first line of a CSV file does not name its columns.
    pub fn new(
        bytes: &'a [u8],
        format: BulkFormat,
        scope: Scope,
        limits: BulkLimits,
    ) -> Result<Self, BulkFileError> {
        if bytes.len() > limits.file_bytes {
            return Err(BulkFileError::TooLarge {
                limit: limits.file_bytes,
                found: bytes.len(),
            });
        }
        let bytes = bytes.strip_prefix(MARK).unwrap_or(bytes);
        let lines = match format {
            BulkFormat::JsonLines => Lines::Json {
                rest: bytes,
                number: 0,
            },
            BulkFormat::Csv => Lines::Csv(Box::new(CsvLines::begin(bytes, limits.line_bytes)?)),
        };
        Ok(Self {
            lines,
            scope,
            limits,
            seen: 0,
            ended: false,
        })
    }
}

impl Iterator for BulkReader<'_> {
    type Item = BulkLine;

    fn next(&mut self) -> Option<BulkLine> {
        if self.ended {
            return None;
        }
        let limit = self.limits.line_bytes;
        let next = match &mut self.lines {
            Lines::Json { rest, number } => json_line(rest, number, limit),
            Lines::Csv(lines) => lines.next(),
        };
        let Some((number, given)) = next else {
            self.ended = true;
            return None;
        };
        if self.seen == self.limits.images {
            self.ended = true;
            let read = Err(BulkLineError::too_many(self.limits.images));
            return Some(BulkLine { number, read });
        }
        self.seen += 1;
        let read = given.and_then(|given| given.request(&self.scope));
        Some(BulkLine { number, read })
    }
}

/// The next line of JSON that is not empty.
fn json_line(
    rest: &mut &[u8],
    number: &mut u64,
    limit: usize,
) -> Option<(u64, Result<Given, BulkLineError>)> {
    while !rest.is_empty() {
        let end = rest.iter().position(|byte| *byte == b'\n');
        let (line, after) = match end.and_then(|end| rest.split_at_checked(end)) {
            Some((line, after)) => (line, after.get(1..).unwrap_or_default()),
            None => (*rest, &[][..]),
        };
        *rest = after;
        *number += 1;
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        let read = if line.len() > limit {
            Err(BulkLineError::too_long(limit))
        } else {
            Given::from_json(line)
        };
        return Some((*number, read));
    }
    None
}

/// The mark that some programs put before UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";
