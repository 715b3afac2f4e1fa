//! The actions of the instance double.

use crate::{
    BlockDeviceMapping, FilterParameter, FlagValue, ImageRef, InstanceAttribute, InstanceRef,
    TagSpecification, TextValue, VolumeRef,
    parameter::parameters,
    request::LicenseConfiguration,
    request::launch::{
        CapacityReservationSpecification, CpuOptions, CreditSpecification, ElasticGpu,
        ElasticInferenceAccelerator, Enabled, HibernationOptions, InstanceMarketOptions,
        InstanceProfile, Ipv6Address, LaunchTemplate, MaintenanceOptions, MetadataOptions,
        Monitoring, NetworkInterface, NetworkPerformanceOptions, Operator, Placement,
        PrivateDnsNameOptions, SecondaryInterface,
    },
};

parameters! {
    /// `RunInstances`.
    RunInstances {
        maybe image_id: ImageRef = "ImageId";
        needed min_count: u32 = "MinCount";
        needed max_count: u32 = "MaxCount";
        maybe instance_type: String = "InstanceType";
        maybe key_name: String = "KeyName";
        list block_device_mappings: BlockDeviceMapping = "BlockDeviceMapping";
        list tag_specifications: TagSpecification = "TagSpecification";
        list security_group_ids: String = "SecurityGroupId";
        list security_groups: String = "SecurityGroup";
        maybe subnet_id: String = "SubnetId";
        /// In base64.
        maybe user_data: String = "UserData";
        maybe client_token: String = "ClientToken";
        maybe kernel_id: String = "KernelId";
        maybe ramdisk_id: String = "RamdiskId";
        maybe private_ip_address: String = "PrivateIpAddress";
        maybe additional_info: String = "AdditionalInfo";
        maybe ebs_optimized: bool = "EbsOptimized";
        maybe disable_api_termination: bool = "DisableApiTermination";
        maybe disable_api_stop: bool = "DisableApiStop";
        maybe shutdown_behavior: String = "InstanceInitiatedShutdownBehavior";
        maybe instance_profile: InstanceProfile = "IamInstanceProfile";
        maybe monitoring: Monitoring = "Monitoring";
        maybe placement: Placement = "Placement";
        maybe ipv6_address_count: u32 = "Ipv6AddressCount";
        list ipv6_addresses: Ipv6Address = "Ipv6Address";
        maybe enable_primary_ipv6: bool = "EnablePrimaryIpv6";
        list elastic_gpus: ElasticGpu = "ElasticGpuSpecification";
        list inference_accelerators: ElasticInferenceAccelerator = "ElasticInferenceAccelerator";
        maybe launch_template: LaunchTemplate = "LaunchTemplate";
        maybe market_options: InstanceMarketOptions = "InstanceMarketOptions";
        maybe credit_specification: CreditSpecification = "CreditSpecification";
        maybe cpu_options: CpuOptions = "CpuOptions";
        maybe capacity_reservation: CapacityReservationSpecification = "CapacityReservationSpecification";
        maybe hibernation_options: HibernationOptions = "HibernationOptions";
        list licenses: LicenseConfiguration = "LicenseSpecification";
        maybe metadata_options: MetadataOptions = "MetadataOptions";
        maybe enclave_options: Enabled = "EnclaveOptions";
        maybe private_dns_name_options: PrivateDnsNameOptions = "PrivateDnsNameOptions";
        maybe maintenance_options: MaintenanceOptions = "MaintenanceOptions";
        maybe network_performance: NetworkPerformanceOptions = "NetworkPerformanceOptions";
        maybe operator: Operator = "Operator";
        list network_interfaces: NetworkInterface = "NetworkInterface";
        list secondary_interfaces: SecondaryInterface = "SecondaryInterface";
    }

    /// `DescribeInstances`.
    DescribeInstances {
        list instance_ids: InstanceRef = "InstanceId";
        maybe include_managed_resources: bool = "IncludeManagedResources";
        list filters: FilterParameter = "Filter";
        maybe max_results: u32 = "MaxResults";
        maybe next_token: String = "NextToken";
    }

    /// `TerminateInstances`.
    TerminateInstances {
        some instance_ids: InstanceRef = "InstanceId";
        maybe force: bool = "Force";
        maybe skip_os_shutdown: bool = "SkipOsShutdown";
    }

    /// `ModifyInstanceAttribute`.
    ModifyInstanceAttribute {
        needed instance_id: InstanceRef = "InstanceId";
        maybe attribute: InstanceAttribute = "Attribute";
        maybe value: String = "Value";
        list block_device_mappings: InstanceDevice = "BlockDeviceMapping";
        list group_ids: String = "GroupId";
        maybe source_dest_check: FlagValue = "SourceDestCheck";
        maybe disable_api_stop: FlagValue = "DisableApiStop";
        maybe disable_api_termination: FlagValue = "DisableApiTermination";
        maybe ebs_optimized: FlagValue = "EbsOptimized";
        maybe ena_support: FlagValue = "EnaSupport";
        maybe instance_type: TextValue = "InstanceType";
        maybe kernel: TextValue = "Kernel";
        maybe ramdisk: TextValue = "Ramdisk";
        maybe user_data: TextValue = "UserData";
        maybe shutdown_behavior: TextValue = "InstanceInitiatedShutdownBehavior";
        maybe sriov_net_support: TextValue = "SriovNetSupport";
        maybe enclave_options: Enabled = "EnclaveOptions";
    }

    /// A device of an instance.
    InstanceDevice {
        maybe device_name: String = "DeviceName";
        maybe virtual_name: String = "VirtualName";
        maybe no_device: String = "NoDevice";
        maybe ebs: InstanceVolume = "Ebs";
    }

    /// The volume behind a device of an instance.
    InstanceVolume {
        maybe volume_id: VolumeRef = "VolumeId";
        maybe delete_on_termination: bool = "DeleteOnTermination";
    }

    /// `DescribeVolumes`.
    DescribeVolumes {
        list volume_ids: VolumeRef = "VolumeId";
        maybe include_managed_resources: bool = "IncludeManagedResources";
        list filters: FilterParameter = "Filter";
        maybe max_results: u32 = "MaxResults";
        maybe next_token: String = "NextToken";
    }
}
