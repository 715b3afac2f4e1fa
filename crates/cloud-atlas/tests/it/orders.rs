//! Work orders, and the bundles that come of them.

use crate::{
    inventories::{Watched, world},
    support::{World, ami, image, most, p, run},
};
use cloud_atlas::{
    BundleImage, Error, ErrorKind, ReportWork, Retention, Session, TakeWork, WorkQuery,
    WorkRequest,
    image::{
        BundleError, CloudServer, ImageRecord, Origin, RegisterError, ServerState, Verification,
        Warning, WorkAction, WorkError, WorkKind, WorkOrder, WorkOrderId, WorkReport,
    },
    scope::{Permission, Role, Scope},
};
use core::time::Duration;

const EAST: &str = "aws/us-east-1";
const HOUR: Duration = Duration::from_hours(1);

/// `robot` does work in acme, `rival` in beta.
fn hosts(world: World) -> World {
    let admin = world.admin();
    run(async {
        for (who, scope) in [("robot", "/acme"), ("second", "/acme"), ("rival", "/beta")] {
            admin.add_principal(&p(who)).await.unwrap();
            admin
                .grant(&p(who), &Role::ACTOR, &p(scope), None)
                .await
                .unwrap();
        }
    });
    world
}

async fn registered(world: &World, scope: &str, number: u64) -> ImageRecord {
    let asked = image(scope, EAST, number);
    world.admin().register_image(asked).await.unwrap().record
}

/// Asks for the image of a record to be deleted.
async fn deletion(who: &Session, record: &ImageRecord) -> Result<WorkOrder, Error> {
    let (id, scope) = (record.id(), record.scope());
    let change = who.delete_image(id, scope, None, Retention::default(), true);
    Ok(change.await?.order.unwrap())
}

/// Asks for a copy of the image of a record.
async fn copy(who: &Session, record: &ImageRecord, to: &str) -> Result<WorkOrder, Error> {
    let asked = WorkRequest::Copy { to: p(to) };
    who.order_work(record.id(), record.scope(), asked).await
}

fn report(order: &WorkOrder, report: WorkReport) -> ReportWork {
    ReportWork {
        attempt: order.attempt,
        report,
    }
}

fn done(number: Option<u64>) -> WorkReport {
    WorkReport::Done {
        image_id: number.map(ami),
    }
}

fn take(scope: &str) -> TakeWork {
    TakeWork::new(p(scope), HOUR)
}

#[test]
fn l11_work_is_ordered_taken_and_reported_on() {
    let world = hosts(World::new());
    let (dana, robot) = (world.who("dana"), world.who("robot"));
    run(async {
        let record = registered(&world, "/acme/prod", 1).await;
        let order = copy(&dana, &record, "aws/eu-west-1").await.unwrap();
        let again = copy(&dana, &record, "aws/eu-west-1").await.unwrap_err();
        assert_eq!(again.kind(), ErrorKind::Conflict);
        assert!(
            matches!(again, Error::Work(WorkError::AlreadyOrdered { open, .. }) if open == order.id)
        );

        let taken = robot.take_work(&take("/acme")).await.unwrap().unwrap();
        assert_eq!((taken.id, taken.attempt), (order.id, 1));
        assert_eq!(robot.take_work(&take("/acme")).await.unwrap(), None);
        let account = p("/acme");
        let told = report(&taken, WorkReport::NotFound);
        let first = robot
            .report_work(order.id, &account, told.clone())
            .await
            .unwrap();
        assert!(!first.order.is_done());
        // Nothing is written by a report that is sent again.
        let events = async || dana.events(&account, &most()).await.unwrap().items.len();
        let before = events().await;
        let again = robot.report_work(order.id, &account, told).await.unwrap();
        assert_eq!((again, events().await), (first, before));
        // It has ended, and the same can be ordered anew.
        let open = dana
            .work_orders(&WorkQuery::new(account.clone()), &most())
            .await;
        assert!(open.unwrap().items.is_empty());
        copy(&dana, &record, "aws/eu-west-1").await.unwrap();
        let mut all = WorkQuery::new(account.clone());
        all.ended = true;
        let all = dana.work_orders(&all, &most()).await.unwrap().items;
        assert_eq!(all.len(), 2);
        assert_eq!(
            dana.work_order(order.id, &account).await.unwrap().attempt,
            1
        );
        let trail = dana.events(&account, &most()).await.unwrap().items;
        let of_order: Vec<_> = trail
            .iter()
            .filter(|event| event.subject == order.id.to_string())
            .map(|event| {
                (
                    event.by.to_string(),
                    event.action,
                    event.after.clone().unwrap(),
                )
            })
            .collect();
        assert_eq!(
            of_order,
            [
                (
                    "robot".to_owned(),
                    Permission::WorkReport,
                    "not-found".to_owned()
                ),
                (
                    "robot".to_owned(),
                    Permission::WorkReport,
                    "taken".to_owned()
                ),
                (
                    "dana".to_owned(),
                    Permission::ImageCopy,
                    format!("copy {}", ami(1))
                ),
            ]
        );
    });
}

#[test]
fn l11_the_oldest_that_is_free_is_taken_first() {
    let world = hosts(World::new());
    let (dana, robot, second) = (world.who("dana"), world.who("robot"), world.who("second"));
    run(async {
        let mut orders = Vec::new();
        for number in 1..=3 {
            let record = registered(&world, "/acme", number).await;
            let order = if number == 2 {
                copy(&dana, &record, "aws/eu-west-1").await
            } else {
                deletion(&dana, &record).await
            };
            orders.push(order.unwrap().id);
            world.clock.advance_secs(1);
        }
        let taken = async |who: &Session, asked: TakeWork| {
            who.take_work(&asked).await.unwrap().map(|order| order.id)
        };
        let mut copies = take("/acme");
        copies.kinds = [WorkKind::Copy].into();
        let mut west = take("/acme");
        west.location = Some(p("aws/eu-west-1"));
        let mut nowhere = take("/acme");
        nowhere.location = Some(p("gcp"));
        assert_eq!(taken(&robot, nowhere).await, None);
        assert_eq!(taken(&robot, copies).await, Some(orders[1]));
        assert_eq!(taken(&robot, west).await, None, "taken already");
        assert_eq!(taken(&robot, take("/acme")).await, Some(orders[0]));
        assert_eq!(taken(&second, take("/acme")).await, Some(orders[2]));
        assert_eq!(taken(&second, take("/acme")).await, None);
        // The lease is over: the oldest goes to whoever asks, and the first host is too late.
        world.clock.advance_secs(3600);
        let over = second.take_work(&take("/acme")).await.unwrap().unwrap();
        assert_eq!((over.id, over.attempt), (orders[0], 2));
        let late = ReportWork {
            attempt: 1,
            report: done(None),
        };
        let late = robot
            .report_work(orders[0], &p("/acme"), late)
            .await
            .unwrap_err();
        assert!(matches!(late, Error::Work(WorkError::OtherAttempt { .. })));
        // Somebody else's, by name.
        let mut named = take("/acme");
        named.order = Some(orders[0]);
        let held = robot.take_work(&named).await.unwrap_err();
        assert!(matches!(held, Error::Work(WorkError::Held { .. })));
        let longer = second.take_work(&named).await.unwrap().unwrap();
        assert_eq!(longer.attempt, 2);
    });
}

#[test]
fn l11_orders_are_hidden_from_other_accounts_and_from_who_may_not() {
    let world = hosts(World::new());
    let (dana, rival) = (world.who("dana"), world.who("rival"));
    run(async {
        let record = registered(&world, "/acme/prod", 1).await;
        let order = deletion(&dana, &record).await.unwrap().id;
        let beta = p::<Scope>("/beta");
        let absent = WorkOrderId::from_u128(0xabc);
        assert_eq!(rival.take_work(&take("/beta")).await.unwrap(), None);
        let all = rival
            .work_orders(&WorkQuery::new(beta.clone()), &most())
            .await;
        assert!(all.unwrap().items.is_empty());
        let told = async |id: WorkOrderId| {
            let mut named = take("/beta");
            named.order = Some(id);
            let report = ReportWork {
                attempt: 1,
                report: done(None),
            };
            let answers = [
                rival.work_order(id, &beta).await.map(|_| ()),
                rival.take_work(&named).await.map(|_| ()),
                rival.report_work(id, &beta, report).await.map(|_| ()),
                rival.cancel_work(id, &beta, None).await.map(|_| ()),
                rival.retry_work(id, &beta).await.map(|_| ()),
            ];
            answers.map(|answer| {
                let error = answer.unwrap_err();
                assert_eq!(error.kind(), ErrorKind::NotFound);
                error.to_string().replace(&id.to_string(), "ID")
            })
        };
        assert_eq!(told(order).await, told(absent).await);
        // A sibling environment does not see it, its account does.
        let dev = dana.work_order(order, &p("/acme/dev")).await.unwrap_err();
        assert_eq!(dev.kind(), ErrorKind::NotFound);
        assert!(dana.work_order(order, &p("/acme")).await.is_ok());
        // Who only looks takes nothing and orders nothing; who works calls nothing off.
        let olga = world.who("olga");
        assert!(olga.work_order(order, &p("/acme/prod")).await.is_ok());
        let denied = |error: Error| assert_eq!(error.kind(), ErrorKind::Denied, "{error}");
        denied(olga.take_work(&take("/acme/prod")).await.unwrap_err());
        denied(copy(&olga, &record, "aws/eu-west-2").await.unwrap_err());
        denied(deletion(&olga, &record).await.unwrap_err());
        denied(
            world
                .who("robot")
                .cancel_work(order, &p("/acme"), None)
                .await
                .unwrap_err(),
        );
        // A record that the scope does not see cannot be worked on from there.
        let asked = WorkRequest::Copy {
            to: p("aws/eu-west-2"),
        };
        let refused = dana.order_work(record.id(), &p("/acme/dev"), asked).await;
        let refused = refused.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::NotFound);
    });
}

#[test]
fn l11_work_is_called_off_and_tried_again() {
    let world = hosts(World::new());
    let (dana, robot, acme) = (world.who("dana"), world.who("robot"), p::<Scope>("/acme"));
    run(async {
        let record = registered(&world, "/acme", 1).await;
        let order = deletion(&dana, &record).await.unwrap().id;
        let taken = robot.take_work(&take("/acme")).await.unwrap().unwrap();
        let failed = WorkReport::Failed {
            reason: p("the image is in use"),
        };
        let failed = report(&taken, failed);
        robot.report_work(order, &acme, failed).await.unwrap();
        let queued = dana.retry_work(order, &acme).await.unwrap();
        assert_eq!((queued.state.as_str(), queued.attempt), ("queued", 1));
        let reason = Some(p("we keep it"));
        let cancelled = dana.cancel_work(order, &acme, reason).await.unwrap();
        assert_eq!(cancelled.state.as_str(), "cancelled");
        let again = dana.cancel_work(order, &acme, None).await.unwrap();
        assert_eq!(again, cancelled);
        let back = dana.image(record.id(), &acme).await.unwrap();
        assert_eq!(back, record, "what it was");
        assert_eq!(robot.take_work(&take("/acme")).await.unwrap(), None);
    });
}

fn server(state: ServerState) -> CloudServer {
    let mut server = CloudServer::new(p(EAST), p("i-1"), state);
    server.image_id = Some(ami(1));
    server
}

fn bundle() -> BundleImage {
    let mut asked = BundleImage::new(p("/acme/prod"), p(EAST), p("i-1"));
    asked.name = Some(p("bundled"));
    asked.template = Some(p("web@4"));
    asked.cleaned_with = Some(p("right_link>=5.8"));
    asked
}

#[test]
fn i14_a_bundle_is_pending_until_the_host_reports_and_active_then() {
    let world = hosts(World::new());
    let (robot, acme) = (world.who("robot"), p::<Scope>("/acme"));
    run(async {
        let base = registered(&world, "/acme", 1).await;
        let refused = robot.bundle(bundle(), None).await.unwrap_err();
        assert!(matches!(
            refused,
            Error::Bundle(BundleError::NotDescribed { .. })
        ));
        let stopped = Some(server(ServerState::Stopped));
        let refused = robot.bundle(bundle(), stopped).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::Conflict);
        let running = || Some(server(ServerState::Operational));
        let ordered = robot.bundle(bundle(), running()).await.unwrap();
        let order = ordered.order.id;
        assert_eq!(ordered.order.state.as_str(), "queued");
        let twice = robot.bundle(bundle(), running()).await.unwrap_err();
        assert!(matches!(
            twice,
            Error::Work(WorkError::AlreadyOrdered { .. })
        ));
        // It failed, and is tried again.
        let taken = robot.take_work(&take("/acme")).await.unwrap().unwrap();
        let failed = WorkReport::Failed {
            reason: p("no room"),
        };
        let failed = report(&taken, failed);
        let failed = robot.report_work(order, &acme, failed).await.unwrap();
        assert_eq!(
            (failed.order.state.as_str(), failed.registered),
            ("failed", None)
        );
        robot.retry_work(order, &acme).await.unwrap();
        let taken = robot.take_work(&take("/acme")).await.unwrap().unwrap();
        let made = report(&taken, done(Some(7)));
        let reported = robot.report_work(order, &acme, made.clone()).await.unwrap();
        let record = reported.registered.unwrap().record;
        assert_eq!(record.lifecycle().as_str(), "active");
        assert_eq!(
            (record.scope(), record.name()),
            (&p("/acme/prod"), "bundled")
        );
        assert_eq!((record.image_id(), record.os()), (&ami(7), base.os()));
        assert_eq!(record.verification(), Verification::Unverified);
        match record.origin() {
            Origin::Bundled {
                server,
                base: from,
                template,
                cleaned,
                ..
            } => {
                assert_eq!((server.as_str(), *from), ("i-1", Some(base.id())));
                assert_eq!(template.as_ref().unwrap().as_str(), "web@4");
                assert_eq!(cleaned.to_string(), "cleaned with list right_link>=5.8");
            }
            origin => panic!("{origin:?}"),
        }
        // The same report again makes no second record.
        let again = robot.report_work(order, &acme, made).await.unwrap();
        assert_eq!((again.order, again.registered), (reported.order, None));
        let kept = robot.image(record.id(), &p("/acme/prod")).await.unwrap();
        assert_eq!(kept, record);
    });
}

#[test]
fn i14_a_bundle_that_cannot_be_registered_stays_where_it_is() {
    let world = hosts(World::new());
    let (robot, acme) = (world.who("robot"), p::<Scope>("/acme"));
    run(async {
        registered(&world, "/acme", 1).await;
        let running = Some(server(ServerState::Operational));
        let order = robot.bundle(bundle(), running).await.unwrap().order.id;
        let taken = robot.take_work(&take("/acme")).await.unwrap().unwrap();
        // The id is that of an image that has a record.
        let wrong = report(&taken, done(Some(1)));
        let refused = robot.report_work(order, &acme, wrong).await.unwrap_err();
        assert!(matches!(
            refused,
            Error::Register(RegisterError::AlreadyRegistered(_))
        ));
        let still = robot.work_order(order, &acme).await.unwrap();
        assert_eq!(still, taken);
        let made = report(&taken, done(Some(7)));
        assert!(robot.report_work(order, &acme, made).await.is_ok());
    });
}

#[test]
fn i14_the_inventory_says_how_a_server_is() {
    let inventory = Watched::new(&format!(
        r#""{EAST}": {{"images": [{{"id": "{}"}}], "servers": [
            {{"id": "i-1", "state": "running", "image": "{}", "devices": [
              {{"name": "/dev/sda1", "kind": "root", "size_gb": 20}},
              {{"name": "/dev/sdb", "kind": "ephemeral"}}]}},
            {{"id": "i-2", "state": "pending"}}]}}"#,
        ami(1),
        ami(1)
    ));
    let world = hosts(world(&inventory));
    let robot = world.who("robot");
    run(async {
        registered(&world, "/acme", 1).await;
        // What the caller says of the server counts for nothing.
        let described = Some(server(ServerState::Stopped));
        let ordered = robot.bundle(bundle(), described).await.unwrap();
        let codes: Vec<_> = ordered.warnings.iter().map(Warning::code).collect();
        assert_eq!(codes, ["not-included", "large-bundle", "cleanup-misfit"]);
        let mut pending = bundle();
        pending.server = p("i-2");
        let refused = robot.bundle(pending, None).await.unwrap_err();
        assert!(matches!(
            refused,
            Error::Bundle(BundleError::NotOperational { .. })
        ));
        let mut gone = bundle();
        gone.server = p("i-3");
        let refused = robot.bundle(gone, None).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::NotFound);
    });
}

#[test]
fn l11_a_copy_is_registered_when_the_host_says_that_it_is_done() {
    let world = hosts(World::new());
    let (dana, robot, acme) = (world.who("dana"), world.who("robot"), p::<Scope>("/acme"));
    run(async {
        let record = registered(&world, "/acme", 1).await;
        let same = copy(&dana, &record, EAST).await.unwrap_err();
        assert!(matches!(same, Error::Copy(_)), "{same}");
        let order = copy(&dana, &record, "aws/eu-west-1").await.unwrap();
        let taken = robot.take_work(&take("/acme")).await.unwrap().unwrap();
        let told = report(&taken, done(Some(2)));
        let reported = robot.report_work(order.id, &acme, told.clone()).await;
        let reported = reported.unwrap();
        let made = reported.registered.unwrap().record;
        assert_eq!(reported.order.record(), Some(made.id()));
        assert_eq!(made.location(), &p("aws/eu-west-1"));
        assert_eq!(made.origin(), &Origin::Copied { from: record.id() });
        assert_eq!(made.scope(), record.scope());
        let again = robot.report_work(order.id, &acme, told).await.unwrap();
        assert_eq!(again.registered, None, "once");
    });
}

#[test]
fn l11_who_may_launch_is_changed_for_named_accounts() {
    let world = hosts(World::new());
    let (admin, acme) = (world.admin(), p::<Scope>("/acme"));
    run(async {
        let record = registered(&world, "/acme", 1).await;
        let share = async |add: &[&str], remove: &[&str]| {
            let accounts = |names: &[&str]| names.iter().map(|name| p(name)).collect();
            let asked = WorkRequest::Share {
                add: accounts(add),
                remove: accounts(remove),
            };
            admin.order_work(record.id(), &acme, asked).await
        };
        let nobody = share(&[], &[]).await.unwrap_err();
        assert!(matches!(nobody, Error::Work(WorkError::NobodyNamed)));
        let both = share(&["111111111111"], &["111111111111"]).await;
        let both = both.unwrap_err();
        assert!(matches!(
            both,
            Error::Work(WorkError::AddedAndRemoved { .. })
        ));
        let order = share(&["111111111111"], &["222222222222"]).await.unwrap();
        let WorkAction::Share { record: of, .. } = &order.action else {
            panic!("{order:?}");
        };
        assert_eq!(*of, record.id());
    });
}

#[test]
fn i14_bundling_takes_its_own_right() {
    let world = hosts(World::new());
    run(async {
        registered(&world, "/acme", 1).await;
        for who in ["olga", "dana", "rival"] {
            let running = Some(server(ServerState::Operational));
            let refused = world.who(who).bundle(bundle(), running).await.unwrap_err();
            assert_eq!(refused.kind(), ErrorKind::Denied, "{who}");
        }
    });
}

#[test]
fn i09_ancestors_are_followed_as_far_as_they_are_seen() {
    let world = hosts(World::new());
    let (robot, prod) = (world.who("robot"), p::<Scope>("/acme/prod"));
    run(async {
        let mut hidden = image("/acme", EAST, 1);
        hidden.shared = Some(false);
        let base = world.admin().register_image(hidden).await.unwrap().record;
        let mut chain = vec![base.id()];
        // Each is made of a server that was launched from the one before.
        for number in 2..=3 {
            let mut asked = BundleImage::new(p("/acme"), p(EAST), p("i-1"));
            asked.shared = Some(true);
            let mut server = server(ServerState::Operational);
            server.image_id = Some(ami(number - 1));
            let order = robot.bundle(asked, Some(server)).await.unwrap().order.id;
            let taken = robot.take_work(&take("/acme")).await.unwrap().unwrap();
            let made = report(&taken, done(Some(number)));
            let reported = robot.report_work(order, &p("/acme"), made).await.unwrap();
            chain.push(reported.registered.unwrap().record.id());
        }
        let found = async |from: &Scope| {
            let found = robot.ancestors(chain[2], from).await.unwrap();
            found.iter().map(ImageRecord::id).collect::<Vec<_>>()
        };
        assert_eq!(found(&p("/acme")).await, [chain[1], chain[0]]);
        assert_eq!(found(&prod).await, [chain[1]], "the first is not shared");
        let refused = robot.ancestors(chain[0], &prod).await.unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::NotFound);
    });
}

#[test]
fn l03_calling_off_an_order_again_leaves_a_newer_one_alone() {
    let world = hosts(World::new());
    let (dana, robot, acme) = (world.who("dana"), world.who("robot"), p::<Scope>("/acme"));
    run(async {
        let record = registered(&world, "/acme", 1).await;
        let first = deletion(&dana, &record).await.unwrap();
        let called_off = dana.cancel_work(first.id, &acme, None).await.unwrap();
        let second = deletion(&dana, &record).await.unwrap();
        robot.take_work(&take("/acme")).await.unwrap().unwrap();
        let again = dana.cancel_work(first.id, &acme, None).await.unwrap();
        assert_eq!(again, called_off);
        let now = dana.image(record.id(), &acme).await.unwrap();
        assert_eq!(now.lifecycle().as_str(), "pending-delete");
        let order = dana.work_order(second.id, &acme).await.unwrap();
        assert_eq!(order.state.as_str(), "taken");
    });
}

#[test]
fn l03_what_came_to_use_an_image_ends_the_order_to_delete_it() {
    let world = hosts(World::new());
    let (dana, robot, acme) = (world.who("dana"), world.who("robot"), p::<Scope>("/acme"));
    run(async {
        let (first, second) = (
            registered(&world, "/acme/prod", 1).await,
            registered(&world, "/acme/prod", 2).await,
        );
        let order = deletion(&dana, &first).await.unwrap();
        let next = deletion(&dana, &second).await.unwrap();
        // Another branch may hold the same image, and does so now.
        registered(&world, "/acme/dev", 1).await;
        let taken = robot.take_work(&take("/acme")).await.unwrap().unwrap();
        assert_eq!(taken.id, next.id, "the next one that can be done");
        let ended = dana.work_order(order.id, &acme).await.unwrap();
        assert_eq!(ended.state.as_str(), "failed");
        let kept = dana.image(first.id(), &p("/acme/prod")).await.unwrap();
        assert_eq!(kept.lifecycle().as_str(), "delete-failed");
        let mut named = take("/acme");
        named.order = Some(order.id);
        let again = robot.take_work(&named).await.unwrap_err();
        assert!(
            matches!(again, Error::Work(WorkError::Ended { .. })),
            "{again}"
        );
    });
}

#[test]
fn l11_a_copy_goes_to_the_scope_that_ordered_it_whatever_became_of_its_source() {
    let world = hosts(World::new());
    let (admin, dana, robot) = (world.admin(), world.who("dana"), world.who("robot"));
    run(async {
        let (prod, acme) = (p::<Scope>("/acme/prod"), p::<Scope>("/acme"));
        for (number, purge) in [(1, false), (2, true)] {
            let record = registered(&world, "/acme/prod", number).await;
            let order = copy(&dana, &record, "aws/eu-west-1").await.unwrap();
            let mut named = take("/acme");
            named.order = Some(order.id);
            let taken = robot.take_work(&named).await.unwrap().unwrap();
            if purge {
                let keep = Retention::default();
                let gone = admin.delete_image(record.id(), &prod, None, keep, false);
                gone.await.unwrap();
                admin.purge(record.id(), &prod, true).await.unwrap();
            } else {
                let lifted = admin.promote_image(record.id(), &prod, None).await;
                assert_eq!(lifted.unwrap().scope(), &acme);
            }
            let told = report(&taken, done(Some(10 + number)));
            let reported = robot.report_work(order.id, &acme, told).await.unwrap();
            assert!(reported.order.is_done());
            let made = reported.registered.map(|made| made.record.scope().clone());
            assert_eq!(made, (!purge).then(|| prod.clone()));
        }
    });
}

#[test]
fn s02_what_the_scope_beside_has_ordered_is_no_matter() {
    let world = hosts(World::new());
    let admin = world.admin();
    run(async {
        for scope in ["/acme/dev", "/acme/prod"] {
            let record = registered(&world, scope, 1).await;
            copy(&admin, &record, "aws/eu-west-1").await.unwrap();
            let again = copy(&admin, &record, "aws/eu-west-1").await.unwrap_err();
            assert!(matches!(
                again,
                Error::Work(WorkError::AlreadyOrdered { .. })
            ));
        }
    });
}
