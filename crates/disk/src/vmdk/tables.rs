//! Grain tables: where each grain is.

use super::{
    Vmdk,
    header::{ENTRY, Header, IN_TABLE, SECTOR},
};
use crate::{
    Budget, DiskError, Reason, Refusal,
    bytes::le32,
    seen::{Named, Seen},
};

/// What is at a grain of the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// Zeros.
    Hole,
    /// A byte of the file.
    At(u64),
}

/// The bytes of one table.
const TABLE: u64 = IN_TABLE * ENTRY;

impl Header {
    /// Reads an entry of a table that is at a byte of a file with so many.
    fn place(&self, entry: u32, at: u64, length: u64) -> Result<Place, Refusal> {
        if entry == 0 || (entry == 1 && self.has_zeros) {
            return Ok(Place::Hole);
        }
        let sector = u64::from(entry);
        let place = sector.saturating_mul(SECTOR);
        if sector < self.taken() {
            let refusal = Refusal::new(Reason::VmdkGrain).what("the sector of a grain");
            return Err(refusal.found(sector).at(at));
        }
        if place >= length {
            let refusal = Refusal::new(Reason::DataOutOfBounds).found(place);
            return Err(refusal.at(at));
        }
        Ok(Place::At(place))
    }
}

impl Vmdk {
    /// Where a table lies, if there is one.
    fn table(&self, number: u64) -> Result<Option<u64>, DiskError> {
        let at = self.directory.saturating_add(number.saturating_mul(ENTRY));
        let mut entry = [0; 4];
        let refusal = || Refusal::new(Reason::VmdkHeader).what("its directory");
        self.source.exact(&mut entry, at, refusal)?;
        self.table_at(u32::from_le_bytes(entry), at)
    }

    /// Reads an entry of the directory that is at a byte.
    fn table_at(&self, entry: u32, at: u64) -> Result<Option<u64>, DiskError> {
        if entry == 0 {
            return Ok(None);
        }
        let sector = u64::from(entry);
        let place = sector.saturating_mul(SECTOR);
        if sector < self.header.taken() {
            let refusal = Refusal::new(Reason::VmdkGrain).what("the sector of a table");
            return Err(refusal.found(sector).at(at).into());
        }
        if place.saturating_add(TABLE) > self.source.length() {
            let refusal = Refusal::new(Reason::DataOutOfBounds).what("the place of a table");
            return Err(refusal.found(place).at(at).into());
        }
        Ok(Some(place))
    }

    /// What is at some grains, one after the other.
    pub(super) fn places(
        &self,
        first: u64,
        count: usize,
        entries: &mut Vec<u8>,
    ) -> Result<Vec<Place>, DiskError> {
        let mut places = Vec::new();
        let mut number = first;
        while places.len() < count {
            let wanted = count.saturating_sub(places.len());
            let index = number & (IN_TABLE - 1);
            let left = usize::try_from(IN_TABLE.saturating_sub(index)).unwrap_or(wanted);
            let here = wanted.min(left);
            let table = number.checked_div(IN_TABLE).unwrap_or_default();
            if let Some(table) = self.table(table)? {
                let from = table.saturating_add(index.saturating_mul(ENTRY));
                entries.resize(here.saturating_mul(4), 0);
                let refusal = || Refusal::new(Reason::DataOutOfBounds).what("a table");
                self.source.exact(entries, from, refusal)?;
                let mut at = from;
                for entry in entries.chunks_exact(4) {
                    let entry = le32(entry, 0).unwrap_or_default();
                    places.push(self.header.place(entry, at, self.source.length())?);
                    at = at.saturating_add(ENTRY);
                }
            } else {
                places.resize(places.len().saturating_add(here), Place::Hole);
            }
            number = number.saturating_add(u64::try_from(here).unwrap_or(u64::MAX));
        }
        Ok(places)
    }
}

/// Walks every table: what is named is in the file, and named once.
pub(super) fn check(of: &Vmdk, budget: &Budget<'_>) -> Result<(), DiskError> {
    let mut walk = Walk {
        of,
        budget,
        starts: Seen::default(),
        plain: Seen::default(),
        named: Named::of(of.source.length()),
    };
    let mut left = of.header.grains();
    let mut number = 0_u64;
    // As much of the directory as is read at once.
    let mut buffer = vec![0; 64 << 10];
    let tables = of.header.tables();
    while number < tables {
        budget.go_on()?;
        let at = of.directory.saturating_add(number.saturating_mul(ENTRY));
        let bytes = tables.saturating_sub(number).saturating_mul(ENTRY);
        let here = usize::try_from(bytes)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let Some(entries) = buffer.get_mut(..here) else {
            break;
        };
        let refusal = || Refusal::new(Reason::VmdkHeader).what("its directory");
        of.source.exact(entries, at, refusal)?;
        let mut at = at;
        for entry in entries.chunks_exact(4) {
            let here = left.min(IN_TABLE);
            if let Some(table) = of.table_at(le32(entry, 0).unwrap_or_default(), at)? {
                walk.named(table, TABLE, false, at)?;
                walk.table(table, here)?;
            }
            left = left.saturating_sub(here);
            number = number.saturating_add(1);
            at = at.saturating_add(ENTRY);
        }
    }
    Ok(())
}

struct Walk<'a> {
    of: &'a Vmdk,
    budget: &'a Budget<'a>,
    /// Sectors with which tables and compressed grains begin.
    starts: Seen,
    /// Grains that are not compressed, by how many would be before them: two of one number overlap.
    plain: Seen,
    named: Named,
}

impl Walk<'_> {
    /// Something that begins at a place, and is named by what is at a byte.
    fn named(&mut self, place: u64, least: u64, is_plain: bool, at: u64) -> Result<(), DiskError> {
        let is_new = if is_plain {
            let number = place.checked_div(self.of.header.grain);
            self.plain.insert(number.unwrap_or_default())
        } else {
            let number = place.checked_div(SECTOR);
            self.starts.insert(number.unwrap_or_default())
        };
        // The last grain may be cut short.
        let least = least.min(self.of.source.length().saturating_sub(place));
        self.named.add(is_new, place, least, at)
    }

    fn table(&mut self, table: u64, grains: u64) -> Result<(), DiskError> {
        let Vmdk { source, header, .. } = self.of;
        let length = grains.saturating_mul(ENTRY);
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        let outside = || Refusal::new(Reason::DataOutOfBounds).what("a table");
        let bytes = source.bytes(table, length, outside)?;
        // A compressed grain can be as small as a sector.
        let is_plain = !header.is_packed;
        let least = if is_plain { header.grain } else { SECTOR };
        let mut at = table;
        for entry in bytes.chunks_exact(4) {
            let entry = le32(entry, 0).unwrap_or_default();
            if let Place::At(place) = header.place(entry, at, source.length())? {
                self.budget.data(header.grain)?;
                self.named(place, least, is_plain, at)?;
            }
            at = at.saturating_add(ENTRY);
        }
        Ok(())
    }
}
