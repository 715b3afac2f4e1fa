//! Which scopes see MultiCloud Images, ServerTemplates and deployments: chosen when they are made,
//! and changed later.

use crate::{
    racing::Between,
    servers::adding,
    support::{World, acme, ask, beside, committed, most, p, run, set, web},
};
use atlas_store_conformance::Layered;
use cloud_atlas::{
    Atlas, CloneMci, CloneTemplate, CommitTemplate, Error, ErrorKind, EventQuery, LaunchBase,
    LaunchSubject, LineageKind, LockRef, MakeDeployment, NewLineage, ServerOffer, ServerQuery,
    ServerRef, Session, TemplateChange, TemplateRefusal,
    scope::{Permission, Role, Scope},
    store::Store,
    template::{LineageInUse, LinkError, Reference, ShareError},
};
use std::sync::{Arc, Mutex};

const EAST: &str = "aws/us-east-1";

/// A MultiCloud Image and a ServerTemplate that links it, both committed, by the same name.
async fn both(who: &Session, scope: &str, name: &str, shared: Option<bool>) {
    let (at, from) = (p::<Reference>(name), p::<Scope>(scope));
    let new = NewLineage::new(from.clone(), p(name)).with_shared(shared);
    who.make_mci(&new).await.unwrap();
    let edits = vec![set(EAST, 1)];
    who.edit_mci(&at, &from, edits, None).await.unwrap();
    who.commit_mci(&at, &from, p("first"), None).await.unwrap();
    who.make_template(&new).await.unwrap();
    link(who, scope, name, name).await.unwrap();
    let commit = CommitTemplate::new(at, from, p("first"));
    who.commit_template(&commit).await.unwrap();
}

async fn link(who: &Session, scope: &str, template: &str, mci: &str) -> Result<(), Error> {
    let (at, from) = (p::<Reference>(template), p::<Scope>(scope));
    let link = vec![TemplateChange::Link(p(mci))];
    who.edit_template(&at, &from, link, None).await.map(drop)
}

/// Whether a scope sees a MultiCloud Image and a template of a name: by the name, by their ids, in
/// lists, among what is offered, and by launching them. All of it says the same.
async fn is_seen(who: &Session, name: &str, above: &str, from: &str) -> [bool; 2] {
    let (above, from) = (p::<Scope>(above), p::<Scope>(from));
    let mci = who.mci(&p(name), &above).await.unwrap();
    let template = who.template(&p(name), &above).await.unwrap();
    let offers = who.server_offers(&p(EAST), &from, &most()).await.unwrap();
    let offers = offers.items;
    let launches = async |kind, reference| {
        let base = LaunchBase::new(kind, reference);
        let request = LaunchSubject::new(base, from.clone()).at(p(EAST));
        who.resolve(&request).await.is_ok()
    };
    let mut seen = [Vec::new(), Vec::new()];
    for reference in [
        p(name),
        p(&format!("{above}:{name}")),
        Reference::lineage(mci.lineage),
    ] {
        seen[0].push(who.mci(&reference, &from).await.is_ok());
        seen[0].push(launches(LineageKind::Mci, reference).await);
    }
    let list = who.mcis(&from, &most()).await.unwrap().items;
    seen[0].push(list.iter().any(|it| it.lineage == mci.lineage));
    let is_it = |offer: &_| matches!(offer, ServerOffer::Mci(it) if it.mci.lineage == mci.lineage);
    seen[0].push(offers.iter().any(is_it));
    for reference in [
        p(name),
        p(&format!("{above}:{name}")),
        Reference::lineage(template.lineage),
    ] {
        seen[1].push(who.template(&reference, &from).await.is_ok());
        seen[1].push(launches(LineageKind::Template, reference).await);
    }
    let list = who.templates(&from, &most()).await.unwrap().items;
    seen[1].push(list.iter().any(|it| it.lineage == template.lineage));
    let is_it =
        |offer: &_| matches!(offer, ServerOffer::Template(it) if it.lineage == template.lineage);
    seen[1].push(offers.iter().any(is_it));
    seen.map(|answers| {
        assert!(answers.iter().all(|it| *it == answers[0]), "{answers:?}");
        answers[0]
    })
}

#[test]
fn m21_who_sees_a_lineage_is_chosen_when_it_is_made() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        for (scope, below) in [("/", "/acme"), ("/", "/beta/prod"), ("/acme", "/acme/prod")] {
            let name = |word: &str| format!("{word}{}", below.replace('/', "-"));
            for (word, shared, expected) in [
                ("kept", Some(false), false),
                ("shown", Some(true), true),
                ("plain", None, true),
            ] {
                let name = name(word);
                both(&admin, scope, &name, shared).await;
                let seen = is_seen(&admin, &name, scope, below).await;
                assert_eq!(seen, [expected; 2], "{name}");
                let own = is_seen(&admin, &name, scope, scope).await;
                assert_eq!(own, [true; 2], "{name}");
                let (at, from) = (p::<Reference>(&name), p::<Scope>(scope));
                assert_eq!(admin.mci(&at, &from).await.unwrap().shared, expected);
                assert_eq!(admin.template(&at, &from).await.unwrap().shared, expected);
            }
            // A clone is one like any other, whatever its source is.
            for shared in [None, Some(false), Some(true)] {
                let (from, clone) = (p::<Scope>(scope), format!("clone-{shared:?}"));
                let clone = name(&clone.replace(['(', ')'], "-"));
                let mut ask = CloneMci::new(p(&name("kept")), from.clone());
                (ask.name, ask.shared) = (Some(p(&clone)), shared);
                let made = admin.clone_mci(&ask).await.unwrap().mci;
                assert_eq!(made.shared, shared.unwrap_or(true));
                let mut ask = CloneTemplate::new(p(&name("kept")), from);
                (ask.name, ask.shared) = (Some(p(&clone)), shared);
                let made = admin.clone_template(&ask).await.unwrap().template;
                assert_eq!(made.shared, shared.unwrap_or(true));
                let found = admin.mci(&p(&clone), &p(below)).await;
                assert_eq!(found.is_ok(), made.shared);
                let found = admin.template(&p(&clone), &p(below)).await;
                assert_eq!(found.is_ok(), made.shared);
            }
        }
        // What is made with a template is shown with it.
        let pair = NewLineage::new(acme(), p("pair")).with_shared(Some(false));
        let made = admin.create_template_with_mci(&pair, p("pair")).await;
        let made = made.unwrap();
        assert!(!made.template.shared && !made.mci.shared);
        // In an environment nothing stands below.
        let inner = NewLineage::new(p("/acme/prod"), p("inner"));
        assert!(!admin.make_mci(&inner).await.unwrap().shared);
        let told = inner.with_shared(Some(true));
        assert!(admin.make_template(&told).await.unwrap().shared);
    });
}

#[test]
fn m21_a_lineage_is_hidden_and_shown_again() {
    let world = World::new();
    let (admin, dana, olga) = (world.admin(), world.who("dana"), world.who("olga"));
    run(async {
        let (name, prod) = (p("olga"), p::<Scope>("/acme/prod"));
        let designer = admin.grant(&name, &Role::DESIGNER, &prod, None);
        designer.await.unwrap();
        for (who, scope, below) in [(&dana, "/acme", "/acme/prod"), (&admin, "/", "/beta")] {
            both(who, scope, "base", None).await;
            let (base, at) = (p::<Reference>("base"), p::<Scope>(scope));
            // Twice each: what was launched is remembered.
            for _ in 0..2 {
                assert_eq!(is_seen(who, "base", scope, below).await, [true; 2]);
            }
            let hidden = who.unshare_mci(&base, &at, false).await.unwrap();
            assert_eq!((hidden.kind, hidden.shared), (LineageKind::Mci, false));
            assert_eq!((hidden.lost, &hidden.scope), (None, &at));
            // The template stands where its link leads nowhere from below.
            let template = who.template(&base, &p(below)).await.unwrap();
            assert_eq!(template.links[0].name, None);
            let hidden = who.unshare_template(&base, &at, false).await.unwrap();
            assert_eq!((hidden.kind, hidden.shared), (LineageKind::Template, false));
            for _ in 0..2 {
                assert_eq!(is_seen(who, "base", scope, below).await, [false; 2]);
                assert_eq!(is_seen(who, "base", scope, scope).await, [true; 2]);
            }
            // What is hidden already stays so, and nothing is written.
            let written = async |subject: String| {
                let mut query = EventQuery::new(at.clone());
                query.record = Some(subject);
                let events = admin.find_events(&query, &most()).await.unwrap().items;
                let said = |text: &Option<String>| text.clone().unwrap_or_default();
                let lines = events
                    .iter()
                    .filter(|it| said(&it.after).contains("shared"));
                let mut lines: Vec<_> = lines
                    .map(|it| format!("{} {} -> {}", it.action, said(&it.before), said(&it.after)))
                    .collect();
                lines.reverse();
                lines
            };
            who.unshare_mci(&base, &at, false).await.unwrap();
            who.unshare_template(&base, &at, true).await.unwrap();
            let mci = who.share_mci(&base, &at).await.unwrap();
            let template = who.share_template(&base, &at).await.unwrap();
            assert!(mci.shared && template.shared);
            who.share_mci(&base, &at).await.unwrap();
            for _ in 0..2 {
                assert_eq!(is_seen(who, "base", scope, below).await, [true; 2]);
            }
            let mut told = written(mci.lineage.to_string()).await;
            told.sort();
            let edit = Permission::MciEdit;
            let expected = [
                format!(r#"{edit} {{"shared":false}} -> {{"shared":true}}"#),
                format!(r#"{edit} {{"shared":true}} -> {{"shared":false}}"#),
            ];
            assert_eq!(told, expected);
            assert_eq!(written(template.lineage.to_string()).await.len(), 2);
        }
        // To edit below is not to edit here (S05), and a state is not shared by itself.
        let base = p::<Reference>("/acme:base");
        for refused in [
            olga.share_mci(&base, &prod).await,
            olga.unshare_mci(&base, &prod, true).await,
            olga.share_template(&base, &prod).await,
            olga.unshare_template(&base, &prod, true).await,
        ] {
            assert_eq!(refused.unwrap_err().kind(), ErrorKind::Denied);
        }
        for state in ["base@1", "base@head"] {
            for refused in [
                dana.share_mci(&p(state), &acme()).await,
                dana.unshare_template(&p(state), &acme(), true).await,
            ] {
                let error = refused.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::Invalid);
                assert_eq!(
                    error.to_string(),
                    format!(
                        "`{state}` names one state, and all of them are shared or none: leave out \
                         what stands behind `@`"
                    )
                );
            }
        }
        let absent = dana.unshare_mci(&p("nothing"), &acme(), true).await;
        assert_eq!(absent.unwrap_err().kind(), ErrorKind::NotFound);
        assert!(world.atlas.check().await.unwrap().findings.is_empty());
    });
}

#[test]
fn s04_unsharing_an_mci_lists_who_below_refers_to_it_and_force_tells_the_same() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        let prod = p::<Scope>("/acme/prod");
        committed(&admin, "/", "web", 1).await;
        committed(&admin, "/acme", "own", 2).await;
        // A template, a server and a lock of its own scope keep no MultiCloud Image shared.
        admin.create_template(&acme(), p("near")).await.unwrap();
        link(&admin, "/acme", "near", "own@1").await.unwrap();
        let server = async |scope, name, mci: &str| {
            let mut adding = adding(scope, name);
            adding.base = LaunchBase::Mci(p(mci));
            admin.add_server(adding).await.unwrap();
        };
        let lock = async |at: &Scope, name, mci: &str| {
            let lock = admin.lock(&p(mci), at, None).await.unwrap().into();
            admin.register_lock(&lock, &p(name), at).await.unwrap();
        };
        server("/acme", "here", "own").await;
        lock(&acme(), "here", "own@1").await;
        let own = p::<Reference>("own");
        let free = admin.unshare_mci(&own, &acme(), false).await.unwrap();
        assert_eq!(free.lost, None);
        admin.share_mci(&own, &acme()).await.unwrap();
        // HEAD and revisions of templates, servers and locks below do, each by itself.
        let refused = async |reference: &Reference, at: &Scope| {
            let error = admin.unshare_mci(reference, at, false).await.unwrap_err();
            assert_eq!(error.kind(), ErrorKind::Conflict);
            let Error::Share(ShareError::InUse(listed)) = error else {
                panic!("{error}")
            };
            *listed
        };
        admin.create_template(&prod, p("front")).await.unwrap();
        link(&admin, "/acme/prod", "front", "own@1").await.unwrap();
        let names = |listed: &LineageInUse| {
            let all = listed.referrers.iter();
            all.map(|it| format!("{} {}:{}", it.kind, it.scope, it.name))
                .collect::<Vec<_>>()
        };
        let listed = refused(&own, &acme()).await;
        assert_eq!(names(&listed), ["template /acme/prod:front@head"]);
        let commit = CommitTemplate::new(p("front"), prod.clone(), p("first"));
        admin.commit_template(&commit).await.unwrap();
        link(&admin, "/acme/prod", "front", "web@1").await.unwrap();
        let away = vec![
            TemplateChange::MakeDefault(p("web")),
            TemplateChange::Unlink(p("own")),
        ];
        let front = p("front");
        let edited = admin.edit_template(&front, &prod, away, None);
        edited.await.unwrap();
        let listed = refused(&own, &acme()).await;
        assert_eq!(names(&listed), ["template /acme/prod:front@1"]);
        server("/acme/dev", "db", "own").await;
        lock(&prod, "live", "own@1").await;
        let listed = refused(&own, &acme()).await;
        assert_eq!(
            names(&listed),
            [
                "server /acme/dev:db",
                "template /acme/prod:front@1",
                "lock /acme/prod:live",
            ]
        );
        let said = admin.unshare_mci(&own, &acme(), false).await.unwrap_err();
        insta::assert_snapshot!(said, @"`own` is used at /acme/dev by server `db`, at /acme/prod by template `front@1`, lock `live`: let go of it in lower scopes first, or force it, and they find it no more");
        // From `/` every account stands below.
        server("/beta", "db", "web").await;
        lock(&acme(), "base", "web@1").await;
        let web_listed = refused(&web(), &p("/")).await;
        assert_eq!(
            names(&web_listed),
            [
                "lock /acme:base",
                "template /acme/prod:front@head",
                "server /beta:db",
            ]
        );
        // Forced, the same list is a report, and they find it no more.
        let subject =
            |reference: &Reference, from: &Scope| ask(&reference.to_string(), EAST, from.as_str());
        admin.resolve(&subject(&own, &prod)).await.unwrap();
        let forced = admin.unshare_mci(&own, &acme(), true).await.unwrap();
        assert_eq!(forced.lost, Some(listed));
        let lost = admin.resolve(&subject(&own, &prod)).await.unwrap_err();
        assert_eq!(lost.kind(), ErrorKind::NotFound);
        admin.resolve(&subject(&own, &acme())).await.unwrap();
        admin.resolve(&subject(&web(), &acme())).await.unwrap();
        let forced = admin.unshare_mci(&web(), &p("/"), true).await.unwrap();
        assert_eq!(forced.lost, Some(web_listed));
        let lost = admin.resolve(&subject(&web(), &acme())).await.unwrap_err();
        assert_eq!(lost.kind(), ErrorKind::NotFound);
        // It is private already: nobody is asked again.
        let again = admin.unshare_mci(&own, &acme(), false).await.unwrap();
        assert_eq!(again.lost, None);
        assert!(world.atlas.check().await.unwrap().findings.is_empty());
    });
}

#[test]
fn s04_servers_and_locks_below_keep_a_template_shared() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        both(&admin, "/", "top", None).await;
        both(&admin, "/acme", "front", None).await;
        let template = |name: &str| LaunchBase::Template {
            template: p(name),
            mci: None,
        };
        for (name, scope, below) in [("top", "/", "/acme"), ("front", "/acme", "/acme/prod")] {
            let (at, reference) = (p::<Scope>(scope), p::<Reference>(name));
            // A server of its MultiCloud Image alone is none of it.
            let mut plain = adding(below, "plain");
            plain.base = LaunchBase::Mci(reference.clone());
            admin.add_server(plain).await.unwrap();
            let free = admin.unshare_template(&reference, &at, false).await;
            assert_eq!(free.unwrap().lost, None);
            admin.share_template(&reference, &at).await.unwrap();
            let mut server = adding(below, "web-1");
            server.base = template(name);
            admin.add_server(server).await.unwrap();
            let lock = admin.lock_template(&reference, None, &p(below), None).await;
            let lock = lock.unwrap().into();
            let held = admin.register_lock(&lock, &p("live"), &p(below)).await;
            held.unwrap();
            let refused = admin.unshare_template(&reference, &at, false).await;
            let error = refused.unwrap_err();
            let Error::Share(ShareError::InUse(listed)) = &error else {
                panic!("{error}")
            };
            let used: Vec<_> = listed.referrers.iter().map(|it| it.name.as_str()).collect();
            assert_eq!(used, ["web-1", "live"], "{error}");
            let forced = admin.unshare_template(&reference, &at, true).await;
            assert_eq!(forced.unwrap().lost.as_ref(), Some(&**listed));
            let lost = admin.template(&reference, &p(below)).await;
            assert_eq!(lost.unwrap_err().kind(), ErrorKind::NotFound);
            // Once they let go of it, nothing is in its way.
            admin.share_template(&reference, &at).await.unwrap();
            let named = LockRef::Name(p("live"));
            admin.unregister_lock(&named, &p(below)).await.unwrap();
            let gone = admin.remove_server(&p("web-1"), &p(below)).await;
            gone.unwrap();
            let free = admin.unshare_template(&reference, &at, false).await;
            assert_eq!(free.unwrap().lost, None);
            admin.share_template(&reference, &at).await.unwrap();
            admin.remove_server(&p("plain"), &p(below)).await.unwrap();
        }
    });
}

#[test]
fn m21_a_deployment_is_hidden_and_shown_again_with_its_servers() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        committed(&admin, "/", "web", 1).await;
        for (scope, below) in [("/acme", "/acme/prod"), ("/", "/acme/dev")] {
            let (at, under) = (p::<Scope>(scope), p::<Scope>(below));
            let fleet = MakeDeployment::new(at.clone(), p("fleet"));
            admin.make_deployment(fleet).await.unwrap();
            for (name, server) in [("fleet", "fleet:db"), ("default", "db")] {
                let name = p(name);
                let made = admin.add_server(adding(scope, server)).await.unwrap();
                let id = ServerRef::Id(made.definition.id());
                let listed = async || {
                    let list = admin.deployments(&under, &most()).await.unwrap().items;
                    let here = list.iter().any(|it| it.name == name && it.scope == at);
                    let servers = ServerQuery::new(under.clone());
                    let servers = admin.servers(&servers, &most()).await.unwrap().items;
                    let seen = servers
                        .iter()
                        .any(|it| it.definition.id() == made.definition.id());
                    let found = admin.server(&id, &under).await.is_ok();
                    assert_eq!((seen, found), (here, here));
                    here
                };
                assert!(listed().await);
                let hidden = admin.unshare_deployment(&name, &at).await.unwrap();
                assert_eq!((hidden.shared, &hidden.scope), (false, &at));
                assert!(!listed().await);
                // They are there for the scope itself.
                assert!(admin.server(&id, &at).await.is_ok());
                assert!(!admin.deployment(&name, &at).await.unwrap().shared);
                assert!(admin.share_deployment(&name, &at).await.unwrap().shared);
                assert!(listed().await);
            }
        }
        // The `default` one is hidden before anything is in it, too.
        let beta = p::<Scope>("/beta");
        let default = p("default");
        let hidden = admin.unshare_deployment(&default, &beta).await.unwrap();
        assert!(!hidden.shared && hidden.id.is_some());
        for limit in 1..5 {
            let from = p::<Scope>("/beta/prod");
            let list = crate::support::every(limit, async |paging| {
                admin.deployments(&from, &paging).await
            });
            assert!(list.await.iter().all(|it| it.scope != beta));
        }
        // A designer manages no servers.
        let denied = dana.unshare_deployment(&p("fleet"), &acme()).await;
        assert_eq!(denied.unwrap_err().kind(), ErrorKind::Denied);
        let mut query = EventQuery::new(acme());
        query.record = Some(
            admin
                .deployment(&p("fleet"), &acme())
                .await
                .unwrap()
                .id
                .unwrap()
                .to_string(),
        );
        let events = admin.find_events(&query, &most()).await.unwrap().items;
        let told = |after: &str| {
            let mut all = events.iter().filter_map(|it| it.after.as_deref());
            all.any(|it| it == after)
        };
        assert!(told(r#"{"shared":false}"#) && told(r#"{"shared":true}"#));
    });
}

#[test]
fn s04_a_link_and_an_unsharing_at_once_leave_nothing_that_nobody_was_told_of() {
    for first_hides in [true, false] {
        let store = Arc::new(Layered::<Between>::default());
        let world = World::over(Arc::clone(&store) as Arc<dyn Store>);
        let admin = world.admin();
        run(async {
            committed(&admin, "/acme", "web", 1).await;
            let prod = p::<Scope>("/acme/prod");
            admin.create_template(&prod, p("front")).await.unwrap();
        });
        let second: Atlas = beside(Arc::clone(&store) as Arc<dyn Store>, &world.clock, 7);
        let (other, done) = (second.act_as(&p("admin")), Arc::new(Mutex::new(None)));
        let told = Arc::clone(&done);
        let hide = |who: Session| {
            run(async move { who.unshare_mci(&web(), &acme(), false).await.map(drop) })
        };
        let refer =
            |who: Session| run(async move { link(&who, "/acme/prod", "front", "web@1").await });
        store.before_the_next_commit(move || {
            let outcome = if first_hides {
                refer(other)
            } else {
                hide(other)
            };
            *told.lock().unwrap() = Some(outcome);
        });
        let mine = if first_hides {
            hide(admin.clone())
        } else {
            refer(admin.clone())
        };
        let theirs = done.lock().unwrap().take().unwrap();
        assert!(theirs.is_ok(), "{theirs:?}");
        match (first_hides, mine.unwrap_err()) {
            (true, Error::Share(ShareError::InUse(listed))) => {
                assert_eq!(listed.referrers[0].name, "front@head");
            }
            (false, Error::Template(refused)) => assert!(matches!(
                refused.refusal,
                TemplateRefusal::Link(LinkError::NoMci { .. })
            )),
            (_, other) => panic!("{other}"),
        }
    }
}
