//! Deployments: one is always there, the others are made, and none goes with servers in it.

use crate::{
    servers::add,
    support::{World, acme, committed, every, noon, p, run},
};
use cloud_atlas::{
    DeploymentView, Error, ErrorKind, MakeDeployment, ServerRefusal, Session,
    base::Name,
    scope::{Role, Scope},
    template::DeploymentError,
};

async fn make(who: &Session, scope: &str, name: &str) -> DeploymentView {
    let request = MakeDeployment::new(p(scope), p(name));
    who.make_deployment(request).await.unwrap()
}

/// The deployments that a scope sees, page by page of so many.
async fn seen(who: &Session, from: &str, limit: usize) -> Vec<String> {
    let from = p::<Scope>(from);
    let all = every(limit, async |paging| who.deployments(&from, &paging).await);
    let all = all.await.into_iter();
    all.map(|it| format!("{}:{}", it.scope, it.name)).collect()
}

#[test]
fn r12_a_default_deployment_is_at_every_scope() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        for (scope, name) in [
            ("/acme", "alpha"),
            ("/acme", "zulu"),
            ("/acme/prod", "front"),
        ] {
            make(&admin, scope, name).await;
        }
        let expected = [
            "/acme/prod:default",
            "/acme/prod:front",
            "/acme:alpha",
            "/acme:default",
            "/acme:zulu",
            "/:default",
        ];
        for limit in 1..8 {
            assert_eq!(seen(&admin, "/acme/prod", limit).await, expected, "{limit}");
        }
        let default = p::<Name>("default");
        for scope in ["/", "/acme", "/acme/dev", "/beta/prod"] {
            let view = admin.deployment(&default, &p(scope)).await.unwrap();
            assert_eq!((view.id, view.scope), (None, p(scope)));
        }
        // The first server makes the record, in the same commit, and the list stays as it was.
        let added = add(&admin, "/acme", "web-1").await.unwrap();
        let view = admin.deployment(&default, &acme()).await.unwrap();
        assert_eq!(view.id, Some(added.definition.deployment()));
        assert_eq!(view.created, Some(noon()));
        for limit in 1..8 {
            assert_eq!(seen(&admin, "/acme/prod", limit).await, expected, "{limit}");
        }
        // It is neither made, renamed nor deleted by anybody.
        let (at, beta, other) = (acme(), p("/beta"), p("other"));
        let again = admin.make_deployment(MakeDeployment::new(p("/beta"), default.clone()));
        let renamed = admin.rename_deployment(&default, &at, &other);
        let onto = p::<Name>("alpha");
        let taken = admin.rename_deployment(&onto, &at, &default);
        let deleted = admin.delete_deployment(&default, &beta);
        let told = [
            again.await.unwrap_err(),
            renamed.await.unwrap_err(),
            taken.await.unwrap_err(),
            deleted.await.unwrap_err(),
        ];
        assert!(told.iter().all(|it| it.kind() == ErrorKind::Conflict));
        insta::assert_snapshot!(told.map(|it| it.to_string()).join("\n"), @"
        there is a deployment `default` at /beta already
        the deployment `default` is always there: it is neither renamed nor deleted
        there is a deployment `default` at /acme already
        the deployment `default` is always there: it is neither renamed nor deleted
        ");
    });
}

#[test]
fn r12_a_deployment_goes_when_no_server_is_in_it() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        let front = make(&admin, "/acme", "front").await;
        let twice = admin.make_deployment(MakeDeployment::new(acme(), p("front")));
        assert!(matches!(
            twice.await.unwrap_err(),
            Error::Server(ServerRefusal::Deployment(DeploymentError::Taken { .. }))
        ));
        add(&admin, "/acme", "front:web-1").await.unwrap();
        let (name, at) = (p::<Name>("front"), acme());
        let refused = admin.delete_deployment(&name, &at).await.unwrap_err();
        insta::assert_snapshot!(refused, @"the deployment `front` has 1 server: `web-1`: remove it first");
        // Its servers stay in it under another name.
        let renamed = admin.rename_deployment(&name, &at, &p("back")).await;
        assert_eq!(renamed.unwrap().id, front.id);
        let server = admin.server(&p("back:web-1"), &at).await.unwrap();
        assert_eq!(server.deployment_name.as_str(), "back");
        assert!(admin.server(&p("front:web-1"), &at).await.is_err());
        admin.remove_server(&p("back:web-1"), &at).await.unwrap();
        admin.delete_deployment(&p("back"), &at).await.unwrap();
        let gone = admin.deployment(&p("back"), &at).await.unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NotFound);
    });
}

#[test]
fn m21_deployments_have_a_scope_and_are_seen_below_it_where_they_are_shared() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        let mut own = MakeDeployment::new(acme(), p("own"));
        own.shared = Some(false);
        admin.make_deployment(own).await.unwrap();
        make(&admin, "/acme", "front").await;
        add(&admin, "/acme", "own:a").await.unwrap();
        add(&admin, "/acme", "front:b").await.unwrap();
        let below = p::<Scope>("/acme/prod");
        assert!(admin.deployment(&p("own"), &below).await.is_err());
        assert!(admin.server(&p("own:a"), &below).await.is_err());
        assert!(admin.server(&p("front:b"), &below).await.is_ok());
        // Olga looks at what is shared with her scope, and changes nothing.
        let olga = world.who("olga");
        let found = olga.deployment(&p("front"), &below).await.unwrap();
        assert_eq!(found.scope, acme());
        let refused = olga.delete_deployment(&p("front"), &below).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Denied);
        // An actor of the environment alone does not write into the account's deployment.
        let act = admin.grant(&p("olga"), &Role::ACTOR, &below, None).await;
        act.unwrap();
        let refused = add(&olga, "/acme/prod", "front:c").await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Denied);
        add(&olga, "/acme/prod", "c").await.unwrap();
        // Another account sees none of it.
        let bert = world.who("bert");
        let hidden = bert.deployment(&p("front"), &p("/beta")).await;
        let absent = bert.deployment(&p("nothing"), &p("/beta")).await;
        let text = |found: Result<DeploymentView, Error>| found.unwrap_err().to_string();
        assert_eq!(text(hidden).replace("front", "nothing"), text(absent));
    });
}

#[test]
fn s14_a_scope_with_servers_stays_and_its_empty_default_goes_with_it() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        let dev = p::<Scope>("/acme/dev");
        add(&admin, "/acme/dev", "web-1").await.unwrap();
        let refused = admin.remove_scope(&dev).await.unwrap_err();
        insta::assert_snapshot!(refused, @"the scope `/acme/dev` is not empty (server: 1): remove what it holds first");
        let refused = admin.rename_scope(&dev, &p("/acme/test")).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Conflict);
        admin.remove_server(&p("web-1"), &dev).await.unwrap();
        admin.rename_scope(&dev, &p("/acme/test")).await.unwrap();
        admin.remove_scope(&p("/acme/test")).await.unwrap();
        admin.add_scope(&dev).await.unwrap();
        let default = admin.deployment(&p("default"), &dev).await.unwrap();
        assert_eq!(default.id, None);
        let report = world.atlas.check().await.unwrap();
        assert_eq!(report.findings, [""; 0]);
        assert_eq!(report.records["deployment"], 0);
    });
}
