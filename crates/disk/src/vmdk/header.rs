//! The header, and the footer, which is a header again.

use super::marker::{END, FOOTER, Marker};
use crate::{
    Budget, DiskError, Reason, Refusal,
    bytes::{le16, le32, le64},
    error::refuse,
    read_at::View,
};

/// What a header says, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) version: u32,
    flags: u32,
    /// Bytes of the disk.
    pub(crate) size: u64,
    /// Bytes of a grain: 4 KiB to 2 MiB.
    pub(crate) grain: u64,
    /// The first sector of the descriptor, and how many it has.
    descriptor: (u64, u64),
    /// The sector of the grain directory, or [`AT_END`].
    pub(crate) directory: u64,
    /// The sector before which there are no grains.
    pub(crate) overhead: u64,
    /// Whether grains are compressed and behind markers.
    pub(crate) is_packed: bool,
    /// Whether an entry can say that a grain is zeros.
    pub(crate) has_zeros: bool,
}

pub(crate) const SECTOR: u64 = 512;
/// Grains that a grain table tells of.
pub(crate) const IN_TABLE: u64 = 512;
/// Bytes of an entry, of a table and of the directory.
pub(crate) const ENTRY: u64 = 4;
/// The grain directory is where the footer says.
pub(crate) const AT_END: u64 = u64::MAX;
/// Bytes of a header.
pub(crate) const HEADER: usize = 512;
/// Bytes of a footer, with its marker and the one of the end.
const TAIL: u64 = 1536;

const NEW_LINES: u32 = 1;
const SECOND_DIRECTORY: u32 = 1 << 1;
const ZEROED: u32 = 1 << 2;
const COMPRESSED: u32 = 1 << 16;
const MARKERS: u32 = 1 << 17;

impl Header {
    pub(super) fn read(source: &View, budget: &Budget<'_>) -> Result<Self, DiskError> {
        let mut start = [0; 8];
        let length = source.some(&mut start, 0)?;
        check_kind(start.get(..length).unwrap_or_default())?;
        let bytes = source.bytes(0, HEADER, || {
            Refusal::new(Reason::Truncated).what("the header")
        })?;
        Self::parse(&bytes, budget)
    }

    /// Reads a header from its bytes.
    pub(crate) fn parse(bytes: &[u8], budget: &Budget<'_>) -> Result<Self, DiskError> {
        check_kind(bytes)?;
        let number = |at| le64(bytes, at).unwrap_or_default();
        let wrong = |what, at| {
            let found = le64(bytes, usize::try_from(at).unwrap_or(usize::MAX));
            Refusal::new(Reason::VmdkHeader)
                .what(what)
                .found(found.unwrap_or_default())
                .at(at)
        };
        let version = le32(bytes, 4).unwrap_or_default();
        if !(1..=3).contains(&version) {
            return refuse(Refusal::new(Reason::BadVersion).found(version.into()).at(4));
        }
        let flags = le32(bytes, 8).unwrap_or_default();
        let unknown = flags & !(NEW_LINES | SECOND_DIRECTORY | ZEROED | COMPRESSED | MARKERS);
        if unknown != 0 {
            let refusal = Refusal::new(Reason::UnknownFeature).what("the bits");
            return refuse(refusal.found(unknown.into()).at(8));
        }
        // Whoever sent it as text has changed its line ends.
        if flags & NEW_LINES != 0 && bytes.get(73..77) != Some(b"\n \r\n") {
            return refuse(
                Refusal::new(Reason::VmdkHeader)
                    .what("it was sent as text")
                    .at(73),
            );
        }
        let is_packed = flags & COMPRESSED != 0;
        if is_packed != (flags & MARKERS != 0) {
            return refuse(wrong(
                "its flags, of which compression and markers go together,",
                8,
            ));
        }
        // QEMU asks the one, and VMware the other.
        let algorithm = le16(bytes, 77).unwrap_or_default();
        if algorithm != u16::from(is_packed) {
            let refusal = Refusal::new(Reason::BadCompressionType);
            return refuse(refusal.found(algorithm.into()).at(77));
        }
        let sectors = number(20);
        if !sectors.is_power_of_two() || !(8..=4096).contains(&sectors) {
            return refuse(wrong("the sectors of a grain", 20));
        }
        if le32(bytes, 44) != Some(512) {
            return refuse(wrong("the entries of a table", 44));
        }
        let descriptor = (number(28), number(36));
        let overhead = number(64);
        let size = number(12).saturating_mul(SECTOR);
        budget.virtual_size(size)?;
        if size == 0 {
            let refusal = Refusal::new(Reason::VirtualSize).what("the size");
            return refuse(refusal.found(0).at(12));
        }
        let header = Self {
            version,
            flags,
            size,
            grain: sectors.saturating_mul(SECTOR),
            descriptor,
            directory: number(56),
            overhead,
            is_packed,
            has_zeros: flags & ZEROED != 0,
        };
        header.check_descriptor()?;
        let bytes = header.tables().saturating_mul(ENTRY);
        let allowed = budget.limits().first_table;
        if bytes > allowed {
            let refusal = Refusal::new(Reason::VmdkHeader).what("the size of its directory");
            return refuse(refusal.found(bytes).allowed(allowed));
        }
        Ok(header)
    }

    /// The descriptor is in the file, in its place, and no larger than 1 MiB.
    fn check_descriptor(&self) -> Result<(), DiskError> {
        let (at, sectors) = self.descriptor;
        // That is a part of a disk in many files.
        if at == 0 || sectors == 0 {
            let refusal = Refusal::new(Reason::VmdkSubtype);
            return refuse(refusal.what("it has no descriptor").at(28));
        }
        let refusal = Refusal::new(Reason::VmdkHeader);
        if at != 1 {
            return refuse(
                refusal
                    .what("the sector of the descriptor")
                    .found(at)
                    .at(28),
            );
        }
        if sectors > 2048 {
            let refusal = refusal.what("the sectors of the descriptor").found(sectors);
            return refuse(refusal.allowed(2048).at(36));
        }
        Ok(())
    }

    /// Sectors that the header and the descriptor take: nothing else is there.
    pub(crate) fn taken(&self) -> u64 {
        let (at, sectors) = self.descriptor;
        at.saturating_add(sectors)
    }

    /// The bytes of the descriptor.
    pub(super) fn descriptor(&self, source: &View) -> Result<Vec<u8>, DiskError> {
        let (_, sectors) = self.descriptor;
        let length = usize::try_from(sectors.saturating_mul(SECTOR)).unwrap_or(usize::MAX);
        source.bytes(SECTOR, length, || {
            Refusal::new(Reason::Truncated).what("the descriptor")
        })
    }

    /// How many grains the disk has; the last may be cut short.
    pub(crate) fn grains(&self) -> u64 {
        self.size.div_ceil(self.grain)
    }

    /// How many tables tell of them.
    pub(crate) fn tables(&self) -> u64 {
        self.grains().div_ceil(IN_TABLE)
    }

    /// The sectors of a grain.
    pub(crate) fn grain_sectors(&self) -> u64 {
        self.grain.checked_div(SECTOR).unwrap_or_default()
    }

    /// Where the directory lies; it is inside of the file.
    pub(super) fn directory(&self, source: &View) -> Result<u64, DiskError> {
        let (mut sector, mut named_at) = (self.directory, 56_u64);
        if sector == AT_END {
            let from = source.length().saturating_sub(TAIL);
            let mut bytes = [0; 1536];
            let short = || Refusal::new(Reason::Truncated).what("the footer");
            source.exact(&mut bytes, from, short)?;
            sector = self.footer(&bytes, from)?;
            named_at = from.saturating_add(SECTOR).saturating_add(56);
        }
        let bytes = self.tables().saturating_mul(ENTRY);
        let at = sector.saturating_mul(SECTOR);
        let is_inside = at
            .checked_add(bytes)
            .is_some_and(|end| end <= source.length());
        if sector < self.taken() || !is_inside {
            let refusal = Refusal::new(Reason::VmdkHeader).what("the place of its directory");
            return refuse(refusal.found(sector).at(named_at));
        }
        Ok(at)
    }

    /// Reads the end of a file that must be a footer, and says in which sector the directory is.
    fn footer(&self, bytes: &[u8; 1536], at: u64) -> Result<u64, DiskError> {
        let (before, rest) = bytes.split_at(HEADER);
        let (footer, end) = rest.split_at(HEADER);
        let is_marked = Marker::read(before).is_some_and(|it| it.is(FOOTER, 1));
        // A file that was cut short has neither.
        if !is_marked && !footer.starts_with(MAGIC) {
            let refusal = Refusal::new(Reason::Truncated).what("where the footer should be");
            return refuse(refusal.at(at));
        }
        let is_ended = Marker::read(end).is_some_and(|it| it.is(END, 0));
        if !is_marked || !is_ended {
            let refusal = Refusal::new(Reason::VmdkFooter).what("its markers");
            return refuse(refusal.at(at));
        }
        self.agrees(footer, at.saturating_add(SECTOR))
    }

    /// Checks that a footer says what this header says, and returns where the directory is.
    pub(crate) fn agrees(&self, footer: &[u8], at: u64) -> Result<u64, DiskError> {
        let refusal = || Refusal::new(Reason::VmdkFooter).at(at);
        // The limits are not asked again: what is not the same is refused, whatever it is.
        let limits = crate::Limits {
            virtual_size: u64::MAX,
            first_table: u64::MAX,
            ..crate::Limits::default()
        };
        let footer = Self::parse(footer, &Budget::new(&limits, &|| false))
            .map_err(|_| refusal().what("it is no header"))?;
        let directory = footer.directory;
        let same = Self {
            directory: self.directory,
            // How much is before the grains is told by the first of the two alone.
            overhead: self.overhead,
            ..footer
        };
        if same != *self {
            return refuse(refusal().what("what it says is not what the header says"));
        }
        if directory == AT_END {
            return refuse(
                refusal()
                    .what("the place of its directory")
                    .found(directory),
            );
        }
        Ok(directory)
    }
}

const MAGIC: &[u8] = b"KDMV";

/// Only sparse files of hosted products are read: others begin with something else.
fn check_kind(bytes: &[u8]) -> Result<(), DiskError> {
    if bytes.starts_with(MAGIC) {
        return Ok(());
    }
    let what = if bytes.starts_with(b"COWD") {
        "it is an ESX server's sparse file"
    } else if bytes.starts_with(b"#") {
        "it is a descriptor of other files"
    } else {
        "it is of another kind"
    };
    refuse(Refusal::new(Reason::VmdkSubtype).what(what).at(0))
}
