//! How far launches came.

use crate::{
    servers::add,
    support::{World, acme, committed, every, most, noon, p, run},
};
use cloud_atlas::{
    Error, ErrorKind, ReportLaunch, ServerRef, ServerRefusal, Session,
    base::Timestamp,
    scope::{Role, Scope},
    template::{LaunchId, LaunchPhase, LaunchReport, LaunchReportError},
};

fn reporting(server: &str, phase: LaunchPhase) -> ReportLaunch {
    ReportLaunch::new(acme(), p(server), phase)
}

async fn report(who: &Session, phase: LaunchPhase, at: &str) -> Result<LaunchReport, Error> {
    let mut report = reporting("web-1", phase);
    report.at = Some(p(at));
    who.report_launch(report).await
}

#[test]
fn r16_a_host_reports_how_far_a_launch_came() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        add(&admin, "/acme", "web-1").await.unwrap();
        let early = report(&admin, LaunchPhase::Booted, "2026-08-01T12:00:40Z").await;
        let early = early.unwrap_err();
        assert!(matches!(
            early,
            Error::Server(ServerRefusal::Report(LaunchReportError::Early { .. }))
        ));
        // Unless it is said, it is now.
        let first = admin.report_launch(reporting("web-1", LaunchPhase::Requested));
        let first = first.await.unwrap();
        assert_eq!(first.phases()[&LaunchPhase::Requested], noon());
        let booted = report(&admin, LaunchPhase::Booted, "2026-08-01T12:00:40Z").await;
        assert_eq!(booted.unwrap().id(), first.id());
        // Told again, nothing changes and nothing is written.
        let events = admin.events(&acme(), &most()).await.unwrap().items.len();
        let again = report(&admin, LaunchPhase::Booted, "2026-08-01T12:09:00Z").await;
        let at: Timestamp = p("2026-08-01T12:00:40Z");
        assert_eq!(again.unwrap().phases()[&LaunchPhase::Booted], at);
        let after = admin.events(&acme(), &most()).await.unwrap().items.len();
        assert_eq!(after, events);
        let backwards = report(&admin, LaunchPhase::ScriptsDone, "2026-08-01T12:00:30Z").await;
        let refused = [early, backwards.unwrap_err()];
        assert!(refused.iter().all(|it| it.kind() == ErrorKind::Conflict));
        insta::assert_snapshot!(refused.map(|it| it.to_string()).join("\n"), @"
        `booted` comes after `requested`, which was not reported: report that first
        `scripts-done` is reported for 2026-08-01T12:00:30Z, and `booted` was at 2026-08-01T12:00:40Z: check the clock of the host
        ");
        let done = report(&admin, LaunchPhase::ScriptsDone, "2026-08-01T12:01:10Z").await;
        assert_eq!(done.unwrap().phase(), Some(LaunchPhase::ScriptsDone));

        // The next request begins another launch, and what follows is of the newest.
        world.clock.advance_secs(600);
        let second = report(&admin, LaunchPhase::Requested, "2026-08-01T12:10:00Z").await;
        let second = second.unwrap();
        assert_ne!(second.id(), first.id());
        let booted = report(&admin, LaunchPhase::Booted, "2026-08-01T12:10:20Z").await;
        assert_eq!(booted.unwrap().id(), second.id());
        let (one, at) = (p::<ServerRef>("web-1"), acme());
        for limit in [1, 2, 5] {
            let listed = every(limit, async |paging| {
                admin.launches(&one, &at, &paging).await
            });
            let ids: Vec<_> = listed.await.iter().map(LaunchReport::id).collect();
            assert_eq!(ids, [second.id(), first.id()]);
        }
    });
}

#[test]
fn r16_a_host_may_give_a_launch_an_id_and_report_twice() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        add(&admin, "/acme", "web-1").await.unwrap();
        add(&admin, "/acme", "web-2").await.unwrap();
        let id = LaunchId::from_u128(7);
        let mut begun = reporting("web-1", LaunchPhase::Requested);
        begun.launch = Some(id);
        let first = admin.report_launch(begun.clone()).await.unwrap();
        assert_eq!(first.id(), id);
        world.clock.advance_secs(5);
        let again = admin.report_launch(begun.clone()).await.unwrap();
        assert_eq!(again, first);
        // One of another server, or of none, is not there.
        let mut other = begun.clone();
        other.server = p("web-2");
        let mut unknown = begun;
        unknown.phase = LaunchPhase::Booted;
        unknown.launch = Some(LaunchId::from_u128(8));
        for wrong in [other, unknown] {
            let refused = admin.report_launch(wrong).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::NotFound, "{refused}");
        }
    });
}

#[test]
fn r16_who_may_launch_reports_and_who_may_look_reads() {
    let world = World::new();
    let admin = world.admin();
    run(async {
        committed(&admin, "/acme", "web", 1).await;
        add(&admin, "/acme/prod", "web-1").await.unwrap();
        let at = p::<Scope>("/acme/prod");
        let olga = world.who("olga");
        let begun = ReportLaunch::new(at.clone(), p("web-1"), LaunchPhase::Requested);
        let refused = olga.report_launch(begun.clone()).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Denied);
        let act = admin.grant(&p("olga"), &Role::ACTOR, &at, None).await;
        act.unwrap();
        olga.report_launch(begun).await.unwrap();
        // The launches of a server that is gone stay in the store, and are nobody's to list.
        admin.remove_server(&p("web-1"), &at).await.unwrap();
        let gone = olga.launches(&p("web-1"), &at, &most()).await.unwrap_err();
        assert_eq!(gone.kind(), ErrorKind::NotFound);
        let report = world.atlas.check().await.unwrap();
        assert_eq!(report.findings, [""; 0]);
        assert_eq!(report.records["launch"], 1);
    });
}
