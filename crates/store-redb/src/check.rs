//! Looking through a whole store.

use crate::{
    Backend, OpenError, Options, Place,
    guard::{Guarded, engine, guarded},
    layout::{
        COMMITS, ENTRIES, FEED, Head, read_commit, read_entry, read_feed_entry, read_feed_key,
        read_key,
    },
    open::{self, Opened},
};
use atlas_store::{FeedPosition, Key, Partition, StoreError};
use core::fmt;
use redb::{ReadableDatabase as _, ReadableTable as _, ReadableTableMetadata as _};
use std::collections::BTreeMap;

/// What a check found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct CheckReport {
    /// How many keys there are.
    pub entries: u64,
    /// How many bytes of keys and values.
    pub entry_bytes: u64,
    /// How many partitions were ever written to.
    pub partitions: usize,
    /// How many commits the feeds keep, counted in each partition.
    pub feed_entries: u64,
    /// How many commits are kept with their tokens.
    pub commits: u64,
    /// The number of the newest commit that a key or a feed tells of.
    pub newest: u64,
    /// Whether the store was closed the last time it was open. If not, the next open repairs what
    /// a stop in the middle left; that is no damage.
    pub closed_well: bool,
    /// What is wrong, in the order of the file; at most 100.
    pub problems: Vec<Problem>,
}

impl CheckReport {
    /// Whether nothing is wrong.
    pub fn is_sound(&self) -> bool {
        self.problems.is_empty()
    }

    fn note(&mut self, problem: Problem) {
        if self.problems.len() < MAX_PROBLEMS {
            self.problems.push(problem);
        }
    }
}

/// Something that is wrong with a store.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Problem {
    /// The engine's own check failed.
    Structure,
    /// The engine could not read on; what comes after was not seen.
    Unreadable {
        /// In which table.
        table: &'static str,
    },
    /// A row is not as this store writes it.
    Misread {
        /// In which table.
        table: &'static str,
        /// After how many others.
        row: u64,
    },
    /// The value of a key is not as this store writes it.
    Value {
        /// Whose.
        key: Key,
    },
    /// The feed of a partition lacks an entry.
    FeedGap {
        /// Whose feed.
        partition: Partition,
        /// The first entry that is missing.
        position: FeedPosition,
    },
    /// The commits are not numbered one after the other.
    Commits,
    /// The commits end before one that wrote something.
    CommitsLost {
        /// The last commit that is there.
        last: u64,
        /// The newest one that a key or a feed tells of.
        newest: u64,
    },
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Structure => f.write_str("the structure of the file does not add up"),
            Self::Unreadable { table } => write!(f, "table `{table}` cannot be read to its end"),
            Self::Misread { table, row } => {
                write!(
                    f,
                    "table `{table}`: the row after {row} others cannot be understood"
                )
            }
            Self::Value { key } => write!(f, "key `{key}`: its value cannot be understood"),
            Self::FeedGap {
                partition,
                position,
            } => {
                write!(f, "the feed of `{partition}` has no entry {position}")
            }
            Self::Commits => f.write_str("the commits are not numbered one after the other"),
            Self::CommitsLost { last, newest } => {
                write!(
                    f,
                    "the commits end with {last}, and {newest} has written something"
                )
            }
        }
    }
}

const MAX_PROBLEMS: usize = 100;
const CACHE_BYTES: usize = 64 << 20;

pub(crate) fn check(backend: impl Backend, place: &Place) -> Result<CheckReport, OpenError> {
    let options = Options {
        cache_bytes: CACHE_BYTES,
        ..Options::default()
    };
    let (opened, closed_well) = open::inspect(backend, place, &options)?;
    let Opened {
        mut database,
        heads,
        ..
    } = opened;
    let mut report = CheckReport {
        closed_well,
        partitions: heads.len(),
        ..CheckReport::default()
    };
    // The rows first: the engine's check repairs what it can, in memory.
    rows(&database, &heads, &mut report);
    if !database.is_sound() {
        report.problems.insert(0, Problem::Structure);
    }
    Ok(report)
}

fn rows(database: &Guarded, heads: &BTreeMap<Partition, Head>, report: &mut CheckReport) {
    type Look =
        fn(&Guarded, &BTreeMap<Partition, Head>, &mut CheckReport) -> Result<(), StoreError>;
    let looks: [(&'static str, Look); 3] =
        [("entries", entries), ("feed", feeds), ("commits", commits)];
    for (table, look) in looks {
        if guarded(|| look(database, heads, report)).is_err() {
            report.note(Problem::Unreadable { table });
        }
    }
}

fn entries(
    database: &Guarded,
    _: &BTreeMap<Partition, Head>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    let transaction = database.get()?.begin_read().map_err(engine)?;
    let table = transaction.open_table(ENTRIES).map_err(engine)?;
    let most = table.len().map_err(engine)?;
    let mut last = None;
    for row in table.iter().map_err(engine)? {
        let (key, value) = row.map_err(engine)?;
        let bytes = key
            .value()
            .len()
            .saturating_add(value.value().len().saturating_sub(8));
        report.entry_bytes = report
            .entry_bytes
            .saturating_add(u64::try_from(bytes).unwrap_or(0));
        match read_key(key.value()) {
            Some(key) if last.as_ref().is_none_or(|last| *last < key) => {
                match read_entry(value.value()) {
                    Some(entry) => report.newest = report.newest.max(entry.version.as_u64()),
                    None => report.note(Problem::Value { key: key.clone() }),
                }
                last = Some(key);
            }
            _ => report.note(Problem::Misread {
                table: "entries",
                row: report.entries,
            }),
        }
        report.entries += 1;
        if report.entries > most {
            break; // a tree that was bent into a circle
        }
    }
    if report.entries != most {
        report.note(Problem::Unreadable { table: "entries" });
    }
    Ok(())
}

fn feeds(
    database: &Guarded,
    heads: &BTreeMap<Partition, Head>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    let transaction = database.get()?.begin_read().map_err(engine)?;
    let table = transaction.open_table(FEED).map_err(engine)?;
    let most = table.len().map_err(engine)?;
    let mut expected: BTreeMap<_, _> = heads
        .iter()
        .map(|(partition, head)| (partition.clone(), head.oldest.next()))
        .collect();
    for row in table.iter().map_err(engine)? {
        let (key, value) = row.map_err(engine)?;
        let place = read_feed_key(key.value());
        let read = place.and_then(|(partition, position)| {
            let entry = read_feed_entry(position, value.value())?;
            let commit = u64::try_from(entry.commit.as_u128()).unwrap_or(u64::MAX);
            report.newest = report.newest.max(commit);
            Some((partition, position))
        });
        match read {
            Some((partition, position)) => {
                let next = expected.entry(partition.clone()).or_default();
                if *next != position {
                    report.note(Problem::FeedGap {
                        partition,
                        position: *next,
                    });
                }
                *next = position.next();
            }
            None => report.note(Problem::Misread {
                table: "feed",
                row: report.feed_entries,
            }),
        }
        report.feed_entries += 1;
        if report.feed_entries > most {
            break;
        }
    }
    for (partition, head) in heads {
        let next = expected.get(partition).copied().unwrap_or_default();
        if next != head.newest.next() {
            report.note(Problem::FeedGap {
                partition: partition.clone(),
                position: next,
            });
        }
    }
    Ok(())
}

/// The commits are numbered without a gap, and the feeds reach as far as they say.
fn commits(
    database: &Guarded,
    heads: &BTreeMap<Partition, Head>,
    report: &mut CheckReport,
) -> Result<(), StoreError> {
    let transaction = database.get()?.begin_read().map_err(engine)?;
    let commits = transaction.open_table(COMMITS).map_err(engine)?;
    let most = commits.len().map_err(engine)?;
    let mut last = None;
    let mut ends = BTreeMap::new();
    let mut gap = false;
    for row in commits.iter().map_err(engine)? {
        let (number, row) = row.map_err(engine)?;
        let number = number.value();
        gap |= last.is_some_and(|last: u64| last.checked_add(1) != Some(number));
        last = Some(number);
        match read_commit(number, row.value()) {
            Some((_, committed)) => ends.extend(committed.positions),
            None => report.note(Problem::Misread {
                table: "commits",
                row: report.commits,
            }),
        }
        report.commits += 1;
        if report.commits > most {
            break;
        }
    }
    if gap {
        report.note(Problem::Commits);
    }
    let (last, newest) = (last.unwrap_or_default(), report.newest);
    if last < newest {
        report.note(Problem::CommitsLost { last, newest });
    }
    for (partition, end) in ends {
        let head = heads.get(&partition).copied().unwrap_or_default();
        if head.newest < end {
            report.note(Problem::FeedGap {
                partition,
                position: head.newest.next(),
            });
        }
    }
    Ok(())
}
