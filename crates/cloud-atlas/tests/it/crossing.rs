//! What the life of a record, its launch permissions, role maps and promotion mean for each other.

use crate::{
    elsewhere::role,
    support::{World, add_credential, committed, image, most, p, run},
};
use cloud_atlas::{
    ErrorKind, ImageQuery, Session,
    base::Tag,
    image::{EditImage, ImageRecord, LaunchPermission, ReferrerKind, Warning},
    image_id::Cloud,
    scope::Scope,
};

const EAST: &str = "aws/us-east-1";

/// An image of `/acme/prod` that is opened to `/beta`.
async fn opened(world: &World, number: u64) -> ImageRecord {
    let admin = world.admin();
    let mut ask = image("/acme/prod", EAST, number);
    ask.tags = [p::<Tag>("team:owner=web")].into();
    let record = admin.register_image(ask).await.unwrap().record;
    let to = [beta(world).await];
    let changed = admin.add_launch_permissions(record.id(), &to, record.scope());
    assert_eq!(changed.await.unwrap().changed, to);
    record
}

async fn beta(world: &World) -> LaunchPermission {
    let scopes = world.admin().scopes(&most()).await.unwrap().items;
    let found = scopes.iter().find(|record| record.scope == p("/beta"));
    LaunchPermission::Account(found.unwrap().account_number.unwrap())
}

/// What is opened to the account of a caller, by its list and by the cloud's id.
async fn seen(who: &Session, record: &ImageRecord) -> [bool; 2] {
    let from = p::<Scope>("/beta/prod");
    let list = who.images(&ImageQuery::new(from.clone()), &most()).await;
    let found = who.find_images(&[record.image_id().clone()], &from).await;
    let mut list = list.unwrap().items.into_iter();
    let mut found = found.unwrap().into_iter();
    [
        list.any(|one| one.id() == record.id()),
        found.any(|one| one.record.id() == record.id() && one.referrers.is_empty()),
    ]
}

#[test]
fn l01_what_is_disabled_or_deleted_is_opened_to_nobody_any_more() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        for delete in [false, true] {
            let record = opened(&world, 1 + u64::from(delete)).await;
            let (id, scope) = (record.id(), record.scope());
            assert_eq!(seen(&bert, &record).await, [true; 2]);
            if delete {
                let keep = cloud_atlas::Retention::default();
                admin
                    .delete_image(id, scope, None, keep, false)
                    .await
                    .unwrap();
            } else {
                admin.disable_image(id, scope, None).await.unwrap();
            }
            assert_eq!(seen(&bert, &record).await, [false; 2]);
            // The way back does not open it again.
            if delete {
                admin.restore_image(id, scope).await.unwrap();
            } else {
                admin.enable_image(id, scope).await.unwrap();
            }
            assert_eq!(seen(&bert, &record).await, [false; 2]);
            let left = admin.launch_permissions(id, scope).await.unwrap();
            assert!(left.permissions.is_empty(), "{left:?}");
            let events = admin.events(scope, &most()).await.unwrap().items;
            let closed = events.iter().find(|event| {
                event.action == cloud_atlas::scope::Permission::ImageLaunchPermission
                    && event.after.as_deref() == Some("nobody")
                    && event.subject == id.to_string()
            });
            assert!(closed.is_some(), "{events:?}");
        }
        assert_eq!(world.atlas.check().await.unwrap().findings, [""; 0]);
    });
}

#[test]
fn l06_launch_permissions_go_up_with_their_record() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        add_credential(&admin, "/", Cloud::Aws).await.unwrap();
        let record = opened(&world, 1).await;
        let (id, at) = (record.id(), record.scope());
        let account = admin.promote_image(id, at, None).await.unwrap();
        assert_eq!(seen(&bert, &record).await, [true; 2]);
        let kept = admin.launch_permissions(id, account.scope()).await.unwrap();
        assert_eq!(kept.permissions, [beta(&world).await]);
        // Across partitions too; there everybody sees it anyway, once and as it is.
        let global = admin.promote_image(id, at, None).await.unwrap();
        assert_eq!(seen(&bert, &record).await, [true; 2]);
        assert_eq!(bert.image(id, &p("/beta")).await.unwrap(), global);
        let kept = admin.launch_permissions(id, &p("/")).await.unwrap();
        assert_eq!(kept.permissions, [beta(&world).await]);
        assert_eq!(world.atlas.check().await.unwrap().findings, [""; 0]);
    });
}

#[test]
fn s10_a_change_from_where_a_record_is_opened_to_keeps_the_rest_of_it() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        let record = opened(&world, 1).await;
        let (id, from) = (record.id(), p::<Scope>("/beta"));
        let mut edit = EditImage::default();
        edit.description = Some(Some(p("for the front")));
        let denied = bert.edit_image(id, &from, edit.clone()).await.unwrap_err();
        assert_eq!(denied.kind(), ErrorKind::Denied, "{denied}");
        // The administrator may, and looks from there.
        let changed = admin.edit_image(id, &from, edit).await.unwrap().record;
        assert_eq!(
            (changed.scope(), changed.tags()),
            (record.scope(), record.tags())
        );
        assert_eq!(changed.credential(), record.credential());
        assert_eq!(admin.image(id, record.scope()).await.unwrap(), changed);
        assert_eq!(world.atlas.check().await.unwrap().findings, [""; 0]);
    });
}

#[test]
fn l02_a_role_map_keeps_its_images_from_being_deleted() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let (acme, keep) = (p::<Scope>("/acme"), cloud_atlas::Retention::default());
        let record = admin.register_image(image("/acme", EAST, 1)).await;
        let record = record.unwrap().record;
        admin.make_role_map(role("/acme/dev", "web")).await.unwrap();
        let (name, dev) = (p("web"), p::<Scope>("/acme/dev"));
        let set = admin.set_role_image(&name, &dev, record.id()).await;
        set.unwrap();
        let usage = admin.image_referrers(record.id(), &acme).await.unwrap();
        let kinds: Vec<_> = usage.referrers().iter().map(|by| by.kind).collect();
        assert_eq!(kinds, [ReferrerKind::RoleMap]);
        let delete = || admin.delete_image(record.id(), &acme, None, keep, false);
        let refused = delete().await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict, "{refused}");
        assert!(refused.to_string().contains("role map `web`"), "{refused}");
        let unshared = admin.unshare_image(record.id(), &acme, false).await;
        assert_eq!(unshared.unwrap_err().kind(), ErrorKind::Conflict);
        let location = record.location();
        let unset = admin.unset_role_image(&name, &dev, location).await;
        unset.unwrap();
        delete().await.unwrap();
    });
}

#[test]
fn s13_who_uses_what_was_opened_to_her_is_counted_and_stands_in_nobodys_way() {
    let world = World::new();
    let (admin, dana, bert) = (world.admin(), world.who("dana"), world.who("bert"));
    run(async {
        let acme = p::<Scope>("/acme");
        let record = dana
            .register_image(image("/acme", EAST, 1))
            .await
            .unwrap()
            .record;
        committed(&bert, "/beta", "db", 1).await;
        let elsewhere = async || {
            let usage = dana.image_referrers(record.id(), &acme).await.unwrap();
            assert!(usage.referrers().is_empty(), "hers alone are seen");
            usage.hidden().unwrap().elsewhere
        };
        // An image of the same id, which is nothing of this record's.
        assert_eq!(elsewhere().await, 0);
        let open = [LaunchPermission::Everybody, beta(&world).await];
        for to in open {
            let to = [to];
            admin
                .add_launch_permissions(record.id(), &to, &acme)
                .await
                .unwrap();
            assert_eq!(elsewhere().await, 2, "HEAD and revision: {to:?}");
            admin
                .remove_launch_permissions(record.id(), &to, &acme)
                .await
                .unwrap();
            assert_eq!(elsewhere().await, 0, "{to:?}");
        }
        let to = [LaunchPermission::Everybody];
        admin
            .add_launch_permissions(record.id(), &to, &acme)
            .await
            .unwrap();
        // A record of her own is what she uses.
        bert.register_image(image("/beta", EAST, 1)).await.unwrap();
        assert_eq!(elsewhere().await, 0);
        let keep = cloud_atlas::Retention::default();
        let disabled = dana.disable_image(record.id(), &acme, None).await.unwrap();
        let closed = Warning::Closed { count: 1 };
        assert_eq!(
            disabled.warnings,
            std::slice::from_ref(&closed),
            "nobody finds it"
        );
        dana.enable_image(record.id(), &acme).await.unwrap();
        committed(&bert, "/beta/prod", "web", 2).await;
        let other = dana
            .register_image(image("/acme", EAST, 2))
            .await
            .unwrap()
            .record;
        admin
            .add_launch_permissions(other.id(), &to, &acme)
            .await
            .unwrap();
        let gone = dana
            .delete_image(other.id(), &acme, None, keep, false)
            .await
            .unwrap();
        assert_eq!(gone.warnings, [Warning::UsedElsewhere { count: 2 }, closed]);
    });
}

#[test]
fn s13_what_is_opened_below_its_own_scope_is_used_as_far_as_it_is_seen() {
    let world = World::new();
    let (admin, dana, bert) = (world.admin(), world.who("dana"), world.who("bert"));
    run(async {
        add_credential(&admin, "/", Cloud::Aws).await.unwrap();
        // At `/`, and seen by one account alone: a guest of it, which stands in nobody's way.
        let mut ask = image("/", EAST, 1);
        ask.shared = Some(false);
        ask.credential = Some(p("aws-main"));
        let top = admin.register_image(ask).await.unwrap().record;
        let to = [beta(&world).await];
        let (all, acme, beta) = (Scope::global(), p::<Scope>("/acme"), p::<Scope>("/beta"));
        let opened = admin.add_launch_permissions(top.id(), &to, &all);
        opened.await.unwrap();
        committed(&bert, "/beta", "db", 1).await;
        bert.make_role_map(role("/beta", "front")).await.unwrap();
        let front = p("front");
        let put = bert.set_role_image(&front, &beta, top.id());
        put.await.unwrap();
        let keep = cloud_atlas::Retention::default();
        let gone = admin.delete_image(top.id(), &all, None, keep, false);
        let warnings = gone.await.unwrap().warnings;
        let closed = Warning::Closed { count: 1 };
        assert_eq!(warnings, [Warning::UsedElsewhere { count: 3 }, closed]);
        // In an account, and seen below it by its own launch permission alone: used there (L02).
        let mut ask = image("/acme", EAST, 2);
        ask.shared = Some(false);
        let own = dana.register_image(ask).await.unwrap().record;
        let to = [LaunchPermission::Everybody];
        let opened = admin.add_launch_permissions(own.id(), &to, &acme);
        opened.await.unwrap();
        committed(&dana, "/acme/prod", "web", 2).await;
        let used = dana.delete_image(own.id(), &acme, None, keep, false).await;
        assert_eq!(used.unwrap_err().kind(), ErrorKind::Conflict);
    });
}
