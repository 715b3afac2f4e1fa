//! The ids of single clouds and the rules that stand on them.

use atlas_image_id::{
    ALIAS_LIST, AmiId, AwsImageId, AwsPartition, AwsRegion, AzureAlias, AzureGallery, AzureImageId,
    AzureUrn, Cloud, CloudLocation, GalleryImage, GceProject, GcpImageId, IdKind, ImageArn,
    ImageId, LocationUse, ManagedImage, MismatchKind, OpenStackImageId, SsmPointer, SsmSelector,
    Stability, TemplatePath, VhdUrl, VmMoref, where_to_find,
};

fn id(cloud: Cloud, text: &str) -> ImageId {
    ImageId::parse(cloud, text).unwrap()
}

fn at(text: &str) -> CloudLocation {
    CloudLocation::parse(text).unwrap()
}

const SUBSCRIPTION: &str = "/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e";

#[test]
fn i02_urns_and_gce_images_are_common_and_everything_else_needs_its_region() {
    let uses = |cloud, text: &str| id(cloud, text).location_use();
    let managed = format!("{SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.Compute/images/x");
    for (cloud, text) in [
        (Cloud::Azure, "Canonical:UbuntuServer:18.04-LTS:latest"),
        (Cloud::Azure, "Ubuntu2204"),
        (Cloud::Gcp, "projects/p/global/images/x"),
        (Cloud::Gcp, "family/x"),
    ] {
        assert_eq!(uses(cloud, text), LocationUse::Common, "{text}");
    }
    for (cloud, text) in [
        (Cloud::Aws, "ami-03cf127a"),
        (Cloud::Azure, &managed),
        (Cloud::Azure, "/sharedGalleries/g/images/i/versions/1.0.0"),
        (Cloud::Azure, "https://abc.blob.core.windows.net/vhds/a.vhd"),
        (Cloud::OpenStack, "0b7e48ceeb454f3586a87d1e31c47c3e"),
        (Cloud::Vmware, "vm-42"),
        (Cloud::Local, "ami-03cf127a"),
    ] {
        assert_eq!(uses(cloud, text), LocationUse::PerRegion, "{text}");
    }
}

#[test]
fn i02_a_location_that_the_cloud_does_not_use_is_dropped_and_said() {
    let urn = id(Cloud::Azure, "Canonical:UbuntuServer:18.04-LTS:latest");
    let record = urn.record_location(&at("azure/westeurope")).unwrap();
    assert_eq!((record.location.as_str(), record.ignored), ("azure", true));
    let record = urn.record_location(&at("azure")).unwrap();
    assert_eq!((record.location.as_str(), record.ignored), ("azure", false));
    let vhd = id(Cloud::Azure, "https://abc.blob.core.windows.net/vhds/a.vhd");
    let record = vhd.record_location(&at("azure/westeurope")).unwrap();
    assert_eq!(
        (record.location.as_str(), record.ignored),
        ("azure/westeurope", false)
    );
    let refused = vhd.record_location(&at("azure")).unwrap_err();
    assert_eq!(refused.kind(), MismatchKind::NeedsRegion);
}

#[test]
fn m05_an_id_has_to_be_of_its_location() {
    let arn = id(Cloud::Aws, "arn:aws:ec2:us-east-1::image/ami-03cf127a");
    assert_eq!(arn.check_location(&at("aws/us-east-1")), Ok(()));
    let elsewhere = arn.check_location(&at("aws/eu-west-1")).unwrap_err();
    assert_eq!(elsewhere.kind(), MismatchKind::OtherRegion);
    let view = id(
        Cloud::Gcp,
        "projects/p/zones/us-central1-a/imageFamilyViews/f",
    );
    assert_eq!(view.check_location(&at("gcp")), Ok(()));
    assert_eq!(view.check_location(&at("gcp/us-central1")), Ok(()));
    assert!(view.check_location(&at("gcp/us-central2")).is_err());
    let moref = id(Cloud::Vmware, "vm-42");
    assert_eq!(
        moref.check_location(&at("vmware:vc1/DC1/cluster-a")),
        Ok(())
    );
    let other = moref
        .check_location(&at("openstack/RegionOne"))
        .unwrap_err();
    assert_eq!(other.kind(), MismatchKind::OtherCloud);
}

#[test]
fn i13_every_refusal_says_where_the_id_is_found() {
    for cloud in Cloud::all() {
        let error = ImageId::parse(*cloud, "no such id").unwrap_err();
        assert!(
            error.to_string().ends_with(where_to_find(*cloud)),
            "{error}"
        );
    }
    let words = [
        (Cloud::Aws, "AMI ID column of the EC2 console"),
        (Cloud::Azure, "az vm image list"),
        (Cloud::Gcp, "selfLink"),
        (Cloud::OpenStack, "ID field of the Image section"),
        (Cloud::Vmware, "the cloud credentials"),
    ];
    for (cloud, words) in words {
        assert!(where_to_find(cloud).contains(words));
    }
}

#[test]
fn c05_local_ids_are_ami_ids_of_their_own_cloud() {
    let local = id(Cloud::Local, "ami-0ae8605ed708e3c3e");
    assert_eq!((local.cloud(), local.kind()), (Cloud::Local, IdKind::Ami));
    assert_ne!(local, id(Cloud::Aws, "ami-0ae8605ed708e3c3e"));
    assert_eq!(local.check_location(&at("local/main")), Ok(()));
    assert!(local.check_location(&at("aws/us-east-1")).is_err());
    for text in [
        "aki-88aa75e1",
        "arn:aws:ec2:us-east-1::image/ami-03cf127a",
        "resolve:ssm:x",
    ] {
        assert!(ImageId::parse(Cloud::Local, text).is_err(), "{text}");
    }
}

#[test]
fn e02_amis_have_8_or_17_digits_and_symphonys_32() {
    let bits = 0x0123_4567_89ab_cdef_0123_4567_89ab_cdef;
    let symphony = AmiId::symphony(bits);
    assert_eq!(symphony.as_str(), "ami-0123456789abcdef0123456789abcdef");
    assert!(symphony.is_symphony());
    assert_eq!(AmiId::parse(symphony.as_str()), Ok(symphony));
    let ours = AmiId::from_bits(u128::MAX);
    assert_eq!(ours.as_str(), "ami-fffffffffffffffff");
    assert!(AmiId::parse(ours.as_str()).is_ok());
    for digits in (0..40).filter(|digits| ![8, 17, 32].contains(digits)) {
        assert!(
            AmiId::parse(&format!("ami-{}", "0".repeat(digits))).is_err(),
            "{digits}"
        );
    }
}

#[test]
fn regions_know_their_partitions() {
    for (text, partition) in [
        ("us-east-1", AwsPartition::Aws),
        ("ap-southeast-5", AwsPartition::Aws),
        ("cn-northwest-1", AwsPartition::China),
        ("us-gov-west-1", AwsPartition::GovCloud),
        ("us-iso-east-1", AwsPartition::Iso),
        ("us-isob-east-1", AwsPartition::IsoB),
        ("eu-isoe-west-1", AwsPartition::IsoE),
        ("us-isof-south-1", AwsPartition::IsoF),
        ("eusc-de-east-1", AwsPartition::EuSovereign),
    ] {
        assert_eq!(
            AwsRegion::parse(text).unwrap().partition(),
            partition,
            "{text}"
        );
        assert_eq!(
            at(&format!("aws/{text}")).aws_region().unwrap().as_str(),
            text
        );
    }
    for text in [
        "us-east-1a",
        "aws-global",
        "us-gov-1",
        "us-east-01",
        "us-east",
        "US-EAST-1",
        "",
    ] {
        assert!(AwsRegion::parse(text).is_err(), "{text}");
    }
}

#[test]
fn arns_and_parameters_have_their_parts() {
    let arn = ImageArn::parse("arn:aws:ec2:us-east-1:123456789012:image/ami-03cf127a").unwrap();
    assert_eq!(arn.region().as_str(), "us-east-1");
    assert_eq!(arn.account().unwrap().as_str(), "123456789012");
    assert_eq!(arn.image().as_str(), "ami-03cf127a");
    let pinned = SsmPointer::parse("{{resolve:ssm:/a/b:3}}").unwrap();
    assert_eq!(
        (pinned.name(), pinned.selector()),
        ("/a/b", Some(SsmSelector::Version("3")))
    );
    let kops = SsmPointer::parse("ssm:golden:prod").unwrap();
    assert_eq!(kops.as_str(), "resolve:ssm:golden:prod");
    assert_eq!(kops.selector(), Some(SsmSelector::Label("prod")));
    let long = "resolve:ssm:arn:aws:ssm:eu-west-1:123456789012:parameter/a/b";
    let long = SsmPointer::parse(long).unwrap();
    assert_eq!(long.region().unwrap().as_str(), "eu-west-1");
    assert_eq!(
        (long.name().ends_with("parameter/a/b"), long.selector()),
        (true, None)
    );
    assert_eq!(AwsImageId::Ssm(long).stability(), Stability::Moving);
}

#[test]
fn azure_ids_have_their_parts() {
    let urn = AzureUrn::parse("Canonical/UbuntuServer/18.04-LTS/LATEST").unwrap();
    assert_eq!(
        (urn.publisher(), urn.offer()),
        ("Canonical", "UbuntuServer")
    );
    assert_eq!(
        (urn.sku(), urn.version(), urn.is_latest()),
        ("18.04-LTS", "latest", true)
    );
    assert_eq!(
        urn.with_slashes().to_string(),
        "Canonical/UbuntuServer/18.04-LTS/latest"
    );

    let tail = "/resourcegroups/RG/providers/microsoft.compute";
    let managed = format!("{}{tail}/Images/MyImage", SUBSCRIPTION.to_ascii_uppercase());
    let managed = ManagedImage::parse(&managed).unwrap();
    assert_eq!(
        managed.subscription().as_str(),
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e"
    );
    assert_eq!(
        (managed.resource_group(), managed.name()),
        ("RG", "MyImage")
    );

    let own = format!("{SUBSCRIPTION}{tail}/galleries/images/images/versions/versions/1.0.0");
    let own = GalleryImage::parse(&own).unwrap();
    assert_eq!((own.owner(), own.gallery()), (AzureGallery::Own, "images"));
    assert_eq!((own.image(), own.version()), ("versions", Some("1.0.0")));
    assert!(GalleryImage::parse(managed.as_str()).is_err());
    assert!(ManagedImage::parse(own.as_str()).is_err());

    let vhd = VhdUrl::parse("https://abc.blob.core.windows.net/vhds/os/a.vhd").unwrap();
    assert_eq!(
        (vhd.account(), vhd.container(), vhd.blob()),
        ("abc", "vhds", "os/a.vhd")
    );
}

#[test]
fn aliases_are_expanded_where_they_enter() {
    assert_eq!(
        (ALIAS_LIST, AzureAlias::all().len()),
        ("azure-cli 2.91.0", 16)
    );
    for alias in AzureAlias::all() {
        let urn = AzureUrn::parse(alias.urn().as_str()).unwrap();
        assert_eq!((urn.alias(), alias.urn().alias()), (None, Some(*alias)));
        assert_eq!(urn, alias.urn());
    }
    assert!(AzureImageId::parse("UbuntuLTS").is_err());
}

#[test]
fn stability_tells_pointers_from_images() {
    for (cloud, text, stability) in [
        (Cloud::Aws, "ami-03cf127a", Stability::Fixed),
        (Cloud::Aws, "resolve:ssm:x", Stability::Moving),
        (Cloud::Azure, "a:b:c:latest", Stability::Moving),
        (Cloud::Azure, "a:b:c:1.0.0", Stability::Fixed),
        (
            Cloud::Azure,
            "/sharedGalleries/g/images/i",
            Stability::Moving,
        ),
        (
            Cloud::Azure,
            "/sharedGalleries/g/images/i/versions/Latest",
            Stability::Moving,
        ),
        (
            Cloud::Azure,
            "/sharedGalleries/g/images/i/versions/1.0.0",
            Stability::Fixed,
        ),
        (
            Cloud::Gcp,
            "projects/p/global/images/family",
            Stability::Fixed,
        ),
        (
            Cloud::Gcp,
            "projects/p/global/images/family/f",
            Stability::Moving,
        ),
        (
            Cloud::Gcp,
            "projects/p/zones/z/imageFamilyViews/f",
            Stability::Moving,
        ),
        (Cloud::Gcp, "global/images/x", Stability::NeedsDefault),
        (Cloud::Gcp, "family/x", Stability::NeedsDefault),
        (Cloud::Vmware, "vm-42", Stability::Fixed),
    ] {
        assert_eq!(id(cloud, text).stability(), stability, "{text}");
    }
}

#[test]
fn a_default_project_completes_a_partial_path() {
    let project = GceProject::parse("google.com:p-1").unwrap();
    assert_eq!(
        (project.domain(), project.is_number()),
        (Some("google.com"), false)
    );
    let family = GcpImageId::parse("family/f").unwrap();
    assert_eq!((family.project(), family.self_link()), (None, None));
    let whole = family.with_default_project(&project);
    assert_eq!(
        whole.as_str(),
        "projects/google.com:p-1/global/images/family/f"
    );
    assert_eq!(
        (whole.kind(), whole.project().as_ref()),
        (IdKind::Family, Some(&project))
    );
    let other = GceProject::parse("123").unwrap();
    assert_eq!(whole.with_default_project(&other), whole);
    let link = whole.self_link().unwrap();
    assert_eq!(GcpImageId::parse(&link.to_string()), Ok(whole));
}

#[test]
fn uuids_and_morefs_have_one_spelling() {
    let uuid = OpenStackImageId::from_bits(0x0b7e_48ce_eb45_4f35_86a8_7d1e_31c4_7c3e);
    assert_eq!(uuid.as_str(), "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e");
    let spellings = [
        "{0B7E48CEEB454F3586A87D1E31C47C3E}",
        "URN:UUID:0b7e48ceeb454f3586a87d1e31c47c3e",
    ];
    for text in spellings {
        assert_eq!(OpenStackImageId::parse(text), Ok(uuid), "{text}");
    }
    assert_eq!(VmMoref::parse("vm-42").unwrap().value(), "vm-42");
    let path = TemplatePath::parse("/f/DC%2F1/vm/a/vm/b").unwrap();
    assert_eq!((path.datacenter(), path.name()), ("DC%2f1", "b"));
    assert_eq!(path.as_str(), "/f/DC%2f1/vm/a/vm/b");
}

#[test]
fn a_stored_text_of_an_older_grammar_loads_as_legacy() {
    let legacy = ImageId::from_stored(Cloud::Aws, "ami-ekslinux");
    assert_eq!(
        (legacy.cloud(), legacy.kind()),
        (Cloud::Aws, IdKind::Legacy)
    );
    assert_eq!(
        (legacy.as_str(), legacy.stability()),
        ("ami-ekslinux", Stability::Fixed)
    );
    assert_eq!(legacy.check_location(&at("aws/us-east-1")), Ok(()));
    assert!(legacy.check_location(&at("local/main")).is_err());
    assert_eq!(
        ImageId::from_stored(Cloud::Aws, "ami-03cf127a").kind(),
        IdKind::Ami
    );
}

#[test]
fn ids_are_send_and_sync() {
    fn both<T: Send + Sync + 'static>() {}
    both::<ImageId>();
    both::<CloudLocation>();
    both::<atlas_image_id::ParseImageIdError>();
    both::<atlas_image_id::LocationMismatch>();
}
