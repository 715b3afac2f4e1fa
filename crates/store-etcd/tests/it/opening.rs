//! Making and opening stores, and what is left alone.

use crate::support::{self, account, count, key};
use atlas_store::{Content, FeedPosition, RetryPolicy, Store as _, StoreError};
use atlas_store_etcd::{EtcdStore, Found, OpenError, Options};
use atlas_test_servers::Etcd;

const AUTHORITY: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../store-postgres/tests/data/tls/authority.pem"
);
const AUTHORITY_TEXT: &str = include_str!("../../../store-postgres/tests/data/tls/authority.pem");
const CERTIFICATE: &str = include_str!("../../../store-postgres/tests/data/tls/server.pem");
const KEY: &str = include_str!("../../../store-postgres/tests/data/tls/server.key");

fn open(url: &str) -> Result<EtcdStore, OpenError> {
    pollster::block_on(EtcdStore::open(url))
}

fn create(url: &str) -> Result<EtcdStore, OpenError> {
    pollster::block_on(EtcdStore::create(url))
}

/// Everything below the prefix of a URL of the shared server.
fn below(url: &str) -> String {
    let prefix = prefix_of(url);
    let server = Etcd::shared().unwrap();
    server.ctl(&["get", "--prefix", &prefix]).unwrap()
}

/// The prefix of a URL, with the slash that follows.
fn prefix_of(url: &str) -> String {
    let path = url.split('/').nth(3).unwrap();
    format!("{}/", path.split('?').next().unwrap())
}

#[test]
fn a_store_is_made_once_and_opened_again() {
    let url = support::url();
    assert!(matches!(open(&url), Err(OpenError::NotFound { .. })));
    assert_eq!(below(&url), "", "opening makes nothing");
    let store = create(&url).unwrap();
    count(&store, &RetryPolicy::new(1), 1).unwrap();
    assert!(matches!(create(&url), Err(OpenError::AlreadyExists { .. })));
    let before = below(&url);
    drop(store);
    let store = open(&url).unwrap();
    assert_eq!(below(&url), before, "opening changes nothing");
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
fn foreign_keys_are_left_alone() {
    for (name, value) in [
        ("something", "else"),
        ("meta", "of another program"),
        ("meta", "cloud-atlas store\nno format"),
        ("k/acme one", "1"),
    ] {
        let url = support::url();
        let name = format!("{}{name}", prefix_of(&url));
        let server = Etcd::shared().unwrap();
        server.ctl(&["put", &name, value]).unwrap();
        let before = below(&url);
        for outcome in [create(&url), open(&url)] {
            let found = Found::ForeignKeys;
            let error = outcome.unwrap_err();
            let refused = matches!(error, OpenError::NotAStore { found: it, .. } if it == found);
            assert!(refused, "{name}: {error}");
        }
        assert_eq!(below(&url), before, "{name}");
    }
}

#[test]
fn what_a_store_notes_is_looked_at() {
    let url = support::url();
    let with = |content: &'static str, format| {
        let mut options = Options::default();
        options.content = Content::new(content, format);
        pollster::block_on(EtcdStore::open_with(&url, options))
    };
    let mut options = Options::default();
    options.content = Content::new("images", 2);
    drop(support::create(&url, options));
    with("images", 2).unwrap();
    with("images", 3).unwrap();
    let place = open(&url).unwrap().place().clone();
    let error = with("images", 1).unwrap_err();
    let newer = OpenError::NewerFormat {
        place,
        found: 2,
        supported: 1,
    };
    assert_eq!(error.to_string(), newer.to_string());
    let error = with("songs", 2).unwrap_err();
    let found = Found::ForeignContent;
    assert!(matches!(error, OpenError::NotAStore { found: it, .. } if it == found));
    let meta = format!("{}meta", prefix_of(&url));
    let server = Etcd::shared().unwrap();
    let later = "cloud-atlas store\nformat 9\nunknown line";
    server.ctl(&["put", &meta, later]).unwrap();
    let error = open(&url).unwrap_err();
    assert!(matches!(error, OpenError::NewerFormat { found: 9, .. }));
}

/// An error with everything that it says of its cause.
fn shown(error: &OpenError) -> String {
    let mut shown = format!("{error:?} {error}");
    let mut source = std::error::Error::source(error);
    while let Some(error) = source {
        shown += &error.to_string();
        source = error.source();
    }
    shown
}

#[test]
fn a_password_is_asked_for_and_never_shown() {
    let server = Etcd::start().unwrap();
    for arguments in [
        &["user", "add", "root:other"][..],
        &["user", "grant-role", "root", "root"],
        &["user", "add", "atlas:p@ss/word:1"],
        &["role", "add", "images"],
        &[
            "role",
            "grant-permission",
            "images",
            "--prefix=true",
            "readwrite",
            "images/",
        ],
        &["user", "grant-role", "atlas", "images"],
        &["auth", "enable"],
    ] {
        server.ctl(arguments).unwrap();
    }
    let host = server.host();
    let right = format!("etcd://atlas:p%40ss%2Fword%3A1@{host}/images");
    let store = create(&right).unwrap();
    count(&store, &RetryPolicy::new(1), 1).unwrap();
    assert!(!format!("{store:?}").contains("ss/word"));
    let silent = "etcd://atlas:p%40ss%2Fword%3A1@127.0.0.1:1/images".to_owned();
    for (url, is_refused) in [
        (format!("etcd://atlas:secret@{host}/images"), true),
        (format!("etcd://{host}/images"), true),
        (right.replace("/images", "/elsewhere"), true),
        (silent, false),
    ] {
        let error = open(&url).unwrap_err();
        let refused = matches!(error, OpenError::Refused { .. });
        let unreachable = matches!(error, OpenError::Unreachable { .. });
        assert_eq!((refused, unreachable), (is_refused, !is_refused), "{error}");
        let shown = shown(&error);
        for password in ["secret", "p@ss", "p%40ss", "ss/word"] {
            assert!(!shown.contains(password), "{shown}");
        }
    }
}

#[test]
fn a_server_with_tls_is_trusted_by_its_certificate() {
    let server = Etcd::start_with_tls(CERTIFICATE, KEY, AUTHORITY_TEXT).unwrap();
    let url = |host: &str, options: &str| {
        let (port, prefix) = (server.port(), support::prefix());
        format!("etcd://{host}:{port}/{prefix}?{options}")
    };
    let trusted = format!("ca={AUTHORITY}");
    let store = create(&url("localhost", &trusted)).unwrap();
    count(&store, &RetryPolicy::new(1), 1).unwrap();
    for (host, options) in [
        // Another name than the one in the certificate, an authority that nobody trusts, no TLS.
        ("127.0.0.1", &*trusted),
        ("localhost", "tls=on"),
        ("localhost", "tls=off"),
    ] {
        let error = create(&url(host, options)).unwrap_err();
        let refused = matches!(error, OpenError::Unreachable { .. });
        assert!(refused, "{host}?{options}: {error}");
    }
    let error = create(&url("localhost", "ca=/nowhere.pem")).unwrap_err();
    assert!(matches!(error, OpenError::File { .. }), "{error}");
}

#[test]
fn keys_that_were_changed_by_hand_are_damage() {
    let url = support::url();
    let store = create(&url).unwrap();
    count(&store, &RetryPolicy::new(1), 1).unwrap();
    let server = Etcd::shared().unwrap();
    let prefix = prefix_of(&url);
    let feed = || {
        let account = account();
        let page = store.feed(&account, FeedPosition::START, 10);
        pollster::block_on(page).map(drop)
    };
    feed().unwrap();
    let entry = format!("{prefix}f/acme {:016x}", 1);
    server.ctl(&["del", &entry]).unwrap();
    assert!(matches!(feed(), Err(StoreError::Corrupt { .. })));
    server
        .ctl(&["put", &format!("{prefix}h/acme"), "many"])
        .unwrap();
    assert!(matches!(feed(), Err(StoreError::Corrupt { .. })));
}

#[test]
fn a_store_that_is_dropped_answers_no_more() {
    let store = create(&support::url()).unwrap();
    let snapshot = pollster::block_on(store.snapshot()).unwrap();
    drop(store);
    let found = pollster::block_on(snapshot.get(&[key("one", 1)]));
    assert!(matches!(found, Err(StoreError::Closed)), "{found:?}");
}
