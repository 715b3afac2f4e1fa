//! One image in the place of another.

use crate::launch::{OTHER_AMI, TOKYO, with_scripts};
use crate::replace_world::{
    HeldHead, World, ask, everywhere, head, head_key, id, image, inheriting, map_key, role_map,
    server_key, ubuntu,
};
use crate::{AMI, at, now, record, scope, set, setting};
use atlas_history::Generation;
use atlas_image::{ConfirmError, ImageRecord, Lifecycle, PartError, PlanItem};
use atlas_mci::{HeadEdit, InstanceType};
use atlas_template::{
    ReplaceError, ReplaceFate, ReplaceImage, ReplaceItem, ReplaceKey, ReplaceNote, ReplacePlan,
    ReplaceStays, ReplaceUndo,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;

fn item(plan: &ReplacePlan, key: ReplaceKey) -> &ReplaceItem {
    let mut items = plan.items().iter();
    items.find(|item| item.key == key).unwrap()
}

fn stays(plan: &ReplacePlan, key: ReplaceKey) -> Option<ReplaceStays> {
    match &item(plan, key).fate {
        ReplaceFate::Stay { because } => Some(because.clone()),
        _ => None,
    }
}

#[test]
fn l07_the_plan_lists_what_changes_what_stays_and_how_each_is_taken_back() {
    let world = World::new();
    let plan = world.plan(&everywhere()).unwrap();
    insta::assert_snapshot!(plan, @r#"
    plan of 2026-07-21T14:07:12Z by dana: replace img-00000000000000000000000000000001 by img-00000000000000000000000000000002 at /acme, /acme/prod, and deprecate it: CVE-2026-1
    KEY                                     KIND          NAME                   SCOPE       WHERE               FATE       UNDO           SAYS
    lin-00000000000000000000000000000001    MCI HEAD      web-base@head          /acme       aws/ap-northeast-1  replace    set-back
    map-00000000000000000000000000000001    role map      web                    /acme       aws/ap-northeast-1  replace    put-back
    srv-00000000000000000000000000000001    server        default:web-1          /acme       aws/ap-northeast-1  replace    inherit
    img-00000000000000000000000000000001    image         ami-0123456789abcdef0  /acme       aws/ap-northeast-1  deprecate  undeprecate
    lin-00000000000000000000000000000001@1  MCI revision  web@1                  /acme                           stay       -              committed: commit HEAD with the new image
    lin-00000000000000000000000000000002    MCI HEAD      web-base@head          /acme/prod  aws/ap-northeast-1  replace    set-back
    srv-00000000000000000000000000000002    server        default:web-2          /acme/prod  aws/ap-northeast-1  replace    override-back
    lck-00000000000000000000000000000001    lock          prod.lock              /acme/prod                      stay       -              locked: lock again
    5 of 7 users get the new image
    "#);
    let ways = plan.changes().map(|item| (item.key, item.undo.unwrap()));
    let ways: Vec<_> = ways.collect();
    assert_eq!(
        ways,
        [
            (head_key(1), ReplaceUndo::SetBack),
            (map_key(1), ReplaceUndo::PutBack),
            (server_key(1), ReplaceUndo::Inherit),
            (ReplaceKey::Image(id(1)), ReplaceUndo::Undeprecate),
            (head_key(2), ReplaceUndo::SetBack),
            (server_key(2), ReplaceUndo::OverrideBack),
        ]
    );
}

#[test]
fn l07_all_that_uses_the_image_has_the_other_one() {
    let world = World::new();
    let plan = world.plan(&everywhere()).unwrap();
    let done = world.replace(&plan).unwrap();
    let after = world.replaced(&done);
    let images = |head: &HeldHead| {
        let settings = head.content.settings().iter();
        let texts = settings.map(|(at, setting)| (at.to_string(), setting.image().to_string()));
        texts.collect::<Vec<_>>()
    };
    // Another region has another image under that id, of which this record says nothing.
    assert_eq!(
        images(&after.heads[0]),
        [
            (TOKYO.to_owned(), OTHER_AMI.to_owned()),
            ("aws/us-east-1".to_owned(), AMI.to_owned()),
        ]
    );
    assert_eq!(after.heads[2], world.heads[2]);
    assert_eq!(done.heads[0].generation, Generation::new(4));
    assert_eq!(after.maps[0].images()[&at(TOKYO)], id(2));
    for (place, (_, server)) in after.servers.iter().enumerate() {
        assert_eq!(server.plan().unwrap().setting.image().as_str(), OTHER_AMI);
        // What it inherited, and what else is overridden, is as it was.
        assert_eq!(server.inherited(), world.servers[place].1.inherited());
    }
    let kept = after.servers[1].1.overrides().instance_type.as_ref();
    assert_eq!(kept.unwrap().as_str(), "m7i.xlarge");
    let Lifecycle::Deprecated {
        replacement,
        reason,
        ..
    } = after.old.lifecycle()
    else {
        panic!("{:?}", after.old.lifecycle());
    };
    assert_eq!(*replacement, Some(id(2)));
    assert_eq!(reason.as_ref().unwrap().as_str(), "CVE-2026-1");
    // Nothing is left to do.
    let again = after.plan(&ask(&["/acme", "/acme/prod"])).unwrap();
    assert_eq!(again.changes().count(), 0);
}

#[test]
fn l07_a_lower_scope_needs_those_above_it() {
    let mut world = World::new();
    let messages = |world: &World, asked: &[&[&str]]| {
        let errors = asked
            .iter()
            .map(|scopes| world.plan(&ask(scopes)).unwrap_err().to_string());
        errors.collect::<Vec<_>>().join("\n")
    };
    let refused = messages(
        &world,
        &[
            &["/acme/prod", "/acme/dev"],
            &[],
            &["/"],
            &["/acme", "/other"],
        ],
    );
    insta::assert_snapshot!(refused, @r#"
    a lower scope is chosen only together with those above it: choose `/acme` too
    no scope is chosen: choose /acme, and scopes below it
    the image is at /acme and not used at /: choose /acme, and scopes below it
    the image is at /acme and not used at /other: choose /acme, and scopes below it
    "#);
    assert_eq!(
        world.plan(&ask(&["/acme/prod"])),
        Err(ReplaceError::HigherMissing {
            missing: vec![scope("/acme")]
        })
    );
    // Up to that of the record.
    for (at, shared) in [("/", true), ("/acme/prod", false)] {
        for image in [&mut world.old, &mut world.new] {
            let mut stored = serde_json::to_value(&*image).unwrap();
            (stored["scope"], stored["shared"]) = (json!(at), json!(shared));
            *image = serde_json::from_value(stored).unwrap();
        }
        let needed: &[&str] = if at == "/" { &["/", "/acme"] } else { &[] };
        let mut scopes = vec!["/acme/prod"];
        if !needed.is_empty() {
            let missing = needed.iter().map(|text| scope(text)).collect();
            let refused = world.plan(&ask(&scopes));
            assert_eq!(refused, Err(ReplaceError::HigherMissing { missing }));
        }
        scopes.extend(needed);
        assert!(world.plan(&ask(&scopes)).is_ok());
    }
}

#[test]
fn l07_a_part_at_a_lower_scope_needs_what_changes_above_it() {
    let world = World::new();
    let plan = world.plan(&everywhere()).unwrap();
    let select = |keys: &[ReplaceKey]| plan.select(&keys.iter().copied().collect());
    let missing = [head_key(1), server_key(1)].map(|key| key.to_string());
    assert_eq!(
        select(&[head_key(2), map_key(1)]),
        Err(PartError::WithoutHigher {
            scope: scope("/acme/prod"),
            missing: missing.into(),
        })
    );
    let above = [head_key(1), map_key(1), server_key(1)];
    let part = select(&above[..2]).unwrap();
    let done = world.replace(&part).unwrap();
    assert_eq!((done.heads.len(), done.role_maps.len()), (1, 1));
    assert_eq!((done.servers.len(), done.image), (0, None));
    // One of two below will do; the image itself is used nowhere.
    let mut keys = above.to_vec();
    keys.push(head_key(2));
    assert_eq!(
        world.replace(&select(&keys).unwrap()).unwrap().heads.len(),
        2
    );
    let image = select(&[ReplaceKey::Image(id(1))]).unwrap();
    assert!(world.replace(&image).unwrap().image.is_some());
}

#[test]
fn l07_what_is_not_chosen_not_the_callers_or_elsewhere_stays() {
    let mut world = World::new();
    world.heads.push(head(4, "/acme/dev", [set(TOKYO, AMI)]));
    world.heads.push(head(5, "/other", [set(TOKYO, AMI)]));
    world.heads.push(head(6, "/other", [set(TOKYO, AMI)]));
    world.heads.push(head(7, "/acme", [set(TOKYO, AMI)]));
    world.unseen = BTreeSet::from([head_key(6), head_key(7)]);
    world.closed = BTreeSet::from([map_key(1), ReplaceKey::Image(id(1))]);
    let lock = ReplaceKey::Lock(world.locks[0].id());
    let revision = ReplaceKey::Revision(world.revisions[0].0);
    let plan = world.plan(&everywhere()).unwrap();
    let expected = [
        (head_key(4), ReplaceStays::ScopeNotChosen),
        (head_key(5), ReplaceStays::Elsewhere),
        (map_key(1), ReplaceStays::NotAllowed),
        (ReplaceKey::Image(id(1)), ReplaceStays::NotAllowed),
        (lock, ReplaceStays::Locked),
        (revision, ReplaceStays::Committed),
    ];
    for (key, because) in expected {
        assert_eq!(stays(&plan, key), Some(because));
        assert_eq!(item(&plan, key).undo, None);
    }
    let hidden = plan.hidden().unwrap();
    assert_eq!((hidden.here, hidden.elsewhere), (1, 1));
    world.knows = false;
    assert_eq!(world.plan(&everywhere()).unwrap().hidden(), None);
    let done = world.replace(&plan).unwrap();
    let changed: Vec<_> = done
        .replacement
        .changes
        .iter()
        .map(atlas_template::ReplaceChange::key)
        .collect();
    assert_eq!(
        changed,
        [head_key(1), server_key(1), head_key(2), server_key(2)]
    );
}

#[test]
fn l07_what_the_new_image_does_not_fit_stays_and_says_why() {
    let told = |extra: Value| {
        let mut world = World::new();
        world.servers[0].1 = inheriting(1, [with_scripts()]);
        world.new = image(2, OTHER_AMI, &extra);
        let plan = world.plan(&ask(&["/acme", "/acme/prod"])).unwrap();
        let rows = plan
            .items()
            .iter()
            .filter(|item| !matches!(item.key, ReplaceKey::Revision(_) | ReplaceKey::Lock(_)));
        let rows = rows.map(|item| {
            let cells = item.cells();
            format!("{}: {} {}", cells[2], cells[5], cells[7])
        });
        rows.collect::<Vec<_>>().join("\n")
    };
    let os = json!({ "family": "debian", "generation": "13", "version": "13.1" });
    let cases = [
        json!({ "architecture": "arm64", "os": os, "agent": { "state": "absent" } }),
        json!({ "architecture": null, "os": null, "agent": { "state": "unknown" } }),
        json!({ "agent": { "state": "absent" } }),
        json!({ "scope": "/acme/prod" }),
        json!({ "location": "aws/us-east-1" }),
        json!({ "lifecycle": { "state": "deprecated", "from": now() } }),
    ];
    let texts: Vec<_> = cases.into_iter().map(told).collect();
    insta::assert_snapshot!(texts.join("\n\n"), @r#"
    web-base@head: stay `m7i.large` at aws/ap-northeast-1 takes images for x86_64, and this one is for aarch64: choose another instance type, or another image
    web: stay the role map `web` is of ubuntu 24, and img-00000000000000000000000000000002 has debian 13: choose an image of that system, or make another role map
    default:web-1: stay `m7i.large` at aws/ap-northeast-1 takes images for x86_64, and this one is for aarch64: choose another instance type, or another image
    web-base@head: stay `m7i.large` at aws/ap-northeast-1 takes images for x86_64, and this one is for aarch64: choose another instance type, or another image
    default:web-2: stay `m7i.xlarge` at aws/ap-northeast-1 takes images for x86_64, and this one is for aarch64: choose another instance type, or another image

    web-base@head: replace nobody has said whether it has the agent that runs scripts
    web: stay the role map `web` is of ubuntu 24, and the operating system of img-00000000000000000000000000000002 is unknown: set it first
    default:web-1: replace nobody has said whether it has the agent that runs scripts
    web-base@head: replace nobody has said whether it has the agent that runs scripts
    default:web-2: replace nobody has said whether it has the agent that runs scripts

    web-base@head: replace without the agent that runs scripts
    web: replace without the agent that runs scripts
    default:web-1: stay `front` needs the agent, and img-00000000000000000000000000000002 has none: choose an image that has it, or bundle one from a server that does
    web-base@head: replace without the agent that runs scripts
    default:web-2: replace without the agent that runs scripts

    web-base@head: stay `img-00000000000000000000000000000002` at /acme/prod is not seen from /acme: share or promote it
    web: stay `img-00000000000000000000000000000002` at /acme/prod is not seen from /acme: share or promote it
    default:web-1: stay `img-00000000000000000000000000000002` at /acme/prod is not seen from /acme: share or promote it
    web-base@head: replace 
    default:web-2: replace 

    web-base@head: stay `ami-0fedcba9876543210` is at aws/us-east-1 and not at aws/ap-northeast-1: copy it there
    web: stay `ami-0fedcba9876543210` is at aws/us-east-1 and not at aws/ap-northeast-1: copy it there
    default:web-1: stay `ami-0fedcba9876543210` is at aws/us-east-1 and not at aws/ap-northeast-1: copy it there
    web-base@head: stay `ami-0fedcba9876543210` is at aws/us-east-1 and not at aws/ap-northeast-1: copy it there
    default:web-2: stay `ami-0fedcba9876543210` is at aws/us-east-1 and not at aws/ap-northeast-1: copy it there

    web-base@head: replace deprecated itself
    web: replace deprecated itself
    default:web-1: replace deprecated itself
    web-base@head: replace deprecated itself
    default:web-2: replace deprecated itself
    "#);
    // Where a type was late to take an architecture, that is noted.
    let mut world = World::new();
    let small = setting(TOKYO, AMI).with_instance_type(InstanceType::parse("m1.small").unwrap());
    world.heads[0] = head(1, "/acme", [HeadEdit::set(at(TOKYO), small)]);
    let plan = world.plan(&ask(&["/acme"])).unwrap();
    let notes = &item(&plan, head_key(1)).notes;
    assert!(matches!(&notes[..], [ReplaceNote::Warning { .. }]));
}

/// An image of Azure that is common to all its regions, and one that is in one of them.
#[test]
fn l07_an_image_is_set_where_its_record_stands() {
    let common = "Canonical:ubuntu-24_04-lts:server:24.04.202401010";
    let other = "Canonical:ubuntu-24_04-lts:server:24.04.202402020";
    let local = "/subscriptions/6a5c1a3e-3f6b-4c0e-9a8e-0f3f5a7b9c11/resourceGroups/acme/providers/Microsoft.Compute/images/web";
    let mut world = World::new();
    world.old = record(1, "/acme", "azure", common, ubuntu());
    world.heads = vec![
        head(1, "/acme", [set("azure", common)]),
        head(2, "/acme", [set("azure/westeurope", common)]),
    ];
    (world.maps, world.servers) = (Vec::new(), Vec::new());
    world.new = record(2, "/acme", "azure", other, ubuntu());
    assert_eq!(world.plan(&ask(&["/acme"])).unwrap().changes().count(), 2);
    world.new = record(2, "/acme", "azure/westeurope", local, ubuntu());
    let plan = world.plan(&ask(&["/acme"])).unwrap();
    let changes: Vec<_> = plan.changes().map(PlanItem::key).collect();
    assert_eq!(changes, [head_key(2)]);
    // A role map has one image a place: another place is another entry.
    world.old = record(1, "/acme", "azure/westeurope", local, ubuntu());
    world.new = record(2, "/acme", "azure", common, ubuntu());
    world.maps = vec![role_map(1, "/acme", &world.old)];
    let plan = world.plan(&ask(&["/acme"])).unwrap();
    assert!(matches!(
        stays(&plan, map_key(1)),
        Some(ReplaceStays::Unfit { .. })
    ));
}

#[test]
fn l07_what_nothing_can_come_of_is_refused() {
    let world = World::new();
    let mut messages = Vec::new();
    let mut refuse = |new: ImageRecord, request: &ReplaceImage| {
        let mut world = world.clone();
        world.new = new;
        messages.push(world.plan(request).unwrap_err().to_string());
    };
    let same = ReplaceImage {
        new: id(1),
        ..ask(&["/acme"])
    };
    refuse(world.old.clone(), &same);
    refuse(world.new.clone(), &same);
    let before = json!({ "state": "active" });
    let disabled = json!({ "state": "disabled", "since": now(), "before": before });
    refuse(
        image(2, OTHER_AMI, &json!({ "lifecycle": disabled })),
        &ask(&["/acme"]),
    );
    let gcp = "projects/acme/global/images/web-1";
    refuse(record(2, "/acme", "gcp", gcp, ubuntu()), &ask(&["/acme"]));
    insta::assert_snapshot!(messages.join("\n"), @r#"
    `img-00000000000000000000000000000001` cannot replace itself: name another record
    the plan is of other images: make the plan again
    `img-00000000000000000000000000000002` is disabled and can replace nothing: name an active record
    `aws/ap-northeast-1` and `gcp` are not of one cloud: name an image of the same cloud
    "#);
}

#[test]
fn l07_a_plan_is_carried_out_exactly_or_not_at_all() {
    let world = World::new();
    let plan = world.plan(&everywhere()).unwrap();
    let mut moved = world.clone();
    // One HEAD has another instance type, another one is gone, a server came.
    let other = setting(TOKYO, AMI).with_instance_type(InstanceType::parse("m7i.xlarge").unwrap());
    moved.heads[0] = head(1, "/acme", [HeadEdit::set(at(TOKYO), other)]);
    moved.heads.remove(1);
    moved.servers.push((scope("/acme"), inheriting(3, [])));
    let refused = moved.replace(&plan).unwrap_err();
    let ReplaceError::Confirm(ConfirmError::Moved(told)) = &refused else {
        panic!("{refused}");
    };
    assert_eq!(told.changed[0].key, head_key(1).to_string());
    assert_eq!(told.went[0].key, head_key(2).to_string());
    assert_eq!(told.came[0].key, server_key(3).to_string());
    insta::assert_snapshot!(refused, @r#"
    since the plan was made `lin-00000000000000000000000000000001` changed; `srv-00000000000000000000000000000003` came; `lin-00000000000000000000000000000002` went: make the plan again
      the same, for another reason: lin-00000000000000000000000000000001  MCI HEAD  web-base@head  /acme  aws/ap-northeast-1  replace  set-back
      is now: srv-00000000000000000000000000000003  server  default:web-3  /acme  aws/ap-northeast-1  replace  inherit
      was: lin-00000000000000000000000000000002  MCI HEAD  web-base@head  /acme/prod  aws/ap-northeast-1  replace  set-back
    "#);
    // What the plan was not decided from may change: other settings, names, and what stays.
    let mut beside = world.clone();
    let edits = [
        set("gcp", "projects/acme/global/images/web-1"),
        HeadEdit::SetNickname("another".parse().unwrap()),
    ];
    beside.heads[0].content = beside.heads[0].content.edited(edits).unwrap();
    beside.revisions.clear();
    beside.heads.push(head(9, "/acme/dev", [set(TOKYO, AMI)]));
    let done = beside.replace(&plan).unwrap();
    assert_eq!(done.heads[0].content.settings().len(), 3);
}
