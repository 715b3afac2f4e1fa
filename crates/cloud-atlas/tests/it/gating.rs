//! Locations that a lineage may not lose.

use crate::support::{World, committed, p, run, set};
use cloud_atlas::{
    Error, ErrorKind, LineageKind, Session,
    image_id::CloudLocation,
    mci::{HeadEdit, RequireError},
    scope::Scope,
    template::Reference,
};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

async fn edit(who: &Session, edits: Vec<HeadEdit>) {
    let (web, acme) = (p::<Reference>("web"), p::<Scope>("/acme"));
    who.edit_mci(&web, &acme, edits, None).await.unwrap();
}

fn unset(location: &str) -> HeadEdit {
    HeadEdit::Unset {
        location: p(location),
    }
}

#[test]
fn m13_a_commit_that_loses_a_required_location_is_refused_and_says_which() {
    let world = World::new();
    let dana = world.who("dana");
    let (web, acme) = (p::<Reference>("web"), p::<Scope>("/acme"));
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let before = dana.mci(&web, &acme).await.unwrap();
        let both = [p(EAST), p(WEST)];
        let required = dana.require_locations(&web, &acme, &both);
        assert_eq!(required.await.unwrap().iter().count(), 2);
        // It stands beside HEAD, and is no edit of it.
        let view = dana.mci(&web, &acme).await.unwrap();
        assert_eq!(view.generation, before.generation);
        assert!(!view.edited);
        let shown: Vec<_> = view.required.iter().map(CloudLocation::as_str).collect();
        assert_eq!(shown, [EAST, WEST]);

        edit(&dana, vec![unset(EAST), set("aws/eu-west-1", 2)]).await;
        let refused = dana
            .commit_mci(&web, &acme, p("lost"), None)
            .await
            .unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        insta::assert_snapshot!(refused, @"`web` has to serve aws/us-east-1, which it would lose, and aws/us-west-2, which it never did: set images there, or take them off its required locations");
        let Error::CoverageLost(lost) = refused else {
            panic!()
        };
        assert_eq!(lost.lost, [p::<CloudLocation>(EAST)]);
        edit(&dana, vec![set(EAST, 1), set(WEST, 2)]).await;
        dana.commit_mci(&web, &acme, p("both"), None).await.unwrap();
        // Taken off, it may be lost.
        edit(&dana, vec![unset(WEST)]).await;
        assert!(dana.commit_mci(&web, &acme, p("one"), None).await.is_err());
        let left = dana
            .unrequire_locations(&web, &acme, &[p(WEST)])
            .await
            .unwrap();
        assert_eq!(left.iter().count(), 1);
        dana.commit_mci(&web, &acme, p("one"), None).await.unwrap();
        let refused = dana.unrequire_locations(&web, &acme, &[p(WEST)]).await;
        assert!(matches!(
            refused,
            Err(Error::Require(RequireError::NotRequired { .. }))
        ));
    });
}

#[test]
fn m13_a_promotion_that_loses_a_required_location_is_refused() {
    let world = World::new();
    let dana = world.who("dana");
    let (web, acme) = (p::<Reference>("web"), p::<Scope>("/acme"));
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        edit(&dana, vec![set(WEST, 2)]).await;
        dana.commit_mci(&web, &acme, p("two"), None).await.unwrap();
        let to = async |reference: &str| {
            let reference = p::<Reference>(reference);
            dana.assign_channel(&p("stable"), LineageKind::Mci, &reference, &acme)
                .await
        };
        to("web@2").await.unwrap();
        dana.require_locations(&web, &acme, &[p(WEST)])
            .await
            .unwrap();
        let refused = to("web@1").await.unwrap_err();
        insta::assert_snapshot!(refused, @"`web` has to serve aws/us-west-2, which it would lose: set images there, or take them off its required locations");
        dana.unrequire_locations(&web, &acme, &[p(WEST)])
            .await
            .unwrap();
        to("web@1").await.unwrap();
    });
}

#[test]
fn m13_who_may_not_edit_requires_nothing() {
    let world = World::new();
    let web = p::<Reference>("web");
    run(async {
        committed(&world.who("dana"), "/acme", "web", 1).await;
        let refused = world
            .who("olga")
            .require_locations(&web, &p("/acme/prod"), &[p(EAST)])
            .await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Denied);
        let hidden = world
            .who("bert")
            .require_locations(&web, &p("/beta"), &[p(EAST)])
            .await;
        assert_eq!(hidden.unwrap_err().kind(), ErrorKind::NotFound);
        let frozen = world
            .who("dana")
            .require_locations(&p("web@1"), &p("/acme"), &[p(EAST)])
            .await;
        assert!(matches!(frozen, Err(Error::NotEditable(_))));
    });
}
