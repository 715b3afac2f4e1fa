//! TLS, and whom to trust.

use crate::support;
use atlas_store::Store as _;
use atlas_store_postgres::{OpenError, PostgresStore};
use atlas_test_servers::Postgres;

const AUTHORITY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/tls/authority.pem");
const CERTIFICATE: &str = include_str!("../data/tls/server.pem");
const KEY: &str = include_str!("../data/tls/server.key");

fn create(server: &Postgres, host: &str, options: &str) -> Result<PostgresStore, OpenError> {
    let url = server.url().replace("127.0.0.1", host);
    let url = format!("{url}?schema={}&{options}", support::schema());
    pollster::block_on(PostgresStore::create(&url))
}

/// Whether the connections of that name use TLS.
fn has_tls(server: &Postgres, name: &str) -> bool {
    let sql = "SELECT DISTINCT ssl FROM pg_stat_ssl JOIN pg_stat_activity USING (pid) \
         WHERE application_name";
    match server.query(&format!("{sql} = '{name}'")).unwrap().as_str() {
        "t" => true,
        "f" => false,
        other => panic!("{name}: {other}"),
    }
}

#[test]
fn a_server_with_tls_is_trusted_as_far_as_asked_for() {
    let server = Postgres::start_with_tls(CERTIFICATE, KEY).unwrap();
    let verified = format!("sslmode=verify-full&sslrootcert={AUTHORITY}");
    for (name, options, with_tls) in [
        ("disable", "sslmode=disable", false),
        ("unless_given", "pool=2", true),
        ("prefer", "sslmode=prefer", true),
        ("require", "sslmode=require", true),
        ("verified", &*verified, true),
    ] {
        let options = format!("{options}&application_name={name}");
        let store = create(&server, "localhost", &options).unwrap();
        // One that stays, while it is looked at.
        let snapshot = pollster::block_on(store.snapshot()).unwrap();
        assert_eq!(has_tls(&server, name), with_tls, "{name}");
        drop(snapshot);
    }
    // Another name than the one in the certificate, and an authority that nobody trusts.
    for (host, options) in [
        ("127.0.0.1", &*verified),
        ("localhost", "sslmode=verify-full"),
    ] {
        let error = create(&server, host, options).unwrap_err();
        let refused = matches!(error, OpenError::Unreachable { .. });
        assert!(refused, "{host}: {error}");
    }
}

#[test]
fn a_server_without_tls_is_refused_where_it_was_asked_for() {
    let server = Postgres::shared().unwrap();
    create(server, "localhost", "sslmode=prefer").unwrap();
    let verified = format!("verify-full&sslrootcert={AUTHORITY}");
    for mode in ["require", &*verified] {
        let error = create(server, "localhost", &format!("sslmode={mode}")).unwrap_err();
        let refused = matches!(error, OpenError::Unreachable { .. });
        assert!(refused, "{mode}: {error}");
    }
    let nowhere = "sslmode=verify-full&sslrootcert=/nowhere.pem";
    let error = create(server, "localhost", nowhere).unwrap_err();
    assert!(matches!(error, OpenError::Certificates { .. }), "{error}");
}
