//! Marks of committed revisions.

use crate::support::{World, ask, committed, p, revoke, run, set};
use cloud_atlas::{
    CloneMci, Error, ErrorKind, EventQuery, history::MarkError, scope::Scope, template::Reference,
};

const EAST: &str = "aws/us-east-1";

#[test]
fn m20_a_revision_is_deprecated_revoked_and_restored() {
    let world = World::new();
    let dana = world.who("dana");
    let (web, scope) = (p::<Reference>("web@1"), p::<Scope>("/acme"));
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        let before = dana.mci(&web, &scope).await.unwrap();
        let unmarked = dana.resolve(&ask("web@1", EAST, "/acme")).await.unwrap();
        let deprecated = dana.deprecate_mci(&web, &scope, "old kernel").await;
        let deprecated = deprecated.unwrap();
        assert_eq!(
            (&*deprecated.name.to_string(), deprecated.revision.get()),
            ("web", 1)
        );
        let mark = deprecated.marks.deprecated.clone().unwrap();
        assert_eq!((mark.by.as_str(), &*mark.reason), ("dana", "old kernel"));
        let again = dana.deprecate_mci(&web, &scope, "older still").await;
        assert!(matches!(
            again.unwrap_err(),
            Error::Mark(MarkError::Deprecated { .. })
        ));
        let launch = dana.resolve(&ask("web", EAST, "/acme")).await.unwrap();
        assert_ne!(launch.plan.warnings, unmarked.plan.warnings);

        let revoked = revoke(&dana, &web, &scope, "CVE-2026-1")
            .await
            .unwrap()
            .marked;
        assert!(revoked.marks.revoked.is_some() && revoked.marks.deprecated.is_some());
        // Nothing is launched from it, and it can be looked at, compared and cloned.
        let refused = dana.resolve(&ask("web@1", EAST, "/acme")).await;
        let refused = refused.unwrap_err();
        assert!(matches!(refused, Error::Launch(_)), "{refused}");
        assert!(refused.to_string().contains("CVE-2026-1"), "{refused}");
        dana.mci_diff(&web, &p("web@head"), &scope).await.unwrap();
        let clone = CloneMci::new(web.clone(), scope.clone());
        dana.clone_mci(&clone).await.unwrap();
        let shown = dana.mci(&web, &scope).await.unwrap();
        assert_eq!(shown.marks, revoked.marks);
        // The revision itself is as it was committed.
        assert_eq!(shown.revision, before.revision);
        assert_eq!(shown.content, before.content);

        // The last mark is taken back first.
        let back = dana.unmark_mci(&web, &scope).await.unwrap();
        assert_eq!(back.marks, deprecated.marks);
        let back = dana.unmark_mci(&web, &scope).await.unwrap();
        assert!(back.marks.is_empty());
        let none = dana.unmark_mci(&web, &scope).await.unwrap_err();
        assert!(matches!(none, Error::Mark(MarkError::Unmarked)));
        let launch = dana.resolve(&ask("web@1", EAST, "/acme")).await.unwrap();
        assert_eq!(launch.plan.warnings, unmarked.plan.warnings);
        // Each step left an event with the marks before and after.
        let mut query = EventQuery::new(scope.clone());
        query.record = Some(format!("{}@1", before.lineage));
        let events = dana.find_events(&query, &crate::support::most()).await;
        let events = events.unwrap().items;
        let told = events
            .iter()
            .filter(|event| event.action.as_str() == "mci.mark");
        let told: Vec<_> = told.collect();
        assert_eq!(told.len(), 4);
        assert_eq!(told[0].before.as_ref(), told[3].after.as_ref());
        assert_eq!(told[0].after.as_deref(), Some("{}"));
        assert!(told[2].after.as_deref().unwrap().contains("CVE-2026-1"));
    });
}

#[test]
fn m20_marks_need_a_reason_a_revision_and_the_right() {
    let world = World::new();
    let (dana, olga, bert) = (world.who("dana"), world.who("olga"), world.who("bert"));
    let (web, scope) = (p::<Reference>("web@1"), p::<Scope>("/acme"));
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        for reason in ["", " ", "two\nlines", &"x".repeat(1025)] {
            let refused = revoke(&dana, &web, &scope, reason).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Invalid, "{refused}");
        }
        let head = revoke(&dana, &p("web@head"), &scope, "x").await;
        assert!(matches!(head.unwrap_err(), Error::HeadMoves { .. }));
        let absent = revoke(&dana, &p("web@2"), &scope, "x").await;
        assert!(matches!(absent.unwrap_err(), Error::NoRevision { .. }));
        let below = p::<Scope>("/acme/prod");
        dana.edit_mci(&p("web"), &scope, vec![set(EAST, 2)], None)
            .await
            .unwrap();
        let denied = revoke(&olga, &web, &below, "x").await.unwrap_err();
        assert_eq!(denied.kind(), ErrorKind::Denied, "{denied}");
        let hidden = revoke(&bert, &p("/acme:web@1"), &p("/beta"), "x").await;
        let absent = revoke(&bert, &p("/acme:wex@1"), &p("/beta"), "x").await;
        let [hidden, absent] = [hidden, absent].map(|refused| refused.unwrap_err().to_string());
        assert_eq!(hidden, absent.replace("wex", "web"));
    });
}
