//! The log: what was to be written to the file when whoever wrote it stopped.

use super::{
    Guid, MIB, guid,
    header::Header,
    replayed::{Part, Replayed, SECTOR},
    sum, wrong,
};
use crate::{
    Budget, DiskError, Reason, Refusal,
    bytes::{le32, le64},
    error::refuse,
    read_at::View,
};
use core::ops::Range;
use std::collections::BTreeMap;

/// Parts of a file that a log may hold: what that takes in memory is some MiB.
const MOST_PARTS: usize = 1 << 16;

/// Reads the log, if there is something in it, and shows the file as it would be without.
pub(super) fn replay(
    source: View,
    header: &Header,
    budget: &Budget<'_>,
) -> Result<Replayed, DiskError> {
    let mut replayed = Replayed::new(source.clone());
    let Some(guid) = header.log else {
        return Ok(replayed);
    };
    let log = Log {
        source,
        at: header.log_at,
        length: header.log_length,
        guid,
    };
    let entries = log.entries(budget)?;
    let active = log.active(&entries)?;
    for entry in &active {
        budget.go_on()?;
        log.write(entry, &mut replayed)?;
    }
    if let Some(last) = active.last() {
        if log.source.length() < last.flushed {
            let refusal = Refusal::new(Reason::Truncated).what("the file, as its log tells,");
            return refuse(refusal.at(log.source.length()));
        }
        replayed.extend(last.reaches);
    }
    Ok(replayed)
}

struct Log {
    source: View,
    at: u64,
    length: u64,
    guid: Guid,
}

/// An entry whose checksum is right.
#[derive(Debug, Clone, Copy)]
struct Entry {
    /// The byte of the log.
    at: u64,
    length: u64,
    /// The byte of the log with which the entries begin that count, this one the last of them.
    tail: u64,
    sequence: u64,
    descriptors: u64,
    /// How long the file was.
    flushed: u64,
    /// How long it is to be.
    reaches: u64,
}

impl Entry {
    /// Sectors of its header and descriptors.
    fn before_data(&self) -> u64 {
        let bytes = self.descriptors.saturating_mul(32).saturating_add(64);
        bytes.div_ceil(SECTOR)
    }
}

impl Log {
    /// Where a byte of the log is in the file: after its end comes its beginning.
    fn place(&self, at: u64) -> u64 {
        let inside = at.checked_rem(self.length).unwrap_or_default();
        self.at.saturating_add(inside)
    }

    /// Reads whole sectors of the log.
    fn sectors(&self, buffer: &mut [u8], at: u64) -> Result<(), DiskError> {
        let mut at = at;
        for sector in buffer.chunks_mut(4096) {
            let short = || Refusal::new(Reason::Truncated).what("the log");
            self.source.exact(sector, self.place(at), short)?;
            at = at.saturating_add(SECTOR);
        }
        Ok(())
    }

    /// All entries with a right checksum, by their place.
    fn entries(&self, budget: &Budget<'_>) -> Result<BTreeMap<u64, Entry>, DiskError> {
        let mut entries = BTreeMap::new();
        // Old entries may reach into newer ones. That everything is in many of them is no log.
        let mut left = self.length.saturating_mul(8);
        let mut at = 0;
        let mut sector = vec![0; 4096];
        while at < self.length {
            if at & (MIB - 1) == 0 {
                budget.go_on()?;
            }
            self.sectors(&mut sector, at)?;
            if let Some(entry) = self.entry(&sector, at) {
                left = match left.checked_sub(entry.length) {
                    Some(left) => left,
                    None => return refuse(wrong("the entries of its log, which overlap,")),
                };
                if self.is_whole(&entry, &sector)? {
                    entries.insert(at, entry);
                }
            }
            at = at.saturating_add(SECTOR);
        }
        Ok(entries)
    }

    /// The header of an entry, if it is one.
    fn entry(&self, bytes: &[u8], at: u64) -> Option<Entry> {
        if !bytes.starts_with(b"loge") || guid(bytes, 32) != self.guid {
            return None;
        }
        let entry = Entry {
            at,
            length: le32(bytes, 8)?.into(),
            tail: le32(bytes, 12)?.into(),
            sequence: le64(bytes, 16)?,
            descriptors: le32(bytes, 24)?.into(),
            flushed: le64(bytes, 48)?,
            reaches: le64(bytes, 56)?,
        };
        let is_aligned = (entry.length | entry.tail) & (SECTOR - 1) == 0;
        let is_inside = entry.length <= self.length && entry.tail < self.length;
        let has_room = entry.before_data().checked_mul(SECTOR)? <= entry.length;
        let is_entry = is_aligned && is_inside && has_room && entry.sequence > 0;
        is_entry.then_some(entry)
    }

    /// Whether the checksum of an entry is right, whose first sector is given.
    fn is_whole(&self, entry: &Entry, first: &[u8]) -> Result<bool, DiskError> {
        let mut found = sum(first);
        let mut sector = vec![0; 4096];
        let mut done = SECTOR;
        while done < entry.length {
            self.sectors(&mut sector, entry.at.saturating_add(done))?;
            found = crc32c::crc32c_append(found, &sector);
            done = done.saturating_add(SECTOR);
        }
        Ok(le32(first, 4) == Some(found))
    }

    /// The entries that count, in their order: those from the tail of the newest to itself.
    fn active(&self, entries: &BTreeMap<u64, Entry>) -> Result<Vec<Entry>, DiskError> {
        let mut heads: Vec<&Entry> = entries.values().collect();
        heads.sort_by_key(|entry| core::cmp::Reverse(entry.sequence));
        let mut steps = entries.len().saturating_mul(4);
        for head in heads {
            let mut active: Vec<Entry> = Vec::new();
            let mut at = head.tail;
            while let Some(entry) = entries.get(&at) {
                let follows = active
                    .last()
                    .is_none_or(|last| last.sequence.checked_add(1) == Some(entry.sequence));
                steps = match steps.checked_sub(1) {
                    Some(steps) if follows => steps,
                    _ => break,
                };
                active.push(*entry);
                if entry.at == head.at {
                    return Ok(active);
                }
                let next = at.saturating_add(entry.length);
                at = next.checked_rem(self.length).unwrap_or_default();
            }
        }
        refuse(wrong("its log, which has no whole sequence of entries,").at(self.at))
    }

    /// Shows what an entry would write.
    fn write(&self, entry: &Entry, replayed: &mut Replayed) -> Result<(), DiskError> {
        let before_data = entry.before_data().saturating_mul(SECTOR);
        let mut data = entry.at.saturating_add(before_data)..entry.at.saturating_add(entry.length);
        let mut left = usize::try_from(entry.descriptors).unwrap_or(usize::MAX);
        let mut sector = vec![0; 4096];
        let mut done = 0;
        while done < before_data {
            self.sectors(&mut sector, entry.at.saturating_add(done))?;
            // The header has the place of two descriptors.
            let descriptors = sector.chunks_exact(32).skip(if done == 0 { 2 } else { 0 });
            for descriptor in descriptors.take(left) {
                left = left.saturating_sub(1);
                self.part(entry, descriptor, &mut data, replayed)?;
            }
            done = done.saturating_add(SECTOR);
        }
        if data.is_empty() {
            return Ok(());
        }
        refuse(wrong("the length of an entry of its log").at(self.place(entry.at)))
    }

    /// Shows what a descriptor of an entry tells of; its data is the next of the entry's.
    fn part(
        &self,
        entry: &Entry,
        descriptor: &[u8],
        data: &mut Range<u64>,
        replayed: &mut Replayed,
    ) -> Result<(), DiskError> {
        let refusal = || wrong("an entry of its log").at(self.place(entry.at));
        let at = le64(descriptor, 16).unwrap_or_default();
        if le64(descriptor, 24) != Some(entry.sequence) || at & (SECTOR - 1) != 0 {
            return refuse(refusal());
        }
        if replayed.parts() >= MOST_PARTS {
            return refuse(refusal().what("the parts of its log"));
        }
        let (length, part) = if descriptor.starts_with(b"zero") {
            (le64(descriptor, 8).unwrap_or_default(), Part::Zeros)
        } else if descriptor.starts_with(b"desc") && !data.is_empty() {
            self.check_data(entry, data.start)?;
            let place = self.place(data.start);
            data.start = data.start.saturating_add(SECTOR);
            (SECTOR, Part::sector(place, descriptor))
        } else {
            return refuse(refusal());
        };
        let until = at.checked_add(length).ok_or_else(refusal)?;
        if length == 0 || length & (SECTOR - 1) != 0 {
            return refuse(refusal());
        }
        replayed.put(at, until, part);
        replayed.extend(until.min(entry.reaches));
        Ok(())
    }

    /// Checks that a sector of data is the entry's.
    fn check_data(&self, entry: &Entry, at: u64) -> Result<(), DiskError> {
        let mut bytes = vec![0; 4096];
        self.sectors(&mut bytes, at)?;
        let high = le32(&bytes, 4).map(u64::from);
        let low = le32(&bytes, 4092).map(u64::from);
        let sequence = high.zip(low).map(|(high, low)| high.wrapping_shl(32) | low);
        if bytes.starts_with(b"data") && sequence == Some(entry.sequence) {
            return Ok(());
        }
        refuse(wrong("a sector of its log").at(self.place(at)))
    }
}
