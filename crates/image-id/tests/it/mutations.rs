//! Texts that are nearly ids: no panic, and whatever is read is read the same again.

use atlas_image_id::{Cloud, CloudLocation, ImageId};

const IDS: &[(Cloud, &str)] = &[
    (Cloud::Aws, "ami-03cf127a"),
    (Cloud::Aws, "ami-0ae8605ed708e3c3e"),
    (Cloud::Aws, "ami-0123456789abcdef0123456789abcdef"),
    (
        Cloud::Aws,
        "arn:aws-us-gov:ec2:us-gov-west-1:123456789012:image/ami-03cf127a",
    ),
    (Cloud::Aws, "{{resolve:ssm:/aws/service/x-1:3}}"),
    (
        Cloud::Aws,
        "resolve:ssm:arn:aws:ssm:us-east-1:123456789012:parameter/a/b:prod",
    ),
    (Cloud::Azure, "Canonical:UbuntuServer:18.04-LTS:latest"),
    (Cloud::Azure, "OpenLogic/CentOS/7.1/7.1.20160308"),
    (Cloud::Azure, "Ubuntu2204"),
    (
        Cloud::Azure,
        "/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/rg/providers/Microsoft.Compute/galleries/g/images/i/versions/1.0.0",
    ),
    (Cloud::Azure, "/sharedGalleries/g/images/i/versions/latest"),
    (
        Cloud::Azure,
        "https://abc.blob.core.windows.net/vhds/a%20b.vhd",
    ),
    (
        Cloud::Gcp,
        "https://www.googleapis.com/compute/v1/projects/p/global/images/family/f",
    ),
    (
        Cloud::Gcp,
        "projects/google.com:p-1/zones/us-central1-a/imageFamilyViews/f",
    ),
    (Cloud::Gcp, "p/global/images/123"),
    (Cloud::Gcp, "family/x"),
    (Cloud::OpenStack, "{0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e}"),
    (
        Cloud::OpenStack,
        "urn:uuid:0b7e48ceeb454f3586a87d1e31c47c3e",
    ),
    (Cloud::Vmware, "VirtualMachine:vm-42"),
    (Cloud::Vmware, "/DC/folder/DC01/vm/a%2Fb/x y"),
    (Cloud::Vmware, "/Content Library 1/ubuntu-22.04"),
    (Cloud::Vmware, "0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e"),
    (Cloud::Local, "ami-0ae8605ed708e3c3e"),
];

const LOCATIONS: &[&str] = &[
    "aws/us-gov-west-1",
    "azure/westeurope",
    "gcp/northamerica-northeast1",
    "openstack:corp/RegionOne",
    "vmware:vc1/DC%2F1/cluster-a",
    "local:lab/main",
];

#[track_caller]
fn same_again(cloud: Cloud, text: &str) {
    match ImageId::parse(cloud, text) {
        Ok(id) => {
            let again = ImageId::parse(cloud, id.as_str()).unwrap();
            assert_eq!(again, id, "{text:?}");
            assert_eq!(again.as_str(), id.as_str(), "{text:?}");
            assert_eq!(ImageId::from_stored(cloud, text), id);
        }
        Err(error) => {
            assert!(
                error.at() <= text.len() && text.is_char_boundary(error.at()),
                "{error}"
            );
            assert!(!error.to_string().contains('\n'), "{error}");
            assert_eq!(ImageId::from_stored(cloud, text).as_str(), text);
        }
    }
}

#[track_caller]
fn same_location_again(text: &str) {
    match CloudLocation::parse(text) {
        Ok(location) => assert_eq!(CloudLocation::parse(location.as_str()), Ok(location)),
        Err(error) => assert!(error.at() <= text.len() && text.is_char_boundary(error.at())),
    }
}

/// Every text that one byte more, less or otherwise makes of this one.
fn near(text: &str) -> Vec<String> {
    let mut texts: Vec<String> = (0..text.len()).map(|end| text[..end].to_owned()).collect();
    let others = (0..=0x7f)
        .map(char::from)
        .chain(['\u{430}', '\u{2011}', '\u{ff11}', '\u{200b}']);
    for other in others {
        for at in 0..=text.len() {
            texts.push(format!("{}{other}{}", &text[..at], &text[at..]));
            if at < text.len() {
                texts.push(format!("{}{other}{}", &text[..at], &text[at + 1..]));
            }
        }
    }
    for at in 0..text.len() {
        texts.push(format!("{}{}", &text[..at], &text[at + 1..]));
    }
    texts
}

#[test]
fn every_prefix_and_mutation_of_an_id_is_read_the_same_again_or_refused() {
    for (cloud, text) in IDS {
        assert!(ImageId::parse(*cloud, text).is_ok(), "{text}");
        for text in near(text) {
            same_again(*cloud, &text);
        }
    }
}

#[test]
fn every_id_is_read_or_refused_by_every_cloud() {
    for (_, text) in IDS {
        for cloud in Cloud::all() {
            same_again(*cloud, text);
        }
    }
}

#[test]
fn every_prefix_and_mutation_of_a_location_is_read_the_same_again_or_refused() {
    for text in LOCATIONS {
        assert!(CloudLocation::parse(text).is_ok(), "{text}");
        for text in near(text) {
            same_location_again(&text);
        }
    }
}

#[test]
fn a_text_over_the_limit_is_refused_at_the_limit() {
    let path = format!("/DC/vm/{}x", "x/".repeat(1100));
    let error = ImageId::parse(Cloud::Vmware, &path).unwrap_err();
    assert_eq!(error.at(), atlas_image_id::MAX_BYTES);
    assert!(error.to_string().len() < 500, "the text is cut: {error}");
    assert!(ImageId::parse(Cloud::Vmware, &path[..2048]).is_ok());
    assert!(ImageId::parse(Cloud::Vmware, &path[..2049]).is_err());
    assert!(atlas_image_id::TemplatePath::parse(&path).is_err());
    assert!(CloudLocation::parse(&format!("openstack/{}", "x".repeat(2048))).is_err());
}
