//! The footer, its copy, and the header of a dynamic disk.

use crate::{
    DiskError, Reason, Refusal,
    bytes::{be32, be64},
    error::refuse,
    read_at::View,
};

/// What a footer says, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Footer {
    /// Bytes of the disk.
    pub(super) size: u64,
    pub(super) is_dynamic: bool,
    /// Where the header of a dynamic disk is.
    data_at: u64,
    /// The byte of the file.
    pub(super) at: u64,
}

/// What the header of a dynamic disk says.
#[derive(Debug)]
pub(super) struct Dynamic {
    pub(super) table_at: u64,
    pub(super) entries: u64,
    /// Bytes of a block.
    pub(super) block: u64,
}

/// Bytes of a footer.
pub(super) const FOOTER: u64 = 512;
const HEADER: usize = 1024;
/// Nothing is there.
const NOWHERE: u64 = u64::MAX;
const VERSION: u32 = 0x1_0000;

impl Footer {
    /// The footer that ends a file.
    pub(super) fn at_end(source: &View) -> Result<Self, DiskError> {
        let at = source.length().saturating_sub(FOOTER);
        let short = || Refusal::new(Reason::Truncated).what("the footer");
        let bytes = source.bytes(at, 512, short)?;
        // The copy that begins a dynamic disk is there all the same.
        if !bytes.starts_with(b"conectix") {
            return refuse(short().at(at));
        }
        Self::parse(&bytes, at)
    }

    fn parse(bytes: &[u8], at: u64) -> Result<Self, DiskError> {
        let wrong = |what, field: u64| {
            let refusal = Refusal::new(Reason::BadHeader).what(what);
            refusal.at(at.saturating_add(field))
        };
        if !bytes.starts_with(b"conectix") {
            return refuse(wrong("the copy of its footer", 0));
        }
        if be32(bytes, 64) != Some(sum(bytes, 64)) {
            return refuse(wrong("the checksum of its footer", 64));
        }
        let version = be32(bytes, 12).unwrap_or_default();
        if version != VERSION {
            let refusal = Refusal::new(Reason::BadVersion).found(version.into());
            return refuse(refusal.at(at.saturating_add(12)));
        }
        // Bit 0 is of a disk that is thrown away, and bit 1 is always set.
        let features = be32(bytes, 8).unwrap_or_default();
        if features & !3 != 0 {
            let refusal = Refusal::new(Reason::UnknownFeature).what("the bits");
            return refuse(refusal.found(features.into()).at(at.saturating_add(8)));
        }
        let kind = be32(bytes, 60).unwrap_or_default();
        let is_dynamic = match kind {
            2 => false,
            3 => true,
            4 => return refuse(Refusal::new(Reason::Parent).at(at.saturating_add(60))),
            _ => return refuse(wrong("its type", 60).found(kind.into())),
        };
        Ok(Self {
            size: be64(bytes, 48).unwrap_or_default(),
            is_dynamic,
            data_at: be64(bytes, 16).unwrap_or_default(),
            at,
        })
    }

    /// The byte of the file that tells the size.
    pub(super) fn size_at(&self) -> u64 {
        self.at.saturating_add(48)
    }

    /// A fixed disk is all of the file that is before the footer.
    pub(super) fn check_fixed(&self) -> Result<(), DiskError> {
        if self.size > self.at {
            let refusal = Refusal::new(Reason::Truncated).what("before the footer");
            return refuse(refusal.at(self.at));
        }
        let refusal = Refusal::new(Reason::BadHeader);
        if self.size < self.at {
            let refusal = refusal.what("the size, which leaves bytes of the file out,");
            return refuse(refusal.found(self.size).at(self.size_at()));
        }
        if self.data_at != NOWHERE {
            let refusal = refusal.what("the place of a header, which a fixed disk has not,");
            return refuse(refusal.found(self.data_at));
        }
        Ok(())
    }

    /// A dynamic disk begins with a copy: what is read of it must be the same.
    pub(super) fn check_copy(&self, source: &View) -> Result<(), DiskError> {
        let short = || Refusal::new(Reason::Truncated).what("the copy of its footer");
        let copy = Self::parse(&source.bytes(0, 512, short)?, 0)?;
        let same = Self {
            at: self.at,
            ..copy
        };
        if same != *self {
            let refusal = Refusal::new(Reason::BadHeader);
            return refuse(
                refusal
                    .what("the copy of its footer says something else")
                    .at(0),
            );
        }
        Ok(())
    }

    /// The header of a dynamic disk.
    pub(super) fn dynamic(&self, source: &View) -> Result<Dynamic, DiskError> {
        let at = self.data_at;
        let wrong = |what, field: u64| {
            let refusal = Refusal::new(Reason::BadHeader).what(what);
            refusal.at(at.saturating_add(field))
        };
        if at < FOOTER || at & 511 != 0 {
            return refuse(wrong("the place of its header", 0).found(at).at(16));
        }
        let bytes = source.bytes(at, HEADER, || wrong("its header, outside of the file,", 0))?;
        if !bytes.starts_with(b"cxsparse") {
            return refuse(wrong("its header", 0));
        }
        if be32(&bytes, 36) != Some(sum(&bytes, 36)) {
            return refuse(wrong("the checksum of its header", 36));
        }
        let version = be32(&bytes, 24).unwrap_or_default();
        if version != VERSION {
            let refusal = Refusal::new(Reason::BadVersion).found(version.into());
            return refuse(refusal.at(at.saturating_add(24)));
        }
        let block = u64::from(be32(&bytes, 32).unwrap_or_default());
        // The sector bitmap of a block of 256 MiB has 64 KiB; Microsoft's have 512 KiB or 2 MiB.
        if !block.is_power_of_two() || !(4096..=256 << 20).contains(&block) {
            let refusal = Refusal::new(Reason::BadClusterBits).what("the bytes of a block");
            return refuse(refusal.found(block).at(at.saturating_add(32)));
        }
        Ok(Dynamic {
            table_at: be64(&bytes, 16).unwrap_or_default(),
            entries: be32(&bytes, 28).unwrap_or_default().into(),
            block,
        })
    }

    /// Where the header of a dynamic disk is.
    pub(super) fn header_at(&self) -> u64 {
        self.data_at
    }

    /// Where the header of a dynamic disk ends.
    pub(super) fn header_end(&self) -> u64 {
        self.data_at.saturating_add(1024)
    }
}

/// The one's complement of the sum of all bytes but the sum's own.
fn sum(bytes: &[u8], at: usize) -> u32 {
    let end = at.saturating_add(4);
    let bytes = bytes.iter().enumerate();
    let counted = bytes.filter(|(place, _)| !(at..end).contains(place));
    !counted.fold(0_u32, |sum, (_, byte)| sum.wrapping_add(u32::from(*byte)))
}
