//! `CreateImage`.

use super::{begun, made, new_id};
use crate::{
    Ec2Instance,
    ec2::asking::{Answer, Asking},
};
use atlas_ec2::{BlockDeviceMapping, BootMode, CreateImage, Ec2Error, ErrorCode, ImageRef};
use cloud_atlas::{
    LaunchableImage, NewImage, Session,
    image::{
        AddSnapshot, Cleaned, CloudText, Device, Devices, ImageDescription, Labels, Origin,
        OriginText,
    },
    image_id::AmiId,
};

/// Answers `CreateImage`: each volume of the instance becomes a snapshot, which the image begins with.
pub(in crate::ec2) async fn create(
    asking: &Asking<'_>,
    ask: CreateImage,
) -> Result<Answer, Ec2Error> {
    let id = ask.instance_id.as_str();
    let (labels, of_snapshots) = (ask.labels()?, ask.snapshot_labels()?);
    let instance = match &asking.api.instances {
        Some(known) => known.instance(id, asking.caller).await,
        None => None,
    };
    let instance = instance.ok_or_else(|| Ec2Error::instances_not_found(&[id]))?;
    let base = base(asking, &instance).await?;
    asking.before(asking.scope()).await?;
    let ami = new_id(asking);
    let mut new = begun(asking, ami, ask.name.name());
    let root = root_device(&instance);
    let devices = merged(&instance.devices, &ask.block_device_mappings, root.as_ref());
    let text = description(id, ami);
    let (devices, snapshots) = imaged(&asking.session, devices, &text, &of_snapshots);
    let asked = &mut new.register;
    let wanted = ask.description.as_ref();
    asked.description = wanted.and_then(|text| text.text()).cloned();
    asked.devices = Devices::new(devices)
        .map_err(|error| Ec2Error::new(ErrorCode::InvalidBlockDeviceMapping, error.to_string()))?;
    asked.labels = labels;
    asked.architecture = instance.architecture;
    asked.virtualization = instance.virtualization;
    asked.firmware = ask
        .boot_mode_override
        .map(BootMode::firmware)
        .or(instance.firmware);
    if let Some(base) = &base {
        asked.os = base.record.os().cloned();
        asked.agent = Some(base.record.agent().clone());
        asked.init_agent = base.record.init_agent().clone();
    }
    asked.origin = bundled(id, base.as_ref())?;
    facts(&mut new, instance, root, id, asking.region());
    new.snapshots = snapshots;
    made(asking, ami, new).await
}

/// The image that the instance was launched from, if the caller still sees it.
async fn base(
    asking: &Asking<'_>,
    instance: &Ec2Instance,
) -> Result<Option<LaunchableImage>, Ec2Error> {
    let id = instance.image.as_ref();
    let Some(id) = id.and_then(|id| ImageRef::parse(id.as_str()).ok()) else {
        return Ok(None);
    };
    match asking.seen(&id).await {
        Ok(image) => Ok(Some(image)),
        Err(error) if error.status() == 400 => Ok(None),
        Err(error) => Err(error),
    }
}

fn bundled(instance: &str, base: Option<&LaunchableImage>) -> Result<Origin, Ec2Error> {
    Ok(Origin::Bundled {
        server: OriginText::parse(instance).map_err(|_| Ec2Error::internal())?,
        base: base.map(|base| base.record.id()),
        template: None,
        mci: None,
        cleaned: Cleaned::NotStated,
    })
}

/// What EC2 says of the image: what the instance has, and where it comes from.
fn facts(
    new: &mut NewImage,
    instance: Ec2Instance,
    root: Option<CloudText>,
    id: &str,
    region: &str,
) {
    let facts = &mut new.register.ec2;
    **facts = instance.facts;
    facts.root_device = root;
    facts.root_device_type = CloudText::parse("ebs").ok();
    facts.hypervisor = facts
        .hypervisor
        .take()
        .or_else(|| CloudText::parse("xen").ok());
    facts.source_instance = CloudText::parse(id).ok();
    if instance.image.is_some() {
        facts.source_image = instance.image;
        facts.source_region = CloudText::parse(region).ok();
    }
}

fn root_device(instance: &Ec2Instance) -> Option<CloudText> {
    let named = instance.facts.root_device.clone();
    named.or_else(|| CloudText::parse("/dev/sda1").ok())
}

/// The devices of the instance as the request changes them, the root device first, which is there even
/// where nobody told of it.
fn merged(known: &Devices, asked: &[BlockDeviceMapping], root: Option<&CloudText>) -> Vec<Device> {
    let mut devices = known.as_slice().to_vec();
    if !devices.iter().any(|device| device.name.as_ref() == root) {
        let mut device = Device::default();
        device.name = root.cloned();
        devices.push(device);
    }
    for mapping in asked {
        let asked = mapping.to_device();
        let at = devices.iter().position(|device| device.name == asked.name);
        match at.and_then(|at| devices.get_mut(at)) {
            Some(device) => overlay(device, asked),
            None => devices.push(asked),
        }
    }
    devices.retain(|device| !device.left_out);
    devices.sort_by_key(|device| device.name.as_ref() != root);
    if let Some(first) = devices.first_mut()
        && first.volume_type.is_none()
    {
        first.volume_type = CloudText::parse("standard").ok();
    }
    devices
}

/// What a request says of a device takes the place of what the instance has.
fn overlay(device: &mut Device, asked: Device) {
    device.left_out = asked.left_out;
    device.virtual_name = asked.virtual_name.or(device.virtual_name.take());
    device.size_gb = asked.size_gb.or(device.size_gb);
    device.volume_type = asked.volume_type.or(device.volume_type.take());
    device.iops = asked.iops.or(device.iops);
    device.throughput_mib = asked.throughput_mib.or(device.throughput_mib);
    device.encrypted = asked.encrypted.or(device.encrypted);
    device.key = asked.key.or(device.key.take());
    device.delete_on_termination = asked.delete_on_termination.or(device.delete_on_termination);
}

/// Each volume with a snapshot of its own.
fn imaged(
    session: &Session,
    mut devices: Vec<Device>,
    description: &str,
    labels: &Labels,
) -> (Vec<Device>, Vec<AddSnapshot>) {
    let mut snapshots = Vec::new();
    for device in &mut devices {
        if device.virtual_name.is_some() {
            continue;
        }
        let mut snapshot = AddSnapshot::new(session.new_snapshot_id());
        snapshot.size_gb = device.size_gb;
        snapshot.description = ImageDescription::parse(description).ok();
        snapshot.encrypted = device.encrypted.unwrap_or_default();
        snapshot.labels = labels.clone();
        device.snapshot = snapshot.id.to_text();
        snapshots.push(snapshot);
    }
    (devices, snapshots)
}

/// How EC2 describes such snapshots.
fn description(instance: &str, ami: AmiId) -> String {
    format!("Created by CreateImage({instance}) for {ami}")
}
