//! What filters see of the items of answers.

use crate::{
    Filtered, ImageField, ImageItem, ImportTaskField, ImportTaskItem, InstanceField, InstanceItem,
    RegionField, RegionItem, SnapshotField, SnapshotItem, TagField, TagItem, VolumeField,
    VolumeItem, ZoneField, ZoneItem,
    image_item::{any_tag, flag},
    xml::iso,
};
use atlas_scope::AccountNumber;

type Fits<'f> = &'f mut dyn FnMut(&str) -> bool;

impl Filtered<ImageField> for ImageItem<'_> {
    fn any(&self, field: &ImageField, fits: &mut dyn FnMut(&str) -> bool) -> bool {
        use ImageField as F;
        let devices = self.block_device_mappings.iter();
        let mut volumes = devices.clone().filter_map(|device| device.ebs.as_ref());
        let one = match field {
            F::Architecture => self.architecture,
            F::BootMode => self.boot_mode,
            F::CreationDate => Some(&*self.creation_date),
            F::Description => self.description,
            F::EnaSupport => self.ena_support.map(flag),
            F::Hypervisor => self.hypervisor,
            F::ImageId => Some(self.image_id),
            F::ImageType => Some(self.image_type),
            F::IsPublic => Some(flag(self.is_public)),
            F::KernelId => self.kernel_id,
            F::ManifestLocation => Some(&*self.image_location),
            F::Name => Some(self.name),
            F::OwnerAlias => self.owner_alias,
            F::OwnerId => return fits(&self.owner_id.to_string()),
            F::Platform => self.platform,
            F::RamdiskId => self.ramdisk_id,
            F::RootDeviceName => self.root_device_name,
            F::RootDeviceType => self.root_device_type,
            F::SourceImageId => self.source_image_id,
            F::SourceImageRegion => self.source_image_region,
            F::SourceInstanceId => self.source_instance_id,
            F::State => Some(self.image_state),
            F::StateReasonCode => self.state_reason.as_ref().map(|reason| reason.code),
            F::StateReasonMessage => self.state_reason.as_ref().and_then(|reason| reason.message),
            F::SriovNetSupport => self.sriov_net_support,
            F::VirtualizationType => self.virtualization_type,
            F::ProductCode => return self.product_codes.iter().any(|code| fits(code.code)),
            F::ProductCodeType => {
                return self
                    .product_codes
                    .iter()
                    .any(|code| code.kind.is_some_and(&mut *fits));
            }
            F::DeviceName => {
                return devices
                    .into_iter()
                    .any(|device| device.device_name.is_some_and(&mut *fits));
            }
            F::DeviceSnapshotId => {
                return volumes.any(|ebs| ebs.snapshot_id.is_some_and(&mut *fits));
            }
            F::DeviceVolumeType => {
                return volumes.any(|ebs| ebs.volume_type.is_some_and(&mut *fits));
            }
            F::DeviceVolumeSize => {
                return volumes
                    .any(|ebs| ebs.volume_size.is_some_and(|size| fits(&size.to_string())));
            }
            F::DeviceDeleteOnTermination => {
                return volumes
                    .any(|ebs| ebs.delete_on_termination.is_some_and(|on| fits(flag(on))));
            }
            F::DeviceEncrypted => return volumes.any(|ebs| fits(flag(ebs.encrypted))),
            F::Tag(key) => return any_tag(&self.tags, key, fits),
            F::TagKey => return self.tags.iter().any(|tag| fits(tag.key)),
            F::TagValue => return self.tags.iter().any(|tag| fits(tag.value)),
            F::Meaningless => None,
        };
        one.is_some_and(fits)
    }
}

impl Filtered<TagField> for TagItem<'_> {
    fn any(&self, field: &TagField, fits: Fits<'_>) -> bool {
        match field {
            TagField::Key | TagField::TagKey => fits(self.key),
            TagField::ResourceId => fits(self.resource_id),
            TagField::ResourceType => fits(self.resource_type),
            TagField::Value | TagField::TagValue => fits(self.value),
            TagField::Tag(key) => **key == *self.key && fits(self.value),
            TagField::Meaningless => false,
        }
    }
}

impl Filtered<RegionField> for RegionItem<'_> {
    fn any(&self, field: &RegionField, fits: Fits<'_>) -> bool {
        match field {
            RegionField::Endpoint => fits(self.region_endpoint),
            RegionField::OptInStatus => fits(self.opt_in_status),
            RegionField::RegionName => fits(self.region_name),
            RegionField::Meaningless => false,
        }
    }
}

impl Filtered<ZoneField> for ZoneItem<'_> {
    fn any(&self, field: &ZoneField, fits: Fits<'_>) -> bool {
        match field {
            ZoneField::RegionName => fits(self.region_name),
            ZoneField::State => fits(self.zone_state),
            ZoneField::ZoneId => fits(self.zone_id),
            ZoneField::ZoneName => fits(self.zone_name),
            ZoneField::ZoneType => fits(self.zone_type),
            ZoneField::OptInStatus => fits(self.opt_in_status),
            ZoneField::GroupName => fits(self.group_name),
            ZoneField::Meaningless => false,
        }
    }
}

impl Filtered<SnapshotField> for SnapshotItem<'_> {
    fn any(&self, field: &SnapshotField, fits: Fits<'_>) -> bool {
        use SnapshotField as F;
        match field {
            F::Description => fits(self.description),
            F::Encrypted => fits(flag(self.encrypted)),
            F::OwnerAlias => self.owner_alias.is_some_and(fits),
            F::OwnerId => fits(&self.owner_id.to_string()),
            F::Progress => fits(self.progress),
            F::SnapshotId => fits(self.snapshot_id),
            F::StartTime => fits(&iso(self.start_time)),
            F::Status => fits(self.status),
            F::VolumeId => fits(self.volume_id),
            F::VolumeSize => self.volume_size.is_some_and(|size| fits(&size.to_string())),
            F::Tag(key) => any_tag(&self.tags, key, fits),
            F::TagKey => self.tags.iter().any(|tag| fits(tag.key)),
            F::TagValue => self.tags.iter().any(|tag| fits(tag.value)),
            F::Meaningless => false,
        }
    }
}

impl Filtered<ImportTaskField> for ImportTaskItem<'_> {
    fn any(&self, field: &ImportTaskField, fits: Fits<'_>) -> bool {
        match field {
            ImportTaskField::TaskState => fits(self.status),
            ImportTaskField::Tag(key) => any_tag(&self.tags, key, fits),
            ImportTaskField::TagKey => self.tags.iter().any(|tag| fits(tag.key)),
            ImportTaskField::TagValue => self.tags.iter().any(|tag| fits(tag.value)),
            ImportTaskField::Meaningless => false,
        }
    }
}

impl Filtered<VolumeField> for VolumeItem<'_> {
    fn any(&self, field: &VolumeField, fits: Fits<'_>) -> bool {
        use VolumeField as F;
        let mut attachments = self.attachments.iter();
        let tags = self.tags.as_deref().unwrap_or_default();
        match field {
            F::AttachmentDevice => attachments.any(|at| fits(at.device)),
            F::AttachmentInstanceId => attachments.any(|at| fits(at.instance_id)),
            F::AttachmentStatus => attachments.any(|at| fits(at.status)),
            F::AttachmentDeleteOnTermination => {
                attachments.any(|at| fits(flag(at.delete_on_termination)))
            }
            F::AvailabilityZone => fits(self.availability_zone),
            F::CreateTime => fits(&iso(self.create_time)),
            F::Encrypted => fits(flag(self.encrypted)),
            F::Size => fits(&self.size.to_string()),
            F::SnapshotId => fits(self.snapshot_id),
            F::Status => fits(self.status),
            F::VolumeId => fits(self.volume_id),
            F::VolumeType => fits(self.volume_type),
            F::Tag(key) => any_tag(tags, key, fits),
            F::TagKey => tags.iter().any(|tag| fits(tag.key)),
            F::TagValue => tags.iter().any(|tag| fits(tag.value)),
            F::Meaningless => false,
        }
    }
}

/// An instance with what only its reservation says.
#[derive(Debug, Clone, Copy)]
pub struct ReservedInstance<'a> {
    /// The instance.
    pub instance: &'a InstanceItem<'a>,
    /// The id of its reservation.
    pub reservation_id: &'a str,
    /// The account that launched it.
    pub owner_id: AccountNumber,
}

impl Filtered<InstanceField> for ReservedInstance<'_> {
    fn any(&self, field: &InstanceField, fits: Fits<'_>) -> bool {
        use InstanceField as F;
        let instance = self.instance;
        let tags = instance.tags.as_deref().unwrap_or_default();
        let mut devices = instance.block_device_mappings.iter();
        match field {
            F::Architecture => instance.architecture.is_some_and(fits),
            F::AvailabilityZone => fits(instance.placement.availability_zone),
            F::DeviceName => devices.any(|device| fits(device.device_name)),
            F::DeviceVolumeId => devices.any(|device| fits(device.ebs.volume_id)),
            F::ClientToken => instance.client_token.is_some_and(fits),
            F::ImageId => fits(instance.image_id),
            F::InstanceId => fits(instance.instance_id),
            F::InstanceStateCode => fits(&instance.state.code().to_string()),
            F::InstanceStateName => fits(instance.state.name()),
            F::InstanceType => fits(instance.instance_type),
            F::KeyName => instance.key_name.is_some_and(fits),
            F::LaunchTime => fits(&iso(instance.launch_time)),
            F::OwnerId => fits(&self.owner_id.to_string()),
            F::ReservationId => fits(self.reservation_id),
            F::RootDeviceName => instance.root_device_name.is_some_and(fits),
            F::RootDeviceType => instance.root_device_type.is_some_and(fits),
            F::Hypervisor => instance.hypervisor.is_some_and(fits),
            F::VirtualizationType => instance.virtualization_type.is_some_and(fits),
            F::Tag(key) => any_tag(tags, key, fits),
            F::TagKey => tags.iter().any(|tag| fits(tag.key)),
            F::TagValue => tags.iter().any(|tag| fits(tag.value)),
            F::Meaningless => false,
        }
    }
}
