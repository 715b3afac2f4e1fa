//! Transactions against a model: a map.

use crate::support::{acme, key, memory, space, texts, write};
use atlas_store::{
    Capability, CommitToken, FeedPosition, Footprint, Key, KeyRange, Page, RetryPolicy, Store,
    StoreError, Tx,
};
use pollster::block_on;
use proptest::{collection::vec, prelude::*};
use std::collections::BTreeMap;

#[derive(Debug, Clone)]
enum Step {
    Put(String, u8),
    Delete(String),
    Get(Vec<String>),
    Range {
        from: String,
        to: String,
        limit: usize,
        reverse: bool,
    },
}

fn name() -> impl Strategy<Value = String> {
    "[a-e]{1,2}"
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        (name(), any::<u8>()).prop_map(|(name, value)| Step::Put(name, value)),
        name().prop_map(Step::Delete),
        vec(name(), 0..4).prop_map(Step::Get),
        (name(), name(), 0_usize..5, any::<bool>()).prop_map(|(from, to, limit, reverse)| {
            Step::Range {
                from,
                to,
                limit,
                reverse,
            }
        }),
    ]
}

proptest! {
    #[test]
    fn a_transaction_sees_its_snapshot_under_its_writes(
        before in proptest::collection::btree_map(name(), any::<u8>(), 0..12),
        steps in vec(step(), 0..24),
    ) {
        block_on(async {
            let (store, _) = memory();
            let setup = Tx::begin(&store).await.unwrap();
            for (name, value) in &before {
                setup.put(key(name), [*value]).unwrap();
            }
            setup.commit(CommitToken::from_u128(1)).await.unwrap();
            let mut model: BTreeMap<Key, u8> =
                before.iter().map(|(name, value)| (key(name), *value)).collect();
            let tx = Tx::begin(&store).await.unwrap();
            for step in steps {
                match step {
                    Step::Put(name, value) => {
                        tx.put(key(&name), [value]).unwrap();
                        model.insert(key(&name), value);
                    }
                    Step::Delete(name) => {
                        tx.delete(key(&name)).unwrap();
                        model.remove(&key(&name));
                    }
                    Step::Get(names) => {
                        let keys: Vec<_> = names.iter().map(|name| key(name)).collect();
                        let found = tx.get_many(&keys).await.unwrap();
                        let found: Vec<_> = found.into_iter().map(|value| value.map(|v| v[0])).collect();
                        let expected: Vec<_> = keys.iter().map(|key| model.get(key).copied()).collect();
                        prop_assert_eq!(found, expected);
                    }
                    Step::Range { from, to, limit, reverse } => {
                        let range = KeyRange::new(key(&from).as_str(), key(&to).as_str());
                        let page = Page { limit, reverse };
                        let rows = tx.range(&range, page).await.unwrap();
                        let found: Vec<_> = rows.entries.iter().map(|(key, value)| (key.clone(), value[0])).collect();
                        let mut all: Vec<_> = model.iter().filter(|(key, _)| range.contains(key)).map(|(key, value)| (key.clone(), *value)).collect();
                        if reverse { all.reverse(); }
                        let rest = all.split_off(limit.min(all.len()));
                        prop_assert_eq!(found, all);
                        match rows.next {
                            None => prop_assert!(rest.is_empty()),
                            Some(next) => prop_assert!(rest.iter().all(|(key, _)| next.contains(key))),
                        }
                    }
                }
            }
            tx.commit(CommitToken::from_u128(2)).await.unwrap();
            let rows = Tx::begin(&store).await.unwrap().range(&space(), Page::first(999)).await.unwrap();
            let stored: BTreeMap<Key, u8> = rows.entries.into_iter().map(|(key, value)| (key, value[0])).collect();
            prop_assert_eq!(stored, model);
            Ok(())
        })?;
    }

    /// A lap weighs what a transaction of its own would, after all before it was committed; and the
    /// engine counts the same.
    #[test]
    fn a_lap_weighs_what_a_transaction_of_its_own_would(
        first in vec(step(), 0..12),
        second in vec(step(), 0..12),
    ) {
        block_on(async {
            // What a page reads depends on what lies where; whole ranges do not.
            let take = async |tx: &Tx, steps: &[Step]| {
                for step in steps {
                    match step {
                        Step::Put(name, value) => tx.put(key(name), vec![*value; 9]).unwrap(),
                        Step::Delete(name) => tx.delete(key(name)).unwrap(),
                        Step::Get(names) => {
                            let keys: Vec<_> = names.iter().map(|name| key(name)).collect();
                            tx.get_many(&keys).await.unwrap();
                        }
                        Step::Range { from, to, reverse, .. } => {
                            let range = KeyRange::new(key(from).as_str(), key(to).as_str());
                            let page = Page { limit: usize::MAX, reverse: *reverse };
                            tx.range(&range, page).await.unwrap();
                        }
                    }
                }
            };
            let (store, _) = memory();
            let long = Tx::begin(&store).await.unwrap();
            take(&long, &first).await;
            let whole = long.weight();
            long.lap();
            prop_assert_eq!(long.weight(), Footprint::default());
            take(&long, &second).await;
            let tx = Tx::begin(&store).await.unwrap();
            take(&tx, &first).await;
            prop_assert_eq!(tx.weight(), whole);
            tx.commit(CommitToken::from_u128(1)).await.unwrap();
            let tx = Tx::begin(&store).await.unwrap();
            take(&tx, &second).await;
            prop_assert_eq!(long.weight(), tx.weight());
            // A limit that is one too low refuses, and that which is met does not.
            let operations = tx.weight().operations();
            let written = !tx.is_read_only();
            let mut capability = Capability::new("small");
            capability.max_operations = Some(operations);
            prop_assert!(capability.admits(&tx.weight()).is_ok());
            capability.max_operations = Some(operations.saturating_sub(1));
            prop_assert_eq!(capability.admits(&tx.weight()).is_err(), operations > 0);
            if written {
                let exact = store.clone().with_capability(capability);
                let again = Tx::begin(&exact).await.unwrap();
                take(&again, &second).await;
                let refused = again.commit(CommitToken::from_u128(2)).await;
                let too_large = matches!(refused, Err(StoreError::TooLarge { .. }));
                prop_assert!(too_large);
            }
            Ok(())
        })?;
    }

    /// Whatever a transaction pages through and whatever another changes meanwhile: the commit
    /// fails exactly if the change lies in what was seen.
    #[test]
    fn a_page_conflicts_within_what_it_saw_and_nowhere_else(
        before in proptest::collection::btree_set(name(), 0..10),
        own in vec((name(), any::<bool>()), 0..3),
        pages in 0_usize..4,
        limit in 1_usize..4,
        reverse in any::<bool>(),
        changed in name(),
        put in any::<bool>(),
    ) {
        block_on(async {
            let (store, _) = memory();
            let policy = RetryPolicy::new(1);
            let names: Vec<_> = before.iter().map(|name| (name.as_str(), Some("x"))).collect();
            write(&store, &policy, &names).await;
            let tx = Tx::begin(&store).await.unwrap();
            tx.put(Key::builder(&acme(), "other").build().unwrap(), *b"x").unwrap();
            for (name, put) in &own {
                if *put { tx.put(key(name), *b"y").unwrap() } else { tx.delete(key(name)).unwrap() }
            }
            let mut rest = Some(space());
            for _ in 0..pages {
                let Some(range) = rest.take() else { break };
                rest = tx.range(&range, Page { limit, reverse }).await.unwrap().next;
            }
            let seen = if pages == 0 { KeyRange::new("", "") } else { space().without(rest.as_ref(), reverse) };
            write(&store, &policy, &[(&changed, put.then_some("z"))]).await;
            let outcome = tx.commit(CommitToken::from_u128(2)).await;
            prop_assert_eq!(matches!(outcome, Err(StoreError::Conflict)), seen.contains(&key(&changed)));
            Ok(())
        })?;
    }
}

#[test]
fn handles_share_one_transaction_and_end_together() {
    block_on(async {
        let (store, _) = memory();
        let tx = Tx::begin(&store).await.unwrap();
        let clone = tx.clone();
        clone.put(key("a"), *b"1").unwrap();
        assert!(!tx.is_read_only());
        assert_eq!(
            tx.get(&key("a")).await.unwrap().as_deref(),
            Some(b"1".as_slice())
        );
        tx.commit(CommitToken::from_u128(1)).await.unwrap();
        assert!(matches!(
            clone.get(&key("a")).await,
            Err(StoreError::Closed)
        ));
        assert!(matches!(
            clone.put(key("a"), *b"2"),
            Err(StoreError::Closed)
        ));
        assert!(matches!(
            clone.commit(CommitToken::from_u128(2)).await,
            Err(StoreError::Closed)
        ));
    });
}

#[test]
fn a_blind_write_conflicts_with_nothing() {
    block_on(async {
        let (store, _) = memory();
        let tx = Tx::begin(&store).await.unwrap();
        tx.put(key("a"), *b"1").unwrap();
        assert_eq!(
            tx.get(&key("a")).await.unwrap().as_deref(),
            Some(b"1".as_slice())
        );
        write(&store, &RetryPolicy::new(1), &[("a", Some("2"))]).await;
        assert!(tx.commit(CommitToken::from_u128(1)).await.is_ok());
    });
}

#[test]
fn reading_only_costs_no_commit() {
    block_on(async {
        let (store, _) = memory();
        let tx = Tx::begin(&store).await.unwrap();
        tx.range(&space(), Page::first(5)).await.unwrap();
        write(&store, &RetryPolicy::new(1), &[("a", Some("2"))]).await;
        // It read what has changed since, but it was a consistent point all the same.
        assert_eq!(tx.commit(CommitToken::from_u128(1)).await.unwrap(), None);
        let head = store
            .feed(&acme(), FeedPosition::START, 0)
            .await
            .unwrap()
            .head;
        assert_eq!(head.as_u64(), 1);
    });
}

#[test]
fn pages_go_forth_and_back() {
    block_on(async {
        let (store, _) = memory();
        let names = ["a", "b", "c", "d"].map(|name| (name, Some("x")));
        write(&store, &RetryPolicy::new(1), &names).await;
        let tx = Tx::begin(&store).await.unwrap();
        let first = tx.range(&space(), Page::first(3)).await.unwrap();
        assert_eq!(texts(&first.entries), ["a", "b", "c"]);
        let second = tx
            .range(&first.next.unwrap(), Page::first(3))
            .await
            .unwrap();
        assert_eq!(
            (texts(&second.entries), second.next),
            (vec!["d".to_owned()], None)
        );
        let last = tx.range(&space(), Page::last(3)).await.unwrap();
        assert_eq!(texts(&last.entries), ["d", "c", "b"]);
        let before = tx.range(&last.next.unwrap(), Page::last(3)).await.unwrap();
        assert_eq!(
            (texts(&before.entries), before.next),
            (vec!["a".to_owned()], None)
        );
    });
}

#[test]
fn what_never_changes_is_read_without_weight_and_what_is_missing_is_noted() {
    block_on(async {
        let (store, _) = memory();
        let setup = Tx::begin(&store).await.unwrap();
        setup.put(key("there"), *b"1").unwrap();
        setup.commit(CommitToken::from_u128(1)).await.unwrap();
        let keys = [key("there"), key("missing"), key("own")];
        for lap in [false, true] {
            let tx = Tx::begin(&store).await.unwrap();
            tx.put(key("own"), *b"2").unwrap();
            if lap {
                tx.lap();
            }
            let found = tx.get_fixed(&keys).await.unwrap();
            assert_eq!(found, tx.get_fixed(&keys).await.unwrap());
            let bytes: Vec<_> = found.iter().map(|value| value.as_deref()).collect();
            assert_eq!(bytes, [Some(&b"1"[..]), None, Some(b"2")]);
            assert_eq!(tx.weight().reads, 1);
        }
        // Whoever writes what was missing crosses it.
        let tx = Tx::begin(&store).await.unwrap();
        tx.get_fixed(&keys).await.unwrap();
        tx.put(key("own"), *b"3").unwrap();
        let other = Tx::begin(&store).await.unwrap();
        other.put(key("missing"), *b"4").unwrap();
        other.commit(CommitToken::from_u128(2)).await.unwrap();
        let crossed = tx.commit(CommitToken::from_u128(3)).await.unwrap_err();
        assert!(matches!(crossed, StoreError::Conflict), "{crossed}");
    });
}
