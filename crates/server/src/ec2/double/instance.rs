//! One instance, with its volumes.

use crate::ec2::Ec2Instance;
use atlas_ec2::{
    AttachmentItem, InstanceDeviceItem, InstanceItem, InstanceStateItem, InstanceVolumeItem,
    MonitoringItem, PlacementItem, TagPair, VolumeItem, ec2_architecture,
};
use cloud_atlas::{
    base::Timestamp,
    image::{Architecture, CloudText, Device, Devices, Ec2Facts, Firmware, Labels, Virtualization},
};
use core::num::NonZeroU32;

/// An instance that is none.
#[derive(Debug, Clone)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is an attribute of EC2's own"
)]
pub(in crate::ec2) struct Instance {
    /// `i-…`.
    pub(in crate::ec2) id: String,
    /// `r-…`: those that were launched together have the same.
    pub(in crate::ec2) reservation: String,
    /// The id of its image.
    pub(in crate::ec2) image: CloudText,
    /// Its place among those that were launched together, from 0.
    pub(in crate::ec2) index: u32,
    pub(in crate::ec2) launched: Timestamp,
    pub(in crate::ec2) is_terminated: bool,
    /// Whether it may not be terminated.
    pub(in crate::ec2) is_protected: bool,
    /// The token of the request that launched it.
    pub(in crate::ec2) token: Option<CloudText>,
    /// `m1.small`.
    pub(in crate::ec2) kind: CloudText,
    pub(in crate::ec2) key_name: Option<CloudText>,
    pub(in crate::ec2) zone: String,
    pub(in crate::ec2) architecture: Option<Architecture>,
    pub(in crate::ec2) virtualization: Option<Virtualization>,
    pub(in crate::ec2) firmware: Option<Firmware>,
    /// What EC2 alone says of its image and of it: the root device, the kernel.
    pub(in crate::ec2) facts: Ec2Facts,
    pub(in crate::ec2) is_ebs_optimized: bool,
    pub(in crate::ec2) source_dest_check: bool,
    pub(in crate::ec2) labels: Labels,
    /// The root first.
    pub(in crate::ec2) volumes: Vec<Volume>,
}

/// A volume of an instance.
#[derive(Debug, Clone)]
pub(in crate::ec2) struct Volume {
    /// `vol-…`.
    pub(in crate::ec2) id: String,
    /// The device of the instance: its name, its snapshot, its kind, and what becomes of it.
    pub(in crate::ec2) device: Device,
    pub(in crate::ec2) labels: Labels,
}

impl Volume {
    /// The name of its device.
    pub(in crate::ec2) fn name(&self) -> &str {
        self.device.name.as_ref().map_or("", CloudText::as_str)
    }

    /// Whether it goes with its instance: unless said otherwise it does.
    pub(in crate::ec2) fn goes_with_it(&self) -> bool {
        self.device.delete_on_termination.unwrap_or(true)
    }
}

impl Instance {
    /// What images are made of.
    pub(in crate::ec2) fn facts(&self) -> Ec2Instance {
        let devices = self.volumes.iter().map(|volume| volume.device.clone());
        Ec2Instance {
            image: Some(self.image.clone()),
            architecture: self.architecture,
            virtualization: self.virtualization,
            firmware: self.firmware,
            // INVARIANT: they were one list when it was launched.
            devices: Devices::new(devices.collect()).unwrap_or_default(),
            facts: self.facts.clone(),
        }
    }

    /// Its state, as those see it who ask for it.
    pub(in crate::ec2) fn state(&self) -> InstanceStateItem {
        if self.is_terminated {
            InstanceStateItem::TERMINATED
        } else {
            InstanceStateItem::RUNNING
        }
    }

    /// Whether a volume of it is still there: those that went with it are gone.
    pub(in crate::ec2) fn has(&self, volume: &Volume) -> bool {
        !(self.is_terminated && volume.goes_with_it())
    }

    /// The volumes that there are.
    pub(in crate::ec2) fn volumes_left(&self) -> impl Iterator<Item = &Volume> {
        self.volumes.iter().filter(|volume| self.has(volume))
    }

    /// As EC2 tells it.
    pub(in crate::ec2) fn item(&self, state: InstanceStateItem) -> InstanceItem<'_> {
        let attached = self.volumes.iter().filter(|_| !self.is_terminated);
        InstanceItem {
            instance_id: &self.id,
            image_id: self.image.as_str(),
            state,
            private_dns_name: "",
            dns_name: "",
            reason: "",
            key_name: self.key_name.as_ref().map(CloudText::as_str),
            launch_index: self.index,
            instance_type: self.kind.as_str(),
            launch_time: self.launched,
            placement: PlacementItem {
                availability_zone: &self.zone,
                group_name: "",
                tenancy: "default",
            },
            kernel_id: self.facts.kernel.as_ref().map(CloudText::as_str),
            ramdisk_id: self.facts.ramdisk.as_ref().map(CloudText::as_str),
            platform: self.facts.platform.as_ref().map(CloudText::as_str),
            monitoring: MonitoringItem { state: "disabled" },
            private_ip_address: None,
            ip_address: None,
            architecture: self.architecture.map(ec2_architecture),
            root_device_type: self.facts.root_device_type.as_ref().map(CloudText::as_str),
            root_device_name: self.facts.root_device.as_ref().map(CloudText::as_str),
            block_device_mappings: attached.map(|volume| self.device(volume)).collect(),
            virtualization_type: self.virtualization.map(Virtualization::as_str),
            client_token: self.token.as_ref().map(CloudText::as_str),
            tags: some_tags(&self.labels),
            groups: Vec::new(),
            hypervisor: self.facts.hypervisor.as_ref().map(CloudText::as_str),
            ebs_optimized: self.is_ebs_optimized,
            ena_support: self.facts.ena_support,
            source_dest_check: Some(self.source_dest_check),
            boot_mode: self
                .firmware
                .map(|firmware| atlas_ec2::BootMode::of(firmware).as_str()),
        }
    }

    fn device<'a>(&self, volume: &'a Volume) -> InstanceDeviceItem<'a> {
        InstanceDeviceItem {
            device_name: volume.name(),
            ebs: InstanceVolumeItem {
                volume_id: &volume.id,
                status: "attached",
                attach_time: self.launched,
                delete_on_termination: volume.goes_with_it(),
            },
        }
    }

    /// A volume as EC2 tells it.
    pub(in crate::ec2) fn volume<'a>(&'a self, volume: &'a Volume) -> VolumeItem<'a> {
        let device = &volume.device;
        let attachment = AttachmentItem {
            volume_id: &volume.id,
            instance_id: &self.id,
            device: volume.name(),
            status: "attached",
            attach_time: self.launched,
            delete_on_termination: volume.goes_with_it(),
        };
        let is_attached = !self.is_terminated;
        VolumeItem {
            volume_id: &volume.id,
            size: device.size_gb.map_or(0, NonZeroU32::get),
            snapshot_id: device.snapshot.as_ref().map_or("", CloudText::as_str),
            availability_zone: &self.zone,
            status: if is_attached { "in-use" } else { "available" },
            create_time: self.launched,
            attachments: is_attached.then_some(attachment).into_iter().collect(),
            tags: some_tags(&volume.labels),
            volume_type: device
                .volume_type
                .as_ref()
                .map_or("standard", CloudText::as_str),
            iops: device.iops.map(NonZeroU32::get),
            throughput: device.throughput_mib.map(NonZeroU32::get),
            encrypted: device.encrypted.unwrap_or_default(),
            kms_key_id: device.key.as_ref().map(CloudText::as_str),
            multi_attach_enabled: false,
        }
    }
}

/// The tags of what says nothing where it has none (AWS).
fn some_tags(labels: &Labels) -> Option<Vec<TagPair<'_>>> {
    (!labels.is_empty()).then(|| tags(labels))
}

/// Tags as EC2 tells them.
pub(in crate::ec2) fn tags(labels: &Labels) -> Vec<TagPair<'_>> {
    let pairs = labels.iter();
    pairs
        .map(|(key, value)| TagPair {
            key: key.as_str(),
            value: value.as_str(),
        })
        .collect()
}
