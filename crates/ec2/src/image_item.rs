//! An image as answers show it.

use crate::{
    text::ec2_architecture,
    xml::{elements, iso},
};
use atlas_base::Timestamp;
use atlas_image::{
    CloudText, Device, DiskImageState, Ec2Facts, ImageDescription, ImageRecord, Labels, Lifecycle,
    Protection, Virtualization,
};
use atlas_scope::AccountNumber;
use std::borrow::Cow;

/// The state of an image, in EC2's words (E09).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum ImageState {
    /// It is being made.
    Pending,
    /// It can be launched.
    Available,
    /// It could not be made.
    Failed,
    /// It was disabled.
    Disabled,
    /// It is gone, or about to be.
    Deregistered,
}

impl ImageState {
    /// The word.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Available => "available",
            Self::Failed => "failed",
            Self::Disabled => "disabled",
            Self::Deregistered => "deregistered",
        }
    }

    /// The state of a record (E09): a deprecated image is available.
    pub fn of(lifecycle: &Lifecycle) -> Self {
        match lifecycle {
            Lifecycle::Active | Lifecycle::Deprecated { .. } => Self::Available,
            Lifecycle::Disabled { .. } => Self::Disabled,
            _ => Self::Deregistered,
        }
    }

    /// The state of what the repository makes (E09).
    pub fn of_disk_image(state: &DiskImageState) -> Self {
        match state {
            DiskImageState::Creating { .. } => Self::Pending,
            DiskImageState::Ready { .. } => Self::Available,
            DiskImageState::Failed { .. } => Self::Failed,
            _ => Self::Deregistered,
        }
    }
}

/// EC2's word for whether an image is protected from being deregistered.
pub fn deregistration_protection(protection: Protection) -> &'static str {
    match protection {
        Protection::On { cool_down: true } => "enabled-with-cooldown",
        Protection::On { cool_down: false } => "enabled-without-cooldown",
        // What cools down is off as soon as the time is over, and AWS calls it disabled.
        _ => "disabled",
    }
}

elements! {
    /// An item of `imagesSet`.
    ImageItem<'a> {
        image_id: &'a str = "imageId";
        image_location: Cow<'a, str> = "imageLocation";
        image_state: &'static str = "imageState";
        owner_id: AccountNumber = "imageOwnerId";
        creation_date: String = "creationDate";
        is_public: bool = "isPublic";
        product_codes: Vec<ProductCodeItem<'a>> = "productCodes";
        architecture: Option<&'a str> = "architecture";
        image_type: &'static str = "imageType";
        kernel_id: Option<&'a str> = "kernelId";
        ramdisk_id: Option<&'a str> = "ramdiskId";
        platform: Option<&'a str> = "platform";
        platform_details: Option<&'a str> = "platformDetails";
        usage_operation: Option<&'a str> = "usageOperation";
        state_reason: Option<StateReasonItem<'a>> = "stateReason";
        owner_alias: Option<&'a str> = "imageOwnerAlias";
        name: &'a str = "name";
        description: Option<&'a str> = "description";
        root_device_type: Option<&'a str> = "rootDeviceType";
        root_device_name: Option<&'a str> = "rootDeviceName";
        block_device_mappings: Vec<DeviceItem<'a>> = "blockDeviceMapping";
        virtualization_type: Option<&'a str> = "virtualizationType";
        tags: Vec<TagPair<'a>> = "tagSet";
        hypervisor: Option<&'a str> = "hypervisor";
        ena_support: Option<bool> = "enaSupport";
        sriov_net_support: Option<&'a str> = "sriovNetSupport";
        boot_mode: Option<&'a str> = "bootMode";
        tpm_support: Option<&'a str> = "tpmSupport";
        imds_support: Option<&'a str> = "imdsSupport";
        deprecation_time: Option<String> = "deprecationTime";
        deregistration_protection: Option<&'static str> = "deregistrationProtection";
        last_launched_time: Option<String> = "lastLaunchedTime";
        source_instance_id: Option<&'a str> = "sourceInstanceId";
        source_image_id: Option<&'a str> = "sourceImageId";
        source_image_region: Option<&'a str> = "sourceImageRegion";
    }

    /// A product code.
    ProductCodeItem<'a> {
        code: &'a str = "productCode";
        kind: Option<&'a str> = "type";
    }

    /// Why the cloud has an image in the state in which it is.
    StateReasonItem<'a> {
        code: &'a str = "code";
        message: Option<&'a str> = "message";
    }

    /// A tag.
    TagPair<'a> {
        key: &'a str = "key";
        value: &'a str = "value";
    }

    /// A device of an image.
    DeviceItem<'a> {
        device_name: Option<&'a str> = "deviceName";
        virtual_name: Option<&'a str> = "virtualName";
        /// Empty where the device is left out.
        no_device: Option<&'static str> = "noDevice";
        ebs: Option<VolumeOfDevice<'a>> = "ebs";
    }

    /// The volume behind a device of an image.
    VolumeOfDevice<'a> {
        snapshot_id: Option<&'a str> = "snapshotId";
        volume_size: Option<u32> = "volumeSize";
        delete_on_termination: Option<bool> = "deleteOnTermination";
        volume_type: Option<&'a str> = "volumeType";
        iops: Option<u32> = "iops";
        throughput: Option<u32> = "throughput";
        kms_key_id: Option<&'a str> = "kmsKeyId";
        encrypted: bool = "encrypted";
    }
}

fn text(text: Option<&CloudText>) -> Option<&str> {
    text.map(CloudText::as_str)
}

impl<'a> ImageItem<'a> {
    /// An image of which nothing more is known, such as one that is being made.
    pub fn new(
        image_id: &'a str,
        owner: AccountNumber,
        state: ImageState,
        created: Timestamp,
    ) -> Self {
        Self {
            image_id,
            image_location: Cow::Owned(format!("{owner}/{image_id}")),
            image_state: state.as_str(),
            owner_id: owner,
            creation_date: iso(created),
            is_public: false,
            product_codes: Vec::new(),
            architecture: None,
            image_type: "machine",
            kernel_id: None,
            ramdisk_id: None,
            platform: None,
            platform_details: None,
            usage_operation: None,
            state_reason: None,
            owner_alias: None,
            name: image_id,
            description: None,
            root_device_type: None,
            root_device_name: None,
            block_device_mappings: Vec::new(),
            virtualization_type: None,
            tags: Vec::new(),
            hypervisor: None,
            ena_support: None,
            sriov_net_support: None,
            boot_mode: None,
            tpm_support: None,
            imds_support: None,
            deprecation_time: None,
            deregistration_protection: None,
            last_launched_time: None,
            source_instance_id: None,
            source_image_id: None,
            source_image_region: None,
        }
    }

    /// The image of a record. `owner` is the number of the account that holds it; it is public where it
    /// is opened to everybody. Whoever is no owner is to be shown the record
    /// [as it is opened](ImageRecord::as_opened).
    pub fn of(record: &'a ImageRecord, owner: AccountNumber, is_public: bool) -> Self {
        let facts: &Ec2Facts = record.ec2();
        let image_id = record.image_id().as_str();
        let new = Self::new(
            image_id,
            owner,
            ImageState::of(record.lifecycle()),
            record.created(),
        );
        let location = match text(facts.manifest.as_ref()) {
            Some(manifest) => Cow::Borrowed(manifest),
            None => Cow::Owned(format!("{owner}/{}", record.name())),
        };
        let codes = facts.product_codes.iter().map(|code| ProductCodeItem {
            code: code.code.as_str(),
            // AWS: a request has no word for the kind, and no code of another is made any more.
            kind: text(code.kind.as_ref()).or(Some("marketplace")),
        });
        let reason = facts.state_reason.as_ref().map(|reason| StateReasonItem {
            code: reason.code.as_str(),
            message: text(reason.message.as_ref()),
        });
        let (details, operation) = billed(record);
        Self {
            image_location: location,
            is_public,
            product_codes: codes.collect(),
            architecture: record.architecture().map(ec2_architecture),
            kernel_id: text(facts.kernel.as_ref()),
            ramdisk_id: text(facts.ramdisk.as_ref()),
            platform: text(facts.platform.as_ref()).or(is_windows(record).then_some("windows")),
            platform_details: text(facts.platform_details.as_ref()).or(Some(details)),
            usage_operation: text(facts.usage_operation.as_ref()).or(Some(operation)),
            state_reason: reason,
            owner_alias: text(facts.owner_alias.as_ref()),
            name: record.name(),
            description: record.description().map(ImageDescription::as_str),
            root_device_type: text(facts.root_device_type.as_ref()),
            root_device_name: text(facts.root_device.as_ref()),
            block_device_mappings: record
                .devices()
                .as_slice()
                .iter()
                .map(DeviceItem::of)
                .collect(),
            virtualization_type: record.virtualization().map(Virtualization::as_str),
            tags: TagPair::all(record.labels()),
            hypervisor: text(facts.hypervisor.as_ref()),
            ena_support: facts.ena_support,
            sriov_net_support: text(facts.sriov_net_support.as_ref()),
            boot_mode: record
                .firmware()
                .map(crate::BootMode::of)
                .map(crate::BootMode::as_str),
            tpm_support: text(facts.tpm_support.as_ref()),
            imds_support: text(facts.imds_support.as_ref()),
            deprecation_time: match record.lifecycle() {
                Lifecycle::Deprecated { from, .. } => Some(iso(*from)),
                _ => None,
            },
            deregistration_protection: Some(deregistration_protection(record.protection())),
            last_launched_time: facts.last_launched.map(iso),
            source_instance_id: text(facts.source_instance.as_ref()),
            source_image_id: text(facts.source_image.as_ref()),
            source_image_region: text(facts.source_region.as_ref()),
            ..new
        }
    }
}

/// Whether Windows is inside, as the cloud says or a person.
fn is_windows(record: &ImageRecord) -> bool {
    let platform = text(record.ec2().platform.as_ref());
    let family = record.os().map(|os| os.family.as_str());
    let named = platform.or(family);
    named.is_some_and(|name| name.eq_ignore_ascii_case("windows"))
}

/// What AWS bills an image as for which nobody else is paid: the platform and the operation.
fn billed(record: &ImageRecord) -> (&'static str, &'static str) {
    if is_windows(record) {
        ("Windows", "RunInstances:0002")
    } else {
        ("Linux/UNIX", "RunInstances")
    }
}

impl<'a> TagPair<'a> {
    /// The tags of a record.
    pub fn all(labels: &'a Labels) -> Vec<Self> {
        let pairs = labels.iter();
        pairs
            .map(|(key, value)| Self {
                key: key.as_str(),
                value: value.as_str(),
            })
            .collect()
    }
}

impl<'a> DeviceItem<'a> {
    /// A device of a record.
    pub fn of(device: &'a Device) -> Self {
        let has_volume = device.virtual_name.is_none() && !device.left_out;
        let ebs = has_volume.then(|| VolumeOfDevice {
            snapshot_id: text(device.snapshot.as_ref()),
            volume_size: device.size_gb.map(core::num::NonZeroU32::get),
            delete_on_termination: device.delete_on_termination,
            volume_type: text(device.volume_type.as_ref()),
            iops: device.iops.map(core::num::NonZeroU32::get),
            throughput: device.throughput_mib.map(core::num::NonZeroU32::get),
            kms_key_id: text(device.key.as_ref()),
            encrypted: device.encrypted.unwrap_or_default(),
        });
        Self {
            device_name: text(device.name.as_ref()),
            virtual_name: text(device.virtual_name.as_ref()),
            no_device: device.left_out.then_some(""),
            ebs,
        }
    }
}

/// Whether any tag is as a filter says.
pub(crate) fn any_tag(tags: &[TagPair<'_>], key: &str, fits: &mut dyn FnMut(&str) -> bool) -> bool {
    tags.iter().any(|tag| tag.key == key && fits(tag.value))
}

pub(crate) fn flag(flag: bool) -> &'static str {
    if flag { "true" } else { "false" }
}
