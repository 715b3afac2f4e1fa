//! What tables say of grains, and what was seen of them: both must be the same in the end.

use crate::{
    DiskError, Reason, Refusal,
    bytes::le32,
    error::refuse,
    vmdk::header::{Header, IN_TABLE, SECTOR},
};
use std::collections::{BTreeMap, BTreeSet};

/// Grains and tables of a stream, one of which is waited for by the other.
#[derive(Debug)]
pub(super) struct Ledger {
    /// Grains that the tables before them told of, or that were seen before their table was: 0 if not.
    waiting: BTreeMap<u64, Box<Entries>>,
    /// Whether tables come first.
    tables_first: bool,
    has_zeros: bool,
    /// In which sectors tables were that told of what was seen.
    tables: BTreeMap<u64, u32>,
    /// In which sectors tables were that told of nothing.
    empty: BTreeSet<u32>,
    /// Tables that the disk has.
    most: u64,
}

type Entries = [u32; 512];

/// Tables that may wait, of 2 KiB each: 512 GiB of data, at the usual size of a grain.
const MOST_WAITING: usize = 1 << 14;

impl Ledger {
    pub(super) fn new(header: &Header) -> Self {
        Self {
            waiting: BTreeMap::new(),
            tables_first: header.directory < header.overhead,
            has_zeros: header.has_zeros,
            tables: BTreeMap::new(),
            empty: BTreeSet::new(),
            most: header.tables(),
        }
    }

    /// The places of data in a table.
    fn entries(&self, bytes: &[u8; 2048]) -> Box<Entries> {
        let mut entries = Box::new([0; 512]);
        for (to, entry) in entries.iter_mut().zip(bytes.chunks_exact(4)) {
            let entry = le32(entry, 0).unwrap_or_default();
            let is_zeros = entry == 1 && self.has_zeros;
            *to = if is_zeros { 0 } else { entry };
        }
        entries
    }

    /// A table that comes before its grains.
    pub(super) fn told(
        &mut self,
        number: u64,
        bytes: &[u8; 2048],
        at: u64,
    ) -> Result<(), DiskError> {
        let entries = self.entries(bytes);
        if entries.iter().any(|entry| *entry != 0) {
            self.has_room(at)?;
            self.waiting.insert(number, entries);
        }
        Ok(())
    }

    fn has_room(&self, at: u64) -> Result<(), DiskError> {
        if self.waiting.len() < MOST_WAITING {
            return Ok(());
        }
        let refusal =
            Refusal::new(Reason::VirtualSize).what("the tables that are not beside their grains");
        let most = u64::try_from(MOST_WAITING).unwrap_or_default();
        refuse(refusal.allowed(most).at(at))
    }

    /// A grain of the disk, at a byte of the file.
    pub(super) fn grain(&mut self, number: u64, at: u64) -> Result<(), DiskError> {
        let refusal = || Refusal::new(Reason::VmdkGrain).at(at);
        let sector = at.checked_div(SECTOR).unwrap_or_default();
        let sector = u32::try_from(sector).map_err(|_| refusal().what("its place"))?;
        let table = number.checked_div(IN_TABLE).unwrap_or_default();
        let index = usize::try_from(number & (IN_TABLE - 1)).unwrap_or_default();
        if self.tables_first {
            let entries = self.waiting.get_mut(&table);
            let entry = entries.and_then(|entries| entries.get_mut(index));
            return match entry.filter(|entry| **entry == sector) {
                Some(entry) => {
                    *entry = 0;
                    self.forget_done(table);
                    Ok(())
                }
                None => refuse(refusal().what("its table tells something else of it")),
            };
        }
        if self.tables.contains_key(&table) {
            return refuse(refusal().what("it follows its table"));
        }
        if !self.waiting.contains_key(&table) {
            self.has_room(at)?;
        }
        let entries = self
            .waiting
            .entry(table)
            .or_insert_with(|| Box::new([0; 512]));
        match entries.get_mut(index).filter(|entry| **entry == 0) {
            Some(entry) => {
                *entry = sector;
                Ok(())
            }
            None => refuse(refusal().what("it is there twice")),
        }
    }

    /// A table whose grains were all seen needs no room.
    fn forget_done(&mut self, table: u64) {
        let entries = self.waiting.get(&table);
        if entries.is_some_and(|entries| entries.iter().all(|entry| *entry == 0)) {
            self.waiting.remove(&table);
        }
    }

    /// A table that comes behind its grains: which one it is, they tell.
    pub(super) fn table(&mut self, bytes: &[u8; 2048], at: u64) -> Result<(), DiskError> {
        let refusal = || Refusal::new(Reason::VmdkGrain).at(at);
        let sector = at.checked_div(SECTOR).unwrap_or_default();
        let sector = u32::try_from(sector).map_err(|_| refusal().what("a table's place"))?;
        let told = self.entries(bytes);
        if told.iter().all(|entry| *entry == 0) {
            self.empty.insert(sector);
            if u64::try_from(self.empty.len()).is_ok_and(|count| count > self.most) {
                return refuse(refusal().what("there are more tables than the disk has"));
            }
            return Ok(());
        }
        // The last is the likeliest.
        let found = self.waiting.iter().rev().find(|(_, seen)| **seen == told);
        let Some(number) = found.map(|(number, _)| *number) else {
            return refuse(refusal().what("a table, which tells of other grains than were seen,"));
        };
        self.waiting.remove(&number);
        self.tables.insert(number, sector);
        Ok(())
    }

    /// What the directory, which comes last, says of a table.
    pub(super) fn listed(&mut self, number: u64, sector: u32, at: u64) -> Result<(), DiskError> {
        let seen = self.tables.remove(&number);
        let is_seen = match (seen, sector) {
            (Some(seen), told) => seen == told,
            (None, 0) => true,
            (None, told) => self.empty.remove(&told),
        };
        if is_seen {
            return Ok(());
        }
        let refusal = Refusal::new(Reason::VmdkGrain);
        let refusal = refusal.what("the place of a table, which is not where it was seen,");
        refuse(refusal.found(sector.into()).at(at))
    }

    /// Nothing waits in the end.
    pub(super) fn finish(&self, at: u64) -> Result<(), DiskError> {
        if self.waiting.is_empty() && self.tables.is_empty() {
            return Ok(());
        }
        let what = if self.tables_first {
            "a grain that its table tells of, and that is not there"
        } else {
            "a grain that no table tells of"
        };
        refuse(Refusal::new(Reason::VmdkGrain).what(what).at(at))
    }
}
