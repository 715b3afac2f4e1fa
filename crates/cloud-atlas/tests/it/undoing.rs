//! Old revisions in HEAD, undo points, and the way back.

use crate::support::{World, acme, ami, committed, dump, image, p, run, set};
use cloud_atlas::{
    Error, ErrorKind, EventQuery, MciView, Retention, Session,
    history::{BringBackError, RestoreError, UndoCause},
    image::Architecture,
    mci::{EditError, HeadEdit},
    scope::Scope,
    template::Reference,
};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

async fn edit(who: &Session, at: &str, edits: Vec<HeadEdit>) {
    who.edit_mci(&p(at), &acme(), edits, None).await.unwrap();
}

/// `web` with two revisions of one image each, and HEAD with an edit that nobody committed.
async fn edited(who: &Session) -> MciView {
    committed(who, "/acme", "web", 1).await;
    edit(who, "web", vec![set(EAST, 2)]).await;
    who.commit_mci(&p("web"), &acme(), p("second"), None)
        .await
        .unwrap();
    edit(who, "web", vec![set(WEST, 3)]).await;
    head(who).await
}

async fn head(who: &Session) -> MciView {
    who.mci(&p("web"), &acme()).await.unwrap()
}

#[test]
fn m16_restoring_a_revision_is_an_edit_of_head_and_recorded() {
    let world = World::new();
    let (dana, olga) = (world.who("dana"), world.who("olga"));
    run(async {
        let before = edited(&dana).await;
        let first = p::<Reference>("web@1");
        // Who may not edit may not restore.
        let below = p::<Scope>("/acme/prod");
        let denied = olga.restore_mci(&p("web@1"), &below, None).await;
        assert_eq!(denied.unwrap_err().kind(), ErrorKind::Denied);
        let seen = cloud_atlas::history::Generation::new(1);
        let stale = dana.restore_mci(&first, &acme(), Some(seen)).await;
        assert!(matches!(stale.unwrap_err(), Error::Stale(_)));
        let absent = dana.restore_mci(&p("web@7"), &acme(), None).await;
        assert!(matches!(absent.unwrap_err(), Error::NoRevision { .. }));
        let moves = dana.restore_mci(&p("web@head"), &acme(), None).await;
        assert!(matches!(moves.unwrap_err(), Error::HeadMoves { .. }));
        assert_eq!(head(&dana).await, before);

        let restored = dana.restore_mci(&first, &acme(), None).await.unwrap();
        let old = dana.mci(&first, &acme()).await.unwrap();
        let after = head(&dana).await;
        assert_eq!(restored.mci.content, after.content);
        assert_eq!(restored.mci.generation, after.generation);
        assert_eq!(after.content, old.content);
        assert_eq!(after.generation.get(), before.generation.get() + 1);
        assert!(after.edited);
        // The event says which revision, what was there before, and how to have it back.
        let mut query = EventQuery::new(acme());
        query.record = Some(before.lineage.to_string());
        let events = dana.find_events(&query, &crate::support::most()).await;
        let event = events.unwrap().items.remove(0);
        assert_eq!(event.action.as_str(), "mci.edit");
        let told = event.after.unwrap();
        assert!(told.contains("\"revision\":1"), "{told}");
        assert!(told.contains("\"undo\":1"), "{told}");
        // The next revision follows the last one.
        let third = dana.commit_mci(&p("web"), &acme(), p("back"), None).await;
        let third = third.unwrap();
        assert_eq!(third.number().get(), 3);
        assert_eq!(third.parents()[0].revision.number.get(), 2);
        let again = dana.restore_mci(&first, &acme(), None).await.unwrap_err();
        let Error::Restore(RestoreError::Same { revision }) = again else {
            panic!("{again}");
        };
        assert_eq!(revision.get(), 1);
    });
}

#[test]
fn m17_what_a_restore_throws_away_is_an_undo_point() {
    let world = World::new();
    let dana = world.who("dana");
    let web = p::<Reference>("web");
    run(async {
        let before = edited(&dana).await;
        let nothing = dana.undo_mci(&web, &acme(), None, None).await.unwrap_err();
        assert!(matches!(
            nothing,
            Error::BringBack(BringBackError::NoPoint { .. })
        ));
        let points = dana.mci_undo_points(&web, &acme()).await.unwrap();
        assert_eq!(points, []);
        dana.restore_mci(&p("web@1"), &acme(), None).await.unwrap();
        let points = dana.mci_undo_points(&web, &acme()).await.unwrap();
        let [point] = points.as_slice() else {
            panic!("{points:?}");
        };
        assert_eq!((point.number, point.by.as_str()), (1, "dana"));
        assert!(matches!(point.cause, UndoCause::Restore { revision } if revision.get() == 1));
        assert_eq!(point.generation, before.generation);

        let undone = dana.undo_mci(&web, &acme(), None, None).await.unwrap();
        assert_eq!((undone.undone.number, undone.undo), (1, 2));
        assert_eq!(head(&dana).await.content, before.content);
        // And the undoing can be undone.
        let redone = dana.undo_mci(&web, &acme(), Some(2), None).await.unwrap();
        assert_eq!(redone.undo, 3);
        let old = dana.mci(&p("web@1"), &acme()).await.unwrap();
        assert_eq!(head(&dana).await.content, old.content);
        let gone = dana.undo_mci(&web, &acme(), Some(1), None).await;
        let gone = gone.unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NotFound);
        assert_eq!(gone.to_string(), "there is no undo point 1, but 3");
        // An ordinary edit throws nothing away that a diff would not show.
        edit(&dana, "web", vec![set(EAST, 9)]).await;
        let points = dana.mci_undo_points(&web, &acme()).await.unwrap();
        assert_eq!(points.len(), 1);
        assert_eq!(world.atlas.check().await.unwrap().findings, [""; 0]);
    });
}

#[test]
fn m17_undo_points_are_bounded_and_checked() {
    let world = World::new();
    let dana = world.who("dana");
    let web = p::<Reference>("web");
    run(async {
        edited(&dana).await;
        for turn in 0..10 {
            for revision in ["web@1", "web@2"] {
                dana.restore_mci(&p(revision), &acme(), None).await.unwrap();
                let points = dana.mci_undo_points(&web, &acme()).await.unwrap();
                assert!(points.len() <= 16, "{turn}");
            }
        }
        let points = dana.mci_undo_points(&web, &acme()).await.unwrap();
        let numbers: Vec<_> = points.iter().map(|point| point.number).collect();
        assert_eq!(numbers, (5..=20).collect::<Vec<_>>());
        // What is no longer kept is no longer there.
        let lines = dump(&world.atlas).await;
        let kept = lines.iter().filter(|line| line.contains(" undo ")).count();
        assert_eq!(kept, 16);
        assert_eq!(world.atlas.check().await.unwrap().findings, [""; 0]);
    });
}

#[test]
fn m17_neither_restore_nor_undo_brings_back_deleted_images() {
    let world = World::new();
    let dana = world.who("dana");
    let web = p::<Reference>("web");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        edit(&dana, "web", vec![set(EAST, 2)]).await;
        let kept = dana.register_image(image("/acme", EAST, 2)).await;
        let kept = kept.unwrap().record;
        // HEAD with the second image becomes an undo point, which refers to nothing.
        dana.restore_mci(&p("web@1"), &acme(), None).await.unwrap();
        let delete = |id| {
            let dana = &dana;
            async move {
                let keep = Retention::default();
                dana.delete_image(id, &acme(), None, keep, false).await
            }
        };
        delete(kept.id()).await.unwrap();
        let refused = dana.undo_mci(&web, &acme(), None, None).await.unwrap_err();
        assert!(matches!(refused, Error::Life(_)), "{refused}");
        dana.restore_image(kept.id(), &acme()).await.unwrap();
        dana.undo_mci(&web, &acme(), None, None).await.unwrap();
        let held = head(&dana).await.content;
        assert_eq!(held.settings()[&p(EAST)].image(), &ami(2));
    });
}

#[test]
fn m17_of_two_restores_from_one_generation_the_second_is_stale() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        let seen = Some(edited(&dana).await.generation);
        dana.restore_mci(&p("web@1"), &acme(), seen).await.unwrap();
        let second = dana.restore_mci(&p("web@2"), &acme(), seen).await;
        assert!(matches!(second.unwrap_err(), Error::Stale(_)));
        let undo = dana.undo_mci(&p("web"), &acme(), None, seen).await;
        assert!(matches!(undo.unwrap_err(), Error::Stale(_)));
    });
}

#[test]
fn m16_a_restore_and_an_undo_are_judged_like_any_edit() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        edit(&dana, "web", vec![set(EAST, 2)]).await;
        // The image of revision 1 turns out to be for what its instance type does not take.
        let mut arm = image("/acme", EAST, 1);
        arm.architecture = Some(Architecture::Aarch64);
        dana.register_image(arm).await.unwrap();
        let refused = dana.restore_mci(&p("web@1"), &acme(), None).await;
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, Error::Edit(EditError::Misfit(_))),
            "{refused}"
        );
        // So does that of an undo point.
        edit(&dana, "web", vec![set(EAST, 3)]).await;
        dana.commit_mci(&p("web"), &acme(), p("second"), None)
            .await
            .unwrap();
        edit(&dana, "web", vec![set(EAST, 4)]).await;
        dana.restore_mci(&p("web@2"), &acme(), None).await.unwrap();
        let mut arm = image("/acme", EAST, 4);
        arm.architecture = Some(Architecture::Aarch64);
        dana.register_image(arm).await.unwrap();
        let refused = dana.undo_mci(&p("web"), &acme(), None, None).await;
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, Error::Edit(EditError::Misfit(_))),
            "{refused}"
        );
    });
}
