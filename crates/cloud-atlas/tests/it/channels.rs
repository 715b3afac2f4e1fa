//! Channels: where they go back to, who may move them, and the managed `latest`.

use crate::{
    support::{World, acme, ask, committed, most, p, revoke, run, set, web},
    watched::{Stop, Watched},
};
use cloud_atlas::{
    CloneMci, CommitTemplate, Error, ErrorKind, EventQuery, LineageKind, Session, TemplateChange,
    history::RevisionNumber,
    image_id::CloudLocation,
    scope::{Permission, Role, Scope},
    store::MemoryStore,
    template::{ChannelAccess, ChannelError, ChannelFate, OnRevoke, Reference, TemplateEdit},
};
use std::sync::Arc;

const EAST: &str = "aws/us-east-1";
const WEST: &str = "aws/us-west-2";

/// A MultiCloud Image `web` at `/acme` with so many revisions.
async fn revisions(who: &Session, count: u64) {
    committed(who, "/acme", "web", 1).await;
    for number in 2..=count {
        commit(who, vec![(EAST, number)]).await;
    }
}

async fn commit(who: &Session, images: Vec<(&str, u64)>) {
    let edits = images.into_iter().map(|(at, image)| set(at, image));
    who.edit_mci(&web(), &acme(), edits.collect(), None)
        .await
        .unwrap();
    who.commit_mci(&web(), &acme(), p("m"), None).await.unwrap();
}

async fn point(who: &Session, channel: &str, revisions: &[u32]) {
    for number in revisions {
        let to = p::<Reference>(&format!("web@{number}"));
        who.assign_channel(&p(channel), LineageKind::Mci, &to, &acme())
            .await
            .unwrap();
    }
}

async fn back(who: &Session, channel: &str) -> Result<u32, Error> {
    let channel = who
        .roll_back_channel(&p(channel), LineageKind::Mci, &web(), &acme())
        .await?;
    Ok(channel.current().get())
}

/// The image that a reference launches in the east.
async fn launched(who: &Session, reference: &str) -> Result<String, Error> {
    let plan = who.resolve(&ask(reference, EAST, "/acme")).await?;
    let image = plan.plan.image.to_string();
    Ok(image.trim_start_matches("ami-0").to_owned())
}

/// The channels with where they point, `latest` first.
async fn listed(who: &Session) -> String {
    let list = who
        .channels(LineageKind::Mci, &web(), &acme(), &most())
        .await
        .unwrap();
    let mut told = vec![format!("latest {:?}", list.latest.map(RevisionNumber::get))];
    for view in list.channels.items {
        let (name, current) = (view.channel.name(), view.channel.current());
        told.push(format!("{name} {current} {}", view.access));
    }
    told.join(", ")
}

/// What events tell about a channel, oldest first.
async fn told(who: &Session, channel: &str) -> Vec<String> {
    let lineage = who.mci(&web(), &acme()).await.unwrap().lineage;
    let mut query = EventQuery::new(acme());
    query.record = Some(format!("{lineage}@{channel}"));
    let events = who.find_events(&query, &most()).await.unwrap().items;
    let told = events.into_iter().rev().map(|event| {
        let text = |side: Option<String>| side.unwrap_or_else(|| "-".to_owned());
        let (before, after) = (text(event.before), text(event.after));
        format!("{} {} {before} {after}", event.by, event.action)
    });
    told.collect()
}

#[test]
fn r07_a_channel_goes_back_to_where_it_pointed_before() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        revisions(&dana, 3).await;
        point(&dana, "stable", &[1, 2, 3]).await;
        assert_eq!(back(&dana, "stable").await.unwrap(), 2);
        assert!(launched(&dana, "web@stable").await.unwrap().ends_with('2'));
        // Twice goes two places back, past what is revoked, and then no further.
        point(&dana, "stable", &[3]).await;
        revoke(&dana, &p("web@2"), &acme(), "bad").await.unwrap();
        assert_eq!(back(&dana, "stable").await.unwrap(), 1);
        let refused = back(&dana, "stable").await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        insta::assert_snapshot!(refused, @"the channel `stable` has nothing to go back to from revision 1: assign it");
        let channel = dana
            .channel(&p("stable"), LineageKind::Mci, &web(), &acme())
            .await
            .unwrap();
        let moves = channel.channel.moves().iter();
        let moves: Vec<_> = moves.map(|step| step.revision.get()).collect();
        assert_eq!(moves, [1, 2, 3, 2, 3, 1]);
        assert!(
            channel
                .channel
                .moves()
                .iter()
                .all(|step| step.by.as_str() == "dana")
        );
        let expected = [
            "dana channel.assign - 1",
            "dana channel.assign 1 2",
            "dana channel.assign 2 3",
            "dana channel.assign 3 2",
            "dana channel.assign 2 3",
            "dana channel.assign 3 1",
        ];
        assert_eq!(told(&dana, "stable").await, expected);
    });
}

#[test]
fn m13_going_back_loses_no_required_location_unless_a_revocation_asks_for_it() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        revisions(&dana, 1).await;
        commit(&dana, vec![(WEST, 2)]).await;
        point(&dana, "stable", &[1, 2]).await;
        let west = [p::<CloudLocation>(WEST)];
        dana.require_locations(&web(), &acme(), &west)
            .await
            .unwrap();
        let refused = back(&dana, "stable").await.unwrap_err();
        assert!(matches!(refused, Error::CoverageLost(_)), "{refused}");
        // On a revoked revision it would serve nowhere at all: going back loses less.
        let revoked = revoke(&dana, &p("web@2"), &acme(), "leaks").await.unwrap();
        let [ChannelFate::RolledBack { channel }] = &revoked.channels[..] else {
            panic!("{revoked:?}")
        };
        assert_eq!(channel.current().get(), 1);
        assert!(launched(&dana, "web@stable").await.unwrap().ends_with('1'));
    });
}

#[test]
fn r07_a_revoked_revision_rolls_its_channels_back_in_the_same_commit() {
    let watched = Arc::new(Watched::new(Arc::new(MemoryStore::new()), Stop::Never));
    let world = World::over(Arc::clone(&watched) as _);
    let dana = world.who("dana");
    run(async {
        revisions(&dana, 3).await;
        point(&dana, "canary", &[2, 3]).await;
        point(&dana, "production", &[1, 3]).await;
        point(&dana, "staging", &[3]).await;
        point(&dana, "testing", &[3, 2]).await;
        revoke(&dana, &p("web@2"), &acme(), "bad").await.unwrap();
        watched.written();
        let revoked = revoke(&dana, &p("web@3"), &acme(), "worse").await.unwrap();
        assert_eq!(watched.written().len(), 1, "one commit holds all of it");
        assert_eq!(revoked.latest.map(RevisionNumber::get), Some(1));
        let fates: Vec<_> = revoked.channels.iter().map(fate).collect();
        // Where `canary` was before is revoked too, `staging` never was anywhere else, and `testing`
        // came back from 2 just before.
        let expected = [
            "canary stays at 3",
            "production to 1",
            "staging stays at 3",
            "testing stays at 3",
        ];
        assert_eq!(fates, expected);
        assert_eq!(
            listed(&dana).await,
            "latest Some(1), canary 3 open, production 1 open, staging 3 open, testing 3 open"
        );
        // What stays launches nothing and says so.
        let refused = launched(&dana, "web@staging").await.unwrap_err();
        assert!(refused.to_string().contains("worse"), "{refused}");
        assert!(launched(&dana, "web@production").await.is_ok());
        assert_eq!(
            told(&dana, "production").await.last().unwrap(),
            "dana mci.mark 3 1"
        );
        assert_eq!(told(&dana, "staging").await.len(), 1);
        // Taking the mark back moves nothing.
        dana.unmark_mci(&p("web@3"), &acme()).await.unwrap();
        assert!(listed(&dana).await.contains("production 1 "));
        assert!(launched(&dana, "web@staging").await.is_ok());
    });
}

fn fate(fate: &ChannelFate) -> String {
    match fate {
        ChannelFate::RolledBack { channel } => {
            format!("{} to {}", channel.name(), channel.current())
        }
        ChannelFate::Stuck { name, revision } => format!("{name} stays at {revision}"),
    }
}

#[test]
fn r07_channels_stay_on_a_revoked_revision_where_that_is_asked_for() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        revisions(&dana, 2).await;
        point(&dana, "stable", &[1, 2]).await;
        let revoked = dana
            .revoke_mci(&p("web@2"), &acme(), "bad", OnRevoke::Stay)
            .await
            .unwrap();
        assert_eq!(
            revoked.channels.iter().map(fate).collect::<Vec<_>>(),
            ["stable stays at 2"]
        );
        assert!(listed(&dana).await.contains("stable 2 "));
        assert!(launched(&dana, "web@stable").await.is_err());
        assert_eq!(told(&dana, "stable").await.len(), 2);
        assert_eq!(back(&dana, "stable").await.unwrap(), 1);
    });
}

#[test]
fn r07_latest_is_the_newest_that_is_not_revoked() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        revisions(&dana, 3).await;
        for (revision, left) in [("web@3", Some("2")), ("web@2", Some("1")), ("web@1", None)] {
            for latest in ["web", "web@latest"] {
                let found = launched(&dana, latest).await.unwrap();
                assert!(
                    found.ends_with(revision.trim_start_matches("web@")),
                    "{found}"
                );
            }
            let revoked = revoke(&dana, &p(revision), &acme(), "bad").await.unwrap();
            let latest = revoked.latest.map(|it| it.to_string());
            assert_eq!(latest.as_deref(), left);
        }
        let refused = launched(&dana, "web").await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        insta::assert_snapshot!(refused, @"every revision of `web` is revoked, the newest, 3, by dana: bad: commit another, or name one by its number to look at it");
        for refused in [
            dana.mci(&p("web@latest"), &acme()).await.err(),
            dana.mci_diff(&web(), &p("web@1"), &acme()).await.err(),
            dana.lock(&web(), &acme(), None).await.err(),
            dana.export_stream(&[web()], &acme()).await.err(),
            dana.clone_mci(&CloneMci::new(web(), acme())).await.err(),
            dana.assign_channel(&p("stable"), LineageKind::Mci, &web(), &acme())
                .await
                .err(),
            dana.release(
                LineageKind::Mci,
                &web(),
                &acme(),
                &semver::Version::new(1, 0, 0),
            )
            .await
            .err(),
            dana.deprecate_mci(&web(), &acme(), "old").await.err(),
        ] {
            assert!(
                matches!(refused, Some(Error::AllRevoked { .. })),
                "{refused:?}"
            );
        }
        // By its number a revoked one is looked at, compared and cloned.
        let third = p::<Reference>("web@3");
        dana.mci(&third, &acme()).await.unwrap();
        dana.mci_diff(&p("web@2"), &third, &acme()).await.unwrap();
        dana.diff_pair(&web(), &acme()).await.unwrap();
        dana.clone_mci(&CloneMci::new(third.clone(), acme()))
            .await
            .unwrap();
        assert_eq!(listed(&dana).await, "latest None");
        let log = dana.mci_log(&web(), &acme(), &most()).await.unwrap().items;
        assert!(log.iter().all(|entry| !entry.latest));
        // It comes back with the mark, and moves on with a commit.
        dana.unmark_mci(&p("web@2"), &acme()).await.unwrap();
        assert!(launched(&dana, "web").await.unwrap().ends_with('2'));
        commit(&dana, vec![(EAST, 4)]).await;
        assert!(launched(&dana, "web").await.unwrap().ends_with('4'));
        let log = dana.mci_log(&web(), &acme(), &most()).await.unwrap().items;
        let latest: Vec<_> = log.iter().map(|entry| entry.latest).collect();
        assert_eq!(latest, [true, false, false, false]);
    });
}

#[test]
fn r07_a_restricted_channel_is_moved_by_those_alone_who_may_restrict() {
    let world = World::new();
    let (dana, admin, rita) = (world.who("dana"), world.admin(), world.who("rita"));
    run(async {
        admin.add_principal(&p("rita")).await.unwrap();
        for role in [Role::PUBLISHER, Role::DESIGNER] {
            admin.grant(&p("rita"), &role, &acme(), None).await.unwrap();
        }
        revisions(&dana, 3).await;
        point(&dana, "stable", &[1, 2]).await;
        let stable = p("stable");
        // A designer alone restricts nothing.
        let refused = dana
            .restrict_channel(&stable, LineageKind::Mci, &web(), &acme())
            .await;
        let Error::Denied(denied) = refused.unwrap_err() else {
            panic!()
        };
        assert_eq!(denied.permission, Permission::ChannelRestrict);
        let view = rita
            .restrict_channel(&stable, LineageKind::Mci, &web(), &acme())
            .await
            .unwrap();
        assert_eq!(view.access, ChannelAccess::RESTRICTED);
        let again = rita
            .restrict_channel(&stable, LineageKind::Mci, &web(), &acme())
            .await
            .unwrap_err();
        insta::assert_snapshot!(again, @"the channel `stable` is restricted already");
        // Whoever may assign channels moves the others, and not this one.
        let third = p::<Reference>("web@3");
        for refused in [
            dana.assign_channel(&stable, LineageKind::Mci, &third, &acme())
                .await
                .err(),
            dana.roll_back_channel(&stable, LineageKind::Mci, &web(), &acme())
                .await
                .err(),
            dana.delete_channel(&stable, LineageKind::Mci, &web(), &acme())
                .await
                .err(),
        ] {
            let refused = refused.unwrap();
            assert_eq!(refused.kind(), ErrorKind::Denied);
            assert!(matches!(
                refused,
                Error::Channel(ChannelError::Restricted { .. })
            ));
        }
        let opened = dana
            .open_channel(&stable, LineageKind::Mci, &web(), &acme())
            .await;
        assert_eq!(opened.unwrap_err().kind(), ErrorKind::Denied);
        point(&dana, "canary", &[3]).await;
        point(&rita, "stable", &[3]).await;
        assert_eq!(back(&rita, "stable").await.unwrap(), 2);
        assert!(
            listed(&dana)
                .await
                .contains("canary 3 open, stable 2 restricted")
        );
        // A revocation takes it back whoever revokes, and it stays restricted.
        revoke(&dana, &p("web@2"), &acme(), "bad").await.unwrap();
        assert!(listed(&dana).await.contains("stable 1 restricted"));
        rita.open_channel(&stable, LineageKind::Mci, &web(), &acme())
            .await
            .unwrap();
        point(&dana, "stable", &[3]).await;
        let told = told(&dana, "stable").await;
        assert!(told.contains(&"rita channel.restrict open restricted".to_owned()));
        assert!(told.contains(&"rita channel.restrict restricted open".to_owned()));
    });
}

#[test]
fn r07_a_publisher_alone_moves_no_channel() {
    let world = World::new();
    let (dana, admin, paul) = (world.who("dana"), world.admin(), world.who("paul"));
    run(async {
        admin.add_principal(&p("paul")).await.unwrap();
        let role = Role::PUBLISHER;
        admin.grant(&p("paul"), &role, &acme(), None).await.unwrap();
        revisions(&dana, 2).await;
        point(&dana, "stable", &[1, 2]).await;
        paul.restrict_channel(&p("stable"), LineageKind::Mci, &web(), &acme())
            .await
            .unwrap();
        let refused = back(&paul, "stable").await.unwrap_err();
        let Error::Denied(denied) = refused else {
            panic!("{refused}")
        };
        assert_eq!(denied.permission, Permission::ChannelAssign);
    });
}

#[test]
fn r07_a_channel_is_deleted_and_its_moves_stay_in_the_trail() {
    let world = World::new();
    let dana = world.who("dana");
    run(async {
        revisions(&dana, 2).await;
        point(&dana, "stable", &[1, 2]).await;
        let stable = p("stable");
        let gone = dana
            .delete_channel(&stable, LineageKind::Mci, &web(), &acme())
            .await
            .unwrap();
        assert_eq!(gone.current().get(), 2);
        assert_eq!(listed(&dana).await, "latest Some(2)");
        let refused = dana
            .delete_channel(&stable, LineageKind::Mci, &web(), &acme())
            .await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::NotFound);
        assert!(launched(&dana, "web@stable").await.is_err());
        let trail = told(&dana, "stable").await;
        assert_eq!(trail.last().unwrap(), "dana channel.assign 2 -");
        assert_eq!(trail.len(), 3);
        // Another of that name begins anew.
        point(&dana, "stable", &[1]).await;
        assert!(back(&dana, "stable").await.is_err());
    });
}

/// A template `front` at a scope that links `web`, with so many revisions.
async fn templates(who: &Session, scope: &str, count: u32) {
    let (front, scope) = (p::<Reference>("front"), p::<Scope>(scope));
    who.create_template(&scope, p("front")).await.unwrap();
    link(who, &scope, "web@1", TemplateChange::Link).await;
    for number in 1..=count {
        let phase = script(number);
        let edit = vec![TemplateChange::Edit(phase)];
        who.edit_template(&front, &scope, edit, None).await.unwrap();
        let commit = CommitTemplate::new(front.clone(), scope.clone(), p("next"));
        who.commit_template(&commit).await.unwrap();
    }
}

fn script(number: u32) -> TemplateEdit {
    TemplateEdit::SetDescription(format!("number {number}").parse().unwrap())
}

async fn link(who: &Session, scope: &Scope, to: &str, how: fn(Reference) -> TemplateChange) {
    let change = vec![how(p(to))];
    who.edit_template(&p("front"), scope, change, None)
        .await
        .unwrap();
}

#[test]
fn r07_channels_of_templates_are_those_of_multicloud_images() {
    let world = World::new();
    let dana = world.who("dana");
    let kind = LineageKind::Template;
    run(async {
        revisions(&dana, 1).await;
        templates(&dana, "/acme", 3).await;
        let (front, stable) = (p::<Reference>("front"), p("stable"));
        for number in ["front@1", "front@2", "front"] {
            dana.assign_channel(&stable, kind, &p(number), &acme())
                .await
                .unwrap();
        }
        // What is called so of the other kind is another lineage.
        let other = dana
            .channel(&stable, LineageKind::Mci, &front, &acme())
            .await;
        assert_eq!(other.unwrap_err().kind(), ErrorKind::NotFound);
        let back = dana.roll_back_channel(&stable, kind, &front, &acme()).await;
        assert_eq!(back.unwrap().current().get(), 2);
        let revoked = dana
            .revoke_template(&p("front@2"), &acme(), "bad", OnRevoke::RollBack)
            .await
            .unwrap();
        let fates: Vec<_> = revoked.channels.iter().map(fate).collect();
        assert_eq!(fates, ["stable to 1"]);
        assert_eq!(revoked.latest.map(RevisionNumber::get), Some(3));
        dana.revoke_template(&p("front"), &acme(), "bad", OnRevoke::RollBack)
            .await
            .unwrap();
        let list = dana.channels(kind, &front, &acme(), &most()).await.unwrap();
        assert_eq!(list.latest.map(RevisionNumber::get), Some(1));
        let shown = dana.template(&p("front@latest"), &acme()).await.unwrap();
        assert_eq!(shown.revision.unwrap().number().get(), 1);
        let log = dana.template_log(&front, &acme(), &most()).await.unwrap();
        let latest: Vec<_> = log.items.iter().map(|entry| entry.latest).collect();
        assert_eq!(latest, [false, false, true]);
        let admin = world.admin();
        let restricted = admin.restrict_channel(&stable, kind, &front, &acme()).await;
        assert_eq!(restricted.unwrap().access, ChannelAccess::RESTRICTED);
        let gone = dana.delete_channel(&stable, kind, &front, &acme()).await;
        assert_eq!(gone.unwrap_err().kind(), ErrorKind::Denied);
        admin
            .delete_channel(&stable, kind, &front, &acme())
            .await
            .unwrap();
    });
}

#[test]
fn r08_releases_of_templates_are_found_by_requirements() {
    let world = World::new();
    let dana = world.who("dana");
    let kind = LineageKind::Template;
    run(async {
        revisions(&dana, 1).await;
        templates(&dana, "/acme", 3).await;
        for (number, minor) in [("front@1", 0), ("front@2", 1), ("front@3", 2)] {
            let version = semver::Version::new(2, minor, 0);
            dana.release(kind, &p(number), &acme(), &version)
                .await
                .unwrap();
        }
        let found = async |wanted: &str| {
            let view = dana.template(&p(wanted), &acme()).await?;
            Ok::<_, Error>(view.revision.unwrap().number().get())
        };
        assert_eq!(found("front@^2").await.unwrap(), 3);
        // The highest that is neither revoked nor deprecated.
        dana.revoke_template(&p("front@3"), &acme(), "bad", OnRevoke::RollBack)
            .await
            .unwrap();
        dana.deprecate_template(&p("front@2"), &acme(), "old")
            .await
            .unwrap();
        assert_eq!(found("front@^2").await.unwrap(), 1);
        dana.unmark_template(&p("front@2"), &acme()).await.unwrap();
        assert_eq!(found("front@^2").await.unwrap(), 2);
        let front = p::<Reference>("front");
        let releases = dana.releases(kind, &front, &acme(), &most()).await.unwrap();
        let numbers: Vec<_> = releases.items.iter().map(|it| it.revision.get()).collect();
        assert_eq!(numbers, [3, 2, 1]);
    });
}

#[test]
fn r07_a_channel_that_a_template_links_is_not_deleted() {
    let world = World::new();
    let (dana, admin) = (world.who("dana"), world.admin());
    run(async {
        revisions(&dana, 2).await;
        point(&dana, "stable", &[1, 2]).await;
        point(&dana, "canary", &[2]).await;
        templates(&dana, "/acme", 0).await;
        let kind = LineageKind::Mci;
        let stable = p("stable");
        let delete = async |who: &Session| {
            let gone = who.delete_channel(&stable, kind, &web(), &acme()).await;
            gone.map(|gone| gone.current().get())
        };
        // Another channel is no reason, and neither is the revision itself.
        link(&dana, &acme(), "web@canary", TemplateChange::Retarget).await;
        assert_eq!(delete(&dana).await.unwrap(), 2);
        point(&dana, "stable", &[1, 2]).await;
        link(&dana, &acme(), "web@stable", TemplateChange::Retarget).await;
        let refused = delete(&dana).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        insta::assert_snapshot!(refused, @"the channel `stable` of `web` cannot be deleted, ServerTemplates link it: `front` HEAD at /acme; point it elsewhere instead");
        // Committed, it stays linked for ever.
        let front = p::<Reference>("front");
        let commit = CommitTemplate::new(front, acme(), p("first"));
        dana.commit_template(&commit).await.unwrap();
        link(&dana, &acme(), "web@2", TemplateChange::Retarget).await;
        admin
            .create_template(&p("/acme/prod"), p("front"))
            .await
            .unwrap();
        link(&admin, &p("/acme/prod"), "web@stable", TemplateChange::Link).await;
        let refused = delete(&dana).await.unwrap_err();
        insta::assert_snapshot!(refused, @"the channel `stable` of `web` cannot be deleted, ServerTemplates link it: `front` revision 1 at /acme, `front` HEAD at /acme/prod; point it elsewhere instead");
    });
}

#[test]
fn r07_what_moves_a_channel_names_no_state_and_shows_nothing_hidden() {
    let world = World::new();
    let (dana, olga, bert) = (world.who("dana"), world.who("olga"), world.who("bert"));
    run(async {
        revisions(&dana, 2).await;
        point(&dana, "stable", &[1, 2]).await;
        let stable = p("stable");
        let all = async |who: &Session, reference: &str, from: &str| {
            let (reference, from) = (p::<Reference>(reference), p::<Scope>(from));
            [
                who.channel(&stable, LineageKind::Mci, &reference, &from)
                    .await
                    .err(),
                who.roll_back_channel(&stable, LineageKind::Mci, &reference, &from)
                    .await
                    .err(),
                who.restrict_channel(&stable, LineageKind::Mci, &reference, &from)
                    .await
                    .err(),
                who.open_channel(&stable, LineageKind::Mci, &reference, &from)
                    .await
                    .err(),
                who.delete_channel(&stable, LineageKind::Mci, &reference, &from)
                    .await
                    .err(),
            ]
        };
        for refused in all(&dana, "web@2", "/acme").await {
            insta::allow_duplicates! {
                insta::assert_snapshot!(refused.unwrap(), @"`web@2` names one state, and a channel belongs to all of them: leave out what stands behind `@`");
            }
        }
        let texts = |refused: [Option<Error>; 5]| refused.map(|it| it.unwrap().to_string());
        let hidden = texts(all(&bert, "/acme:web", "/beta").await);
        let absent = texts(all(&bert, "/acme:wex", "/beta").await);
        assert_eq!(hidden, absent.map(|text| text.replace("wex", "web")));
        // Who only looks sees it, and moves nothing.
        let [seen, moved @ ..] = all(&olga, "web", "/acme/prod").await;
        assert!(seen.is_none());
        for refused in moved {
            assert_eq!(refused.unwrap().kind(), ErrorKind::Denied);
        }
    });
}
