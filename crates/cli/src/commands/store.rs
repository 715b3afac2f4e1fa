//! `atlas init`, `store`, `events`: the store itself.

use crate::{
    args::Global,
    exit::{Failure, Run},
    files,
    print::{Columns, Out, note},
    progress::{self, Phases},
};
use clap::Subcommand;
use cloud_atlas::{Atlas, FileReport, Loader};
use pollster::FutureExt as _;
use serde::Serialize;
use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, BufWriter, IsTerminal as _, Read as _, Write},
    path::{Path, PathBuf},
};

/// Make a store; nothing else ever makes one.
pub(crate) fn init(global: &Global, out: &mut Out) -> Run {
    #[derive(Serialize)]
    struct Made<'a> {
        store: &'a str,
    }
    let store = global.store_url()?;
    if let Some(folder) = global.default_store_folder()? {
        fs::create_dir_all(&folder)?;
    }
    let atlas = Atlas::init(&store).block_on().map_err(Failure::opening)?;
    // Without a password: what is printed is often kept.
    let store = cloud_atlas::shown_address(&store);
    out.one(&Made { store: &store }, |out| {
        writeln!(out, "made a store at {store}")
    })?;
    let small = atlas.small_limits();
    for small in &small {
        let (what, limit, needed) = (small.what, small.limit, small.needed);
        note(format!(
            "this store takes {limit} {what}; a release of 200 images has up to {needed}"
        ));
    }
    if !small.is_empty() {
        note("what is too large is refused: import it with `--in-batches`");
    }
    Ok(())
}

/// Take care of the store
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    /// Write every record as a line of JSON
    Dump {
        /// Into which file [default: stdout]
        #[arg(short, long, value_name = "FILE")]
        out: Option<PathBuf>,
    },
    /// Fill a new store from a dump
    ///
    /// The store must hold nothing but what `atlas init` wrote, which is replaced. Where a load of
    /// the same dump was stopped, it goes on; until then no other command opens the store.
    Load {
        /// The dump
        file: PathBuf,
    },
    /// Read everything and compare it with its checksums, indexes and digests
    ///
    /// It reads the file first, where there is one, then the records in it, and changes neither.
    /// Ends with 1 if something is wrong, and with 3 if the store cannot be read at all.
    Check,
    /// Write old records in their newest form
    ///
    /// A store of an earlier version gets its new indexes whenever it is opened, and its old
    /// records can be read as they are: this is for stores that are to forget their old forms.
    Upgrade,
    /// Count the records
    Stats,
}

pub(crate) fn run(command: Store, global: &Global, out: &mut Out) -> Run {
    match command {
        Store::Dump { out: file } => dump(&global.open()?, file.as_deref()),
        Store::Load { file } => load(global, &file, out),
        Store::Check => check(global, out),
        Store::Upgrade => upgrade(&global.open()?, out),
        Store::Stats => {
            let counts = global.open()?.count().block_on()?;
            let counts: Vec<_> = counts
                .into_iter()
                .map(|(table, records)| Count { table, records })
                .collect();
            out.list(
                &counts,
                &Columns::new("nothing", &["TABLE", ">RECORDS"], Count::row),
            )
        }
    }
}

#[derive(Serialize)]
struct Count<'a> {
    table: &'a str,
    records: u64,
}

impl Count<'_> {
    fn row(&self) -> Vec<String> {
        vec![self.table.to_owned(), self.records.to_string()]
    }
}

fn dump(atlas: &Atlas, file: Option<&Path>) -> Run {
    let bars = Phases::new(file.is_some() || !io::stdout().is_terminal());
    let watcher = |now| bars.show(now);
    if let Some(path) = file {
        let mut whole = files::Whole::create(path)?;
        let sink = |line: &str| {
            whole.write_all(line.as_bytes())?;
            whole.write_all(b"\n")
        };
        atlas.dump(sink, &watcher).block_on()?;
        whole.finish()?;
        drop(bars);
        note(format!("the dump is in {}", files::shown(path)));
        return Ok(());
    }
    let mut stdout = BufWriter::new(io::stdout().lock());
    let sink = |line: &str| {
        stdout.write_all(line.as_bytes())?;
        stdout.write_all(b"\n")
    };
    atlas.dump(sink, &watcher).block_on()?;
    Ok(stdout.flush()?)
}

fn load(global: &Global, path: &Path, out: &mut Out) -> Run {
    #[derive(Serialize)]
    struct Loaded {
        entries: u64,
    }
    let shown = path.display();
    let unread = |error| Failure::trouble(format!("`{shown}` cannot be read")).because(error);
    if !fs::metadata(path).map_err(unread)?.is_file() {
        let message = format!("`{shown}` is no file: a dump is read twice, first to check it");
        return Err(Failure::trouble(message).into());
    }
    let loader = global.when_free(|url| Loader::open(url).block_on())?;
    if let Some((done, entries)) = loader.unfinished() {
        note(format!(
            "a load was begun before: {done} of {entries} entries are there"
        ));
    }
    let bars = Phases::new(true);
    let lines = || Ok(Lines(BufReader::with_capacity(1 << 16, File::open(path)?)));
    let header = loader
        .load(lines, &|now| bars.show(now))
        .block_on()
        .map_err(|error| Failure::from(error).at(format!("`{shown}` was not loaded")))?;
    drop(bars);
    let entries = header.entries;
    out.one(&Loaded { entries }, |out| {
        writeln!(out, "loaded {entries} entries from {shown}")
    })
}

fn upgrade(atlas: &Atlas, out: &mut Out) -> Run {
    let bar = progress::bar("upgrading");
    let report = atlas
        .upgrade(|progress| {
            // A step knows of partitions how many there are, and of records how many it has seen.
            bar.set_length(u64::try_from(progress.partitions).unwrap_or(u64::MAX));
            bar.set_position(u64::try_from(progress.done).unwrap_or(u64::MAX));
            let (step, of, records) = (progress.step, &progress.of, progress.records);
            bar.set_message(format!("{step} {of}, {records} looked at, accounts"));
        })
        .block_on();
    bar.finish_and_clear();
    let report = report?;
    out.one(&report, |out| match report.rewritten {
        0 => writeln!(out, "all is as this version writes it"),
        1 => writeln!(out, "1 record was written anew"),
        records => writeln!(out, "{records} records were written anew"),
    })
}

/// The lines of a dump, none longer than any record can be.
struct Lines(BufReader<File>);

impl Iterator for Lines {
    type Item = io::Result<String>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut line = Vec::new();
        match (&mut self.0).take(LINE_BYTES).read_until(b'\n', &mut line) {
            Ok(0) => None,
            Ok(_) => {
                let is_whole = line.pop_if(|last| *last == b'\n').is_some();
                if !is_whole && u64::try_from(line.len()).is_ok_and(|length| length >= LINE_BYTES) {
                    let error = "a line is longer than any record can be";
                    return Some(Err(io::Error::new(io::ErrorKind::InvalidData, error)));
                }
                let invalid = |error| io::Error::new(io::ErrorKind::InvalidData, error);
                Some(String::from_utf8(line).map_err(invalid))
            }
            Err(error) => Some(Err(error)),
        }
    }
}

/// The most bytes of a line of a dump: a value of any engine fits, escaped.
const LINE_BYTES: u64 = 64 * 1024 * 1024;

fn check(global: &Global, out: &mut Out) -> Run {
    let report = global.when_free(|url| Atlas::check_url(url).block_on())?;
    out.one(&report, |out| {
        for finding in &report.findings {
            writeln!(out, "{finding}")?;
        }
        if let Some(file) = &report.file {
            let FileReport {
                keys,
                feed_entries,
                commits,
                ..
            } = file;
            writeln!(
                out,
                "looked at every page of the file: {keys} keys, {feed_entries} feed entries, {commits} commits"
            )?;
            if !file.closed_well {
                writeln!(
                    out,
                    "it was not closed the last time: the next command repairs it"
                )?;
            }
        }
        let records: u64 = report.records.values().sum();
        let looked_at = if report.records.is_empty() {
            "; the records in it were not looked at".to_owned()
        } else {
            format!(" among {records} records")
        };
        match report.findings.len() {
            0 => writeln!(
                out,
                "all is well: {records} records agree with their checksums, indexes and digests"
            ),
            1 => writeln!(out, "1 thing is wrong{looked_at}"),
            wrong => writeln!(out, "{wrong} things are wrong{looked_at}"),
        }
    })?;
    if report.findings.is_empty() {
        Ok(())
    } else {
        Err(Failure::Wanting)
    }
}
