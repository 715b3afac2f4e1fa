//! VMDK in one file: monolithicSparse, and streamOptimized as VMware's tools and as QEMU write it.

use super::{
    Built,
    file::{File, le},
    pack,
    plan::Plan,
};
use atlas_disk::Format;

/// What is written, and how.
#[expect(clippy::struct_excessive_bools, reason = "plans combine them freely")]
struct Image {
    file: File,
    end: u64,
    is_packed: bool,
    /// Directory and tables are before the grains.
    tables_first: bool,
    has_footer: bool,
    /// Entries can tell of zeros.
    has_zeros: bool,
    /// Bytes of a grain.
    grain: usize,
    /// Sectors of the descriptor.
    text: u64,
    sectors: u64,
    disk: Vec<u8>,
}

/// Sectors that have the directory, and what is behind it: where both are before the grains.
struct Before {
    directory: u64,
    overhead: u64,
}

pub(crate) fn build(plan: &mut Plan<'_>) -> Built {
    let is_packed = plan.flag();
    write(plan, is_packed)
}

pub(crate) fn build_stream(plan: &mut Plan<'_>) -> Built {
    write(plan, true)
}

fn write(plan: &mut Plan<'_>, is_packed: bool) -> Built {
    let grain = plan.one_of(&[8, 8, 16, 128, 8, 1024, 8, 16]) * 512_usize;
    let grain = if plan.most < 1 << 20 { 4096 } else { grain };
    // More than one table has, where grains are small.
    let most = plan.one_of(&[20, 40, 10, 600]).min(plan.most / grain);
    let most = if grain > 4096 {
        most.min(3 + (256 << 10) / grain)
    } else {
        most
    };
    let count = 1 + plan.below(most);
    let sectors = count * (grain / 512) - plan.below(grain / 512);
    let tables_first = plan.flag();
    let mut image = Image {
        file: File::default(),
        end: 0,
        is_packed,
        tables_first,
        has_footer: is_packed && !tables_first && !plan.flag(),
        has_zeros: plan.flag(),
        grain,
        text: plan.one_of(&[2, 20, 1]),
        sectors: sectors as u64,
        disk: vec![0; sectors * 512],
    };
    image.end = (1 + image.text) * 512 + plan.below(3) as u64 * 512;
    let before = image.body(plan);
    if image.has_footer {
        image.marker(plan, 1, 3);
        let at = image.end;
        let footer = image.header(plan, &before);
        image.file.spot(at, &footer);
        image.end += 512;
    }
    let (has_end, padding) = (plan.flag(), plan.below(3) as u64);
    if is_packed && (has_end || !tables_first) {
        image.marker(plan, 0, 0);
    }
    if is_packed && tables_first {
        // QEMU makes room for as much as the last grain could have had.
        image.end += padding * 512;
    }
    image.file.grow(image.end);
    let at_end = Before {
        directory: u64::MAX,
        ..before
    };
    let told = if image.has_footer { &at_end } else { &before };
    let header = image.header(plan, told);
    image.file.spot(0, &header);
    let text = image.descriptor(plan);
    image.file.spot(512, text.as_bytes());
    Built::new(image.file, Format::Vmdk, image.disk)
}

impl Image {
    /// Writes grains, tables and directory.
    fn body(&mut self, plan: &mut Plan<'_>) -> Before {
        let grains = self.disk.len().div_ceil(self.grain);
        let tables = grains.div_ceil(512);
        let first = self.end;
        let mut directory = vec![0; (tables * 4).next_multiple_of(512)];
        if self.tables_first {
            self.end += (directory.len() + tables * 2048) as u64;
        }
        let overhead = self.end / 512;
        for number in 0..tables {
            let mut table = vec![0; 2048];
            let mut all: Vec<_> = (number * 512..grains.min((number + 1) * 512)).collect();
            if plan.flag() {
                all.reverse();
            }
            for grain in all {
                let entry = self.grain(plan, grain);
                le(&mut table, grain % 512 * 4, entry, 4);
            }
            let at = if self.tables_first {
                first + (directory.len() + number * 2048) as u64
            } else {
                self.marker(plan, 4, 1);
                self.end
            };
            self.file.put(at, &table);
            self.file.spots.push((at, 512));
            self.end = self.end.max(at + 2048);
            let is_empty = table.iter().all(|it| *it == 0);
            let is_told = !is_empty || plan.flag();
            let sector = at / 512 * u64::from(is_told);
            le(&mut directory, number * 4, plan.number(sector), 4);
        }
        let mut at = first;
        if !self.tables_first {
            self.marker(plan, directory.len() as u64 / 512, 2);
            at = self.end;
        }
        self.file.spot(at, &directory);
        self.end = self.end.max(at + directory.len() as u64);
        Before {
            directory: at / 512,
            overhead,
        }
    }

    /// Builds what is at a grain of the disk, and returns its entry.
    fn grain(&mut self, plan: &mut Plan<'_>, number: usize) -> u64 {
        let room = number * self.grain..self.disk.len().min((number + 1) * self.grain);
        let choice = plan.below(8);
        if choice < 3 {
            let is_told = self.has_zeros && choice == 2;
            return plan.number(is_told.into());
        }
        plan.content(&mut self.disk[room.clone()]);
        let mut whole = self.disk[room].to_vec();
        if choice != 7 {
            // The last grain is written as a whole, or as far as the disk goes.
            whole.resize(self.grain, 0);
        }
        let at = self.end;
        if !self.is_packed {
            self.file.put(at, &whole);
            self.end += self.grain as u64;
            self.file.grow(self.end);
            return plan.number(at / 512);
        }
        let packed = pack::zlib(plan, &whole);
        let mut marker = vec![0; 12];
        let sector = number * (self.grain / 512);
        le(&mut marker, 0, plan.number(sector as u64), 8);
        le(&mut marker, 8, plan.number(packed.len() as u64), 4);
        marker.extend(packed);
        self.file.spot(at, &marker);
        self.end = (at + marker.len() as u64).next_multiple_of(512);
        self.file.grow(self.end);
        plan.number(at / 512)
    }

    /// A marker of something that is no grain, which only streams have.
    fn marker(&mut self, plan: &mut Plan<'_>, sectors: u64, kind: u64) {
        if !self.is_packed {
            return;
        }
        let mut marker = vec![0; 512];
        le(&mut marker, 0, plan.number(sectors), 8);
        le(&mut marker, 12, plan.number(kind), 4);
        self.file.spot(self.end, &marker);
        self.end += 512;
    }

    fn header(&self, plan: &mut Plan<'_>, before: &Before) -> Vec<u8> {
        let mut header = vec![0; 512];
        header[..4].copy_from_slice(b"KDMV");
        let packed = u64::from(self.is_packed);
        let flags = 1 | u64::from(self.has_zeros) << 2 | packed << 16 | packed << 17;
        for (at, number, width) in [
            (4, if self.is_packed { 3 } else { 1 }, 4),
            (8, flags, 4),
            (12, self.sectors, 8),
            (20, self.grain as u64 / 512, 8),
            (28, 1, 8),
            (36, self.text, 8),
            (44, 512, 4),
            (48, 0, 8),
            (56, before.directory, 8),
            (64, before.overhead, 8),
            (77, packed, 2),
        ] {
            le(&mut header, at, plan.number(number), width);
        }
        header[73..77].copy_from_slice(b"\n \r\n");
        header
    }

    fn descriptor(&self, plan: &mut Plan<'_>) -> String {
        let kind = if self.is_packed {
            "streamOptimized"
        } else {
            "monolithicSparse"
        };
        let access = plan.one_of(&["RW", "RDONLY", "rw"]);
        let end = plan.one_of(&["\n", "\r\n"]);
        let sectors = plan.number(self.sectors);
        let first = plan.one_of(&["# Disk DescriptorFile", "#", "version=1"]);
        let mut lines = vec![
            first.to_owned(),
            "parentCID=ffffffff".to_owned(),
            format!("createType=\"{kind}\""),
            format!("{access} {sectors} SPARSE \"disk.vmdk\""),
        ];
        let more = [
            "CID=12345678",
            "encoding=\"UTF-8\"",
            "isNativeSnapshot=\"no\"",
            "ddb.adapterType = \"lsilogic\"",
            "ddb.uuid.parent=\"00000000-0000\"",
            "",
        ];
        if self.text > 1 {
            for line in more {
                if plan.flag() {
                    lines.push(line.to_owned());
                }
            }
        }
        lines.join(end) + end
    }
}
