//! Matchers: settings for a whole cloud from one example.

use crate::{
    inventories::{Watched, world},
    support::{World, acme, ami, p, run, set, web},
};
use cloud_atlas::{
    Error, ErrorKind, Matched, Session,
    history::Generation,
    image_id::CloudLocation,
    mci::{EditError, HeadEdit, MatchError, Setting},
    scope::Scope,
};
use std::sync::Arc;

const EAST: &str = "aws/us-east-1";
const OHIO: &str = "aws/us-east-2";
const WEST: &str = "aws/us-west-2";
const PARIS: &str = "aws/eu-west-3";

/// What an inventory says of a region: images with their checksums.
fn region(location: &str, images: &[(u64, &str)]) -> String {
    let image = |(number, more): &(u64, &str)| format!(r#"{{"id": "{}"{more}}}"#, ami(*number));
    let images: Vec<_> = images.iter().map(image).collect();
    format!(r#""{location}": {{"images": [{}]}}"#, images.join(", "))
}

const A1: &str = r#", "checksum": "A1""#;
const B2: &str = r#", "checksum": "b2""#;

fn cloud(regions: &[(&str, &[(u64, &str)])]) -> Arc<Watched> {
    let regions: Vec<_> = regions
        .iter()
        .map(|(at, images)| region(at, images))
        .collect();
    Watched::new(&regions.join(", "))
}

fn four() -> Arc<Watched> {
    cloud(&[
        (EAST, &[(1, A1), (9, "")]),
        (OHIO, &[(2, A1), (3, B2)]),
        (WEST, &[(4, B2), (5, A1), (6, A1)]),
        (PARIS, &[(7, B2)]),
    ])
}

async fn made(world: &World, edits: Vec<HeadEdit>) -> Session {
    let dana = world.who("dana");
    dana.create_mci(&acme(), p("web")).await.unwrap();
    dana.edit_mci(&web(), &acme(), edits, None).await.unwrap();
    dana
}

async fn edit(who: &Session, edits: Vec<HeadEdit>) {
    who.edit_mci(&web(), &acme(), edits, None).await.unwrap();
}

async fn images(who: &Session) -> String {
    let view = who.mci(&web(), &acme()).await.unwrap();
    let settings = view.content.settings().iter();
    let lines = settings.map(|(at, setting)| format!("{at} {}", setting.image()));
    lines.collect::<Vec<_>>().join("\n")
}

fn names(locations: &[CloudLocation]) -> Vec<&str> {
    locations.iter().map(CloudLocation::as_str).collect()
}

async fn match_east(who: &Session) -> Matched {
    who.match_mci(&web(), &acme(), &p(EAST), None)
        .await
        .unwrap()
}

#[test]
fn m14_an_example_makes_settings_for_its_whole_cloud() {
    let inventory = four();
    let world = world(&inventory);
    run(async {
        let dana = made(&world, vec![set(EAST, 1)]).await;
        let before = dana.mci(&web(), &acme()).await.unwrap();
        let done = match_east(&dana).await;
        assert_eq!(done.checksum.as_str(), "a1");
        assert_eq!(names(&done.rematch.created), [OHIO, WEST]);
        assert_eq!(names(&done.rematch.by_hand), [EAST]);
        assert_eq!(names(&done.rematch.ambiguous), [WEST]);
        assert_eq!(done.warnings.len(), 2, "nobody has records of them");
        assert_eq!(done.generation.get(), before.generation.get() + 1);
        insta::assert_snapshot!(images(&dana).await, @r"
        aws/us-east-1 ami-00000000000000001
        aws/us-east-2 ami-00000000000000002
        aws/us-west-2 ami-00000000000000005
        ");
        let listed = dana.matchers(&web(), &acme()).await.unwrap();
        assert_eq!(listed.len(), 1);
        assert_eq!(names(&listed[0].made), [OHIO, WEST]);
        // Nothing has changed, so nothing changes, and HEAD stays at its generation.
        let again = dana.rematch_mci(&web(), &acme(), None).await.unwrap();
        assert!(again[0].rematch.created.is_empty() && again[0].rematch.updated.is_empty());
        assert_eq!(again[0].generation, done.generation);
    });
}

#[test]
fn m14_a_setting_made_by_hand_always_wins() {
    let world = world(&four());
    run(async {
        let dana = made(&world, vec![set(EAST, 1), set(OHIO, 3)]).await;
        assert_eq!(
            names(&match_east(&dana).await.rematch.by_hand),
            [EAST, OHIO]
        );
        assert!(
            images(&dana)
                .await
                .contains("us-east-2 ami-00000000000000003")
        );
        // What the matcher made and somebody edited is by hand from then on.
        let user_data = Setting::new(ami(5)).with_instance_type(p("m7i.xlarge"));
        edit(&dana, vec![HeadEdit::set(p(WEST), user_data)]).await;
        let done = dana
            .rematch_mci(&web(), &acme(), None)
            .await
            .unwrap()
            .remove(0);
        assert_eq!(names(&done.rematch.by_hand), [EAST, OHIO, WEST]);
        assert!(done.rematch.updated.is_empty());
        // Where somebody took a setting away, it is made.
        edit(&dana, vec![HeadEdit::Unset { location: p(OHIO) }]).await;
        let done = dana
            .rematch_mci(&web(), &acme(), None)
            .await
            .unwrap()
            .remove(0);
        assert_eq!(names(&done.rematch.created), [OHIO]);
    });
}

#[test]
fn m14_another_example_updates_and_destroys() {
    let world = world(&four());
    run(async {
        let dana = made(&world, vec![set(EAST, 1), set(PARIS, 7)]).await;
        match_east(&dana).await;
        // The cloud has one matcher, which goes after another example now.
        let done = dana
            .match_mci(&web(), &acme(), &p(PARIS), None)
            .await
            .unwrap();
        assert_eq!(names(&done.rematch.updated), [OHIO, WEST]);
        assert_eq!(
            names(&done.rematch.by_hand),
            [PARIS],
            "the east has no such image"
        );
        assert_eq!(dana.matchers(&web(), &acme()).await.unwrap().len(), 1);
        insta::assert_snapshot!(images(&dana).await, @r"
        aws/eu-west-3 ami-00000000000000007
        aws/us-east-1 ami-00000000000000001
        aws/us-east-2 ami-00000000000000003
        aws/us-west-2 ami-00000000000000004
        ");
        // Removed, it leaves what it made.
        let before = images(&dana).await;
        dana.remove_matcher(&web(), &acme(), &p(EAST))
            .await
            .unwrap();
        assert_eq!(images(&dana).await, before);
        let refused = dana.rematch_mci(&web(), &acme(), None).await.unwrap_err();
        assert!(matches!(refused, Error::NoMatcher { .. }));
        assert_eq!(refused.kind(), ErrorKind::NotFound);
        let refused = dana.remove_matcher(&web(), &acme(), &p(EAST)).await;
        assert!(matches!(refused, Err(Error::NoMatcher { .. })));
    });
}

#[test]
fn m14_where_no_image_has_the_checksum_any_more_the_setting_goes() {
    let inventory = four();
    let world = world(&inventory);
    run(async {
        let dana = made(&world, vec![set(EAST, 1)]).await;
        match_east(&dana).await;
        inventory.now(&format!(
            "{}, {}",
            region(EAST, &[(1, A1)]),
            region(OHIO, &[])
        ));
        let done = dana
            .rematch_mci(&web(), &acme(), None)
            .await
            .unwrap()
            .remove(0);
        // The west is no longer covered: what nobody looked at stays.
        assert_eq!(names(&done.rematch.destroyed), [OHIO]);
        assert!(images(&dana).await.contains(WEST));
    });
}

#[test]
fn m14_an_example_needs_a_setting_an_inventory_and_a_checksum() {
    let world = world(&four());
    run(async {
        let dana = made(&world, vec![set(EAST, 9), set("aws/ap-south-1", 1)]).await;
        let refused = async |location: &str| {
            let refused = dana.match_mci(&web(), &acme(), &p(location), None).await;
            refused.unwrap_err()
        };
        assert!(matches!(
            refused(WEST).await,
            Error::Edit(EditError::NoSetting { .. })
        ));
        assert!(matches!(
            refused("aws/ap-south-1").await,
            Error::NoInventory { .. }
        ));
        let error = refused(EAST).await;
        assert!(matches!(error, Error::Match(MatchError::NoChecksum { .. })));
        insta::assert_snapshot!(error, @"the inventory tells no checksum of `ami-00000000000000009` at aws/us-east-1: choose an example whose cloud tells one");
        assert!(dana.matchers(&web(), &acme()).await.unwrap().is_empty());
    });
}

#[test]
fn m14_a_head_that_moved_is_told_and_not_matched() {
    let world = world(&four());
    run(async {
        let dana = made(&world, vec![set(EAST, 1)]).await;
        let seen = Some(Generation::new(1));
        let stale = dana.match_mci(&web(), &acme(), &p(EAST), seen).await;
        assert!(matches!(stale, Err(Error::Stale(_))), "{stale:?}");
        match_east(&dana).await;
        let stale = dana.rematch_mci(&web(), &acme(), seen).await;
        assert!(matches!(stale, Err(Error::Stale(_))), "{stale:?}");
    });
}

#[test]
fn m14_who_may_not_edit_matches_nothing_and_asks_no_cloud() {
    let inventory = four();
    let world = world(&inventory);
    run(async {
        let dana = made(&world, vec![set(EAST, 1)]).await;
        match_east(&dana).await;
        let asked = inventory.asked();
        for (who, from, kind) in [
            ("olga", "/acme/prod", ErrorKind::Denied),
            ("bert", "/beta", ErrorKind::NotFound),
        ] {
            let (who, from, east) = (world.who(who), p::<Scope>(from), p(EAST));
            let refused = who.match_mci(&web(), &from, &east, None).await;
            assert_eq!(refused.unwrap_err().kind(), kind);
            let refused = who.rematch_mci(&web(), &from, None).await;
            assert_eq!(refused.unwrap_err().kind(), kind);
            let refused = who.remove_matcher(&web(), &from, &east).await;
            assert_eq!(refused.unwrap_err().kind(), kind);
        }
        assert_eq!(inventory.asked(), asked);
        // A matcher is of its lineage: to look at it is to look at the MultiCloud Image.
        let seen = world.who("olga").matchers(&web(), &p("/acme/prod")).await;
        assert_eq!(seen.unwrap().len(), 1);
    });
}

#[test]
fn m14_a_check_of_the_store_knows_of_matchers() {
    let world = world(&four());
    run(async {
        let dana = made(&world, vec![set(EAST, 1)]).await;
        match_east(&dana).await;
        let report = world.atlas.check().await.unwrap();
        assert_eq!(report.findings, [""; 0]);
        assert_eq!(report.records["matcher"], 1);
    });
}
