//! Verification finds what was broken, in both directions.

use crate::support::{SHIPS, acme, memory, ship};
use atlas_store::{
    CommitToken, Key, KeyRange, MemoryStore, Partition, Store, Tx, check_table, check_values,
    partitions,
};
use pollster::block_on;

async fn fleet() -> MemoryStore {
    let (store, _) = memory();
    let tx = Tx::begin(&store).await.unwrap();
    for (id, name) in [(1_u64, "Argo"), (2, "Beagle"), (3, "Calypso")] {
        SHIPS
            .put(&tx, &acme(), id, &ship(name, "Piraeus", id))
            .await
            .unwrap();
    }
    tx.commit(CommitToken::from_u128(1)).await.unwrap();
    store
}

fn row(name: &str) -> Key {
    Key::builder(&acme(), "ship.name")
        .text(name)
        .build()
        .unwrap()
}

/// What the check says after the damage.
async fn findings(damage: impl AsyncFnOnce(&Tx)) -> String {
    let store = fleet().await;
    let tx = Tx::begin(&store).await.unwrap();
    damage(&tx).await;
    tx.commit(CommitToken::from_u128(2)).await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    let mut lines = Vec::new();
    let report = |finding: atlas_store::Finding| lines.push(finding.to_string());
    let counts = check_table(&*snapshot, &acme(), &SHIPS, report)
        .await
        .unwrap();
    assert_eq!(counts.findings, lines.len() as u64);
    lines.join("\n")
}

#[test]
fn a_sound_table_has_no_findings() {
    block_on(async {
        let snapshot = fleet().await.snapshot().await.unwrap();
        let counts = check_table(&*snapshot, &acme(), &SHIPS, |_| {})
            .await
            .unwrap();
        assert_eq!((counts.records, counts.rows, counts.findings), (3, 6, 0));
        let counts = check_values(&*snapshot, &KeyRange::all(), |_| {})
            .await
            .unwrap();
        assert_eq!((counts.records, counts.findings), (9, 0));
    });
}

#[test]
fn a_missing_row_is_found() {
    let found = block_on(findings(async |tx| tx.delete(row("Argo")).unwrap()));
    insta::assert_snapshot!(found, @"index `name` lacks the row `acme ship.name Argo` for `acme ship a1`");
}

#[test]
fn a_stray_row_is_found() {
    let found = block_on(findings(async |tx| {
        tx.delete(SHIPS.key(&acme(), 2).unwrap()).unwrap();
    }));
    insta::assert_snapshot!(found, @"
        the row `acme ship.name Beagle` of index `name` leads to `acme ship a2`, which is not under it
        the row `acme ship.port Piraeus a2 a2` of index `port` leads to `acme ship a2`, which is not under it
        ");
}

#[test]
fn a_row_that_leads_elsewhere_is_found() {
    // Somebody wrote a record without its table: the old row is stray, the new one missing.
    let found = block_on(findings(async |tx| {
        SHIPS.delete(tx, &acme(), 1).await.unwrap();
        let rest = tx.get(&row("Argo")).await.unwrap();
        assert!(rest.is_none());
        SHIPS
            .put(tx, &acme(), 4, &ship("Argo", "Piraeus", 4))
            .await
            .unwrap();
        let four = tx.get(&row("Argo")).await.unwrap().unwrap();
        tx.delete(row("Argo")).unwrap();
        SHIPS
            .put(tx, &acme(), 1, &ship("Argo", "Piraeus", 1))
            .await
            .unwrap();
        tx.put(row("Argo"), four).unwrap();
    }));
    insta::assert_snapshot!(found, @"the row `acme ship.name Argo` of index `name` leads to `acme ship a4` instead of `acme ship a1`");
}

#[test]
fn damage_is_found() {
    let found = block_on(findings(async |tx| {
        tx.put(SHIPS.key(&acme(), 1).unwrap(), *b"{}").unwrap();
        tx.put(row("Beagle"), *b"{}").unwrap();
    }));
    insta::assert_snapshot!(found, @"
        `acme ship a1` cannot be read
        `acme ship.name Beagle` cannot be read
        ");
}

#[test]
fn partitions_are_found_one_by_one() {
    block_on(async {
        let store = fleet().await;
        let tx = Tx::begin(&store).await.unwrap();
        let others = ["/", "acm", "acme-2", "zeta"].map(|name| Partition::parse(name).unwrap());
        for partition in &others {
            SHIPS
                .put(&tx, partition, 1, &ship("Argo", "Piraeus", 1))
                .await
                .unwrap();
        }
        tx.commit(CommitToken::from_u128(2)).await.unwrap();
        let found = partitions(&*store.snapshot().await.unwrap()).await.unwrap();
        let names: Vec<_> = found.iter().map(Partition::as_str).collect();
        assert_eq!(names, ["/", "acm", "acme", "acme-2", "zeta"]);
    });
}
