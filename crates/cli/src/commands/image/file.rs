//! Registering all images of a file.

use crate::{
    args::Global,
    commands::candidates::InventoryArgs,
    exit::{Failure, Run, in_one_line},
    files,
    print::{Out, note, warn},
    progress::bar,
};
use clap::ValueEnum;
use cloud_atlas::{
    Error, RefusedImage, Session,
    image::{
        BulkFormat, BulkLimits, BulkReader, ImageRecordId, RegisterImage, Registered, Warning,
    },
};
use pollster::FutureExt as _;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    io::Read as _,
    path::{Path, PathBuf},
};

/// Which file, and what happens when some of it is refused.
#[derive(Debug, clap::Args)]
pub(crate) struct FileArgs {
    /// Register all images of a file instead, `-` for stdin: JSON lines or CSV, with the fields
    /// location, image, os, agent, and those that the options here are called after
    #[arg(
        long,
        value_name = "FILE",
        conflicts_with_all = [
            "location", "image", "os", "name", "description", "architecture", "size", "agent",
            "init_agent", "dhcp", "access", "login", "firmware", "virtualization", "shared", "tags",
            "credential", "unverified",
        ]
    )]
    pub(super) from: Option<PathBuf>,
    /// What the file is written in [default: what its first character says]
    #[arg(long, value_enum, requires = "from")]
    format: Option<Format>,
    /// Register each line for itself; without it, all lines or none
    #[arg(long, requires = "from")]
    each: bool,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Jsonl,
    Csv,
}

/// What became of a file.
#[derive(Default, Serialize)]
struct Report {
    lines: usize,
    registered: Vec<RegisteredLine>,
    refused: Vec<RefusedLine>,
}

#[derive(Serialize)]
struct RegisteredLine {
    line: u64,
    record: ImageRecordId,
    warnings: Vec<Warning>,
}

#[derive(Serialize)]
struct RefusedLine {
    line: u64,
    error: String,
}

/// How many refused lines are shown to people.
const SHOWN: usize = 50;

impl FileArgs {
    pub(super) fn register(
        &self,
        path: &Path,
        inventory: &InventoryArgs,
        global: &Global,
        out: &mut Out,
    ) -> Run {
        let limits = BulkLimits::default();
        let bytes = read(path, limits.file_bytes)?;
        let format = match self.format {
            Some(Format::Csv) => BulkFormat::Csv,
            Some(Format::Jsonl) => BulkFormat::JsonLines,
            None => BulkFormat::detect(&bytes),
        };
        let reader = BulkReader::new(&bytes, format, global.scope.clone(), limits);
        let reader = reader.map_err(|error| Failure::Refused(Box::new(error)))?;
        let (mut requests, mut numbers, mut report) = (Vec::new(), Vec::new(), Report::default());
        for line in reader {
            report.lines += 1;
            match line.read {
                Ok(request) => {
                    requests.push(request);
                    numbers.push(line.number);
                }
                Err(error) => report.refuse(line.number, error.to_string()),
            }
        }
        if self.each || report.refused.is_empty() {
            let session = inventory.session(global)?;
            self.write(requests, &numbers, &session, &mut report)?;
        }
        report.refused.sort_by_key(|refused| refused.line);
        report.tell(out)
    }

    /// Registers what was read, and puts down what became of it.
    fn write(
        &self,
        requests: Vec<RegisterImage>,
        numbers: &[u64],
        session: &Session,
        report: &mut Report,
    ) -> Run {
        let bar = bar("registering");
        bar.set_length(u64::try_from(requests.len()).unwrap_or(u64::MAX));
        let progress = |done: usize| bar.set_position(u64::try_from(done).unwrap_or(u64::MAX));
        let line = |number: usize| {
            let number = number.checked_sub(1).and_then(|at| numbers.get(at));
            number.copied().unwrap_or_default()
        };
        if self.each {
            let done = session.register_each(requests, &progress).block_on();
            let written = usize::try_from(bar.position()).unwrap_or(usize::MAX);
            bar.finish_and_clear();
            let done = match done {
                Ok(done) => done,
                Err(error) if written > 0 => {
                    let hint = format!(
                        "the lines up to {} are done: what they registered is there, go on with those behind",
                        line(written)
                    );
                    return Err(Failure::refused(hint).because(error));
                }
                Err(error) => return Err(error.into()),
            };
            for (number, registered) in done.registered {
                report.keep(line(number), registered);
            }
            report.refuse_all(done.refused, line);
            return Ok(());
        }
        let done = session.register_watched(requests, &progress).block_on();
        bar.finish_and_clear();
        match done {
            Ok(all) => {
                for (number, registered) in (1..).zip(all) {
                    report.keep(line(number), registered);
                }
            }
            Err(Error::OneOfMany { number, source }) => report.refuse_one(number, &source, &line),
            Err(Error::ManyRefused { refused, .. }) => report.refuse_all(refused, line),
            Err(error @ Error::TooManyImages { .. }) => {
                let hint = "nothing was registered: add --each, or split the file";
                return Err(Failure::refused(hint).because(error));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }
}

impl Report {
    fn keep(&mut self, line: u64, registered: Registered) {
        self.registered.push(RegisteredLine {
            line,
            record: registered.record.id(),
            warnings: registered.warnings,
        });
    }

    fn refuse(&mut self, line: u64, error: String) {
        self.refused.push(RefusedLine { line, error });
    }

    fn refuse_all(&mut self, refused: Vec<RefusedImage>, line: impl Fn(usize) -> u64) {
        for one in refused {
            self.refuse_one(one.number, &one.error, &line);
        }
    }

    fn refuse_one(&mut self, number: usize, error: &Error, line: &impl Fn(usize) -> u64) {
        let error = match error {
            Error::Repeated { first } => {
                let first = line(*first);
                format!("it is the same image as line {first}: give it once")
            }
            error => in_one_line(error),
        };
        self.refuse(line(number), error);
    }

    /// Tells it; whoever reads tables reads of refusals and warnings on stderr.
    fn tell(&self, out: &mut Out) -> Run {
        if !out.is_json() {
            for refused in self.refused.iter().take(SHOWN) {
                note(format_args!("line {}: {}", refused.line, refused.error));
            }
            if let Some(more) = self
                .refused
                .len()
                .checked_sub(SHOWN)
                .filter(|more| *more > 0)
            {
                note(format_args!("and {more} more: --output json tells all"));
            }
            self.warn();
        }
        let (registered, refused) = (self.registered.len(), self.refused.len());
        out.one(self, |out| match (registered, refused) {
            (0, 0) => writeln!(out, "the file has no images"),
            (registered, 0) => writeln!(out, "registered {registered} images"),
            (0, refused) => writeln!(
                out,
                "nothing was registered: {refused} of {} lines are refused",
                self.lines
            ),
            (registered, refused) => {
                writeln!(
                    out,
                    "registered {registered} images, {refused} lines are refused"
                )
            }
        })?;
        if refused > 0 {
            return Err(Failure::Wanting);
        }
        Ok(())
    }

    /// Warns once of each kind, with the first line that it is about and how many there are.
    fn warn(&self) {
        let mut kinds: BTreeMap<_, (u64, &Warning, usize)> = BTreeMap::new();
        for line in &self.registered {
            for warning in &line.warnings {
                let kind = kinds
                    .entry(warning.code())
                    .or_insert((line.line, warning, 0));
                kind.2 += 1;
            }
        }
        for (line, warning, count) in kinds.into_values() {
            match count {
                1 => warn(format_args!("line {line}: {warning}")),
                _ => warn(format_args!("line {line}: {warning} ({count} lines)")),
            }
        }
    }
}

/// Reads a file, or stdin.
fn read(path: &Path, limit: usize) -> Result<Vec<u8>, Failure> {
    if path != Path::new("-") {
        return files::read(path, limit);
    }
    let most = u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1);
    let mut bytes = Vec::new();
    std::io::stdin().lock().take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}
