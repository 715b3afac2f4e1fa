//! Which images are kept, and which may go.

use crate::{
    now, record,
    revoking::{id, user, with},
    scope,
};
use atlas_base::Timestamp;
use atlas_image::{
    HeldImages, ImageRecord, JudgeRetention, Plan, PlanItem, Referrer, ReferrerKind,
    RetentionError, RetentionFacts, RetentionGroup, RetentionPlan, RetentionPolicy,
    RetentionReason, Usage, plan_retention,
};
use core::num::{NonZeroU16, NonZeroU32};
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn days_ago(days: i64) -> Timestamp {
    Timestamp::from_micros(now().as_micros() - days * 86_400_000_000).unwrap()
}

/// An image of so many days ago.
fn image(number: u128, name: &str, days: i64, more: Value) -> ImageRecord {
    let created = days_ago(days);
    let image = with(
        &record(number, "/acme", true),
        json!({ "name": name, "created": created }),
    );
    with(&image, more)
}

fn disabled() -> Value {
    json!({ "lifecycle": {
        "state": "disabled", "since": now(), "before": { "state": "active" },
    } })
}

fn deleted() -> Value {
    json!({ "lifecycle": {
        "state": "deleted", "since": now(), "before": { "state": "active" },
    } })
}

/// Nothing is kept yet.
fn nothing(group: &str) -> RetentionPolicy {
    RetentionPolicy {
        keep_referenced: false,
        keep_channel_targets: false,
        ..RetentionPolicy::new(group.parse().unwrap())
    }
}

fn last(group: &str, count: u32) -> RetentionPolicy {
    RetentionPolicy {
        keep_last: NonZeroU32::new(count),
        ..nothing(group)
    }
}

fn judged(
    policy: RetentionPolicy,
    records: &[ImageRecord],
    held: &HeldImages,
) -> Result<RetentionPlan, RetentionError> {
    let facts = RetentionFacts {
        records,
        held,
        by: &"dana".parse().unwrap(),
        now: now(),
    };
    let request = JudgeRetention {
        scope: scope("/acme"),
        policy,
    };
    plan_retention(request, &facts)
}

fn kept(plan: &RetentionPlan) -> BTreeSet<u128> {
    let kept = plan.items().iter().filter(|item| item.keep);
    kept.map(|item| item.record.as_u128()).collect()
}

fn kept_by(policy: RetentionPolicy, records: &[ImageRecord]) -> BTreeSet<u128> {
    kept(&judged(policy, records, &HeldImages::default()).unwrap())
}

/// Images of which each is kept, or not, for another reason.
fn example() -> RetentionPlan {
    let records = [
        image(1, "web-20260701", 20, json!({})),
        image(2, "web-20260711", 10, json!({})),
        image(3, "web-20260720", 1, json!({})),
        image(4, "db-20260101", 200, json!({})),
        image(5, "web-20260601", 50, disabled()),
        image(6, "web-20260501", 80, json!({})),
        image(
            7,
            "web-20260401",
            110,
            json!({ "protection": { "state": "on", "cool_down": false } }),
        ),
    ];
    let mut held = HeldImages::default();
    let revisions = ["web@1", "web@2", "web@3", "web@4", "web@5"];
    let revisions = revisions.map(|name| user(ReferrerKind::MciRevision, "/acme", name));
    held.hold(&Usage::of(&records[0], revisions, true));
    let channel = user(ReferrerKind::Channel, "/acme", "web@production");
    held.hold(&Usage::of(&records[5], [channel], true));
    let policy = RetentionPolicy {
        keep_last: NonZeroU32::new(1),
        keep_days: NonZeroU16::new(15),
        ..RetentionPolicy::new(RetentionGroup::Name)
    };
    judged(policy, &records, &held).unwrap()
}

#[test]
fn l09_each_image_is_kept_or_dropped_with_every_reason() {
    let plan = example();
    insta::assert_snapshot!(plan, @r#"
    plan of 2026-07-21T14:07:12Z by dana: at /acme keep the last 1 by name, those of the last 15 days, what is used, what channels point to
    RECORD                                FATE  SCOPE  LOCATION       GROUP  NAME          BECAUSE
    img-00000000000000000000000000000004  keep  /acme  aws/us-east-1  db     db-20260101   1 of the last 1
    img-00000000000000000000000000000003  keep  /acme  aws/us-east-1  web    web-20260720  1 of the last 1; recent until 2026-08-04T14:07:12Z
    img-00000000000000000000000000000002  keep  /acme  aws/us-east-1  web    web-20260711  recent until 2026-07-26T14:07:12Z
    img-00000000000000000000000000000001  keep  /acme  aws/us-east-1  web    web-20260701  used: MCI revision web@1 at /acme, MCI revision web@2 at /acme, MCI revision web@3 at /acme and 2 more
    img-00000000000000000000000000000005  drop  /acme  aws/us-east-1  web    web-20260601  cannot be used; old since 2026-06-16T14:07:12Z; used by nothing; no channel points to it
    img-00000000000000000000000000000006  keep  /acme  aws/us-east-1  web    web-20260501  used: channel web@production at /acme; channel target: channel web@production at /acme
    img-00000000000000000000000000000007  keep  /acme  aws/us-east-1  web    web-20260401  protected
    1 of 7 images may go; nothing is deleted by this plan
    "#);
    for item in plan.items() {
        assert!(!item.reasons.is_empty());
        assert!(
            item.reasons
                .iter()
                .all(|reason| reason.keeps() == item.keep)
        );
    }
}

#[test]
fn l09_a_plan_is_json() {
    let plan = example();
    let text = plan.to_text().unwrap();
    assert_eq!(RetentionPlan::parse(&text), Ok(plan.clone()));
    let part = plan.select(&BTreeSet::from([id(5), id(6)])).unwrap();
    insta::assert_snapshot!(part.to_text().unwrap(), @r#"
    {
      "atlas": "plan/1",
      "kind": "retention",
      "made": "2026-07-21T14:07:12Z",
      "by": "dana",
      "digest": "blake3:48dad2884bc757f2b83de12727e12ac7ac17a9fcef67ea3332699ec6b31e6391",
      "ask": {
        "scope": "/acme",
        "policy": {
          "group": "name",
          "keep_last": 1,
          "keep_days": 15,
          "keep_referenced": true,
          "keep_channel_targets": true
        }
      },
      "part": true,
      "items": [
        {
          "record": "img-00000000000000000000000000000005",
          "scope": "/acme",
          "location": "aws/us-east-1",
          "name": "web-20260601",
          "group": "web",
          "created": "2026-06-01T14:07:12Z",
          "keep": false,
          "reasons": [
            {
              "because": "unusable"
            },
            {
              "because": "old",
              "since": "2026-06-16T14:07:12Z"
            },
            {
              "because": "unused"
            },
            {
              "because": "no-channel-target"
            }
          ],
          "expects": "blake3:4d9452d2d6ae87b668f3f347735b16ef9137cbc5bcbb3767174ae4d01cfcc81c"
        },
        {
          "record": "img-00000000000000000000000000000006",
          "scope": "/acme",
          "location": "aws/us-east-1",
          "name": "web-20260501",
          "group": "web",
          "created": "2026-05-02T14:07:12Z",
          "keep": true,
          "reasons": [
            {
              "because": "used",
              "by": [
                {
                  "scope": "/acme",
                  "kind": "channel",
                  "name": "web@production",
                  "id": "id of web@production"
                }
              ],
              "more": 0
            },
            {
              "because": "channel-target",
              "by": [
                {
                  "scope": "/acme",
                  "kind": "channel",
                  "name": "web@production",
                  "id": "id of web@production"
                }
              ],
              "more": 0
            }
          ],
          "expects": "blake3:d7005d2f07886022a5706fc27f0f78d5b277fab4e0d036231f1de4add3966734"
        }
      ]
    }
    "#);
}

#[test]
fn l09_the_last_of_each_group_are_kept() {
    let records = [
        image(1, "web-1.0-20260701", 20, json!({})),
        image(2, "web-1.0-20260711", 10, json!({})),
        image(3, "web-1.0-20260720", 1, json!({})),
        // Another system, place, architecture or scope is another group.
        image(4, "web-2.0-20260720", 300, json!({})),
        image(
            5,
            "web-1.0-20260601",
            300,
            json!({ "location": "aws/us-west-2" }),
        ),
        image(
            6,
            "web-1.0-20260601",
            300,
            json!({ "architecture": "arm64" }),
        ),
        image(7, "web-1.0-20260601", 300, json!({ "scope": "/acme/prod" })),
    ];
    let all_others = [4, 5, 6, 7];
    let expected = |kept: &[u128]| kept.iter().chain(&all_others).copied().collect();
    assert_eq!(kept_by(last("name", 1), &records), expected(&[3]));
    assert_eq!(kept_by(last("name", 2), &records), expected(&[2, 3]));
    assert_eq!(kept_by(last("name", 9), &records), expected(&[1, 2, 3]));
}

#[test]
fn l09_what_cannot_be_used_takes_no_place_among_the_last() {
    let mut records = vec![
        image(1, "web", 3, json!({})),
        image(2, "web", 2, disabled()),
        image(3, "web", 1, deleted()),
    ];
    let plan = judged(last("name", 1), &records, &HeldImages::default()).unwrap();
    assert_eq!(kept(&plan), BTreeSet::from([1]));
    assert_eq!(plan.items().len(), 2);
    assert_eq!(plan.items()[0].reasons, [RetentionReason::Unusable]);
    // Nor does what other scopes hold.
    records.push(image(4, "web", 0, json!({ "scope": "/other" })));
    assert_eq!(kept_by(last("name", 1), &records), BTreeSet::from([1]));
}

#[test]
fn l09_young_images_are_kept_until_the_day_ends() {
    let days = |days| RetentionPolicy {
        keep_days: NonZeroU16::new(days),
        ..nothing("name")
    };
    let records = [
        image(1, "web", 9, json!({})),
        image(2, "web", 10, json!({})),
    ];
    assert_eq!(kept_by(days(10), &records), BTreeSet::from([1]));
    assert_eq!(kept_by(days(11), &records), BTreeSet::from([1, 2]));
    assert_eq!(kept_by(days(u16::MAX), &records), BTreeSet::from([1, 2]));
}

#[test]
fn l09_what_is_used_is_kept_also_by_what_is_not_seen() {
    let records = [
        image(1, "a", 1, json!({})),
        image(2, "b", 1, json!({})),
        image(3, "c", 1, json!({})),
        image(4, "d", 1, json!({})),
    ];
    let unseen = |kind| Referrer {
        visible: false,
        ..user(kind, "/acme/prod", "theirs")
    };
    let mut held = HeldImages::default();
    held.hold(&Usage::of(
        &records[0],
        [unseen(ReferrerKind::Server)],
        false,
    ));
    held.hold(&Usage::of(
        &records[1],
        [unseen(ReferrerKind::Channel)],
        false,
    ));
    // S13: in other accounts, or where only the origin is told, nothing is held.
    let elsewhere = user(ReferrerKind::MciHead, "/other", "web@head");
    let derived = user(ReferrerKind::Derived, "/acme", "web");
    held.hold(&Usage::of(&records[2], [elsewhere, derived], true));
    let used = RetentionPolicy {
        keep_referenced: true,
        ..nothing("name")
    };
    let plan = judged(used, &records, &held).unwrap();
    assert_eq!(kept(&plan), BTreeSet::from([1, 2]));
    // Nobody is told by whom.
    let told = RetentionReason::Used {
        by: Vec::new(),
        more: 0,
    };
    assert_eq!(plan.items()[0].reasons, [told]);
    let targets = RetentionPolicy {
        keep_channel_targets: true,
        ..nothing("name")
    };
    let plan = judged(targets, &records, &held).unwrap();
    assert_eq!(kept(&plan), BTreeSet::from([2]));
}

#[test]
fn l09_groups_are_names_systems_or_tags() {
    let os =
        |version: &str| json!({ "family": "ubuntu", "generation": version, "version": version });
    let records = [
        image(
            1,
            "a",
            9,
            json!({ "os": os("24.04"), "tags": ["team:product=web"] }),
        ),
        image(
            2,
            "b",
            8,
            json!({ "os": os("24.04"), "tags": ["team:product=db"] }),
        ),
        image(
            3,
            "c",
            7,
            json!({ "os": os("22.04"), "tags": ["team:product=web", "web"] }),
        ),
        image(
            4,
            "d",
            6,
            json!({ "os": null, "tags": ["other:product=web"] }),
        ),
        image(5, "d", 5, json!({ "os": null })),
    ];
    assert_eq!(
        kept_by(last("name", 1), &records),
        BTreeSet::from([1, 2, 3, 5])
    );
    // What is in no group is kept.
    assert_eq!(
        kept_by(last("os", 1), &records),
        BTreeSet::from([2, 3, 4, 5])
    );
    let tagged = kept_by(last("tag:team:product", 1), &records);
    assert_eq!(tagged, BTreeSet::from([2, 3, 4, 5]));
}

#[test]
fn l09_a_name_is_grouped_without_the_date_or_build_that_ends_it() {
    let group = |name: &str| {
        let plan = judged(
            last("name", 1),
            &[image(1, name, 1, json!({}))],
            &HeldImages::default(),
        );
        plan.unwrap().items()[0].group.clone().unwrap()
    };
    let names = [
        "web-20260721",
        "web 2026-07-21",
        "web-2026.07.21-1407",
        "web_v3",
        "web-v3-202607211407",
        "web",
        "ubuntu-24.04",
        "web-12345",
        "web-1234567",
        "20260721",
        "web-",
        "v3",
        "wéb-2026-07-2é",
    ];
    let table: Vec<_> = names
        .map(|name| format!("{name} => {}", group(name)))
        .into();
    insta::assert_snapshot!(table.join("\n"), @r#"
    web-20260721 => web
    web 2026-07-21 => web
    web-2026.07.21-1407 => web-2026.07.21-1407
    web_v3 => web
    web-v3-202607211407 => web
    web => web
    ubuntu-24.04 => ubuntu-24.04
    web-12345 => web-12345
    web-1234567 => web
    20260721 => 20260721
    web- => web-
    v3 => v3
    wéb-2026-07-2é => wéb-2026-07-2é
    "#);
}

#[test]
fn l09_a_group_is_a_text() {
    for text in ["name", "os", "tag:team:product", "tag:a:b c"] {
        let group: RetentionGroup = text.parse().unwrap();
        assert_eq!(group.to_string(), text);
    }
    let refused = [
        "",
        "names",
        "tag:",
        "tag:web",
        "tag:team:product=web",
        "tag:Team:product",
    ];
    let errors = refused.map(|text| {
        let error = RetentionGroup::parse(text).unwrap_err();
        format!("{}: {error}", error.at())
    });
    insta::assert_snapshot!(errors.join("\n"), @r#"
    0: `` groups no images: expected `name`, `os` or `tag:NAMESPACE:PREDICATE`
    0: `names` groups no images: expected `name`, `os` or `tag:NAMESPACE:PREDICATE`
    4: `tag:` groups no images: expected the key of a machine tag behind `tag:`, such as `team:product`
    4: `tag:web` groups no images: expected the key of a machine tag behind `tag:`, such as `team:product`
    4: `tag:team:product=web` groups no images: expected the key of a machine tag behind `tag:`, such as `team:product`
    4: `tag:Team:product` groups no images: expected the key of a machine tag behind `tag:`, such as `team:product`
    "#);
}

#[test]
fn l09_a_policy_that_keeps_nothing_is_refused() {
    let error = judged(nothing("name"), &[], &HeldImages::default()).unwrap_err();
    assert_eq!(error, RetentionError::KeepsNothing);
    insta::assert_snapshot!(error, @"the policy keeps nothing: say what is kept, the last of each group, some days, what is used, or what channels point to");
}

#[test]
fn l09_more_than_100_000_images_are_not_judged_at_once() {
    let one = image(1, "web", 1, json!({}));
    let many = |count: usize| vec![one.clone(); count];
    let twice = judged(last("name", 1), &many(2), &HeldImages::default()).unwrap_err();
    let large = judged(last("name", 1), &many(100_001), &HeldImages::default()).unwrap_err();
    insta::assert_snapshot!(format!("{twice}\n{large}"), @r#"
    the plan has `img-00000000000000000000000000000001` twice: make the plan again
    a plan has at most 100000 items, this one has 100001: ask for less at once
    "#);
}

#[test]
fn l09_a_plan_that_is_made_again_tells_what_moved() {
    let before = [
        image(1, "web", 3, json!({})),
        image(2, "web", 2, json!({})),
        image(3, "web", 1, json!({})),
    ];
    let judge =
        |records: &[ImageRecord]| judged(last("name", 1), records, &HeldImages::default()).unwrap();
    let plan = judge(&before);
    assert!(plan.moved(&judge(&before)).is_empty());
    let mut later = before.to_vec();
    // A newer image moves all others on, and 3 out of the last.
    later.push(image(4, "web", 0, json!({})));
    let moved = plan.moved(&judge(&later));
    let keys: Vec<_> = moved.changed.iter().map(|item| item.key.clone()).collect();
    assert_eq!(keys, [id(3).to_string()]);
    assert_eq!((moved.came.len(), moved.went.len()), (0, 0));
    assert!(plan.confirmed(&judge(&later)).is_err());
    let part = plan.select(&BTreeSet::from([id(1)])).unwrap();
    assert_eq!(part.confirmed(&judge(&later)).unwrap().items().len(), 1);
}

fn images() -> impl Strategy<Value = Vec<ImageRecord>> {
    let name = prop::sample::select(vec!["web", "db", "cache"]);
    let one = (0_i64..30, name, 0_usize..4);
    vec(one, 0..12).prop_map(|given| {
        let numbered = given.into_iter().zip(1_u128..);
        numbered
            .map(|((days, name, state), number)| {
                let state = if state == 0 { disabled() } else { json!({}) };
                image(number, name, days, state)
            })
            .collect()
    })
}

proptest! {
    #[test]
    fn l09_keeping_more_never_drops_more_and_the_order_of_the_facts_is_no_matter(
        records in images(),
        count in 1_u32..4,
        days in 1_u16..30,
    ) {
        let mut policy = last("name", count);
        let few = kept_by(policy.clone(), &records);
        // Exactly so many of each name that can be used.
        for name in ["web", "db", "cache"] {
            let usable = |record: &&ImageRecord| record.name() == name && record.lifecycle().is_usable();
            let all = records.iter().filter(usable).count();
            let kept = records.iter().filter(usable).filter(|record| few.contains(&record.id().as_u128()));
            prop_assert_eq!(kept.count(), all.min(count as usize));
        }
        policy.keep_days = NonZeroU16::new(days);
        let held = HeldImages::default();
        let plan = judged(policy.clone(), &records, &held).unwrap();
        prop_assert!(few.is_subset(&kept(&plan)));
        let mut turned = records.clone();
        turned.reverse();
        prop_assert_eq!(&judged(policy, &turned, &held).unwrap(), &plan);
        prop_assert_eq!(&Plan::parse(&plan.to_text().unwrap()).unwrap(), &plan);
        let drops: BTreeSet<_> = plan.changes().map(PlanItem::key).collect();
        if let Ok(part) = plan.select(&drops) {
            prop_assert_eq!(part.changes().count(), part.items().len());
        }
    }
}
