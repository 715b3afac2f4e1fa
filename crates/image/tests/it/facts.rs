//! What is known of an image beyond its place: all of it optional, all of it typed.

use crate::{AMI, codes, decided, location, registered, request};
use atlas_image::{
    AgentFacts, Device, DeviceBus, DeviceKind, Devices, DevicesError, Firmware, ImageRecord,
    LocationNeed, NameNeed, ProductCode, RegisterError, RemoteAccess, SpelledImage, StateReason,
    UefiData, Via, Virtualization, form,
};
use atlas_image_id::{Cloud, ImageId};
use std::num::NonZeroU32;

fn text<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

/// A record with every fact that the three products know.
fn everything() -> ImageRecord {
    let mut asked = request("/acme", "aws/us-east-1", AMI);
    asked.guest.dhcp = Some(true);
    asked.guest.access = [RemoteAccess::Vnc, RemoteAccess::Ssh].into();
    asked.guest.login = Some(text("ubuntu"));
    asked.firmware = Some(Firmware::UefiPreferred);
    asked.virtualization = Some(Virtualization::Hvm);
    let mut root = Device::default();
    root.name = Some(text("/dev/sda1"));
    root.kind = Some(DeviceKind::Disk);
    root.bus = Some(DeviceBus::Native);
    root.pool = Some(text("default"));
    root.size_gb = NonZeroU32::new(8);
    root.snapshot = Some(text("snap-0123456789abcdef0"));
    root.volume_type = Some(text("gp3"));
    root.iops = NonZeroU32::new(3000);
    root.throughput_mib = NonZeroU32::new(125);
    root.encrypted = Some(true);
    root.key = Some(text("alias/images"));
    root.delete_on_termination = Some(true);
    let mut scratch = Device::default();
    scratch.virtual_name = Some(text("ephemeral0"));
    let mut without = Device::default();
    without.name = Some(text("/dev/sdf"));
    without.left_out = true;
    asked.devices = Devices::new(vec![root, scratch, without]).unwrap();
    let ec2 = &mut asked.ec2;
    ec2.manifest = Some(text("bucket/image.manifest.xml"));
    ec2.owner = Some(text("123456789012"));
    ec2.owner_alias = Some(text("amazon"));
    ec2.platform = Some(text("windows"));
    ec2.platform_details = Some(text("Windows"));
    ec2.usage_operation = Some(text("RunInstances:0002"));
    ec2.kernel = Some(text("aki-88aa75e1"));
    ec2.ramdisk = Some(text("ari-a51cf9cc"));
    ec2.root_device = Some(text("/dev/sda1"));
    ec2.root_device_type = Some(text("ebs"));
    ec2.hypervisor = Some(text("xen"));
    ec2.ena_support = Some(true);
    ec2.sriov_net_support = Some(text("simple"));
    ec2.tpm_support = Some(text("v2.0"));
    ec2.imds_support = Some(text("v2.0"));
    ec2.uefi_data = Some(text("QU1aTlVFRkk="));
    ec2.product_codes = [ProductCode {
        code: text("774F4FF8"),
        kind: Some(text("marketplace")),
    }]
    .into();
    ec2.billing_products = [text("bp-63a5400a")].into();
    ec2.source_instance = Some(text("i-0123456789abcdef0"));
    ec2.source_image = Some(text(AMI));
    ec2.source_region = Some(text("eu-west-1"));
    ec2.last_launched = Some(text("2026-07-21T14:07:12Z"));
    ec2.state_reason = Some(StateReason {
        code: text("Client.Disabled"),
        message: Some(text("somebody did")),
    });
    registered(asked).record
}

#[test]
fn i03_every_fact_of_the_three_products_is_kept_as_it_was_given() {
    let record = everything();
    let json = atlas_base::canonical::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<ImageRecord>(&json).unwrap(), record);
    insta::assert_snapshot!(serde_json::to_string_pretty(&record).unwrap());
}

#[test]
fn i03_facts_have_limits() {
    let many = vec![Device::default(); Devices::MOST + 1];
    assert_eq!(Devices::new(many), Err(DevicesError::TooMany { found: 65 }));
    let mut named = Device::default();
    named.name = Some(text("sda"));
    let twice = Devices::new(vec![named.clone(), named]).unwrap_err();
    assert_eq!(
        twice.to_string(),
        "two devices are named `sda`: name each once"
    );
    let many = DevicesError::TooMany { found: 65 }.to_string();
    assert_eq!(many, "an image has at most 64 devices, not 65");
    assert!(UefiData::parse(&"A".repeat(65536)).is_ok());
    assert!(UefiData::parse(&"A".repeat(65537)).is_err());
    let error = Firmware::parse("efi").unwrap_err();
    assert_eq!(
        (error.at(), error.to_string().as_str()),
        (
            0,
            "`efi` is no firmware: expected one of bios, uefi, uefi-preferred"
        )
    );
    assert_eq!(
        AgentFacts::read("right_link/v5.8").unwrap().to_string(),
        "right_link v5.8"
    );
    assert!(AgentFacts::read("right_link/").is_err());
}

#[test]
fn i03_facts_of_ec2_belong_to_images_of_ec2() {
    let mut asked = request("/acme", "gcp", "projects/p-one/global/images/web");
    asked.ec2.hypervisor = Some(text("xen"));
    let anywhere = crate::credential(1, "/", "gcp", "main");
    let error = decided(asked, &[anywhere], &[]).unwrap_err();
    assert_eq!(error, RegisterError::NotOfEc2 { cloud: Cloud::Gcp });
}

#[test]
fn i03_a_path_of_vmware_gives_a_name_that_can_be_amended() {
    let name = |id: &str, given: Option<&str>| {
        let mut asked = request("/acme", "vmware/DC01", id);
        asked.name = given.map(text);
        let anywhere = crate::credential(1, "/", "vmware/DC01", "main");
        decided(asked, &[anywhere], &[]).map(|registered| registered.record.name().to_owned())
    };
    assert_eq!(name("/DC01/vm/templates/rhel9", None).unwrap(), "rhel9");
    assert_eq!(name("/DC01/vm/a%2fb", None).unwrap(), "a/b");
    assert_eq!(name("/library/debian-12", None).unwrap(), "debian-12");
    assert_eq!(
        name("/DC01/vm/templates/rhel9", Some("base")).unwrap(),
        "base"
    );
    let cloud = Cloud::Vmware;
    assert_eq!(
        name("vm-42", None),
        Err(RegisterError::NameMissing { cloud })
    );
}

#[test]
fn i12_forms_share_and_assume_an_agent_everywhere() {
    for scope in ["/", "/acme", "/acme/prod"] {
        let mut asked = request(scope, "aws/us-east-1", AMI);
        let record = registered(asked.clone()).record;
        assert!(record.shared(), "{scope}");
        assert_eq!(record.agent().is_installed(), Some(true));
        // Elsewhere the level settles it.
        asked.via = Via::Bulk;
        asked.agent = Some(AgentFacts::Absent);
        let bulk = registered(asked);
        assert_eq!(bulk.record.shared(), scope != "/acme/prod", "{scope}");
        assert_eq!(codes(&bulk), ["agent-missing"]);
    }
}

#[test]
fn i02_what_the_id_says_of_the_location_is_not_asked_for() {
    let read =
        |at: &str, id: &str| SpelledImage::read(at, id).map(|image| image.location.to_string());
    let arn = format!("arn:aws:ec2:eu-west-1::image/{AMI}");
    assert_eq!(read("aws", &arn).unwrap(), "aws/eu-west-1");
    assert_eq!(read("vmware:vc1", "/DC1/vm/x").unwrap(), "vmware:vc1/DC1");
    assert_eq!(
        read("openstack", "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e").unwrap(),
        "openstack/RegionOne"
    );
    for (at, id) in [
        ("aws", AMI),
        ("vmware", "vm-42"),
        ("moon", AMI),
        ("aws", "moon"),
    ] {
        assert!(read(at, id).is_err(), "{at} {id}");
    }
}

#[test]
fn i13_every_cloud_has_a_form_that_holds() {
    for cloud in Cloud::all() {
        let form = form(*cloud);
        assert_eq!((form.cloud, form.where_to_find.is_empty()), (*cloud, false));
        assert!(!form.location.as_str().is_empty() && !form.name.as_str().is_empty());
    }
    // What the forms of the five say is what a registration demands.
    for cloud in [
        Cloud::Aws,
        Cloud::Azure,
        Cloud::Gcp,
        Cloud::OpenStack,
        Cloud::Vmware,
    ] {
        let form = form(cloud);
        let at = location(form.example_location);
        let id = ImageId::parse(cloud, form.example_id).unwrap();
        let mut asked = request("/acme", at.as_str(), form.example_id);
        assert_eq!(asked.image_id, id);
        asked.name = None;
        let anywhere = crate::credential(1, "/", at.as_str(), "main");
        let outcome = decided(asked, &[anywhere], &[]);
        assert_eq!(
            outcome.is_ok(),
            form.name != NameNeed::Mandatory,
            "{cloud:?}"
        );
        let wide = ImageId::check_location(
            &id,
            &atlas_image_id::CloudLocation::parse(cloud.as_str()).unwrap_or(at),
        );
        assert!(wide.is_ok());
        assert_eq!(
            form.location == LocationNeed::Nothing || cloud == Cloud::Azure,
            atlas_image_id::CloudLocation::parse(cloud.as_str()).is_ok(),
            "{cloud:?}"
        );
    }
}
