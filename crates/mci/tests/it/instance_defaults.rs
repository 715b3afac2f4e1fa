use crate::{at, instance_type, setting};
use atlas_image::Architecture;
use atlas_image_id::Cloud;
use atlas_mci::{InstanceDefaults, NoInstanceType};

fn chosen(defaults: &InstanceDefaults, cloud: Cloud, architecture: Architecture) -> Option<String> {
    defaults
        .for_pair(cloud, architecture)
        .map(|found| found.to_string())
}

#[test]
fn m03_ships_a_table_for_three_clouds() {
    let shipped = InstanceDefaults::default();
    let mut table = Vec::new();
    for &cloud in Cloud::all() {
        for &architecture in Architecture::all() {
            if let Some(found) = chosen(&shipped, cloud, architecture) {
                table.push(format!("{cloud} {architecture} {found}"));
            }
        }
    }
    insta::assert_snapshot!(table.join("\n"), @"
    aws x86_64 m5.large
    aws aarch64 m6g.large
    azure x86_64 Standard_D2s_v5
    azure aarch64 Standard_D2ps_v5
    gcp x86_64 n2-standard-2
    gcp aarch64 t2a-standard-2
    ");
}

#[test]
fn m03_what_was_said_comes_first() {
    use Architecture::{Aarch64, S390x, X86_64};
    let said = InstanceDefaults::default()
        .with(Cloud::Aws, Some(X86_64), instance_type("pair"))
        .with(Cloud::Aws, None, instance_type("cloud"))
        .with(Cloud::OpenStack, Some(S390x), instance_type("flavour"));
    for (cloud, architecture, expected) in [
        (Cloud::Aws, X86_64, Some("pair")),
        (Cloud::Aws, Aarch64, Some("cloud")),
        (Cloud::Aws, S390x, Some("cloud")),
        (Cloud::Gcp, X86_64, Some("n2-standard-2")),
        (Cloud::OpenStack, S390x, Some("flavour")),
        (Cloud::OpenStack, X86_64, None),
        (Cloud::Gcp, S390x, None),
        (Cloud::Local, X86_64, None),
    ] {
        let found = chosen(&said, cloud, architecture);
        assert_eq!(found.as_deref(), expected, "{cloud} {architecture}");
    }
    let again = said.with(Cloud::Aws, Some(X86_64), instance_type("later"));
    assert_eq!(chosen(&again, Cloud::Aws, X86_64).as_deref(), Some("later"));
}

#[test]
fn m03_completes_a_setting_or_says_what_is_missing() {
    let defaults = InstanceDefaults::default();
    let complete = |location, image, architecture| {
        defaults.complete(setting(location, image), &at(location), architecture)
    };
    let ami = "ami-0123456789abcdef0";
    let completed = complete("aws/us-east-1", ami, Architecture::Aarch64).unwrap();
    assert_eq!(completed.instance_type().unwrap().as_str(), "m6g.large");
    assert_eq!(completed.check(&at("aws/us-east-1")), Ok(()));
    // VMware has no instance types: one that was there goes.
    let sized = setting("vmware/DC1", "vm-42").with_instance_type(instance_type("m1"));
    let bare = defaults
        .complete(sized, &at("vmware/DC1"), Architecture::S390x)
        .unwrap();
    assert_eq!(bare, setting("vmware/DC1", "vm-42"));
    let refused = complete("aws/us-east-1", ami, Architecture::S390x).unwrap_err();
    let location = at("aws/us-east-1");
    assert_eq!(
        refused,
        NoInstanceType {
            location,
            architecture: Architecture::S390x
        }
    );
    insta::assert_snapshot!(refused, @"no instance type is known for s390x images at aws/us-east-1: name one for `aws/s390x`");
}
