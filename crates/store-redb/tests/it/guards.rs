//! What each guard keeps away, seen where it is not there.

use crate::{
    damage::{FILES, FLIPS, flip, sound, within_a_minute},
    support::{commit, everything, get, key, put},
    weak::Ungated,
};
use atlas_store::{
    FeedPosition, Partition, Record, RetryPolicy, Store as _, StoreError, Table, Tx, transact,
};
use atlas_store_redb::{Backend, MemoryBackend, OpenError, RedbStore};
use pollster::block_on;
use redb::{Database, ReadableDatabase as _, ReadableTable as _, TableDefinition};
use serde::{Deserialize, Serialize};
use std::{
    io,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

/// Memory that panics from some call on.
#[derive(Debug, Clone)]
struct Panics {
    memory: MemoryBackend,
    calls_left: Arc<AtomicI64>,
}

impl Panics {
    fn new(memory: MemoryBackend) -> Self {
        Self {
            memory,
            calls_left: Arc::new(AtomicI64::new(i64::MAX)),
        }
    }

    fn arm(&self, calls: i64) {
        self.calls_left.store(calls, Ordering::SeqCst);
    }

    fn call(&self) -> &MemoryBackend {
        let left = self.calls_left.fetch_sub(1, Ordering::SeqCst);
        assert!(left > 0, "the medium is out of order");
        &self.memory
    }
}

impl Backend for Panics {
    fn len(&self) -> io::Result<u64> {
        self.call().len()
    }

    fn read(&self, offset: u64, out: &mut [u8]) -> io::Result<()> {
        self.call().read(offset, out)
    }

    fn set_len(&self, len: u64) -> io::Result<()> {
        self.call().set_len(len)
    }

    fn write(&self, offset: u64, data: &[u8]) -> io::Result<()> {
        self.call().write(offset, data)
    }

    fn flush(&self) -> io::Result<()> {
        self.call().flush()
    }
}

/// Every call of a store, so that some of them meet the panic, and then it is closed; how many
/// commits were acknowledged, and how it went.
fn use_all(store: RedbStore) -> (usize, Result<(), StoreError>) {
    let mut acknowledged = 0;
    let outcome = (0..3)
        .try_for_each(|round: usize| {
            commit(&store, vec![put(&key(&round.to_string()), "1")])?;
            acknowledged += 1;
            everything(&store)?;
            Ok(())
        })
        .and_then(|()| {
            block_on(store.feed(&Partition::global(), FeedPosition::START, 10))?;
            Ok(())
        });
    if outcome.is_err() {
        // Whatever happened, everything is still answered.
        let _ = commit(&store, vec![put(&key("a"), "1")]);
        let _ = everything(&store);
        let _ = block_on(store.wait(&Partition::global(), FeedPosition::from_u64(1000)));
    }
    drop(store);
    (acknowledged, outcome)
}

#[test]
fn a_panic_at_any_call_of_the_engine_is_an_answer() {
    let mut failed = 0;
    for calls in 0..60 {
        let medium = Panics::new(MemoryBackend::new());
        let store = RedbStore::with_backend(medium.clone()).unwrap();
        medium.arm(calls);
        let name = format!("a store on a medium that panics after {calls} calls");
        let (acknowledged, outcome) = within_a_minute(&name, move || use_all(store));
        if let Err(error) = outcome {
            let told = matches!(
                error,
                StoreError::UnknownOutcome { .. } | StoreError::Corrupt { .. } | StoreError::Closed
            );
            assert!(told, "{name}: {error:?}");
            failed += 1;
        }
        // What was acknowledged is there when it is opened again.
        let store = RedbStore::with_backend(medium.memory).unwrap();
        let rows = everything(&store).unwrap().len();
        let fits = (acknowledged..=acknowledged + 2).contains(&rows);
        assert!(fits, "{name}: {rows} rows of {acknowledged}");
    }
    assert!(failed > 10, "{failed}");
}

#[test]
fn without_the_guard_the_engine_panics() {
    // On a medium that does, ...
    let medium = Panics::new(MemoryBackend::new());
    let database = Database::builder()
        .create_with_backend(Ungated(medium.clone()))
        .unwrap();
    medium.arm(3);
    let panicked = catch_unwind(AssertUnwindSafe(|| {
        let transaction = database.begin_write().unwrap();
        let table = TableDefinition::<&str, &str>::new("entries");
        let _ = transaction.open_table(table).map(drop);
        let _ = transaction.commit();
    }));
    assert!(panicked.is_err());
    let _ = catch_unwind(AssertUnwindSafe(|| drop(database)));
    // ... and on damaged files.
    let sound = sound(true);
    let mut panicked = 0;
    for file in 0..FILES {
        let medium = MemoryBackend::from_bytes(flip(&sound, FLIPS, file));
        let run = move || catch_unwind(AssertUnwindSafe(|| read_all(medium))).is_err();
        panicked += usize::from(within_a_minute("the engine alone", run));
    }
    assert!(panicked > 0, "the engine no longer panics on damaged files");
}

/// Opens and reads with the engine alone; errors are fine.
fn read_all(medium: MemoryBackend) -> Result<usize, redb::Error> {
    let database = Database::builder().create_with_backend(Ungated(medium))?;
    let transaction = database.begin_read()?;
    let table = TableDefinition::<&[u8], &[u8]>::new("entries");
    let table = transaction.open_table(table)?;
    let mut bytes = 0;
    for row in table.iter()? {
        bytes += row?.1.value().len();
    }
    Ok(bytes)
}

/// A redb file of another program, which was not closed.
fn theirs() -> Vec<u8> {
    let medium = MemoryBackend::new();
    let database = Database::builder()
        .create_with_backend(Ungated(medium.clone()))
        .unwrap();
    let transaction = database.begin_write().unwrap();
    let table = TableDefinition::<&str, u64>::new("theirs");
    let mut opened = transaction.open_table(table).unwrap();
    opened.insert("a", 1).unwrap();
    drop(opened);
    transaction.commit().unwrap();
    medium.to_bytes()
}

#[test]
fn without_the_gate_a_file_of_others_is_changed() {
    let before = theirs();
    let medium = MemoryBackend::from_bytes(before.clone());
    let refused = RedbStore::with_backend(medium.clone()).unwrap_err();
    assert!(
        matches!(refused, OpenError::NotAStore { .. }),
        "{refused:?}"
    );
    assert_eq!(medium.to_bytes(), before);

    let opened = Database::builder().create_with_backend(Ungated(medium.clone()));
    drop(opened.unwrap());
    assert_ne!(medium.to_bytes(), before);
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Ship {
    name: String,
}

impl Record for Ship {
    const SCHEMA: u32 = 1;
}

const SHIPS: Table<Ship> = Table::new("ship", &[]);

#[test]
fn without_the_checksum_a_changed_record_is_read_as_another() {
    let medium = MemoryBackend::new();
    let store = RedbStore::with_backend(medium.clone()).unwrap();
    let global = Partition::global();
    block_on(transact(
        &store,
        &RetryPolicy::new(1),
        |tx: Tx| async move {
            let name = "Argo Navis".to_owned();
            SHIPS
                .insert(&tx, &Partition::global(), 1_u64, &Ship { name })
                .await
        },
    ))
    .unwrap();
    drop(store);
    let mut bytes = medium.to_bytes();
    let text = b"Argo Navis";
    let places: Vec<_> = (0..bytes.len() - text.len())
        .filter(|&at| bytes[at..].starts_with(text))
        .collect();
    assert!(!places.is_empty());
    for at in places {
        bytes[at] = b'E';
    }
    let store = RedbStore::with_backend(MemoryBackend::from_bytes(bytes)).unwrap();
    block_on(async {
        let tx = Tx::begin(&store).await.unwrap();
        // The engine gives it as it finds it, ...
        let rows = everything(&store).unwrap();
        let (name, value) = &rows[0];
        assert!(
            String::from_utf8_lossy(value).contains("Ergo Navis"),
            "{rows:?}"
        );
        let read = get(&store, &atlas_store::Key::parse(name).unwrap());
        assert!(read.unwrap().unwrap().contains("Ergo Navis"));
        // ... and the record layer does not.
        let read = SHIPS.get(&tx, &global, 1_u64).await.unwrap_err();
        assert!(read.to_string().contains("checksum"), "{read}");
    });
}
