//! Launch permissions: to whom a record is opened.

use crate::{now, record, scope};
use atlas_image::{
    ImageRecordId, LaunchPermission, LaunchPermissionError, LaunchPermissionFacts,
    LaunchPermissions, Lifecycle, OrganizationArn, ParseLaunchPermissionError,
    add_launch_permissions, nearest_or_opened, remove_launch_permissions,
};
use atlas_scope::{AccountGroup, GroupId, MakeGroup, MakeGroupFacts, make_group};

const ARN: &str = "arn:aws:organizations::123456789012:organization/o-abc123def4";

fn to(text: &str) -> LaunchPermission {
    text.parse().unwrap()
}

fn group(owner: &str) -> AccountGroup {
    let request = MakeGroup {
        owner: scope(owner),
        name: "partners".parse().unwrap(),
    };
    let facts = MakeGroupFacts {
        same_name: None,
        id: GroupId::from_u128(7),
        by: "dana".parse().unwrap(),
        now: now(),
    };
    make_group(request, facts).unwrap()
}

fn none() -> LaunchPermissions {
    LaunchPermissions::none(ImageRecordId::from_u128(1))
}

#[test]
fn s10_the_text_forms_read_back() {
    let unit = "arn:aws-cn:organizations::123456789012:ou/o-abc123def4/ou-ab12-34cd56ef";
    let group = "grp-00000000000000000000000000000007";
    for text in ["all", "000000000012", group, ARN, unit] {
        assert_eq!(to(text).to_string(), text);
    }
    let LaunchPermission::Organization(arn) = to(unit) else {
        panic!("{unit}")
    };
    assert!(arn.is_unit());
}

#[test]
fn s10_a_word_that_is_no_name_of_aws_stands_for_an_organisation_too() {
    for (name, is_unit, form) in [
        (
            "someOrganizationArn",
            false,
            "organization:someOrganizationArn",
        ),
        ("ou1", true, "unit:ou1"),
        ("a:ou/b", false, "organization:a:ou/b"),
        (ARN, false, ARN),
    ] {
        assert_eq!(OrganizationArn::text_form(name, is_unit), form);
        let LaunchPermission::Organization(arn) = to(form) else {
            panic!("{form}")
        };
        assert_eq!((arn.as_str(), arn.is_unit()), (name, is_unit));
        assert_eq!(to(form).to_string(), form);
    }
    for text in [
        "organization:",
        "unit:",
        "unit:a b",
        "organization:arn:x",
        "group:x",
    ] {
        assert!(LaunchPermission::parse(text).is_err(), "{text}");
    }
}

#[test]
fn s10_other_texts_name_nobody() {
    let texts = [
        "",
        "All",
        "12345",
        "1234567890123",
        "/beta",
        "grp-7",
        "arn:aws:iam::123456789012:user/dana",
        "arn:aws:organizations::12:organization/o-a",
        "arn:aws:organizations::123456789012:organization/a",
        "arn:aws:organizations::123456789012:ou/o-a",
    ];
    let told = texts.map(|text| {
        let error: ParseLaunchPermissionError = text.parse::<LaunchPermission>().unwrap_err();
        format!("{} {error}", error.at())
    });
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn s10_adding_twice_changes_nothing_and_order_is_kept() {
    let at = record(1, "/acme/prod", false);
    let groups = [group("/acme")];
    let facts = LaunchPermissionFacts {
        record: &at,
        groups: &groups,
    };
    let wanted = [
        "123456789012",
        ARN,
        "grp-00000000000000000000000000000007",
        "all",
    ]
    .map(to);
    let first = add_launch_permissions(none(), &wanted, facts).unwrap();
    assert_eq!(first.permissions.permissions, wanted);
    let again = add_launch_permissions(first.permissions.clone(), &wanted, facts).unwrap();
    assert_eq!(
        (again.permissions, again.changed.len()),
        (first.permissions.clone(), 0)
    );
    let fewer = remove_launch_permissions(first.permissions, &[to("all"), to("000000000001")]);
    assert_eq!(fewer.changed, [to("all")]);
    assert_eq!(fewer.permissions.permissions, wanted[..3]);
    let holder = [to("000000000001"), to(ARN)];
    assert_eq!(fewer.permissions.opening(&holder), Some(&to(ARN)));
    assert_eq!(none().opening(&holder), None);
}

#[test]
fn s10_only_what_can_be_used_is_opened_and_only_to_groups_of_its_account() {
    let wanted = [to("grp-00000000000000000000000000000007")];
    let foreign = [group("/beta")];
    for (at, groups) in [("/acme", &foreign[..]), ("/", &foreign[..]), ("/acme", &[])] {
        let at = record(1, at, true);
        let facts = LaunchPermissionFacts {
            record: &at,
            groups,
        };
        let error = add_launch_permissions(none(), &wanted, facts).unwrap_err();
        assert!(
            matches!(error, LaunchPermissionError::UnknownGroup { .. }),
            "{error}"
        );
    }
    let disabled = Lifecycle::Disabled {
        since: now(),
        reason: None,
        inherited_from: None,
        before: Box::default(),
    };
    let at = record(1, "/acme", true).with_lifecycle(disabled);
    let facts = LaunchPermissionFacts {
        record: &at,
        groups: &[],
    };
    let error = add_launch_permissions(none(), &[to("all")], facts).unwrap_err();
    let mut texts = vec![error.to_string()];
    let at = record(1, "/acme", true);
    let facts = LaunchPermissionFacts {
        record: &at,
        groups: &[],
    };
    let many: Vec<_> = (0..1001)
        .map(|number| to(&format!("{number:012}")))
        .collect();
    let error = add_launch_permissions(none(), &many, facts).unwrap_err();
    texts.push(error.to_string());
    assert!(add_launch_permissions(none(), &many[..1000], facts).is_ok());
    texts.push(
        add_launch_permissions(none(), &wanted, facts)
            .unwrap_err()
            .to_string(),
    );
    insta::assert_snapshot!(texts.join("\n"));
}

#[test]
fn s10_what_the_branch_holds_counts_before_what_others_opened() {
    let disabled = Lifecycle::Disabled {
        since: now(),
        reason: None,
        inherited_from: None,
        before: Box::default(),
    };
    let held = [record(1, "/", true), record(2, "/acme", false)];
    let opened = [
        record(3, "/beta", false).with_lifecycle(disabled),
        record(4, "/gamma", false),
    ];
    let found = nearest_or_opened(&held, &opened, &scope("/acme/prod")).unwrap();
    assert_eq!(found.record, &held[0]);
    assert_eq!(found.shadows, [&opened[1], &opened[0]]);
    let found = nearest_or_opened([], &opened, &scope("/acme/prod")).unwrap();
    assert_eq!(found.record, &opened[1]);
}
