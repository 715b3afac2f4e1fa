//! Indexes that are added and dropped, and records that change their form, while others write.

use crate::{
    boats::{
        BOATS, Boat, Hooked, NEW, OLD, OLD_BOATS, OldBoat, Program, beta, context, home, launch,
        looked_at, migrate, settled,
    },
    support::acme,
};
use atlas_base::Timestamp;
use atlas_store::{
    AppliedMigration, IndexState, KeyRange, MemoryStore, MigrateError, Migration, MigrationStep,
    Page, Query, RecordError, RetryPolicy, Schema, Store, StoreError, Tx, partitions, transact,
};
use pollster::block_on as run;
use proptest::prelude::*;
use std::{
    collections::BTreeMap,
    future::Future,
    pin::pin,
    sync::{Arc, Mutex},
    task::{Context, Poll, Waker},
};

fn stores() -> [MemoryStore; 2] {
    [MemoryStore::new(), MemoryStore::limited()]
}

fn quiet(_: &atlas_store::MigrationProgress) {}

/// Every key and value.
fn everything(store: &dyn Store) -> Vec<(String, Vec<u8>)> {
    let slice = run(async {
        let snapshot = store.snapshot().await?;
        snapshot.range(&KeyRange::all(), Page::first(100_000)).await
    });
    let entries = slice.unwrap().entries.into_iter();
    entries
        .map(|(key, entry)| (key.to_string(), entry.value.to_vec()))
        .collect()
}

/// Runs until it is done or waits; what waits is dropped.
fn until_it_waits<T>(work: impl Future<Output = T>) -> Option<T> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(done) => Some(done),
        Poll::Pending => None,
    }
}

#[test]
fn a_store_gets_the_indexes_that_are_declared_and_no_others() {
    for store in stores() {
        run(async {
            launch(&store, 300).await;
            let told = Mutex::new(Vec::new());
            let note = |progress: &atlas_store::MigrationProgress| {
                told.lock().unwrap().push(progress.clone());
            };
            migrate(&store, 2, &note).await.unwrap();
            settled(&store).await;
            let told = told.into_inner().unwrap();
            for (step, of, records) in [
                (MigrationStep::Drop, "boat.port", 300),
                (MigrationStep::Build, "boat.letter", 300),
                (MigrationStep::Build, "boat.name", 300),
            ] {
                let of_step = |progress: &&atlas_store::MigrationProgress| {
                    progress.step == step && progress.of == of
                };
                let last = told.iter().rfind(of_step).unwrap();
                assert_eq!((last.records, last.done), (records, last.partitions));
                // Small commits, each of which was told.
                assert!(told.iter().filter(of_step).count() > 1);
            }
            let new = Program::new(&store, &NEW, 3);
            let tx = new.begin().await.unwrap();
            let found = BOATS.find(&tx, &acme(), "name", "boat 298").await.unwrap();
            assert_eq!(found.unwrap().record.masts, 1);
            let names: Vec<_> = AppliedMigration::all(&tx).await.unwrap();
            let names: Vec<_> = names.iter().map(|one| one.name.as_str()).collect();
            assert_eq!(
                names,
                ["build boat.letter", "build boat.name", "drop boat.port"]
            );
            // The second time there is nothing to do.
            let before = everything(&store);
            migrate(&store, 4, &quiet).await.unwrap();
            assert!(everything(&store) == before);
        });
    }
}

#[test]
fn a_migration_goes_on_from_whatever_commit_it_was_stopped_at() {
    let whole = MemoryStore::limited();
    run(launch(&whole, 150));
    run(migrate(&whole, 2, &quiet)).unwrap();
    let whole = everything(&whole);
    let mut stops = 0;
    for stop in 0.. {
        let store = MemoryStore::limited();
        run(launch(&store, 150));
        let stopping = Hooked::new(&store, move |count| count != stop);
        if until_it_waits(migrate(&stopping, 2, &quiet)).is_some() {
            break;
        }
        stops += 1;
        // Nothing leads astray meanwhile.
        run(async {
            let snapshot = store.snapshot().await.unwrap();
            let schema = NEW.read(&*snapshot).await.unwrap();
            for partition in partitions(&*snapshot).await.unwrap() {
                looked_at(&*snapshot, &schema, &partition).await;
            }
        });
        run(migrate(&store, 3, &quiet)).unwrap();
        run(settled(&store));
        assert!(everything(&store) == whole, "stopped at commit {stop}");
    }
    assert!(stops > 20, "{stops} commits");
}

#[test]
fn what_was_built_before_a_stop_is_not_built_again() {
    let store = MemoryStore::limited();
    run(launch(&store, 400));
    let told = Arc::new(Mutex::new(0));
    let stopping = Hooked::new(&store, |count| count < 20);
    let note = |progress: &atlas_store::MigrationProgress| {
        if progress.step == MigrationStep::Build {
            *told.lock().unwrap() = progress.records;
        }
    };
    assert!(until_it_waits(migrate(&stopping, 2, &note)).is_none());
    let before = *told.lock().unwrap();
    assert!(before > 0);
    let first = Mutex::new(None);
    let note = |progress: &atlas_store::MigrationProgress| {
        if progress.step == MigrationStep::Build {
            first.lock().unwrap().get_or_insert(progress.records);
        }
    };
    run(migrate(&store, 3, &note)).unwrap();
    assert!(first.into_inner().unwrap().unwrap() >= before);
}

#[test]
fn an_index_is_read_only_when_it_is_readable() {
    let store = MemoryStore::new();
    run(launch(&store, 10));
    let store = {
        // Commit 0 takes the lease, 1 says what is to come.
        let stopping = Hooked::new(&store, |count| count != 2);
        assert!(until_it_waits(migrate(&stopping, 2, &quiet)).is_none());
        store
    };
    let new = Program::new(&store, &NEW, 3);
    let building = run(new.begin()).unwrap();
    let absent = run(Tx::begin(&store)).unwrap();
    absent.under(Arc::new(Schema::new(2)));
    for (tx, state) in [(building, Some(IndexState::Building)), (absent, None)] {
        let by_name = Query::all(&acme()).index("name");
        for error in [
            run(BOATS.query(&tx, &by_name)).unwrap_err(),
            run(BOATS.find(&tx, &acme(), "name", "boat 0"))
                .map(drop)
                .unwrap_err(),
        ] {
            assert!(
                matches!(&error, StoreError::IndexNotReadable { index, state: found }
                    if &**index == "boat.name" && *found == state),
                "{error}"
            );
        }
        // The records themselves are read as ever.
        let all = run(BOATS.query(&tx, &Query::all(&acme()))).unwrap();
        assert_eq!(all.found.len(), 5);
    }
}

#[test]
fn an_older_program_is_stopped_by_the_first_commit_of_a_migration() {
    let store = MemoryStore::new();
    run(launch(&store, 10));
    let old = Program::new(&store, &OLD, 5);
    let boat = OldBoat {
        name: "late".into(),
        port: "port 1".into(),
    };
    let tx = run(old.begin()).unwrap();
    run(OLD_BOATS.put(&tx, &acme(), "late", &boat)).unwrap();
    let stopping = Hooked::new(&store, |count| count != 2);
    assert!(until_it_waits(migrate(&stopping, 2, &quiet)).is_none());
    let late = run(tx.commit(RetryPolicy::new(77).token()));
    assert!(matches!(late, Err(StoreError::Conflict)));
    // Another attempt learns why, while it lasts and when it is over.
    let refused = || {
        let refused = run(old.put(&OLD_BOATS, 0, &boat)).unwrap_err();
        assert!(run(old.begin()).is_err());
        refused
    };
    let error = refused();
    assert!(
        matches!(&error, RecordError::Store(StoreError::IndexUnknown { index }) if &**index == "boat.letter"),
        "{error}"
    );
    run(migrate(&store, 3, &quiet)).unwrap();
    let error = refused();
    let newer = StoreError::NewerSchema { found: 2, known: 1 };
    assert_eq!(error.to_string(), newer.to_string());
    run(settled(&store));
}

#[test]
fn a_table_refuses_to_write_past_an_index_that_it_does_not_declare() {
    let store = MemoryStore::new();
    run(migrate(&store, 2, &quiet)).unwrap();
    let refused = run(transact(
        &store,
        &RetryPolicy::new(3),
        |tx: Tx| async move {
            let schema = NEW.schema();
            tx.under(Arc::new(schema));
            let boat = OldBoat {
                name: "a".into(),
                port: "b".into(),
            };
            OLD_BOATS.put(&tx, &acme(), "a", &boat).await
        },
    ));
    assert!(matches!(
        refused,
        Err(RecordError::Store(StoreError::IndexUnknown { .. }))
    ));
}

#[test]
fn two_records_under_one_key_stop_the_build_of_a_unique_index() {
    for store in stores() {
        run(async {
            launch(&store, 200).await;
            let old = Program::new(&store, &OLD, 5);
            let mut boat = OldBoat {
                name: "boat 2".into(),
                port: "elsewhere".into(),
            };
            old.put(&OLD_BOATS, 198, &boat).await.unwrap();
            let error = migrate(&store, 2, &quiet).await.unwrap_err();
            let MigrateError::Duplicate { first, second, .. } = &error else {
                panic!("{error}");
            };
            let mut keys = [first.as_str(), second.as_str()];
            keys.sort_unstable();
            assert_eq!(keys, ["acme boat 198", "acme boat 2"]);
            // The older version takes its store back, and mends it.
            let snapshot = store.snapshot().await.unwrap();
            let schema = OLD.read(&*snapshot).await.unwrap();
            assert_eq!(schema.state("boat", "name"), Some(IndexState::Dropped));
            assert_eq!(schema.version(), 1);
            drop(snapshot);
            let (policy, now) = (RetryPolicy::new(6), || Timestamp::EPOCH);
            let mut context = context(&store, &policy, &now, "old");
            context.catalog = &OLD;
            let back = Migration::begin_alone(context).await.unwrap();
            back.run(&quiet).await.unwrap();
            back.end().await.unwrap();
            let tx = old.begin().await.unwrap();
            let elsewhere = Query::all(&acme()).index("port").prefix("elsewhere");
            let found = OLD_BOATS.query(&tx, &elsewhere).await.unwrap().found;
            assert_eq!(found.len(), 1);
            boat.name = "boat 198".into();
            old.put(&OLD_BOATS, 198, &boat).await.unwrap();
            migrate(&store, 4, &quiet).await.unwrap();
            settled(&store).await;
        });
    }
}

#[test]
fn of_two_with_one_key_the_one_that_goes_takes_no_row_of_the_other() {
    let mut capability = MemoryStore::limited().capability().clone();
    capability.max_operations = Some(8);
    let mut taken = 0;
    for moment in 2..40 {
        let store = MemoryStore::new().with_capability(capability.clone());
        run(launch(&store, 20));
        let unlimited = MemoryStore::new().capability().clone();
        let beneath = store.clone().with_capability(unlimited);
        let refused = Arc::new(Mutex::new(false));
        let told = Arc::clone(&refused);
        let hooked = Hooked::new(&store, move |count| {
            if count == moment {
                // The build may have passed the place of the first, and not come to the second.
                let new = Program::new(&beneath, &NEW, 7);
                let first = Boat {
                    name: "boat 8".into(),
                    port: "x".into(),
                    masts: 1,
                };
                let put = run(new.put(&BOATS, 0, &first));
                *told.lock().unwrap() = matches!(put, Err(RecordError::Taken { .. }));
                run(new.delete(&BOATS, 8)).unwrap();
            }
            true
        });
        run(migrate(&hooked, 2, &quiet)).unwrap();
        run(settled(&store));
        taken += usize::from(*refused.lock().unwrap());
    }
    // Some came before the row of the second was there, some after.
    assert!((1..38).contains(&taken), "{taken}");
}

/// What somebody else does in the middle of a migration.
#[derive(Debug, Clone)]
enum Step {
    Put(usize, String, String),
    Delete(usize),
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (0..12_usize, "[a-d]", "[xy]")
            .prop_map(|(at, name, port)| Step::Put(at, name, port)),
        1 => (0..12_usize).prop_map(Step::Delete),
    ]
}

type Model = BTreeMap<usize, Boat>;

/// Does a step, and the same to a model where it was not refused.
fn step(program: &Program<'_>, model: &mut Model, step: &Step) {
    match step {
        Step::Put(at, name, port) => {
            let boat = Boat {
                name: name.clone(),
                port: port.clone(),
                masts: 2,
            };
            match run(program.put(&BOATS, *at, &boat)) {
                Ok(()) => {
                    model.insert(*at, boat);
                }
                // Only ever because of a boat that is there, and has that name.
                Err(RecordError::Taken { holder, .. }) => {
                    let number = holder.parts().next().unwrap().as_text().unwrap();
                    let number: usize = number.parse().unwrap();
                    assert_eq!(model[&number].name, *name);
                    assert_ne!(number, *at);
                }
                Err(error) => assert!(error.to_string().is_empty(), "{error}"),
            }
        }
        Step::Delete(at) => {
            run(program.delete(&BOATS, *at)).unwrap();
            model.remove(at);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn whatever_others_write_meanwhile_has_its_rows(
        before in proptest::collection::vec(any_step(), 0..30),
        meanwhile in proptest::collection::vec((1..12_usize, any_step()), 0..40),
    ) {
        // Pages of a few records, so that there are many places to come between.
        let mut capability = MemoryStore::limited().capability().clone();
        capability.max_operations = Some(24);
        let store = MemoryStore::new().with_capability(capability);
        let unlimited = store.clone().with_capability(MemoryStore::new().capability().clone());
        let model = Arc::new(Mutex::new(Model::new()));
        let old = Program::new(&unlimited, &OLD, 1);
        for step in &before {
            match step {
                Step::Put(at, name, port) => {
                    let boat = OldBoat { name: name.clone(), port: port.clone() };
                    run(old.put(&OLD_BOATS, *at, &boat)).unwrap();
                    let (name, port) = (name.clone(), port.clone());
                    model.lock().unwrap().insert(*at, Boat { name, port, masts: 1 });
                }
                Step::Delete(at) => {
                    run(old.delete(&OLD_BOATS, *at)).unwrap();
                    model.lock().unwrap().remove(at);
                }
            }
        }
        for round in 0_u128.. {
            // The others stop at last, so that two of one name are mended for good.
            let (beneath, others, shared) = (unlimited.clone(), meanwhile.clone(), Arc::clone(&model));
            let hooked = Hooked::new(&store, move |count| {
                let program = Program::new(&beneath, &NEW, 1000 + (round << 32) + count as u128);
                if round < 2 && run(program.begin()).is_ok() {
                    for (_, one) in others.iter().filter(|(at, _)| *at == count) {
                        step(&program, &mut shared.lock().unwrap(), one);
                    }
                }
                true
            });
            match run(migrate(&hooked, 10 + (round << 64), &quiet)) {
                Ok(()) => break,
                Err(MigrateError::Duplicate { first, second, .. }) => {
                    // Two that are there, of one name; one of them has to go.
                    let mut model = model.lock().unwrap();
                    let [first, second] = [first, second].map(|key| {
                        key.parts().next().unwrap().as_text().unwrap().parse::<usize>().unwrap()
                    });
                    prop_assert_ne!(first, second);
                    if round >= 2 {
                        prop_assert_eq!(&model[&first].name, &model[&second].name);
                    }
                    prop_assert_eq!(home(first), home(second));
                    let program = Program::new(&store, &NEW, 999 + (round << 96));
                    step(&program, &mut model, &Step::Delete(second));
                }
                Err(error) => panic!("{error}"),
            }
        }
        run(settled(&store));
        let new = Program::new(&store, &NEW, u128::MAX);
        let model = model.lock().unwrap();
        for (partition, of) in [(acme(), 0), (beta(), 1)] {
            let tx = run(new.begin()).unwrap();
            let found = run(BOATS.query(&tx, &Query::all(&partition).index("name"))).unwrap();
            let found: BTreeMap<_, _> =
                found.found.into_iter().map(|found| (found.record.name.clone(), found.record)).collect();
            let expected: BTreeMap<_, _> = model
                .iter()
                .filter(|(at, _)| *at % 2 == of)
                .map(|(_, boat)| (boat.name.clone(), boat.clone()))
                .collect();
            prop_assert_eq!(found, expected);
        }
    }
}

#[test]
fn older_records_are_read_and_rewritten() {
    for store in stores() {
        run(async {
            launch(&store, 300).await;
            migrate(&store, 2, &quiet).await.unwrap();
            let new = Program::new(&store, &NEW, 3);
            let mut boat = Boat {
                name: "boat 7".into(),
                port: "port 1".into(),
                masts: 3,
            };
            new.put(&BOATS, 7, &boat).await.unwrap();
            boat.name = "boat 300".into();
            new.put(&BOATS, 300, &boat).await.unwrap();
            let older = |store: &MemoryStore| {
                let all = everything(store).into_iter();
                all.filter(|(key, value)| {
                    key.split(' ').nth(1) == Some("boat")
                        && str::from_utf8(value).unwrap().contains(r#""s":1"#)
                })
                .count()
            };
            assert_eq!(older(&store), 299);
            let (policy, now) = (RetryPolicy::new(4), || Timestamp::EPOCH);
            let context = context(&store, &policy, &now, "me");
            let told = Mutex::new(None);
            let note = |progress: &atlas_store::MigrationProgress| {
                *told.lock().unwrap() = Some(progress.clone());
            };
            let migration = Migration::begin(context).await.unwrap();
            assert_eq!(migration.rewrite(&note).await.unwrap(), 299);
            assert_eq!(older(&store), 0);
            let told = told.into_inner().unwrap().unwrap();
            assert_eq!((told.records, told.rewritten), (301, 299));
            assert_eq!(migration.rewrite(&quiet).await.unwrap(), 0);
            migration.end().await.unwrap();
            settled(&store).await;
            let tx = new.begin().await.unwrap();
            for (at, masts) in [(0, 1), (7, 3), (299, 1), (300, 3)] {
                let boat = BOATS.get(&tx, &home(at), at.to_string()).await.unwrap();
                let boat = boat.unwrap();
                assert_eq!((boat.name, boat.masts), (format!("boat {at}"), masts));
            }
        });
    }
}

#[test]
fn a_record_too_large_for_any_commit_is_named_as_such() {
    // 24 operations a commit, and a boat with 26 letters.
    let store = MemoryStore::new();
    let old = Program::new(&store, &OLD, 1);
    let boat = OldBoat {
        name: "abcdefghijklmnopqrstuvwxyz".into(),
        port: "x".into(),
    };
    run(old.put(&OLD_BOATS, 0, &boat)).unwrap();
    let mut capability = store.capability().clone();
    capability.max_operations = Some(24);
    let store = store.with_capability(capability);
    let error = run(migrate(&store, 2, &quiet)).unwrap_err();
    assert!(
        matches!(
            error,
            MigrateError::Store(StoreError::TooLarge { limit: 24, .. })
        ),
        "{error}"
    );
}
