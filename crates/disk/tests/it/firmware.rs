//! What starts a disk, as its partitions show.

use atlas_disk::{Budget, Firmware, Format, Image, Limits, Warning};
use std::sync::Arc;

const ESP: [u8; 16] = [
    0x28, 0x73, 0x2a, 0xc1, 0x1f, 0xf8, 0xd2, 0x11, 0xba, 0x4b, 0x00, 0xa0, 0xc9, 0x3e, 0xc9, 0x3b,
];
const LINUX: [u8; 16] = [0xaf; 16];

/// A disk with partitions of some types in an MBR, and code or none.
fn mbr(has_code: bool, kinds: &[u8]) -> Vec<u8> {
    let mut disk = vec![0; 1 << 20];
    disk[..3].copy_from_slice(if has_code {
        &[0xeb, 0x63, 0x90]
    } else {
        &[0; 3]
    });
    for (number, kind) in kinds.iter().enumerate() {
        disk[446 + 16 * number + 4] = *kind;
    }
    disk[510..512].copy_from_slice(&[0x55, 0xaa]);
    disk
}

fn gpt(has_code: bool, sector: usize, kinds: &[[u8; 16]]) -> Vec<u8> {
    let mut disk = mbr(has_code, &[0xee]);
    disk[sector..sector + 8].copy_from_slice(b"EFI PART");
    disk[sector + 72..sector + 80].copy_from_slice(&2_u64.to_le_bytes());
    disk[sector + 80..sector + 84].copy_from_slice(&128_u32.to_le_bytes());
    disk[sector + 84..sector + 88].copy_from_slice(&128_u32.to_le_bytes());
    for (number, kind) in kinds.iter().enumerate() {
        let at = 2 * sector + 128 * number;
        disk[at..at + 16].copy_from_slice(kind);
    }
    disk
}

fn shown(disk: Vec<u8>) -> (Firmware, bool) {
    let limits = Limits::default();
    let budget = Budget::new(&limits, &|| false);
    let image = Image::open(Arc::new(disk), Format::Raw, &budget).unwrap();
    assert_eq!(
        image.warnings().contains(&Warning::NothingBoots),
        !image.disks()[0].boots()
    );
    (image.firmware(), image.disks()[0].boots())
}

#[test]
fn b04_partitions_show_the_firmware() {
    use Firmware::{Bios, Uefi};
    let bios_boot = *b"Hah!IdontNeedEFI";
    assert_eq!(shown(vec![0; 1 << 20]), (Bios, false));
    assert_eq!(shown(mbr(true, &[0x83])), (Bios, true));
    assert_eq!(shown(mbr(false, &[0x83])), (Bios, false));
    assert_eq!(shown(mbr(false, &[0xef])), (Uefi, true));
    assert_eq!(shown(mbr(true, &[0xef, 0x83])), (Bios, true));
    for sector in [512, 4096] {
        assert_eq!(
            shown(gpt(false, sector, &[LINUX, ESP])),
            (Uefi, true),
            "{sector}"
        );
        assert_eq!(shown(gpt(false, sector, &[ESP, bios_boot])), (Bios, true));
        assert_eq!(shown(gpt(true, sector, &[ESP])), (Bios, true));
        assert_eq!(shown(gpt(false, sector, &[LINUX])), (Bios, false));
    }
}

#[test]
fn b02_a_table_that_is_damaged_is_none() {
    let mut disk = gpt(false, 512, &[ESP]);
    disk[512 + 84..512 + 88].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(shown(disk), (Firmware::Bios, false));
    let mut disk = gpt(false, 512, &[ESP]);
    disk[512 + 72..512 + 80].copy_from_slice(&u64::MAX.to_le_bytes());
    disk[512 + 80..512 + 84].copy_from_slice(&u32::MAX.to_le_bytes());
    assert_eq!(shown(disk), (Firmware::Bios, false));
    // A disk that ends with its first sector.
    let disk = mbr(false, &[0xee])[..512].to_vec();
    assert_eq!(shown(disk), (Firmware::Bios, false));
}
