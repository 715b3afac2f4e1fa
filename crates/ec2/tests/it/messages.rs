//! What refusals say.

use crate::refusal;
use atlas_ec2::{Ec2Error, ErrorCode};

#[test]
fn e01_refusals_are_worded_as_those_of_ec2() {
    let queries = [
        "",
        "Action=",
        "Action=Describe",
        "Action=DescribeImages&Version=1",
        "Action=DeregisterImage",
        "Action=DeregisterImage&ImageId=",
        "Action=DeregisterImage&ImageId=foo-missing",
        "Action=DescribeImages&ImageId.1=ami-1&ImageId.2=ami_&ImageId.3=x",
        "Action=DescribeImages&DryRun=maybe",
        "Action=DescribeImages&MaxResults=many",
        "Action=DescribeImages&Owner.1=Me",
        "Action=DescribeImages&ExecutableBy.1=me",
        "Action=DescribeImageAttribute&ImageId=ami-1&Attribute=colour",
        "Action=RegisterImage&Name=ab",
        "Action=RegisterImage&Name=a%26bc",
        "Action=RegisterImage&Name=abc&ImageLocation=x&Architecture=aarch64",
        "Action=RegisterImage&Name=abc&BlockDeviceMapping.1.DeviceName=a&BlockDeviceMapping.2.DeviceName=a",
        "Action=RegisterImage&Name=abc&ImageLocation=x&BootMode=bios",
        "Action=CreateImage&InstanceId=x&Name=abc",
        "Action=CreateImage&InstanceId=i-1&Name=abc&TagSpecification.1.ResourceType=vpc",
        "Action=CreateTags&ResourceId.1=ami-1",
        "Action=CreateTags&Tag.1.Key=a",
        "Action=CreateTags&ResourceId.1=foo&Tag.1.Key=a",
        "Action=CreateTags&ResourceId.1=ami-1&Tag.1.Key=a&Tag.2.Key=a",
        "Action=CreateTags&ResourceId.1=ami-1&Tag.1.Key=AWS:a",
        "Action=EnableImageDeprecation&ImageId=ami-1",
        "Action=EnableImageDeprecation&ImageId=ami-1&DeprecateAt=soon",
        "Action=ResetImageAttribute&ImageId=ami-1&Attribute=kernel",
        "Action=RunInstances&MinCount=2&MaxCount=1&ImageId=ami-1",
        "Action=RunInstances&MinCount=1&MaxCount=1",
    ];
    let found = queries.map(|query| format!("{query}\n    {}", refusal(query)));
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn e01_errors_of_things_that_are_not_there_are_worded_as_those_of_ec2() {
    let errors = [
        Ec2Error::dry_run(),
        Ec2Error::images_not_found(&["ami-1"]),
        Ec2Error::images_not_found(&["ami-1", "ami-2"]),
        Ec2Error::image_unavailable("ami-1"),
        Ec2Error::instances_not_found(&["i-1"]),
        Ec2Error::snapshot_not_found("snap-1"),
        Ec2Error::snapshot_in_use("snap-1", "ami-1"),
        Ec2Error::volume_not_found("vol-1"),
        Ec2Error::not_owner("ami-1"),
        Ec2Error::image_in_use("ami-1", 3),
        Ec2Error::duplicate_image_name("web", "ami-1"),
        Ec2Error::invalid_filter(None),
        Ec2Error::internal(),
        Ec2Error::unavailable(),
    ];
    let found = errors.map(|error| format!("{} {error}", error.status()));
    insta::assert_snapshot!(found.join("\n"));
}

#[test]
fn e01_codes_are_told_apart() {
    let mut codes: Vec<_> = ErrorCode::all().iter().map(|code| code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), ErrorCode::all().len());
    let statuses: Vec<_> = ErrorCode::all()
        .iter()
        .map(|code| format!("{} {}", code.status(), code.as_str()))
        .collect();
    insta::assert_snapshot!(statuses.join("\n"));
}
