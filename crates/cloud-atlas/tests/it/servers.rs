//! Server definitions: they inherit once, and what they launch with is theirs.

use crate::support::{World, acme, ami, committed, image, most, noon, p, revoke, run, set};
use cloud_atlas::{
    AddServer, Behind, Error, ErrorKind, LaunchBase, ServerQuery, ServerRef, ServerRefusal,
    ServerView, Session,
    base::Name,
    image::LifeError,
    mci::{InstanceType, UserData},
    scope::Scope,
    template::{
        LaunchRefusal, Override, OverrideField, Overrides, ResolveError, ServerEdit, ServerError,
    },
};

const EAST: &str = "aws/us-east-1";

/// What adds a server of `web`, as `[DEPLOYMENT:]NAME`.
pub(crate) fn adding(scope: &str, server: &str) -> AddServer {
    let ServerRef::Named { deployment, name } = p(server) else {
        panic!("{server} is a name");
    };
    let mut adding = AddServer::new(p(scope), p(EAST), LaunchBase::Mci(p("web")), name);
    adding.deployment = deployment;
    adding
}

/// Adds a server of `web` in us-east-1.
pub(crate) async fn add(who: &Session, scope: &str, server: &str) -> Result<ServerView, Error> {
    who.add_server(adding(scope, server)).await
}

/// A next revision of `web` with another image.
async fn move_on(who: &Session, number: u64) {
    let edits = vec![set(EAST, number)];
    let web = p("web");
    who.edit_mci(&web, &acme(), edits, None).await.unwrap();
    who.commit_mci(&web, &acme(), p("next"), None)
        .await
        .unwrap();
}

fn typed(text: &str) -> Overrides {
    Overrides {
        instance_type: InstanceType::parse(text).ok(),
        ..Overrides::default()
    }
}

fn overlay(overrides: Overrides) -> Vec<ServerEdit> {
    vec![ServerEdit::Overlay(Box::new(overrides))]
}

#[test]
fn r11_a_server_inherits_once_and_again_when_it_is_told_to() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        let server = add(&admin, "/acme", "web-1").await.unwrap();
        assert_eq!(server.definition.inherited().states(), "web@1");
        assert_eq!(server.definition.created(), noon());
        // Nothing knows the image: that is said, and no reason to refuse.
        assert_eq!(server.warnings.len(), 1);
        let one = p::<ServerRef>("web-1");
        let at = acme();
        let next = admin.server_next(&one, &at).await.unwrap();
        assert_eq!(next.start.entry.image, ami(1).as_str());
        assert_eq!(next.behind, Behind::Current);

        move_on(&admin, 2).await;
        world.clock.advance_secs(60);
        let next = admin.server_next(&one, &at).await.unwrap();
        assert_eq!(next.start.entry.image, ami(1).as_str());
        let Behind::Behind(changes) = &next.behind else {
            panic!("{next:?}");
        };
        insta::assert_snapshot!(changes, @"
        from web@1 -> web@2
        -image: ami-00000000000000001
        +image: ami-00000000000000002
        ");
        let kept = admin.server(&one, &at).await.unwrap();
        assert_eq!(kept.definition, server.definition);
        // A look changes nothing either.
        let preview = admin.reinherit_preview(&one, &at, None).await.unwrap();
        assert_eq!(preview, *changes);
        assert_eq!(admin.server(&one, &at).await.unwrap(), kept);

        let again = admin.reinherit_server(&one, &at, None).await.unwrap();
        assert_eq!(again.changes, *changes);
        let next = admin.server_next(&one, &at).await.unwrap();
        assert_eq!(next.start.entry.image, ami(2).as_str());
        assert_eq!(next.behind, Behind::Current);
        // Back to a state that is named.
        let selector = "web@1".parse::<cloud_atlas::template::Reference>();
        let selector = selector.unwrap().selector.unwrap();
        let back = admin.reinherit_server(&one, &at, Some(&selector)).await;
        let back = back.unwrap().server.definition;
        assert_eq!(back.inherited().entry.image, ami(1).as_str());
    });
}

#[test]
fn r11_a_server_outlives_what_it_inherited_from() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        add(&admin, "/acme", "web-1").await.unwrap();
        let (one, at) = (p::<ServerRef>("web-1"), acme());
        // A revoked revision launches nothing new, and this is nothing new.
        revoke(&admin, &p("web@1"), &at, "leaked").await.unwrap();
        assert!(add(&admin, "/acme", "web-2").await.is_err());
        let next = admin.server_next(&one, &at).await.unwrap();
        assert_eq!(next.start.entry.image, ami(1).as_str());
        assert!(matches!(next.behind, Behind::Orphan { .. }), "{next:?}");
        let refused = admin.reinherit_server(&one, &at, None).await.unwrap_err();
        assert!(matches!(refused, Error::AllRevoked { .. }), "{refused}");
    });
}

#[test]
fn r11_edits_are_for_the_next_launch() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        add(&admin, "/acme", "web-1").await.unwrap();
        let (one, at) = (p::<ServerRef>("web-1"), acme());
        let edits = vec![
            ServerEdit::Rename(p("web-9")),
            ServerEdit::Overlay(Box::new(typed("m7i.xlarge"))),
            ServerEdit::Overlay(Box::new(Overrides {
                image: Some(ami(5)),
                user_data: UserData::new(b"secret=1").map_or(Override::Keep, Override::Set),
                ..Overrides::default()
            })),
        ];
        let edited = admin.edit_server(&one, &at, edits).await.unwrap();
        assert_eq!(edited.definition.inherited().entry.image, ami(1).as_str());
        let nine = p::<ServerRef>("web-9");
        let next = admin.server_next(&nine, &at).await.unwrap();
        assert_eq!(next.start.entry.image, ami(5).as_str());
        let marks: Vec<_> = next
            .start
            .overridden
            .iter()
            .map(ToString::to_string)
            .collect();
        insta::assert_snapshot!(marks.join("\n"), @"
        override: image `ami-00000000000000005` in place of `ami-00000000000000001`
        override: instance type `m7i.xlarge` in place of `m7i.large`
        override: user data `8 bytes` in place of none
        ");
        // An override is no reason to be behind.
        assert_eq!(next.behind, Behind::Current);
        move_on(&admin, 2).await;
        let again = admin.reinherit_server(&nine, &at, None).await.unwrap();
        assert_eq!(
            again.server.definition.overrides(),
            edited.definition.overrides()
        );
        let edits = vec![
            ServerEdit::Inherit(OverrideField::Image),
            ServerEdit::Inherit(OverrideField::UserData),
        ];
        admin.edit_server(&nine, &at, edits).await.unwrap();
        let next = admin.server_next(&nine, &at).await.unwrap();
        assert_eq!(next.start.entry.image, ami(2).as_str());
        assert_eq!(next.start.overridden.len(), 1);
        // The trail tells all of it but the secrets.
        let id = next.start.server.to_string();
        let mut trail = cloud_atlas::EventQuery::new(at.clone());
        trail.record = Some(id);
        let events = admin.find_events(&trail, &most()).await.unwrap().items;
        assert_eq!(events.len(), 4);
        let told: String = events.iter().filter_map(|it| it.after.clone()).collect();
        assert!(!told.contains("secret"), "{told}");
        assert!(told.contains("8 bytes") && told.contains("web-9"), "{told}");
        // All of the edits or none.
        let edits = vec![
            ServerEdit::Rename(p("web-10")),
            ServerEdit::Overlay(Box::new(Overrides {
                kernel: Override::Set(ami(1)),
                ..Overrides::default()
            })),
        ];
        let refused = admin.edit_server(&nine, &at, edits).await.unwrap_err();
        assert!(
            matches!(
                refused,
                Error::Server(ServerRefusal::Definition(ServerError::Override(_)))
            ),
            "{refused}"
        );
        assert!(admin.server(&nine, &at).await.is_ok());
    });
}

#[test]
fn r11_names_are_one_a_deployment() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        add(&admin, "/acme", "a").await.unwrap();
        add(&admin, "/acme", "b").await.unwrap();
        let refused = add(&admin, "/acme", "a").await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        insta::assert_snapshot!(refused, @"the deployment has a server `a` already");
        let rename = |to: &str| vec![ServerEdit::Rename(p(to))];
        let refused = admin.edit_server(&p("b"), &acme(), rename("a")).await;
        assert!(matches!(
            refused.unwrap_err(),
            Error::Server(ServerRefusal::Definition(ServerError::Taken { .. }))
        ));
        // Its own name is none that is taken, and another deployment has names of its own.
        admin
            .edit_server(&p("b"), &acme(), rename("b"))
            .await
            .unwrap();
        add(&admin, "/acme/prod", "a").await.unwrap();
        let query = ServerQuery::new(p("/acme/prod"));
        let seen = admin.servers(&query, &most()).await.unwrap().items;
        let names: Vec<_> = seen
            .iter()
            .map(|it| {
                format!(
                    "{} {}:{}",
                    it.scope,
                    it.deployment_name,
                    it.definition.name()
                )
            })
            .collect();
        assert_eq!(
            names,
            ["/acme/prod default:a", "/acme default:a", "/acme default:b"]
        );
    });
}

#[test]
fn r11_m06_an_edit_that_no_launch_could_do_is_refused() {
    let world = World::new();
    let dana = world.who("dana");
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        let mut ask = image("/acme", EAST, 1);
        ask.architecture = Some(p("x86_64"));
        let record = dana.register_image(ask).await.unwrap().record;
        add(&admin, "/acme", "web-1").await.unwrap();
        let (one, at) = (p::<ServerRef>("web-1"), acme());
        let refused = admin
            .edit_server(&one, &at, overlay(typed("m7g.large")))
            .await;
        let refused = refused.unwrap_err();
        assert!(
            matches!(
                refused,
                Error::Launch(LaunchRefusal::Mci(ResolveError::Misfit(_)))
            ),
            "{refused}"
        );
        let mut request = adding("/acme", "web-2");
        request.overrides = typed("m7g.large");
        let refused = admin.add_server(request).await.unwrap_err();
        assert!(matches!(refused, Error::Launch(_)), "{refused}");
        // What became of the image counts at the next launch.
        let disabled = dana.disable_image(record.id(), &at, None).await;
        disabled.unwrap();
        let refused = admin.server_next(&one, &at).await.unwrap_err();
        insta::assert_snapshot!(refused, @"the image `ami-00000000000000001` at aws/us-east-1 is disabled: choose another revision, or set another image");
    });
}

#[test]
fn l02_an_image_that_a_server_launches_with_is_not_deleted() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        let other = dana.register_image(image("/acme", EAST, 5)).await;
        let other = other.unwrap().record.id();
        add(&admin, "/acme", "web-1").await.unwrap();
        let (one, at) = (p::<ServerRef>("web-1"), acme());
        let five = || {
            overlay(Overrides {
                image: Some(ami(5)),
                ..Overrides::default()
            })
        };
        admin.edit_server(&one, &at, five()).await.unwrap();
        let used = dana.image_referrers(other, &at).await.unwrap();
        let listed: Vec<_> = used.referrers().iter().map(|it| it.name.as_str()).collect();
        assert_eq!(listed, ["web-1"]);
        let keep = cloud_atlas::Retention::default();
        let refused = dana.delete_image(other, &at, None, keep, false).await;
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, Error::Life(LifeError::InUse(_))),
            "{refused}"
        );
        insta::assert_snapshot!(refused, @"`img-00000000000000000000000000000019` is used at /acme by server `web-1`: set other images there first; what is committed stays, so disable the image instead");
        // Without the override nobody uses it; and nobody comes to use what is deleted.
        let back = vec![ServerEdit::Inherit(OverrideField::Image)];
        admin.edit_server(&one, &at, back).await.unwrap();
        dana.delete_image(other, &at, None, keep, false)
            .await
            .unwrap();
        let refused = admin.edit_server(&one, &at, five()).await.unwrap_err();
        assert!(matches!(refused, Error::Life(_)), "{refused}");
    });
}

#[test]
fn s08_a_server_that_is_hidden_reads_as_one_that_is_not_there() {
    let world = World::new();
    let (admin, bert) = (world.admin(), world.who("bert"));
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        let server = add(&admin, "/acme", "web-1").await.unwrap();
        let id = ServerRef::Id(server.definition.id());
        for from in ["/beta", "/beta/prod"] {
            let from = p::<Scope>(from);
            for hidden in [&id, &p("web-1"), &p("default:web-1")] {
                let error = bert.server(hidden, &from).await.unwrap_err();
                let text = error.to_string().replace(&hidden.to_string(), "x");
                let absent = bert.server(&p("x"), &from).await.unwrap_err();
                assert_eq!(text, absent.to_string());
                assert_eq!(error.kind(), ErrorKind::NotFound);
            }
        }
        let away = bert.server(&id, &acme()).await.unwrap_err();
        assert_eq!(away.kind(), ErrorKind::Denied);
    });
}

#[test]
fn r11_references_to_servers() {
    let id = "srv-000000000000000000000000000000ff";
    for text in ["web-1", "front:web-1", id] {
        assert_eq!(p::<ServerRef>(text).to_string(), text);
    }
    assert!(matches!(p::<ServerRef>(id), ServerRef::Id(_)));
    let named = ServerRef::Named {
        deployment: Some(p::<Name>("front")),
        name: p("web 1"),
    };
    assert_eq!(p::<ServerRef>("front:web 1"), named);
    for text in ["", ":", "front:", ":web", "a:b:c", "a@1"] {
        assert!(ServerRef::parse(text).is_err(), "{text}");
    }
}
