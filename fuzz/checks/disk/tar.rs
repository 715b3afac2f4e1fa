//! Archives, header by header.

use super::{file::File, plan::Plan};
use core::fmt::Write;

/// An archive as it comes to be.
#[derive(Default)]
pub(crate) struct Tar {
    pub(crate) bytes: Vec<u8>,
    spots: Vec<(u64, u64)>,
}

impl Tar {
    /// Adds a member, whose name is told in any way.
    pub(crate) fn file(&mut self, plan: &mut Plan<'_>, name: &str, data: &[u8]) {
        let (short, size) = ("short", data.len() as u64);
        match plan.below(6) {
            1 => {
                self.pax(plan, b'x', &[("path", name), ("mtime", "1.5")]);
                self.member(plan, short, b'0', size, data);
            }
            2 => {
                self.member(
                    plan,
                    "././@LongLink",
                    b'L',
                    name.len() as u64 + 1,
                    format!("{name}\0").as_bytes(),
                );
                self.member(plan, short, b'0', size, data);
            }
            3 => {
                self.pax(plan, b'x', &[("size", &size.to_string())]);
                self.member(plan, name, b'0', 0, data);
            }
            4 => {
                self.pax(plan, b'g', &[("comment", "all of it")]);
                self.member(plan, name, 0, size, data);
            }
            _ => self.member(plan, name, b'0', size, data),
        }
    }

    fn pax(&mut self, plan: &mut Plan<'_>, kind: u8, records: &[(&str, &str)]) {
        let mut data = String::new();
        for (key, value) in records {
            let rest = format!(" {key}={value}\n");
            // The digits of the length count too: records here have two.
            let length = plan.number(rest.len() as u64 + if rest.len() < 98 { 2 } else { 3 });
            let _ = write!(data, "{length:02}{rest}");
        }
        let length = data.len() as u64;
        self.member(plan, "pax", kind, length, data.as_bytes());
    }

    fn member(&mut self, plan: &mut Plan<'_>, name: &str, kind: u8, size: u64, data: &[u8]) {
        let mut header = [0; 512];
        let name = &name.as_bytes()[..name.len().min(100)];
        header[..name.len()].copy_from_slice(name);
        header[100..108].copy_from_slice(b"0000644\0");
        let size = plan.number(size);
        if plan.flag() || size >> 33 != 0 {
            header[124] = 0x80;
            header[128..136].copy_from_slice(&size.to_be_bytes());
        } else {
            header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
        }
        header[156] = plan.number(kind.into()) as u8;
        let magic = plan.one_of(&[b"ustar\x0000", b"ustar  \0"]);
        header[257..265].copy_from_slice(magic);
        header[148..156].fill(b' ');
        let sum: u64 = header.iter().map(|byte| u64::from(*byte)).sum();
        let sum = plan.number(sum) & 0o777_777;
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        self.spots.push((self.bytes.len() as u64, 512));
        self.bytes.extend(header);
        self.spots
            .push((self.bytes.len() as u64, data.len() as u64));
        self.bytes.extend(data);
        let whole = self.bytes.len().next_multiple_of(512);
        self.bytes.resize(whole, 0);
    }

    pub(crate) fn end(mut self, plan: &mut Plan<'_>) -> File {
        let zeros = plan.one_of(&[1024, 512, 10_240]);
        self.bytes.resize(self.bytes.len() + zeros, 0);
        let mut file = File::of(&self.bytes);
        file.spots = self.spots;
        file
    }
}
