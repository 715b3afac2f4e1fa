//! How far long work has come.

/// Which part of a dump or a load is under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// A store is read, so that the header can say what a dump holds.
    Counting,
    /// The lines of a dump are written.
    Dumping,
    /// A dump is read and compared with its header.
    Checking,
    /// What a load that was stopped has left is read and compared with its journal.
    Resuming,
    /// Entries are written to a store.
    Loading,
    /// The whole store is read and compared with the header.
    Comparing,
}

/// How far a phase has come. Entries are lines after the header, bytes those of lines with their
/// line ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Which phase.
    pub phase: Phase,
    /// Entries done in this phase.
    pub entries: u64,
    /// How many there are in all, where that is known. A dump under check says so of itself.
    pub entries_in_all: Option<u64>,
    /// Bytes done in this phase.
    pub bytes: u64,
    /// How many there are in all, where that is known.
    pub bytes_in_all: Option<u64>,
}

/// Who is told how far work has come: at the beginning and the end of each phase, and between about
/// every thousand entries, or with every batch that is written.
pub type Watcher<'a> = &'a (dyn Fn(Progress) + Sync);

/// Tells a watcher, neither too often nor too seldom.
pub(crate) struct Meter<'a> {
    watcher: Watcher<'a>,
    now: Progress,
    told: u64,
}

/// Entries between two reports.
const INTERVAL: u64 = 1000;

impl<'a> Meter<'a> {
    pub(crate) fn new(
        watcher: Watcher<'a>,
        phase: Phase,
        entries_in_all: Option<u64>,
        bytes_in_all: Option<u64>,
    ) -> Self {
        let now = Progress {
            phase,
            entries: 0,
            entries_in_all,
            bytes: 0,
            bytes_in_all,
        };
        watcher(now);
        Self {
            watcher,
            now,
            told: 0,
        }
    }

    pub(crate) fn advance(&mut self, entries: u64, bytes: u64) {
        (self.now.entries, self.now.bytes) = (entries, bytes);
        if entries >= self.told.saturating_add(INTERVAL) {
            self.tell();
        }
    }

    pub(crate) fn end(mut self) {
        if self.told != self.now.entries {
            self.tell();
        }
    }

    fn tell(&mut self) {
        self.told = self.now.entries;
        (self.watcher)(self.now);
    }
}
