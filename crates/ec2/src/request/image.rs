//! The actions on images.

use crate::{
    AmiName, BlockDeviceMapping, BootMode, Description, ExecutableBy, FilterParameter, Grantees,
    ImageAttribute, ImageRef, ImdsSupport, InstanceRef, OperationType, Owner, SnapshotLocation,
    TagSpecification, TextValue, TpmSupport, VirtualizationType, parameter::parameters,
};
use atlas_base::Timestamp;
use atlas_image::{Architecture, CloudText, UefiData};

parameters! {
    /// `CreateImage`: an image of a server.
    CreateImage {
        needed instance_id: InstanceRef = "InstanceId";
        needed name: AmiName = "Name";
        maybe description: Description = "Description";
        flag no_reboot: bool = "NoReboot";
        list block_device_mappings: BlockDeviceMapping = "BlockDeviceMapping";
        list tag_specifications: TagSpecification = "TagSpecification";
        maybe snapshot_location: SnapshotLocation = "SnapshotLocation";
        maybe boot_mode_override: BootMode = "BootModeOverride";
    }

    /// `RegisterImage`: an image of snapshots, or of a manifest.
    RegisterImage {
        needed name: AmiName = "Name";
        maybe image_location: CloudText = "ImageLocation";
        list billing_products: CloudText = "BillingProduct";
        maybe architecture: Architecture = "Architecture";
        maybe kernel_id: CloudText = "KernelId";
        maybe ramdisk_id: CloudText = "RamdiskId";
        maybe root_device_name: CloudText = "RootDeviceName";
        list block_device_mappings: BlockDeviceMapping = "BlockDeviceMapping";
        maybe virtualization_type: VirtualizationType = "VirtualizationType";
        maybe sriov_net_support: CloudText = "SriovNetSupport";
        maybe ena_support: bool = "EnaSupport";
        maybe description: Description = "Description";
        maybe boot_mode: BootMode = "BootMode";
        maybe tpm_support: TpmSupport = "TpmSupport";
        maybe uefi_data: UefiData = "UefiData";
        maybe imds_support: ImdsSupport = "ImdsSupport";
        list tag_specifications: TagSpecification = "TagSpecification";
    }

    /// `DeregisterImage`.
    DeregisterImage {
        needed image_id: ImageRef = "ImageId";
        flag delete_associated_snapshots: bool = "DeleteAssociatedSnapshots";
    }

    /// `DescribeImages`.
    DescribeImages {
        list image_ids: ImageRef = "ImageId";
        list owners: Owner = "Owner";
        list executable_by: ExecutableBy = "ExecutableBy";
        list filters: FilterParameter = "Filter";
        flag include_deprecated: bool = "IncludeDeprecated";
        flag include_disabled: bool = "IncludeDisabled";
        maybe max_results: u32 = "MaxResults";
        maybe next_token: String = "NextToken";
    }

    /// `DescribeImageAttribute`.
    DescribeImageAttribute {
        needed image_id: ImageRef = "ImageId";
        needed attribute: ImageAttribute = "Attribute";
    }

    /// `ModifyImageAttribute`: [`change`](Self::change) says what is to change.
    ModifyImageAttribute {
        needed image_id: ImageRef = "ImageId";
        maybe attribute: ImageAttribute = "Attribute";
        maybe operation_type: OperationType = "OperationType";
        list user_ids: String = "UserId";
        list user_groups: String = "UserGroup";
        list organization_arns: String = "OrganizationArn";
        list organizational_unit_arns: String = "OrganizationalUnitArn";
        list product_codes: CloudText = "ProductCode";
        maybe value: String = "Value";
        maybe description: TextValue = "Description";
        maybe imds_support: TextValue = "ImdsSupport";
        maybe launch_permission: LaunchPermissionChange = "LaunchPermission";
    }

    /// Launch permissions to give and to take back.
    LaunchPermissionChange {
        list add: Grantees = "Add";
        list remove: Grantees = "Remove";
    }

    /// `ResetImageAttribute`: back to private.
    ResetImageAttribute {
        needed image_id: ImageRef = "ImageId";
        /// The launch permissions where nothing is said (E04, Symphony); [`Request::parse`](crate::Request::parse) refuses
        /// all others.
        maybe attribute: ImageAttribute = "Attribute";
    }

    /// `CopyImage`.
    CopyImage {
        needed name: AmiName = "Name";
        needed source_image_id: ImageRef = "SourceImageId";
        needed source_region: String = "SourceRegion";
        maybe description: Description = "Description";
        maybe client_token: CloudText = "ClientToken";
        flag copy_image_tags: bool = "CopyImageTags";
        list tag_specifications: TagSpecification = "TagSpecification";
        maybe encrypted: bool = "Encrypted";
        maybe kms_key_id: CloudText = "KmsKeyId";
        maybe destination_outpost_arn: String = "DestinationOutpostArn";
        maybe destination_availability_zone: String = "DestinationAvailabilityZone";
        maybe destination_availability_zone_id: String = "DestinationAvailabilityZoneId";
        maybe snapshot_copy_completion_duration_minutes: u64 = "SnapshotCopyCompletionDurationMinutes";
    }

    /// `EnableImage`.
    EnableImage { needed image_id: ImageRef = "ImageId"; }

    /// `DisableImage`.
    DisableImage { needed image_id: ImageRef = "ImageId"; }

    /// `EnableImageDeprecation`.
    EnableImageDeprecation {
        needed image_id: ImageRef = "ImageId";
        needed deprecate_at: Timestamp = "DeprecateAt";
    }

    /// `DisableImageDeprecation`.
    DisableImageDeprecation { needed image_id: ImageRef = "ImageId"; }

    /// `EnableImageDeregistrationProtection`.
    EnableImageDeregistrationProtection {
        needed image_id: ImageRef = "ImageId";
        flag with_cooldown: bool = "WithCooldown";
    }

    /// `DisableImageDeregistrationProtection`.
    DisableImageDeregistrationProtection { needed image_id: ImageRef = "ImageId"; }
}
