//! Disk images among the other records: who may do what, what refers to them, where they are told.

use crate::{
    counting::Counting,
    disk_images::{
        Broken, MIB, disk, exported, file, import, keeping, pools, request, sound, states, through,
    },
    support::{World, ask, dump, every, most, p, run},
};
use cloud_atlas::{
    Atlas, DiskWatch, Error, ErrorKind, ImportDiskOptions, Paging, Retention, Session,
    image::{
        Availability, ConvertedFrom, DiskImage, DiskImageState, DiskQuota, LifecycleState, OsFacts,
    },
    image_id::{AmiId, ImageId},
    mci::{HeadEdit, Setting},
    repository::Depth,
    scope::{Role, Scope},
};
use core::{num::NonZeroUsize, time::Duration};
use std::sync::Arc;

/// What became of each call, by its name.
async fn calls(who: &Session, ready: AmiId, failed: AmiId, at: &str) -> Vec<(&'static str, bool)> {
    let (scope, watch) = (p::<Scope>(at), DiskWatch::default());
    let options = ImportDiskOptions::default();
    let bytes = disk(MIB, 1);
    let allowed = |error: Result<(), Error>| match error {
        Ok(()) => true,
        Err(error) if error.kind() == ErrorKind::Denied => false,
        Err(error) => panic!("{error}"),
    };
    let one = NonZeroUsize::MIN;
    let mut quota = DiskQuota::new(scope.clone());
    quota.images = Some(100);
    vec![
        ("disk_images", {
            let listed = who.disk_images(&scope, &most()).await;
            allowed(listed.map(drop))
        }),
        ("unfinished_disk_images", {
            let listed = who.unfinished_disk_images(&scope, &most()).await;
            allowed(listed.map(drop))
        }),
        ("disk_images_named", {
            let named = who.disk_images_named(&p("ready"), &scope).await;
            allowed(named.map(drop))
        }),
        ("disk_image", {
            allowed(who.disk_image(ready, &scope).await.map(drop))
        }),
        ("disk_quota", {
            allowed(who.disk_quota(&scope).await.map(drop))
        }),
        ("set_disk_quota", {
            allowed(who.set_disk_quota(quota).await.map(drop))
        }),
        ("open_disk_image", {
            allowed(who.open_disk_image(ready, &scope).await.map(drop))
        }),
        ("import_disk_image", {
            let made = import(who, request(at, "another"), &bytes).await;
            allowed(made.map(drop))
        }),
        ("retry_disk_image", {
            let sources = vec![file(&bytes)];
            let made = who.retry_disk_image(failed, &scope, sources, &options, &watch);
            allowed(made.await.map(drop))
        }),
        ("delete_disk_image", {
            let gone = who.delete_disk_image(ready, &scope, None).await;
            allowed(gone.map(drop))
        }),
        ("verify_pools", {
            let found = who.verify_pools(Depth::Packs, one, &watch).await;
            allowed(found.map(drop))
        }),
        ("clean_pools", {
            let gone = who.clean_pools(Duration::ZERO, None, &watch).await;
            allowed(gone.map(drop))
        }),
    ]
}

/// A disk image that has failed, called `failed`.
async fn failed(who: &Session, scope: &str) -> DiskImage {
    let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
    let sources: Vec<Box<dyn cloud_atlas::BringDisk>> = vec![Box::new(Broken)];
    let asked = request(scope, "failed");
    let outcome = who.import_disk_image(asked, sources, &options, &watch);
    outcome.await.unwrap_err();
    let mut found = who
        .disk_images_named(&p("failed"), &p(scope))
        .await
        .unwrap();
    found.remove(0)
}

#[test]
fn s07_each_call_asks_for_the_permission_of_image_records() {
    let look = [
        "disk_images",
        "unfinished_disk_images",
        "disk_images_named",
        "disk_image",
        "disk_quota",
    ];
    for role in [
        Role::OBSERVER,
        Role::ACTOR,
        Role::DESIGNER,
        Role::LIBRARY,
        Role::PUBLISHER,
        Role::ADMIN,
    ] {
        for granted in ["/acme/prod", "/"] {
            let (world, _below) = keeping();
            let admin = world.admin();
            let found = run(async {
                let bytes = disk(MIB, 2);
                let ready = import(&admin, request("/acme/prod", "ready"), &bytes).await;
                let ready = ready.unwrap().image.id;
                let failed = failed(&admin, "/acme/prod").await.id;
                admin.add_principal(&p("ruth")).await.unwrap();
                let (ruth, at) = (p("ruth"), p(granted));
                admin.grant(&ruth, &role, &at, None).await.unwrap();
                Box::pin(calls(&world.who("ruth"), ready, failed, "/acme/prod")).await
            });
            let is_admin = role == Role::ADMIN;
            let copies = is_admin || role == Role::ACTOR || role == Role::DESIGNER;
            let registers = is_admin || role == Role::DESIGNER;
            for (call, allowed) in found {
                let expected = match call {
                    _ if look.contains(&call) => true,
                    "open_disk_image" => copies,
                    "import_disk_image" | "retry_disk_image" | "delete_disk_image" => registers,
                    // Who is bound by a quota does not set it.
                    "set_disk_quota" => is_admin && granted == "/",
                    "verify_pools" => granted == "/",
                    "clean_pools" => registers && granted == "/",
                    other => panic!("{other}"),
                };
                assert_eq!(allowed, expected, "{call} by {role} of {granted}");
            }
            sound(&world);
        }
    }
}

#[test]
fn an_import_of_somebody_whose_grant_is_revoked_fails_and_leaves_nothing() {
    let (world, below) = keeping();
    let (admin, dana) = (world.admin(), world.who("dana"));
    let revoking = admin.clone();
    let sources = through(&disk(8 * MIB, 1), move || {
        run(revoking.revoke(&p("dana"), &Role::DESIGNER, &p("/acme"))).unwrap();
    });
    run(async {
        let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
        let outcome = dana.import_disk_image(request("/acme", "web"), sources, &options, &watch);
        let error = outcome.await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
        let images = admin.disk_images(&p("/acme"), &most()).await.unwrap().items;
        let DiskImageState::Failed { code, .. } = &images[0].state else {
            panic!("{:?}", images[0].state);
        };
        assert_eq!(code.as_str(), "denied");
        assert_eq!(images[0].record(), None);
        let query = cloud_atlas::ImageQuery::new(p("/acme"));
        assert_eq!(admin.images(&query, &most()).await.unwrap().items, []);
        let usage = admin.disk_quota(&p("/acme")).await.unwrap().usage;
        assert_eq!((usage.images, usage.bytes), (1, 0));
    });
    let left = crate::disk_images::objects(&below);
    let left = left
        .iter()
        .filter(|name| name.starts_with("images/") || name.starts_with("claims/"));
    assert_eq!(left.count(), 0);
    sound(&world);
}

/// A MultiCloud Image that sets an image of the cloud `local`.
async fn using(who: &Session, scope: &str, id: AmiId) {
    who.create_mci(&p(scope), p("web")).await.unwrap();
    let setting = Setting::new(ImageId::Local(id)).with_instance_type(p("m1.small"));
    let edit = vec![HeadEdit::set(p("local/main"), setting)];
    who.edit_mci(&p("web"), &p(scope), edit, None)
        .await
        .unwrap();
}

#[test]
fn a_warm_launch_of_an_image_that_is_gone_answers_anew() {
    let (world, _below) = keeping();
    let dana = world.who("dana");
    run(async {
        let mut asked = request("/acme", "web");
        asked.availability = Availability::Account;
        let made = import(&dana, asked, &disk(MIB, 1)).await.unwrap();
        using(&dana, "/acme/prod", made.image.id).await;
        let launch = ask("web@head", "local/main", "/acme/prod");
        for _ in 0..3 {
            let answer = dana.resolve(&launch).await.unwrap();
            assert_eq!(answer.plan.image, ImageId::Local(made.image.id));
        }
        // It is hidden from below by force, and so nothing binds it any more.
        let (record, acme) = (made.record.id(), p("/acme"));
        let told = |plan: &cloud_atlas::template::LaunchPlan| format!("{plan:?}");
        let warm = told(&dana.resolve(&launch).await.unwrap().plan);
        dana.unshare_image(record, &acme, true).await.unwrap();
        let gone = dana.delete_disk_image(made.image.id, &acme, None).await;
        gone.unwrap();
        let cold = dana.resolve(&launch).await;
        let cold = cold.map(|answer| told(&answer.plan));
        assert!(cold.is_err() || cold.unwrap() != warm);
    });
    sound(&world);
}

#[test]
fn a_scope_with_disk_images_stays_and_its_quota_goes_along() {
    let (world, _below) = keeping();
    let admin = world.admin();
    run(async {
        let (old, new) = (p::<Scope>("/acme/dev"), p::<Scope>("/acme/test"));
        let image = failed(&admin, "/acme/dev").await;
        let refused = admin.remove_scope(&old).await.unwrap_err();
        assert!(refused.to_string().contains("(disk image: 1)"), "{refused}");
        let refused = admin.rename_scope(&old, &new).await.unwrap_err();
        assert!(refused.to_string().contains("(disk image: 1)"), "{refused}");
        let gone = admin.delete_disk_image(image.id, &old, None).await;
        gone.unwrap();
        let mut quota = DiskQuota::new(old.clone());
        quota.images = Some(3);
        admin.set_disk_quota(quota).await.unwrap();
        // What binds a project binds it under another name.
        admin.rename_scope(&old, &new).await.unwrap();
        let view = admin.disk_quota(&new).await.unwrap();
        assert_eq!(
            (view.quota.scope, view.quota.images),
            (new.clone(), Some(3))
        );
        admin.add_scope(&old).await.unwrap();
        assert_eq!(admin.disk_quota(&old).await.unwrap().quota.images, None);
        // Removed, it is forgotten.
        admin.remove_scope(&new).await.unwrap();
        admin.add_scope(&new).await.unwrap();
        assert_eq!(admin.disk_quota(&new).await.unwrap().quota.images, None);
        // An account may go, and take another place.
        let (beta, gamma) = (p::<Scope>("/beta"), p::<Scope>("/gamma"));
        let mut quota = DiskQuota::new(beta.clone());
        quota.bytes = Some(1 << 30);
        admin.add_scope(&gamma).await.unwrap();
        quota.scope = gamma.clone();
        admin.set_disk_quota(quota).await.unwrap();
        let delta = p::<Scope>("/delta");
        admin.rename_scope(&gamma, &delta).await.unwrap();
        let view = admin.disk_quota(&delta).await.unwrap();
        assert_eq!(view.quota.bytes, Some(1 << 30));
    });
    sound(&world);
}

#[test]
fn ten_thousand_disk_images_are_listed_in_pages() {
    let cost = |count: usize| {
        let store = Arc::new(Counting::default());
        let world = World::keeping_over(Arc::clone(&store) as _, pools());
        let dana = world.who("dana");
        let acme = p::<Scope>("/acme");
        run(async {
            let (options, watch) = (ImportDiskOptions::default(), DiskWatch::default());
            for number in 0..count {
                let asked = request("/acme", &format!("web-{number:05}"));
                let sources: Vec<Box<dyn cloud_atlas::BringDisk>> = vec![Box::new(Broken)];
                let outcome = dana.import_disk_image(asked, sources, &options, &watch);
                outcome.await.unwrap_err();
            }
            let other = failed(&dana, "/acme/prod").await;
            // Those that are finished are read by nobody who asks for the others.
            import(&dana, request("/acme", "a-whole-one"), &disk(MIB, 1))
                .await
                .unwrap();
            store.reads.take();
            let two = Paging::of(2);
            let unfinished = dana.unfinished_disk_images(&acme, &two).await;
            let unfinished = unfinished.unwrap().items;
            let open = store.reads.take();
            let called = unfinished.iter().map(|image| image.name.as_str());
            assert_eq!(called.collect::<Vec<_>>(), ["web-00000", "web-00001"]);
            let first = dana.disk_images(&acme, &Paging::of(2)).await.unwrap();
            let page = store.reads.take();
            assert_eq!(first.items.len(), 2);
            let last = p(&format!("web-{:05}", count - 1));
            let named = dana.disk_images_named(&last, &acme).await.unwrap();
            let by_name = store.reads.take();
            assert_eq!(named.len(), 1);
            let one = dana.disk_image(named[0].id, &acme).await.unwrap();
            let by_id = store.reads.take();
            assert_eq!(one, named[0]);
            dana.disk_quota(&acme).await.unwrap();
            let counted = store.reads.take();
            let all = every(500, async |paging| dana.disk_images(&acme, &paging).await).await;
            assert_eq!(all.len(), count + 1);
            assert!(all.is_sorted_by_key(|image| image.name.to_string()));
            assert!(
                all.iter()
                    .all(|image| image.scope == acme && image.id != other.id)
            );
            [open, page, by_name, by_id, counted]
        })
    };
    assert_eq!(cost(40), cost(10_000));
}

#[test]
fn a_dump_carries_disk_images() {
    let (world, _below) = keeping();
    let dana = world.who("dana");
    run(async {
        let mut quota = DiskQuota::new(p("/acme"));
        quota.images = Some(5);
        world.admin().set_disk_quota(quota).await.unwrap();
        import(&dana, request("/acme", "web"), &disk(MIB, 1))
            .await
            .unwrap();
        failed(&dana, "/acme/prod").await;
        let lines = dump(&world.atlas).await;
        let atlas = Atlas::init("memory:").await.unwrap();
        let text = || Ok(lines.iter().cloned().map(Ok));
        atlas.load(text, &|_| {}).await.unwrap();
        assert!(dump(&atlas).await == lines);
        assert_eq!(atlas.check().await.unwrap().findings, [""; 0]);
        let other = atlas.act_as(&p("dana"));
        for scope in ["/acme", "/acme/prod"] {
            let own = dana.disk_images(&p(scope), &most()).await.unwrap().items;
            let loaded = other.disk_images(&p(scope), &most()).await.unwrap().items;
            assert_eq!(own, loaded);
        }
        let acme = p("/acme");
        let own = dana.disk_quota(&acme).await.unwrap();
        assert_eq!(own, other.disk_quota(&acme).await.unwrap());
        // The bytes are where they were: without the pool they are not there.
        let id = dana.disk_images(&p("/acme"), &most()).await.unwrap().items[0].id;
        let refused = other.open_disk_image(id, &p("/acme")).await.unwrap_err();
        assert!(
            refused.to_string().contains("`default` keeps it"),
            "{refused}"
        );
    });
}

#[test]
fn a_record_that_is_lifted_keeps_its_disk_image() {
    let (world, _below) = keeping();
    let admin = world.admin();
    run(async {
        let olga = world.who("olga");
        let bytes = disk(MIB, 1);
        let made = import(&admin, request("/acme/prod", "web"), &bytes)
            .await
            .unwrap();
        let (id, record) = (made.image.id, made.record.id());
        admin
            .grant(&p("eve"), &Role::ACTOR, &p("/acme/dev"), None)
            .await
            .unwrap();
        let eve = world.who("eve");
        let hidden = eve.disk_image(id, &p("/acme/dev")).await.unwrap_err();
        assert_eq!(hidden.kind(), ErrorKind::NotFound);
        admin
            .promote_image(record, &p("/acme/prod"), None)
            .await
            .unwrap();
        for from in ["/acme", "/acme/prod", "/acme/dev"] {
            assert_eq!(
                exported(&admin, id, from).await.unwrap(),
                core::slice::from_ref(&bytes)
            );
        }
        // A sibling sees the image, and nothing of the project.
        let seen = eve.disk_image(id, &p("/acme/dev")).await.unwrap();
        assert_eq!(
            (seen.scope.as_str(), seen.created_by.as_str()),
            ("/acme", "acme")
        );
        assert!(seen.asked.is_empty() && seen.devices[0].from.is_none());
        assert_eq!(
            exported(&eve, id, "/acme/dev").await.unwrap(),
            core::slice::from_ref(&bytes)
        );
        let own = olga.disk_image(id, &p("/acme/prod")).await.unwrap();
        assert_eq!(own.scope, p("/acme/prod"));
        // Hidden below its account again, it is its project's.
        admin
            .unshare_image(record, &p("/acme"), true)
            .await
            .unwrap();
        let hidden = eve.disk_image(id, &p("/acme/dev")).await.unwrap_err();
        assert_eq!(hidden.kind(), ErrorKind::NotFound);
        assert_eq!(
            exported(&admin, id, "/acme/prod").await.unwrap(),
            core::slice::from_ref(&bytes)
        );
        // And up to where everybody sees the record.
        admin
            .promote_image(record, &p("/acme"), None)
            .await
            .unwrap();
        assert_eq!(exported(&admin, id, "/acme/prod").await.unwrap(), [bytes]);
        let gone = admin.delete_disk_image(id, &p("/acme/prod"), None).await;
        assert!(gone.unwrap().record.unwrap().lifecycle().is_deleted());
        assert_eq!(states(&admin, "/acme/prod").await, [""; 0]);
    });
    sound(&world);
}

#[test]
fn what_is_disabled_or_in_the_bin_is_not_given_out_and_is_still_there() {
    let (world, _below) = keeping();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        let bytes = disk(MIB, 1);
        let acme = p::<Scope>("/acme");
        let mut asked = request("/acme", "web");
        asked.availability = Availability::Public;
        let made = import(&admin, asked, &bytes).await.unwrap();
        let (id, record) = (made.image.id, made.record.id());
        exported(&bert, id, "/beta").await.unwrap();
        admin.disable_image(record, &acme, None).await.unwrap();
        let refused = admin.open_disk_image(id, &acme).await.unwrap_err();
        let told = format!("{record} is disabled: enable or restore it first");
        assert_eq!(refused.to_string(), told);
        let hidden = bert.open_disk_image(id, &p("/beta")).await.unwrap_err();
        assert_eq!(hidden.kind(), ErrorKind::NotFound);
        admin.enable_image(record, &acme).await.unwrap();
        assert_eq!(
            exported(&admin, id, "/acme").await.unwrap(),
            core::slice::from_ref(&bytes)
        );
        // In the bin, and back.
        let keep = Retention::default();
        admin
            .delete_image(record, &acme, None, keep, false)
            .await
            .unwrap();
        let refused = admin.open_disk_image(id, &acme).await.unwrap_err();
        assert!(refused.to_string().contains("is deleted"), "{refused}");
        assert_eq!(states(&admin, "/acme").await, ["web ready"]);
        admin.restore_image(record, &acme).await.unwrap();
        assert_eq!(
            exported(&admin, id, "/acme").await.unwrap(),
            core::slice::from_ref(&bytes)
        );
        // In the bin its place is free: whoever registers the image anew keeps it.
        admin
            .delete_image(record, &acme, None, keep, false)
            .await
            .unwrap();
        let mut anew = cloud_atlas::RegisterImage::new(
            acme.clone(),
            p("local/main"),
            ImageId::Local(id),
            cloud_atlas::image::Via::Form,
        );

        anew.os = Some(OsFacts::parse("debian", "12", "12.5").unwrap());
        let anew = admin.register_image(anew).await.unwrap().record.id();
        let refused = admin.delete_disk_image(id, &acme, None).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict, "{refused}");
        admin.purge(record, &acme, true).await.unwrap();
        let refused = admin.delete_disk_image(id, &acme, None).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict, "{refused}");
        // Whoever owns the bytes of a record that is forgotten may have them.
        assert_eq!(
            exported(&admin, id, "/acme").await.unwrap(),
            core::slice::from_ref(&bytes)
        );
        admin
            .delete_image(anew, &acme, None, keep, false)
            .await
            .unwrap();
        let gone = admin.delete_disk_image(id, &acme, None).await.unwrap();
        assert_eq!(gone.record, None);

        let made = import(&admin, request("/acme", "other"), &bytes)
            .await
            .unwrap();
        let (id, record) = (made.image.id, made.record.id());
        admin
            .delete_image(record, &acme, None, keep, false)
            .await
            .unwrap();
        let gone = admin.delete_disk_image(id, &acme, None).await.unwrap();
        let record = gone.record.unwrap();
        assert_eq!(record.lifecycle().state(), LifecycleState::Deleted);
        let back = admin.restore_image(record.id(), &acme).await.unwrap_err();
        assert_eq!(back.kind(), ErrorKind::Conflict, "{back}");
    });
    sound(&world);
}

#[test]
fn b03_a_device_is_kept_as_large_as_was_asked() {
    let (world, _below) = keeping();
    let dana = world.who("dana");
    let bytes = disk(MIB, 1);
    run(async {
        let mut asked = request("/acme", "web");
        // What comes as a file stays as it is (B10).
        asked.devices[0].from = ConvertedFrom::url("https://images.example/web.raw");
        asked.devices[0].size = Some(4 << 20);
        let made = import(&dana, asked, &bytes).await.unwrap().image;
        let opened = dana.open_disk_image(made.id, &p("/acme")).await.unwrap();
        assert_eq!(
            (made.size(), opened.devices[0].stored.size()),
            (4 << 20, 4 << 20)
        );
        let kept = exported(&dana, made.id, "/acme").await.unwrap();
        assert!(kept[0].starts_with(&bytes));
    });
    sound(&world);
}
