//! Whether those for whom something is meant may launch its images.

use crate::{
    AMI, Mci, OTHER_AMI, TOKYO, Template, URN, accounts, dana, group, group_id, now, pretty,
    record, request, scope, set, to_groups,
};
use atlas_image::{CloudText, LaunchPermission};
use atlas_image_id::Cloud;
use atlas_market::{
    AccessCheck, AccessReason, Answer, CloudAccess, KnownAccount, Publish, PublishError,
    PublishFacts, PublishSubject, Published, Visibility, publish,
};
use atlas_scope::{AccountGroup, AccountNumber, Scope};
use insta::assert_snapshot;
use serde_json::{Value, json};
use std::collections::BTreeMap;

fn tokyo(extra: Value) -> atlas_image::ImageRecord {
    record(1, "/acme", TOKYO, AMI, extra)
}

/// Two groups that share a member.
fn groups() -> [AccountGroup; 2] {
    [
        group(1, "/acme", &["/globex", "/initech"]),
        group(2, "/acme", &["/initech", "/umbrella"]),
    ]
}

fn permitting(visibility: Visibility) -> Publish {
    let mut asked = request(visibility);
    asked.admit.private = true;
    asked.admit.unknown = true;
    asked
}

/// The answers for the only private image, by account.
fn answers(check: &AccessCheck) -> Vec<(String, Answer, AccessReason)> {
    assert_eq!(check.images.len(), 1);
    let all = check.images[0].accounts.iter();
    all.map(|it| (it.account.to_string(), it.answer, it.why))
        .collect()
}

fn checked(mci: &Mci, visibility: Visibility) -> AccessCheck {
    mci.publish(permitting(visibility), &groups())
        .unwrap()
        .check
}

fn globex() -> LaunchPermission {
    LaunchPermission::Account(AccountNumber::from_bits(1))
}

#[test]
fn p04_each_private_image_is_checked_for_each_account() {
    let mci = Mci::new(
        7,
        "web-base",
        &[(TOKYO, AMI), ("aws/us-east-1", OTHER_AMI), ("azure", URN)],
    )
    .with_record(tokyo(json!({})), &[globex()]);
    let check = checked(&mci, to_groups(&[1, 2]));
    assert_snapshot!(check, @r#"
    location            image                  account    may launch  why
    aws/ap-northeast-1  ami-0123456789abcdef0  /globex    yes         a launch permission opens it
    aws/ap-northeast-1  ami-0123456789abcdef0  /initech   no          no launch permission opens it
    aws/ap-northeast-1  ami-0123456789abcdef0  /umbrella  no          no launch permission opens it
    aws/us-east-1       ami-0fedcba9876543210  /globex    unknown     it has no record
    aws/us-east-1       ami-0fedcba9876543210  /initech   unknown     it has no record
    aws/us-east-1       ami-0fedcba9876543210  /umbrella  unknown     it has no record
    2 private images; 1 image open to everybody; no: 2; unknown: 3
    "#);
    assert_snapshot!(pretty(&check), @r#"
    {
      "images": [
        {
          "location": "aws/ap-northeast-1",
          "image_id": "ami-0123456789abcdef0",
          "record": "img-00000000000000000000000000000001",
          "used_by": [
            "lin-00000000000000000000000000000007@1"
          ],
          "accounts": [
            {
              "account": "/globex",
              "answer": "yes",
              "why": "opened"
            },
            {
              "account": "/initech",
              "answer": "no",
              "why": "private"
            },
            {
              "account": "/umbrella",
              "answer": "no",
              "why": "private"
            }
          ],
          "open_with": [
            "grp-00000000000000000000000000000001",
            "grp-00000000000000000000000000000002"
          ]
        },
        {
          "location": "aws/us-east-1",
          "image_id": "ami-0fedcba9876543210",
          "used_by": [
            "lin-00000000000000000000000000000007@1"
          ],
          "accounts": [
            {
              "account": "/globex",
              "answer": "unknown",
              "why": "unregistered"
            },
            {
              "account": "/initech",
              "answer": "unknown",
              "why": "unregistered"
            },
            {
              "account": "/umbrella",
              "answer": "unknown",
              "why": "unregistered"
            }
          ]
        }
      ],
      "open": 1
    }
    "#);
}

#[test]
fn p04_launch_permissions_of_accounts_and_groups_open() {
    let mci = Mci::new(7, "web-base", &[(TOKYO, AMI)]);
    let opened = |permissions: &[LaunchPermission]| {
        let mci = mci.clone().with_record(tokyo(json!({})), permissions);
        let check = checked(&mci, to_groups(&[1]));
        let answers = answers(&check);
        [answers[0].1, answers[1].1]
    };
    assert_eq!(opened(&[]), [Answer::No, Answer::No]);
    assert_eq!(opened(&[globex()]), [Answer::Yes, Answer::No]);
    let both = LaunchPermission::Group(group_id(1));
    assert_eq!(opened(&[both]), [Answer::Yes, Answer::Yes]);
    let other = LaunchPermission::Group(group_id(2));
    assert_eq!(opened(&[other]), [Answer::No, Answer::Yes]);
}

#[test]
fn p04_what_nobody_knows_is_unknown() {
    let mci = Mci::new(7, "web-base", &[(TOKYO, AMI)]);
    let check = checked(&mci, to_groups(&[1]));
    assert_eq!(check.count(Answer::Unknown), 2);
    assert_eq!(answers(&check)[0].2, AccessReason::Unregistered);
    assert_eq!(check.images[0].order, None);

    let arn = "arn:aws:organizations::123456789012:organization/o-a1b2c3";
    let organization = LaunchPermission::parse(arn).unwrap();
    let mci = mci.with_record(tokyo(json!({})), &[organization]);
    let check = checked(&mci, to_groups(&[1]));
    assert_eq!(answers(&check)[0].2, AccessReason::Organization);
    // Everybody is not in an organisation.
    let check = checked(&mci, Visibility::Public);
    assert_eq!(answers(&check)[0].1, Answer::No);
}

#[test]
fn p04_what_is_open_to_all_is_passed_over() {
    let mci = Mci::new(7, "web-base", &[(TOKYO, AMI)]);
    let all = [LaunchPermission::Everybody];
    let everybody = mci.clone().with_record(tokyo(json!({})), &all);
    let global = mci
        .clone()
        .with_record(record(1, "/", TOKYO, AMI, json!({})), &[]);
    let mut in_cloud = mci.clone();
    in_cloud
        .in_cloud
        .insert(crate::at(TOKYO), CloudAccess::Everybody);
    let offered = Mci::open(7, "web-base");
    for open in [everybody, global, in_cloud, offered] {
        for visibility in [to_groups(&[1]), Visibility::Public] {
            let check = open.publish(request(visibility), &groups()).unwrap().check;
            assert_eq!((check.images.len(), check.open), (0, 1));
        }
    }
    let hidden = record(1, "/", TOKYO, AMI, json!({ "shared": false }));
    let check = checked(&mci.with_record(hidden, &[]), Visibility::Public);
    assert_eq!(check.count(Answer::No), 1);
}

#[test]
fn p04_a_disabled_image_is_launched_by_nobody() {
    let before = json!({ "state": "active" });
    let state = json!({ "state": "disabled", "since": "2026-02-01T00:00:00Z", "before": before });
    let disabled = tokyo(json!({ "lifecycle": state }));
    let mci = Mci::new(7, "web-base", &[(TOKYO, AMI)])
        .with_record(disabled, &[LaunchPermission::Everybody]);
    let check = checked(&mci, to_groups(&[1]));
    assert_eq!(answers(&check)[0].2, AccessReason::NotUsable);
    let image = &check.images[0];
    assert!(image.order.is_none() && image.open_with.is_empty());
}

#[test]
fn p04_what_the_cloud_says_counts_for_accounts_that_it_knows() {
    let mut mci =
        Mci::new(7, "web-base", &[(TOKYO, AMI)]).with_record(tokyo(json!({})), &[globex()]);
    let text = |text: &str| CloudText::parse(text).unwrap();
    let shared = CloudAccess::Accounts(set([text("222222222222")]));
    mci.in_cloud.insert(crate::at(TOKYO), shared);
    let mut known = accounts(&["/globex", "/initech", "/umbrella"]);
    for (account, number) in [("/globex", "111111111111"), ("/initech", "222222222222")] {
        let in_clouds = BTreeMap::from([(Cloud::Aws, text(number))]);
        known.get_mut(&scope(account)).unwrap().in_clouds = in_clouds;
    }
    let published = with_accounts(&mci, to_groups(&[1, 2]), &known);
    let why: Vec<_> = answers(&published.check)
        .into_iter()
        .map(|it| it.2)
        .collect();
    let expected = [
        AccessReason::NotInCloud,
        AccessReason::InCloud,
        AccessReason::Private,
    ];
    assert_eq!(why, expected);
    let order = published.check.images[0].order.as_ref().unwrap();
    assert_snapshot!(pretty(&order), @r#"
    {
      "do": "share",
      "record": "img-00000000000000000000000000000001",
      "image": {
        "location": "aws/ap-northeast-1",
        "image_id": "ami-0123456789abcdef0"
      },
      "add": [
        "111111111111"
      ],
      "remove": []
    }
    "#);
    let everybody = with_accounts(&mci, Visibility::Public, &known);
    assert_eq!(answers(&everybody.check)[0].2, AccessReason::NotInCloud);
}

fn with_accounts(
    mci: &Mci,
    visibility: Visibility,
    accounts: &BTreeMap<Scope, KnownAccount>,
) -> Published {
    let images = mci.images();
    let facts = PublishFacts {
        groups: &groups(),
        accounts,
        by: &dana(),
        now: now(),
    };
    let subject = PublishSubject::Mci(mci.own(&images));
    publish(&subject, permitting(visibility), facts).unwrap()
}

#[test]
fn p04_our_numbers_name_accounts_in_our_repository_alone() {
    let local = "ami-00112233445566778899aabbccddeeff";
    let order = |location: &str, image: &str| {
        let mci = Mci::new(7, "web-base", &[(location, image)])
            .with_record(record(1, "/acme", location, image, json!({})), &[]);
        let check = checked(&mci, to_groups(&[1]));
        let image = check.images[0].clone();
        assert_eq!(image.open_with, set([LaunchPermission::Group(group_id(1))]));
        image.order
    };
    let shared = order("local/main", local).unwrap();
    let atlas_image::WorkAction::Share { add, .. } = shared else {
        panic!("{shared:?}");
    };
    let names: Vec<_> = add.iter().map(CloudText::as_str).collect();
    assert_eq!(names, ["000000000001", "000000000002"]);
    // The same digits at AWS may be a stranger.
    assert_eq!(order(TOKYO, AMI), None);
}

#[test]
fn p04_for_everybody_there_is_one_answer() {
    let mci = Mci::new(7, "web-base", &[(TOKYO, AMI)]).with_record(tokyo(json!({})), &[globex()]);
    let check = checked(&mci, Visibility::Public);
    let private = ("everybody".to_owned(), Answer::No, AccessReason::Private);
    assert_eq!(answers(&check), [private]);
    let image = &check.images[0];
    assert_eq!(image.open_with, set([LaunchPermission::Everybody]));
    assert_snapshot!(pretty(&image.order), @r#"
    {
      "do": "share",
      "record": "img-00000000000000000000000000000001",
      "image": {
        "location": "aws/ap-northeast-1",
        "image_id": "ami-0123456789abcdef0"
      },
      "add": [
        "all"
      ],
      "remove": []
    }
    "#);
    let gcp = record(1, "/acme", "gcp", crate::WEB, json!({}));
    let mci = Mci::new(7, "web-base", &[("gcp", crate::WEB)]).with_record(gcp, &[]);
    let check = checked(&mci, Visibility::Public);
    let order = serde_json::to_value(&check.images[0].order).unwrap();
    assert_eq!(order["add"], json!(["allAuthenticatedUsers"]));
}

#[test]
fn p04_no_and_unknown_block_unless_they_are_let_pass() {
    let mci = Mci::new(7, "web-base", &[(TOKYO, AMI), ("aws/us-east-1", OTHER_AMI)])
        .with_record(tokyo(json!({})), &[]);
    let ask = |private: bool, unknown: bool| {
        let mut asked = request(to_groups(&[1]));
        (asked.admit.private, asked.admit.unknown) = (private, unknown);
        mci.publish(asked, &groups())
    };
    assert_snapshot!(ask(false, false).unwrap_err(), @"not all for whom this is meant may launch its images: 2 × no (let pass with --allow-private), 2 × unknown (let pass with --allow-unknown); share the images with them first");
    assert_snapshot!(ask(true, false).unwrap_err(), @"not all for whom this is meant may launch its images: 2 × unknown (let pass with --allow-unknown); share the images with them first");
    assert_snapshot!(ask(false, true).unwrap_err(), @"not all for whom this is meant may launch its images: 2 × no (let pass with --allow-private); share the images with them first");
    let published = ask(true, true).unwrap();
    assert_eq!(published.check.count(Answer::No), 2);
    let Err(PublishError::Access(refused)) = ask(false, false) else {
        panic!("not refused");
    };
    assert_eq!(refused.check, published.check);
    for (private, unknown) in [(false, false), (true, false), (false, true), (true, true)] {
        let mut admit = refused.admit;
        (admit.private, admit.unknown) = (private, unknown);
        assert_eq!(refused.check.passes(admit), ask(private, unknown).is_ok());
    }
}

#[test]
fn p04_the_images_of_all_that_a_template_takes_along_are_checked_once() {
    let web = Mci::new(1, "web", &[(TOKYO, AMI)]).with_record(tokyo(json!({})), &[]);
    let published = web
        .publish(permitting(to_groups(&[1, 2])), &groups())
        .unwrap();
    let published = Mci {
        published: vec![published.publication],
        ..web.clone()
    };
    let again = Mci {
        lineage: atlas_history::LineageId::from_u128(2),
        ..web
    };
    let template = Template::of(9, "front end", &[&published, &again]);
    let refused = template.publish(request(to_groups(&[1])), &groups());
    let Err(PublishError::Access(refused)) = refused else {
        panic!("{refused:?}");
    };
    let image = &refused.check.images[0];
    assert_eq!(refused.check.images.len(), 1);
    let users: Vec<_> = image
        .used_by
        .iter()
        .map(|it| it.lineage.as_u128())
        .collect();
    assert_eq!(users, [1, 2]);
}

#[test]
fn p04_records_of_two_scopes_are_two_answers() {
    let open = Mci::new(1, "web", &[(TOKYO, AMI)]);
    let nearer = record(2, "/acme/prod", TOKYO, AMI, json!({}));
    let near = Mci::new(2, "near", &[(TOKYO, AMI)]).with_record(nearer, &[]);
    let far = open.with_record(tokyo(json!({})), &[LaunchPermission::Group(group_id(1))]);
    let template = Template::of(9, "front end", &[&far, &near]);
    let published = template
        .publish(permitting(to_groups(&[1])), &groups())
        .unwrap();
    let check = published.check;
    assert_eq!(check.images.len(), 2);
    assert_eq!((check.count(Answer::Yes), check.count(Answer::No)), (2, 2));
}

#[test]
fn p04_a_check_has_a_most() {
    let members: Vec<_> = (0..1000).map(|at| format!("/member-{at}")).collect();
    let members: Vec<_> = members.iter().map(String::as_str).collect();
    let groups = [group(1, "/acme", &members)];
    let edits: Vec<_> = (0..1001)
        .map(|at| format!("openstack:c{at}/RegionOne"))
        .collect();
    let image = "0b5b8ac2-2b5e-4c5e-8a51-0d9fd3ef0001";
    let settings: Vec<_> = edits.iter().map(|at| (at.as_str(), image)).collect();
    let mci = Mci::new(7, "web-base", &settings);
    let refused = mci
        .publish(permitting(to_groups(&[1])), &groups)
        .unwrap_err();
    assert_snapshot!(refused, @"1001 private images for 1000 accounts are too many to check, at most 1000000 pairs are allowed: open the images to everybody, or publish to fewer accounts");
    let mci = Mci::new(7, "web-base", &settings[..20]);
    let check = mci
        .publish(permitting(to_groups(&[1])), &groups)
        .unwrap()
        .check;
    assert_eq!(check.count(Answer::Unknown), 20_000);
}
