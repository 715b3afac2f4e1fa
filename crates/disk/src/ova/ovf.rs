//! The descriptor (DMTF DSP0243, versions 1.0 to 2.1): which files there are, which disks, and how one
//! machine has them.

use crate::{
    Appliance, Budget, DiskError, Reason, Refusal,
    error::refuse,
    firmware::Firmware,
    ova::{
        hardware::{self, Drive},
        units::unit,
        xml::{VIRTUALBOX, VMWARE, attribute, children, is, shown, told},
    },
};
use roxmltree::{Document, Node};
use std::collections::BTreeMap;

/// What a descriptor says, as far as it is of use; that what it names is there is not checked here.
#[derive(Debug)]
pub(super) struct Ovf {
    pub(super) files: BTreeMap<String, FileRef>,
    pub(super) disks: BTreeMap<String, DiskRef>,
    /// In the order in which the machine has them.
    pub(super) drives: Vec<Drive>,
    pub(super) firmware: Option<Firmware>,
    pub(super) appliance: Appliance,
}

/// A file of the package.
#[derive(Debug)]
pub(super) struct FileRef {
    pub(super) href: String,
    /// Bytes as they are in the archive, all chunks together.
    pub(super) size: Option<u64>,
    pub(super) is_gzip: bool,
    /// Bytes of each chunk but the last, where the file is kept in chunks.
    pub(super) chunk: Option<u64>,
}

/// A disk of the machine.
#[derive(Debug)]
pub(super) struct DiskRef {
    pub(super) capacity: u64,
    /// What the capacity counts.
    pub(super) unit: u64,
    /// The file that holds it: where there is none, it is all zeros.
    pub(super) file: Option<String>,
    /// A URI that tells the format.
    pub(super) format: Option<String>,
}

impl Ovf {
    pub(super) fn read(document: &Document<'_>, budget: &Budget<'_>) -> Result<Self, DiskError> {
        let envelope = document.root_element();
        if !is(envelope, "Envelope") {
            let refusal = Refusal::new(Reason::OvfMissing).what("the descriptor's root is");
            return refuse(refusal.named(envelope.tag_name().name()));
        }
        let files = files(envelope)?;
        let disks = disks(envelope, budget)?;
        let system = system(envelope)?;
        let hardware = children(system, "VirtualHardwareSection").next();
        let Some(hardware) = hardware else {
            return refuse(Refusal::new(Reason::OvfReference).what("it has no hardware"));
        };
        let items = hardware::Items::read(envelope, hardware)?;
        let drives = items.drives(budget)?;
        let os = children(system, "OperatingSystemSection").next();
        let annotation = children(system, "AnnotationSection").next();
        let id = attribute(system, "id").and_then(shown);
        let appliance = Appliance {
            name: told(system, "Name").or(id),
            description: annotation.and_then(|it| told(it, "Annotation")),
            system: os.and_then(|os| told(os, "Description")),
            system_id: os.and_then(|os| attribute(os, "id")?.parse().ok()),
            processors: items.processors(),
            memory: items.memory(),
            has_secure_boot: config(hardware, "bootOptions.efiSecureBootEnabled")
                .or_else(|| config(hardware, "uefi.secureBoot.enabled"))
                .is_some_and(|value| value.eq_ignore_ascii_case("true")),
        };
        Ok(Self {
            files,
            disks,
            drives,
            firmware: firmware(system, hardware),
            appliance,
        })
    }
}

/// The one machine: an image is no group of them.
fn system<'a, 'i>(envelope: Node<'a, 'i>) -> Result<Node<'a, 'i>, DiskError> {
    if children(envelope, "VirtualSystemCollection")
        .next()
        .is_some()
    {
        let refusal = Refusal::new(Reason::UnknownFeature);
        return refuse(refusal.what("it has more than one machine"));
    }
    let mut systems = children(envelope, "VirtualSystem");
    match (systems.next(), systems.next()) {
        (Some(system), None) => Ok(system),
        (None, _) => refuse(Refusal::new(Reason::OvfReference).what("it has no machine")),
        _ => {
            let refusal = Refusal::new(Reason::UnknownFeature);
            refuse(refusal.what("it has more than one machine"))
        }
    }
}

fn files(envelope: Node<'_, '_>) -> Result<BTreeMap<String, FileRef>, DiskError> {
    let mut files = BTreeMap::new();
    let references = children(envelope, "References");
    for file in references.flat_map(|it| children(it, "File")) {
        let id = needed(file, "id", "a file without an id")?;
        let href = needed(file, "href", "a file without a name")?.to_owned();
        let is_gzip = match attribute(file, "compression") {
            None | Some("" | "identity") => false,
            Some("gzip") => true,
            Some(other) => {
                let refusal = Refusal::new(Reason::UnknownFeature).what("the compression");
                return refuse(refusal.named(other));
            }
        };
        let size = number(file, "size", "the size of a file")?;
        let chunk = number(file, "chunkSize", "the size of chunks")?;
        if chunk == Some(0) {
            let refusal = Refusal::new(Reason::OvfReference).what("the size of chunks");
            return refuse(refusal.found(0));
        }
        let file = FileRef {
            href,
            size,
            is_gzip,
            chunk,
        };
        if files.insert(id.to_owned(), file).is_some() {
            let refusal = Refusal::new(Reason::OvfReference).what("two files with the id");
            return refuse(refusal.named(id));
        }
    }
    Ok(files)
}

fn disks(
    envelope: Node<'_, '_>,
    budget: &Budget<'_>,
) -> Result<BTreeMap<String, DiskRef>, DiskError> {
    let mut disks = BTreeMap::new();
    let sections = children(envelope, "DiskSection");
    for disk in sections.flat_map(|it| children(it, "Disk")) {
        let id = needed(disk, "diskId", "a disk without an id")?;
        if attribute(disk, "parentRef").is_some_and(|it| !it.is_empty()) {
            return refuse(Refusal::new(Reason::Parent).what("the disk").named(id));
        }
        let units = attribute(disk, "capacityAllocationUnits").unwrap_or_default();
        let count = attribute(disk, "capacity").unwrap_or_default();
        // A capacity may also be a property that is asked for when the machine is made: not here.
        let refusal = || Refusal::new(Reason::CapacityMismatch).what("the capacity");
        let Some(count) = digits(count) else {
            return refuse(refusal().named(count));
        };
        let Some(unit) = unit(units) else {
            return refuse(refusal().named(units));
        };
        let Some(capacity) = count.checked_mul(unit) else {
            return refuse(refusal().found(count));
        };
        let some = |name| attribute(disk, name).filter(|it| !it.is_empty());
        let disk = DiskRef {
            capacity,
            unit,
            file: some("fileRef").map(str::to_owned),
            format: some("format").map(str::to_owned),
        };
        if disks.insert(id.to_owned(), disk).is_some() {
            let refusal = Refusal::new(Reason::OvfReference).what("two disks with the id");
            return refuse(refusal.named(id));
        }
        hardware::too_many(disks.len(), budget)?;
    }
    Ok(disks)
}

/// An attribute that must be there.
fn needed<'a>(node: Node<'a, '_>, name: &str, what: &'static str) -> Result<&'a str, DiskError> {
    let value = attribute(node, name).filter(|value| !value.is_empty());
    value.ok_or_else(|| Refusal::new(Reason::OvfReference).what(what).into())
}

/// An attribute that is a number where it is there.
fn number(node: Node<'_, '_>, name: &str, what: &'static str) -> Result<Option<u64>, DiskError> {
    match attribute(node, name) {
        None | Some("") => Ok(None),
        Some(text) => match digits(text) {
            Some(number) => Ok(Some(number)),
            None => refuse(Refusal::new(Reason::OvfReference).what(what).named(text)),
        },
    }
}

/// A number without a sign, of no more than 63 bits (`xs:long`).
fn digits(text: &str) -> Option<u64> {
    let text = text.trim();
    let number: i64 = text.parse().ok()?;
    let has_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    u64::try_from(number).ok().filter(|_| has_digits)
}

/// What VMware's settings say, which are no part of the standard.
fn config<'a>(hardware: Node<'a, '_>, key: &str) -> Option<&'a str> {
    let mut settings = hardware.children().filter(|node| {
        let name = node.tag_name();
        name.namespace() == Some(VMWARE) && matches!(name.name(), "Config" | "ExtraConfig")
    });
    let setting = settings.find(|node| node.attribute((VMWARE, "key")) == Some(key))?;
    setting.attribute((VMWARE, "value")).map(str::trim)
}

/// The standard has no word for firmware; VMware and `VirtualBox` have their own.
fn firmware(system: Node<'_, '_>, hardware: Node<'_, '_>) -> Option<Firmware> {
    if let Some(value) = config(hardware, "firmware") {
        return value.to_ascii_lowercase().parse().ok();
    }
    let mut of_virtualbox = system.descendants().filter(|node| {
        let name = node.tag_name();
        name.namespace() == Some(VIRTUALBOX) && name.name() == "Firmware"
    });
    let kind = of_virtualbox.next()?.attribute("type")?;
    // There are EFI, EFI32, EFI64 and EFIDUAL.
    let is_efi = kind.to_ascii_uppercase().starts_with("EFI");
    Some(if is_efi {
        Firmware::Uefi
    } else {
        Firmware::Bios
    })
}
