//! Who uses what: that nothing is missed, and that no two things are told as one.

use crate::{
    elsewhere::role,
    support::{World, acme, committed, image, p, run, set, web},
};
use cloud_atlas::{
    AddServer, CommitTemplate, LaunchBase, LineageKind, Session, TemplateChange, XrefSubject,
    XrefView,
    scope::Scope,
    template::{LinkedState, Reference, XrefNode, XrefWay},
};
use std::collections::BTreeSet;

const EAST: &str = "aws/us-east-1";

async fn xref(who: &Session, kind: LineageKind, reference: &str, from: &str) -> XrefView {
    let subject = XrefSubject::Lineage(kind, p(reference));
    who.xref(&subject, &p(from)).await.unwrap()
}

/// What is told of all roots, in one direction: kinds and labels.
fn told(view: &XrefView, way: XrefWay) -> BTreeSet<String> {
    let rows = view.rows(way).into_iter().flat_map(|(_, rows)| rows);
    rows.map(|row| format!("{} {}", row.user.kind(), row.name))
        .collect()
}

fn texts(all: &[&str]) -> BTreeSet<String> {
    all.iter().map(|&text| text.to_owned()).collect()
}

async fn add_server(who: &Session, at: &str, base: LaunchBase) {
    let adding = AddServer::new(p(at), p(EAST), base, p("app"));
    who.add_server(adding).await.unwrap();
}

async fn assign(who: &Session, channel: &str, kind: LineageKind, to: &str) {
    let assigned = who.assign_channel(&p(channel), kind, &p(to), &acme()).await;
    assigned.unwrap();
}

/// `shop` at a scope, which links something, committed.
async fn shop(who: &Session, at: &Scope, link: &str) {
    let shop = p::<Reference>("shop");
    who.create_template(at, p("shop")).await.unwrap();
    let links = vec![TemplateChange::Link(p(link))];
    who.edit_template(&shop, at, links, None).await.unwrap();
    let commit = CommitTemplate::new(shop, at.clone(), p("first"));
    who.commit_template(&commit).await.unwrap();
}

#[test]
fn t05_servers_locks_and_templates_of_one_name_at_two_scopes_are_two() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        for at in ["/acme/dev", "/acme/prod"] {
            let scope = p::<Scope>(at);
            add_server(&admin, at, LaunchBase::Mci(web())).await;
            shop(&admin, &scope, "/acme:web@1").await;
            let lock = admin.lock(&web(), &scope, None).await.unwrap();
            let lock = lock.into();
            admin
                .register_lock(&lock, &p("live"), &scope)
                .await
                .unwrap();
        }
        let view = xref(&admin, LineageKind::Mci, "web@1", "/acme").await;
        let expected = texts(&[
            "template /acme/dev:shop@head",
            "template /acme/dev:shop@1",
            "template /acme/prod:shop@head",
            "template /acme/prod:shop@1",
            "server /acme/dev:default:app",
            "server /acme/prod:default:app",
            "lock /acme/dev:live",
            "lock /acme/prod:live",
        ]);
        assert_eq!(told(&view, XrefWay::Users), expected);
        assert_eq!(view.xref.label(&view.roots[0]), "/acme:web@1");
        // A node holds what `server` takes: scope and name, or the id.
        for node in view.xref.nodes() {
            if let XrefNode::Server { scope, name, id } = node {
                let by_name = admin.server(&p(name), scope).await.unwrap();
                let by_id = admin.server(&p(&id.to_string()), scope).await.unwrap();
                assert_eq!(by_name, by_id);
                assert_eq!(by_name.scope, *scope);
            }
        }
    });
}

#[test]
fn t05_a_role_map_uses_the_images_that_it_holds() {
    let world = World::new();
    let (dana, olga) = (world.who("dana"), world.who("olga"));
    run(async {
        let made = dana.register_image(image("/acme", EAST, 1)).await.unwrap();
        let id = made.record.id();
        for at in ["/acme", "/acme/dev"] {
            dana.make_role_map(role(at, "front")).await.unwrap();
            let set = dana.set_role_image(&p("front"), &p(at), id).await;
            set.unwrap();
        }
        let view = dana.xref(&XrefSubject::Image(id), &acme()).await.unwrap();
        let both = texts(&["role map /acme:front", "role map /acme/dev:front"]);
        assert_eq!(told(&view, XrefWay::Users), both);
        // Who sees one of them alone is told of that one.
        let from = p("/acme/prod");
        let view = olga.xref(&XrefSubject::Image(id), &from).await.unwrap();
        let one = texts(&["role map /acme:front"]);
        assert_eq!(told(&view, XrefWay::Users), one);
    });
}

#[test]
fn t05_a_server_uses_the_record_that_counts_where_it_is() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let mut ids = Vec::new();
        for at in ["/acme/dev", "/acme/prod"] {
            let made = admin.register_image(image(at, EAST, 1)).await;
            ids.push(made.unwrap().record.id());
        }
        committed(&admin, "/acme", "web", 1).await;
        add_server(&admin, "/acme/prod", LaunchBase::Mci(web())).await;
        let users = async |id, from: &str| {
            let view = admin.xref(&XrefSubject::Image(id), &p(from)).await;
            told(&view.unwrap(), XrefWay::Users)
        };
        assert_eq!(users(ids[0], "/acme/dev").await, texts(&[]));
        let server = texts(&["server /acme/prod:default:app"]);
        assert_eq!(users(ids[1], "/acme/prod").await, server);
    });
}

#[test]
fn t05_what_uses_a_revision_is_told_however_old_the_revision_is() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        for number in 2..=105 {
            let edits = vec![set(EAST, number)];
            admin.edit_mci(&web(), &acme(), edits, None).await.unwrap();
            let next = admin.commit_mci(&web(), &acme(), p("next"), None).await;
            next.unwrap();
        }
        shop(&admin, &acme(), "web@1").await;
        let base = LaunchBase::Mci(p("web@2"));
        add_server(&admin, "/acme", base).await;
        let lock = admin.lock(&p("web@3"), &acme(), None).await.unwrap();
        admin
            .register_lock(&lock.into(), &p("live"), &acme())
            .await
            .unwrap();
        assign(&admin, "old", LineageKind::Mci, "web@4").await;
        let view = xref(&admin, LineageKind::Mci, "web", "/acme").await;
        let users = texts(&[
            "template /acme:shop@head",
            "template /acme:shop@1",
            "server /acme:default:app",
            "lock /acme:live",
            "channel /acme:web@old",
        ]);
        assert_eq!(told(&view, XrefWay::Users), users);
        // HEAD, the newest 100, and the four; revision 5 is all that is left out.
        assert_eq!((view.roots.len(), view.left_out), (105, 1));
        let used = told(&view, XrefWay::Used);
        assert!(used.contains("image ami-00000000000000001 at aws/us-east-1"));
        assert!(!used.contains("image ami-00000000000000005 at aws/us-east-1"));
        let first = view.roots.first();
        assert!(matches!(first, Some(XrefNode::Mci { state, .. }) if *state == LinkedState::Head));
        let one = xref(&admin, LineageKind::Mci, "web@5", "/acme").await;
        assert_eq!((one.roots.len(), one.left_out), (1, 0));
    });
}

#[test]
fn t05_channels_use_revisions_of_templates() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        shop(&dana, &acme(), "web@1").await;
        assign(&dana, "live", LineageKind::Template, "shop@1").await;
        let view = xref(&dana, LineageKind::Template, "shop", "/acme").await;
        let channel = texts(&["channel /acme:shop@live"]);
        assert_eq!(told(&view, XrefWay::Users), channel);
    });
}

#[test]
fn t05_links_are_told_as_they_are_seen_from_where_one_looks() {
    let world = World::new();
    let (dana, olga) = (world.who("dana"), world.who("olga"));
    run(async {
        committed(&dana, "/acme", "web", 1).await;
        shop(&dana, &acme(), "web@latest").await;
        // She may look at `/acme/prod` alone.
        for reference in ["shop", "/acme:shop@1"] {
            let view = xref(&olga, LineageKind::Template, reference, "/acme/prod").await;
            let used = texts(&[
                "channel /acme:web@latest",
                "MCI /acme:web@1",
                "image ami-00000000000000001 at aws/us-east-1",
            ]);
            assert_eq!(told(&view, XrefWay::Used), used);
        }
    });
}
