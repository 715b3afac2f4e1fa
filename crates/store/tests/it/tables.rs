//! Records, indexes and queries.

use crate::support::{SHIPS, Ship, acme, memory, ship};
use atlas_base::canonical;
use atlas_store::{
    Key, MemoryStore, Page, Part, Parts, Query, Record, RecordError, RetryPolicy, Store,
    StoreError, Table, Tx, UpgradeError, Within, transact,
};
use pollster::block_on;
use proptest::{collection::vec, prelude::*};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

async fn put(store: &MemoryStore, id: u64, ship: &Ship) -> Result<(), RecordError> {
    let run = |tx: Tx| async move { SHIPS.put(&tx, &acme(), id, ship).await };
    transact(store, &RetryPolicy::new(u128::from(id) << 64 | next()), run)
        .await
        .map(drop)
}

/// A seed that no other call has.
fn next() -> u128 {
    use std::sync::atomic::{AtomicU64, Ordering};
    static NEXT: AtomicU64 = AtomicU64::new(0);
    u128::from(NEXT.fetch_add(1, Ordering::Relaxed))
}

async fn commit(tx: Tx) {
    tx.commit(RetryPolicy::new(next()).token()).await.unwrap();
}

#[test]
fn values_are_readable_and_always_the_same() {
    block_on(async {
        let (store, _) = memory();
        put(&store, 7, &ship("Argo", "Iolcus", 1)).await.unwrap();
        let snapshot = store.snapshot().await.unwrap();
        let slice = snapshot
            .range(&atlas_store::KeyRange::all(), Page::first(9))
            .await
            .unwrap();
        let lines: Vec<_> = slice
            .entries
            .iter()
            .map(|(key, entry)| format!("{key} = {}", std::str::from_utf8(&entry.value).unwrap()))
            .collect();
        insta::assert_snapshot!(lines.join("\n"), @r#"
        acme ship a7 = {"c":"8bb3a9fa1a542786","s":1,"v":{"flags":[],"masts":1,"name":"Argo","port":"Iolcus"}}
        acme ship.name Argo = {"c":"ff141007709ce1e6","s":1,"v":"acme ship a7"}
        acme ship.port Iolcus a1 a7 = {"c":"5332113a354bc4a4","s":1,"v":"acme ship a7"}
        "#);
    });
}

#[test]
fn indexes_follow_their_records() {
    block_on(async {
        let (store, _) = memory();
        put(&store, 1, &ship("Argo", "Iolcus", 1)).await.unwrap();
        put(&store, 2, &ship("Beagle", "Plymouth", 3))
            .await
            .unwrap();
        let taken = put(&store, 3, &ship("Argo", "Athens", 1)).await;
        let holder = SHIPS.key(&acme(), 1).unwrap();
        assert!(
            matches!(&taken, Err(RecordError::Taken { index: "name", holder: h }) if *h == holder),
            "{taken:?}"
        );
        put(&store, 1, &ship("Argo II", "Plymouth", 1))
            .await
            .unwrap();
        put(&store, 3, &ship("Argo", "Athens", 1)).await.unwrap();
        let tx = Tx::begin(&store).await.unwrap();
        let found = SHIPS
            .find(&tx, &acme(), "name", "Argo")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (
                found.key.parts().next().unwrap().as_u64(),
                found.record.port.as_str()
            ),
            (Some(3), "Athens")
        );
        assert!(
            SHIPS
                .find(&tx, &acme(), "name", "Nautilus")
                .await
                .unwrap()
                .is_none()
        );
        let places = ["Nautilus", "Argo", "Beagle", "Argo"];
        let places = places.map(|name| (acme(), Parts::from(name)));
        let many = SHIPS.find_many(&tx, "name", places).await.unwrap();
        let names: Vec<_> = many
            .iter()
            .map(|found| found.as_ref().map(|found| found.record.name.as_str()))
            .collect();
        assert_eq!(names, [None, Some("Argo"), Some("Beagle"), Some("Argo")]);
        assert!(SHIPS.find_many(&tx, "port", []).await.is_err());
        let plymouth = SHIPS
            .query(&tx, &Query::all(&acme()).index("port").prefix("Plymouth"))
            .await
            .unwrap();
        let names: Vec<_> = plymouth
            .found
            .iter()
            .map(|found| found.record.name.as_str())
            .collect();
        assert_eq!(names, ["Argo II", "Beagle"]);
        assert_eq!(plymouth.next, None);
        let gone = SHIPS.delete(&tx, &acme(), 1).await.unwrap();
        assert_eq!(gone.unwrap().name, "Argo II");
        assert_eq!(SHIPS.delete(&tx, &acme(), 1).await.unwrap(), None);
        assert!(
            SHIPS
                .find(&tx, &acme(), "name", "Argo II")
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(
            SHIPS
                .get_many(&tx, &acme(), [1, 2_u64])
                .await
                .unwrap()
                .iter()
                .flatten()
                .count(),
            1
        );
        for id in [2_u64, 3] {
            SHIPS.delete(&tx, &acme(), id).await.unwrap();
        }
        commit(tx).await;
        let snapshot = store.snapshot().await.unwrap();
        let rest = snapshot
            .range(&atlas_store::KeyRange::all(), Page::first(9))
            .await
            .unwrap();
        assert_eq!(rest.entries, []);
    });
}

#[test]
fn insert_never_replaces() {
    block_on(async {
        let (store, _) = memory();
        let tx = Tx::begin(&store).await.unwrap();
        SHIPS
            .insert(&tx, &acme(), 1, &ship("Argo", "Iolcus", 1))
            .await
            .unwrap();
        let again = SHIPS
            .insert(&tx, &acme(), 1, &ship("Other", "Iolcus", 1))
            .await;
        assert!(matches!(again, Err(RecordError::Exists { .. })));
        assert_eq!(
            SHIPS.get(&tx, &acme(), 1).await.unwrap().unwrap().name,
            "Argo"
        );
    });
}

#[test]
fn putting_what_is_there_writes_nothing() {
    block_on(async {
        let (store, _) = memory();
        put(&store, 1, &ship("Argo", "Iolcus", 1)).await.unwrap();
        let tx = Tx::begin(&store).await.unwrap();
        SHIPS
            .put(&tx, &acme(), 1, &ship("Argo", "Iolcus", 1))
            .await
            .unwrap();
        assert!(tx.is_read_only());
    });
}

#[test]
fn two_who_take_one_name_at_once_conflict() {
    block_on(async {
        let (store, _) = memory();
        let (left, right) = (
            Tx::begin(&store).await.unwrap(),
            Tx::begin(&store).await.unwrap(),
        );
        SHIPS
            .put(&left, &acme(), 1, &ship("Argo", "a", 1))
            .await
            .unwrap();
        SHIPS
            .put(&right, &acme(), 2, &ship("Argo", "b", 1))
            .await
            .unwrap();
        commit(left).await;
        let lost = right.commit(RetryPolicy::new(next()).token()).await;
        assert!(matches!(lost, Err(StoreError::Conflict)));
    });
}

#[test]
fn long_texts_are_found_by_all_of_them() {
    block_on(async {
        let (store, _) = memory();
        let long = |end: &str| format!("{}{end}", "x".repeat(200));
        let tx = Tx::begin(&store).await.unwrap();
        SHIPS
            .put(
                &tx,
                &acme(),
                Parts::from(long("1").as_str()),
                &ship(&long("a"), &long("p"), 1),
            )
            .await
            .unwrap();
        SHIPS
            .put(
                &tx,
                &acme(),
                Parts::from(long("2").as_str()),
                &ship(&long("b"), &long("p"), 1),
            )
            .await
            .unwrap();
        commit(tx).await;
        let tx = Tx::begin(&store).await.unwrap();
        let found = SHIPS
            .find(&tx, &acme(), "name", long("b").as_str())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.record.name, long("b"));
        assert!(found.key.parts().next().unwrap().is_cut());
        assert_eq!(
            SHIPS
                .get(&tx, &acme(), long("1").as_str())
                .await
                .unwrap()
                .unwrap()
                .name,
            long("a")
        );
        assert!(
            SHIPS
                .get(&tx, &acme(), long("3").as_str())
                .await
                .unwrap()
                .is_none()
        );
        let port = Query::all(&acme()).index("port").prefix(long("p").as_str());
        assert_eq!(SHIPS.query(&tx, &port).await.unwrap().found.len(), 2);
    });
}

#[test]
fn damage_is_found_out() {
    block_on(async {
        let (store, _) = memory();
        put(&store, 1, &ship("Argo", "Iolcus", 1)).await.unwrap();
        put(&store, 2, &ship("Beagle", "Plymouth", 3))
            .await
            .unwrap();
        let keys = [1_u64, 2].map(|id| SHIPS.key(&acme(), id).unwrap());
        let tx = Tx::begin(&store).await.unwrap();
        let value = tx.get(&keys[0]).await.unwrap().unwrap();
        let reason = async |damaged: &[u8]| {
            let tx = Tx::begin(&store).await.unwrap();
            tx.put(keys[1].clone(), damaged).unwrap();
            SHIPS.get(&tx, &acme(), 2).await.unwrap_err().to_string()
        };
        // Another record's value, a changed letter, half a value, something else.
        let changed = String::from_utf8(value.to_vec())
            .unwrap()
            .replace("Argo", "Agro");
        let messages = [
            reason(&value).await,
            reason(changed.as_bytes()).await,
            reason(&value[..value.len() / 2]).await,
            reason(b"{}").await,
            reason(&[0xff]).await,
        ];
        insta::assert_snapshot!(messages.join("\n"), @"
            the store is damaged at key `acme ship a2`: the checksum of a record does not match
            the store is damaged at key `acme ship a2`: the checksum of a record does not match
            the store is damaged at key `acme ship a2`: the checksum of a record does not match
            the store is damaged at key `acme ship a2`: a value is not the envelope of a record
            the store is damaged at key `acme ship a2`: a value is not the envelope of a record
            ");
    });
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Old {
    knots: u64,
}

impl Record for Old {
    const SCHEMA: u32 = 1;
}

#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
struct New {
    metres_per_hour: u64,
}

impl Record for New {
    const SCHEMA: u32 = 2;

    fn upgrade(from: u32, json: &str) -> Result<Self, UpgradeError> {
        match from {
            1 => UpgradeError::read::<Old>(from, json).map(|old| Self {
                metres_per_hour: old.knots * 1852,
            }),
            _ => Err(UpgradeError::no_way(from)),
        }
    }
}

const OLD: Table<Old> = Table::new("speed", &[]);
const NEW: Table<New> = Table::new("speed", &[]);

#[test]
fn older_records_are_upgraded_and_newer_ones_refused() {
    block_on(async {
        let (store, _) = memory();
        let tx = Tx::begin(&store).await.unwrap();
        OLD.put(&tx, &acme(), "a", &Old { knots: 2 }).await.unwrap();
        let upgraded = NEW.get(&tx, &acme(), "a").await.unwrap().unwrap();
        assert_eq!(
            upgraded,
            New {
                metres_per_hour: 3704
            }
        );
        // Putting it back writes the newer form, though the record is the same.
        NEW.put(&tx, &acme(), "a", &upgraded).await.unwrap();
        let newer = OLD.get(&tx, &acme(), "a").await.unwrap_err();
        assert!(matches!(newer, StoreError::Unsupported { .. }), "{newer}");
    });
}

#[test]
fn queries_page_filter_and_resume() {
    block_on(async {
        let (store, _) = memory();
        for id in 0..40 {
            let port = if id % 2 == 0 { "even" } else { "odd" };
            put(&store, id, &ship(&format!("s{id:02}"), port, id))
                .await
                .unwrap();
        }
        let tx = Tx::begin(&store).await.unwrap();
        let masts = |page: &atlas_store::QueryPage<Ship>| -> Vec<_> {
            page.found.iter().map(|found| found.record.masts).collect()
        };
        let even = Query::all(&acme()).index("port").prefix("even").limit(3);
        let page = SHIPS.query(&tx, &even).await.unwrap();
        assert_eq!(masts(&page), [0, 2, 4]);
        let page = SHIPS
            .query(&tx, &even.clone().after(page.next))
            .await
            .unwrap();
        assert_eq!(masts(&page), [6, 8, 10]);
        let back = SHIPS.query(&tx, &even.clone().reverse()).await.unwrap();
        assert_eq!(masts(&back), [38, 36, 34]);
        let third = SHIPS
            .query_where(&tx, &even, |ship| ship.masts % 3 == 0)
            .await
            .unwrap();
        assert_eq!(masts(&third), [0, 6, 12]);
        let all = SHIPS
            .query_where(&tx, &even.clone().limit(99), |ship| ship.masts % 3 == 0)
            .await
            .unwrap();
        assert_eq!(
            (masts(&all), all.next),
            (vec![0, 6, 12, 18, 24, 30, 36], None)
        );
        let between = Within::Between(Parts::from(("even", 6_u64)), Parts::from(("even", 10_u64)));
        let page = SHIPS
            .query(&tx, &even.clone().within(between))
            .await
            .unwrap();
        assert_eq!((masts(&page), page.next), (vec![6, 8], None));
        let starting = Query::all(&acme())
            .index("name")
            .within(Within::Starting(Parts::new(), "s1".into()));
        assert_eq!(SHIPS.query(&tx, &starting).await.unwrap().found.len(), 10);
        // A key from elsewhere never widens what is read.
        let foreign = Key::builder(&acme(), "aaa").build().unwrap();
        let page = SHIPS
            .query(&tx, &even.clone().limit(99).after(Some(foreign)))
            .await
            .unwrap();
        assert_eq!(page.found.len(), 20);
        let missing = SHIPS.query(&tx, &Query::all(&acme()).index("colour")).await;
        assert!(matches!(missing, Err(StoreError::Unsupported { .. })));
        assert!(SHIPS.find(&tx, &acme(), "port", "even").await.is_err());
    });
}

proptest! {
    /// Whatever is put and deleted: lists, pages, indexes and the check agree with a map.
    #[test]
    fn a_table_is_a_map(
        steps in vec((0_u64..6, proptest::option::of(("[a-d]", "[p-q]", vec("[x-z]", 0..3)))), 0..20),
        limit in 1_usize..4,
        reverse in any::<bool>(),
    ) {
        block_on(async {
            let (store, _) = memory();
            let mut model = BTreeMap::<u64, Ship>::new();
            for (id, step) in steps {
                let tx = Tx::begin(&store).await.unwrap();
                if let Some((name, port, flags)) = step {
                    let ship = Ship { name, port, masts: id, flags };
                    let taken = model.iter().any(|(other, there)| *other != id && there.name == ship.name);
                    match SHIPS.put(&tx, &acme(), id, &ship).await {
                        Ok(()) => prop_assert!(!taken),
                        Err(RecordError::Taken { .. }) => {
                            prop_assert!(taken);
                            continue;
                        }
                        Err(error) => panic!("{error}"),
                    }
                    model.insert(id, ship);
                } else {
                    let gone = SHIPS.delete(&tx, &acme(), id).await.unwrap();
                    prop_assert_eq!(gone, model.remove(&id));
                }
                commit(tx).await;
            }
            let snapshot = store.snapshot().await.unwrap();
            let counts = atlas_store::check_table(&*snapshot, &acme(), &SHIPS, |finding| panic!("{finding}")).await.unwrap();
            prop_assert_eq!(counts.records, model.len() as u64);
            let tx = Tx::begin(&store).await.unwrap();
            for flag in ["x", "y", "z"] {
                let mut expected: Vec<_> = model.iter().filter(|(_, ship)| ship.flags.iter().any(|other| other == flag)).map(|(id, _)| *id).collect();
                if reverse { expected.reverse(); }
                let mut query = Query::all(&acme()).index("flag").prefix(flag).limit(limit);
                if reverse { query = query.reverse(); }
                let mut found = Vec::new();
                loop {
                    let page = SHIPS.query(&tx, &query).await.unwrap();
                    prop_assert!(page.found.len() <= limit);
                    found.extend(page.found.iter().map(|found| found.record.masts));
                    if page.next.is_none() { break; }
                    query = query.after(page.next);
                }
                prop_assert_eq!(found, expected);
            }
            Ok(())
        })?;
    }
}

#[test]
fn bytes_are_keys_too() {
    block_on(async {
        let (store, _) = memory();
        let tx = Tx::begin(&store).await.unwrap();
        let digest = [7_u8; 32];
        OLD.put(&tx, &acme(), Part::from(&digest[..]), &Old { knots: 1 })
            .await
            .unwrap();
        let page = OLD.query(&tx, &Query::all(&acme())).await.unwrap();
        assert_eq!(
            page.found[0].key.parts().next().unwrap().as_bytes(),
            Some(digest.to_vec())
        );
    });
}

#[test]
fn keys_are_those_of_the_records_that_a_query_finds() {
    block_on(async {
        let (store, _) = memory();
        for id in 1..8 {
            let port = if id % 2 == 0 { "Athens" } else { "Iolcus" };
            put(&store, id, &ship(&format!("Argo {id}"), port, 1))
                .await
                .unwrap();
        }
        let tx = Tx::begin(&store).await.unwrap();
        let query = Query::all(&acme()).index("port").prefix("Iolcus").reverse();
        let found = SHIPS.query(&tx, &query).await.unwrap().found;
        let found: Vec<_> = found.into_iter().map(|found| found.key).collect();
        assert_eq!(found.len(), 4);
        // The limit is that of a trip.
        for limit in 1..6 {
            let keys = SHIPS.keys(&tx, &query.clone().limit(limit)).await;
            assert_eq!(keys.unwrap(), found);
        }
        let direct = SHIPS.keys(&tx, &Query::all(&acme())).await;
        assert!(matches!(direct, Err(StoreError::Unsupported { .. })));
    });
}

#[test]
fn pages_of_one_query_share_a_digest() {
    let digest = |query: &Query| canonical::digest("test", query).unwrap();
    let query = Query::all(&acme()).index("port").prefix("even");
    let next = SHIPS.key(&acme(), 1).unwrap();
    assert_eq!(
        digest(&query),
        digest(&query.clone().limit(7).after(Some(next)))
    );
    assert_ne!(digest(&query), digest(&query.clone().reverse()));
    assert_ne!(digest(&query), digest(&query.clone().prefix("odd")));
    let text = canonical::to_string(&query).unwrap();
    insta::assert_snapshot!(text, @r#"{"index":"port","partition":"acme","reverse":false,"within":{"prefix":[{"text":"even"}]}}"#);
}

#[test]
fn every_future_can_be_spawned() {
    fn is_send<T: Send>(value: T) -> T {
        value
    }
    let all = async {
        let (store, _) = memory();
        let store: Arc<dyn Store> = Arc::new(store);
        let policy = RetryPolicy::new(next());
        let name = String::from("Argo");
        let run = |tx: Tx| {
            let name = name.clone();
            async move {
                SHIPS
                    .put(&tx, &acme(), 1, &ship(&name, "Iolcus", 1))
                    .await?;
                SHIPS
                    .insert(&tx, &acme(), 2, &ship("Beagle", "Iolcus", 3))
                    .await?;
                let found = SHIPS.find(&tx, &acme(), "name", &name).await?;
                let page = SHIPS.query(&tx, &Query::all(&acme())).await?;
                let keep = |ship: &Ship| ship.name == name;
                let kept = SHIPS.query_where(&tx, &Query::all(&acme()), keep).await?;
                let many = SHIPS.get_many(&tx, &acme(), [1_u64, 2]).await?;
                SHIPS.delete(&tx, &acme(), 2).await?;
                let counts = (page.found.len(), kept.found.len(), many.len());
                Ok::<_, RecordError>((found.is_some(), counts))
            }
        };
        let ((found, counts), _) = transact(&store, &policy, run).await.unwrap();
        assert!(found);
        assert_eq!(counts, (2, 1, 2));
        let snapshot = store.snapshot().await.unwrap();
        atlas_store::check_table(&*snapshot, &acme(), &SHIPS, |_| {})
            .await
            .unwrap();
        let mut lines = Vec::new();
        let keep = |line: &str| {
            lines.push(line.to_owned());
            Ok::<_, StoreError>(())
        };
        let silent = &|_| {};
        atlas_store::dump(&*snapshot, keep, silent).await.unwrap();
        let lines = || lines.iter().cloned().map(Ok::<_, StoreError>);
        let dump = atlas_store::verify(lines(), store.capability(), silent).unwrap();
        atlas_store::load(&store, &policy, |_| true, &dump, lines(), silent)
            .await
            .unwrap();
    };
    block_on(is_send(all));
}
