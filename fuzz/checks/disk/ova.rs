//! Appliances of a few disks, in any format and at any place of the machine.

use super::{Built, file::File, pack, plan::Plan, qcow2, raw, tar::Tar, vhd, vmdk};
use atlas_disk::{Firmware, Format};
use core::fmt::Write;
use sha1::{Digest, Sha1};
use sha2::{Sha256, Sha512};

/// Controllers as the hardware lists them: type, id, number, words; and the rank of their kind.
const CONTROLLERS: &[(u8, &str, u32, &str, usize)] = &[
    (6, "10", 0, "lsilogic", 0),
    (5, "21", 1, "", 1),
    (5, "20", 0, "", 1),
    (20, "30", 0, "vmware.sata.ahci", 3),
    (20, "40", 0, "vmware.nvme.controller", 4),
];

/// The parts of a descriptor, and what else the archive has.
#[derive(Default)]
struct Package {
    files: String,
    disks: String,
    items: String,
    /// Members besides the descriptor.
    members: Vec<(String, Vec<u8>)>,
    /// Disks, with what tells their order.
    drives: Vec<((usize, u32, u32), Vec<u8>)>,
}

pub(crate) fn build(plan: &mut Plan<'_>) -> Built {
    plan.most = 96 << 10;
    let mut package = Package::default();
    for (kind, id, number, words, _) in CONTROLLERS {
        package.item(&format!(
            "<rasd:Address>{number}</rasd:Address><rasd:InstanceID>{id}</rasd:InstanceID>\
             <rasd:ResourceSubType>{words}</rasd:ResourceSubType>\
             <rasd:ResourceType>{kind}</rasd:ResourceType>"
        ));
    }
    for number in 0..=plan.below(3) {
        package.drive(plan, number);
    }
    let (config, firmware) = plan.one_of(&[
        ("", None),
        ("efi", Some(Firmware::Uefi)),
        ("bios", Some(Firmware::Bios)),
    ]);
    if !config.is_empty() {
        let config = format!("<vmw:Config vmw:key='firmware' vmw:value='{config}'/>\n");
        package.items += &config;
    }
    let text = package.text();
    let mut members = package.members;
    let place = plan.below(members.len() + 1);
    members.insert(place, ("machine.ovf".to_owned(), text.into_bytes()));
    if plan.flag() {
        let manifest = manifest(plan, &members).into_bytes();
        let place = plan.below(members.len() + 1);
        members.insert(place, ("machine.mf".to_owned(), manifest));
    }
    if plan.flag() {
        members.push(("machine.cert".to_owned(), b"trust me".to_vec()));
    }
    let mut tar = Tar::default();
    for (name, data) in &members {
        tar.file(plan, name, data);
    }
    let mut drives = package.drives;
    drives.sort_by_key(|(place, _)| *place);
    Built {
        file: tar.end(plan),
        format: Format::Ova,
        disks: drives.into_iter().map(|(_, disk)| disk).collect(),
        firmware,
    }
}

impl Package {
    /// Adds a drive, and what it holds.
    fn drive(&mut self, plan: &mut Plan<'_>, number: usize) {
        let writer = plan.one_of::<Option<fn(&mut Plan<'_>) -> Built>>(&[
            Some(raw::build),
            Some(qcow2::build),
            Some(vmdk::build),
            Some(vhd::build),
            None,
        ]);
        let built = match writer {
            Some(write) => write(plan),
            None => Built::new(
                File::default(),
                Format::Raw,
                vec![0; (1 + plan.below(9)) * 512],
            ),
        };
        let has_file = writer.is_some();
        let uri = if has_file { uri(built.format) } else { "" };
        let disk = built.disks.into_iter().next().unwrap_or_default();
        let is_cd = built.format == Format::Iso;
        let length = usize::try_from(built.file.length)
            .unwrap_or(usize::MAX)
            .min(1 << 20);
        if has_file {
            self.member(plan, number, built.file.bytes(0, length));
        }
        let is_disk = !is_cd || plan.flag();
        if is_disk {
            let (unit, words) = plan.one_of(&[
                (1, "byte"),
                (1024, "byte * 2^10"),
                (1 << 20, "byte*2^20"),
                (1000, "byte * 10^3"),
            ]);
            let capacity = (disk.len() as u64).div_ceil(unit);
            // Nothing but the capacity tells the size of an empty disk.
            let (words, capacity) = if has_file {
                (words, capacity)
            } else {
                ("byte", disk.len() as u64)
            };
            let capacity = plan.number(capacity);
            let file = if has_file {
                format!("ovf:fileRef='f{number}'")
            } else {
                String::new()
            };
            let _ = writeln!(
                self.disks,
                "<Disk ovf:diskId='d{number}' ovf:capacity='{capacity}' {file} \
                 ovf:capacityAllocationUnits='{words}' ovf:format='{uri}'/>"
            );
        }
        let (_, parent, bus, _, rank) = plan.one_of(CONTROLLERS);
        let unit = (plan.below(16) * 4 + number) as u32;
        let kind = if is_cd { plan.one_of(&[15, 16]) } else { 17 };
        let holds = if is_disk {
            format!("disk/d{number}")
        } else {
            format!("file/f{number}")
        };
        let scheme = plan.one_of(&["ovf:/", "/"]);
        self.item(&format!(
            "<rasd:AddressOnParent>{unit}</rasd:AddressOnParent>\
             <rasd:ElementName>drive {number}</rasd:ElementName>\
             <rasd:HostResource>{scheme}{holds}</rasd:HostResource>\
             <rasd:InstanceID>{}</rasd:InstanceID>\
             <rasd:Parent>{parent}</rasd:Parent><rasd:ResourceType>{kind}</rasd:ResourceType>",
            100 + number
        ));
        self.drives.push(((rank, bus, unit), disk));
    }

    /// Adds a file: compressed or not, in chunks or not.
    fn member(&mut self, plan: &mut Plan<'_>, number: usize, bytes: Vec<u8>) {
        let (href, name) =
            plan.one_of(&[("disk", "disk"), ("my%20disk", "my disk"), ("DISK", "DISK")]);
        let (href, name) = (format!("{href}{number}"), format!("{name}{number}"));
        let mut more = String::new();
        let bytes = if plan.below(4) == 3 {
            more += "ovf:compression='gzip' ";
            pack::gzip(plan, &bytes)
        } else {
            bytes
        };
        if plan.flag() {
            let size = plan.number(bytes.len() as u64);
            let _ = write!(more, "ovf:size='{size}' ");
        }
        // Chunks are members of one name as it is written.
        if plan.below(4) == 3 && href == name {
            let chunk = bytes.len().div_ceil(1 + plan.below(3)).max(1);
            let told = plan.number(chunk as u64);
            let _ = write!(more, "ovf:chunkSize='{told}' ");
            for (number, bytes) in bytes.chunks(chunk).enumerate() {
                self.members
                    .push((format!("{name}.{number:09}"), bytes.to_vec()));
            }
        } else {
            self.members.push((name, bytes));
        }
        let _ = writeln!(
            self.files,
            "<File ovf:id='f{number}' ovf:href='{href}' {more}/>"
        );
    }

    fn item(&mut self, inside: &str) {
        let _ = writeln!(self.items, "<Item>{inside}</Item>");
    }

    fn text(&self) -> String {
        let Self {
            files,
            disks,
            items,
            ..
        } = self;
        envelope(&format!(
            "<References>{files}</References>\n\
             <DiskSection><Info>Disks</Info>{disks}</DiskSection>\n\
             <VirtualSystem ovf:id='machine'><VirtualHardwareSection><Info>Hardware</Info>\n\
             {items}</VirtualHardwareSection></VirtualSystem>"
        ))
    }
}

/// What tells a format.
fn uri(format: Format) -> &'static str {
    match format {
        Format::Raw => "http://example.com/formats#raw",
        Format::Qcow2 => "http://www.gnome.org/~markmc/qcow-image-format.html",
        Format::Vmdk => "http://www.vmware.com/interfaces/specifications/vmdk.html#streamOptimized",
        Format::Vhd => "http://go.microsoft.com/fwlink/?LinkId=137171",
        _ => "http://www.ecma-international.org/publications/standards/Ecma-119.htm",
    }
}

/// The root of a descriptor, around what is in it.
pub(crate) fn envelope(inside: &str) -> String {
    const CIM: &str = "http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2";
    format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n\
         <Envelope xmlns='http://schemas.dmtf.org/ovf/envelope/1' \
         xmlns:ovf='http://schemas.dmtf.org/ovf/envelope/1' \
         xmlns:rasd='{CIM}/CIM_ResourceAllocationSettingData' \
         xmlns:vbox='http://www.virtualbox.org/ovf/machine' \
         xmlns:vmw='http://www.vmware.com/schema/ovf'>\n{inside}</Envelope>"
    )
}

fn manifest(plan: &mut Plan<'_>, members: &[(String, Vec<u8>)]) -> String {
    let mut text = String::new();
    for (name, bytes) in members {
        let (algorithm, digest) = match plan.below(3) {
            0 => ("SHA256", Sha256::digest(bytes).to_vec()),
            1 => ("SHA1", Sha1::digest(bytes).to_vec()),
            _ => ("sha512", Sha512::digest(bytes).to_vec()),
        };
        let _ = write!(text, "{algorithm}({name})= ");
        for byte in digest {
            let _ = write!(text, "{:02x}", plan.number(byte.into()) & 0xff);
        }
        text += plan.one_of(&["\n", "\r\n"]);
    }
    text
}
