use crate::{at, bytes, full, instance_type, named, set, setting};
use atlas_history::Frozen;
use atlas_image_id::{Cloud, CloudLocation, ImageId};
use atlas_mci::{ApplyError, Content, Diff, HeadEdit, SettingDiff};
use atlas_testkit::mci::content;
use proptest::prelude::*;

/// A content that differs from the full one in everything.
fn other() -> Content {
    let tokyo = setting("aws/ap-northeast-1", "ami-0fedcba9876543210")
        .with_kernel(ImageId::parse(Cloud::Aws, "aki-99999999").ok())
        .with_instance_type(instance_type("m7g.large"))
        .with_user_data(bytes(b"other"));
    full()
        .edited([
            HeadEdit::SetNickname("web-base v2".parse().unwrap()),
            HeadEdit::SetDescription("Other".parse().unwrap()),
            HeadEdit::RemoveTag("production".parse().unwrap()),
            HeadEdit::AddTag("staging".parse().unwrap()),
            HeadEdit::AddTag("a:b=c".parse().unwrap()),
            HeadEdit::set(at("aws/ap-northeast-1"), tokyo),
            HeadEdit::Unset {
                location: at("azure"),
            },
            set(
                "openstack/RegionOne",
                "2f0b0a4e-0d7e-4c3d-8d4d-3c1b7d3a9f10",
            ),
        ])
        .unwrap()
}

/// The rows as a table, `-` where there is nothing.
fn table(diff: &Diff) -> String {
    let none = || "-".to_owned();
    let rows = diff.rows().into_iter().map(|row| {
        format!(
            "{:20} {:13} {:?} -> {:?}",
            row.location
                .map_or_else(none, |location| location.to_string()),
            row.field,
            row.before.unwrap_or_else(none),
            row.after.unwrap_or_else(none),
        )
    });
    rows.collect::<Vec<_>>().join("\n")
}

#[test]
fn d01_rows_stand_in_the_order_of_the_product() {
    insta::assert_snapshot!(table(&Diff::between(&full(), &other())));
}

#[test]
fn d01_rows_of_the_way_back() {
    insta::assert_snapshot!(table(&Diff::between(&other(), &full())));
}

#[test]
fn d01_one_field_is_one_row() {
    let before = full();
    let tokyo = before.settings()[&at("aws/ap-northeast-1")].clone();
    let none = || before.settings()[&at("gcp")].user_data().cloned();
    for (field, setting) in [
        ("ramdisk", tokyo.clone().with_ramdisk(None)),
        ("kernel", tokyo.clone().with_kernel(None)),
        (
            "instance type",
            tokyo.clone().with_instance_type(instance_type("m1")),
        ),
        (
            "image",
            tokyo
                .clone()
                .with_image(ImageId::parse(Cloud::Aws, "ami-0fedcba9876543210").unwrap()),
        ),
        ("user data", tokyo.with_user_data(none())),
    ] {
        let after = before
            .edited([HeadEdit::set(at("aws/ap-northeast-1"), setting)])
            .unwrap();
        let diff = Diff::between(&before, &after);
        let fields: Vec<_> = diff.rows().iter().map(|row| row.field).collect();
        assert_eq!(fields, [field]);
        assert_eq!(diff.modified(), [&at("aws/ap-northeast-1")]);
    }
}

#[test]
fn d01_user_data_of_one_length_still_differs() {
    let with = |data: &[u8]| {
        let setting =
            setting("gcp", "projects/acme/global/images/web-1").with_user_data(bytes(data));
        named("web")
            .edited([HeadEdit::set(at("gcp"), setting)])
            .unwrap()
    };
    let row = &Diff::between(&with(b"abc"), &with(b"xyz")).rows()[0];
    let shown = (row.before.as_deref(), row.after.as_deref());
    assert_eq!(shown, (Some("3 bytes"), Some("3 other bytes")));
}

#[test]
fn d03_tells_what_is_gained_and_lost() {
    let diff = Diff::between(&full(), &other());
    assert_eq!(diff.gained(), [&at("openstack/RegionOne")]);
    assert_eq!(diff.lost(), [&at("azure")]);
    assert_eq!(diff.modified(), [&at("aws/ap-northeast-1")]);
}

#[test]
fn d02_another_spelling_of_an_id_is_a_change() {
    let with = |image| named("web").edited([set("azure", image)]).unwrap();
    let (upper, lower) = (
        with("Canonical:ubuntu-24_04-lts:server:latest"),
        with("canonical:ubuntu-24_04-lts:server:latest"),
    );
    // The two ids are equal, and yet the contents have different digests.
    assert_eq!(upper, lower);
    let diff = Diff::between(&upper, &lower);
    assert_eq!(diff.modified(), [&at("azure")]);
    let applied = diff.apply(&upper).unwrap();
    assert_eq!(
        Frozen::new(applied).unwrap().digest(),
        Frozen::new(lower).unwrap().digest()
    );
}

/// A content with one thing changed behind the diff's back.
fn behind(edit: HeadEdit) -> Content {
    full().edited([edit]).unwrap()
}

#[test]
fn d02_a_diff_fits_what_it_was_made_from_alone() {
    let diff = Diff::between(&full(), &other());
    let tokyo = || full().settings()[&at("aws/ap-northeast-1")].clone();
    let tokyo_at = |setting| HeadEdit::set(at("aws/ap-northeast-1"), setting);
    let aws = |text| ImageId::parse(Cloud::Aws, text).unwrap();
    let cases = [
        (
            behind(HeadEdit::SetNickname("x".parse().unwrap())),
            "the nickname",
            None,
        ),
        (
            behind(HeadEdit::SetDescription("x".parse().unwrap())),
            "the description",
            None,
        ),
        (
            behind(HeadEdit::RemoveTag("production".parse().unwrap())),
            "the set of tags",
            None,
        ),
        (
            behind(HeadEdit::AddTag("staging".parse().unwrap())),
            "the set of tags",
            None,
        ),
        (
            behind(HeadEdit::Unset {
                location: at("azure"),
            }),
            "the setting",
            Some("azure"),
        ),
        (
            behind(set("azure", crate::URN)),
            "the setting",
            Some("azure"),
        ),
        (
            behind(HeadEdit::Unset {
                location: at("aws/ap-northeast-1"),
            }),
            "the setting",
            Some("aws/ap-northeast-1"),
        ),
        (
            behind(set(
                "openstack/RegionOne",
                "11111111-0d7e-4c3d-8d4d-3c1b7d3a9f10",
            )),
            "the setting",
            Some("openstack/RegionOne"),
        ),
        (
            behind(tokyo_at(tokyo().with_kernel(None))),
            "the kernel",
            Some("aws/ap-northeast-1"),
        ),
        (
            behind(tokyo_at(tokyo().with_instance_type(instance_type("x")))),
            "the instance type",
            Some("aws/ap-northeast-1"),
        ),
        (
            behind(tokyo_at(tokyo().with_image(aws("ami-00000000000000000")))),
            "the image",
            Some("aws/ap-northeast-1"),
        ),
        (
            behind(tokyo_at(tokyo().with_user_data(None))),
            "the user data",
            Some("aws/ap-northeast-1"),
        ),
    ];
    for (content, field, location) in cases {
        let expected = ApplyError {
            field,
            location: location.map(at),
        };
        assert_eq!(diff.apply(&content), Err(expected));
    }
    // The ramdisk is the same in both.
    let ramdisk = Diff::between(&full(), &behind(tokyo_at(tokyo().with_ramdisk(None))));
    let found = ramdisk.apply(&behind(tokyo_at(
        tokyo().with_ramdisk(Some(aws("ari-99999999"))),
    )));
    let location = Some(at("aws/ap-northeast-1"));
    assert_eq!(
        found,
        Err(ApplyError {
            field: "the ramdisk",
            location
        })
    );
    // What the diff does not touch may differ.
    let elsewhere = behind(set("gcp/us-central1", "projects/acme/global/images/web-2"));
    assert!(
        diff.apply(&elsewhere)
            .is_ok_and(|applied| applied.settings().len() == 5)
    );
}

#[test]
fn says_what_a_diff_does_not_fit() {
    let top = ApplyError {
        field: "the nickname",
        location: None,
    };
    let below = ApplyError {
        field: "the image",
        location: Some(at("gcp")),
    };
    insta::assert_snapshot!(format!("{top}\n{below}"), @"
    the diff does not fit: the nickname is not what it was made from
    the diff does not fit: the image at gcp is not what it was made from
    ");
}

#[test]
fn d03_has_a_stable_json_form() {
    let diff = Diff::between(&full(), &other());
    insta::assert_snapshot!(serde_json::to_string_pretty(&diff).unwrap());
}

fn owned(locations: Vec<&CloudLocation>) -> Vec<CloudLocation> {
    locations.into_iter().cloned().collect()
}

proptest! {
    #[test]
    fn d02_a_diff_with_itself_is_empty(a in content()) {
        let diff = Diff::between(&a, &a);
        prop_assert!(diff.is_empty());
        prop_assert_eq!(diff.rows(), Vec::new());
        prop_assert_eq!(diff, Diff::default());
    }

    #[test]
    fn d02_an_empty_diff_means_equal_digests(a in content(), b in content()) {
        let digest = |content: &Content| Frozen::new(content.clone()).unwrap().digest();
        let diff = Diff::between(&a, &b);
        prop_assert_eq!(diff.is_empty(), digest(&a) == digest(&b));
        prop_assert_eq!(diff.is_empty(), diff.rows().is_empty());
    }

    #[test]
    fn d02_applying_gives_the_other(a in content(), b in content()) {
        let applied = Diff::between(&a, &b).apply(&a).unwrap();
        prop_assert_eq!(&applied, &b);
        prop_assert_eq!(serde_json::to_string(&applied).unwrap(), serde_json::to_string(&b).unwrap());
    }

    #[test]
    fn d02_the_way_back_is_the_mirror(a in content(), b in content()) {
        let diff = Diff::between(&a, &b);
        let mirror = Diff::between(&b, &a);
        prop_assert_eq!(diff.inverse(), mirror.clone());
        prop_assert_eq!(diff.inverse().inverse(), diff.clone());
        prop_assert_eq!(diff.inverse().apply(&b), Ok(a));
        prop_assert_eq!(diff.gained(), mirror.lost());
        prop_assert_eq!(diff.lost(), mirror.gained());
        prop_assert_eq!(diff.modified(), mirror.modified());
    }

    #[test]
    fn d02_diffs_compose(a in content(), b in content(), c in content()) {
        let there = Diff::between(&a, &b).apply(&a).unwrap();
        let further = Diff::between(&b, &c).apply(&there).unwrap();
        prop_assert_eq!(further, Diff::between(&a, &c).apply(&a).unwrap());
    }

    #[test]
    fn d03_gained_and_lost_are_the_locations_of_one_side(a in content(), b in content()) {
        let diff = Diff::between(&a, &b);
        let only = |here: &Content, there: &Content| {
            let keys = here.settings().keys().filter(|at| !there.settings().contains_key(at));
            keys.cloned().collect::<Vec<_>>()
        };
        prop_assert_eq!(owned(diff.gained()), only(&b, &a));
        prop_assert_eq!(owned(diff.lost()), only(&a, &b));
        for (location, change) in &diff.settings {
            let both = a.settings().contains_key(location) && b.settings().contains_key(location);
            prop_assert_eq!(matches!(change, SettingDiff::Modified(_)), both);
        }
    }

    #[test]
    fn d01_rows_are_sorted(a in content(), b in content()) {
        let rows = Diff::between(&a, &b).rows();
        let top = ["nickname", "description", "tag"];
        let fields = ["ramdisk", "kernel", "instance type", "image", "user data"];
        let rank = |row: &atlas_mci::DiffRow| {
            let place = if row.location.is_some() { &fields[..] } else { &top[..] };
            (row.location.clone(), place.iter().position(|field| *field == row.field))
        };
        prop_assert!(rows.iter().is_sorted_by_key(rank));
        prop_assert!(rows.iter().all(|row| row.before != row.after));
    }
}
