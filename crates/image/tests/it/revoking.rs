//! Revoking an image with all that was made from it.

use crate::{now, plans::sealed, record, scope};
use atlas_base::Timestamp;
use atlas_image::{
    ConfirmError, ImageRecord, ImageRecordId, Lifecycle, LifecycleState, PartError, Plan, PlanItem,
    Referrer, ReferrerKind, RevokeError, RevokeFacts, RevokeFate, RevokeImage, RevokeItem,
    RevokePlan, RevokeRecord, RevokeWay, Revoked, RevokedSince, Usage, delete, disable, enable,
    plan_revoke, revoke, undo_revoke,
};
use proptest::{collection::vec, prelude::*};
use serde_json::json;
use std::collections::BTreeSet;

pub(crate) fn id(number: u128) -> ImageRecordId {
    ImageRecordId::from_u128(number)
}

fn later(hours: i64) -> Timestamp {
    Timestamp::from_micros(now().as_micros() + hours * 3_600_000_000).unwrap()
}

/// A record with some of its stored fields changed.
pub(crate) fn with(record: &ImageRecord, fields: serde_json::Value) -> ImageRecord {
    let mut stored = serde_json::to_value(record).unwrap();
    let serde_json::Value::Object(fields) = fields else {
        panic!("{fields}");
    };
    stored.as_object_mut().unwrap().extend(fields);
    serde_json::from_value(stored).unwrap()
}

fn copied(number: u128, at: &str, from: u128) -> ImageRecord {
    let origin = json!({ "origin": { "by": "copied", "from": id(from) } });
    with(&record(number, at, true), origin)
}

fn bundled(number: u128, at: &str, from: u128) -> ImageRecord {
    let origin = json!({ "by": "bundled", "server": "i-1", "base": id(from) });
    with(&record(number, at, true), json!({ "origin": origin }))
}

pub(crate) fn user(kind: ReferrerKind, at: &str, name: &str) -> Referrer {
    Referrer {
        scope: scope(at),
        kind,
        name: name.to_owned(),
        id: format!("id of {name}"),
        visible: true,
    }
}

/// A family: 1, from it 2 and from that 3 and 4; 5 is of nobody.
fn family() -> Vec<ImageRecord> {
    vec![
        record(5, "/acme", true),
        bundled(3, "/acme/prod", 2),
        record(1, "/acme", true),
        copied(4, "/acme", 2),
        copied(2, "/acme", 1),
    ]
}

fn all(records: &[ImageRecord]) -> Vec<RevokeRecord<'_>> {
    records.iter().map(RevokeRecord::new).collect()
}

fn asked() -> RevokeImage {
    RevokeImage {
        image: id(1),
        reason: Some("CVE-2026-1".parse().unwrap()),
    }
}

/// Plans or carries out, at a moment, as somebody who may know of what is hidden or not.
struct As {
    by: atlas_scope::PrincipalId,
    knows: bool,
    hours: i64,
}

fn dana() -> As {
    As {
        by: "dana".parse().unwrap(),
        knows: true,
        hours: 0,
    }
}

impl As {
    fn facts<'a>(&'a self, records: &'a [RevokeRecord<'a>]) -> RevokeFacts<'a> {
        RevokeFacts {
            records,
            may_know_hidden: self.knows,
            by: &self.by,
            now: later(self.hours),
        }
    }

    fn plan(&self, records: &[RevokeRecord<'_>]) -> Result<RevokePlan, RevokeError> {
        plan_revoke(asked(), &self.facts(records))
    }

    fn revoke(
        &self,
        plan: &RevokePlan,
        records: &[RevokeRecord<'_>],
    ) -> Result<Revoked, RevokeError> {
        revoke(plan, &self.facts(records))
    }
}

fn fates(plan: &RevokePlan) -> Vec<(u128, RevokeFate)> {
    let items = plan.items().iter();
    items
        .map(|item| (item.record.as_u128(), item.fate))
        .collect()
}

/// The records with those that changed in their places.
fn merged(records: &[ImageRecord], changed: &[ImageRecord]) -> Vec<ImageRecord> {
    let now = |record: &ImageRecord| {
        let found = changed.iter().find(|other| other.id() == record.id());
        found.unwrap_or(record).clone()
    };
    records.iter().map(now).collect()
}

#[test]
fn l08_the_plan_shows_all_that_was_made_from_it_and_whom_it_hits() {
    let mut records = family();
    // Its cloud alone says what it was made from.
    records.push(record(6, "/acme/dev", true));
    let head = user(ReferrerKind::MciHead, "/acme", "web@head");
    let revision = user(ReferrerKind::MciRevision, "/acme", "web@3");
    let server = user(ReferrerKind::Server, "/acme/prod", "default:web-1");
    let channel = user(ReferrerKind::Channel, "/acme", "web@production");
    let unseen = Referrer {
        visible: false,
        ..user(ReferrerKind::Lock, "/acme/prod", "ours")
    };
    // Where an image came from is no use of it.
    let derived = user(ReferrerKind::Derived, "/acme", "web base");
    let first = Usage::of(&records[2], [head, revision, unseen, derived], true);
    let second = Usage::of(
        &records[4],
        [
            user(ReferrerKind::MciHead, "/acme", "web@head"),
            server,
            channel,
        ],
        true,
    );
    let mut given = all(&records);
    given[2].usage = Some(&first);
    given[4].usage = Some(&second);
    given[5].from = Some(id(3));
    let plan = dana().plan(&given).unwrap();
    insta::assert_snapshot!(plan, @r#"
    plan of 2026-07-21T14:07:12Z by dana: revoke img-00000000000000000000000000000001, CVE-2026-1
    RECORD                                      STATE   FATE     HOW      SCOPE       IMAGE                                   HITS
    img-00000000000000000000000000000001        active  disable  itself   /acme       ami-0ae8605ed708e3c3e at aws/us-east-1  1 MCI HEAD, 1 MCI revision, 1 out of sight
      img-00000000000000000000000000000002      active  disable  copied   /acme       ami-0ae8605ed708e3c3e at aws/us-east-1  1 MCI HEAD, 1 channel, 1 server
        img-00000000000000000000000000000004    active  disable  copied   /acme       ami-0ae8605ed708e3c3e at aws/us-east-1  nobody
        img-00000000000000000000000000000003    active  disable  bundled  /acme/prod  ami-0ae8605ed708e3c3e at aws/us-east-1  nobody
          img-00000000000000000000000000000006  active  disable  made     /acme/dev   ami-0ae8605ed708e3c3e at aws/us-east-1  nobody
    5 of 5 images are to be disabled, which hits 1 MCI HEAD, 1 MCI revision, 1 channel, 1 server, 1 out of sight
    "#);
    let ways: Vec<_> = plan.items().iter().map(|item| item.way).collect();
    let expected = [
        RevokeWay::Itself,
        RevokeWay::Copied,
        RevokeWay::Copied,
        RevokeWay::Bundled,
        RevokeWay::Made,
    ];
    assert_eq!(ways, expected);
    assert_eq!(plan.items()[1].accounts(), BTreeSet::from([scope("/acme")]));
}

#[test]
fn l08_revoking_disables_descendants_with_what_that_is_inherited_from() {
    let records = family();
    let given = all(&records);
    let plan = dana().plan(&given).unwrap();
    let revoked = dana().revoke(&plan, &given).unwrap();
    let told = revoked.records.iter().map(|record| {
        let Lifecycle::Disabled {
            since,
            reason,
            inherited_from,
            before,
        } = record.lifecycle()
        else {
            panic!("{:?}", record.lifecycle());
        };
        assert_eq!((*since, &**before), (now(), &Lifecycle::Active));
        assert_eq!(reason.as_ref().unwrap().as_str(), "CVE-2026-1");
        (
            record.id().as_u128(),
            inherited_from.map(ImageRecordId::as_u128),
        )
    });
    let told: Vec<_> = told.collect();
    assert_eq!(told, [(1, None), (2, Some(1)), (4, Some(1)), (3, Some(1))]);
    assert_eq!(revoked.revocation.disabled, [1, 2, 4, 3].map(id));
}

#[test]
fn l08_what_is_not_the_callers_stays_and_is_counted() {
    let mut records = family();
    records.extend([
        copied(6, "/other", 1),
        copied(7, "/other/prod", 6),
        copied(8, "/acme/dev", 2),
        // Seen, and below something that is not.
        copied(9, "/acme/dev", 8),
        with(
            &copied(10, "/acme", 1),
            json!({ "lifecycle": {
                "state": "deleted", "since": now(), "before": { "state": "active" },
            } }),
        ),
    ]);
    let usage = Usage::of(&records[4], [], true);
    let (disabled, _) = disable(&records[4], None, &usage, now()).unwrap();
    records[4] = disabled;
    let mut given = all(&records);
    let set = |given: &mut Vec<RevokeRecord<'_>>, number: u128, visible, may_disable| {
        let at = given.iter_mut().find(|at| at.record.id() == id(number));
        let at = at.unwrap();
        (at.visible, at.may_disable) = (visible, may_disable);
    };
    set(&mut given, 3, true, false);
    set(&mut given, 7, false, false);
    set(&mut given, 8, false, true);
    let plan = dana().plan(&given).unwrap();
    assert_eq!(
        fates(&plan),
        [
            (1, RevokeFate::Disable),
            (2, RevokeFate::AlreadyDisabled),
            (4, RevokeFate::Disable),
            (9, RevokeFate::Disable),
            (3, RevokeFate::NotAllowed),
            (10, RevokeFate::Leaving),
            (6, RevokeFate::Elsewhere),
        ]
    );
    // What is not seen is no ancestor to be shown.
    assert_eq!(plan.items()[3].under, Some(id(2)));
    assert_eq!(plan.items()[3].depth, 2);
    insta::assert_snapshot!(plan, @r#"
    plan of 2026-07-21T14:07:12Z by dana: revoke img-00000000000000000000000000000001, CVE-2026-1
    RECORD                                    STATE     FATE              HOW      SCOPE       IMAGE                                   HITS
    img-00000000000000000000000000000001      active    disable           itself   /acme       ami-0ae8605ed708e3c3e at aws/us-east-1  nobody
      img-00000000000000000000000000000002    disabled  already-disabled  copied   /acme       ami-0ae8605ed708e3c3e at aws/us-east-1  nobody
        img-00000000000000000000000000000004  active    disable           copied   /acme       ami-0ae8605ed708e3c3e at aws/us-east-1  nobody
        img-00000000000000000000000000000009  active    disable           copied   /acme/dev   ami-0ae8605ed708e3c3e at aws/us-east-1  nobody
        img-00000000000000000000000000000003  active    not-allowed       bundled  /acme/prod  ami-0ae8605ed708e3c3e at aws/us-east-1  nobody
      img-0000000000000000000000000000000a    deleted   leaving           copied   /acme       ami-0ae8605ed708e3c3e at aws/us-east-1  nobody
      img-00000000000000000000000000000006    active    elsewhere         copied   /other      ami-0ae8605ed708e3c3e at aws/us-east-1  nobody
    3 of 7 images are to be disabled
    1 image out of sight stays as it is
    1 image in other accounts stays as it is
    "#);
    let revoked = dana().revoke(&plan, &given).unwrap();
    assert_eq!(revoked.revocation.disabled, [1, 4, 9].map(id));
    // S13: who may not delete there is not told how many she does not see.
    let stranger = As {
        knows: false,
        ..dana()
    };
    assert_eq!(stranger.plan(&given).unwrap().hidden(), None);
}

#[test]
fn l08_an_image_at_the_top_reaches_every_account() {
    let records = [
        record(1, "/", true),
        copied(2, "/acme", 1),
        copied(3, "/other", 2),
    ];
    let plan = dana().plan(&all(&records)).unwrap();
    assert_eq!(plan.changes().count(), 3);
}

#[test]
fn l08_a_part_needs_the_image_itself() {
    let records = family();
    let given = all(&records);
    let plan = dana().plan(&given).unwrap();
    let keys = |numbers: &[u128]| numbers.iter().copied().map(id).collect::<BTreeSet<_>>();
    assert_eq!(
        plan.select(&keys(&[3])),
        Err(PartError::WithoutRoot { root: id(1) })
    );
    assert_eq!(plan.select(&keys(&[])), Err(PartError::Empty));
    let unknown = vec![id(5).to_string()];
    assert_eq!(
        plan.select(&keys(&[1, 5])),
        Err(PartError::Unknown { keys: unknown })
    );
    // Its parent may stay out: what it inherits is the revocation of the image.
    let part = plan.select(&keys(&[1, 3])).unwrap();
    assert!(part.is_part());
    let revoked = dana().revoke(&part, &given).unwrap();
    assert_eq!(revoked.revocation.disabled, [id(1), id(3)]);
    // The image is revoked by now, so that the rest stands by itself.
    let records = merged(&records, &revoked.records);
    let given = all(&records);
    let rest = dana().plan(&given).unwrap();
    let rest = rest.select(&keys(&[2, 4])).unwrap();
    let revoked = dana().revoke(&rest, &given).unwrap();
    assert_eq!(revoked.revocation.disabled, [id(2), id(4)]);
    // A file that leaves the image out by hand is no such part.
    let text = plan.select(&keys(&[1, 3])).unwrap().to_text().unwrap();
    let mut file: serde_json::Value = serde_json::from_str(&text).unwrap();
    file["items"].as_array_mut().unwrap().remove(0);
    let cut = RevokePlan::parse(&sealed(&file.to_string())).unwrap();
    let records = family();
    assert_eq!(
        dana().revoke(&cut, &all(&records)),
        Err(RevokeError::Confirm(ConfirmError::Part(
            PartError::WithoutRoot { root: id(1) }
        )))
    );
}

#[test]
fn l08_a_plan_is_carried_out_exactly_or_not_at_all() {
    let before = family();
    let plan = dana().plan(&all(&before)).unwrap();
    let part = plan.select(&BTreeSet::from([id(1), id(2)])).unwrap();
    let mut records = before.clone();
    // 4 is gone, 7 came, 3 was deprecated; and 2 has a new user.
    records.retain(|record| record.id() != id(4));
    records.push(copied(7, "/acme", 3));
    let state = json!({ "state": "deprecated", "from": now() });
    records[1] = with(&records[1], json!({ "lifecycle": state }));
    let refused = |plan: &RevokePlan, given: &[RevokeRecord<'_>]| match dana().revoke(plan, given) {
        Err(RevokeError::Confirm(ConfirmError::Moved(moved))) => moved,
        other => panic!("{other:?}"),
    };
    let moved = refused(&plan, &all(&records));
    insta::assert_snapshot!(serde_json::to_string_pretty(&moved).unwrap(), @r#"
    {
      "changed": [
        {
          "key": "img-00000000000000000000000000000003",
          "before": "img-00000000000000000000000000000003  active  disable  bundled  /acme/prod  ami-0ae8605ed708e3c3e at aws/us-east-1  nobody",
          "now": "img-00000000000000000000000000000003  deprecated  disable  bundled  /acme/prod  ami-0ae8605ed708e3c3e at aws/us-east-1  nobody"
        }
      ],
      "came": [
        {
          "key": "img-00000000000000000000000000000007",
          "now": "img-00000000000000000000000000000007  active  disable  copied  /acme  ami-0ae8605ed708e3c3e at aws/us-east-1  nobody"
        }
      ],
      "went": [
        {
          "key": "img-00000000000000000000000000000004",
          "before": "img-00000000000000000000000000000004  active  disable  copied  /acme  ami-0ae8605ed708e3c3e at aws/us-east-1  nobody"
        }
      ]
    }
    "#);
    insta::assert_snapshot!(ConfirmError::Moved(moved), @r#"
    since the plan was made `img-00000000000000000000000000000003` changed; `img-00000000000000000000000000000007` came; `img-00000000000000000000000000000004` went: make the plan again
      was: img-00000000000000000000000000000003  active  disable  bundled  /acme/prod  ami-0ae8605ed708e3c3e at aws/us-east-1  nobody
      is now: img-00000000000000000000000000000003  deprecated  disable  bundled  /acme/prod  ami-0ae8605ed708e3c3e at aws/us-east-1  nobody
      is now: img-00000000000000000000000000000007  active  disable  copied  /acme  ami-0ae8605ed708e3c3e at aws/us-east-1  nobody
      was: img-00000000000000000000000000000004  active  disable  copied  /acme  ami-0ae8605ed708e3c3e at aws/us-east-1  nobody
    "#);
    // The part has none of that in it.
    dana().revoke(&part, &all(&records)).unwrap();
    let server = user(ReferrerKind::Server, "/acme", "default:web-1");
    let usage = Usage::of(&records[3], [server], true);
    let mut given = all(&records);
    given[3].usage = Some(&usage);
    let moved = refused(&part, &given);
    assert_eq!((moved.changed.len(), moved.came.len()), (1, 0));
    assert_eq!(moved.changed[0].key, id(2).to_string());
    // What stays in both plans is no matter.
    given[3].may_disable = false;
    let plan_without = dana().plan(&given).unwrap();
    given[3].usage = None;
    dana().revoke(&plan_without, &given).unwrap();
    // Nor are names.
    let renamed = with(
        &before[4],
        json!({ "name": "another", "description": "text" }),
    );
    let records = merged(&before, &[renamed]);
    dana().revoke(&plan, &all(&records)).unwrap();
    // A plan that was written by hand does what the facts say, or nothing.
    let text = plan.to_text().unwrap();
    let told = text.replace(r#""fate": "disable""#, r#""fate": "already-disabled""#);
    let forged = RevokePlan::parse(&sealed(&told)).unwrap();
    assert_eq!(forged.changes().count(), 0);
    let revoked = dana().revoke(&forged, &all(&before)).unwrap();
    assert_eq!(revoked.revocation.disabled.len(), 4);
}

#[test]
fn l08_launch_permissions_that_go_for_ever_are_told() {
    let records = family();
    let mut given = all(&records);
    let place = |number| records.iter().position(|it| it.id() == id(number)).unwrap();
    let (image, copy) = (place(1), place(3));
    given[image].permissions = 2;
    given[copy].permissions = 1;
    let plan = dana().plan(&given).unwrap();
    let table = plan.to_string();
    assert!(table.contains(" 2 launch permissions\n"), "{table}");
    assert!(table.contains(" 1 launch permission\n"), "{table}");
    // Whoever opens one of them to more moves the plan.
    given[copy].permissions = 3;
    let refused = dana().revoke(&plan, &given).unwrap_err().to_string();
    assert!(refused.contains("3 launch permissions"), "{refused}");
    given[copy].permissions = 1;
    let revoked = dana().revoke(&plan, &given).unwrap();
    let closed = [id(1), id(3)];
    assert_eq!(revoked.revocation.closed, closed);
    let since = merged(&records, &revoked.records);
    let undone = undo_revoke(&revoked.revocation, &all(&since));
    assert_eq!(undone.closed, closed);
    let lost = "is opened to nobody now: its launch permissions do not come back";
    assert_eq!(undone.to_string().matches(lost).count(), 2);
    // What was taken back is not taken back again.
    let left = revoked.revocation.without(&undone.records);
    assert_eq!((left.disabled.len(), left.closed.len()), (0, 0));
}

#[test]
fn l08_undoing_restores_what_this_revocation_disabled_and_nothing_else() {
    let mut records = family();
    records.push(copied(6, "/acme", 1));
    records.push(copied(7, "/acme", 1));
    records.push(copied(8, "/acme", 1));
    let usage = Usage::of(&records[3], [], true);
    // 4 was disabled before.
    records[3] = disable(&records[3], None, &usage, now()).unwrap().0;
    let plan = dana().plan(&all(&records)).unwrap();
    let revoked = dana().revoke(&plan, &all(&records)).unwrap();
    let mut since = merged(&records, &revoked.records);
    let place = |since: &[ImageRecord], number: u128| {
        let mut places = since.iter();
        places.position(|record| record.id() == id(number)).unwrap()
    };
    // 6 was enabled, 7 was enabled and disabled again, 8 was deleted.
    for number in [6, 7] {
        let at = place(&since, number);
        since[at] = enable(&since[at]).unwrap();
    }
    let seven = place(&since, 7);
    let usage = Usage::of(&since[seven], [], true);
    since[seven] = disable(&since[seven], None, &usage, later(1)).unwrap().0;
    let eight = place(&since, 8);
    let facts = atlas_image::DeleteFacts {
        usage: &Usage::of(&since[eight], [], true),
        same_image: &atlas_image::SameImage::default(),
        now: later(1),
    };
    let deleted = delete(&since[eight], atlas_image::DeleteImage::default(), &facts);
    since[eight] = deleted.unwrap().record;
    let mut given = all(&since);
    // 3 is out of sight by now, and 2 not the caller's.
    let three = place(&since, 3);
    given[three].visible = false;
    let two = place(&since, 2);
    given[two].may_disable = false;
    let undone = undo_revoke(&revoked.revocation, &given);
    let back: Vec<_> = undone.records.iter().map(ImageRecord::id).collect();
    assert_eq!(back, [id(1)]);
    assert_eq!(undone.records[0].lifecycle(), &Lifecycle::Active);
    insta::assert_snapshot!(undone, @r#"
    1 of 6 images is what it was
    `img-00000000000000000000000000000002` cannot be enabled by you: ask its owner
    `img-00000000000000000000000000000003` is not there any more
    `img-00000000000000000000000000000006` is active since then, and stays so
    `img-00000000000000000000000000000007` is disabled anew since then, and stays so
    `img-00000000000000000000000000000008` is deleted since then, and stays so
    "#);
    assert_eq!(since[3].lifecycle().state(), LifecycleState::Disabled);
    // The receipt is data, and says no more than it needs.
    insta::assert_snapshot!(serde_json::to_string(&revoked.revocation).unwrap(), @r#"{"image":"img-00000000000000000000000000000001","at":"2026-07-21T14:07:12Z","by":"dana","disabled":["img-00000000000000000000000000000001","img-00000000000000000000000000000002","img-00000000000000000000000000000003","img-00000000000000000000000000000006","img-00000000000000000000000000000007","img-00000000000000000000000000000008"]}"#);
}

#[test]
fn l08_undoing_takes_back_its_own_revocation_and_no_later_one() {
    let records = family();
    let plan = dana().plan(&all(&records)).unwrap();
    let first = dana().revoke(&plan, &all(&records)).unwrap();
    let since = merged(&records, &first.records);
    let undone = undo_revoke(&first.revocation, &all(&since));
    let since = merged(&since, &undone.records);
    let later = As { hours: 1, ..dana() };
    let second = later.revoke(&plan, &all(&since)).unwrap();
    let since = merged(&since, &second.records);
    let undone = undo_revoke(&first.revocation, &all(&since));
    assert_eq!((undone.records.len(), undone.left.len()), (0, 4));
    let undone = undo_revoke(&second.revocation, &all(&since));
    assert_eq!(merged(&since, &undone.records), records);
}

#[test]
fn l08_undoing_stays_below_what_was_revoked_later() {
    // 9 → 1 → 2 → 4, 3; first 1 is revoked, then 9.
    let mut records = family();
    records[2] = copied(1, "/acme", 9);
    records.push(record(9, "/acme", true));
    let plan = dana().plan(&all(&records)).unwrap();
    let revoked = dana().revoke(&plan, &all(&records)).unwrap();
    let mut since = merged(&records, &revoked.records);
    let usage = Usage::of(&since[5], [], true);
    since[5] = disable(&since[5], None, &usage, later(1)).unwrap().0;
    let undone = undo_revoke(&revoked.revocation, &all(&since));
    assert_eq!(undone.records, []);
    let ancestor = Some(id(9));
    let below = RevokedSince::Below { ancestor };
    assert!(undone.left.iter().all(|left| left.since == below));
    assert_eq!(undone.left.len(), 4);
    // One that was disabled before did not keep them from being used.
    let mut before = records.clone();
    before[5] = disable(&records[5], None, &usage, now()).unwrap().0;
    let before = merged(&before, &revoked.records);
    let undone = undo_revoke(&revoked.revocation, &all(&before));
    assert_eq!((undone.records.len(), undone.left.len()), (4, 0));
}

#[test]
fn l08_what_cannot_be_revoked_is_refused() {
    let records = family();
    let mut messages = Vec::new();
    let mut tell = |given: &[RevokeRecord<'_>]| {
        messages.push(dana().plan(given).unwrap_err().to_string());
    };
    tell(&all(&records[3..]));
    let mut given = all(&records);
    given[2].visible = false;
    tell(&given);
    given[2].visible = true;
    given[2].may_disable = false;
    tell(&given);
    let state = json!({ "state": "deleted", "since": now(), "before": { "state": "active" } });
    let gone = with(&records[2], json!({ "lifecycle": state }));
    tell(&all(&[gone]));
    let many: Vec<_> = (2..=10_002)
        .map(|number| copied(number, "/acme", 1))
        .collect();
    let mut many = many;
    many.push(records[2].clone());
    tell(&all(&many));
    insta::assert_snapshot!(messages.join("\n"), @r#"
    there is no image `img-00000000000000000000000000000001`: check its id
    there is no image `img-00000000000000000000000000000001`: check its id
    `img-00000000000000000000000000000001` cannot be revoked by who may not disable it: ask its owner
    `img-00000000000000000000000000000001` is deleted: restore it first
    10001 images were made from it, and one plan takes 10000: revoke some of these first
    "#);
    many.swap_remove(0);
    assert_eq!(dana().plan(&all(&many)).unwrap().changes().count(), 10_001);
}

#[test]
fn l08_origins_that_lead_in_a_circle_end() {
    let records = [
        copied(1, "/acme", 3),
        copied(2, "/acme", 1),
        copied(3, "/acme", 2),
    ];
    let given = all(&records);
    let plan = dana().plan(&given).unwrap();
    assert_eq!(plan.changes().count(), 3);
    let revoked = dana().revoke(&plan, &given).unwrap();
    let undone = undo_revoke(&revoked.revocation, &all(&revoked.records));
    assert_eq!(undone.records.len(), 3);
}

#[test]
fn l08_a_plan_is_json() {
    let records = family();
    let head = user(ReferrerKind::MciHead, "/acme/prod", "web@head");
    let usage = Usage::of(&records[2], [head], true);
    let mut given = all(&records);
    given[2].usage = Some(&usage);
    let plan = dana().plan(&given).unwrap();
    let part = plan.select(&BTreeSet::from([id(1)])).unwrap();
    let text = part.to_text().unwrap();
    insta::assert_snapshot!(text, @r#"
    {
      "atlas": "plan/1",
      "kind": "revoke",
      "made": "2026-07-21T14:07:12Z",
      "by": "dana",
      "digest": "blake3:93c065283fb7fbe31ebdc66894ae817dae258b306204f2804d9c1cc07c8247b8",
      "ask": {
        "image": "img-00000000000000000000000000000001",
        "reason": "CVE-2026-1"
      },
      "part": true,
      "items": [
        {
          "record": "img-00000000000000000000000000000001",
          "depth": 0,
          "way": "itself",
          "scope": "/acme",
          "location": "aws/us-east-1",
          "image_id": "ami-0ae8605ed708e3c3e",
          "name": "web base",
          "state": "active",
          "fate": "disable",
          "users": [
            {
              "scope": "/acme/prod",
              "kind": "mci-head",
              "name": "web@head",
              "id": "id of web@head"
            }
          ],
          "expects": "blake3:d6d6860f9476f5365f4220fe33721d0b8f0c1c7cb7778a75b18624b0b9eb6372"
        }
      ]
    }
    "#);
    assert_eq!(RevokePlan::parse(&text), Ok(part));
    assert_eq!(RevokePlan::parse(&plan.to_text().unwrap()), Ok(plan));
}

/// Records of which each has one of those before it as its parent, or none, in some state.
fn forest() -> impl Strategy<Value = Vec<ImageRecord>> {
    let home = prop::sample::select(vec!["/acme", "/acme/prod", "/acme/dev", "/other"]);
    let one = (0_usize..8, home, 0_usize..4);
    vec(one, 1..12).prop_map(|given| {
        let mut records: Vec<ImageRecord> = Vec::new();
        for (at, (parent, home, state)) in given.into_iter().enumerate() {
            let number = at as u128 + 1;
            let home = if at == 0 { "/acme" } else { home };
            let made = match records.get(parent) {
                Some(parent) => copied(number, home, parent.id().as_u128()),
                None => record(number, home, true),
            };
            let usage = Usage::of(&made, [], true);
            records.push(match state {
                0 => disable(&made, None, &usage, now()).unwrap().0,
                1 => atlas_image::deprecate(&made, now(), None, None).unwrap(),
                _ => made,
            });
        }
        records
    })
}

proptest! {
    #[test]
    fn l08_carrying_out_equals_the_preview_and_undoing_gives_back_the_equal_records(
        records in forest(),
        chosen in vec(any::<bool>(), 12),
    ) {
        let given = all(&records);
        let plan = As { hours: 1, ..dana() }.plan(&given).unwrap();
        let changes: BTreeSet<_> = plan.changes().map(PlanItem::key).collect();
        let revoker = As { hours: 2, ..dana() };
        let revoked = revoker.revoke(&plan, &given).unwrap();
        let done: BTreeSet<_> = revoked.records.iter().map(ImageRecord::id).collect();
        prop_assert_eq!(&done, &changes);
        let since = merged(&records, &revoked.records);
        let undone = undo_revoke(&revoked.revocation, &all(&since));
        prop_assert_eq!(&undone.left, &[]);
        prop_assert_eq!(merged(&since, &undone.records), records.clone());
        // Nothing is left of the plan once it is carried out.
        prop_assert_eq!(revoker.plan(&all(&since)).unwrap().changes().count(), 0);

        let keys: BTreeSet<_> = plan.items().iter().zip(&chosen)
            .filter_map(|(item, chosen)| chosen.then_some(item.record))
            .collect();
        if let Ok(part) = plan.select(&keys) {
            prop_assert!(part.items().iter().all(|item| plan.items().contains(item)));
            prop_assert_eq!(part.items().len(), keys.len());
            let revoked = revoker.revoke(&part, &given).unwrap();
            let done: BTreeSet<_> = revoked.records.iter().map(ImageRecord::id).collect();
            prop_assert_eq!(done, changes.intersection(&keys).copied().collect());
            let text = part.to_text().unwrap();
            prop_assert_eq!(Plan::<RevokeItem>::parse(&text).unwrap(), part);
        }
    }

    #[test]
    fn l08_a_plan_does_not_depend_on_the_order_of_the_facts(records in forest()) {
        let plan = dana().plan(&all(&records)).unwrap();
        let mut turned = records;
        turned.reverse();
        prop_assert_eq!(dana().plan(&all(&turned)).unwrap(), plan);
    }
}
