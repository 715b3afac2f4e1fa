//! A streamOptimized VMDK, read from its beginning to its end without going back.

mod ends;
mod input;
mod ledger;

use self::{ends::Ends, input::Input, ledger::Ledger};
use super::{
    descriptor,
    header::{AT_END, ENTRY, HEADER, Header, IN_TABLE, SECTOR, check_kind},
    marker::{DIRECTORY, END, FOOTER, GRAIN_MARKER, Marker, TABLE},
};
use crate::{
    Budget, DiskError, Format, Progress, Reason, Refusal, WriteAt,
    bytes::{is_zero, le32},
    error::refuse,
    inflate::Inflate,
    probe::{agree, claims},
    sink::write_data,
};
use std::io::Read;

/// A stream that was converted.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Streamed {
    /// Bytes of the RAW.
    pub size: u64,
    /// Bytes that are data: the rest are zeros, and were not written.
    pub data: u64,
    /// Bytes of the stream.
    pub read: u64,
}

/// Writes the disk of a streamOptimized VMDK as RAW, from a source that is read once and in its order:
/// the answer of a server, for one. Memory is bounded, whatever the disk's size is.
///
/// Grains are written as they come. What the tables say of them is checked with what was seen, and only
/// then, or when the footer is right, is it known that the disk is whole: where this fails, whoever
/// made the sink takes away what it holds. Digests of the RAW, and what starts it, are had by opening
/// what was written as [`Format::Raw`].
///
/// ```
/// use atlas_disk::{Budget, Discard, Limits, Reason, convert_vmdk_stream};
///
/// let limits = Limits::default();
/// let budget = Budget::new(&limits, &|| false);
/// let mut answer: &[u8] = b"KDMV and no more";
/// let error = convert_vmdk_stream(&mut answer, &Discard, &budget, &|_| {}).unwrap_err();
/// assert_eq!(error.reason(), Some(Reason::Truncated));
/// ```
///
/// # Errors
///
/// The source cannot be read, the sink cannot be written, the caller stopped the work, or the image is
/// refused: as it would be where it can be read at any place, and also if its tables do not come in
/// an order that can be checked.
pub fn convert_vmdk_stream(
    source: &mut dyn Read,
    sink: &dyn WriteAt,
    budget: &Budget<'_>,
    progress: &dyn Fn(Progress),
) -> Result<Streamed, DiskError> {
    let budget = &budget.fresh();
    let mut input = Input::new(source)?;
    agree(&claims(input.head(), &[]), Format::Vmdk)?;
    let header = open(&mut input, budget)?;
    let mut stream = Stream {
        ledger: Ledger::new(&header),
        ends: Ends::new(header.size),
        header,
        sink,
        budget,
        progress,
        phase: Phase::Grains,
        inflate: Inflate::default(),
        packed: Vec::new(),
        room: Vec::new(),
        data: 0,
        done: 0,
    };
    stream.tables_before_grains(&mut input)?;
    stream.all(&mut input)?;
    // Another format could end where this one does.
    agree(&claims(input.head(), input.tail()), Format::Vmdk)?;
    stream.ends.check()?;
    let size = stream.header.size;
    sink.finish(size).map_err(DiskError::Sink)?;
    progress(Progress {
        done: size,
        total: size,
    });
    Ok(Streamed {
        size,
        data: stream.data,
        read: input.at(),
    })
}

/// Tables of a disk: the places of as many are held.
const MOST_TABLES: u64 = 1 << 20;

/// Reads the header and the descriptor.
fn open(input: &mut Input<'_>, budget: &Budget<'_>) -> Result<Header, DiskError> {
    check_kind(input.head())?;
    let mut bytes = [0; HEADER];
    input.exact(&mut bytes, "the header")?;
    let header = Header::parse(&bytes, budget)?;
    let length = header.taken().saturating_mul(SECTOR).saturating_sub(SECTOR);
    let mut text = vec![0; usize::try_from(length).unwrap_or_default()];
    input.exact(&mut text, "the descriptor")?;
    descriptor::check(&text, &header)?;
    if !header.is_packed {
        let refusal = Refusal::new(Reason::VmdkSubtype);
        return refuse(refusal.what("as a stream, only streamOptimized is"));
    }
    if header.tables() > MOST_TABLES {
        let refusal = Refusal::new(Reason::VirtualSize).what("the tables of a stream");
        return refuse(refusal.found(header.tables()).allowed(MOST_TABLES));
    }
    Ok(header)
}

/// What was seen of a stream, and so what may come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Grains,
    /// The directory was, in a sector.
    Directory(u64),
    Footer,
}

struct Stream<'a> {
    header: Header,
    ledger: Ledger,
    ends: Ends,
    sink: &'a dyn WriteAt,
    budget: &'a Budget<'a>,
    progress: &'a dyn Fn(Progress),
    phase: Phase,
    inflate: Inflate,
    /// A grain as it is in the file.
    packed: Vec<u8>,
    /// A grain as it is on the disk.
    room: Vec<u8>,
    data: u64,
    /// The byte of the disk that was reached.
    done: u64,
}

impl Stream<'_> {
    /// Whether directory and tables come before the grains, as QEMU writes them.
    fn begins_with_tables(&self) -> bool {
        self.header.directory < self.header.overhead
    }

    /// Reads what is before the grains.
    fn tables_before_grains(&mut self, input: &mut Input<'_>) -> Result<(), DiskError> {
        if self.begins_with_tables() {
            input.skip_to(self.header.directory, "its directory")?;
            let count = usize::try_from(self.header.tables()).unwrap_or_default();
            let mut directory = vec![0; count.saturating_mul(4)];
            input.exact(&mut directory, "its directory")?;
            input.skip_to_sector()?;
            let mut bytes = [0; 2048];
            for (number, entry) in (0..).zip(directory.chunks_exact(4)) {
                let sector = le32(entry, 0).unwrap_or_default();
                if sector == 0 {
                    continue;
                }
                self.budget.go_on()?;
                input.skip_to(sector.into(), "a table")?;
                input.exact(&mut bytes, "a table")?;
                self.ledger.told(number, &bytes, input.at())?;
            }
        }
        input.skip_to(self.header.overhead, "the first grain")
    }

    /// Reads grains and tables to the end.
    fn all(&mut self, input: &mut Input<'_>) -> Result<(), DiskError> {
        let mut sector = [0; 512];
        loop {
            self.budget.go_on()?;
            let at = input.at();
            if !input.next(&mut sector)? {
                // QEMU writes no marker of the end.
                if self.begins_with_tables() {
                    break;
                }
                let refusal = Refusal::new(Reason::Truncated).what("the end");
                return refuse(refusal.at(at));
            }
            let marker = Marker::read(&sector).unwrap_or(Marker {
                value: 0,
                length: 0,
                kind: END,
            });
            match marker.kind {
                _ if marker.length != 0 => self.grain(marker, &sector, input, at)?,
                TABLE if self.phase == Phase::Grains => self.table(marker, input, at)?,
                DIRECTORY if self.phase == Phase::Grains => self.directory(marker, input, at)?,
                FOOTER => self.footer(marker, input, at)?,
                END if marker.value == 0 => {
                    self.nothing_follows(input)?;
                    break;
                }
                kind => {
                    let refusal = Refusal::new(Reason::VmdkGrain).what("a marker's kind");
                    return refuse(refusal.found(kind.into()).at(at));
                }
            }
        }
        self.finish(input.at())
    }

    fn grain(
        &mut self,
        marker: Marker,
        sector: &[u8; 512],
        input: &mut Input<'_>,
        at: u64,
    ) -> Result<(), DiskError> {
        let sectors = self.header.grain_sectors();
        let number = marker.value.checked_div(sectors).unwrap_or(u64::MAX);
        let refusal = || Refusal::new(Reason::VmdkGrain).at(at);
        if number >= self.header.grains() || self.phase != Phase::Grains {
            return refuse(
                refusal()
                    .what("the sector in a grain's marker")
                    .found(marker.value),
            );
        }
        self.header.check_marker(marker, number, at)?;
        self.ledger.grain(number, at)?;
        self.budget.data(self.header.grain)?;
        // INVARIANT: no longer than two grains, which was just checked.
        let whole = usize::try_from(marker.whole()).unwrap_or_default();
        self.packed.clear();
        self.packed.extend_from_slice(sector);
        self.packed.resize(whole, 0);
        if let Some(rest) = self.packed.get_mut(512..).filter(|rest| !rest.is_empty()) {
            input.exact(rest, "a grain")?;
        }
        let begin = usize::try_from(GRAIN_MARKER).unwrap_or_default();
        let end = usize::try_from(marker.length).unwrap_or(usize::MAX);
        let packed = self.packed.get(begin..begin.saturating_add(end));
        let place = number.saturating_mul(self.header.grain);
        let length = self
            .header
            .size
            .saturating_sub(place)
            .min(self.header.grain);
        self.room
            .resize(usize::try_from(length).unwrap_or_default(), 0);
        let packed = packed.unwrap_or_default();
        self.header
            .inflate(&mut self.room, packed, &mut self.inflate, at)?;
        self.ends.note(&self.room, place);
        let written = write_data(self.sink, &self.room, place)?;
        self.data = self.data.saturating_add(written);
        self.done = self.done.max(place.saturating_add(length));
        (self.progress)(Progress {
            done: self.done,
            total: self.header.size,
        });
        Ok(())
    }

    /// A table, behind the grains that it tells of.
    fn table(&mut self, marker: Marker, input: &mut Input<'_>, at: u64) -> Result<(), DiskError> {
        let sectors = (IN_TABLE * ENTRY) / SECTOR;
        if self.begins_with_tables() || !marker.is(TABLE, sectors) {
            let refusal = Refusal::new(Reason::VmdkGrain).what("a table's marker");
            return refuse(refusal.at(at));
        }
        let at = input.at();
        let mut bytes = [0; 2048];
        input.exact(&mut bytes, "a table")?;
        self.ledger.table(&bytes, at)
    }

    /// The directory, behind all of the tables.
    fn directory(
        &mut self,
        marker: Marker,
        input: &mut Input<'_>,
        at: u64,
    ) -> Result<(), DiskError> {
        let tables = self.header.tables();
        let needed = tables.saturating_mul(ENTRY).div_ceil(SECTOR);
        // Some fill it up to a grain.
        let most = needed.saturating_add(self.header.grain_sectors());
        if self.begins_with_tables() || !(needed..=most).contains(&marker.value) {
            let refusal = Refusal::new(Reason::VmdkGrain).what("the directory's marker");
            return refuse(refusal.at(at));
        }
        let place = input.at();
        self.phase = Phase::Directory(place.checked_div(SECTOR).unwrap_or_default());
        let end = place.saturating_add(marker.value.saturating_mul(SECTOR));
        let mut number = 0_u64;
        let mut bytes = [0; 512];
        while input.at() < end {
            input.exact(&mut bytes, "its directory")?;
            for entry in bytes.chunks_exact(4) {
                let entry = le32(entry, 0).unwrap_or_default();
                if number < tables {
                    self.ledger.listed(number, entry, place)?;
                }
                number = number.saturating_add(1);
            }
        }
        Ok(())
    }

    fn footer(&mut self, marker: Marker, input: &mut Input<'_>, at: u64) -> Result<(), DiskError> {
        let refusal = || Refusal::new(Reason::VmdkFooter).at(at);
        let Phase::Directory(sector) = self.phase else {
            return refuse(refusal().what("it does not follow the directory"));
        };
        if !marker.is(FOOTER, 1) || self.header.directory != AT_END {
            return refuse(refusal().what("its markers"));
        }
        let mut bytes = [0; HEADER];
        let at = input.at();
        input.exact(&mut bytes, "the footer")?;
        let told = self.header.agrees(&bytes, at)?;
        if told != sector {
            return refuse(refusal().what("the place of its directory").found(told));
        }
        self.phase = Phase::Footer;
        Ok(())
    }

    /// Checks that the end is the end.
    fn nothing_follows(&self, input: &mut Input<'_>) -> Result<(), DiskError> {
        // QEMU has no marker of the end, and makes room for as much as its last grain could have had.
        let most = if self.begins_with_tables() {
            self.header.grain_sectors()
        } else {
            0
        };
        let mut sector = [0; 512];
        let mut count = 0_u64;
        while input.next(&mut sector)? {
            count = count.saturating_add(1);
            if count > most || !is_zero(&sector) {
                let refusal = Refusal::new(Reason::VmdkFooter).what("something follows its end");
                return refuse(refusal.at(input.at()));
            }
        }
        Ok(())
    }

    /// Checks that all was there that has to be.
    fn finish(&self, at: u64) -> Result<(), DiskError> {
        let is_whole = match self.phase {
            Phase::Grains => self.begins_with_tables(),
            Phase::Directory(sector) if self.header.directory == AT_END => {
                let refusal = Refusal::new(Reason::VmdkFooter).what("there is none");
                return refuse(refusal.found(sector).at(at));
            }
            Phase::Directory(sector) => sector == self.header.directory,
            Phase::Footer => true,
        };
        if !is_whole {
            let refusal = Refusal::new(Reason::VmdkHeader).what("the place of its directory");
            return refuse(refusal.found(self.header.directory).at(56));
        }
        self.ledger.finish(at)
    }
}
