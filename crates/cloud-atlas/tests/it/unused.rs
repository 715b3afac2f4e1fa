//! Image records that nothing uses.

use crate::{
    elsewhere::role,
    support::{World, committed, every, image, p, run, set},
};
use cloud_atlas::{
    ImageQuery, Session,
    image::{ImageRecord, ImageRecordId, LaunchPermission},
    scope::{Role, Scope},
};
use std::collections::BTreeSet;

const EAST: &str = "aws/us-east-1";

async fn registered(who: &Session, scope: &str, number: u64) -> ImageRecord {
    let registered = who.register_image(image(scope, EAST, number)).await;
    registered.unwrap().record
}

/// The records that nothing uses, by pages of three.
async fn unused(who: &Session, from: &str) -> BTreeSet<ImageRecordId> {
    let mut query = ImageQuery::new(p(from));
    query.unused = true;
    let found = every(3, async |page| who.images(&query, &page).await).await;
    let ids: BTreeSet<_> = found.iter().map(ImageRecord::id).collect();
    assert_eq!(ids.len(), found.len(), "each once");
    ids
}

#[test]
fn images_that_nothing_uses_are_listed_page_by_page() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        let mut all = Vec::new();
        for number in 0..12 {
            all.push(registered(&dana, "/acme", number).await);
        }
        // By HEAD alone, by a revision alone, by a role map; by what is none of this account's.
        dana.create_mci(&p("/acme"), p("head")).await.unwrap();
        let edits = vec![set(EAST, 1)];
        dana.edit_mci(&p("head"), &p("/acme"), edits, None)
            .await
            .unwrap();
        committed(&dana, "/acme/prod", "web", 4).await;
        let edits = vec![set(EAST, 2)];
        dana.edit_mci(&p("web"), &p("/acme/prod"), edits, None)
            .await
            .unwrap();
        admin.make_role_map(role("/acme", "front")).await.unwrap();
        let (front, acme) = (p("front"), p::<Scope>("/acme"));
        let put = admin.set_role_image(&front, &acme, all[7].id());
        put.await.unwrap();
        committed(&world.who("bert"), "/beta", "web", 9).await;
        let used = [1, 4, 2, 7];
        let expected: BTreeSet<_> = (0..12)
            .filter(|number| !used.contains(number))
            .map(|number| all[number].id())
            .collect();
        assert_eq!(unused(&dana, "/acme").await, expected);
        assert_eq!(unused(&dana, "/acme/prod").await, expected);
    });
}

#[test]
fn s13_what_uses_an_image_out_of_sight_counts_for_who_may_delete_alone() {
    let world = World::new();
    let (admin, dana, bert) = (world.admin(), world.who("dana"), world.who("bert"));
    run(async {
        let record = registered(&dana, "/acme", 1).await;
        let to = [LaunchPermission::Everybody];
        let acme = p::<Scope>("/acme");
        let opened = admin.add_launch_permissions(record.id(), &to, &acme);
        opened.await.unwrap();
        // Ed sees no more than dev, and deletes nothing.
        admin.add_principal(&p("ed")).await.unwrap();
        let dev = p::<Scope>("/acme/dev");
        admin
            .grant(&p("ed"), &Role::OBSERVER, &dev, None)
            .await
            .unwrap();
        let ed = world.who("ed");
        let mine = BTreeSet::from([record.id()]);
        for who in [&dana, &ed] {
            assert_eq!(unused(who, "/acme/dev").await, mine);
        }
        committed(&bert, "/beta", "web", 1).await;
        assert_eq!(unused(&dana, "/acme/dev").await, BTreeSet::new());
        assert_eq!(
            unused(&ed, "/acme/dev").await,
            mine,
            "as if it were not there"
        );
        assert_eq!(unused(&bert, "/beta").await, BTreeSet::new(), "her own use");
    });
}
