//! The log of a VHDX: what of the file is only there, until somebody writes it to its place.

use super::{
    file::{File, le},
    plan::Plan,
    vhdx::{MIB, PAGE, seal},
};
use std::collections::BTreeMap;

const GUID: &[u8] = b"a log that count";

/// What one descriptor of an entry writes.
struct Write {
    at: u64,
    /// None of a page that becomes zeros.
    page: Option<Vec<u8>>,
}

/// The entries as they come to be.
struct Log {
    /// The byte of the file where it begins.
    at: u64,
    /// The byte of the log where the next entry goes.
    next: u64,
    sequence: u64,
    tail: u64,
    flushed: u64,
    reaches: u64,
}

/// Takes some pages out of a file, and writes a log that puts them back.
pub(crate) fn write(plan: &mut Plan<'_>, file: &mut File, at: u64, worth: &[u64]) {
    let reaches = file.length;
    let mut pages: Vec<u64> = (0..plan.below(7))
        .map(|_| plan.one_of(worth) + plan.below(2) as u64 * PAGE)
        .filter(|page| *page + PAGE <= reaches)
        .collect();
    // The file can end earlier: the log says how long it is to be.
    let cut = plan.below(4) as u64 * PAGE;
    let flushed = (reaches - cut.min(reaches - 4 * MIB))
        .next_multiple_of(PAGE)
        .min(reaches);
    let mut place = flushed;
    while place < reaches {
        pages.push(place);
        place += PAGE;
    }
    let last: BTreeMap<u64, usize> = pages
        .iter()
        .enumerate()
        .map(|(it, page)| (*page, it))
        .collect();
    let whole = file.clone();
    let mut writes = Vec::new();
    for (number, page) in pages.iter().enumerate() {
        // Of two writes to one place the later one counts.
        let bytes = if last.get(page) == Some(&number) {
            whole.bytes(*page, PAGE as usize)
        } else {
            vec![0xdd; PAGE as usize]
        };
        let is_zero = bytes.iter().all(|it| *it == 0) && !plan.flag();
        writes.push(Write {
            at: *page,
            page: (!is_zero).then_some(bytes),
        });
        file.put(*page, &[0xee; PAGE as usize]);
    }
    file.length = flushed;
    let mut log = Log {
        at,
        next: plan.below(256) as u64 * PAGE,
        sequence: plan.one_of(&[5, 1 << 40]),
        tail: 0,
        flushed,
        reaches,
    };
    if plan.flag() {
        // Old, and before a gap in the numbers.
        log.tail = log.next;
        let junk = Write {
            at: worth[0],
            page: Some(vec![0xcc; PAGE as usize]),
        };
        log.entry(plan, file, &[junk]);
        log.sequence += 1;
    }
    log.tail = log.next;
    let at_once = 1 + plan.below(4);
    if writes.is_empty() {
        log.entry(plan, file, &[]);
    }
    for some in writes.chunks(at_once) {
        log.entry(plan, file, some);
    }
    if plan.flag() {
        // The newest was not written to its end.
        let place = log.place(0);
        log.entry(plan, file, &[]);
        file.put(place + 100, b"torn");
    }
}

impl Log {
    /// Where a byte behind the next one is in the file.
    fn place(&self, more: u64) -> u64 {
        self.at + (self.next + more) % MIB
    }

    fn entry(&mut self, plan: &mut Plan<'_>, file: &mut File, writes: &[Write]) {
        let mut bytes = vec![0; PAGE as usize];
        bytes[..4].copy_from_slice(b"loge");
        bytes[32..48].copy_from_slice(GUID);
        let sequence = plan.number(self.sequence);
        for (number, write) in writes.iter().enumerate() {
            let at = 64 + number * 32;
            le(&mut bytes, at + 16, plan.number(write.at), 8);
            le(&mut bytes, at + 24, plan.number(sequence), 8);
            let Some(page) = &write.page else {
                bytes[at..at + 4].copy_from_slice(b"zero");
                le(&mut bytes, at + 8, plan.number(PAGE), 8);
                continue;
            };
            bytes[at..at + 4].copy_from_slice(b"desc");
            bytes[at + 4..at + 8].copy_from_slice(&page[4092..]);
            bytes[at + 8..at + 16].copy_from_slice(&page[..8]);
            let mut data = page.clone();
            data[..4].copy_from_slice(b"data");
            le(&mut data, 4, plan.number(sequence >> 32), 4);
            le(&mut data, 4092, plan.number(sequence & 0xffff_ffff), 4);
            bytes.extend(data);
        }
        for (at, number, width) in [
            (8, bytes.len() as u64, 4),
            (12, self.tail, 4),
            (16, sequence, 8),
            (24, writes.len() as u64, 4),
            (48, self.flushed, 8),
            (56, self.reaches, 8),
        ] {
            le(&mut bytes, at, plan.number(number), width);
        }
        seal(plan, &mut bytes);
        for (number, sector) in bytes.chunks(PAGE as usize).enumerate() {
            file.put(self.place(number as u64 * PAGE), sector);
        }
        file.spots
            .push((self.place(0), 64 + writes.len() as u64 * 32));
        self.next = (self.next + bytes.len() as u64) % MIB;
        self.sequence += 1;
    }
}
