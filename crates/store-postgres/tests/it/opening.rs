//! Making and opening stores, and what is left alone.

use crate::support::{self, count, key};
use atlas_store::{Content, RetryPolicy, Store as _, StoreError};
use atlas_store_postgres::{Found, OpenError, Options, PostgresStore};
use atlas_test_servers::Postgres;

fn open(url: &str) -> Result<PostgresStore, OpenError> {
    pollster::block_on(PostgresStore::open(url))
}

fn create(url: &str) -> Result<PostgresStore, OpenError> {
    pollster::block_on(PostgresStore::create(url))
}

/// Runs SQL in the schema of a URL.
fn sql(url: &str, sql: &str) -> String {
    let schema = url.split_once("schema=").unwrap().1;
    let server = Postgres::shared().unwrap();
    server
        .query(&format!("SET search_path TO {schema}; {sql}"))
        .unwrap()
}

#[test]
fn a_store_is_made_once_and_opened_again() {
    let url = support::url();
    assert!(matches!(open(&url), Err(OpenError::NotFound { .. })));
    let schema = url.split_once("schema=").unwrap().1;
    let made = format!("SELECT count(*) FROM pg_namespace WHERE nspname = '{schema}'");
    assert_eq!(sql(&url, &made), "0", "opening makes nothing");
    let store = create(&url).unwrap();
    count(&store, &RetryPolicy::new(1), 1).unwrap();
    assert!(matches!(create(&url), Err(OpenError::AlreadyExists { .. })));
    drop(store);
    let store = open(&url).unwrap();
    assert_eq!(count(&store, &RetryPolicy::new(2), 2).unwrap(), 1);
}

#[test]
fn of_many_who_make_a_store_one_does() {
    let url = support::url();
    let made = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(|| create(&url))).collect();
        let made = threads.into_iter().map(|thread| thread.join().unwrap());
        made.collect::<Vec<_>>()
    });
    let won = made.iter().filter(|made| made.is_ok()).count();
    let lost = |made: &&Result<_, _>| matches!(made, Err(OpenError::AlreadyExists { .. }));
    assert_eq!((won, made.iter().filter(lost).count()), (1, 3), "{made:?}");
}

#[test]
fn foreign_tables_are_left_alone() {
    for tables in [
        "CREATE TABLE meta (id bigint)",
        "CREATE TABLE meta (name bigint, value text)",
        "CREATE TABLE meta (name text, value text); INSERT INTO meta VALUES ('store', 'other')",
        "CREATE TABLE feeds (id bigint)",
    ] {
        let url = support::url();
        let schema = url.split_once("schema=").unwrap().1;
        sql(&url, &format!("CREATE SCHEMA {schema}; {tables}"));
        let found = Found::ForeignTables;
        let refused = |error: &OpenError| matches!(error, OpenError::NotAStore { found: it, .. } if *it == found);
        let error = create(&url).unwrap_err();
        assert!(refused(&error), "{tables}: {error}");
        let error = open(&url).unwrap_err();
        let nothing = matches!(error, OpenError::NotFound { .. });
        assert!(refused(&error) || nothing, "{tables}: {error}");
        let left =
            "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()";
        assert_eq!(sql(&url, left), "1", "{tables}");
    }
}

#[test]
fn what_a_store_notes_is_looked_at() {
    let url = support::url();
    let with = |content: &'static str, format| {
        let mut options = Options::default();
        options.content = Content::new(content, format);
        pollster::block_on(PostgresStore::open_with(&url, options))
    };
    let mut options = Options::default();
    options.content = Content::new("images", 2);
    drop(support::create(&url, options));
    with("images", 2).unwrap();
    with("images", 3).unwrap();
    open(&url).unwrap();
    let error = with("images", 1).unwrap_err();
    let newer = OpenError::NewerFormat {
        place: open(&url).unwrap().place().clone(),
        found: 2,
        supported: 1,
    };
    assert_eq!(error.to_string(), newer.to_string());
    let error = with("songs", 2).unwrap_err();
    let found = Found::ForeignContent;
    assert!(matches!(error, OpenError::NotAStore { found: it, .. } if it == found));
    sql(&url, "UPDATE meta SET value = '9' WHERE name = 'format'");
    let error = open(&url).unwrap_err();
    assert!(matches!(error, OpenError::NewerFormat { found: 9, .. }));
}

#[test]
fn another_order_than_that_of_the_bytes_is_refused() {
    let url = support::url();
    drop(create(&url).unwrap());
    // The database's own order: as people sort.
    sql(
        &url,
        "ALTER TABLE meta ALTER COLUMN name TYPE text COLLATE \"default\"",
    );
    let error = open(&url).unwrap_err();
    assert!(matches!(error, OpenError::Order { .. }), "{error}");
}

#[test]
fn no_error_shows_the_password() {
    let server = Postgres::shared().unwrap();
    let wrong = server.url().replace("p%40ss", "secret");
    let missing = server.url().replace("/postgres", "/nowhere");
    let silent = server.url().replace(&server.port().to_string(), "1");
    for (url, refused) in [(wrong, true), (missing, true), (silent, false)] {
        let error = open(&url).unwrap_err();
        assert_eq!(
            matches!(error, OpenError::Refused { .. }),
            refused,
            "{error}"
        );
        assert_eq!(
            matches!(error, OpenError::Unreachable { .. }),
            !refused,
            "{error}"
        );
        let mut shown = format!("{error:?} {error}");
        let mut source = std::error::Error::source(&error);
        while let Some(error) = source {
            shown += &error.to_string();
            source = error.source();
        }
        for password in [server.password(), "secret", "p%40ss", "ss/word"] {
            assert!(!shown.contains(password), "{shown}");
        }
    }
    let store = create(&support::url()).unwrap();
    assert!(!format!("{store:?}").contains("ss/word"));
}

#[test]
fn a_password_may_be_in_a_file() {
    use std::{fs, os::unix::fs::PermissionsExt as _};
    let server = Postgres::shared().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("passwords");
    let (port, schema) = (server.port(), support::schema());
    let path = file.display();
    let url = format!("postgres://atlas@127.0.0.1:{port}/postgres?schema={schema}&passfile={path}");
    let password = server.password().replace('\\', "\\\\");
    let others = format!("# comment\n\n*:{port}:other:*:wrong\n*:1:*:atlas:wrong\nshort:line\n");
    fs::write(&file, &others).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).unwrap();
    let error = create(&url).unwrap_err();
    assert!(matches!(error, OpenError::PasswordFile { .. }), "{error}");
    fs::set_permissions(&file, fs::Permissions::from_mode(0o600)).unwrap();
    assert!(create(&url).is_err(), "no line fits");
    let line = format!("127.0.0.1:*:postgres:atlas:{password}\n*:*:*:*:wrong\n");
    fs::write(&file, others + &line).unwrap();
    create(&url).unwrap();
    // The URL's own goes first.
    let wrong = url.replace("atlas@", "atlas:wrong@");
    assert!(matches!(open(&wrong), Err(OpenError::Refused { .. })));
}

#[test]
fn rows_that_were_changed_by_hand_are_damage() {
    let url = support::url();
    let store = create(&url).unwrap();
    count(&store, &RetryPolicy::new(1), 1).unwrap();
    let read = || {
        pollster::block_on(async {
            let keys = [key("counter", 0)];
            store.snapshot().await?.get(&keys).await.map(drop)
        })
    };
    read().unwrap();
    sql(&url, "UPDATE entries SET version = -1");
    assert!(matches!(read(), Err(StoreError::Corrupt { .. })));
    sql(&url, "DROP TABLE entries");
    assert!(matches!(read(), Err(StoreError::Corrupt { .. })));
}
