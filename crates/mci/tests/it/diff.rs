use crate::{at, bytes, full, instance_type, named, set, setting};
use atlas_history::Frozen;
use atlas_image_id::{Cloud, ImageId};
use atlas_mci::{ApplyError, Content, Diff, HeadEdit, SettingChange, SettingDiff};

/// A content that differs from the full one in everything.
pub(crate) fn other() -> Content {
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
fn d02_diffs_that_do_not_meet_do_not_compose() {
    let (a, b) = (full(), other());
    let (there, back) = (Diff::between(&a, &b), Diff::between(&b, &a));
    assert_eq!(there.then(&back), Ok(Diff::default()));
    let refused = |first: &Diff, next: &Diff| first.then(next).unwrap_err().field;
    assert_eq!(refused(&there, &there), "the nickname");
    let only = |field: &str| {
        let mut diff = there.clone();
        match field {
            "tags" => {
                diff = Diff {
                    tags: diff.tags,
                    ..Diff::default()
                }
            }
            "description" => {
                diff = Diff {
                    description: diff.description,
                    ..Diff::default()
                }
            }
            location => {
                let setting = diff.settings.remove_entry(&at(location)).unwrap();
                diff = Diff {
                    settings: [setting].into(),
                    ..Diff::default()
                };
            }
        }
        diff
    };
    for (field, why) in [
        ("tags", "the set of tags"),
        ("description", "the description"),
        ("azure", "the setting"),
        ("openstack/RegionOne", "the setting"),
        ("aws/ap-northeast-1", "the ramdisk"),
    ] {
        assert_eq!(refused(&only(field), &only(field)), why);
        assert_eq!(
            only(field).then(&only(field).inverse()),
            Ok(Diff::default())
        );
    }
}

#[test]
fn d02_each_field_of_a_setting_has_to_meet() {
    let there = Diff::between(&full(), &other());
    let tokyo = at("aws/ap-northeast-1");
    let Some(SettingDiff::Modified(all)) = there.settings.get(&tokyo) else {
        panic!("both have Tokyo")
    };
    let all = SettingChange::clone(all);
    let none = SettingChange::default;
    for (why, change) in [
        (
            "the ramdisk",
            SettingChange {
                ramdisk: all.ramdisk,
                ..none()
            },
        ),
        (
            "the kernel",
            SettingChange {
                kernel: all.kernel,
                ..none()
            },
        ),
        (
            "the instance type",
            SettingChange {
                instance_type: all.instance_type,
                ..none()
            },
        ),
        (
            "the image",
            SettingChange {
                image: all.image,
                ..none()
            },
        ),
        (
            "the user data",
            SettingChange {
                user_data: all.user_data,
                ..none()
            },
        ),
    ] {
        let settings = [(tokyo.clone(), SettingDiff::Modified(Box::new(change)))].into();
        let diff = Diff {
            settings,
            ..Diff::default()
        };
        assert_eq!(diff.then(&diff.inverse()), Ok(Diff::default()));
        let refused = diff.then(&diff).unwrap_err();
        assert_eq!(
            (refused.field, refused.location),
            (why, Some(tokyo.clone()))
        );
    }
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
