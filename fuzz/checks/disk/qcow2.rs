//! QCOW2 as its specification has it: every kind of cluster, at any place.

use super::{
    Built,
    file::{File, be},
    pack,
    plan::Plan,
};
use atlas_disk::Format;

const COPIED: u64 = 1 << 63;
const COMPRESSED: u64 = 1 << 62;

/// What is built, and where the next thing goes.
struct Image {
    file: File,
    end: u64,
    bits: u32,
    is_new: bool,
    is_extended: bool,
    is_zstd: bool,
    disk: Vec<u8>,
    /// Zeros at the end of the last thing, where that is data: the file need not have them.
    slack: u64,
}

pub(crate) fn build(plan: &mut Plan<'_>) -> Built {
    let is_new = !plan.flag();
    let bits = match plan.most {
        0..0x10_0000 => plan.one_of(&[9, 10, 12]),
        _ => plan.one_of(&[9, 10, 9, 12, 9, 14, 9, 15, 10, 9, 16, 9, 14, 20, 9, 11]),
    };
    let is_extended = is_new && bits >= 14 && plan.flag();
    let is_zstd = is_new && plan.flag();
    let cluster = 1_usize << bits;
    let count = 1 + plan.below((plan.most / cluster).clamp(1, 100));
    let size = count * cluster - plan.below(cluster);
    let entry = if is_extended { 16 } else { 8 };
    let in_table = cluster / entry;
    let tables = count.div_ceil(in_table);
    let mut image = Image {
        file: File::default(),
        end: cluster as u64,
        bits,
        is_new,
        is_extended,
        is_zstd,
        disk: vec![0; count * cluster],
        slack: 0,
    };
    let snapshots = plan.below(3) as u64;
    let snapshots_at = image.cluster(snapshots);
    image.end += snapshots.saturating_sub(1) * cluster as u64;
    let first_length = tables + plan.below(3);
    let first_at = image.cluster(1);
    image.end = first_at + (first_length as u64 * 8).next_multiple_of(cluster as u64);
    let mut first = vec![0; first_length * 8];
    for number in 0..tables {
        if plan.below(8) == 7 {
            continue;
        }
        let table_at = image.cluster(1);
        let mut table = vec![0; cluster];
        let numbers = number * in_table..count.min((number + 1) * in_table);
        for (guest, entry) in numbers.zip(table.chunks_mut(entry)) {
            image.guest(plan, guest, entry);
        }
        image.file.put(table_at, &table);
        let used = (count - number * in_table).min(in_table) * entry;
        image.file.spots.push((table_at, used as u64));
        let copied = copied(plan);
        be(&mut first, number * 8, plan.number(table_at | copied), 8);
    }
    image.file.spot(first_at, &first);
    let header = image.header(
        plan,
        size,
        (first_at, first_length),
        (snapshots_at, snapshots),
    );
    image.file.spot(0, &header);
    let whole = image.end.next_multiple_of(cluster as u64);
    if image.slack > 0 && plan.flag() {
        image.file.length = whole - image.slack;
    } else if plan.flag() {
        image.file.grow(whole);
    }
    image.disk.truncate(size);
    Built::new(image.file, Format::Qcow2, image.disk)
}

/// That something is named once in all snapshots, which is told or not.
fn copied(plan: &mut Plan<'_>) -> u64 {
    if plan.flag() { 0 } else { COPIED }
}

impl Image {
    /// A place for whole clusters, which follow.
    fn cluster(&mut self, count: u64) -> u64 {
        let cluster = 1 << self.bits;
        let at = self.end.next_multiple_of(cluster);
        if count > 0 {
            self.end = at + cluster;
            self.file.grow(self.end);
        }
        at
    }

    /// Builds what is at one cluster of the disk, and its entry.
    fn guest(&mut self, plan: &mut Plan<'_>, number: usize, entry: &mut [u8]) {
        let cluster = 1_usize << self.bits;
        let room = number * cluster..(number + 1) * cluster;
        self.slack = 0;
        let (mut word, mut parts) = (0, 0);
        match plan.below(10) {
            0..3 => {}
            3 if self.is_new && !self.is_extended => {
                // Zeros, with or without a place for what comes later.
                let at = self.cluster(1) * u64::from(plan.flag());
                word = 1 | at;
            }
            4 | 5 => {
                plan.content(&mut self.disk[room.clone()]);
                let bytes = &self.disk[room];
                let packed = if self.is_zstd {
                    pack::zstd(plan, bytes)
                } else {
                    pack::deflate(plan, bytes)
                };
                word = self.packed(plan, &packed);
            }
            choice => {
                let gap = usize::from(choice == 9);
                self.end += (gap * cluster) as u64;
                let at = self.cluster(1);
                plan.content(&mut self.disk[room.clone()]);
                self.file.put(at, &self.disk[room.clone()]);
                word = at | copied(plan);
                let data = &self.disk[room.clone()];
                let last = data.iter().rposition(|it| *it != 0).unwrap_or_default();
                self.slack = (cluster - 1 - last) as u64;
                if self.is_extended {
                    parts = self.parts(plan, room);
                }
            }
        }
        be(entry, 0, plan.number(word), 8);
        if self.is_extended {
            be(entry, 8, plan.number(parts), 8);
        }
    }

    /// Some parts of a cluster are data, and of the others some say that they are zeros.
    fn parts(&mut self, plan: &mut Plan<'_>, room: core::ops::Range<usize>) -> u64 {
        let is_whole = plan.flag();
        let data = if is_whole {
            u64::from(u32::MAX)
        } else {
            plan.word(4)
        };
        let zeros = plan.word(2) << 8 & !data;
        let length = room.len() / 32;
        for (number, part) in self.disk[room].chunks_mut(length).enumerate() {
            if data >> number & 1 == 0 {
                part.fill(0);
            }
        }
        zeros << 32 | data
    }

    /// Writes compressed data, which begins at any byte, and whose last sector it shares.
    fn packed(&mut self, plan: &mut Plan<'_>, packed: &[u8]) -> u64 {
        let reach = |at: u64| (at + packed.len() as u64 - 1) / 512 - at / 512;
        // An entry tells of no more sectors than twice a cluster has.
        if plan.flag() || reach(self.end) >= 1 << (self.bits - 8) {
            self.end = self.end.next_multiple_of(512);
        }
        let at = self.end;
        self.file.spot(at, packed);
        self.end = at + packed.len() as u64;
        let sectors = reach(at);
        COMPRESSED | sectors << (70 - self.bits) | at
    }

    fn header(
        &self,
        plan: &mut Plan<'_>,
        size: usize,
        (first_at, first_length): (u64, usize),
        (snapshots_at, snapshots): (u64, u64),
    ) -> Vec<u8> {
        let mut header = vec![0; 72];
        if self.is_new {
            let longer = plan.below(3) * 8;
            header.resize(if self.is_zstd { 112 } else { 104 } + longer, 0);
        }
        let length = header.len();
        header[..4].copy_from_slice(b"QFI\xfb");
        for (at, number, width) in [
            (4, if self.is_new { 3 } else { 2 }, 4),
            (8, 0, 8),
            (16, 0, 4),
            (20, self.bits.into(), 4),
            (24, size as u64, 8),
            (32, 0, 4),
            (36, first_length as u64, 4),
            (40, first_at, 8),
            (48, 1 << self.bits, 8),
            (56, 1, 4),
            (60, snapshots, 4),
            (64, snapshots_at * u64::from(snapshots > 0), 8),
        ] {
            be(&mut header, at, plan.number(number), width);
        }
        if self.is_new {
            let is_dirty = u64::from(plan.flag());
            let bits = is_dirty | u64::from(self.is_zstd) << 3 | u64::from(self.is_extended) << 4;
            let order = plan.below(7) as u64;
            for (at, number, width) in [(72, bits, 8), (96, order, 4), (100, length as u64, 4)] {
                be(&mut header, at, plan.number(number), width);
            }
            if self.is_zstd {
                be(&mut header, 104, plan.number(1), 1);
            }
        }
        for kind in 0..plan.below(3) {
            let length = plan.below(40);
            let at = header.len();
            header.resize((at + 8 + length).next_multiple_of(8), b'x');
            be(&mut header, at, plan.number(0x6803_f857 + kind as u64), 4);
            be(&mut header, at + 4, plan.number(length as u64), 4);
        }
        header.extend([0; 8]);
        header
    }
}
