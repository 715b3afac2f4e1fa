//! RAW disks and CDs, with partitions and with what formats begin and end with.

use super::{
    Built,
    file::{File, be, le},
    plan::Plan,
};
use atlas_disk::{Firmware, Format};

/// Kinds of partitions in an MBR: an EFI system partition, and the whole of a disk with a GPT.
const MBR_ESP: u8 = 0xef;
const MBR_WHOLE: u8 = 0xee;
const ESP: [u8; 16] = [
    0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b,
];
const BIOS_BOOT: [u8; 16] = *b"Hah!IdontNeedEFI";
const LINUX: [u8; 16] = *b"\xaf\x3d\xc6\x0f\x83\x84\x72\x47\x8e\x79\x3d\x69\xd8\x47\x7d\xe4";

/// What formats begin with, or end with, and where.
const MAGICS: &[(usize, &[u8])] = &[
    (0, b"QFI\xfb"),
    (0, b"KDMV"),
    (0, b"COWD"),
    (0, b"conectix"),
    (0, b"vhdxfile"),
    (0, b"LUKS\xba\xbe"),
    (0, b"# Disk DescriptorFile\n"),
    (0, b"# no\r\n \nversion=1\n"),
    (0, b"QED\0"),
    (0, b"\x1f\x8b\x08"),
    (64, b"\x7f\x10\xda\xbe"),
    (257, b"ustar"),
    (32_769, b"CD001"),
    (usize::MAX, b"conectix"),
    (usize::MAX, b"koly"),
];

pub(crate) fn build(plan: &mut Plan<'_>) -> Built {
    let is_cd = plan.flag();
    let least = if is_cd { 34 << 10 } else { 1 };
    let most = plan.one_of(&[
        4 << 10,
        40 << 10,
        512,
        10 << 10,
        80,
        3 << 20,
        2 << 10,
        20 << 10,
    ]);
    let length = (least + plan.below(most)).min(plan.most.max(least));
    let mut bytes = vec![0; length];
    for part in bytes.chunks_mut(length.div_ceil(3)) {
        plan.content(part);
    }
    let firmware = partitions(plan, &mut bytes);
    if is_cd {
        bytes[32_769..32_774].copy_from_slice(b"CD001");
    }
    for _ in 0..plan.below(4).saturating_sub(1) {
        let (at, magic) = plan.one_of(MAGICS);
        let at = at.min(bytes.len().saturating_sub(512));
        if let Some(place) = bytes.get_mut(at..at + magic.len()) {
            place.copy_from_slice(magic);
        }
        plan.wrong();
    }
    let mut file = File::of(&bytes);
    file.spots = vec![(0, 512), (512, 512), (4096, 512), (32_768, 16)];
    bytes.resize(length.next_multiple_of(512), 0);
    let format = if is_cd { Format::Iso } else { Format::Raw };
    Built {
        firmware,
        ..Built::new(file, format, bytes)
    }
}

/// Writes a table of partitions, and says what starts the disk then.
fn partitions(plan: &mut Plan<'_>, bytes: &mut [u8]) -> Option<Firmware> {
    let choice = plan.below(8);
    if choice < 2 || bytes.len() < 512 {
        return None;
    }
    bytes[510..512].copy_from_slice(&[0x55, 0xaa]);
    let mut has_code = choice & 1 == 1;
    bytes[..440].fill(0);
    if has_code {
        bytes[..8].copy_from_slice(b"\xeb\x63\x90 code");
    }
    bytes[440..510].fill(0);
    let has_gpt = choice >= 4;
    let mut has_esp = !has_gpt && plan.flag();
    let kind = match (has_gpt, has_esp) {
        (true, _) => MBR_WHOLE,
        (false, true) => MBR_ESP,
        (false, false) => 0x83,
    };
    bytes[446 + 16 * plan.below(4) + 4] = kind;
    let sector = if choice >= 6 { 4096 } else { 512 };
    let (size, count) = (plan.one_of(&[128, 256]), plan.below(5));
    let at = sector * plan.one_of(&[2, 3]);
    if !has_gpt || bytes.len() < at + size * count {
        return Some(firmware(has_code, has_esp));
    }
    if bytes.len() < sector + 512 {
        return Some(firmware(has_code, false));
    }
    // Where both are looked for, the smaller sectors count.
    bytes[512..1024].fill(0);
    let header = &mut bytes[sector..sector + 512];
    header.fill(0);
    header[..8].copy_from_slice(b"EFI PART");
    le(header, 72, plan.number((at / sector) as u64), 8);
    le(header, 80, plan.number(count as u64), 4);
    le(header, 84, plan.number(size as u64), 4);
    for number in 0..count {
        let kind = plan.one_of(&[LINUX, ESP, BIOS_BOOT]);
        has_esp |= kind == ESP;
        has_code |= kind == BIOS_BOOT;
        let entry = at + number * size;
        bytes[entry..entry + size].fill(0);
        bytes[entry..entry + 16].copy_from_slice(&kind);
        be(bytes, entry + 56, 0x6100, 2);
    }
    Some(firmware(has_code, has_esp))
}

fn firmware(has_code: bool, has_esp: bool) -> Firmware {
    if has_esp && !has_code {
        Firmware::Uefi
    } else {
        Firmware::Bios
    }
}
