//! A record of which everything is known.

use atlas_base::Timestamp;
use atlas_image::{
    AddCredential, AddCredentialFacts, CloudText, CredentialId, Device, Devices, Ec2Facts,
    ImageRecord, ImageRecordId, LabelKey, LabelValue, Labels, Look, ProductCode, RegisterFacts,
    RegisterImage, SecretRef, StateReason, Via, add_credential, register,
};
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_scope::{AccountNumber, Scope};

pub(crate) const ID: &str = "2e3b7a4e-0000-4000-8000-000000000001";

pub(crate) fn now() -> Timestamp {
    Timestamp::parse("2026-01-02T03:04:05Z").unwrap()
}

pub(crate) fn owner() -> AccountNumber {
    AccountNumber::parse("123456789012").unwrap()
}

fn text(text: &str) -> CloudText {
    CloudText::parse(text).unwrap()
}

/// A record of which everything is known.
pub(crate) fn record() -> ImageRecord {
    let scope = Scope::parse("/acme").unwrap();
    let asked = AddCredential {
        scope: scope.clone(),
        cloud: Cloud::Aws,
        installation: None,
        name: "main".parse().unwrap(),
        secret: SecretRef::parse("vault:aws").unwrap(),
    };
    let facts = AddCredentialFacts {
        same_name: None,
        id: CredentialId::from_u128(1),
        now: now(),
    };
    let credential = add_credential(asked, &facts).unwrap();
    let mut device = Device::default();
    device.name = Some(text("/dev/sda1"));
    device.snapshot = Some(text("snap-12345678"));
    device.size_gb = core::num::NonZeroU32::new(8);
    device.volume_type = Some(text("gp3"));
    device.iops = core::num::NonZeroU32::new(3000);
    device.throughput_mib = core::num::NonZeroU32::new(125);
    device.key = Some(text("key-1"));
    device.encrypted = Some(true);
    device.delete_on_termination = Some(true);
    let mut ephemeral = Device::default();
    ephemeral.name = Some(text("/dev/sdb"));
    ephemeral.virtual_name = Some(text("ephemeral0"));
    let mut left_out = Device::default();
    left_out.name = Some(text("/dev/sdc"));
    left_out.left_out = true;
    let mut ec2 = Ec2Facts::default();
    for (fact, value) in [
        (&mut ec2.owner_alias, "amazon"),
        (&mut ec2.platform, "windows"),
        (&mut ec2.platform_details, "Windows"),
        (&mut ec2.usage_operation, "RunInstances:0002"),
        (&mut ec2.kernel, "aki-12345678"),
        (&mut ec2.ramdisk, "ari-12345678"),
        (&mut ec2.root_device, "/dev/sda1"),
        (&mut ec2.root_device_type, "ebs"),
        (&mut ec2.hypervisor, "xen"),
        (&mut ec2.sriov_net_support, "simple"),
        (&mut ec2.tpm_support, "v2.0"),
        (&mut ec2.imds_support, "v2.0"),
        (&mut ec2.source_instance, "i-12345678"),
        (&mut ec2.source_image, "ami-87654321"),
        (&mut ec2.source_region, "eu-west-1"),
    ] {
        *fact = Some(text(value));
    }
    ec2.ena_support = Some(true);
    ec2.last_launched = Some(now());
    ec2.product_codes = [ProductCode {
        code: text("abc"),
        kind: Some(text("marketplace")),
    }]
    .into();
    ec2.state_reason = Some(StateReason {
        code: text("Client.X"),
        message: Some(text("because")),
    });
    let label = |key, value| {
        (
            LabelKey::parse(key).unwrap(),
            LabelValue::parse(value).unwrap(),
        )
    };
    let request = RegisterImage {
        os: Some(atlas_image::OsFacts::parse("ubuntu", "24", "24.04").unwrap()),
        name: Some("web <&> \"ü\"".parse().unwrap()),
        description: Some("two\nlines".parse().unwrap()),
        architecture: Some(atlas_image::Architecture::Aarch64),
        firmware: Some(atlas_image::Firmware::UefiPreferred),
        virtualization: Some(atlas_image::Virtualization::Hvm),
        devices: Devices::new(vec![device, ephemeral, left_out]).unwrap(),
        labels: Labels::new([label("team", "a&b"), label("empty", "")].into()).unwrap(),
        ec2: Box::new(ec2),
        ..RegisterImage::new(
            scope,
            CloudLocation::parse("aws/us-east-1").unwrap(),
            ImageId::parse(Cloud::Aws, "ami-0ae8605ed708e3c3e").unwrap(),
            Via::Form,
        )
    };
    let facts = RegisterFacts {
        credentials: &[credential],
        same_image: &[],
        look: Look::Unasked,
        id: ImageRecordId::from_u128(1),
        by: "dana".parse().unwrap(),
        now: now(),
    };
    register(request, &facts).unwrap().record
}
