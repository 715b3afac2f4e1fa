//! VHD, fixed and dynamic, with checksums that are right whatever else is not.

use super::{
    Built,
    file::{File, be},
    plan::Plan,
};
use atlas_disk::Format;

pub(crate) fn build(plan: &mut Plan<'_>) -> Built {
    let is_dynamic = !plan.flag();
    let most = plan.one_of(&[40, 300, 9000, 120]).min(plan.most / 512);
    let mut disk = vec![0; (1 + plan.below(most)) * 512];
    if is_dynamic {
        return dynamic(plan, disk);
    }
    let third = disk.len().div_ceil(3);
    for part in disk.chunks_mut(third) {
        plan.content(part);
    }
    let mut file = File::of(&disk);
    let nowhere = plan.one_of(&[u64::MAX, 0xffff_ffff]);
    let footer = footer(plan, disk.len() as u64, 2, nowhere);
    file.spot(disk.len() as u64, &footer);
    Built::new(file, Format::Vhd, disk)
}

fn dynamic(plan: &mut Plan<'_>, mut disk: Vec<u8>) -> Built {
    let block = plan.one_of(&[4096, 8192, 65_536, 512 << 10, 2 << 20, 4 << 20]);
    let block = if plan.most < 1 << 20 { 4096 } else { block };
    let bitmap = (block / 512_usize).div_ceil(8).next_multiple_of(512);
    let needed = disk.len().div_ceil(block);
    let entries = needed + plan.below(4);
    let mut file = File::default();
    // The header and the table come in either order, behind the copy of the footer.
    let table_first = plan.flag();
    let gap = plan.below(3) as u64 * 512;
    let table_length = (entries as u64 * 4).next_multiple_of(512);
    let (header_at, table_at) = if table_first {
        (512 + gap + table_length, 512 + gap)
    } else {
        (512 + gap, 1536 + gap)
    };
    let mut end = 1536 + gap + table_length;
    let mut table = vec![0xff; entries * 4];
    let is_backwards = plan.flag();
    let all = (0..needed).map(|it| if is_backwards { needed - 1 - it } else { it });
    for number in all {
        let entry = &mut table[number * 4..number * 4 + 4];
        let room = number * block..disk.len().min((number + 1) * block);
        let choice = plan.below(8);
        if choice < 3 {
            be(entry, 0, plan.number(u64::from(u32::MAX)), 4);
            continue;
        }
        end += plan.one_of(&[0, 0, 512, 4096]);
        be(entry, 0, plan.number(end / 512), 4);
        let mut bits = vec![0xff; bitmap];
        if choice >= 5 {
            let (every, some) = (plan.byte(), plan.byte());
            for (at, byte) in bits.iter_mut().enumerate() {
                *byte = if at % 3 == 0 { every } else { some };
            }
        }
        let room = &mut disk[room];
        plan.content(room);
        file.put(end, &bits);
        file.spots.push((end, 16));
        file.put(end + bitmap as u64, room);
        for (number, sector) in room.chunks_mut(512).enumerate() {
            if bits[number / 8] << (number % 8) & 0x80 == 0 {
                sector.fill(0);
            }
        }
        end += (bitmap + block) as u64;
    }
    file.grow(end);
    file.spot(table_at, &table);
    let header = header(plan, table_at, entries as u64, block as u64);
    file.spot(header_at, &header);
    let footer = footer(plan, disk.len() as u64, 3, header_at);
    let end = file.length.next_multiple_of(512);
    file.spot(0, &footer);
    file.spot(end, &footer);
    Built::new(file, Format::Vhd, disk)
}

fn header(plan: &mut Plan<'_>, table_at: u64, entries: u64, block: u64) -> Vec<u8> {
    let mut header = vec![0; 1024];
    header[..8].copy_from_slice(b"cxsparse");
    for (at, number, width) in [
        (8, u64::MAX, 8),
        (16, table_at, 8),
        (24, 0x1_0000, 4),
        (28, entries, 4),
        (32, block, 4),
    ] {
        be(&mut header, at, plan.number(number), width);
    }
    seal(plan, &mut header, 36);
    header
}

fn footer(plan: &mut Plan<'_>, size: u64, kind: u64, data_at: u64) -> Vec<u8> {
    let mut footer = vec![0; 512];
    footer[..8].copy_from_slice(b"conectix");
    let is_temporary = u64::from(plan.flag());
    for (at, number, width) in [
        (8, 2 | is_temporary, 4),
        (12, 0x1_0000, 4),
        (16, data_at, 8),
        (40, size, 8),
        (48, size, 8),
        (60, kind, 4),
    ] {
        be(&mut footer, at, plan.number(number), width);
    }
    seal(plan, &mut footer, 64);
    footer
}

fn seal(plan: &mut Plan<'_>, bytes: &mut [u8], at: usize) {
    let sum = bytes.iter().fold(0_u32, |sum, byte| sum + u32::from(*byte));
    be(bytes, at, plan.number((!sum).into()), 4);
}
