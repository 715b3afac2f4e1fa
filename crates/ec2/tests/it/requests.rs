//! Requests, typed.

use crate::{action, refusal, request};
use atlas_ec2::{Action, ExecutableBy, ImageAttribute, ImageChange, ModifyImageAttribute, Owner};
use atlas_image::LaunchPermission;

fn modify(rest: &str) -> Result<ImageChange, String> {
    let query = format!("Action=ModifyImageAttribute&ImageId=ami-12345678&{rest}");
    let request = request(&query).map_err(|error| error.to_string())?;
    let Action::ModifyImageAttribute(ask) = request.action else {
        panic!()
    };
    let ask: ModifyImageAttribute = *ask;
    Ok(ask.change().unwrap())
}

#[test]
fn e02_ids_of_8_17_and_32_digits_are_read_and_others_name_nothing() {
    for (id, is_ami) in [
        ("ami-12345678", true),
        ("ami-0123456789abcdef0", true),
        ("ami-0123456789abcdef0123456789abcdef", true),
        ("ami-unknown-ami", false),
        ("ami-1234", false),
    ] {
        let Action::DeregisterImage(ask) = action(&format!("Action=DeregisterImage&ImageId={id}"))
        else {
            panic!()
        };
        assert_eq!(
            (ask.image_id.as_str(), ask.image_id.ami().is_some()),
            (id, is_ami)
        );
    }
    let longest = "a".repeat(64);
    request(&format!("Action=DeregisterImage&ImageId=ami-{longest}")).unwrap();
    for id in ["ami-", "ami-1_2", "ami-1.2", &format!("ami-{longest}a")] {
        let error = refusal(&format!("Action=DeregisterImage&ImageId={id}"));
        assert!(error.starts_with("InvalidAMIID.Malformed"), "{error}");
    }
    let error = refusal("Action=DeregisterImage&ImageId=foo-missing");
    assert_eq!(
        error,
        "InvalidAMIID.Malformed: Invalid id: \"foo-missing\" (expecting \"ami-...\")"
    );
}

#[test]
fn e03_owners_and_executors_are_read() {
    let query = "Action=DescribeImages&Owner.1=self&Owner.2=123456789012&Owner.3=amazon\
        &ExecutableBy.1=self&ExecutableBy.2=all&ExecutableBy.3=123456789012";
    let Action::DescribeImages(ask) = action(query) else {
        panic!()
    };
    let number = "123456789012".parse().unwrap();
    assert_eq!(
        ask.owners,
        [
            Owner::Myself,
            Owner::Account(number),
            Owner::Alias("amazon".into())
        ]
    );
    assert_eq!(
        ask.executable_by,
        [
            ExecutableBy::Myself,
            ExecutableBy::Everybody,
            ExecutableBy::Account(number)
        ]
    );
}

#[test]
fn e04_reset_without_an_attribute_means_launch_permissions() {
    for attribute in ["", "&Attribute=launchPermission"] {
        let action = action(&format!(
            "Action=ResetImageAttribute&ImageId=ami-1{attribute}"
        ));
        assert_eq!(action.name(), "ResetImageAttribute");
    }
    let other = refusal("Action=ResetImageAttribute&ImageId=ami-1&Attribute=description");
    assert!(other.starts_with("InvalidRequest"), "{other}");
}

#[test]
fn e07_one_call_changes_one_attribute() {
    let two = modify("Description.Value=a&LaunchPermission.Add.1.Group=all");
    assert!(two.unwrap_err().starts_with("InvalidParameterCombination"));
    let other = modify("Attribute=description&LaunchPermission.Add.1.Group=all");
    assert!(
        other
            .unwrap_err()
            .starts_with("InvalidParameterCombination")
    );
    let same = modify("Attribute=launchPermission&LaunchPermission.Add.1.Group=all").unwrap();
    let older = modify("OperationType=add&UserGroup.1=all").unwrap();
    assert_eq!(same, older);
    assert!(matches!(
        modify("Attribute=description&Value=x").unwrap(),
        ImageChange::Description(Some(_))
    ));
    assert!(matches!(
        modify("Description.Value=").unwrap(),
        ImageChange::Description(None)
    ));
    assert!(
        modify("Attribute=kernel&Value=aki-1")
            .unwrap_err()
            .starts_with("InvalidRequest")
    );
}

#[test]
fn e07_launch_permissions_come_and_go_as_the_older_form_says_too() {
    let number: [LaunchPermission; 1] = ["123456789012".parse().unwrap()];
    let both = [number[0].clone(), LaunchPermission::Everybody];
    let newer = "LaunchPermission.Add.1.Group=all&LaunchPermission.Remove.1.UserId=123456789012";
    for (rest, add, remove) in [
        (newer, &[LaunchPermission::Everybody][..], &number[..]),
        ("OperationType=remove&UserId.1=123456789012", &[], &number),
        (
            "OperationType=add&UserId.1=123456789012&UserGroup.1=all",
            &both,
            &[],
        ),
    ] {
        let ImageChange::LaunchPermissions {
            add: added,
            remove: removed,
        } = modify(rest).unwrap()
        else {
            panic!()
        };
        assert_eq!((&*added, &*removed), (add, remove), "{rest}");
    }
    let neither = modify("UserId.1=123456789012").unwrap_err();
    assert_eq!(
        neither.split(':').next(),
        Some("MissingParameter"),
        "{neither}"
    );
}

#[test]
fn e05_whoever_only_tries_needs_no_attribute_to_modify() {
    let action = action("Action=ModifyImageAttribute&ImageId=ami-1&DryRun=true");
    let Action::ModifyImageAttribute(ask) = action else {
        panic!("{action:?}")
    };
    assert!(ask.names_nothing());
    assert_eq!(
        ask.change().unwrap_err().to_string(),
        "InvalidParameterCombination: No attributes specified."
    );
}

#[test]
fn e04_an_organisation_may_have_any_name() {
    let change = modify(
        "LaunchPermission.Add.1.OrganizationArn=someOrganizationArn\
         &LaunchPermission.Add.2.OrganizationalUnitArn=ou1",
    );
    let ImageChange::LaunchPermissions { add, remove } = change.unwrap() else {
        panic!()
    };
    let add: Vec<_> = add.iter().map(ToString::to_string).collect();
    assert_eq!(add, ["organization:someOrganizationArn", "unit:ou1"]);
    assert!(remove.is_empty());
}

#[test]
fn e01_attributes_are_known_in_any_case() {
    for attribute in ["launchPermission", "LaunchPermission", "launchpermission"] {
        let action = action(&format!(
            "Action=DescribeImageAttribute&ImageId=ami-1&Attribute={attribute}"
        ));
        assert!(matches!(action, Action::DescribeImageAttribute(ask)
            if ask.attribute == ImageAttribute::LaunchPermission));
    }
}

#[test]
fn e01_what_is_tagged_has_an_id_of_digits() {
    for id in [
        "ami-blah",
        "ami-",
        "blah-blah",
        "vpc-12345678",
        "12345678",
        "i-g",
    ] {
        let said = refusal(&format!("Action=CreateTags&ResourceId.1={id}&Tag.1.Key=a"));
        assert_eq!(said, format!("InvalidID: The ID '{id}' is not valid"));
    }
    let resources = [
        "ami-12345678",
        "snap-0123456789abcdef0",
        "i-1",
        "vol-a",
        "import-ami-0f",
    ];
    for id in resources {
        action(&format!("Action=DeleteTags&ResourceId.1={id}"));
    }
}

#[test]
fn e07_product_codes_are_added_and_never_removed() {
    let added = modify("Attribute=productCodes&ProductCode.1=abc").unwrap();
    assert!(matches!(added, ImageChange::ProductCodes(codes) if codes.len() == 1));
    let removed = modify("OperationType=remove&ProductCode.1=abc").unwrap_err();
    assert!(
        removed.starts_with("InvalidParameterCombination"),
        "{removed}"
    );
}

#[test]
fn e07_nothing_is_changed_where_one_of_several_is_nobody() {
    let cases = [
        (
            "LaunchPermission.Add.1.UserId=123456789012&LaunchPermission.Add.2.UserId=x",
            "\"x\" for userId",
        ),
        ("LaunchPermission.Remove.1.Group=some", "\"some\" for group"),
        ("OperationType=add&UserId.1=12345", "\"12345\" for userId"),
        // Each of these is somebody, and not of this kind.
        ("LaunchPermission.Add.1.UserId=all", "\"all\" for userId"),
        (
            "OperationType=add&UserGroup.1=123456789012",
            "\"123456789012\" for group",
        ),
        (
            "LaunchPermission.Add.1.OrganizationArn=arn:x",
            "\"arn:x\" for organizationArn",
        ),
    ];
    for (rest, shown) in cases {
        let error = modify(rest).unwrap_err();
        assert_eq!(
            error,
            format!(
                "InvalidAMIAttributeItemValue: Invalid attribute item value {shown} item type."
            )
        );
    }
}

#[test]
fn e01_a_dry_run_is_checked_as_any_other() {
    let query = "Action=DeregisterImage&ImageId=ami-12345678&DryRun=true";
    assert!(request(query).unwrap().dry_run);
    assert!(refusal("Action=DeregisterImage&DryRun=true").starts_with("MissingParameter"));
}

#[test]
fn e01_what_is_signed_in_the_query_is_no_parameter() {
    let query = "Action=DescribeRegions&Version=2016-11-15&X-Amz-Signature=abc&X-Amz-Expires=60";
    assert_eq!(
        request(query).unwrap().version.as_deref(),
        Some("2016-11-15")
    );
}

#[test]
fn e01_what_nobody_says_of_a_new_image_is_as_ec2_has_it() {
    let facts = |rest: &str| {
        let query = format!("Action=RegisterImage&Name=web&{rest}");
        let Action::RegisterImage(ask) = action(&query) else {
            panic!()
        };
        let facts = ask.facts();
        let text = |text: Option<atlas_image::CloudText>| text.map(|text| text.as_str().to_owned());
        [text(facts.root_device), text(facts.root_device_type)].map(Option::unwrap)
    };
    let with_volume = "BlockDeviceMapping.1.DeviceName=/dev/xvda&BlockDeviceMapping.1.Ebs.";
    assert_eq!(facts(""), ["/dev/sda1", "instance-store"]);
    for volume in ["VolumeSize=8", "SnapshotId=snap-12345678"] {
        let found = facts(&format!("{with_volume}{volume}&RootDeviceName=/dev/xvda"));
        assert_eq!(found, ["/dev/xvda", "ebs"], "{volume}");
    }
}

#[test]
fn e01_tags_are_for_what_is_made_and_each_is_given_once() {
    let asked = "Action=CreateImage&InstanceId=i-12345678&Name=web\
        &TagSpecification.1.ResourceType=image&TagSpecification.1.Tag.1.Key=a\
        &TagSpecification.2.ResourceType=snapshot&TagSpecification.2.Tag.1.Key=b";
    let Action::CreateImage(ask) = action(asked) else {
        panic!()
    };
    let keys = |labels: atlas_image::Labels| {
        let keys = labels.iter().map(|(key, _)| key.as_str().to_owned());
        keys.collect::<Vec<_>>()
    };
    assert_eq!(keys(ask.labels().unwrap()), ["a"]);
    assert_eq!(keys(ask.snapshot_labels().unwrap()), ["b"]);
    let delete = |rest: &str| {
        let query = format!("Action=DeleteTags&ResourceId.1=ami-12345678{rest}");
        let Action::DeleteTags(ask) = action(&query) else {
            panic!()
        };
        ask.change()
    };
    assert!(delete("").clear, "all where none is named");
    let one = delete("&Tag.1.Key=a&Tag.1.Value=");
    assert!(!one.clear && one.remove.len() == 1);
    let any = delete("&Tag.1.Key=a");
    assert!(
        any.remove.iter().all(|(_, value)| value.is_none()),
        "{any:?}"
    );
}
