//! Appliances that tests put together, header by header, so that any of it can be wrong.

use atlas_disk::{Budget, Convert, DiskError, Format, Image, Limits, Reason, Refusal, convert};
use core::fmt::Write as _;
use flate2::{Compression, write::GzEncoder};
use sha1::Digest;
use std::{io::Write as _, sync::Arc};

pub(crate) const RAW: &str = "http://example.com/formats#raw";
pub(crate) const QCOW2: &str = "http://www.gnome.org/~markmc/qcow-image-format.html";

/// An archive.
#[derive(Clone, Default)]
pub(crate) struct Tar(pub(crate) Vec<u8>);

impl Tar {
    /// Adds a member with a header of any kind.
    pub(crate) fn member(mut self, header: &[u8; 512], data: &[u8]) -> Self {
        self.0.extend(header);
        self.0.extend(data);
        self.0.resize(self.0.len().next_multiple_of(512), 0);
        self
    }

    pub(crate) fn file(self, name: &str, data: &[u8]) -> Self {
        self.member(&header(name.as_bytes(), data.len() as u64, b'0'), data)
    }

    pub(crate) fn files(mut self, files: &[(&str, &[u8])]) -> Self {
        for (name, data) in files {
            self = self.file(name, data);
        }
        self
    }

    /// Adds an extended header.
    pub(crate) fn pax(self, kind: u8, records: &[(&str, &str)]) -> Self {
        let mut data = Vec::new();
        for (key, value) in records {
            let rest = format!(" {key}={value}\n");
            let mut length = rest.len();
            while length.to_string().len() + rest.len() != length {
                length = length.to_string().len() + rest.len();
            }
            data.extend(format!("{length}{rest}").into_bytes());
        }
        self.member(&header(b"pax", data.len() as u64, kind), &data)
    }

    pub(crate) fn end(mut self) -> Vec<u8> {
        self.0.resize(self.0.len() + 1024, 0);
        self.0.resize(self.0.len().next_multiple_of(10_240), 0);
        self.0
    }
}

/// A header of ustar.
pub(crate) fn header(name: &[u8], size: u64, kind: u8) -> [u8; 512] {
    let mut header = [0; 512];
    header[..name.len()].copy_from_slice(name);
    header[100..108].copy_from_slice(b"0000644\0");
    header[108..116].copy_from_slice(b"0000000\0");
    header[116..124].copy_from_slice(b"0000000\0");
    header[124..136].copy_from_slice(format!("{size:011o}\0").as_bytes());
    header[136..148].copy_from_slice(b"00000000000\0");
    header[156] = kind;
    header[257..265].copy_from_slice(b"ustar\x0000");
    sealed(header)
}

/// The same header with its checksum.
pub(crate) fn sealed(mut header: [u8; 512]) -> [u8; 512] {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    header
}

/// A descriptor.
#[derive(Clone)]
pub(crate) struct Ovf {
    pub(crate) files: String,
    pub(crate) disks: String,
    pub(crate) items: String,
    /// What else is in the hardware.
    pub(crate) hardware: String,
    /// What else is in the machine.
    pub(crate) system: String,
    /// What else is in the envelope.
    pub(crate) envelope: String,
}

impl Ovf {
    /// One without disks, with three controllers.
    pub(crate) fn new() -> Self {
        let mut ovf = Self {
            files: String::new(),
            disks: String::new(),
            items: String::new(),
            hardware: String::new(),
            system: String::new(),
            envelope: String::new(),
        };
        ovf = ovf.controller(6, "10", 0, "lsilogic");
        ovf = ovf.controller(5, "21", 1, "");
        ovf = ovf.controller(5, "20", 0, "");
        ovf.controller(20, "30", 0, "vmware.sata.ahci")
    }

    /// One with one RAW disk in the member `disk.raw`.
    pub(crate) fn simple(disk: &[u8]) -> Self {
        let length = disk.len() as u64;
        let ovf = Self::new().file("f", "disk.raw", &format!("ovf:size='{length}'"));
        ovf.disk("d", length, "f", RAW)
            .drive(17, "10", 0, "ovf:/disk/d")
    }

    pub(crate) fn file(mut self, id: &str, href: &str, more: &str) -> Self {
        let files = &mut self.files;
        writeln!(files, "<File ovf:id='{id}' ovf:href='{href}' {more}/>").unwrap();
        self
    }

    /// A disk; an empty one where no file is named.
    pub(crate) fn disk(self, id: &str, capacity: u64, file: &str, format: &str) -> Self {
        let file = match file {
            "" => String::new(),
            file => format!("ovf:fileRef='{file}'"),
        };
        let rest = format!("{file} ovf:format='{format}'");
        self.disk_with(&format!(
            "ovf:diskId='{id}' ovf:capacity='{capacity}' {rest}"
        ))
    }

    pub(crate) fn disk_with(mut self, attributes: &str) -> Self {
        writeln!(self.disks, "<Disk {attributes}/>").unwrap();
        self
    }

    pub(crate) fn controller(self, kind: u16, id: &str, number: u32, words: &str) -> Self {
        self.item(&format!(
            "<rasd:Address>{number}</rasd:Address><rasd:InstanceID>{id}</rasd:InstanceID>\
             <rasd:ResourceSubType>{words}</rasd:ResourceSubType>\
             <rasd:ResourceType>{kind}</rasd:ResourceType>"
        ))
    }

    pub(crate) fn drive(self, kind: u16, parent: &str, unit: u32, resource: &str) -> Self {
        let id = self.items.len() + 100;
        self.item(&format!(
            "<rasd:AddressOnParent>{unit}</rasd:AddressOnParent>\
             <rasd:ElementName>drive of {resource}</rasd:ElementName>\
             <rasd:HostResource>{resource}</rasd:HostResource>\
             <rasd:InstanceID>{id}</rasd:InstanceID>\
             <rasd:Parent>{parent}</rasd:Parent><rasd:ResourceType>{kind}</rasd:ResourceType>"
        ))
    }

    pub(crate) fn item(mut self, inside: &str) -> Self {
        writeln!(self.items, "<Item>{inside}</Item>").unwrap();
        self
    }

    pub(crate) fn text(&self) -> String {
        let Self {
            files,
            disks,
            items,
            hardware,
            system,
            envelope,
        } = self;
        format!(
            r#"<?xml version="1.0" encoding="UTF-8"?>
<!-- written <by> a test -->
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
  xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
  xmlns:vbox="http://www.virtualbox.org/ovf/machine"
  xmlns:vmw="http://www.vmware.com/schema/ovf">
<References>{files}</References>
<DiskSection><Info>Disks</Info>{disks}</DiskSection>
{envelope}
<VirtualSystem ovf:id="machine">{system}
<VirtualHardwareSection><Info>Hardware</Info>
{items}{hardware}</VirtualHardwareSection></VirtualSystem></Envelope>"#
        )
    }

    /// The archive: this descriptor, and then some files.
    pub(crate) fn with(&self, files: &[(&str, &[u8])]) -> Vec<u8> {
        let tar = Tar::default().file("machine.ovf", self.text().as_bytes());
        tar.files(files).end()
    }
}

/// A disk with a first sector that boots, and text; nothing claims it.
pub(crate) fn raw(length: usize, text: &str) -> Vec<u8> {
    let mut disk: Vec<u8> = text.bytes().cycle().take(length).collect();
    disk[510..512].copy_from_slice(&[0x55, 0xaa]);
    disk[446..510].fill(0);
    disk
}

/// A CD.
pub(crate) fn iso() -> Vec<u8> {
    let mut cd = vec![0; 48 * 1024];
    cd[32_769..32_774].copy_from_slice(b"CD001");
    cd
}

pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// The lines of a manifest.
pub(crate) fn manifest<D: Digest>(algorithm: &str, files: &[(&str, &[u8])]) -> String {
    let mut text = String::new();
    for (name, bytes) in files {
        write!(text, "{algorithm}({name})= ").unwrap();
        for byte in D::digest(bytes) {
            write!(text, "{byte:02x}").unwrap();
        }
        text.push('\n');
    }
    text
}

pub(crate) fn open(bytes: &[u8], limits: &Limits) -> Result<Image, DiskError> {
    let source = Arc::new(bytes.to_vec());
    Image::open(source, Format::Ova, &Budget::new(limits, &|| false))
}

#[track_caller]
pub(crate) fn good(bytes: &[u8]) -> Image {
    open(bytes, &Limits::default()).unwrap()
}

/// All disks of an image.
pub(crate) fn read(image: &Image, limits: &Limits) -> Result<Vec<Vec<u8>>, DiskError> {
    let mut all = Vec::new();
    for disk in image.disks() {
        let sink = std::sync::Mutex::<Vec<u8>>::default();
        let budget = Budget::new(limits, &|| false);
        convert(disk, &sink, &Convert::default(), &budget, &|_| {})?;
        all.push(sink.into_inner().unwrap());
    }
    Ok(all)
}

#[track_caller]
pub(crate) fn disks(bytes: &[u8]) -> Vec<Vec<u8>> {
    read(&good(bytes), &Limits::default()).unwrap()
}

#[track_caller]
pub(crate) fn refusal(bytes: &[u8]) -> Refusal {
    refusal_within(bytes, &Limits::default())
}

#[track_caller]
pub(crate) fn refusal_within(bytes: &[u8], limits: &Limits) -> Refusal {
    match open(bytes, limits).unwrap_err() {
        DiskError::Refused(refusal) => refusal,
        other => panic!("{other}"),
    }
}

#[track_caller]
pub(crate) fn is_refused(bytes: &[u8], reason: Reason) {
    let refusal = refusal(bytes);
    assert_eq!(refusal.reason(), reason, "{refusal}");
}
