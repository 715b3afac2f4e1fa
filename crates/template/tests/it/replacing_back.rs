//! Plans to replace an image as data, and what takes them back.

use crate::launch::{OTHER_AMI, TOKYO};
use crate::replace_world::{
    World, ask, everywhere, head, head_key, id, image, inheriting, map_key, overridden, role_map,
    server_key,
};
use crate::{AMI, at, now, record, scope, set};
use atlas_image::{Plan, PlanItem, PlanKind};
use atlas_image_id::CloudLocation;
use atlas_template::{
    DeprecateOld, KnownNetworks, ReplaceChange, ReplaceItem, ReplaceKey, ReplacePlan,
    ReplacedSince, Replacement, ServerEdit, UndoReplaceFacts, undo_replace,
};
use proptest::{collection::vec, prelude::*};
use serde_json::json;
use std::collections::BTreeSet;

#[test]
fn l07_undoing_gives_the_old_image_back_where_nothing_moved() {
    let world = World::new();
    let plan = world.plan(&everywhere()).unwrap();
    let done = world.replace(&plan).unwrap();
    let mut after = world.replaced(&done);
    // The receipt is data.
    let text = serde_json::to_string_pretty(&done.replacement).unwrap();
    insta::assert_snapshot!(text, @r#"
    {
      "old": "img-00000000000000000000000000000001",
      "new": "img-00000000000000000000000000000002",
      "at": "2026-07-21T14:07:12Z",
      "by": "dana",
      "changes": [
        {
          "kind": "head",
          "lineage": "lin-00000000000000000000000000000001",
          "places": {
            "aws/ap-northeast-1": {
              "before": "ami-0123456789abcdef0",
              "after": "ami-0fedcba9876543210"
            }
          }
        },
        {
          "kind": "role-map",
          "map": "map-00000000000000000000000000000001",
          "location": "aws/ap-northeast-1"
        },
        {
          "kind": "server",
          "server": "srv-00000000000000000000000000000001",
          "after": "ami-0fedcba9876543210"
        },
        {
          "kind": "image",
          "record": "img-00000000000000000000000000000001"
        },
        {
          "kind": "head",
          "lineage": "lin-00000000000000000000000000000002",
          "places": {
            "aws/ap-northeast-1": {
              "before": "ami-0123456789abcdef0",
              "after": "ami-0fedcba9876543210"
            }
          }
        },
        {
          "kind": "server",
          "server": "srv-00000000000000000000000000000002",
          "before": "ami-0123456789abcdef0",
          "after": "ami-0fedcba9876543210"
        }
      ]
    }
    "#);
    let receipt: Replacement = serde_json::from_str(&text).unwrap();
    assert_eq!(receipt, done.replacement);
    // What changed since then stays: a setting, an override, the deprecation; a role map is gone.
    after.heads[0].content = after.heads[0]
        .content
        .edited([set(TOKYO, "ami-00000000000000003")])
        .unwrap();
    let edit = ServerEdit::Inherit(atlas_template::OverrideField::Image);
    let edited = after.servers[0]
        .1
        .edited(edit, false, KnownNetworks::Unasked);
    after.servers[0].1 = edited.unwrap();
    after.old = atlas_image::undeprecate(&after.old).unwrap();
    after.maps.clear();
    after.closed = BTreeSet::from([server_key(2)]);
    let (back, left) = after.undone(&receipt);
    assert_eq!(back.heads[1], world.heads[1]);
    assert_eq!(back.heads[0], after.heads[0]);
    let left: Vec<_> = left
        .into_iter()
        .map(|(key, since)| {
            (
                key,
                serde_json::to_value(since).unwrap()["became"].to_string(),
            )
        })
        .collect();
    let told = |key, became: &str| (key, format!("{became:?}"));
    assert_eq!(
        left,
        [
            told(head_key(1), "changed"),
            told(map_key(1), "gone"),
            told(server_key(1), "changed"),
            told(ReplaceKey::Image(id(1)), "changed"),
            told(server_key(2), "not-allowed"),
        ]
    );
}

#[test]
fn l07_what_somebody_changed_again_is_not_taken_back() {
    let world = World::new();
    let plan = world.plan(&everywhere()).unwrap();
    let done = world.replace(&plan).unwrap();
    let mut after = world.replaced(&done);
    // The role map has a third image, and the old one is deprecated anew, from another day on.
    let third = image(3, "ami-00000000000000003", &json!({}));
    after.maps[0] = after.maps[0].clone().with_image(&third).unwrap().map;
    let active = atlas_image::undeprecate(&after.old).unwrap();
    let tomorrow = "2026-07-22T00:00:00Z".parse().unwrap();
    after.old = atlas_image::deprecate(&active, tomorrow, None, Some(&world.new)).unwrap();
    let (back, left) = after.undone(&done.replacement);
    let left: Vec<_> = left.into_iter().collect();
    assert_eq!(
        left,
        [
            (map_key(1), ReplacedSince::Changed),
            (ReplaceKey::Image(id(1)), ReplacedSince::Changed),
        ]
    );
    assert_eq!((&back.maps, &back.old), (&after.maps, &after.old));
    assert_eq!(back.servers, world.servers);
    // Nor is a deprecation in favour of another image.
    after.old = atlas_image::deprecate(&active, now(), None, Some(&third)).unwrap();
    assert_eq!(after.undone(&done.replacement).1.len(), 2);
}

#[test]
fn l07_nothing_goes_back_to_an_image_that_cannot_be_used_there() {
    let world = World::new();
    let plan = world.plan(&ask(&["/acme", "/acme/prod"])).unwrap();
    let done = world.replace(&plan).unwrap();
    let mut after = world.replaced(&done);
    let before = json!({ "state": "active" });
    let mut left_when = |state: &str| {
        let lifecycle = json!({ "state": state, "since": now(), "before": before });
        after.old = image(1, AMI, &json!({ "lifecycle": lifecycle }));
        let undone = after.with_uses(|uses| {
            let facts = UndoReplaceFacts {
                old: Some(&after.old),
                may_deprecate: true,
                uses,
            };
            undo_replace(&done.replacement, &facts)
        });
        undone
            .left
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
    };
    let disabled = left_when("disabled");
    let deleted = left_when("deleted");
    assert_eq!((disabled.len(), deleted.len()), (5, 5));
    insta::assert_snapshot!(format!("{}\n{}", disabled[0], deleted[0]), @r#"
    MCI HEAD `lin-00000000000000000000000000000001` stays as it is: `img-00000000000000000000000000000001` is disabled: enable it first
    MCI HEAD `lin-00000000000000000000000000000001` stays as it is: `img-00000000000000000000000000000001` is deleted: restore it first
    "#);
}

#[test]
fn l07_what_was_taken_back_is_not_taken_back_again() {
    let world = World::new();
    let done = world.replace(&world.plan(&everywhere()).unwrap()).unwrap();
    let mut after = world.replaced(&done);
    let third = image(3, "ami-00000000000000003", &json!({}));
    after.maps[0] = after.maps[0].clone().with_image(&third).unwrap().map;
    let undone = after.with_uses(|uses| {
        let facts = UndoReplaceFacts {
            old: Some(&after.old),
            may_deprecate: true,
            uses,
        };
        undo_replace(&done.replacement, &facts)
    });
    let rest = done.replacement.clone().left(&undone.left);
    let keys: Vec<_> = rest.changes.iter().map(ReplaceChange::key).collect();
    assert_eq!(keys, [map_key(1)]);
    assert_eq!(done.replacement.left(&[]).changes, []);
}

#[test]
fn l07_the_new_image_is_the_nearest_record_of_it_wherever_it_comes() {
    let mut world = World::new();
    world.beside_new = vec![record(9, "/acme/prod", TOKYO, OTHER_AMI, json!({}))];
    let plan = world.plan(&ask(&["/acme", "/acme/prod"])).unwrap();
    let stays: Vec<_> = plan
        .items()
        .iter()
        .filter(|item| item.scope == scope("/acme/prod"))
        .map(|item| format!("{} {}", item.name, item.cells().last().unwrap()))
        .collect();
    insta::assert_snapshot!(stays.join("\n"), @r#"
    web-base@head from /acme/prod `ami-0fedcba9876543210` means the record at /acme/prod: replace by that one there
    default:web-2 from /acme/prod `ami-0fedcba9876543210` means the record at /acme/prod: replace by that one there
    prod.lock locked: lock again
    "#);
    assert!(plan.changes().all(|item| item.scope == scope("/acme")));
}

#[test]
fn l07_a_plan_is_json() {
    let world = World::new();
    let plan = world.plan(&everywhere()).unwrap();
    let text = plan.to_text().unwrap();
    assert_eq!(PlanKind::of(&text), Ok(PlanKind::Replace));
    assert_eq!(ReplacePlan::parse(&text), Ok(plan.clone()));
    let keys = [map_key(1), ReplaceKey::Image(id(1))];
    let part = plan.select(&BTreeSet::from(keys)).unwrap();
    insta::assert_snapshot!(part.to_text().unwrap(), @r#"
    {
      "atlas": "plan/1",
      "kind": "replace",
      "made": "2026-07-21T14:07:12Z",
      "by": "dana",
      "digest": "blake3:927b6b75296e5f2a24ebe4795c7d7f3b099a97d7b90c0585aa584fc7a0d9340e",
      "ask": {
        "old": "img-00000000000000000000000000000001",
        "new": "img-00000000000000000000000000000002",
        "scopes": [
          "/acme",
          "/acme/prod"
        ],
        "deprecate": {
          "reason": "CVE-2026-1"
        }
      },
      "part": true,
      "items": [
        {
          "key": "map-00000000000000000000000000000001",
          "scope": "/acme",
          "name": "web",
          "places": [
            "aws/ap-northeast-1"
          ],
          "fate": {
            "does": "replace"
          },
          "undo": "put-back",
          "expects": "blake3:15656ec8dbfd599def2acf4a8485d63410161e4e3fa0b0b7313818044228f947"
        },
        {
          "key": "img-00000000000000000000000000000001",
          "scope": "/acme",
          "name": "ami-0123456789abcdef0",
          "places": [
            "aws/ap-northeast-1"
          ],
          "fate": {
            "does": "deprecate"
          },
          "undo": "undeprecate",
          "expects": "blake3:ca3df9922173f7d820a266cd2922840a3b30c435daa606a61d616a3e646883b2"
        }
      ]
    }
    "#);
}

#[test]
fn l07_a_key_is_the_id_of_what_it_names() {
    let world = World::new();
    for item in world.plan(&everywhere()).unwrap().items() {
        assert_eq!(ReplaceKey::parse(&item.key.to_string()), Ok(item.key));
    }
    let refused = [
        "",
        "web",
        "lin-1",
        "lin-00000000000000000000000000000001@0",
        "map-",
        "img-x",
    ];
    let errors = refused.map(|text| {
        let error = ReplaceKey::parse(text).unwrap_err();
        format!("{}: {error}", error.at())
    });
    insta::assert_snapshot!(errors.join("\n"), @r#"
    0: `` names no user of an image: expected an id: `lin-…`, `lin-…@3`, `map-…`, `srv-…`, `lck-…` or `img-…`
    0: `web` names no user of an image: expected an id: `lin-…`, `lin-…@3`, `map-…`, `srv-…`, `lck-…` or `img-…`
    5: `lin-1` names no user of an image: expected an id: `lin-…`, `lin-…@3`, `map-…`, `srv-…`, `lck-…` or `img-…`
    37: `lin-00000000000000000000000000000001@0` names no user of an image: expected an id: `lin-…`, `lin-…@3`, `map-…`, `srv-…`, `lck-…` or `img-…`
    4: `map-` names no user of an image: expected an id: `lin-…`, `lin-…@3`, `map-…`, `srv-…`, `lck-…` or `img-…`
    4: `img-x` names no user of an image: expected an id: `lin-…`, `lin-…@3`, `map-…`, `srv-…`, `lck-…` or `img-…`
    "#);
}

/// Some HEADs, role maps and servers at the scopes of an account, most with the old image.
fn worlds() -> impl Strategy<Value = World> {
    let place = || prop_oneof![Just("/acme"), Just("/acme/prod"), Just("/acme/dev")];
    let heads = vec((place(), 0_usize..3), 0..5);
    (
        heads,
        vec(place(), 0..3),
        vec((place(), any::<bool>()), 0..3),
    )
        .prop_map(|(heads, maps, servers)| {
            let mut world = World::new();
            let numbered = heads.into_iter().zip(1..);
            let heads = numbered.map(|((place, which), number)| {
                let location: CloudLocation = at([TOKYO, TOKYO, "aws/us-east-1"][which]);
                head(
                    number,
                    place,
                    [set(location.as_str(), AMI), set("aws/eu-west-1", AMI)],
                )
            });
            world.heads = heads.collect();
            let maps = maps.into_iter().zip(1..);
            world.maps = maps
                .map(|(place, number)| role_map(number, place, &world.old))
                .collect();
            let servers = servers.into_iter().zip(1..);
            let servers = servers.map(|((place, inherits), number)| {
                let server = if inherits {
                    inheriting(number, [])
                } else {
                    overridden(number)
                };
                (scope(place), server)
            });
            world.servers = servers.collect();
            world
        })
}

proptest! {
    #[test]
    fn l07_carrying_out_equals_the_preview_and_undoing_gives_all_back(
        world in worlds(),
        deprecates in any::<bool>(),
        chosen in vec(any::<bool>(), 16),
    ) {
        let mut request = ask(&["/acme", "/acme/prod"]);
        request.deprecate = deprecates.then(DeprecateOld::default);
        let plan = world.plan(&request).unwrap();
        let done = world.replace(&plan).unwrap();
        let changed: Vec<_> = done.replacement.changes.iter().map(ReplaceChange::key).collect();
        let previewed: Vec<_> = plan.changes().map(PlanItem::key).collect();
        prop_assert_eq!(&changed, &previewed);
        let after = world.replaced(&done);
        prop_assert_eq!(after.plan(&ask(&["/acme", "/acme/prod"])).unwrap().changes().count(), 0);
        let (back, left) = after.undone(&done.replacement);
        prop_assert_eq!(left, vec![]);
        prop_assert_eq!(&back.heads, &world.heads);
        prop_assert_eq!(&back.maps, &world.maps);
        prop_assert_eq!(&back.servers, &world.servers);
        prop_assert_eq!(&back.old, &world.old);

        let keys: BTreeSet<_> = plan.items().iter().zip(&chosen)
            .filter_map(|(item, chosen)| chosen.then_some(item.key))
            .collect();
        if let Ok(part) = plan.select(&keys) {
            prop_assert!(part.items().iter().all(|item| plan.items().contains(item)));
            let done = world.replace(&part).unwrap();
            let changed: Vec<_> = done.replacement.changes.iter().map(ReplaceChange::key).collect();
            let previewed: Vec<_> = part.changes().map(PlanItem::key).collect();
            prop_assert_eq!(changed, previewed);
            prop_assert_eq!(Plan::<ReplaceItem>::parse(&part.to_text().unwrap()).unwrap(), part);
        }
    }
}
