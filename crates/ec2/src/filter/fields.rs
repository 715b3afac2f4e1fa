//! The names of filters, action by action.

use super::FilterField;

macro_rules! filter_fields {
    ($($(#[$doc:meta])* $name:ident {
        $($field:ident = $text:literal $(| $alias:literal)*,)*
    } $(; nothing { $($odd:literal)* })? $(; tags { $tag:ident $key:ident $value:ident })?)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $(#[doc = concat!("`", $text, "`.")] $field,)*
            $(
                #[doc = "`tag:KEY`: the value of the tag of this key."]
                $tag(Box<str>),
                #[doc = "`tag-key`: the keys of tags."]
                $key,
                #[doc = "`tag-value`: the values of tags, whatever their keys; clients of old ask by it."]
                $value,
            )?
            /// A filter of EC2's that means nothing here: nothing is let through.
            Meaningless,
        }

        impl $name {
            /// The names of all filters, but those that name a tag.
            pub const fn names() -> &'static [&'static str] {
                &[$($text,)* $($($odd,)*)?]
            }
        }

        impl FilterField for $name {
            fn parse(name: &str) -> Option<Self> {
                match name {
                    $($text $(| $alias)* => Some(Self::$field),)*
                    $($($odd)|* => Some(Self::Meaningless),)?
                    other => {
                        $(
                            if other == "tag-key" {
                                return Some(Self::$key);
                            }
                            if other == "tag-value" {
                                return Some(Self::$value);
                            }
                            if let Some(key) = other.strip_prefix("tag:") {
                                return Some(Self::$tag(key.into()));
                            }
                        )?
                        let _ = other;
                        None
                    }
                }
            }
        }
    )*};
}

filter_fields! {
    /// The filters of `DescribeImages`.
    ImageField {
        Architecture = "architecture",
        DeviceDeleteOnTermination = "block-device-mapping.delete-on-termination",
        DeviceName = "block-device-mapping.device-name",
        DeviceSnapshotId = "block-device-mapping.snapshot-id",
        DeviceVolumeSize = "block-device-mapping.volume-size",
        DeviceVolumeType = "block-device-mapping.volume-type",
        DeviceEncrypted = "block-device-mapping.encrypted",
        BootMode = "boot-mode",
        CreationDate = "creation-date",
        Description = "description",
        EnaSupport = "ena-support",
        Hypervisor = "hypervisor",
        ImageId = "image-id",
        ImageType = "image-type",
        IsPublic = "is-public",
        KernelId = "kernel-id",
        ManifestLocation = "manifest-location",
        Name = "name",
        OwnerAlias = "owner-alias",
        OwnerId = "owner-id",
        Platform = "platform",
        ProductCode = "product-code",
        ProductCodeType = "product-code.type",
        RamdiskId = "ramdisk-id",
        RootDeviceName = "root-device-name",
        RootDeviceType = "root-device-type",
        SourceImageId = "source-image-id",
        SourceImageRegion = "source-image-region",
        SourceInstanceId = "source-instance-id",
        State = "state",
        StateReasonCode = "state-reason-code",
        StateReasonMessage = "state-reason-message",
        SriovNetSupport = "sriov-net-support",
        VirtualizationType = "virtualization-type",
    } ; nothing {
        "free-tier-eligible"
        "image-allowed"
        "image-watermark.source-image-creation-time"
        "image-watermark.source-image-id"
        "image-watermark.source-image-region"
        "image-watermark.watermark-creation-time"
        "image-watermark.watermark-key"
        "instance-type-specification.supported-instance-type"
        "instance-type-specification.unsupported-instance-type"
        "public-ssm-parameter-name"
        "scan-result.critical-fix-available-since"
        "scan-result.high-fix-available-since"
        "scan-result.medium-fix-available-since"
        "scan-result.low-fix-available-since"
        "scan-result.informational-fix-available-since"
        "scan-result.finding-scan-date"
        "scan-result.highest-finding-severity-label"
    } ; tags { Tag TagKey TagValue }

    /// The filters of `DescribeSnapshots`.
    SnapshotField {
        Description = "description",
        Encrypted = "encrypted",
        OwnerAlias = "owner-alias",
        OwnerId = "owner-id",
        Progress = "progress",
        SnapshotId = "snapshot-id",
        StartTime = "start-time",
        Status = "status",
        VolumeId = "volume-id",
        VolumeSize = "volume-size",
    } ; nothing {
        "storage-tier"
        "transfer-type"
    } ; tags { Tag TagKey TagValue }

    /// The filters of `DescribeTags`.
    TagField {
        Key = "key",
        ResourceId = "resource-id",
        ResourceType = "resource-type",
        Value = "value",
    } ; tags { Tag TagKey TagValue }

    /// The filters of `DescribeImportImageTasks`.
    ImportTaskField {
        TaskState = "task-state",
    } ; tags { Tag TagKey TagValue }

    /// The filters of `DescribeRegions`.
    RegionField {
        Endpoint = "endpoint",
        OptInStatus = "opt-in-status",
        RegionName = "region-name",
    }

    /// The filters of `DescribeAvailabilityZones`.
    ZoneField {
        RegionName = "region-name",
        State = "state",
        ZoneId = "zone-id",
        ZoneName = "zone-name",
        ZoneType = "zone-type",
        OptInStatus = "opt-in-status",
        GroupName = "group-name",
    } ; nothing {
        "group-long-name"
        "message"
        "parent-zone-id"
        "parent-zone-name"
    }

    /// The filters of `DescribeVolumes`.
    VolumeField {
        AttachmentDevice = "attachment.device",
        AttachmentInstanceId = "attachment.instance-id",
        AttachmentStatus = "attachment.status",
        AttachmentDeleteOnTermination = "attachment.delete-on-termination",
        AvailabilityZone = "availability-zone",
        CreateTime = "create-time",
        Encrypted = "encrypted",
        Size = "size",
        SnapshotId = "snapshot-id",
        Status = "status",
        VolumeId = "volume-id",
        VolumeType = "volume-type",
    } ; nothing {
        "attachment.attach-time"
        "availability-zone-id"
        "fast-restored"
        "multi-attach-enabled"
        "operator.managed"
        "operator.principal"
    } ; tags { Tag TagKey TagValue }

    /// The filters of `DescribeInstances`.
    InstanceField {
        Architecture = "architecture",
        AvailabilityZone = "availability-zone",
        DeviceName = "block-device-mapping.device-name",
        DeviceVolumeId = "block-device-mapping.volume-id",
        ClientToken = "client-token",
        ImageId = "image-id",
        InstanceId = "instance-id",
        InstanceStateCode = "instance-state-code",
        InstanceStateName = "instance-state-name",
        InstanceType = "instance-type",
        KeyName = "key-name",
        LaunchTime = "launch-time",
        OwnerId = "owner-id",
        ReservationId = "reservation-id",
        RootDeviceName = "root-device-name",
        RootDeviceType = "root-device-type",
        Hypervisor = "hypervisor",
        VirtualizationType = "virtualization-type",
    } ; nothing {
        "affinity"
        "availability-zone-id"
        "block-device-mapping.attach-time"
        "block-device-mapping.delete-on-termination"
        "block-device-mapping.status"
        "boot-mode"
        "capacity-reservation-id"
        "capacity-reservation-specification.capacity-reservation-preference"
        "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-id"
        "capacity-reservation-specification.capacity-reservation-target.capacity-reservation-resource-group-arn"
        "current-instance-boot-mode"
        "dns-name"
        "ebs-optimized"
        "ena-support"
        "enclave-options.enabled"
        "hibernation-options.configured"
        "host-id"
        "iam-instance-profile.arn"
        "iam-instance-profile.id"
        "instance-lifecycle"
        "instance.group-id"
        "instance.group-name"
        "ip-address"
        "ipv6-address"
        "kernel-id"
        "launch-index"
        "maintenance-options.auto-recovery"
        "metadata-options.http-endpoint"
        "metadata-options.http-protocol-ipv4"
        "metadata-options.http-protocol-ipv6"
        "metadata-options.http-put-response-hop-limit"
        "metadata-options.http-tokens"
        "metadata-options.instance-metadata-tags"
        "metadata-options.state"
        "monitoring-state"
        "network-interface.addresses.association.allocation-id"
        "network-interface.addresses.association.association-id"
        "network-interface.addresses.association.carrier-ip"
        "network-interface.addresses.association.customer-owned-ip"
        "network-interface.addresses.association.ip-owner-id"
        "network-interface.addresses.association.public-dns-name"
        "network-interface.addresses.association.public-ip"
        "network-interface.addresses.primary"
        "network-interface.addresses.private-dns-name"
        "network-interface.addresses.private-ip-address"
        "network-interface.association.allocation-id"
        "network-interface.association.association-id"
        "network-interface.association.carrier-ip"
        "network-interface.association.customer-owned-ip"
        "network-interface.association.ip-owner-id"
        "network-interface.association.public-dns-name"
        "network-interface.association.public-ip"
        "network-interface.attachment.attach-time"
        "network-interface.attachment.attachment-id"
        "network-interface.attachment.delete-on-termination"
        "network-interface.attachment.device-index"
        "network-interface.attachment.instance-id"
        "network-interface.attachment.instance-owner-id"
        "network-interface.attachment.network-card-index"
        "network-interface.attachment.status"
        "network-interface.availability-zone"
        "network-interface.deny-all-igw-traffic"
        "network-interface.description"
        "network-interface.group-id"
        "network-interface.group-name"
        "network-interface.ipv4-prefixes.ipv4-prefix"
        "network-interface.ipv6-address"
        "network-interface.ipv6-addresses.ipv6-address"
        "network-interface.ipv6-addresses.is-primary-ipv6"
        "network-interface.ipv6-native"
        "network-interface.ipv6-prefixes.ipv6-prefix"
        "network-interface.mac-address"
        "network-interface.network-interface-id"
        "network-interface.operator.managed"
        "network-interface.operator.principal"
        "network-interface.outpost-arn"
        "network-interface.owner-id"
        "network-interface.private-dns-name"
        "network-interface.private-ip-address"
        "network-interface.public-dns-name"
        "network-interface.requester-id"
        "network-interface.requester-managed"
        "network-interface.status"
        "network-interface.source-dest-check"
        "network-interface.subnet-id"
        "network-interface.tag-key"
        "network-interface.tag-value"
        "network-interface.vpc-id"
        "network-performance-options.bandwidth-weighting"
        "operator.managed"
        "operator.principal"
        "outpost-arn"
        "placement-group-name"
        "placement-partition-number"
        "platform"
        "platform-details"
        "private-dns-name"
        "private-dns-name-options.enable-resource-name-dns-a-record"
        "private-dns-name-options.enable-resource-name-dns-aaaa-record"
        "private-dns-name-options.hostname-type"
        "private-ip-address"
        "product-code"
        "product-code.type"
        "ramdisk-id"
        "reason"
        "requester-id"
        "source-dest-check"
        "spot-instance-request-id"
        "state-reason-code"
        "state-reason-message"
        "subnet-id"
        "tenancy"
        "tpm-support"
        "usage-operation"
        "usage-operation-update-time"
        "vpc-id"
    } ; tags { Tag TagKey TagValue }
}
