//! The words of requests that are chosen from a few.

use crate::{Ec2Error, parameter::words};

words! {
    /// The kind of a volume.
    VolumeType {
        Standard = "standard", Io1 = "io1", Io2 = "io2", Gp2 = "gp2", Sc1 = "sc1", St1 = "st1", Gp3 = "gp3",
    } else Ec2Error::invalid_parameter;

    /// How an image starts.
    BootMode {
        LegacyBios = "legacy-bios", Uefi = "uefi", UefiPreferred = "uefi-preferred",
    } else Ec2Error::invalid_parameter;

    /// How the processor is shared.
    VirtualizationType { Hvm = "hvm", Paravirtual = "paravirtual", } else Ec2Error::invalid_parameter;

    /// The version of the trusted platform module.
    TpmSupport { V20 = "v2.0", } else Ec2Error::invalid_parameter;

    /// The version of the metadata service that is demanded.
    ImdsSupport { V20 = "v2.0", } else Ec2Error::invalid_parameter;

    /// Where snapshots are made.
    SnapshotLocation { Regional = "regional", Local = "local", } else Ec2Error::invalid_parameter;

    /// Whether a launch permission is given or taken back.
    OperationType { Add = "add", Remove = "remove", } else Ec2Error::invalid_parameter;

    /// The attributes of an image.
    ImageAttribute or in_any_case {
        Description = "description", Kernel = "kernel", Ramdisk = "ramdisk",
        LaunchPermission = "launchPermission", ProductCodes = "productCodes",
        BlockDeviceMapping = "blockDeviceMapping", SriovNetSupport = "sriovNetSupport",
        BootMode = "bootMode", TpmSupport = "tpmSupport", UefiData = "uefiData",
        LastLaunchedTime = "lastLaunchedTime", ImdsSupport = "imdsSupport",
        DeregistrationProtection = "deregistrationProtection",
    } else |_, _, _| Ec2Error::invalid_request();

    /// The attributes of a snapshot.
    SnapshotAttribute {
        ProductCodes = "productCodes", CreateVolumePermission = "createVolumePermission",
    } else |_, _, _| Ec2Error::invalid_request();

    /// The attributes of an instance.
    InstanceAttribute {
        InstanceType = "instanceType", Kernel = "kernel", Ramdisk = "ramdisk", UserData = "userData",
        DisableApiTermination = "disableApiTermination",
        InstanceInitiatedShutdownBehavior = "instanceInitiatedShutdownBehavior",
        RootDeviceName = "rootDeviceName", BlockDeviceMapping = "blockDeviceMapping",
        ProductCodes = "productCodes", SourceDestCheck = "sourceDestCheck", GroupSet = "groupSet",
        EbsOptimized = "ebsOptimized", SriovNetSupport = "sriovNetSupport", EnaSupport = "enaSupport",
        EnclaveOptions = "enclaveOptions", DisableApiStop = "disableApiStop",
    } else |_, text, _| Ec2Error::invalid_parameter("attribute", text, "Unknown attribute.");

    /// The attributes of an account.
    AccountAttribute {
        SupportedPlatforms = "supported-platforms", DefaultVpc = "default-vpc",
        MaxInstances = "max-instances", VpcMaxSecurityGroups = "vpc-max-security-groups-per-interface",
        MaxElasticIps = "max-elastic-ips", VpcMaxElasticIps = "vpc-max-elastic-ips",
    } else Ec2Error::invalid_parameter;
}

impl ImageAttribute {
    /// Reads a name in capitals or not: Ansible asks for `LaunchPermission`, and EC2 gives it that.
    fn in_any_case(text: &str) -> Option<Self> {
        let mut all = Self::all().iter().copied();
        all.find(|word| word.as_str().eq_ignore_ascii_case(text))
    }
}
