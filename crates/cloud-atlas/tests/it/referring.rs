//! A reference and a delete of what it refers to, at once.

use crate::{
    concurrency::{again, engines},
    support::{World, committed, image, p, run, set},
};
use cloud_atlas::{
    Error, ErrorKind, Retention, Session,
    image::{ImageRecordId, LifeError},
    scope::Scope,
    template::Reference,
};
use std::{sync::Barrier, thread};

const EAST: &str = "aws/us-east-1";

fn delete(who: &Session, id: ImageRecordId) -> Result<(), Error> {
    let keep = Retention::default();
    run(who.delete_image(id, &p("/acme"), None, keep, false)).map(|_| ())
}

/// Sets the image in a HEAD, and commits that.
fn refer(who: &Session, web: &Reference, number: u64) -> Result<(), Error> {
    let acme = p::<Scope>("/acme");
    let edits = vec![set(EAST, number)];
    again(|| run(who.edit_mci(web, &acme, edits.clone(), None)))?;
    again(|| run(who.commit_mci(web, &acme, p("m"), None))).map(|_| ())
}

#[test]
fn l02_a_delete_and_a_reference_at_once_leave_nothing_dangling() {
    for (atlas, _folder) in engines() {
        let admin = atlas.act_as(&p("admin"));
        let (web, acme) = (p::<Reference>("web"), p::<Scope>("/acme"));
        run(admin.create_mci(&acme, p("web"))).unwrap();
        for number in 0..24 {
            let registered = run(admin.register_image(image("/acme", EAST, number)));
            let id = registered.unwrap().record.id();
            let start = Barrier::new(2);
            let (referred, deleted) = thread::scope(|threads| {
                let referring = threads.spawn(|| {
                    start.wait();
                    refer(&admin, &web, number)
                });
                start.wait();
                let deleted = again(|| delete(&admin, id));
                (referring.join().unwrap(), deleted)
            });
            // Whoever comes second is told of the other.
            match (&referred, &deleted) {
                (Ok(()), Err(Error::Life(LifeError::InUse(_)))) => {}
                (Err(Error::Life(LifeError::Buried { id: buried, .. })), Ok(())) => {
                    assert_eq!(*buried, id);
                }
                other => panic!("{other:?}"),
            }
            let usage = run(admin.image_referrers(id, &acme)).unwrap();
            assert_eq!(usage.referrers().is_empty(), deleted.is_ok());
        }
        assert!(run(atlas.check()).unwrap().findings.is_empty());
    }
}

#[test]
fn l02_nothing_new_refers_to_what_is_deleted_until_it_is_restored_or_registered_anew() {
    let world = World::new();
    let (dana, acme) = (world.who("dana"), p::<Scope>("/acme"));
    let web = p::<Reference>("web");
    run(dana.create_mci(&acme, p("web"))).unwrap();
    for (number, many) in [(1, false), (2, true)] {
        let id = run(dana.register_image(image("/acme", EAST, number)));
        let id = id.unwrap().record.id();
        delete(&dana, id).unwrap();
        let mut edits = vec![set(EAST, number)];
        if many {
            let places = crate::support::places().zip(1000..);
            let places = places.filter(|(place, _)| place != EAST).take(20);
            edits.extend(places.map(|(place, number)| set(&place, number)));
        }
        let edit = || run(dana.edit_mci(&web, &acme, edits.clone(), None));
        let refused = edit().unwrap_err();
        assert!(
            matches!(refused, Error::Life(LifeError::Buried { .. })),
            "{refused}"
        );
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        run(dana.restore_image(id, &acme)).unwrap();
        edit().unwrap();
    }
    // Elsewhere nobody knows of it: an id without a visible record is allowed (M05).
    let gone = run(dana.register_image(image("/acme/prod", EAST, 7))).unwrap();
    let keep = Retention::default();
    run(dana.delete_image(gone.record.id(), &p("/acme/prod"), None, keep, false)).unwrap();
    run(committed(&dana, "/acme/dev", "db", 7));
    let anew = run(dana.register_image(image("/acme/prod", EAST, 7)));
    anew.unwrap();
    run(committed(&dana, "/acme/prod", "db", 7));
}

#[test]
fn l02_nothing_comes_to_refer_to_what_is_deleted_because_it_is_shown_or_promoted() {
    let world = World::new();
    let (dana, acme, prod) = (
        world.who("dana"),
        p::<Scope>("/acme"),
        p::<Scope>("/acme/prod"),
    );
    run(async {
        let mut ask = image("/acme", EAST, 1);
        ask.shared = Some(false);
        let hidden = dana.register_image(ask).await.unwrap().record.id();
        let beside = dana.register_image(image("/acme/dev", EAST, 2)).await;
        let beside = beside.unwrap().record.id();
        // Where nobody sees a record, ids without one are allowed (M05).
        committed(&dana, "/acme/prod", "web", 1).await;
        committed(&dana, "/acme/prod", "db", 2).await;
        for (id, from) in [(hidden, &acme), (beside, &p("/acme/dev"))] {
            let keep = Retention::default();
            dana.delete_image(id, from, None, keep, false)
                .await
                .unwrap();
        }
        let shared = dana.share_image(hidden, &acme).await.unwrap_err();
        let promoted = dana.promote_image(beside, &p("/acme/dev"), None).await;
        for refused in [shared, promoted.unwrap_err()] {
            assert_eq!(refused.kind(), ErrorKind::Conflict, "{refused}");
        }
        // Once restored, they bind what holds their ids already.
        dana.restore_image(hidden, &acme).await.unwrap();
        dana.share_image(hidden, &acme).await.unwrap();
        let usage = dana.image_referrers(hidden, &acme).await.unwrap();
        assert_eq!(usage.referrers().len(), 2);
        assert_eq!(usage.referrers()[0].scope, prod);
    });
}

#[test]
fn l02_nothing_new_refers_to_an_image_that_a_host_is_to_delete() {
    let world = World::new();
    let (dana, acme) = (world.who("dana"), p::<Scope>("/acme"));
    run(async {
        let registered = dana.register_image(image("/acme", EAST, 1)).await;
        let id = registered.unwrap().record.id();
        let keep = Retention::default();
        let pending = dana.delete_image(id, &acme, None, keep, true).await;
        pending.unwrap();
        dana.create_mci(&acme, p("web")).await.unwrap();
        let web = p::<Reference>("web");
        let edit = || dana.edit_mci(&web, &acme, vec![set(EAST, 1)], None);
        let refused = edit().await.unwrap_err();
        assert!(
            matches!(refused, Error::Life(LifeError::Pending { .. })),
            "{refused}"
        );
        dana.restore_image(id, &acme).await.unwrap();
        edit().await.unwrap();
    });
}
