//! What `RunInstances` may say of how instances run. The double keeps none of it.

use crate::parameter::parameters;
use atlas_base::Timestamp;

parameters! {
    /// The profile of an instance.
    InstanceProfile {
        maybe arn: String = "Arn";
        maybe name: String = "Name";
    }

    /// Whether an instance is watched.
    Monitoring {
        needed enabled: bool = "Enabled";
        list metric_category_ids: String = "MetricCategoryId";
    }

    /// Whether something is on.
    Enabled {
        maybe enabled: bool = "Enabled";
    }

    /// Where an instance runs.
    Placement {
        maybe availability_zone: String = "AvailabilityZone";
        maybe availability_zone_id: String = "AvailabilityZoneId";
        maybe affinity: String = "Affinity";
        maybe group_name: String = "GroupName";
        maybe group_id: String = "GroupId";
        maybe partition_number: u32 = "PartitionNumber";
        maybe host_id: String = "HostId";
        maybe tenancy: String = "Tenancy";
        maybe spread_domain: String = "SpreadDomain";
        maybe host_resource_group_arn: String = "HostResourceGroupArn";
    }

    /// An address.
    Ipv6Address {
        maybe address: String = "Ipv6Address";
        maybe is_primary: bool = "IsPrimaryIpv6";
    }

    /// A graphics processor.
    ElasticGpu {
        needed kind: String = "Type";
    }

    /// An accelerator.
    ElasticInferenceAccelerator {
        needed kind: String = "Type";
        maybe count: u32 = "Count";
    }

    /// A launch template.
    LaunchTemplate {
        maybe id: String = "LaunchTemplateId";
        maybe name: String = "LaunchTemplateName";
        maybe version: String = "Version";
    }

    /// On which market an instance is bought.
    InstanceMarketOptions {
        maybe market_type: String = "MarketType";
        maybe spot_options: SpotOptions = "SpotOptions";
    }

    /// How an instance is bought on the spot market.
    SpotOptions {
        maybe max_price: String = "MaxPrice";
        maybe spot_instance_type: String = "SpotInstanceType";
        maybe block_duration_minutes: u32 = "BlockDurationMinutes";
        maybe valid_until: Timestamp = "ValidUntil";
        maybe interruption_behavior: String = "InstanceInterruptionBehavior";
    }

    /// Credits of the processor.
    CreditSpecification {
        needed cpu_credits: String = "CpuCredits";
    }

    /// The processor.
    CpuOptions {
        maybe core_count: u32 = "CoreCount";
        maybe threads_per_core: u32 = "ThreadsPerCore";
        maybe amd_sev_snp: String = "AmdSevSnp";
        maybe nested_virtualization: String = "NestedVirtualization";
    }

    /// Reserved capacity.
    CapacityReservationSpecification {
        maybe preference: String = "CapacityReservationPreference";
        maybe target: CapacityReservationTarget = "CapacityReservationTarget";
    }

    /// Which capacity was reserved.
    CapacityReservationTarget {
        maybe id: String = "CapacityReservationId";
        maybe resource_group_arn: String = "CapacityReservationResourceGroupArn";
    }

    /// Whether an instance may hibernate.
    HibernationOptions {
        maybe configured: bool = "Configured";
    }

    /// The metadata service of an instance.
    MetadataOptions {
        maybe http_tokens: String = "HttpTokens";
        maybe http_put_response_hop_limit: u32 = "HttpPutResponseHopLimit";
        maybe http_endpoint: String = "HttpEndpoint";
        maybe http_protocol_ipv6: String = "HttpProtocolIpv6";
        maybe instance_metadata_tags: String = "InstanceMetadataTags";
    }

    /// The private name of an instance.
    PrivateDnsNameOptions {
        maybe hostname_type: String = "HostnameType";
        maybe a_record: bool = "EnableResourceNameDnsARecord";
        maybe aaaa_record: bool = "EnableResourceNameDnsAAAARecord";
    }

    /// What is done when the host fails.
    MaintenanceOptions {
        maybe auto_recovery: String = "AutoRecovery";
    }

    /// How bandwidth is divided.
    NetworkPerformanceOptions {
        maybe bandwidth_weighting: String = "BandwidthWeighting";
    }

    /// The service that manages an instance.
    Operator {
        maybe principal: String = "Principal";
    }

    /// A secondary interface.
    SecondaryInterface {
        maybe delete_on_termination: bool = "DeleteOnTermination";
        maybe device_index: u32 = "DeviceIndex";
        list addresses: SecondaryAddress = "PrivateIpAddress";
        maybe address_count: u32 = "PrivateIpAddressCount";
        maybe subnet_id: String = "SecondarySubnetId";
        maybe interface_type: String = "InterfaceType";
        maybe network_card_index: u32 = "NetworkCardIndex";
    }

    /// An address of a secondary interface.
    SecondaryAddress {
        needed address: String = "PrivateIpAddress";
    }

    /// A network interface.
    NetworkInterface {
        maybe associate_public_ip_address: bool = "AssociatePublicIpAddress";
        maybe associate_carrier_ip_address: bool = "AssociateCarrierIpAddress";
        maybe delete_on_termination: bool = "DeleteOnTermination";
        maybe description: String = "Description";
        maybe device_index: u32 = "DeviceIndex";
        list security_group_ids: String = "SecurityGroupId";
        maybe ipv6_address_count: u32 = "Ipv6AddressCount";
        list ipv6_addresses: Ipv6Address = "Ipv6Addresses";
        maybe id: String = "NetworkInterfaceId";
        maybe private_ip_address: String = "PrivateIpAddress";
        list private_ip_addresses: PrivateAddress = "PrivateIpAddresses";
        maybe secondary_address_count: u32 = "SecondaryPrivateIpAddressCount";
        maybe subnet_id: String = "SubnetId";
        maybe interface_type: String = "InterfaceType";
        maybe network_card_index: u32 = "NetworkCardIndex";
        list ipv4_prefixes: Ipv4Prefix = "Ipv4Prefix";
        maybe ipv4_prefix_count: u32 = "Ipv4PrefixCount";
        list ipv6_prefixes: Ipv6Prefix = "Ipv6Prefix";
        maybe ipv6_prefix_count: u32 = "Ipv6PrefixCount";
        maybe primary_ipv6: bool = "PrimaryIpv6";
        maybe ena_srd: EnaSrd = "EnaSrdSpecification";
        maybe connection_tracking: ConnectionTracking = "ConnectionTrackingSpecification";
        maybe ena_queue_count: u32 = "EnaQueueCount";
    }

    /// A private address.
    PrivateAddress {
        maybe primary: bool = "Primary";
        maybe address: String = "PrivateIpAddress";
    }

    /// A prefix of addresses.
    Ipv4Prefix {
        maybe prefix: String = "Ipv4Prefix";
    }

    /// A prefix of addresses.
    Ipv6Prefix {
        maybe prefix: String = "Ipv6Prefix";
    }

    /// The transport of the interface.
    EnaSrd {
        maybe enabled: bool = "EnaSrdEnabled";
        maybe udp: EnaSrdUdp = "EnaSrdUdpSpecification";
    }

    /// The transport of the interface, for UDP.
    EnaSrdUdp {
        maybe enabled: bool = "EnaSrdUdpEnabled";
    }

    /// How long connections are remembered, in seconds.
    ConnectionTracking {
        maybe tcp_established_timeout: u32 = "TcpEstablishedTimeout";
        maybe udp_stream_timeout: u32 = "UdpStreamTimeout";
        maybe udp_timeout: u32 = "UdpTimeout";
    }
}
