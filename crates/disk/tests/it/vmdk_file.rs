//! Writes streamOptimized VMDK as VMware's tools do: markers, and a footer where that is asked.

use flate2::{Compression, write::ZlibEncoder};
use std::io::Write;

/// How a file is written.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "tests combine them freely")]
pub(crate) struct Ask {
    /// Sectors of a grain.
    pub(crate) grain: u64,
    /// The directory is told by a footer, as `ovftool` writes it, and not by the header.
    pub(crate) has_footer: bool,
    /// Grains are as they are, without markers: monolithicSparse.
    pub(crate) is_plain: bool,
    /// Grains that are zeros are told by their entry, as grains that are there.
    pub(crate) zeroed: bool,
    /// The last grain holds no more than the disk does.
    pub(crate) cut_last: bool,
    /// The text of the descriptor, if not the usual one.
    pub(crate) descriptor: Option<String>,
}

impl Default for Ask {
    fn default() -> Self {
        Self {
            grain: 128,
            has_footer: true,
            is_plain: false,
            zeroed: false,
            cut_last: false,
            descriptor: None,
        }
    }
}

/// A file, and where its parts are.
#[derive(Debug, Clone, Default)]
pub(crate) struct Written {
    pub(crate) bytes: Vec<u8>,
    /// Bytes at which the markers of grains are.
    pub(crate) grains: Vec<usize>,
    /// Bytes at which tables are.
    pub(crate) tables: Vec<usize>,
    pub(crate) directory: usize,
    /// The byte of the footer, without its marker.
    pub(crate) footer: usize,
}

pub(crate) fn descriptor(sectors: usize) -> String {
    format!(
        "# Disk DescriptorFile\nversion=1\nCID=12345678\nparentCID=ffffffff\n\
         createType=\"streamOptimized\"\n\n# Extent description\n\
         RDONLY {sectors} SPARSE \"disk.vmdk\"\n\n# The Disk Data Base\n#DDB\n\n\
         ddb.adapterType = \"lsilogic\"\nddb.longContentID = \"0123\"\n"
    )
}

pub(crate) fn put(bytes: &mut [u8], at: usize, number: u64, length: usize) {
    bytes[at..at + length].copy_from_slice(&number.to_le_bytes()[..length]);
}

pub(crate) fn header(ask: &Ask, sectors: usize, directory: u64) -> Vec<u8> {
    let mut header = vec![0; 512];
    header[..4].copy_from_slice(b"KDMV");
    put(&mut header, 4, 3, 4);
    put(&mut header, 8, 0x3_0001 | u64::from(ask.zeroed) << 2, 4);
    put(&mut header, 12, sectors as u64, 8);
    put(&mut header, 20, ask.grain, 8);
    put(&mut header, 28, 1, 8);
    put(&mut header, 36, 2, 8);
    put(&mut header, 44, 512, 4);
    put(&mut header, 56, directory, 8);
    put(&mut header, 64, 8, 8);
    header[73..77].copy_from_slice(b"\n \r\n");
    put(&mut header, 77, 1, 2);
    if ask.is_plain {
        put(&mut header, 4, 1, 4);
        put(&mut header, 8, 1 | u64::from(ask.zeroed) << 2, 4);
        put(&mut header, 77, 0, 2);
    }
    header
}

/// Packs one grain as small as can be.
pub(crate) fn zlib(bytes: &[u8]) -> Vec<u8> {
    pack(bytes, Compression::best())
}

fn pack(bytes: &[u8], how: Compression) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), how);
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

impl Written {
    fn pad(&mut self) {
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
    }

    fn marker(&mut self, sectors: u64, kind: u64) {
        let at = self.bytes.len();
        self.bytes.resize(at + 512, 0);
        put(&mut self.bytes, at, sectors, 8);
        put(&mut self.bytes, at + 12, kind, 4);
    }

    fn grain(&mut self, sector: u64, whole: &[u8], is_plain: bool) -> u32 {
        let at = self.bytes.len();
        self.grains.push(at);
        if is_plain {
            self.bytes.extend(whole);
            return (at / 512) as u32;
        }
        let packed = pack(whole, Compression::fast());
        self.bytes.extend(sector.to_le_bytes());
        self.bytes.extend((packed.len() as u32).to_le_bytes());
        self.bytes.extend(&packed);
        self.pad();
        (at / 512) as u32
    }

    fn entries(&mut self, kind: u64, entries: &[u32]) -> u32 {
        self.marker((entries.len() as u64 * 4).div_ceil(512), kind);
        let at = self.bytes.len();
        self.bytes
            .extend(entries.iter().flat_map(|it| it.to_le_bytes()));
        self.pad();
        (at / 512) as u32
    }
}

/// Writes a disk, of whole sectors.
pub(crate) fn write(raw: &[u8], ask: &Ask) -> Written {
    let sectors = raw.len() / 512;
    let mut file = Written {
        bytes: header(ask, sectors, u64::MAX),
        ..Written::default()
    };
    let text = ask
        .descriptor
        .clone()
        .unwrap_or_else(|| descriptor(sectors));
    file.bytes.extend(text.bytes());
    file.bytes.resize(8 * 512, 0);
    let grain = ask.grain as usize * 512;
    let mut directory = Vec::new();
    for (number, part) in raw.chunks(grain * 512).enumerate() {
        let mut table = Vec::new();
        for (index, room) in part.chunks(grain).enumerate() {
            let mut whole = room.to_vec();
            if !ask.cut_last {
                whole.resize(grain, 0);
            }
            let sector = (number * 512 + index) as u64 * ask.grain;
            table.push(if room.iter().any(|it| *it != 0) {
                file.grain(sector, &whole, ask.is_plain)
            } else {
                u32::from(ask.zeroed)
            });
        }
        if table.iter().all(|it| *it == 0) {
            directory.push(0);
            continue;
        }
        table.resize(512, 0);
        let sector = file.entries(1, &table);
        file.tables.push(sector as usize * 512);
        directory.push(sector);
    }
    let sector = file.entries(2, &directory);
    file.directory = sector as usize * 512;
    if ask.has_footer {
        file.marker(1, 3);
        file.footer = file.bytes.len();
        file.bytes.extend(header(ask, sectors, sector.into()));
    } else {
        put(&mut file.bytes, 56, sector.into(), 8);
    }
    file.marker(0, 0);
    file
}

/// A disk of three grains, of which the last is cut short.
pub(crate) fn small() -> Vec<u8> {
    let mut raw = vec![0; 64 * 1024 * 2 + 512 * 3];
    raw[..100].fill(5);
    raw[65_536..65_600].fill(7);
    raw[131_072..131_100].fill(9);
    raw
}

/// A file of a few KiB.
pub(crate) fn tiny() -> Written {
    let mut raw = vec![3; 4096 * 2 + 512 * 3];
    raw[4096..8192].fill(0);
    let ask = Ask {
        grain: 8,
        ..Ask::default()
    };
    write(&raw, &ask)
}

/// The same as a file.
pub(crate) fn file() -> Written {
    write(&small(), &Ask::default())
}

/// A file with a number in another place.
pub(crate) fn with(at: usize, number: u64, length: usize) -> Vec<u8> {
    let mut bytes = file().bytes;
    put(&mut bytes, at, number, length);
    bytes
}
