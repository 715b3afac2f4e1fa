//! The audit trail: asked for by record, person and time, and followed.

use crate::support::{World, image, most, p, run};
use cloud_atlas::{
    AuditEvent, ErrorKind, EventQuery, Paging,
    scope::{Permission, Role, Scope},
    store::FeedPosition,
};

const EAST: &str = "aws/us-east-1";

fn actions(events: &[AuditEvent]) -> Vec<Permission> {
    events.iter().map(|event| event.action).collect()
}

#[test]
fn i08_events_are_found_by_record_by_person_and_by_time() {
    let world = World::new();
    run(async {
        let dana = world.who("dana");
        let made = |at| dana.register_image(image("/acme/prod", EAST, at));
        let first = made(1).await.unwrap().record;
        world.clock.advance_secs(60);
        let later = made(2).await.unwrap().record;
        let at = first.scope().clone();
        let all = [p("all")];
        let admin = world.admin();
        admin
            .add_launch_permissions(first.id(), &all, &at)
            .await
            .unwrap();
        let ask = |scope: &str, set: &dyn Fn(&mut EventQuery)| {
            let mut query = EventQuery::new(p(scope));
            set(&mut query);
            let dana = dana.clone();
            async move { dana.find_events(&query, &most()).await.unwrap().items }
        };
        for scope in ["/acme", "/acme/prod"] {
            let of = ask(scope, &|query| query.record = Some(first.id().to_string())).await;
            let expected = [Permission::ImageLaunchPermission, Permission::ImageRegister];
            assert_eq!(actions(&of), expected, "newest first");
            assert_eq!(of[0].after.as_deref(), Some("all"));
            let by = ask(scope, &|query| query.by = Some(p("dana"))).await;
            assert_eq!(by.len(), 2);
            let both = ask(scope, &|query| {
                query.record = Some(first.id().to_string());
                query.by = Some(p("dana"));
            });
            assert_eq!(actions(&both.await), [Permission::ImageRegister]);
            let now = later.created();
            let since = ask(scope, &|query| query.since = Some(now)).await;
            assert_eq!(since.len(), 2);
            let until = ask(scope, &|query| {
                query.until = Some(now);
                query.by = Some(p("dana"));
            });
            assert_eq!(until.await.len(), 1);
        }
        let elsewhere = ask("/acme/dev", &|query| {
            query.record = Some(first.id().to_string());
        });
        assert_eq!(elsewhere.await, []);
        // Page by page it is the same.
        let mut query = EventQuery::new(p("/acme"));
        query.by = Some(p("dana"));
        let one = dana.find_events(&query, &Paging::of(1)).await.unwrap();
        let two = dana
            .find_events(&query, &one.following().unwrap())
            .await
            .unwrap();
        assert_eq!((one.items.len(), two.items.len(), two.next), (1, 1, None));
    });
}

#[test]
fn i08_a_follower_sees_every_event_once_and_in_order() {
    let world = World::new();
    run(async {
        let (admin, dana) = (world.admin(), world.who("dana"));
        let query = EventQuery::new(p("/acme/prod"));
        let mut at = dana.events_head(&query.scope).await.unwrap();
        let before = at;
        for number in 0..5 {
            let scope = if number % 2 == 0 {
                "/acme/prod"
            } else {
                "/acme/dev"
            };
            dana.register_image(image(scope, EAST, number))
                .await
                .unwrap();
            let (events, later) = dana.events_after(&query, at).await.unwrap();
            assert_eq!(events.len(), usize::from(number % 2 == 0));
            assert!(later > at);
            at = later;
        }
        let (none, same) = dana.events_after(&query, at).await.unwrap();
        assert_eq!((none.len(), same), (0, at));
        // From the position before, they come again, as the list has them.
        let (mut events, _) = dana.events_after(&query, before).await.unwrap();
        events.reverse();
        let list = dana
            .events(&query.scope, &Paging::of(3))
            .await
            .unwrap()
            .items;
        assert_eq!(events, list);
        // Who may no longer look is told so.
        admin
            .revoke(&p("dana"), &Role::DESIGNER, &p("/acme"))
            .await
            .unwrap();
        let error = dana.events_after(&query, at).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Denied);
    });
}

#[test]
fn i08_a_waiting_follower_is_woken_by_what_is_written() {
    let world = World::new();
    let dana = world.who("dana");
    let scope = p::<Scope>("/acme");
    let at = run(dana.events_head(&scope)).unwrap();
    let follower = {
        let (dana, scope) = (dana.clone(), scope.clone());
        std::thread::spawn(move || {
            let query = EventQuery::new(scope);
            loop {
                run(dana.events_wait(&query.scope, at)).unwrap();
                let (events, _) = run(dana.events_after(&query, at)).unwrap();
                if !events.is_empty() {
                    return events;
                }
            }
        })
    };
    run(dana.register_image(image("/acme", EAST, 1))).unwrap();
    let events = follower.join().unwrap();
    assert_eq!(actions(&events), [Permission::ImageRegister]);
    assert!(at > FeedPosition::START);
    // Whether something is written where somebody may not look is not hers to know either.
    let bert = world.who("bert");
    for hidden in ["/acme", "/absent"] {
        let refused = run(bert.events_wait(&p(hidden), FeedPosition::START));
        assert!(refused.is_err(), "{hidden}");
    }
}
