//! The care of disk images: what a check finds of them, whose orders a clean-up carries out, and what
//! is told where a pool fails.

use crate::{
    care::{put, raw},
    disk_images::{MIB, disk, exported, import, keeping, request, sound, states},
    disk_pools_fail::failing,
    support::{Raw, World, most, p, run},
};
use cloud_atlas::{
    DiskWatch, Error, ErrorKind, Retention, Session, TakeWork, WorkQuery,
    image::{ImageRecordId, LifecycleState, OsFacts, Via, WorkState},
    image_id::ImageId,
    scope::Scope,
    store::{Partition, RetryPolicy, StoreError, Table, Tx, transact},
};
use core::time::Duration;
use std::sync::atomic::{AtomicU64, Ordering};

const KEEP: Retention = Retention::Forever;

pub(crate) async fn clean(who: &Session) -> Result<cloud_atlas::PoolsCleaned, Error> {
    let watch = DiskWatch::default();
    who.clean_pools(Duration::from_hours(24), None, &watch)
        .await
}

/// The records that a table holds in the account acme, written elsewhere or otherwise.
fn rewrite(world: &World, space: &'static str, change: impl Fn(&mut Raw, &mut String) + Sync) {
    static SEEDS: AtomicU64 = AtomicU64::new(0);
    let table: Table<Raw> = Table::new(space, &[]);
    let acme = Partition::account("acme").unwrap();
    let seed = u128::MAX - u128::from(SEEDS.fetch_add(1000, Ordering::Relaxed));
    let work = |tx: Tx| {
        let (acme, table, change) = (acme.clone(), &table, &change);
        async move {
            let query = cloud_atlas::store::Query::all(&acme);
            let page = table.query(&tx, &query).await?;
            for found in page.found {
                let part = found.row.parts().next().unwrap();
                let mut at = part.as_text().unwrap();
                table.delete(&tx, &acme, at.as_str()).await?;
                let mut record = found.record;
                change(&mut record, &mut at);
                let put = table.put(&tx, &acme, at.as_str(), &record).await;
                put.map_err(|_| StoreError::Closed)?;
            }
            Ok::<_, StoreError>(())
        }
    };
    run(transact(
        &*world.atlas.store(),
        &RetryPolicy::new(seed),
        work,
    ))
    .unwrap();
}

#[test]
fn a_check_finds_what_is_counted_wrong_and_what_lies_elsewhere() {
    let (world, _below) = keeping();
    let dana = world.who("dana");
    run(async {
        let made = import(&dana, request("/acme", "web"), &disk(MIB, 1)).await;
        made.unwrap();
        let mut quota = cloud_atlas::image::DiskQuota::new(p("/acme"));
        quota.images = Some(4);
        world.admin().set_disk_quota(quota).await.unwrap();
    });
    sound(&world);
    let findings = || run(world.atlas.check()).unwrap().findings.join("\n");
    rewrite(&world, "disk-usage", |record, _| {
        record.0["usage"]["bytes"] = 7.into();
    });
    insta::assert_snapshot!(findings(), @"the disk images of /acme are 1 of 1048576 bytes, and 1 of 7 bytes are counted");
    rewrite(&world, "disk-usage", |record, at| {
        record.0["usage"]["bytes"] = (1 << 20).into();
        "/acme/prod".clone_into(at);
    });
    insta::assert_snapshot!(findings(), @"what is at `acme disk-usage /acme/prod` belongs at `acme disk-usage /acme`");
    rewrite(&world, "disk-usage", |_, at| "/acme".clone_into(at));
    sound(&world);
    rewrite(&world, "disk-quota", |_, at| "/acme/dev".clone_into(at));
    insta::assert_snapshot!(findings(), @"what is at `acme disk-quota /acme/dev` belongs at `acme disk-quota /acme`");
    rewrite(&world, "disk-quota", |_, at| "/acme".clone_into(at));
    rewrite(&world, "disk-image", |_, at| {
        "ami-00000000000000077".clone_into(at);
    });
    let found = findings();
    assert!(
        found.contains("what is at `acme disk-image ami-00000000000000077` belongs at"),
        "{found}"
    );
}

#[test]
fn a_check_finds_every_flipped_bit_of_disk_images() {
    let (world, _below) = keeping();
    let dana = world.who("dana");
    run(async {
        import(&dana, request("/acme", "web"), &disk(MIB, 1))
            .await
            .unwrap();
        let mut quota = cloud_atlas::image::DiskQuota::new(p("/acme"));
        quota.images = Some(4);
        world.admin().set_disk_quota(quota).await.unwrap();
    });
    let store = world.atlas.store();
    let mut tried = 0;
    for (key, value) in crate::care::everything(&*store) {
        if !key.as_str().contains(" disk-") {
            continue;
        }
        let mut flipped = value.to_vec();
        let at = (tried * 31) % flipped.len();
        flipped[at] ^= 1;
        raw(&*store, put(key.as_str(), flipped.into()));
        let findings = run(world.atlas.check()).unwrap().findings;
        assert!(!findings.is_empty(), "{}", key.as_str());
        raw(&*store, put(key.as_str(), value));
        tried += 1;
    }
    assert_eq!(tried, 4);
    sound(&world);
}

async fn orders(who: &Session) -> Vec<String> {
    let mut query = WorkQuery::new(p("/acme"));
    query.ended = true;
    let page = who.work_orders(&query, &most()).await.unwrap();
    let told = |order: &cloud_atlas::image::WorkOrder| order.state.as_str().to_owned();
    page.items.iter().map(told).collect()
}

async fn order(who: &Session, record: ImageRecordId) {
    let gone = who
        .delete_image(record, &p("/acme"), None, KEEP, true)
        .await;
    gone.unwrap();
}

#[test]
fn a_clean_up_deletes_what_was_ordered_of_the_cloud_local() {
    let (world, below) = keeping();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        let bytes = disk(MIB, 1);
        let made = import(&dana, request("/acme", "web"), &bytes)
            .await
            .unwrap();
        order(&dana, made.record.id()).await;
        assert_eq!(orders(&dana).await, ["queued"]);
        let cleaned = clean(&admin).await.unwrap();
        assert_eq!(cleaned.removed.len(), 1);
        assert_eq!(cleaned.left, []);
        assert_eq!(orders(&dana).await, ["done"]);
        assert_eq!(states(&dana, "/acme").await, [""; 0]);
        let record = dana.image(made.record.id(), &p("/acme")).await.unwrap();
        assert_eq!(record.lifecycle().state(), LifecycleState::Deleted);
        dana.restore_image(record.id(), &p("/acme"))
            .await
            .unwrap_err();
        assert!(
            !crate::disk_images::objects(&below)
                .iter()
                .any(|name| name.starts_with("images/"))
        );

        // What a host has taken is the host's to do, until it has not been heard of.
        let made = import(&dana, request("/acme", "taken"), &bytes)
            .await
            .unwrap();
        order(&dana, made.record.id()).await;
        let taking = TakeWork::new(p("/acme"), Duration::from_hours(1));
        admin.take_work(&taking).await.unwrap().unwrap();
        assert_eq!(clean(&admin).await.unwrap().removed, []);
        assert_eq!(states(&dana, "/acme").await, ["taken ready"]);
        world.clock.advance_secs(3601);
        assert_eq!(clean(&admin).await.unwrap().removed.len(), 1);
        assert_eq!(states(&dana, "/acme").await, [""; 0]);
        assert_eq!(clean(&admin).await.unwrap().removed, []);
    });
    sound(&world);
}

#[test]
fn a_clean_up_deletes_nothing_for_records_that_only_name_an_image() {
    let (world, _below) = keeping();
    let (admin, dana, bert) = (world.admin(), world.who("dana"), world.who("bert"));
    run(async {
        let bytes = disk(MIB, 1);
        let made = import(&dana, request("/acme/prod", "web"), &bytes)
            .await
            .unwrap();
        // Anybody may register the id of an image, and ask for its deletion.
        let named = |scope: &str| {
            let image = ImageId::Local(made.image.id);
            let at = p("local/main");
            let mut asked = cloud_atlas::RegisterImage::new(p(scope), at, image, Via::Form);
            asked.os = Some(OsFacts::parse("debian", "12", "12.5").unwrap());
            asked
        };
        dana.delete_image(made.record.id(), &p("/acme/prod"), None, KEEP, false)
            .await
            .unwrap();
        for (who, scope) in [(&dana, "/acme/dev"), (&bert, "/beta")] {
            let record = who.register_image(named(scope)).await.unwrap().record.id();
            let asked = who.delete_image(record, &p(scope), None, KEEP, true).await;
            // The first one alone: the other one would take its image away.
            if scope == "/acme/dev" {
                asked.unwrap();
            }
            let cleaned = clean(&admin).await.unwrap();
            assert_eq!((cleaned.removed, cleaned.left), (vec![], vec![]));
        }
        assert_eq!(states(&dana, "/acme/prod").await, ["web ready"]);
        let back = admin
            .work_orders(&WorkQuery::new(p("/acme/dev")), &most())
            .await
            .unwrap();
        assert_eq!(back.items[0].state, WorkState::Queued);
    });
    sound(&world);
}

#[test]
fn an_order_to_delete_is_not_called_off_once_the_bytes_go() {
    let (world, store) = failing();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        let acme = p::<Scope>("/acme");
        let bytes = disk(MIB, 1);
        let made = import(&dana, request("/acme", "web"), &bytes)
            .await
            .unwrap();
        let (id, record) = (made.image.id, made.record.id());
        order(&dana, record).await;
        dana.restore_image(record, &acme).await.unwrap();
        assert_eq!(
            exported(&dana, id, "/acme").await.unwrap(),
            core::slice::from_ref(&bytes)
        );
        order(&dana, record).await;
        store.fails.store(true, Ordering::Relaxed);
        let error = dana.delete_disk_image(id, &acme, None).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
        assert_eq!(orders(&dana).await[0], "failed");
        let back = dana.restore_image(record, &acme).await.unwrap_err();
        insta::assert_snapshot!(back, @"the image is delete-failed, and only what is ready can be restored");
        // Nor by way of the order.
        let mut query = WorkQuery::new(acme.clone());
        query.ended = true;
        let failed = dana
            .work_orders(&query, &most())
            .await
            .unwrap()
            .items
            .remove(0);
        dana.retry_work(failed.id, &acme).await.unwrap();
        let back = dana.cancel_work(failed.id, &acme, None).await.unwrap_err();
        assert_eq!(back.kind(), ErrorKind::Conflict, "{back}");
        store.fails.store(false, Ordering::Relaxed);
        assert_eq!(clean(&admin).await.unwrap().removed.len(), 1);
        assert_eq!(orders(&dana).await[0], "done");
    });
    sound(&world);
}
