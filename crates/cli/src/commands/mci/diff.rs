//! Comparing two states.

use crate::{
    exit::{Failure, Run},
    print::{self, DiffLine, Out},
};
use cloud_atlas::{
    MciDiff, Session, image_id::CloudLocation, mci::DiffRow, scope::Scope, template::Reference,
};
use pollster::FutureExt as _;
use std::io::{self, Write};

/// Which states are compared, and how that is shown.
#[derive(Debug, clap::Args)]
pub(crate) struct Diff {
    /// What was before
    #[arg(value_name = "REF")]
    before: Reference,
    /// What came after [default: HEAD if it holds edits, against the newest revision; else the
    /// newest revision, against the one before]
    #[arg(value_name = "REF")]
    after: Option<Reference>,
    /// How it is shown to people. Unified text has user data line by line, secrets in it too, and
    /// so has --output json; the table tells how long it is
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// A line a field
    Table,
    /// Lines that went and lines that came
    Unified,
}

pub(super) fn run(args: Diff, session: &Session, from: &Scope, out: &mut Out) -> Run {
    let Diff {
        before,
        after,
        format,
    } = args;
    let (before, after) = match after {
        Some(after) => (before, after),
        None => session.diff_pair(lineage(&before)?, from).block_on()?,
    };
    let compared = session.mci_diff(&before, &after, from).block_on()?;
    out.one(&compared, |out| write(&compared, format, out))
}

/// Writes a diff for people.
pub(crate) fn write(compared: &MciDiff, format: Format, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Table => table(compared, out),
        Format::Unified => print::unified(&compared.unified(), out),
    }
}

/// The lineage whose states are compared, where one reference is all that was said.
pub(crate) fn lineage(named: &Reference) -> Result<&Reference, Failure> {
    match named.selector {
        None => Ok(named),
        Some(_) => Err(Failure::misused(format!(
            "say what `{named}` is compared with, or leave out what follows the `@`"
        ))),
    }
}

fn table(compared: &MciDiff, out: &mut dyn Write) -> io::Result<()> {
    let MciDiff {
        before,
        after,
        diff,
        report,
        ..
    } = compared;
    writeln!(out, "{before} → {after}")?;
    if diff.is_empty() {
        return writeln!(out, "no difference");
    }
    let (gained, lost) = (&report.coverage.gained, &report.coverage.lost);
    let changed = diff.modified().len();
    writeln!(
        out,
        "locations: {changed} changed, {} gained, {} lost",
        gained.len(),
        lost.len()
    )?;
    for (word, locations) in [("gained", gained), ("lost", lost)] {
        if !locations.is_empty() {
            writeln!(out, "{word}: {}", some(locations))?;
        }
    }
    writeln!(out)?;
    print::diff(&diff_lines(&report.rows), out)
}

/// The first of many locations.
fn some(locations: &[CloudLocation]) -> String {
    let shown: Vec<_> = locations.iter().map(ToString::to_string).collect();
    match shown.split_at_checked(MOST) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{} and {} more", first.join(", "), rest.len())
        }
        _ => shown.join(", "),
    }
}

/// The most locations that are named in one line; each has rows of its own below.
const MOST: usize = 8;

pub(crate) fn diff_lines(rows: &[DiffRow]) -> Vec<DiffLine> {
    rows.iter().cloned().map(diff_line).collect()
}

fn diff_line(
    DiffRow {
        location,
        field,
        before,
        after,
    }: DiffRow,
) -> DiffLine {
    let place = location.map_or_else(String::new, |location| location.to_string());
    DiffLine {
        place,
        field: field.to_owned(),
        before,
        after,
    }
}
