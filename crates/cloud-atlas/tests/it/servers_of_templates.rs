//! Servers that are added from ServerTemplates.

use crate::{
    launching_templates::{commit, edit, front},
    support::{World, acme, ami, committed, every, image, most, p, run, set},
};
use cloud_atlas::{
    AddServer, Behind, Error, ErrorKind, LaunchBase, LineageKind, MakeDeployment, ReportLaunch,
    ServerOffer, ServerQuery, ServerRef, ServerView, Session, TemplateChange,
    image::AgentFacts,
    image_id::CloudLocation,
    scope::Scope,
    template::{
        ChosenBy, LaunchPhase, LaunchRefusal, OnRevoke, Overrides, Phase, Selector, ServerEdit,
    },
};

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

fn adding(location: &str, template: &str, mci: Option<&str>, name: &str) -> AddServer {
    let base = LaunchBase::Template {
        template: p(template),
        mci: mci.map(p),
    };
    AddServer::new(acme(), p(location), base, p(name))
}

async fn add(who: &Session, location: &str, mci: Option<&str>, name: &str) -> ServerView {
    who.add_server(adding(location, "front", mci, name))
        .await
        .unwrap()
}

/// The next revision of `web` with another image, and of `front` that links it.
async fn move_on(who: &Session, number: u64) {
    let web = p("web");
    let edits = vec![set(EAST, number)];
    who.edit_mci(&web, &acme(), edits, None).await.unwrap();
    who.commit_mci(&web, &acme(), p("next"), None)
        .await
        .unwrap();
    edit(who, vec![TemplateChange::Retarget(p("web@2"))]).await;
    commit(who).await;
}

async fn states(who: &Session, server: &str) -> String {
    let server = who.server(&p(server), &acme()).await.unwrap();
    server.definition.inherited().states()
}

#[test]
fn r11_a_server_inherits_from_a_template_at_a_revision() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        front(&admin).await;
        let server = add(&admin, EAST, None, "web-1").await;
        assert_eq!(server.definition.inherited().states(), "front@1, web@1");
        move_on(&admin, 7).await;
        assert_eq!(states(&admin, "web-1").await, "front@1, web@1");
        let (one, at) = (p::<ServerRef>("web-1"), acme());
        let next = admin.server_next(&one, &at).await.unwrap();
        assert_eq!(next.start.entry.image, ami(1).as_str());
        let Behind::Behind(changes) = next.behind else {
            panic!("{next:?}");
        };
        insta::assert_snapshot!(changes, @"
        from front@1, web@1 -> front@2, web@2
        -image: ami-00000000000000001
        +image: ami-00000000000000007
        ");
        admin.reinherit_server(&one, &at, None).await.unwrap();
        assert_eq!(states(&admin, "web-1").await, "front@2, web@2");
        let next = admin.server_next(&one, &at).await.unwrap();
        assert_eq!(next.start.entry.image, ami(7).as_str());
        // Who uses the template, and the MultiCloud Image, finds the server.
        for (kind, name, expected) in [
            (LineageKind::Template, "front", 1),
            (LineageKind::Mci, "web", 1),
            (LineageKind::Mci, "db", 0),
        ] {
            let mut query = ServerQuery::new(p("/acme/prod"));
            query.using = Some((kind, p(name)));
            let found = admin.servers(&query, &most()).await.unwrap().items;
            assert_eq!(found.len(), expected, "{name}");
        }
    });
}

#[test]
fn r11_a_server_keeps_the_mci_that_was_chosen_for_it() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        front(&admin).await;
        let default = add(&admin, EAST, None, "a").await;
        let linked = add(&admin, EAST, Some("db"), "b").await;
        let other = add(&admin, EAST, Some("db@1"), "c").await;
        let chosen = [&default, &linked, &other];
        let chosen = chosen.map(|it| it.definition.inherited().chosen_by);
        assert_eq!(
            chosen,
            [ChosenBy::Default, ChosenBy::Name, ChosenBy::Override]
        );
        // The default moves on to the other one, and so does who inherits it.
        edit(&admin, vec![TemplateChange::MakeDefault(p("db"))]).await;
        commit(&admin).await;
        let again = async |name: &str| {
            admin
                .reinherit_server(&p(name), &acme(), None)
                .await
                .unwrap();
            states(&admin, name).await
        };
        assert_eq!(again("a").await, "front@2, db@2");
        edit(&admin, vec![TemplateChange::MakeDefault(p("web"))]).await;
        commit(&admin).await;
        assert_eq!(again("a").await, "front@3, web@1");
        assert_eq!(again("b").await, "front@3, db@2");
        // A state that was chosen in place of the link's stays.
        assert_eq!(again("c").await, "front@3, db@1");
    });
}

#[test]
fn r11_a_server_outlives_its_template() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        front(&admin).await;
        let server = add(&admin, EAST, None, "web-1").await;
        let (one, at) = (p::<ServerRef>("web-1"), acme());
        let front = p("front@1");
        let revoked = admin.revoke_template(&front, &at, "bad", OnRevoke::Stay);
        revoked.await.unwrap();
        let next = admin.server_next(&one, &at).await.unwrap();
        assert_eq!(next.start.entry.image, ami(1).as_str());
        let Behind::Orphan { reason } = next.behind else {
            panic!("{next:?}");
        };
        insta::assert_snapshot!(reason, @"every revision of `front` is revoked, the newest, 1, by admin: bad: commit another, or name one by its number to look at it");
        let refused = admin.reinherit_server(&one, &at, None).await.unwrap_err();
        assert!(matches!(refused, Error::AllRevoked { .. }), "{refused}");
        // With all of it deleted, the server has what it had.
        admin.delete_template(&p("front"), &at).await.unwrap();
        for mci in ["web", "db"] {
            admin.delete_mci(&p(mci), &at).await.unwrap();
        }
        let kept = admin.server(&one, &at).await.unwrap();
        assert_eq!(kept.definition, server.definition);
        let next = admin.server_next(&one, &at).await.unwrap();
        assert_eq!(next.start.entry.image, ami(1).as_str());
        assert_eq!(next.from, "front@1, web@1");
        let Behind::Orphan { reason } = next.behind else {
            panic!("{next:?}");
        };
        assert!(reason.starts_with("there is no ServerTemplate"), "{reason}");
        let edit = vec![ServerEdit::Rename(p("web-2"))];
        admin.edit_server(&one, &at, edit).await.unwrap();
    });
}

#[test]
fn r15_a_template_with_scripts_starts_no_server_without_an_agent() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        front(&admin).await;
        let script = TemplateChange::script(Phase::Boot, p("git:scripts/install@1"));
        edit(&admin, vec![script]).await;
        commit(&admin).await;
        // Nobody knows of the agent: that is warned of.
        let server = add(&admin, EAST, None, "web-1").await;
        let warnings: Vec<_> = server.warnings.iter().map(ToString::to_string).collect();
        insta::assert_snapshot!(warnings.join("\n"), @"
        the template has scripts, and nobody said whether `ami-00000000000000001` has the agent that runs them
        no record of `ami-00000000000000001` is visible from here: register it
        ");
        let mut bare = image("/acme", EAST, 1);
        bare.agent = Some(AgentFacts::Absent);
        dana.register_image(bare).await.unwrap();
        let refused = admin.server_next(&p("web-1"), &acme()).await.unwrap_err();
        assert!(matches!(
            refused,
            Error::Launch(LaunchRefusal::Agent { .. })
        ));
        insta::assert_snapshot!(refused, @"`front` has scripts and needs the agent, and img-00000000000000000000000000000029 has none: choose an image that has it, or bundle one from a server that does");
        let refused = admin.add_server(adding(EAST, "front", None, "web-2")).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::Conflict);
    });
}

#[test]
fn r12_only_what_has_an_image_at_the_location_is_offered() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        front(&admin).await;
        admin.create_mci(&acme(), p("draft")).await.unwrap();
        let edits = vec![set(EAST, 9)];
        admin
            .edit_mci(&p("draft"), &acme(), edits, None)
            .await
            .unwrap();
        let offered = async |location: &str, from: &str, limit: usize| {
            let (location, from) = (p::<CloudLocation>(location), p::<Scope>(from));
            let offers = every(limit, async |paging| {
                admin.server_offers(&location, &from, &paging).await
            });
            let told = |offer: ServerOffer| match offer {
                ServerOffer::Template(it) => {
                    let mcis = it.mcis.iter().filter_map(|mci| mci.mci.name.as_ref());
                    let mcis: Vec<_> = mcis.map(ToString::to_string).collect();
                    let choice = if it.needs_choice { " choose" } else { "" };
                    format!("template {}: {}{choice}", it.name, mcis.join(" "))
                }
                ServerOffer::Mci(it) => format!("mci {}", it.mci.name.unwrap()),
                other => panic!("{other:?}"),
            };
            offers.await.into_iter().map(told).collect::<Vec<_>>()
        };
        for limit in [1, 2, 50] {
            assert_eq!(
                offered(EAST, "/acme/prod", limit).await,
                ["template front: web db", "mci db", "mci web"]
            );
            assert_eq!(
                offered(WEST, "/acme", limit).await,
                ["template front: db choose", "mci db"]
            );
        }
        assert!(offered("gcp", "/acme", 50).await.is_empty());
        assert!(offered(EAST, "/beta", 50).await.is_empty());
        // What is offered can be added, and what needs a choice asks for one.
        add(&admin, EAST, None, "a").await;
        let refused = admin.add_server(adding(WEST, "front", None, "b")).await;
        insta::assert_snapshot!(refused.unwrap_err(), @"the default `web` of `front` has no image for aws/us-west-2; choose one that has: `db`");
        add(&admin, WEST, Some("db"), "b").await;
        let refused = admin.add_server(adding("gcp", "front", None, "c")).await;
        insta::assert_snapshot!(refused.unwrap_err(), @"no MultiCloud Image of `front` revision 1 has an image for gcp; they have images for aws/us-east-1, aws/us-west-2. To support gcp, clone `web`, set an image there in the clone, commit it and link it");
    });
}

#[test]
fn r16_two_revisions_are_compared_by_the_times_of_their_launches() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        front(&admin).await;
        add(&admin, EAST, None, "a").await;
        let launch = async |seconds: [i64; 2]| {
            for (phase, seconds) in LaunchPhase::ALL
                .into_iter()
                .zip([0, seconds[0], seconds[1]])
            {
                world.clock.advance_secs(seconds);
                let report = ReportLaunch::new(acme(), p("a"), phase);
                admin.report_launch(report).await.unwrap();
            }
        };
        launch([90, 300]).await;
        launch([100, 320]).await;
        move_on(&admin, 7).await;
        admin
            .reinherit_server(&p("a"), &acme(), None)
            .await
            .unwrap();
        launch([95, 30]).await;
        let (first, second) = (p("front@1"), p("front"));
        let compared = admin
            .template_times(&first, &second, &acme())
            .await
            .unwrap();
        insta::assert_snapshot!(compared, @"
        median (launches)  front@1      front@2      change
        boot               95.0 s (2)   95.0 s (1)   +0.0 %
        scripts            310.0 s (2)  30.0 s (1)   -90.3 %
        whole              405.0 s (2)  125.0 s (1)  -69.1 %
        2 launches against 1
        ");
        // Launches of other scopes are none of hers.
        let below = p::<Scope>("/acme/prod");
        let none = admin.template_times(&first, &second, &below).await.unwrap();
        assert_eq!(none.times.0.launches, 0);
        let refused = admin
            .template_times(&first, &p("front@head"), &acme())
            .await;
        assert!(matches!(refused.unwrap_err(), Error::HeadMoves { .. }));
        let refused = admin.template_times(&first, &p("back"), &acme()).await;
        assert_eq!(refused.unwrap_err().kind(), ErrorKind::NotFound);
    });
}

#[test]
fn i11_a_server_whose_own_image_has_no_agent_is_refused_where_scripts_need_it() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        front(&admin).await;
        let script = TemplateChange::script(Phase::Boot, p("git:scripts/install@1"));
        edit(&admin, vec![script]).await;
        commit(&admin).await;
        let mut bare = image("/acme", EAST, 9);
        bare.agent = Some(AgentFacts::Absent);
        admin.register_image(bare).await.unwrap();
        let overrides = Overrides {
            image: Some(ami(9)),
            ..Overrides::default()
        };
        let mut adding = adding(EAST, "front", None, "web-1");
        adding.overrides = overrides.clone();
        let refused = admin.add_server(adding).await.unwrap_err();
        assert!(matches!(
            refused,
            Error::Launch(LaunchRefusal::Agent { .. })
        ));
        add(&admin, EAST, None, "web-1").await;
        let edits = vec![ServerEdit::Override(Box::new(overrides))];
        let refused = admin.edit_server(&p("web-1"), &acme(), edits).await;
        assert!(matches!(
            refused.unwrap_err(),
            Error::Launch(LaunchRefusal::Agent { .. })
        ));
        // What is warned of is the image that is launched, not the one in whose place it is.
        let overrides = Overrides {
            image: Some(ami(8)),
            ..Overrides::default()
        };
        let edits = vec![ServerEdit::Override(Box::new(overrides))];
        let edited = admin
            .edit_server(&p("web-1"), &acme(), edits)
            .await
            .unwrap();
        let warnings: Vec<_> = edited.warnings.iter().map(ToString::to_string).collect();
        assert!(
            warnings.iter().all(|text| text.contains(ami(8).as_str())),
            "{warnings:?}"
        );
        assert_eq!(warnings.len(), 2);
    });
}

#[test]
fn r11_what_was_asked_for_is_meant_again() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        front(&admin).await;
        // A state that was chosen in place of that of the link.
        let pinned = add(&admin, EAST, Some("db@1"), "pinned").await;
        assert_eq!(pinned.definition.inherited().states(), "front@1, db@1");
        // A channel of what it was added from.
        let (web, stable) = (p("web"), p("stable"));
        admin
            .assign_channel(&stable, LineageKind::Mci, &web, &acme())
            .await
            .unwrap();
        let base = LaunchBase::Mci(p("web@stable"));
        let follower = AddServer::new(acme(), p(EAST), base, p("follower"));
        admin.add_server(follower).await.unwrap();
        let edits = vec![set(EAST, 7)];
        admin.edit_mci(&web, &acme(), edits, None).await.unwrap();
        admin
            .commit_mci(&web, &acme(), p("next"), None)
            .await
            .unwrap();
        for server in ["pinned", "follower"] {
            let next = admin.server_next(&p(server), &acme()).await.unwrap();
            assert_eq!(next.behind, Behind::Current, "{server}");
        }
        admin
            .assign_channel(&stable, LineageKind::Mci, &web, &acme())
            .await
            .unwrap();
        let again = async |server: &str, to: Option<&Selector>| {
            let again = admin.reinherit_server(&p(server), &acme(), to).await;
            drop(again.unwrap());
            states(&admin, server).await
        };
        assert_eq!(again("follower", None).await, "web@2");
        assert_eq!(again("pinned", None).await, "front@1, db@1");
        // A state that is named is where it is now, and the newest is what it follows from then on.
        let one = Selector::parse("1").unwrap();
        assert_eq!(again("follower", Some(&one)).await, "web@1");
        assert_eq!(again("follower", None).await, "web@2");
    });
}

#[test]
fn r05_a_server_inherits_only_what_its_scope_sees() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme/dev", "devonly", 1).await;
        committed(&admin, "/beta", "other", 2).await;
        front(&admin).await;
        for base in ["/acme/dev:devonly", "/beta:other"] {
            let prod = p::<Scope>("/acme/prod");
            let of = LaunchBase::Mci(p(base));
            let refused = admin
                .add_server(AddServer::new(prod.clone(), p(EAST), of, p("one")))
                .await;
            assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
            let of = LaunchBase::Template {
                template: p("front"),
                mci: Some(p(base)),
            };
            let refused = admin
                .add_server(AddServer::new(prod, p(EAST), of, p("one")))
                .await;
            assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
        }
    });
}

#[test]
fn r11_a_server_is_told_that_what_it_inherited_was_revoked() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        front(&admin).await;
        add(&admin, EAST, None, "web-1").await;
        let stay = OnRevoke::Stay;
        admin
            .revoke_mci(&p("web@1"), &acme(), "CVE-2026-1", stay)
            .await
            .unwrap();
        admin
            .revoke_template(&p("front@1"), &acme(), "bad", stay)
            .await
            .unwrap();
        let next = admin.server_next(&p("web-1"), &acme()).await.unwrap();
        let image = next.start.warnings.iter().map(ToString::to_string);
        let template = next.start.template_warnings.iter().map(ToString::to_string);
        let warnings: Vec<_> = template.chain(image).collect();
        insta::assert_snapshot!(warnings.join("\n"), @"
        the revision of the template was revoked by admin, and the server keeps it until it inherits again: bad
        no record of `ami-00000000000000001` is visible from here: register it
        the revision was revoked by admin, and the server keeps it until it inherits again: CVE-2026-1
        ");
    });
}

#[test]
fn r16_a_removed_server_is_reported_on_by_its_id() {
    let world = World::new();
    let (admin, dana) = (world.admin(), world.who("dana"));
    run(async {
        front(&admin).await;
        let id = add(&admin, EAST, None, "web-1").await.definition.id();
        let report = async |phase, from: &str| {
            let report = ReportLaunch::new(p(from), ServerRef::Id(id), phase);
            admin.report_launch(report).await
        };
        report(LaunchPhase::Requested, "/acme").await.unwrap();
        admin.remove_server(&p("web-1"), &acme()).await.unwrap();
        world.clock.advance_secs(60);
        report(LaunchPhase::Booted, "/acme").await.unwrap();
        let one = ServerRef::Id(id);
        let launches = dana.launches(&one, &acme(), &most()).await.unwrap();
        assert_eq!(launches.items.len(), 1);
        // Nothing new is launched of it, and it is known at its own scope alone.
        for (phase, from) in [
            (LaunchPhase::Requested, "/acme"),
            (LaunchPhase::ScriptsDone, "/acme/prod"),
            (LaunchPhase::ScriptsDone, "/beta"),
        ] {
            let refused = report(phase, from).await;
            assert!(matches!(refused, Err(Error::NotFound(_))), "{refused:?}");
        }
    });
}

#[test]
fn r11_servers_of_one_deployment_are_told_from_those_of_a_namesake() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        front(&admin).await;
        for scope in ["/acme", "/acme/prod"] {
            let make = MakeDeployment::new(p(scope), p("web"));
            admin.make_deployment(make).await.unwrap();
            let base = LaunchBase::new(LineageKind::Template, p("front"));
            let mut adding = AddServer::new(p(scope), p(EAST), base, p("one"));
            adding.deployment = Some(p("web"));
            admin.add_server(adding).await.unwrap();
        }
        let mut query = ServerQuery::new(p("/acme/prod"));
        query.using = Some((LineageKind::Mci, p("web")));
        query.deployment = Some(p("web"));
        let found = admin.servers(&query, &most()).await.unwrap().items;
        let scopes: Vec<_> = found.iter().map(|it| it.scope.to_string()).collect();
        assert_eq!(scopes, ["/acme/prod"]);
        query.deployment = Some(p("nosuch"));
        let refused = admin.servers(&query, &most()).await;
        assert!(matches!(refused, Err(Error::NotFound(_))));
    });
}
