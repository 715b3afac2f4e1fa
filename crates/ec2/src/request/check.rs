//! What the parameters of an action must be together.

use super::{
    CopyImage, CreateImage, CreateTags, DeleteSnapshot, DeleteTags, DeregisterImage,
    DescribeAccountAttributes, DescribeAvailabilityZones, DescribeImageAttribute, DescribeImages,
    DescribeImportImageTasks, DescribeInstances, DescribeRegions, DescribeSnapshotAttribute,
    DescribeSnapshots, DescribeTags, DescribeVolumes, DisableImage, DisableImageDeprecation,
    DisableImageDeregistrationProtection, EnableImage, EnableImageDeprecation,
    EnableImageDeregistrationProtection, ImportImage, ModifyInstanceAttribute, RegisterImage,
    ResetImageAttribute, RunInstances, TerminateInstances,
};
use crate::{
    BlockDeviceMapping, Ec2Error, ImageAttribute, MaxResults, TagParameter, TagSpecification,
    common,
};
use atlas_image::{CloudText, Device, Devices, Ec2Facts, LabelChange, Labels};

/// Parameters that are right one by one may not go together.
pub(super) trait Check {
    fn check(&self) -> Result<(), Ec2Error> {
        Ok(())
    }
}

macro_rules! alone {
    ($($action:ident),*) => {$(impl Check for $action {})*};
}

alone!(
    DeregisterImage,
    DescribeImageAttribute,
    DescribeRegions,
    DescribeSnapshotAttribute,
    DeleteSnapshot,
    EnableImage,
    DisableImage,
    EnableImageDeprecation,
    DisableImageDeprecation,
    EnableImageDeregistrationProtection,
    DisableImageDeregistrationProtection,
    DescribeAccountAttributes,
    DescribeAvailabilityZones,
    TerminateInstances,
    ModifyInstanceAttribute,
    DeleteTags
);

macro_rules! paged {
    ($($action:ident: $limits:ident $(, $ids:ident = $wire:literal)?;)*) => {$(
        impl $action {
            /// How many items a page has at most; none where all are asked for.
            ///
            /// # Errors
            ///
            /// It is out of its limits, or ids are asked for too (AWS).
            pub fn page_size(&self) -> Result<Option<usize>, Ec2Error> {
                $(if self.max_results.is_some() && !self.$ids.is_empty() {
                    return Err(MaxResults::with_ids($wire));
                })?
                self.max_results.map(|most| MaxResults::$limits.check(most)).transpose()
            }
        }

        impl Check for $action {
            fn check(&self) -> Result<(), Ec2Error> {
                self.page_size().map(drop)
            }
        }
    )*};
}

paged! {
    DescribeImages: IMAGES;
    DescribeTags: TAGS;
    DescribeSnapshots: IMAGES;
    DescribeImportImageTasks: ANY;
    DescribeInstances: IMAGES, instance_ids = "instancesSet";
    DescribeVolumes: IMAGES, volume_ids = "volumeSet";
}

impl Check for CreateImage {
    fn check(&self) -> Result<(), Ec2Error> {
        self.labels()?;
        BlockDeviceMapping::to_devices(&self.block_device_mappings).map(drop)
    }
}

const IMAGE_AND_SNAPSHOT: [&str; 2] = ["image", "snapshot"];

impl CreateImage {
    /// The tags of the image.
    ///
    /// # Errors
    ///
    /// They are too many, or for something else.
    pub fn labels(&self) -> Result<Labels, Ec2Error> {
        TagSpecification::labels(&self.tag_specifications, "image", &IMAGE_AND_SNAPSHOT)
    }

    /// The tags of the snapshots that are made with it.
    ///
    /// # Errors
    ///
    /// As of [`labels`](Self::labels).
    pub fn snapshot_labels(&self) -> Result<Labels, Ec2Error> {
        TagSpecification::labels(&self.tag_specifications, "snapshot", &IMAGE_AND_SNAPSHOT)
    }
}

impl Check for CopyImage {
    fn check(&self) -> Result<(), Ec2Error> {
        self.labels().map(drop)
    }
}

impl CopyImage {
    /// The tags of the copy.
    ///
    /// # Errors
    ///
    /// They are too many, or for something else.
    pub fn labels(&self) -> Result<Labels, Ec2Error> {
        TagSpecification::labels(&self.tag_specifications, "image", &IMAGE_AND_SNAPSHOT)
    }
}

impl Check for RegisterImage {
    fn check(&self) -> Result<(), Ec2Error> {
        self.labels()?;
        self.devices().map(drop)
    }
}

impl RegisterImage {
    /// The tags of the image.
    ///
    /// # Errors
    ///
    /// They are too many, or for something else.
    pub fn labels(&self) -> Result<Labels, Ec2Error> {
        TagSpecification::labels(&self.tag_specifications, "image", &IMAGE_AND_SNAPSHOT)
    }

    /// Its devices.
    ///
    /// # Errors
    ///
    /// They are too many, or two have the same name.
    pub fn devices(&self) -> Result<Devices, Ec2Error> {
        BlockDeviceMapping::to_devices(&self.block_device_mappings)
    }

    /// What EC2 alone says of the image. The root device is `/dev/sda1` where none is named.
    pub fn facts(&self) -> Ec2Facts {
        let text = |text: &str| CloudText::parse(text).ok();
        let mut facts = Ec2Facts::default();
        facts.manifest.clone_from(&self.image_location);
        facts.kernel.clone_from(&self.kernel_id);
        facts.ramdisk.clone_from(&self.ramdisk_id);
        let root = self.root_device_name.clone();
        facts.root_device = root.or_else(|| text("/dev/sda1"));
        let has_volume = |device: &Device| device.snapshot.is_some() || device.size_gb.is_some();
        let mut devices = self
            .block_device_mappings
            .iter()
            .map(BlockDeviceMapping::to_device);
        let kind = if devices.any(|device| has_volume(&device)) {
            "ebs"
        } else {
            "instance-store"
        };
        facts.root_device_type = text(kind);
        facts.hypervisor = text("xen");
        facts.ena_support = self.ena_support;
        facts.sriov_net_support.clone_from(&self.sriov_net_support);
        facts.tpm_support = self.tpm_support.and_then(|word| text(word.as_str()));
        facts.imds_support = self.imds_support.and_then(|word| text(word.as_str()));
        facts.uefi_data.clone_from(&self.uefi_data);
        facts.billing_products = self.billing_products.iter().cloned().collect();
        facts
    }
}

impl Check for ResetImageAttribute {
    fn check(&self) -> Result<(), Ec2Error> {
        match self.attribute {
            None | Some(ImageAttribute::LaunchPermission) => Ok(()),
            Some(other) => Err(Ec2Error::invalid_attribute(other.as_str())),
        }
    }
}

impl Check for CreateTags {
    fn check(&self) -> Result<(), Ec2Error> {
        self.change().map(drop)
    }
}

impl CreateTags {
    /// The tags to set.
    ///
    /// # Errors
    ///
    /// They are too many, or two have the same key.
    pub fn change(&self) -> Result<LabelChange, Ec2Error> {
        let set = TagParameter::pairs(&self.tags)?;
        Labels::new(set.clone()).map_err(common::too_many)?;
        Ok(LabelChange {
            set,
            ..LabelChange::default()
        })
    }
}

impl DeleteTags {
    /// The tags to take away: all where none is named.
    pub fn change(&self) -> LabelChange {
        let remove = self.tags.iter();
        LabelChange {
            clear: self.tags.is_empty(),
            remove: remove
                .map(|tag| (tag.key.clone(), tag.value.clone()))
                .collect(),
            ..LabelChange::default()
        }
    }
}

impl Check for ImportImage {
    fn check(&self) -> Result<(), Ec2Error> {
        self.labels().map(drop)
    }
}

impl ImportImage {
    /// The tags of the import and its image.
    ///
    /// # Errors
    ///
    /// They are too many, or for something else.
    pub fn labels(&self) -> Result<Labels, Ec2Error> {
        let kind = "import-image-task";
        TagSpecification::labels(&self.tag_specifications, kind, &[kind])
    }
}

impl Check for RunInstances {
    fn check(&self) -> Result<(), Ec2Error> {
        if self.min_count == 0 || self.min_count > self.max_count {
            let message = "MinCount is at least 1, and MaxCount is at least MinCount.";
            return Err(Ec2Error::invalid_value(message));
        }
        if self.image_id.is_none() && self.launch_template.is_none() {
            return Err(Ec2Error::missing_parameter("ImageId"));
        }
        BlockDeviceMapping::to_devices(&self.block_device_mappings).map(drop)
    }
}
