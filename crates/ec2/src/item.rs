//! What answers list beside images.

use crate::{
    image_item::TagPair,
    xml::{Element, Xml, elements},
};
use atlas_base::Timestamp;
use atlas_scope::AccountNumber;

elements! {
    /// An item of `tagSet` of `DescribeTags`.
    TagItem<'a> {
        resource_id: &'a str = "resourceId";
        /// `image`, `snapshot`, `instance`, `volume`, `import-image-task`.
        resource_type: &'a str = "resourceType";
        key: &'a str = "key";
        value: &'a str = "value";
    }

    /// A region.
    RegionItem<'a> {
        region_name: &'a str = "regionName";
        region_endpoint: &'a str = "regionEndpoint";
        /// `opt-in-not-required`, `opted-in`, `not-opted-in`.
        opt_in_status: &'a str = "optInStatus";
    }

    /// An availability zone.
    ZoneItem<'a> {
        zone_name: &'a str = "zoneName";
        zone_state: &'a str = "zoneState";
        region_name: &'a str = "regionName";
        zone_id: &'a str = "zoneId";
        group_name: &'a str = "groupName";
        network_border_group: &'a str = "networkBorderGroup";
        zone_type: &'a str = "zoneType";
        opt_in_status: &'a str = "optInStatus";
    }

    /// An attribute of an account, with its values.
    AccountAttributeItem<'a> {
        name: &'a str = "attributeName";
        values: Vec<AttributeValueItem<'a>> = "attributeValueSet";
    }

    /// A value of such an attribute.
    AttributeValueItem<'a> { value: &'a str = "attributeValue"; }

    /// A snapshot.
    SnapshotItem<'a> {
        snapshot_id: &'a str = "snapshotId";
        /// EC2 names a volume that never was, `vol-ffffffff`, where there is none.
        volume_id: &'a str = "volumeId";
        /// `pending`, `completed`, `error`.
        status: &'a str = "status";
        status_message: Option<&'a str> = "statusMessage";
        start_time: Timestamp = "startTime";
        /// `100%`.
        progress: &'a str = "progress";
        owner_id: AccountNumber = "ownerId";
        owner_alias: Option<&'a str> = "ownerAlias";
        description: &'a str = "description";
        volume_size: Option<u32> = "volumeSize";
        encrypted: bool = "encrypted";
        kms_key_id: Option<&'a str> = "kmsKeyId";
        storage_tier: Option<&'a str> = "storageTier";
        tags: Vec<TagPair<'a>> = "tagSet";
    }

    /// Who may make volumes of a snapshot.
    VolumePermissionItem<'a> {
        group: Option<&'a str> = "group";
        user_id: Option<&'a str> = "userId";
    }

    /// An import.
    ImportTaskItem<'a> {
        import_task_id: &'a str = "importTaskId";
        architecture: Option<&'a str> = "architecture";
        description: Option<&'a str> = "description";
        encrypted: Option<bool> = "encrypted";
        hypervisor: Option<&'a str> = "hypervisor";
        image_id: Option<&'a str> = "imageId";
        kms_key_id: Option<&'a str> = "kmsKeyId";
        license_type: Option<&'a str> = "licenseType";
        platform: Option<&'a str> = "platform";
        /// Percent, without a sign.
        progress: Option<&'a str> = "progress";
        snapshots: Vec<SnapshotDetail<'a>> = "snapshotDetailSet";
        /// `active`, `completed`, `deleting`, `deleted`.
        status: &'a str = "status";
        status_message: Option<&'a str> = "statusMessage";
        tags: Vec<TagPair<'a>> = "tagSet";
        usage_operation: Option<&'a str> = "usageOperation";
        boot_mode: Option<&'a str> = "bootMode";
    }

    /// A disk of an import.
    SnapshotDetail<'a> {
        description: Option<&'a str> = "description";
        device_name: Option<&'a str> = "deviceName";
        /// A number with a fraction, in bytes.
        disk_image_size: Option<u64> = "diskImageSize";
        format: Option<&'a str> = "format";
        progress: Option<&'a str> = "progress";
        snapshot_id: Option<&'a str> = "snapshotId";
        status: Option<&'a str> = "status";
        status_message: Option<&'a str> = "statusMessage";
        url: Option<&'a str> = "url";
        bucket: Option<BucketItem<'a>> = "userBucket";
    }

    /// An object of S3.
    BucketItem<'a> {
        bucket: &'a str = "s3Bucket";
        key: &'a str = "s3Key";
    }

    /// A volume.
    VolumeItem<'a> {
        volume_id: &'a str = "volumeId";
        size: u32 = "size";
        snapshot_id: &'a str = "snapshotId";
        availability_zone: &'a str = "availabilityZone";
        /// `creating`, `available`, `in-use`, `deleting`, `deleted`, `error`.
        status: &'a str = "status";
        create_time: Timestamp = "createTime";
        attachments: Vec<AttachmentItem<'a>> = "attachmentSet";
        /// None where there are none (AWS).
        tags: Option<Vec<TagPair<'a>>> = "tagSet";
        volume_type: &'a str = "volumeType";
        iops: Option<u32> = "iops";
        throughput: Option<u32> = "throughput";
        encrypted: bool = "encrypted";
        kms_key_id: Option<&'a str> = "kmsKeyId";
        multi_attach_enabled: bool = "multiAttachEnabled";
    }

    /// Where a volume is attached.
    AttachmentItem<'a> {
        volume_id: &'a str = "volumeId";
        instance_id: &'a str = "instanceId";
        device: &'a str = "device";
        /// `attaching`, `attached`, `detaching`, `detached`.
        status: &'a str = "status";
        attach_time: Timestamp = "attachTime";
        delete_on_termination: bool = "deleteOnTermination";
    }

    /// Instances that were launched together.
    ReservationItem<'a> {
        reservation_id: &'a str = "reservationId";
        owner_id: AccountNumber = "ownerId";
        groups: Vec<GroupItem<'a>> = "groupSet";
        instances: Vec<InstanceItem<'a>> = "instancesSet";
    }

    /// A security group.
    GroupItem<'a> {
        group_id: &'a str = "groupId";
        group_name: &'a str = "groupName";
    }

    /// An instance.
    InstanceItem<'a> {
        instance_id: &'a str = "instanceId";
        image_id: &'a str = "imageId";
        state: InstanceStateItem = "instanceState";
        private_dns_name: &'a str = "privateDnsName";
        dns_name: &'a str = "dnsName";
        reason: &'a str = "reason";
        key_name: Option<&'a str> = "keyName";
        launch_index: u32 = "amiLaunchIndex";
        instance_type: &'a str = "instanceType";
        launch_time: Timestamp = "launchTime";
        placement: PlacementItem<'a> = "placement";
        kernel_id: Option<&'a str> = "kernelId";
        ramdisk_id: Option<&'a str> = "ramdiskId";
        platform: Option<&'a str> = "platform";
        monitoring: MonitoringItem<'a> = "monitoring";
        private_ip_address: Option<&'a str> = "privateIpAddress";
        ip_address: Option<&'a str> = "ipAddress";
        architecture: Option<&'a str> = "architecture";
        root_device_type: Option<&'a str> = "rootDeviceType";
        root_device_name: Option<&'a str> = "rootDeviceName";
        block_device_mappings: Vec<InstanceDeviceItem<'a>> = "blockDeviceMapping";
        virtualization_type: Option<&'a str> = "virtualizationType";
        client_token: Option<&'a str> = "clientToken";
        /// None where there are none (AWS).
        tags: Option<Vec<TagPair<'a>>> = "tagSet";
        groups: Vec<GroupItem<'a>> = "groupSet";
        hypervisor: Option<&'a str> = "hypervisor";
        ebs_optimized: bool = "ebsOptimized";
        ena_support: Option<bool> = "enaSupport";
        source_dest_check: Option<bool> = "sourceDestCheck";
        boot_mode: Option<&'a str> = "bootMode";
    }

    /// Where an instance runs.
    PlacementItem<'a> {
        availability_zone: &'a str = "availabilityZone";
        group_name: &'a str = "groupName";
        tenancy: &'a str = "tenancy";
    }

    /// Whether an instance is watched.
    MonitoringItem<'a> { state: &'a str = "state"; }

    /// A device of an instance.
    InstanceDeviceItem<'a> {
        device_name: &'a str = "deviceName";
        ebs: InstanceVolumeItem<'a> = "ebs";
    }

    /// The volume behind a device of an instance.
    InstanceVolumeItem<'a> {
        volume_id: &'a str = "volumeId";
        status: &'a str = "status";
        attach_time: Timestamp = "attachTime";
        delete_on_termination: bool = "deleteOnTermination";
    }

    /// How the state of an instance changed.
    InstanceChangeItem<'a> {
        instance_id: &'a str = "instanceId";
        current_state: InstanceStateItem = "currentState";
        previous_state: InstanceStateItem = "previousState";
    }
}

/// The state of an instance.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstanceStateItem {
    code: u32,
    name: &'static str,
}

impl Element for InstanceStateItem {
    fn write(&self, name: &str, xml: &mut Xml) {
        xml.open(name);
        xml.element("code", &self.code);
        xml.element("name", self.name);
        xml.close(name);
    }
}

impl InstanceStateItem {
    /// The number.
    pub const fn code(self) -> u32 {
        self.code
    }

    /// The word.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// It is being started.
    pub const PENDING: Self = Self {
        code: 0,
        name: "pending",
    };
    /// It runs.
    pub const RUNNING: Self = Self {
        code: 16,
        name: "running",
    };
    /// It is being ended.
    pub const SHUTTING_DOWN: Self = Self {
        code: 32,
        name: "shutting-down",
    };
    /// It is gone.
    pub const TERMINATED: Self = Self {
        code: 48,
        name: "terminated",
    };
    /// It is being stopped.
    pub const STOPPING: Self = Self {
        code: 64,
        name: "stopping",
    };
    /// It is stopped.
    pub const STOPPED: Self = Self {
        code: 80,
        name: "stopped",
    };
}
