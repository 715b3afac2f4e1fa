//! What an API for images asks of the facade: what may be launched and whose it is, names, labels,
//! snapshots, copies.

use crate::support::{World, most, p, run};
use cloud_atlas::{
    DuplicateImage, Error, ErrorKind, ImageLookup, ImageQuery, Labelled, LaunchableImage, NewImage,
    Noun, Paging, RegisterImage, Retention, Session, SnapshotFate, SnapshotQuery,
    image::{
        AddSnapshot, Cleaned, CopyError, CopyImage, Device, Devices, EditImage, ImageRecord,
        LabelChange, LaunchPermission, LifeError, Origin, SnapshotError, SnapshotRecord, Via,
    },
    image_id::{AmiId, CloudLocation, ImageId},
    mci::{HeadEdit, Setting},
    scope::{Permission, Scope},
};
use std::{collections::BTreeMap, sync::LazyLock};

static ACME: LazyLock<Scope> = LazyLock::new(|| p("/acme"));
static BETA: LazyLock<Scope> = LazyLock::new(|| p("/beta"));
static PROD: LazyLock<Scope> = LazyLock::new(|| p("/acme/prod"));
static EAST: LazyLock<CloudLocation> = LazyLock::new(|| p("aws/us-east-1"));
static MAIN: LazyLock<CloudLocation> = LazyLock::new(|| p("local/main"));

fn local(number: u128) -> ImageId {
    ImageId::Local(AmiId::from_bits(number))
}

fn asked(scope: &str, number: u128, name: &str) -> RegisterImage {
    let mut ask = RegisterImage::new(p(scope), MAIN.clone(), local(number), Via::Ec2);
    ask.name = Some(p(name));
    ask
}

async fn made(who: &Session, scope: &str, number: u128, name: &str) -> ImageRecord {
    let made = who.make_image(NewImage::new(asked(scope, number, name)));
    made.await.unwrap().registered.record
}

async fn listed(who: &Session, from: &str) -> Vec<LaunchableImage> {
    let mut query = ImageQuery::new(p(from));
    query.location = Some(MAIN.clone());
    let page = who.launchable_images(&query, &most(), &|_| true).await;
    page.unwrap().items
}

fn names(images: &[LaunchableImage]) -> Vec<&str> {
    images.iter().map(|image| image.record.name()).collect()
}

fn labels(pairs: &[(&str, &str)]) -> LabelChange {
    let mut change = LabelChange::default();
    let pairs = pairs.iter();
    change.set = pairs.map(|(key, value)| (p(key), p(value))).collect();
    change
}

fn with_snapshots(mut ask: RegisterImage, ids: &[&str]) -> RegisterImage {
    let device = |(at, id): (usize, &&str)| {
        let mut device = Device::default();
        device.name = Some(p(&format!("/dev/sd{at}")));
        device.snapshot = Some(p(id));
        device
    };
    let devices = ids.iter().enumerate().map(device).collect();
    ask.devices = Devices::new(devices).unwrap();
    ask
}

#[test]
fn e02_new_ids_have_17_digits_or_32_and_differ() {
    let world = World::new();
    let who = world.admin();
    let (short, long) = (who.new_ami_id(false), who.new_ami_id(true));
    assert_eq!(short.digits().len(), 17);
    assert!(long.is_symphony());
    assert_ne!(who.new_ami_id(false), short);
    assert_eq!(who.new_snapshot_id().as_str().len(), "snap-".len() + 17);
    run(async {
        for id in [short, long] {
            let mut ask = asked("/acme", 1, "made");
            ask.image_id = ImageId::Local(id);
            let made = who.make_image(NewImage::new(ask)).await.unwrap();
            assert_eq!(made.registered.record.image_id().as_str(), id.as_str());
        }
    });
}

#[test]
fn e04_what_is_opened_and_reset_is_told_with_its_owner() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        let own = made(&admin, "/acme/prod", 1, "web").await;
        let seen = listed(&admin, "/acme/prod").await;
        let number = seen[0].owner.unwrap();
        assert!(seen[0].is_own && !seen[0].is_public && seen[0].permissions.is_empty());
        assert_eq!(listed(&bert, "/beta").await, []);

        // To everybody, and to one account more, in one step.
        let scopes = admin.scopes(&most()).await.unwrap().items;
        let beta = scopes.iter().find(|it| it.scope == p("/beta")).unwrap();
        let beta = LaunchPermission::Account(beta.account_number.unwrap());
        let (all, prod) = (LaunchPermission::Everybody, p::<Scope>("/acme/prod"));
        let both = [all.clone(), beta.clone()];
        let change = admin.change_launch_permissions(own.id(), &both, &[], &prod);
        assert_eq!(change.await.unwrap().changed, both);
        let seen = listed(&bert, "/beta").await;
        assert_eq!(names(&seen), ["web"]);
        assert!(!seen[0].is_own && seen[0].is_public);
        assert_eq!(seen[0].owner, Some(number));
        assert_eq!(seen[0].opened_by, Some(beta.clone()));
        assert!(seen[0].permissions.is_empty(), "who else, is not told");
        assert_eq!(listed(&admin, "/acme/prod").await[0].permissions, both);

        // One goes and another comes; where one of them is none, nothing does.
        let other: LaunchPermission = p("999999999999");
        let group: LaunchPermission = p("grp-00000000000000000000000000000001");
        let (more, fewer) = ([other.clone(), group], [all.clone()]);
        let refused = admin.change_launch_permissions(own.id(), &more, &fewer, &prod);
        assert!(matches!(refused.await, Err(Error::LaunchPermission(_))));
        assert_eq!(listed(&admin, "/acme/prod").await[0].permissions, both);
        let more = [other.clone()];
        let change = admin.change_launch_permissions(own.id(), &more, &fewer, &prod);
        let change = change.await.unwrap();
        assert_eq!(change.changed, [all, other.clone()]);
        assert_eq!(change.permissions.permissions, [beta, other]);
        assert!(!listed(&bert, "/beta").await[0].is_public);
        admin
            .reset_launch_permissions(own.id(), &prod)
            .await
            .unwrap();
        assert_eq!(listed(&bert, "/beta").await, []);
    });
}

#[test]
fn e06_a_scope_lists_its_own_the_shared_and_the_opened_and_only_owners_change_things() {
    let world = World::new();
    let (admin, bert, olga) = (world.admin(), world.who("bert"), world.who("olga"));
    run(async {
        made(&admin, "/acme/prod", 1, "own").await;
        made(&admin, "/acme", 2, "shared").await;
        made(&admin, "/", 3, "global").await;
        let opened = made(&admin, "/beta", 4, "opened").await;
        made(&admin, "/beta", 5, "closed").await;
        let all = [LaunchPermission::Everybody];
        let open = admin.add_launch_permissions(opened.id(), &all, &BETA);
        open.await.unwrap();
        let seen = listed(&olga, "/acme/prod").await;
        assert_eq!(names(&seen), ["own", "shared", "global", "opened"]);
        let told: Vec<_> = seen.iter().map(|it| (it.is_own, it.is_public)).collect();
        let expected = [(true, false), (true, false), (false, true), (false, true)];
        assert_eq!(told, expected);
        assert_eq!(seen[2].owner, None);
        assert_ne!(seen[3].owner, seen[0].owner);

        // Whoever was opened to may not change it, and is told at which account she would have to.
        let mut edit = EditImage::default();
        edit.description = Some(Some(p("mine now")));
        let refused = bert.edit_image(seen[0].record.id(), &BETA, edit.clone());
        assert_eq!(refused.await.unwrap_err().kind(), ErrorKind::NotFound);
        let refused = admin.edit_image(opened.id(), &PROD, edit.clone());
        refused.await.unwrap();
        let refused = olga.edit_image(opened.id(), &PROD, edit).await;
        let Err(Error::Denied(denied)) = refused else {
            panic!("{refused:?}")
        };
        assert!(denied.to_string().contains("/beta"), "{denied}");
        assert!(denied.to_string().contains(Permission::ImageEdit.as_str()));
    });
}

#[test]
fn e06_pages_go_on_where_they_ended_although_images_go_and_come() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let mut records = Vec::new();
        for number in 1..=9 {
            let name = format!("web-{number}");
            records.push(made(&admin, "/acme", number, &name).await);
        }
        let mut query = ImageQuery::new(ACME.clone());
        query.location = Some(MAIN.clone());
        let odd = |image: &LaunchableImage| {
            let name = image.record.name();
            name.ends_with(['1', '3', '5', '7', '9'])
        };
        let first = admin.launchable_images(&query, &Paging::of(2), &odd).await;
        let first = first.unwrap();
        assert_eq!(names(&first.items), ["web-1", "web-3"]);
        // The last of the page goes, the next one too, and one comes before them.
        for gone in [2, 4] {
            let id = records[gone].id();
            let gone = admin.deregister_image(id, &ACME, None, Retention::default(), false);
            gone.await.unwrap();
        }
        made(&admin, "/acme", 0, "web-0").await;
        let rest = first.following().unwrap();
        let rest = admin.launchable_images(&query, &rest, &odd).await.unwrap();
        assert_eq!(names(&rest.items), ["web-7", "web-9"]);
        assert_eq!(rest.next, None);
    });
}

#[test]
fn e06_images_are_looked_up_by_their_ids_at_one_moment() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        let own = made(&admin, "/acme", 1, "own").await;
        let gone = made(&admin, "/acme", 2, "gone").await;
        let opened = made(&admin, "/beta", 3, "opened").await;
        let all = [LaunchPermission::Everybody];
        let open = admin.add_launch_permissions(opened.id(), &all, &BETA);
        open.await.unwrap();
        let id = gone.id();
        let gone = admin.deregister_image(id, &ACME, None, Retention::default(), false);
        gone.await.unwrap();
        let again = admin.deregister_image(id, &ACME, None, Retention::default(), false);
        let again = again.await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Conflict, "{again}");

        let ids = [local(3), local(9), local(2), local(1)];
        let found = admin.look_up_images(&MAIN, &ids, &ACME).await;
        let found = found.unwrap();
        let ImageLookup::Here(first) = &found[0] else {
            panic!("{found:?}")
        };
        assert!(first.is_public && !first.is_own && first.opened_by.is_some());
        assert_eq!(found[1], ImageLookup::Missing);
        assert!(matches!(&found[2], ImageLookup::Deleted(record) if record.id() == id));
        assert!(matches!(&found[3], ImageLookup::Here(it) if it.record == own && it.is_own));
        // Elsewhere they are not.
        let there = admin.look_up_images(&p("local/other"), &ids, &ACME).await;
        assert_eq!(there.unwrap(), vec![ImageLookup::Missing; 4]);
        // Nor is what another account has, or had.
        let found = bert.look_up_images(&MAIN, &ids, &BETA).await;
        let found = found.unwrap();
        assert!(matches!(&found[0], ImageLookup::Here(it) if it.is_own));
        assert_eq!(found[1..], vec![ImageLookup::Missing; 3]);
        let many = vec![local(1); Paging::MOST + 1];
        let refused = admin.look_up_images(&MAIN, &many, &ACME).await;
        assert!(matches!(refused, Err(Error::PageLimit { limit: 1001 })));
    });
}

#[test]
fn e01_a_name_is_given_once_a_scope_and_region_where_that_is_asked_for() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let unique = |scope: &str, number, at: &str| {
            let mut ask = NewImage::new(asked(scope, number, "web"));
            ask.register.location = p(at);
            ask.unique_name = true;
            ask
        };
        let first = admin.make_image(unique("/acme", 1, "local/main")).await;
        let first = first.unwrap().registered.record.id();
        let refused = admin.make_image(unique("/acme", 2, "local/main")).await;
        let Err(Error::NameTaken { noun, name, scope }) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(
            (noun, name.as_str(), scope),
            (Noun::Image, "web", ACME.clone())
        );
        // Another region, another scope, no such wish.
        let there = admin.make_image(unique("/acme", 3, "local/other")).await;
        there.unwrap();
        let there = admin.make_image(unique("/beta", 4, "local/main")).await;
        there.unwrap();
        made(&admin, "/acme", 5, "web").await;
        for id in [first] {
            let gone = admin.deregister_image(id, &ACME, None, Retention::default(), false);
            gone.await.unwrap();
        }
        let refused = admin.make_image(unique("/acme", 6, "local/main")).await;
        assert!(matches!(refused, Err(Error::NameTaken { .. })));
    });
}

#[test]
fn e07_what_may_be_edited_is_set_and_never_unset_and_product_codes_stay() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let id = made(&admin, "/acme", 1, "web").await.id();
        let code = |code: &str| serde_json::from_str(&format!(r#"{{"code":"{code}"}}"#)).unwrap();
        let mut edit = EditImage::default();
        edit.imds_support = Some(p("v2.0"));
        edit.add_product_codes = [code("a")].into();
        edit.last_launched = Some(p("2026-08-01T12:00:00Z"));
        admin.edit_image(id, &ACME, edit).await.unwrap();
        let mut edit = EditImage::default();
        edit.add_product_codes = [code("b")].into();
        edit.last_launched = Some(p("2026-07-01T12:00:00Z"));
        let edited = admin.edit_image(id, &ACME, edit).await.unwrap().record;
        let ec2 = edited.ec2();
        assert_eq!(ec2.imds_support, Some(p("v2.0")));
        assert_eq!(ec2.product_codes, [code("a"), code("b")].into());
        assert_eq!(ec2.last_launched, Some(p("2026-08-01T12:00:00Z")));
    });
}

#[test]
fn e08_an_image_that_is_referred_to_is_not_deregistered_and_the_refusal_counts() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let ask = with_snapshots(asked("/acme", 1, "web"), &["snap-00000001"]);
        let mut new = NewImage::new(ask);
        new.snapshots = vec![AddSnapshot::new(p("snap-00000001"))];
        let id = admin.make_image(new).await.unwrap().registered.record.id();
        admin.create_mci(&ACME, p("site")).await.unwrap();
        let setting = Setting::new(local(1)).with_instance_type(p("m7i.large"));
        let edits = vec![HeadEdit::set(MAIN.clone(), setting)];
        let site = p("site");
        admin.edit_mci(&site, &ACME, edits, None).await.unwrap();
        let keep = Retention::default();
        let refused = admin.deregister_image(id, &ACME, None, keep, true).await;
        let Err(Error::Life(LifeError::InUse(in_use))) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(in_use.referrers.len(), 1);
        // Nothing of it is gone.
        let query = SnapshotQuery::new(ACME.clone());
        let left = admin.snapshots(&query, &most(), &|_| true).await.unwrap();
        assert_eq!(left.items.len(), 1);
        let unset = HeadEdit::Unset {
            location: MAIN.clone(),
        };
        let edits = vec![unset];
        admin.edit_mci(&site, &ACME, edits, None).await.unwrap();
        let gone = admin.deregister_image(id, &ACME, None, keep, true).await;
        let fates = gone.unwrap().snapshots;
        assert_eq!(fates, [(p("snap-00000001"), SnapshotFate::Deleted)]);
    });
}

#[test]
fn e01_snapshots_come_with_an_image_stay_while_it_does_and_go_with_it() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        let (one, two) = ("snap-00000001", "snap-00000002");
        let mut ask = with_snapshots(asked("/acme", 1, "web"), &[one, two]);
        ask.origin = Origin::Bundled {
            server: p("i-1"),
            base: None,
            template: None,
            mci: None,
            cleaned: Cleaned::default(),
        };
        let mut new = NewImage::new(ask);
        new.known_snapshots = true;
        let mut first = AddSnapshot::new(p(one));
        first.description = Some(p("Created by CreateImage(i-1) for ami-1"));
        first.volume = Some(p("vol-1"));
        new.snapshots = vec![first];
        // One that a device names is not there: nothing is kept.
        let refused = admin.make_image(new.clone()).await;
        let Err(Error::Snapshot(SnapshotError::Unknown { snapshots, .. })) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(snapshots, [p(two)]);
        assert_eq!(listed(&admin, "/acme").await, []);
        new.snapshots.push(AddSnapshot::new(p(two)));
        let made = admin.make_image(new).await.unwrap();
        assert_eq!(made.snapshots.len(), 2);
        let other = with_snapshots(asked("/acme", 2, "other"), &[two]);
        let other = admin.make_image(NewImage::new(other)).await.unwrap();

        // Neither goes while an image names it, and nobody else sees it.
        let at = MAIN.clone();
        let refused = admin.delete_snapshot(&at, &p(two), &ACME).await;
        let Err(Error::Snapshot(SnapshotError::InUse { images, .. })) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!(images, [local(1), local(2)]);
        let ids = [p(one), p("snap-00000009")];
        let found = admin.look_up_snapshots(&at, &ids, &ACME).await.unwrap();
        assert_eq!(found[0].as_ref().unwrap().volume, Some(p("vol-1")));
        assert_eq!(found[1], None);
        let hidden = bert.look_up_snapshots(&at, &ids, &BETA).await;
        assert_eq!(hidden.unwrap(), [None, None]);
        let twice = admin.add_snapshot(&ACME, &at, AddSnapshot::new(p(one)));
        assert!(matches!(twice.await, Err(Error::NameTaken { .. })));
        let elsewhere = admin.add_snapshot(&ACME, &EAST, AddSnapshot::new(p(one)));
        assert!(matches!(
            elsewhere.await,
            Err(Error::Snapshot(SnapshotError::NotHere { .. }))
        ));
        let full = admin.remove_scope(&ACME).await.unwrap_err();
        assert!(full.to_string().contains("snapshot: 2"), "{full}");

        let id = made.registered.record.id();
        let gone = admin.deregister_image(id, &ACME, None, Retention::default(), true);
        let fates = gone.await.unwrap().snapshots;
        let expected = [
            (p(one), SnapshotFate::Deleted),
            (p(two), SnapshotFate::InUse(vec![local(2)])),
        ];
        assert_eq!(fates, expected);
        let id = other.registered.record.id();
        let gone = admin.deregister_image(id, &ACME, None, Retention::default(), false);
        gone.await.unwrap();
        admin.delete_snapshot(&at, &p(two), &ACME).await.unwrap();
        assert_eq!(run_findings(&world), Vec::<String>::new());
    });
}

fn run_findings(world: &World) -> Vec<String> {
    run(world.atlas.check()).unwrap().findings
}

#[test]
fn e03_labels_hold_whatever_is_written_and_lead_to_their_records() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let image = made(&admin, "/acme", 1, "web").await;
        let other = made(&admin, "/acme", 2, "other").await;
        let id = p("snap-00000001");
        let add = admin.add_snapshot(&ACME, &MAIN, AddSnapshot::new(p("snap-00000001")));
        add.await.unwrap();
        let snapshot = Labelled::Snapshot {
            location: MAIN.clone(),
            id,
        };
        let long = "é".repeat(256);
        let odd = [
            ("team", "web"),
            ("a:b=c d", "x=\n\u{200d}\u{1}"),
            ("Straße 💾", ""),
            (" ", &long),
        ];
        let both = [Labelled::Image(image.id()), snapshot];
        let change = labels(&odd);
        admin.change_labels(&both, &ACME, &change).await.unwrap();
        let read = admin.image(image.id(), &ACME).await.unwrap();
        let kept: BTreeMap<_, _> = read
            .labels()
            .iter()
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
        assert_eq!(kept, change.set);
        for (key, value) in odd {
            for value in [None, Some(p(value))] {
                let mut query = ImageQuery::new(ACME.clone());
                query.labels.insert(p(key), value.clone());
                let found = admin.images(&query, &most()).await.unwrap().items;
                assert_eq!(found, std::slice::from_ref(&read), "{key}");
                let mut query = SnapshotQuery::new(ACME.clone());
                query.labels.insert(p(key), value);
                let found = admin.snapshots(&query, &most(), &|_| true).await.unwrap();
                assert_eq!(found.items.len(), 1, "{key}");
            }
        }
        let mut query = ImageQuery::new(ACME.clone());
        query.labels.insert(p("team"), Some(p("ops")));
        assert_eq!(admin.images(&query, &most()).await.unwrap().items, []);

        // Of several records all change or none does.
        let many: Vec<_> = (0..50).map(|it| (format!("k{it}"), "v")).collect();
        let many: Vec<_> = many
            .iter()
            .map(|(key, value)| (key.as_str(), *value))
            .collect();
        let all = [Labelled::Image(other.id()), Labelled::Image(image.id())];
        let refused = admin.change_labels(&all, &ACME, &labels(&many)).await;
        assert!(matches!(refused, Err(Error::EditImage(_))), "{refused:?}");
        let other = admin.image(other.id(), &ACME).await.unwrap();
        assert!(other.labels().is_empty());
        // One goes by its key, one only where its value is the one that is said.
        let mut change = LabelChange {
            remove: vec![(p(" "), None), (p("team"), Some(p("ops")))],
            ..LabelChange::default()
        };
        admin.change_labels(&both, &ACME, &change).await.unwrap();
        let read = admin.image(image.id(), &ACME).await.unwrap();
        let keys: Vec<_> = read.labels().iter().map(|(key, _)| key.as_str()).collect();
        assert_eq!(keys, ["Straße 💾", "a:b=c d", "team"]);
        change.remove.clear();
        change.clear = true;
        admin.change_labels(&both, &ACME, &change).await.unwrap();
        let query = SnapshotQuery::new(ACME.clone());
        let kept = |it: &SnapshotRecord| it.labels.is_empty();
        let left = admin.snapshots(&query, &most(), &kept).await.unwrap();
        assert_eq!(left.items.len(), 1);
    });
}

#[test]
fn e01_an_image_of_the_repository_is_copied_within_its_region_and_once_a_token() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let ask = with_snapshots(asked("/beta", 1, "web"), &["snap-00000001"]);
        let source = admin.make_image(NewImage::new(ask)).await.unwrap();
        let source = source.registered.record.id();
        let label = labels(&[("team", "web")]);
        let of_source = [Labelled::Image(source)];
        let beta = p::<Scope>("/beta");
        admin
            .change_labels(&of_source, &beta, &label)
            .await
            .unwrap();
        let copy = |to: &str, number| {
            let copy = CopyImage::new(p(to));
            let mut ask = DuplicateImage::new(source, copy, local(number));
            ask.token = Some(p("once"));
            ask
        };
        // It is not seen, then opened, then copied by whoever sees it.
        let hidden = admin.duplicate_image(copy("local/main", 2), &ACME).await;
        assert_eq!(hidden.unwrap_err().kind(), ErrorKind::NotFound);
        let all = [LaunchPermission::Everybody];
        let open = admin.add_launch_permissions(source, &all, &beta);
        open.await.unwrap();
        let made = admin.duplicate_image(copy("local/main", 2), &ACME).await;
        let made = made.unwrap().record;
        assert_eq!((made.scope().as_str(), made.name()), ("/acme", "web"));
        assert_eq!(made.origin(), &Origin::Copied { from: source });
        assert_eq!(made.ec2().source_image, Some(p(local(1).as_str())));
        assert!(made.labels().is_empty(), "labels of others are not told");
        assert_eq!(made.snapshots().count(), 0);
        // Again with the token: nothing new. Another request with it: refused.
        let again = admin.duplicate_image(copy("local/main", 3), &ACME).await;
        assert_eq!(again.unwrap().record, made);
        let other = admin.duplicate_image(copy("local/other", 3), &ACME).await;
        assert!(matches!(
            other,
            Err(Error::Copy(CopyError::OtherRequest { .. }))
        ));
        let mut own = copy("local/other", 3);
        (own.token, own.unique_name) = (None, true);
        let own = admin.duplicate_image(own, &beta).await.unwrap().record;
        assert_eq!(own.labels().iter().len(), 1);
        // What is of another cloud is copied there.
        let foreign = crate::support::image("/acme", "aws/us-east-1", 7);
        let foreign = admin.register_image(foreign).await.unwrap().record.id();
        let copy = CopyImage::new(p("aws/us-east-1"));
        let refused = DuplicateImage::new(foreign, copy, crate::support::ami(8));
        let refused = admin.duplicate_image(refused, &ACME).await;
        assert!(matches!(
            refused,
            Err(Error::Copy(CopyError::NotHere { .. }))
        ));
    });
}

#[test]
fn s13_those_to_whom_an_image_was_opened_do_not_keep_it_from_being_deregistered() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let id = made(&admin, "/acme", 1, "web").await.id();
        let all = [LaunchPermission::Everybody];
        admin.add_launch_permissions(id, &all, &ACME).await.unwrap();
        let beta = p::<Scope>("/beta");
        admin.create_mci(&beta, p("site")).await.unwrap();
        let setting = Setting::new(local(1)).with_instance_type(p("m7i.large"));
        let edits = vec![HeadEdit::set(MAIN.clone(), setting)];
        let site = p("site");
        admin.edit_mci(&site, &beta, edits, None).await.unwrap();
        let gone = admin.deregister_image(id, &ACME, None, Retention::default(), false);
        let gone = gone.await.unwrap().change;
        assert!(!gone.warnings.is_empty());
        assert_eq!(listed(&admin, "/beta").await, []);
    });
}
