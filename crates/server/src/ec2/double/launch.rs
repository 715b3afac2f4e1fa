//! What is launched.

use super::{Instance, Volume};
use atlas_ec2::{BlockDeviceMapping, Ec2Error, ImageItem, RunInstances, TagSpecification};
use cloud_atlas::{
    Session,
    base::Timestamp,
    image::{CloudText, Device, ImageRecord, Labels},
    scope::AccountNumber,
};
use core::num::NonZeroU32;

/// The gigabytes of a root volume of which nobody said how large it is.
const ROOT_GB: NonZeroU32 = match NonZeroU32::new(8) {
    Some(size) => size,
    None => NonZeroU32::MIN,
};

/// Instances that are to be launched together.
#[derive(Debug)]
pub(in crate::ec2) struct Launch {
    pub(in crate::ec2) least: usize,
    pub(in crate::ec2) most: usize,
    /// What each of them is, without ids.
    pub(in crate::ec2) template: Instance,
    /// What ids are made of, new for each launch.
    digits: String,
}

/// The hex digits of a new id: 17 of them.
pub(in crate::ec2) fn fresh(session: &Session) -> String {
    let id = session.new_snapshot_id();
    id.as_str().trim_start_matches("snap-").to_owned()
}

impl Launch {
    /// What a request launches of an image that may be launched.
    ///
    /// # Errors
    ///
    /// A text is too long for what it is, a device is none, or tags are for something else.
    pub(in crate::ec2) fn read(
        ask: &RunInstances,
        image: &ImageRecord,
        session: &Session,
        region: &str,
        now: Timestamp,
    ) -> Result<Self, Ec2Error> {
        let text = |name: &str, text: &Option<String>| match text.as_deref() {
            None | Some("") => Ok(None),
            Some(text) => CloudText::parse(text).map(Some).map_err(|error| {
                Ec2Error::invalid_parameter(name, text, &format!("It is {error}."))
            }),
        };
        let labels = |kind: &str| -> Result<Labels, Ec2Error> {
            let known = [
                "instance",
                "volume",
                "network-interface",
                "spot-instances-request",
            ];
            TagSpecification::labels(&ask.tag_specifications, kind, &known)
        };
        let mut facts = image.ec2().clone();
        let platform = ImageItem::of(image, AccountNumber::from_bits(0), false).platform;
        facts.platform = platform.and_then(|name| CloudText::parse(name).ok());
        // What is said of this image alone.
        (facts.owner_alias, facts.manifest, facts.client_token) = (None, None, None);
        (facts.last_launched, facts.state_reason) = (None, None);
        facts.root_device = facts
            .root_device
            .or_else(|| CloudText::parse("/dev/sda1").ok());
        facts.root_device_type = CloudText::parse("ebs").ok();
        facts.kernel = text("KernelId", &ask.kernel_id)?.or(facts.kernel);
        facts.ramdisk = text("RamdiskId", &ask.ramdisk_id)?.or(facts.ramdisk);
        let root = facts.root_device.clone();
        let asked = BlockDeviceMapping::to_devices(&ask.block_device_mappings)?;
        let devices = merged(image.devices().as_slice(), asked.as_slice(), root.as_ref());
        let volume_labels = labels("volume")?;
        let volumes = devices.into_iter().map(|device| Volume {
            id: String::new(),
            device,
            labels: volume_labels.clone(),
        });
        let placed = ask
            .placement
            .as_ref()
            .and_then(|at| at.availability_zone.clone());
        let small = "m1.small".to_owned();
        let kind = ask.instance_type.clone().or(Some(small));
        // INVARIANT: ids of images are texts of a cloud.
        let id = CloudText::parse(image.image_id().as_str());
        let template = Instance {
            id: String::new(),
            reservation: String::new(),
            image: id.map_err(|_| Ec2Error::internal())?,
            index: 0,
            launched: now,
            is_terminated: false,
            is_protected: ask.disable_api_termination.unwrap_or_default(),
            token: text("ClientToken", &ask.client_token)?,
            // INVARIANT: there is one.
            kind: text("InstanceType", &kind)?.ok_or_else(Ec2Error::internal)?,
            key_name: text("KeyName", &ask.key_name)?,
            zone: match text("AvailabilityZone", &placed)? {
                Some(zone) => zone.as_str().to_owned(),
                None => format!("{region}a"),
            },
            architecture: image.architecture(),
            virtualization: image.virtualization(),
            firmware: image.firmware(),
            facts,
            is_ebs_optimized: ask.ebs_optimized.unwrap_or_default(),
            source_dest_check: true,
            labels: labels("instance")?,
            volumes: volumes.collect(),
        };
        Ok(Self {
            least: usize::try_from(ask.min_count).unwrap_or(usize::MAX),
            most: usize::try_from(ask.max_count).unwrap_or(usize::MAX),
            template,
            digits: fresh(session),
        })
    }

    /// So many of them.
    pub(super) fn instances(&self, count: usize) -> Vec<Instance> {
        let reservation = format!("r-{}", self.digits);
        let indexes = 0_u32..u32::try_from(count).unwrap_or(u32::MAX);
        let each = indexes.map(|index| {
            let mut one = self.template.clone();
            one.id = format!("i-{}", self.derived("instance", index, 0));
            one.reservation.clone_from(&reservation);
            one.index = index;
            for (at, volume) in (0_u32..).zip(&mut one.volumes) {
                volume.id = format!("vol-{}", self.derived("volume", index, at));
            }
            one
        });
        each.collect()
    }

    /// The digits of an id that nothing else of any launch has.
    fn derived(&self, kind: &str, index: u32, at: u32) -> String {
        let text = format!("{kind} {} {index} {at}", self.digits);
        let digest =
            cloud_atlas::base::Digest::of("atlas-server/instance-double/1", text.as_bytes());
        let digits = digest.as_bytes().iter().map(|byte| format!("{byte:02x}"));
        digits.collect::<String>().chars().take(17).collect()
    }
}

/// The devices of an instance: those of its image as a request changes them, the root first. A device
/// without a volume is left out.
fn merged(image: &[Device], asked: &[Device], root: Option<&CloudText>) -> Vec<Device> {
    let mut devices: Vec<Device> = image.to_vec();
    for change in asked {
        let same = |device: &&mut Device| device.name == change.name;
        match devices.iter_mut().find(same) {
            Some(device) => over(device, change),
            None => devices.push(change.clone()),
        }
    }
    devices.retain(|device| !device.left_out && device.virtual_name.is_none());
    let is_root = |device: &Device| device.name.as_ref() == root;
    if !devices.iter().any(is_root) {
        let mut first = Device::default();
        first.name = root.cloned();
        first.size_gb = Some(ROOT_GB);
        devices.insert(0, first);
    }
    devices.sort_by_key(|device| !is_root(device));
    devices.truncate(cloud_atlas::image::Devices::MOST);
    for device in &mut devices {
        let standard = || CloudText::parse("standard").ok();
        device.volume_type = device.volume_type.take().or_else(standard);
        device.size_gb = device.size_gb.or(Some(ROOT_GB));
    }
    devices
}

/// What a request says of a device holds, and what it does not say stays.
fn over(device: &mut Device, change: &Device) {
    let said = change.clone();
    device.left_out |= said.left_out;
    device.snapshot = said.snapshot.or(device.snapshot.take());
    device.size_gb = said.size_gb.or(device.size_gb);
    device.volume_type = said.volume_type.or(device.volume_type.take());
    device.iops = said.iops.or(device.iops);
    device.throughput_mib = said.throughput_mib.or(device.throughput_mib);
    device.encrypted = said.encrypted.or(device.encrypted);
    device.key = said.key.or(device.key.take());
    device.delete_on_termination = said.delete_on_termination.or(device.delete_on_termination);
}

/// A text that is to be kept; none where it is empty.
///
/// # Errors
///
/// It is none.
pub(in crate::ec2) fn value(name: &str, text: &str) -> Result<Option<CloudText>, Ec2Error> {
    if text.is_empty() {
        return Ok(None);
    }
    let read = CloudText::parse(text);
    let refused = |error| Ec2Error::invalid_parameter(name, text, &format!("It is {error}."));
    read.map(Some).map_err(refused)
}
