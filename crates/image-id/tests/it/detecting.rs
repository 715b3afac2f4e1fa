//! Of which cloud a bare text is, and what a little good will overlooks.

use crate::clouds;
use atlas_image_id::{Cloud, Follows, ImageId, Leniency, Missing, detect};

fn clouds_of(text: &str) -> Vec<Cloud> {
    let detection = detect(text).unwrap();
    assert_eq!(
        detection.cloud().is_some(),
        detection.candidates().len() == 1
    );
    detection.candidates().iter().map(|id| id.cloud()).collect()
}

#[test]
fn a_form_that_one_cloud_has_settles_it() {
    for (text, cloud) in [
        ("ami-0ae8605ed708e3c3e", Cloud::Aws),
        ("arn:aws:ec2:us-east-1::image/ami-03cf127a", Cloud::Aws),
        ("ssm:/aws/service/x", Cloud::Aws),
        ("Canonical:UbuntuServer:18.04-LTS:latest", Cloud::Azure),
        ("Ubuntu2204", Cloud::Azure),
        ("/sharedGalleries/g/images/i/versions/1.0.0", Cloud::Azure),
        (
            "projects/debian-cloud/global/images/family/debian-12",
            Cloud::Gcp,
        ),
        ("debian-cloud/global/images/x", Cloud::Gcp),
        ("vm-42", Cloud::Vmware),
        ("/DC01/vm/x", Cloud::Vmware),
        ("0b7e48ceeb454f3586a87d1e31c47c3e", Cloud::OpenStack),
        (
            "ocid1.image.oc1.iad.aaaaaaaa2uqsnlxswtgp7ebqfqxi6jvwulu6vzzznbyqc5ywx7fdbzqkz5ya",
            Cloud::Oracle,
        ),
        ("ubuntu_18_04_64_20G_alibase_20190624.vhd", Cloud::Alibaba),
        ("r006-0e578411-53ab-44ba-a0f8-d003d0011993", Cloud::Ibm),
        ("linode/debian12", Cloud::Linode),
        ("img-gvbnzy6f", Cloud::Tencent),
        ("local:iso/debian-12.iso", Cloud::Proxmox),
        ("quay.io/fedora/fedora-bootc:43", Cloud::Oci),
    ] {
        assert_eq!(clouds_of(text), [cloud], "{text}");
    }
}

#[test]
fn a_form_that_several_clouds_have_is_not_guessed() {
    assert_eq!(
        clouds_of("0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e"),
        [
            Cloud::OpenStack,
            Cloud::Vmware,
            Cloud::Huawei,
            Cloud::Nutanix
        ]
    );
    assert_eq!(
        clouds_of("ami-0123456789abcdef0123456789abcdef"),
        [Cloud::Aws, Cloud::Local]
    );
    let number = clouds_of("119192817");
    for cloud in [Cloud::DigitalOcean, Cloud::Hetzner, Cloud::Proxmox] {
        assert!(number.contains(&cloud), "{number:?}");
    }
    let name = clouds_of("debian-12");
    for cloud in [Cloud::Hetzner, Cloud::Oci] {
        assert!(name.contains(&cloud), "{name:?}");
    }
}

#[test]
fn every_form_is_detected_as_its_own_cloud_too() {
    for grammar in clouds::grammars() {
        if grammar.cloud == Cloud::Local {
            continue;
        }
        for text in grammar.ids {
            let found = clouds_of(text);
            assert!(
                found.contains(&grammar.cloud),
                "{}: {text}: {found:?}",
                grammar.cloud
            );
        }
    }
}

#[test]
fn what_no_cloud_reads_names_the_nearest_form() {
    for (text, cloud) in [
        ("ami-0AE8605ED708E3C3E", Cloud::Aws),
        ("projects/debian-cloud/global/image/x", Cloud::Gcp),
        ("/subscriptions/x/y", Cloud::Azure),
    ] {
        let error = detect(text).unwrap_err();
        assert_eq!(error.nearest().unwrap().cloud(), cloud, "{error}");
        assert_eq!(error.at(), error.nearest().unwrap().at());
    }
    let error = detect("???").unwrap_err();
    assert_eq!(error.to_string(), "`???` is no image id of any cloud");
    let secret = "https://abc.blob.core.windows.net/vhds/a.vhd?sig=SECRET";
    let error = detect(secret).unwrap_err();
    assert!(!format!("{error} {error:?}").contains("SECRET"));
}

#[test]
fn good_will_overlooks_what_stands_around_an_id_and_case_without_meaning() {
    for (cloud, text, canonical, warnings) in [
        (
            Cloud::Aws,
            "ami-0ae8605ed708e3c3e",
            "ami-0ae8605ed708e3c3e",
            &[][..],
        ),
        (
            Cloud::Aws,
            " \"ami-0ae8605ed708e3c3e\"\r\n",
            "ami-0ae8605ed708e3c3e",
            &[Leniency::Trimmed],
        ),
        (
            Cloud::Aws,
            "\u{feff}AMI-0AE8605ED708E3C3E",
            "ami-0ae8605ed708e3c3e",
            &[Leniency::Trimmed, Leniency::CaseFolded],
        ),
        (
            Cloud::Gcp,
            "Projects/P/Global/Images/X",
            "projects/p/global/images/x",
            &[Leniency::CaseFolded],
        ),
        (
            Cloud::OpenStack,
            "0B7E48CE-EB45-4F35-86A8-7D1E31C47C3E",
            "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
            &[],
        ),
        (
            Cloud::Vmware,
            "VM-42",
            "VirtualMachine:vm-42",
            &[Leniency::CaseFolded],
        ),
    ] {
        let read = ImageId::parse_lenient(cloud, text).unwrap();
        assert_eq!(read.id.as_str(), canonical);
        assert_eq!(read.warnings, warnings, "{text:?}");
    }
}

#[test]
fn good_will_keeps_the_case_that_means_something() {
    for (cloud, text) in [
        (Cloud::Aws, "RESOLVE:SSM:/Golden/Image"),
        (Cloud::Azure, "HTTPS://abc.blob.core.windows.net/vhds/A.vhd"),
        (Cloud::Oci, "quay.io/Fedora/x:Tag"),
    ] {
        assert!(ImageId::parse_lenient(cloud, text).is_err(), "{text}");
    }
    let error = ImageId::parse_lenient(Cloud::Aws, "  ami-0ae8605ed708e3c3g ").unwrap_err();
    assert_eq!(error.at(), 22, "in the given text: {error}");
}

#[test]
fn a_pointer_says_what_it_follows_and_a_partial_id_what_it_lacks() {
    let id = |cloud, text| ImageId::parse(cloud, text).unwrap();
    for (cloud, text, follows) in [
        (
            Cloud::Gcp,
            "projects/p/global/images/family/x",
            Follows::Family,
        ),
        (
            Cloud::Gcp,
            "projects/p/zones/us-central1-a/imageFamilyViews/x",
            Follows::FamilyInZone,
        ),
        (Cloud::Azure, "Debian:debian-12:12:latest", Follows::Version),
        (
            Cloud::Azure,
            "/sharedGalleries/g/images/i",
            Follows::Version,
        ),
        (Cloud::Aws, "resolve:ssm:/a/b", Follows::Parameter),
        (Cloud::Oci, "quay.io/fedora/fedora-bootc:43", Follows::Tag),
        (Cloud::Hetzner, "ubuntu-24.04", Follows::Build),
        (Cloud::DigitalOcean, "ubuntu-24-04-x64", Follows::Build),
        (Cloud::Linode, "linode/debian12", Follows::Build),
    ] {
        assert_eq!(id(cloud, text).follows(), Some(follows), "{text}");
    }
    assert_eq!(id(Cloud::Aws, "ami-03cf127a").follows(), None);
    let partial = id(Cloud::Gcp, "family/x");
    assert_eq!(
        (partial.missing(), partial.follows()),
        (Some(Missing::Project), None)
    );
}

#[test]
fn a_mark_belongs_to_one_cloud() {
    let marked = |text: &str| detect(text).unwrap().marked();
    assert_eq!(marked("ami-0ae8605ed708e3c3e"), Some(Cloud::Aws));
    assert_eq!(marked("ami-0123456789abcdef0123456789abcdef"), None);
    assert_eq!(
        marked("projects/debian-cloud/global/images/debian-12"),
        Some(Cloud::Gcp)
    );
    for text in [
        "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e",
        "ubuntu-24.04",
        "web",
    ] {
        assert_eq!(marked(text), None, "{text}");
    }
}
