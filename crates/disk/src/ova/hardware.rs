//! The hardware: which disks and CDs a machine has, on which controllers, in which order.

use crate::{
    Budget, Bus, Device, DiskError, DiskKind, Reason, Refusal,
    error::refuse,
    ova::{
        units::unit,
        xml::{attribute, children, setting, settings, shown},
    },
};
use roxmltree::Node;

/// A disk or CD of the machine, with something in it.
#[derive(Debug)]
pub(super) struct Drive {
    pub(super) kind: DiskKind,
    pub(super) holds: Holds,
    pub(super) device: Device,
}

/// What is in a drive.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Holds {
    /// `ovf:/disk/<id>`
    Disk(String),
    /// `ovf:/file/<id>`
    File(String),
}

/// The items of the hardware that are of use in the machine as it is made without choices.
pub(super) struct Items<'a, 'i>(Vec<(u16, Node<'a, 'i>)>);

/// Controllers: each is compared with all others.
const MOST_CONTROLLERS: u64 = 256;

/// Types of resources (`CIM_ResourceAllocationSettingData`, `ResourceType`).
const PROCESSOR: u16 = 3;
const MEMORY: u16 = 4;
const IDE: u16 = 5;
const SCSI: u16 = 6;
const CD: u16 = 15;
const DVD: u16 = 16;
const DISK: u16 = 17;
const OTHER_STORAGE: u16 = 20;

impl<'a, 'i> Items<'a, 'i> {
    pub(super) fn read(envelope: Node<'a, 'i>, hardware: Node<'a, 'i>) -> Result<Self, DiskError> {
        let configuration = configuration(envelope);
        let mut items = Vec::new();
        for item in hardware.children() {
            if !["Item", "StorageItem"]
                .iter()
                .any(|name| super::xml::is(item, name))
            {
                continue;
            }
            // Some items are of some configurations only.
            if let Some(of) = attribute(item, "configuration") {
                let mut of = of.split_whitespace();
                if !of.any(|id| Some(id) == configuration) {
                    continue;
                }
            }
            let kind = setting(item, "ResourceType").unwrap_or_default();
            let Ok(kind) = kind.parse() else {
                let refusal = Refusal::new(Reason::OvfReference).what("a type of resources");
                return refuse(refusal.named(kind));
            };
            items.push((kind, item));
        }
        Ok(Self(items))
    }

    fn first(&self, wanted: u16) -> Option<Node<'a, 'i>> {
        let found = self.0.iter().find(|(kind, _)| *kind == wanted);
        found.map(|(_, item)| *item)
    }

    pub(super) fn processors(&self) -> Option<u64> {
        setting(self.first(PROCESSOR)?, "VirtualQuantity")?
            .parse()
            .ok()
    }

    /// In bytes.
    pub(super) fn memory(&self) -> Option<u64> {
        let item = self.first(MEMORY)?;
        let count: u64 = setting(item, "VirtualQuantity")?.parse().ok()?;
        count.checked_mul(unit(setting(item, "AllocationUnits")?)?)
    }

    /// The drives that hold something, in the machine's order: by kind of controller as the hardware
    /// lists them, by number of the controller, by place on it, and by place in the list.
    pub(super) fn drives(&self, budget: &Budget<'_>) -> Result<Vec<Drive>, DiskError> {
        let controllers = self.controllers()?;
        let mut drives = Vec::new();
        for (kind, item) in &self.0 {
            let kind = match *kind {
                DISK => DiskKind::Disk,
                CD | DVD => DiskKind::Cdrom,
                _ => continue,
            };
            // An empty drive, or one that is given something when the machine is made.
            let mut resources = settings(*item, "HostResource");
            let Some(resource) = resources.next() else {
                continue;
            };
            if resources.next().is_some() {
                let refusal = Refusal::new(Reason::OvfReference);
                return refuse(refusal.what("a drive holds two things"));
            }
            let holds = holds(resource)?;
            let parent = setting(*item, "Parent");
            let controller = match parent {
                None => None,
                Some(parent) => {
                    let found = controllers.iter().find(|it| it.id == parent);
                    let refusal = Refusal::new(Reason::OvfReference).what("the controller");
                    Some(found.ok_or_else(|| refusal.named(parent))?)
                }
            };
            let unit = setting(*item, "AddressOnParent").and_then(|it| it.parse::<u32>().ok());
            let place = controller.map(|it| (it.rank, it.number));
            let place = (
                place.unwrap_or((usize::MAX, u32::MAX)),
                unit.unwrap_or(u32::MAX),
            );
            let name = setting(*item, "ElementName").or_else(|| setting(*item, "Caption"));
            let device = Device {
                name: name.and_then(shown),
                bus: controller.map(|it| it.bus),
                bus_number: controller.map(|it| it.number),
                unit,
            };
            let drive = Drive {
                kind,
                holds,
                device,
            };
            drives.push((place, drive));
            too_many(drives.len(), budget)?;
        }
        if drives.is_empty() {
            let refusal = Refusal::new(Reason::OvfReference);
            return refuse(refusal.what("its machine has neither a disk nor a CD"));
        }
        drives.sort_by_key(|(place, _)| *place);
        Ok(drives.into_iter().map(|(_, drive)| drive).collect())
    }

    fn controllers(&self) -> Result<Vec<Controller<'a>>, DiskError> {
        let mut found: Vec<Controller<'a>> = Vec::new();
        for (kind, item) in &self.0 {
            let bus = match *kind {
                IDE => Bus::Ide,
                SCSI => Bus::Scsi,
                OTHER_STORAGE => other(setting(*item, "ResourceSubType").unwrap_or_default()),
                _ => continue,
            };
            let Some(id) = setting(*item, "InstanceID").or_else(|| setting(*item, "InstanceId"))
            else {
                let refusal = Refusal::new(Reason::OvfReference);
                return refuse(refusal.what("a controller without an id"));
            };
            if found.iter().any(|it| it.id == id) {
                let refusal = Refusal::new(Reason::OvfReference);
                return refuse(refusal.what("two controllers with the id").named(id));
            }
            if u64::try_from(found.len()).is_ok_and(|count| count >= MOST_CONTROLLERS) {
                let refusal = Refusal::new(Reason::XmlLimit).what("the number of controllers");
                return refuse(refusal.allowed(MOST_CONTROLLERS));
            }
            let same = found.iter().find(|it| it.bus == bus).map(|it| it.rank);
            let number = setting(*item, "Address").and_then(|it| it.parse().ok());
            found.push(Controller {
                id,
                bus,
                rank: same.unwrap_or(found.len()),
                number: number.unwrap_or_default(),
            });
        }
        Ok(found)
    }
}

/// Refuses more disks than are allowed.
pub(super) fn too_many(disks: usize, budget: &Budget<'_>) -> Result<(), DiskError> {
    let allowed = budget.limits().disks;
    if disks <= allowed {
        return Ok(());
    }
    let allowed = u64::try_from(allowed).unwrap_or(u64::MAX);
    let refusal = Refusal::new(Reason::Amplification).what("the number of disks");
    refuse(refusal.allowed(allowed))
}

struct Controller<'a> {
    id: &'a str,
    bus: Bus,
    /// Where the first one of its kind is listed: VMware lists IDE 1 before IDE 0.
    rank: usize,
    number: u32,
}

/// The standard has no numbers for newer controllers; products write words.
fn other(words: &str) -> Bus {
    let words = words.to_ascii_lowercase();
    let says = |word| words.contains(word);
    match () {
        () if says("nvme") => Bus::Nvme,
        () if says("ahci") || says("sata") => Bus::Sata,
        () if says("virtio") => Bus::Virtio,
        () => Bus::Other,
    }
}

/// `ovf:/disk/<id>`; without the scheme in OVF 1.0.
fn holds(resource: &str) -> Result<Holds, DiskError> {
    let path = resource.strip_prefix("ovf:").unwrap_or(resource);
    let path = path.trim_start_matches('/');
    match path.split_once('/') {
        Some(("disk", id)) if !id.is_empty() => Ok(Holds::Disk(id.to_owned())),
        Some(("file", id)) if !id.is_empty() => Ok(Holds::File(id.to_owned())),
        _ => {
            let refusal = Refusal::new(Reason::OvfReference).what("the host's resource");
            refuse(refusal.named(resource))
        }
    }
}

/// The configuration that is taken where nobody chooses: the default, or else the first.
fn configuration<'a>(envelope: Node<'a, '_>) -> Option<&'a str> {
    let section = children(envelope, "DeploymentOptionSection").next()?;
    let all = || children(section, "Configuration");
    let is_default =
        |node: &Node<'_, '_>| matches!(attribute(*node, "default"), Some("true" | "1"));
    let chosen = all().find(is_default).or_else(|| all().next())?;
    attribute(chosen, "id")
}
