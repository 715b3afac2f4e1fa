//! Who alone may migrate.

use crate::boats::{Hands, Hooked, TERM, context, launch, migrate, settled};
use atlas_base::Timestamp;
use atlas_store::{
    Lease, LeaseError, MemoryStore, MigrateError, Migration, RetryPolicy, Store as _, StoreError,
};
use pollster::block_on as run;
use proptest::prelude::*;
use std::{sync::Arc, time::Duration};

fn at(seconds: i64) -> Timestamp {
    Timestamp::from_micros(seconds * 1_000_000).unwrap()
}

#[test]
fn a_lease_is_free_again_when_its_term_is_over() {
    let first = Lease::acquire(None, "first", at(0), TERM).unwrap();
    assert_eq!((first.holder(), first.until()), ("first", at(30)));
    let held = LeaseError::Held {
        holder: "first".into(),
        until: at(30),
    };
    assert_eq!(
        Lease::acquire(Some(&first), "second", at(29), TERM),
        Err(held)
    );
    let second = Lease::acquire(Some(&first), "second", at(30), TERM).unwrap();
    assert_eq!((second.holder(), second.until()), ("second", at(60)));
    // Whoever has it may ask again, and renew it as long as nobody took it.
    Lease::acquire(Some(&first), "first", at(5), TERM).unwrap();
    let renewed = Lease::renew(Some(&first), "first", at(40), TERM).unwrap();
    assert_eq!(renewed.until(), at(70));
    for (found, holder) in [(Some(&second), Some("second".to_owned())), (None, None)] {
        let lost = Err(LeaseError::Lost { holder });
        assert_eq!(Lease::renew(found, "first", at(40), TERM), lost);
        assert!(!Lease::may_release(found, "first"));
    }
    assert!(Lease::may_release(Some(&first), "first"));
}

#[test]
fn a_term_beyond_the_end_of_time_is_none() {
    let lease = Lease::acquire(None, "first", at(7), Duration::MAX).unwrap();
    assert_eq!(lease.until(), at(7));
}

proptest! {
    #[test]
    fn two_never_hold_a_lease_at_once(
        asks in proptest::collection::vec((0..3_usize, 0..20_i64, any::<bool>()), 1..40),
    ) {
        let mut now = 0;
        let mut stored: Option<Lease> = None;
        for (who, later, renews) in asks {
            now += later;
            let name = ["a", "b", "c"][who];
            let asked = if renews {
                Lease::renew(stored.as_ref(), name, at(now), TERM)
            } else {
                Lease::acquire(stored.as_ref(), name, at(now), TERM)
            };
            if let Ok(lease) = asked {
                if let Some(before) = &stored {
                    prop_assert!(before.holder() == name || before.until() <= at(now));
                }
                prop_assert_eq!(lease.until(), at(now + 30));
                stored = Some(lease);
            }
        }
    }
}

#[test]
fn only_one_migrates_and_a_lost_lease_stops_the_next_commit() {
    let store = MemoryStore::new();
    run(launch(&store, 20));
    let hands = Hands::default();
    let now = || hands.now();
    let policy = RetryPolicy::new(2);
    let first = run(Migration::begin(context(&store, &policy, &now, "first"))).unwrap();
    let second = run(Migration::begin(context(&store, &policy, &now, "second")));
    assert!(
        matches!(&second, Err(MigrateError::Lease(LeaseError::Held { holder, .. })) if holder == "first"),
        "{second:?}"
    );
    hands.forward(31);
    let second = run(Migration::begin(context(&store, &policy, &now, "second"))).unwrap();
    let lost = run(first.run(&|_| {})).unwrap_err();
    assert!(
        matches!(&lost, MigrateError::Lease(LeaseError::Lost { holder: Some(holder) }) if holder == "second"),
        "{lost}"
    );
    // Giving back what is no longer one's own gives back nothing.
    run(first.end()).unwrap();
    run(second.run(&|_| {})).unwrap();
    run(second.end()).unwrap();
    run(settled(&store));
    let third = run(Migration::begin(context(&store, &policy, &now, "third"))).unwrap();
    run(third.end()).unwrap();
}

#[test]
fn a_lease_that_is_taken_between_two_commits_is_lost_at_the_second() {
    let store = MemoryStore::limited();
    run(launch(&store, 200));
    let (beneath, hands) = (store.clone(), Arc::new(Hands::default()));
    let others = Arc::clone(&hands);
    let hooked = Hooked::new(&store, move |count| {
        if count == 6 {
            // This attempt has read the lease already: it conflicts, reads again, and is refused.
            others.forward(60);
            let (policy, now) = (RetryPolicy::new(9), || others.now());
            run(Migration::begin(context(&beneath, &policy, &now, "other"))).unwrap();
        }
        true
    });
    let (policy, now) = (RetryPolicy::new(2), || hands.now());
    let migration = run(Migration::begin(context(&hooked, &policy, &now, "one"))).unwrap();
    let lost = run(migration.run(&|_| {})).unwrap_err();
    assert!(
        matches!(&lost, MigrateError::Lease(LeaseError::Lost { holder: Some(holder) }) if holder == "other"),
        "{lost}"
    );
    // Whoever has the store for himself need not wait for the term to end.
    run(migrate(&store, 3, &|_| {})).unwrap();
    run(settled(&store));
}

#[test]
fn a_lease_is_renewed_while_commits_are_made() {
    let store = MemoryStore::limited();
    run(launch(&store, 200));
    let (beneath, hands) = (store.clone(), Arc::new(Hands::default()));
    let others = Arc::clone(&hands);
    let hooked = Hooked::new(&store, move |count| {
        if count > 0 {
            others.forward(5);
            let (policy, now) = (RetryPolicy::new(9 + count as u128), || others.now());
            let other = run(Migration::begin(context(&beneath, &policy, &now, "other")));
            assert!(other.is_err(), "commit {count}");
        }
        true
    });
    let (policy, now) = (RetryPolicy::new(2), || hands.now());
    let migration = run(Migration::begin(context(&hooked, &policy, &now, "one"))).unwrap();
    run(migration.run(&|_| {})).unwrap();
    assert!(hands.now() > at(60));
    run(migration.end()).unwrap();
}

#[test]
fn a_store_that_fails_is_no_lost_lease() {
    let mut capability = MemoryStore::new().capability().clone();
    capability.max_operations = Some(0);
    let store = MemoryStore::new().with_capability(capability);
    let (policy, now) = (RetryPolicy::new(2), || at(0));
    let failed = run(Migration::begin(context(&store, &policy, &now, "one"))).unwrap_err();
    assert!(
        matches!(failed, MigrateError::Store(StoreError::TooLarge { .. })),
        "{failed}"
    );
}
