//! Dumps and what is made of them.

use crate::support::{SHIPS, acme, any_text, key, memory, ship};
use atlas_base::Digest;
use atlas_store::{
    Capability, CheckedDump, CommitToken, Key, LoadError, MemoryStore, RetryPolicy, Store,
    StoreError, Tx, dump, header_of, load, verify,
};
use pollster::block_on;
use proptest::{collection::vec, prelude::*};
use std::convert::Infallible;

pub(crate) async fn lines_of(store: &dyn Store) -> Vec<String> {
    let mut lines = Vec::new();
    let snapshot = store.snapshot().await.unwrap();
    let keep = |line: &str| {
        lines.push(line.to_owned());
        Ok::<_, StoreError>(())
    };
    dump(&*snapshot, keep, &|_| {}).await.unwrap();
    lines
}

pub(crate) fn given(lines: &[String]) -> impl Iterator<Item = Result<String, Infallible>> {
    lines.iter().cloned().map(Ok)
}

/// What a check says that knows no limits.
fn checked(lines: &[String]) -> Result<CheckedDump, LoadError> {
    verify(given(lines), &Capability::new("any"), &|_| {})
}

/// Checks and loads, replacing what may be.
pub(crate) async fn load_over(
    store: &dyn Store,
    policy: &RetryPolicy,
    may_replace: impl Fn(&Key) -> bool + Send + Sync,
    lines: &[String],
) -> Result<(), LoadError> {
    let dump = verify(given(lines), store.capability(), &|_| {})?;
    let header = load(store, policy, may_replace, &dump, given(lines), &|_| {}).await?;
    assert_eq!(header, *dump.header());
    Ok(())
}

async fn load_into(store: &MemoryStore, lines: &[String]) -> Result<(), LoadError> {
    load_over(store, &RetryPolicy::new(5), |_| false, lines).await
}

fn small() -> MemoryStore {
    let mut capability = Capability::new("small");
    capability.max_operations = Some(2);
    capability.max_commit_bytes = Some(1024);
    MemoryStore::new().with_capability(capability)
}

async fn fleet() -> Vec<String> {
    let (store, _) = memory();
    let tx = Tx::begin(&store).await.unwrap();
    SHIPS
        .put(&tx, &acme(), 1, &ship("Argo \"I\"", "Iolcus\n", 1))
        .await
        .unwrap();
    tx.put(key("raw"), [0, 255]).unwrap();
    tx.commit(CommitToken::from_u128(1)).await.unwrap();
    lines_of(&store).await
}

#[test]
fn a_dump_can_be_read_by_people() {
    insta::assert_snapshot!(block_on(fleet()).join("\n"), @r#"
    {"digest":"blake3:d22bea93f71550c46563a3f8757e8b8075967efdf82bc1f2c1b6db5a01dc166e","entries":4,"format":1}
    {"k":"acme ship a1","v":{"c":"e2e96af6c4c1ffb2","s":1,"v":{"flags":[],"masts":1,"name":"Argo \"I\"","port":"Iolcus\n"}}}
    {"k":"acme ship.name Argo!20\"I\"","v":{"c":"0403a1ece517deb7","s":1,"v":"acme ship a1"}}
    {"k":"acme ship.port Iolcus!0a a1 a1","v":{"c":"3fcfe8e52dcaa681","s":1,"v":"acme ship a1"}}
    {"k":"acme t raw","x":"00ff"}
    "#);
}

proptest! {
    #[test]
    fn a_loaded_store_dumps_the_same(
        entries in vec((any_text(), prop_oneof![
            vec(any::<u8>(), 0..20),
            any_text().prop_map(String::into_bytes),
            Just(b"{\"a\": [1, \"x\"]}".to_vec()),
            Just(b" 1".to_vec()),
            Just(b"1\n".to_vec()),
        ]), 0..12),
    ) {
        block_on(async {
            let (store, _) = memory();
            let tx = Tx::begin(&store).await.unwrap();
            for (text, value) in &entries {
                tx.put(key(text), value.as_slice()).unwrap();
            }
            tx.commit(CommitToken::from_u128(1)).await.unwrap();
            let lines = lines_of(&store).await;
            checked(&lines).unwrap();
            let other = small();
            load_into(&other, &lines).await.unwrap();
            prop_assert_eq!(lines_of(&other).await, lines);
            let tx = Tx::begin(&other).await.unwrap();
            for (text, _) in &entries {
                let found = tx.get(&key(text)).await.unwrap();
                let last = entries.iter().rev().find(|(other, _)| other == text).unwrap();
                prop_assert_eq!(found.as_deref(), Some(&*last.1));
            }
            Ok(())
        })?;
    }

    /// Any change of any byte is found out.
    #[test]
    fn a_changed_dump_is_refused(line in 0_usize..9, at in 0_usize..300, to in "[ -~]") {
        let mut lines = block_on(fleet());
        let line = line % lines.len();
        let at = at % lines[line].len();
        prop_assume!(lines[line].is_char_boundary(at) && lines[line].is_char_boundary(at + 1));
        prop_assume!(lines[line].get(at..=at) != Some(&to));
        lines[line].replace_range(at..=at, &to);
        prop_assert!(checked(&lines).is_err(), "{}", lines[line]);
    }
}

#[test]
fn lines_lost_added_or_moved_are_found_out() {
    let lines = block_on(fleet());
    let without = |at: usize| {
        let mut lines = lines.clone();
        lines.remove(at);
        checked(&lines).unwrap_err()
    };
    for at in 1..lines.len() {
        assert!(matches!(without(at), LoadError::Incomplete { .. }));
    }
    assert!(matches!(without(0), LoadError::NoHeader));
    let mut swapped = lines.clone();
    swapped.swap(1, 2);
    assert!(matches!(
        checked(&swapped),
        Err(LoadError::Order { line: 3 })
    ));
    let mut twice = lines.clone();
    twice.insert(1, lines[1].clone());
    assert!(matches!(checked(&twice), Err(LoadError::Order { line: 3 })));
    let newer = lines[0].replace("\"format\":1", "\"format\":2");
    assert!(matches!(
        checked(&[newer]),
        Err(LoadError::Format { format: 2 })
    ));
    assert!(matches!(checked(&[]), Err(LoadError::NoHeader)));
    let broken = [Ok(lines[0].clone()), Err("the pipe broke")];
    assert!(matches!(
        verify(broken, &Capability::new("any"), &|_| {}),
        Err(LoadError::Source { .. })
    ));
}

#[test]
fn only_what_may_be_replaced_is() {
    block_on(async {
        let lines = fleet().await;
        let (store, _) = memory();
        let tx = Tx::begin(&store).await.unwrap();
        tx.put(key("mine"), *b"1").unwrap();
        tx.put(key("raw"), *b"1").unwrap();
        tx.commit(CommitToken::from_u128(1)).await.unwrap();
        let refused = load_into(&store, &lines).await;
        assert!(matches!(refused, Err(LoadError::NotEmpty { key: k }) if k == key("mine")));
        assert_eq!(lines_of(&store).await.len(), 3);
        let may = |_: &Key| true;
        load_over(&store, &RetryPolicy::new(2), may, &lines)
            .await
            .unwrap();
        assert_eq!(lines_of(&store).await, lines);
    });
}

#[test]
fn an_empty_store_dumps_a_header() {
    block_on(async {
        let lines = lines_of(&memory().0).await;
        insta::assert_snapshot!(lines.join("\n"), @r#"{"digest":"blake3:b4d2d357a4f795de2055336ece674aaf1111cebbb70877b27af54aa78096cee5","entries":0,"format":1}"#);
        load_into(&small(), &lines).await.unwrap();
    });
}

#[test]
fn the_digest_of_a_dump_is_that_of_its_entries_in_a_row() {
    block_on(async {
        // More than is hashed at once.
        let store = MemoryStore::new();
        let keys: Vec<_> = (0..300)
            .map(|number| key(&format!("k{number:04}")))
            .collect();
        let value = |number: usize| "v".repeat(number * 3);
        let tx = Tx::begin(&store).await.unwrap();
        for (number, key) in keys.iter().enumerate() {
            tx.put(key.clone(), value(number).as_bytes()).unwrap();
        }
        tx.commit(CommitToken::from_u128(1)).await.unwrap();
        let header = header_of(&*store.snapshot().await.unwrap()).await.unwrap();
        let mut row = Vec::new();
        for (number, key) in keys.iter().enumerate() {
            row.extend(key.as_str().as_bytes());
            row.push(b'\n');
            row.extend((value(number).len() as u64).to_be_bytes());
            row.extend(value(number).as_bytes());
        }
        assert_eq!(header.digest, Digest::of("cloud-atlas dump", &row));
        assert_eq!(header.entries, 300);
    });
}
