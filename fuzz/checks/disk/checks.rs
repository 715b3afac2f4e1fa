//! What holds of every input of the targets of disk images: any bytes.
//!
//! The first byte says how an input is taken: as a file of the format itself, or as a plan of one. A
//! plan alone builds what the format allows, which must be read as it was meant; with bit 0 some
//! numbers are others, before checksums are taken, and with bit 1 some bytes are, behind them.
#![expect(
    clippy::cast_possible_truncation,
    reason = "lengths of what is built are small"
)]

mod file;
mod oracle;
mod ova;
mod ovf;
mod pack;
mod plan;
mod qcow2;
mod raw;
mod tar;
mod vhd;
mod vhdx;
mod vhdx_log;
mod vmdk;

use self::{file::File, plan::Plan};
use atlas_disk::{Firmware, Format};

/// A file, and what it is where it is right.
pub(crate) struct Built {
    file: File,
    format: Format,
    /// Its disks, byte by byte.
    disks: Vec<Vec<u8>>,
    firmware: Option<Firmware>,
}

impl Built {
    /// A file of one disk.
    fn new(file: File, format: Format, disk: Vec<u8>) -> Self {
        Self {
            file,
            format,
            disks: vec![disk],
            firmware: None,
        }
    }
}

/// First bytes from here on stand for a file as it is.
const AS_IT_IS: u8 = 0xe0;
const WILD: u8 = 1;
const CHANGED: u8 = 2;

/// Tries an input with a target, and says whether the image was read.
pub(crate) fn check(target: &str, input: &[u8]) -> bool {
    let (writer, format): (fn(&mut Plan<'_>) -> Built, _) = match target {
        "disk_raw" => (raw::build, Format::Raw),
        "disk_qcow2" => (qcow2::build, Format::Qcow2),
        "disk_vmdk" => (vmdk::build, Format::Vmdk),
        "disk_vmdk_stream" => (vmdk::build_stream, Format::Vmdk),
        "disk_vhd" => (vhd::build, Format::Vhd),
        "disk_vhdx" => (vhdx::build, Format::Vhdx),
        "disk_ova" => (ova::build, Format::Ova),
        "disk_ovf" => (ovf::build, Format::Ova),
        other => panic!("there is no target {other}"),
    };
    let (mode, rest) = input.split_first().unwrap_or((&0, &[]));
    if *mode >= AS_IT_IS {
        let is_cd = format == Format::Raw && mode & 1 == 0;
        let format = if is_cd { Format::Iso } else { format };
        let file = if target == "disk_ovf" {
            ovf::archive(rest)
        } else {
            File::of(rest)
        };
        let disks = oracle::check(&file, format, None);
        return stream(target, &file, disks.as_deref(), false) || disks.is_some();
    }
    let mut plan = Plan::new(rest, mode & WILD != 0);
    let changes = if mode & CHANGED != 0 {
        changes(&mut plan)
    } else {
        Vec::new()
    };
    let mut image = writer(&mut plan);
    for change in changes {
        change.make(&mut image.file);
    }
    let expected = plan.is_right().then_some(&image);
    let disks = oracle::check(&image.file, image.format, expected);
    let is_right = plan.is_right() && target == "disk_vmdk_stream";
    stream(target, &image.file, disks.as_deref(), is_right) || disks.is_some()
}

/// Tries a VMDK as a stream too.
fn stream(target: &str, file: &File, disks: Option<&[Vec<u8>]>, is_right: bool) -> bool {
    target.starts_with("disk_vmdk") && oracle::check_stream(file, disks, is_right)
}

/// What is done to a file that was built.
struct Change {
    spot: usize,
    at: u64,
    kind: u8,
    value: u8,
}

fn changes(plan: &mut Plan<'_>) -> Vec<Change> {
    let count = 1 + plan.below(6);
    plan.wrong();
    let mut change = |_| Change {
        spot: plan.below(256),
        at: plan.word(2),
        kind: plan.byte(),
        value: plan.byte(),
    };
    (0..count).map(&mut change).collect()
}

impl Change {
    fn make(&self, file: &mut File) {
        let whole = (0, file.length.max(1));
        let spot = self.spot % (file.spots.len() + 1);
        let (at, length) = file.spots.get(spot).copied().unwrap_or(whole);
        let place = at + self.at % length.max(1);
        match self.kind % 8 {
            0 => file.length = place,
            1 => file.length += u64::from(self.value) * 512,
            2 => file.put(place, &[self.value]),
            _ => {
                let byte = file.bytes(place, 1)[0];
                file.put(place, &[byte ^ self.value.max(1)]);
            }
        }
    }
}
