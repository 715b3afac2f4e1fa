//! The actions that clients call around those on images.

use crate::{
    AccountAttribute, BootMode, FilterParameter, ImportTaskRef, Owner, ResourceRef,
    SnapshotAttribute, SnapshotRef, TagParameter, TagSpecification, parameter::parameters,
};
use atlas_base::Timestamp;

parameters! {
    /// `CreateTags`.
    CreateTags {
        some resources: ResourceRef = "ResourceId";
        some tags: TagParameter = "Tag";
    }

    /// `DeleteTags`: all tags where none is named.
    DeleteTags {
        some resources: ResourceRef = "ResourceId";
        list tags: TagParameter = "Tag";
    }

    /// `DescribeTags`.
    DescribeTags {
        list filters: FilterParameter = "Filter";
        maybe max_results: u32 = "MaxResults";
        maybe next_token: String = "NextToken";
    }

    /// `DescribeRegions`.
    DescribeRegions {
        list region_names: String = "RegionName";
        flag all_regions: bool = "AllRegions";
        list filters: FilterParameter = "Filter";
    }

    /// `DescribeAvailabilityZones`.
    DescribeAvailabilityZones {
        list zone_names: String = "ZoneName";
        list zone_ids: String = "ZoneId";
        flag all_availability_zones: bool = "AllAvailabilityZones";
        list filters: FilterParameter = "Filter";
    }

    /// `DescribeAccountAttributes`.
    DescribeAccountAttributes {
        list attribute_names: AccountAttribute = "AttributeName";
    }

    /// `DescribeSnapshots`.
    DescribeSnapshots {
        list snapshot_ids: SnapshotRef = "SnapshotId";
        list owners: Owner = "Owner";
        list restorable_by: Owner = "RestorableBy";
        list filters: FilterParameter = "Filter";
        maybe max_results: u32 = "MaxResults";
        maybe next_token: String = "NextToken";
    }

    /// `DescribeSnapshotAttribute`.
    DescribeSnapshotAttribute {
        needed snapshot_id: SnapshotRef = "SnapshotId";
        needed attribute: SnapshotAttribute = "Attribute";
    }

    /// `DeleteSnapshot`.
    DeleteSnapshot { needed snapshot_id: SnapshotRef = "SnapshotId"; }

    /// `ImportImage`: disks from files and URLs (Symphony), or from a snapshot.
    ImportImage {
        list disk_containers: DiskContainer = "DiskContainer";
        maybe architecture: String = "Architecture";
        maybe boot_mode: BootMode = "BootMode";
        maybe client_data: ClientData = "ClientData";
        maybe client_token: String = "ClientToken";
        maybe description: String = "Description";
        maybe encrypted: bool = "Encrypted";
        maybe hypervisor: String = "Hypervisor";
        maybe kms_key_id: String = "KmsKeyId";
        maybe license_type: String = "LicenseType";
        maybe platform: String = "Platform";
        maybe role_name: String = "RoleName";
        list license_specifications: LicenseConfiguration = "LicenseSpecifications";
        list tag_specifications: TagSpecification = "TagSpecification";
        maybe usage_operation: String = "UsageOperation";
    }

    /// A disk to import.
    DiskContainer {
        maybe description: String = "Description";
        maybe device_name: String = "DeviceName";
        /// `VHD`, `VMDK`, `RAW`, `OVA` (AWS), and what else is read here.
        maybe format: String = "Format";
        maybe snapshot_id: SnapshotRef = "SnapshotId";
        maybe url: String = "Url";
        maybe user_bucket: UserBucket = "UserBucket";
    }

    /// An object of S3.
    UserBucket {
        maybe bucket: String = "S3Bucket";
        maybe key: String = "S3Key";
    }

    /// What a client tells of an upload.
    ClientData {
        maybe comment: String = "Comment";
        maybe upload_start: Timestamp = "UploadStart";
        maybe upload_end: Timestamp = "UploadEnd";
        /// A number with a fraction, as it was written.
        maybe upload_size: String = "UploadSize";
    }

    /// A licence.
    LicenseConfiguration { maybe arn: String = "LicenseConfigurationArn"; }

    /// `DescribeImportImageTasks`.
    DescribeImportImageTasks {
        list import_task_ids: ImportTaskRef = "ImportTaskId";
        list filters: FilterParameter = "Filters";
        maybe max_results: u32 = "MaxResults";
        maybe next_token: String = "NextToken";
    }
}
