//! The wording of every refusal, in one table.

use atlas_image_id::{Cloud, CloudLocation, ImageId, where_to_find};
use core::fmt::Write;

/// Every refused row of the corpus and more near misses, each with the offset and the message; what
/// all messages of a cloud end with is written once.
#[test]
fn id_refusals() {
    let mut table = String::new();
    for cloud in Cloud::all() {
        writeln!(table, "# {} … ; {}", cloud.label(), where_to_find(*cloud)).unwrap();
        let corpus = super::corpus::rows(include_str!("../data/invalid.tsv"));
        let listed = corpus
            .iter()
            .filter(|(of, _)| of == cloud)
            .map(|(_, row)| row[0].clone());
        let more = MORE
            .iter()
            .filter(|(of, _)| of == cloud)
            .map(|(_, text)| (*text).to_owned());
        for text in listed.chain(more) {
            let error = ImageId::parse(*cloud, &text).unwrap_err();
            let message = error.to_string();
            let head = message.strip_suffix(where_to_find(*cloud)).unwrap();
            let head = head.strip_suffix("; ").unwrap();
            assert!(!head.ends_with('.'), "{head}");
            writeln!(table, "{:>3} {head}", error.at()).unwrap();
        }
    }
    insta::assert_snapshot!(table);
}

const MORE: &[(Cloud, &str)] = &[
    (Cloud::Aws, "ami-0ae8605ed708e3c3"),
    (Cloud::Aws, "i-0ae8605ed708e3c3e"),
    (Cloud::Aws, "snap-0ae8605ed708e3c3e"),
    (Cloud::Aws, "aki-0123456789abcdef0123456789abcdef"),
    (Cloud::Aws, "arn:aws-zz:ec2:us-east-1::image/ami-03cf127a"),
    (Cloud::Aws, "arn:aws:ec2:us-east-1:12345:image/ami-03cf127a"),
    (
        Cloud::Aws,
        "arn:aws:ec2:us-east-1::image/ami-0123456789abcdef0123456789abcdef",
    ),
    (Cloud::Aws, "arn:aws:ec2:aws-global::image/ami-03cf127a"),
    (Cloud::Aws, "arn:aws:ec2:us-east-1::image/ami-03cf127a:x"),
    (Cloud::Aws, "resolve:ssm:"),
    (Cloud::Aws, "resolve:ssm:a/b"),
    (Cloud::Aws, "resolve:ssm:/a:0"),
    (Cloud::Aws, "resolve:ssm:/a:"),
    (Cloud::Aws, "resolve:ssm:/a:aws-x"),
    (Cloud::Aws, "resolve:ssm:/a/b/c/d/e/f/g/h/i/j/k/l/m/n/o/p"),
    (
        Cloud::Aws,
        "resolve:ssm:arn:aws:s3:us-east-1:123456789012:parameter/x",
    ),
    (Cloud::Aws, "ami_03cf127a"),
    (Cloud::Aws, "ami-0ae8605ed708e3c3e (64-bit (x86))"),
    (Cloud::Aws, "arn:aws:ec2:us-east::image/ami-03cf127a"),
    (Cloud::Aws, "arn:aws:ec2:us-east-1::snapshot/snap-03cf127a"),
    (Cloud::Aws, "arn:aws:ssm:us-east-1::parameter/a"),
    (Cloud::Aws, "resolve:ssm/aws/service/x"),
    (Cloud::Aws, "resolve:ssm:/a:9999999999999999999"),
    (Cloud::Aws, "{{resolve:ssm:/a}"),
    (Cloud::Aws, "resolve:ssm:/a}}"),
    (Cloud::Aws, "ssm://golden"),
    (Cloud::Aws, "/aws/service/x"),
    (Cloud::Aws, "099720109477/ubuntu/images/x"),
    (
        Cloud::Azure,
        "https://abc.blob.core.windows.net/vhds/a.vhd?sv=2020-08-04&sig=c2VjcmV0",
    ),
    (
        Cloud::Azure,
        "https://abc.blob.core.windows.net/vhds/a.vhdx",
    ),
    (
        Cloud::Azure,
        "https://abc.blob.core.windows.net/vhds/a%2.vhd",
    ),
    (
        Cloud::Azure,
        "https://abc.blob.core.windows.net:443/vhds/a.vhd",
    ),
    (Cloud::Azure, "https://abc.blob.core.windows.net/vhds"),
    (
        Cloud::Azure,
        "Canonical:UbuntuServer:18.04-LTS:1.2.3000000000",
    ),
    (Cloud::Azure, "Canonical:UbuntuServer:18.04-LTS:recent"),
    (Cloud::Azure, "Canonical:UbuntuServer.:18.04-LTS:latest"),
    (Cloud::Azure, "/sharedGalleries/g/images/_i"),
    (Cloud::Azure, "/galleries/g/images/i"),
    (Cloud::Azure, "/communityGallery/g/images/i"),
    (Cloud::Azure, "/sharedGalleries/g/images/i/versions/recent"),
    (Cloud::Azure, "/sharedGalleries/g/images/i/versions/1.0.0/"),
    (
        Cloud::Azure,
        "/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/rg/providers/Microsoft.Compute/disks/x",
    ),
    (
        Cloud::Azure,
        "https://portal.azure.com/#@contoso/resource/subscriptions/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/resourceGroups/rg/providers/Microsoft.Compute/images/x/overview",
    ),
    (
        Cloud::Azure,
        "https://user:c2VjcmV0@abc.blob.core.windows.net/vhds/a.vhd",
    ),
    (
        Cloud::Azure,
        "https://abc.blob.core.windows.net/vhds/a b.VHD",
    ),
    (Cloud::Azure, "Ubuntu 22.04"),
    (Cloud::Azure, "UbuntuLTS"),
    (Cloud::Azure, "Canonical.UbuntuServer.18.04-LTS.latest"),
    (Cloud::Azure, "Canonical:UbuntuServer:18.04-LTS:"),
    (
        Cloud::Gcp,
        "https://www.googleapis.com/compute/v1beta15/projects/p/global/images/x",
    ),
    (Cloud::Gcp, "zones/us-central1-a/imageFamilyViews/f"),
    (Cloud::Gcp, "projects/p/zones/us-central1-a/images/f"),
    (Cloud::Gcp, "projects/global/images/x"),
    (Cloud::Gcp, "debian-cloud/debian-12"),
    (Cloud::Gcp, "global/machineImages/m"),
    (Cloud::Gcp, "gs://bucket/image.tar.gz"),
    (Cloud::Gcp, "projects/p/global/images/x/"),
    (Cloud::Gcp, "projects/my_p/global/images/x"),
    (
        Cloud::Gcp,
        "https://console.cloud.google.com/compute/imagesDetail/projects/p/global/images/x?project=q",
    ),
    (
        Cloud::Gcp,
        "--image-family=debian-12 --image-project=debian-cloud",
    ),
    (Cloud::OpenStack, "13"),
    (Cloud::OpenStack, "{0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e"),
    (Cloud::OpenStack, "{0b7e48ce}"),
    (Cloud::OpenStack, "urn:uid:0b7e48ceeb454f3586a87d1e31c47c3e"),
    (
        Cloud::OpenStack,
        "https://glance.example.com:9292/v2/images/0b7e48ce-eb45-4f35-86a8-7d1e31c47c3e/file",
    ),
    (Cloud::Vmware, "/DC01/vm/*"),
    (Cloud::Vmware, "/DC01/vm/a\\b"),
    (Cloud::Vmware, "/DC01/vm"),
    (Cloud::Vmware, "/a/b/c"),
    (Cloud::Vmware, "0b7e48ceeb454f3586a87d1e31c47c3e"),
    (Cloud::Vmware, "[ds1] folder/a.vmtx"),
    (Cloud::Vmware, "VirtualMachine-vm-42"),
    (Cloud::Vmware, "vm-12345678901234567890"),
    (Cloud::Vmware, "HostSystem:vm-12"),
    (
        Cloud::Vmware,
        "https://vcenter.example/ui/#?objectId=urn:vmomi:VirtualMachine:vm-42:0b7e48ce&navigator=x",
    ),
    (Cloud::Vmware, "DC01\\vm\\x"),
    (Cloud::Vmware, "/DC01/vm/a /x"),
    (Cloud::Vmware, "/vm/templates/x"),
    (Cloud::Vmware, "library/item"),
    (Cloud::Local, "aki-88aa75e1"),
    (Cloud::Local, "ami-1"),
    (Cloud::Local, ""),
];

#[test]
fn location_refusals() {
    let mut table = String::new();
    for text in LOCATIONS {
        let error = CloudLocation::parse(text).unwrap_err();
        writeln!(table, "{:>3} {error}", error.at()).unwrap();
    }
    insta::assert_snapshot!(table);
}

const LOCATIONS: &[&str] = &[
    "",
    " aws/us-east-1",
    "aws",
    "aws/",
    "aws/us-east-1a",
    "aws/us-east-1-bos-1a",
    "aws/US-EAST-1",
    "aws/aws-global",
    "aws/us-east-1/x",
    "aws/us-east-1\n",
    "aws/us_east_1",
    "aws/mars-north-1",
    "aws:us-east-1",
    "AWS/us-east-1",
    "ec2/us-east-1",
    "us-east-1",
    "us-central1",
    "azure/West Europe",
    "azure/",
    "azure/west-europe",
    "gcp/us-central1-a",
    "gcp/us",
    "gcp/global",
    "gcp/us-central",
    "gcp/us-east-1",
    "openstack",
    "openstack:/RegionOne",
    "openstack:corp",
    "openstack/R\u{e9}gion",
    "openstack/RegionOne/x",
    "vmware",
    "vmware/DC1/a/b",
    "vmware/DC1/",
    "vmware/DC%1",
    "local",
    "local/Main",
    "moon/base",
];

#[test]
fn mismatches() {
    let mut table = String::new();
    for (cloud, id, location) in [
        (Cloud::Aws, "ami-03cf127a", "local/main"),
        (
            Cloud::Aws,
            "arn:aws:ec2:us-east-1::image/ami-03cf127a",
            "aws/eu-west-1",
        ),
        (
            Cloud::Gcp,
            "projects/p/zones/us-central1-a/imageFamilyViews/f",
            "gcp/us-east1",
        ),
        (Cloud::Azure, "/sharedGalleries/g/images/i", "azure"),
    ] {
        let location = CloudLocation::parse(location).unwrap();
        let error = ImageId::parse(cloud, id)
            .unwrap()
            .check_location(&location)
            .unwrap_err();
        writeln!(table, "{error}").unwrap();
    }
    insta::assert_snapshot!(table, @"
    `ami-03cf127a` is an image of AWS, `local/main` is a location of the image repository: give a location of AWS
    `arn:aws:ec2:us-east-1::image/ami-03cf127a` names `us-east-1`, which is not in `aws/eu-west-1`: give the location that it names
    `projects/p/zones/us-central1-a/imageFamilyViews/f` names `us-central1-a`, which is not in `gcp/us-east1`: give the location that it names
    `/sharedGalleries/g/images/i` (shared-gallery-image) is in one region, and `azure` names none: give a location such as `azure/westeurope`
    ");
}
