//! Every message, word for word.

use crate::support::key;
use atlas_base::{Digest, canonical};
use atlas_store::{
    CommitToken, FeedPosition, Finding, IndexState, LeaseError, Limit, LoadError, MigrateError,
    RecordError, StoreError, UpgradeError,
};
use std::error::Error;

#[test]
fn store_errors_say_what_to_do() {
    let io = || std::io::Error::other("the cable is out");
    let token = CommitToken::from_u128(10);
    let errors = [
        StoreError::Conflict,
        StoreError::unavailable(io()),
        StoreError::unknown_outcome(token, io()),
        StoreError::TooLarge {
            what: Limit::KeyBytes,
            limit: 512,
            found: 513,
        },
        StoreError::TooLarge {
            what: Limit::ValueBytes,
            limit: 10,
            found: 11,
        },
        StoreError::TooLarge {
            what: Limit::Operations,
            limit: 10,
            found: 11,
        },
        StoreError::TooLarge {
            what: Limit::CommitBytes,
            limit: 10,
            found: 11,
        },
        StoreError::FeedExpired {
            oldest: FeedPosition::from_u64(7),
        },
        StoreError::corrupt("its magic number is another"),
        StoreError::corrupt_at(&key("a"), "a record is no JSON").with_source(io()),
        StoreError::IndexNotReadable {
            index: "ship.port".into(),
            state: None,
        },
        StoreError::IndexNotReadable {
            index: "ship.port".into(),
            state: Some(IndexState::Building),
        },
        StoreError::IndexNotReadable {
            index: "ship.port".into(),
            state: Some(IndexState::Dropped),
        },
        StoreError::IndexUnknown {
            index: "ship.port".into(),
        },
        StoreError::NewerSchema { found: 3, known: 2 },
        StoreError::Unsupported {
            what: "a second writer",
        },
        StoreError::Closed,
    ];
    let lines: Vec<_> = errors
        .iter()
        .map(|error| {
            let source = error
                .source()
                .map(|source| format!(" <- {source}"))
                .unwrap_or_default();
            format!("{error}{source}")
        })
        .collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    the store changed meanwhile: read again and retry
    the store cannot be reached at the moment: try again <- the cable is out
    whether commit 0000000000000000000000000000000a came through is unknown: look whether its change is there before you repeat it <- the cable is out
    513 bytes of a key exceed this store's limit of 512
    11 bytes of a value exceed this store's limit of 10
    11 operations of a commit exceed this store's limit of 10
    11 bytes of a commit exceed this store's limit of 10
    the change feed begins after position 7: read everything anew and follow from its head
    the store is damaged: its magic number is another
    the store is damaged at key `acme t a`: a record is no JSON <- the cable is out
    index `ship.port` cannot be read: the store does not have it, open the store to build it
    index `ship.port` cannot be read: it is being built, wait until that is done
    index `ship.port` cannot be read: it was dropped, reopen the store with a newer version
    the store has the index `ship.port`, which this program does not know: reopen it with a newer version
    the store has the schema version 3, this program knows up to 2: reopen it with a newer version
    not supported here: a second writer
    the store or the transaction is closed: open it again
    ");
    let retryable: Vec<_> = errors.iter().filter(|error| error.is_retryable()).collect();
    assert_eq!(retryable.len(), 3);
}

#[test]
fn migrate_errors_say_what_to_do() {
    let errors = [
        MigrateError::from(LeaseError::Held {
            holder: "cloud-atlas 0.2.0".to_owned(),
            until: "2026-08-01T12:00:30Z".parse().unwrap(),
        }),
        LeaseError::Lost { holder: None }.into(),
        LeaseError::Lost {
            holder: Some("cloud-atlas 0.2.0".to_owned()),
        }
        .into(),
        MigrateError::Duplicate {
            table: "ship".to_owned(),
            index: "name".to_owned(),
            first: key("a"),
            second: key("b"),
        },
        StoreError::NewerSchema { found: 3, known: 2 }.into(),
    ];
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();
    insta::assert_snapshot!(lines.join("\n"), @"
    `cloud-atlas 0.2.0` is changing the store, at most until 2026-08-01T12:00:30Z unless it goes on: wait and try again
    the right to change the store was lost: begin again
    the right to change the store was lost to `cloud-atlas 0.2.0`: begin again
    index `ship.name` is unique, and two records have one key in it, `acme t a` and `acme t b`: change one of them with the version of the program that wrote them
    the store has the schema version 3, this program knows up to 2: reopen it with a newer version
    ");
}

#[test]
fn record_errors_say_what_to_do() {
    let errors = [
        RecordError::Taken {
            index: "name",
            holder: key("a"),
        },
        RecordError::Exists { key: key("a") },
        RecordError::Unwritable {
            source: canonical::to_string(&1.5).unwrap_err(),
        },
        RecordError::Store(StoreError::Conflict),
    ];
    insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"), @"
        index `name` already leads to `acme t a`: choose another value
        there already is a record at `acme t a`: update it instead
        the record cannot be written
        the store changed meanwhile: read again and retry
        ");
    let upgrades = [
        UpgradeError::no_way(3),
        UpgradeError::new(3, std::fmt::Error),
    ];
    insta::assert_snapshot!(upgrades.map(|error| error.to_string()).join("\n"), @"
        this version of the program reads no records of schema 3
        a record of schema 3 is not what that schema says
        ");
}

#[test]
fn load_errors_say_what_to_do() {
    let errors = [
        LoadError::NotEmpty { key: key("a") },
        LoadError::Another {
            begun: Digest::of("a", b"one"),
            given: Digest::of("a", b"two"),
        },
        LoadError::NoHeader,
        LoadError::Format { format: 2 },
        LoadError::Line { line: 3 },
        LoadError::Order { line: 4 },
        LoadError::TooLarge {
            line: 5,
            what: Limit::ValueBytes,
            limit: 1000,
            found: 1001,
        },
        LoadError::NotWhole { line: 6 },
        LoadError::Incomplete {
            expected: 3,
            found: 2,
            same_digest: false,
        },
        LoadError::Incomplete {
            expected: 3,
            found: 2,
            same_digest: true,
        },
        LoadError::Changed,
        LoadError::Disturbed,
        LoadError::Source {
            source: "the pipe broke".into(),
        },
        LoadError::Store(StoreError::Closed),
    ];
    insta::assert_snapshot!(errors.map(|error| error.to_string()).join("\n"), @"
    the store already holds `acme t a`: load into a new one
    a load of the dump with the digest blake3:78bef8581576eda387c70ed202ba7658112464117fe551a040fa92e506be60a7 into this store is not finished, and this dump has the digest blake3:114b3079568d72227598ea0e27947eccdd573ca275b17a122e4f2bad0cfcb6c4: load that one again, or load this one into a new store
    the first line is no header of a store dump
    dumps of format 2 cannot be read: use the version of the program that wrote it
    line 3 is no entry of a store dump
    line 4 is out of order: its key does not come after the one before
    line 5 is too large for this store: at most 1000 bytes of a value, 1001 found; load it into a store with larger limits
    line 6 is the journal of a load: the dump is of a store that was not whole
    the lines are not those the header tells of: 3 entries expected, 2 found, digests differ
    the lines are not those the header tells of: 3 entries expected, 2 found, digests agree
    the dump changed while it was loaded: load it once more, into a new store
    the store does not hold what the dump did when it was checked: load into a new one, and let nobody else write to it or to the dump meanwhile
    the dump cannot be read
    the store or the transaction is closed: open it again
    ");
}

#[test]
fn findings_say_what_is_wrong() {
    let (row, record, found) = (key("row"), key("record"), key("found"));
    let findings = [
        Finding::Unreadable {
            key: record.clone(),
            error: StoreError::Closed,
        },
        Finding::MissingRow {
            index: "name",
            row: row.clone(),
            record: record.clone(),
        },
        Finding::WrongRow {
            index: "name",
            row: row.clone(),
            record,
            found: found.clone(),
        },
        Finding::StrayRow {
            index: "name",
            row,
            found,
        },
    ];
    insta::assert_snapshot!(findings.map(|finding| finding.to_string()).join("\n"), @"
        `acme t record` cannot be read
        index `name` lacks the row `acme t row` for `acme t record`
        the row `acme t row` of index `name` leads to `acme t found` instead of `acme t record`
        the row `acme t row` of index `name` leads to `acme t found`, which is not under it
        ");
}
