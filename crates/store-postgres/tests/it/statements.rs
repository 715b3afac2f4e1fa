//! What is sent to a server keeps to a list of forms, and nothing else is sent.

mod forms;

use crate::{support, wide};
use atlas_store::CommitToken;
use atlas_store_conformance::{Harness, Lack, run};
use atlas_store_postgres::{Options, statements};
use atlas_test_servers::Postgres;
use std::{collections::BTreeSet, sync::Arc};

#[test]
fn every_statement_has_an_allowed_form() {
    for statement in statements() {
        if let Err(why) = forms::allowed(statement) {
            panic!("{statement}\n{why}");
        }
    }
}

#[test]
fn other_forms_are_seen() {
    for statement in [
        "INSERT INTO feeds (partition_name) VALUES ($1) ON CONFLICT DO NOTHING",
        "DELETE FROM entries WHERE k = $1 RETURNING v",
        "SELECT nextval('numbers')",
        "SELECT pg_advisory_lock($1)",
        "SELECT v FROM entries WHERE k = ANY($1)",
        "SELECT v FROM entries, feeds WHERE k = $1",
        "SELECT v FROM entries WHERE k = (SELECT k FROM feeds)",
        "SELECT v FROM entries WHERE k = $1 FOR UPDATE SKIP LOCKED",
        "SELECT DISTINCT k FROM entries",
        "SELECT count(*) FROM entries",
        "LISTEN feeds",
        "SAVEPOINT one",
        "CREATE TABLE t (n serial PRIMARY KEY)",
        "CREATE TABLE t (n jsonb NOT NULL)",
        "CREATE TABLE t (k text REFERENCES meta (name))",
        "CREATE UNIQUE INDEX i ON entries (v)",
        "CREATE INDEX i ON entries (v) WHERE k = 'a'",
        "BEGIN ISOLATION LEVEL SERIALIZABLE",
        "TRUNCATE entries",
        "UPDATE entries SET v = $1 FROM feeds WHERE k = $2",
    ] {
        assert!(forms::allowed(statement).is_err(), "{statement}");
    }
}

#[test]
fn a_server_is_sent_nothing_else() {
    let server = Postgres::start_with(&[
        "log_statement=all",
        "log_line_prefix=%a|",
        "log_parameter_max_length=0",
    ]);
    let server = Arc::new(server.unwrap());
    let of_stores = Arc::clone(&server);
    let harness = Harness::new(move || {
        let mut options = Options::default();
        options.feed_retention = 250;
        let url = format!("{}?schema={}", of_stores.url(), support::schema());
        Ok(Arc::new(support::create(&url, options)))
    })
    .with_feed_retention(281)
    .with_rounds(10)
    .without(Lack::PushFeed);
    let report = run(&harness);
    assert!(report.passed(), "{report}");
    // What the suite has no need for: a commit that has read across partitions, whose token is one
    // of those after which others expire.
    let store = support::create(&server.url(), Options::default());
    let token = CommitToken::from_u128(512);
    pollster::block_on(wide::commit(&store, "acme", token)).unwrap();
    drop(store);
    let log = server.log().unwrap();
    let sent: BTreeSet<&str> = log.lines().filter_map(statement).collect();
    let known: BTreeSet<&str> = statements().collect();
    let unknown = |sent: &&&str| !known.contains(**sent) && !sent.starts_with("CREATE SCHEMA \"");
    let unknown: Vec<_> = sent.iter().filter(unknown).collect();
    assert!(unknown.is_empty(), "{unknown:#?}");
    let unsent: Vec<_> = known.difference(&sent).collect();
    assert_eq!(unsent, [&"CREATE SCHEMA"], "which has a name there");
}

/// The statement in a line of the log, if one of ours was sent.
fn statement(line: &str) -> Option<&str> {
    let line = line.strip_prefix("cloud-atlas|LOG:  ")?;
    let simple = line.strip_prefix("statement: ");
    let prepared = || Some(line.strip_prefix("execute ")?.split_once(": ")?.1);
    simple.or_else(prepared)
}
