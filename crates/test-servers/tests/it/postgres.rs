//! PostgreSQL starts, answers, and is gone when it is dropped.

use atlas_test_servers::{Postgres, PostgresCluster, ServerError, until};
use std::time::Duration;

#[test]
fn a_server_answers_and_goes_with_its_value() -> Result<(), ServerError> {
    let server = Postgres::start()?;
    assert_eq!(server.query("SELECT 6 * 7")?, "42");
    assert_eq!(server.query("SHOW fsync")?, "on");
    let (folder, port) = (server.folder().to_owned(), server.port());
    drop(server);
    assert!(!folder.exists());
    assert!(std::net::TcpStream::connect(("127.0.0.1", port)).is_err());
    Ok(())
}

#[test]
fn a_server_is_stopped_when_a_test_panics() {
    let (send, receive) = std::sync::mpsc::channel();
    let panicked = std::thread::spawn(move || {
        let server = Postgres::start().unwrap();
        send.send(server.folder().to_owned()).unwrap();
        panic!("as a test does that fails");
    });
    assert!(panicked.join().is_err());
    assert!(!receive.recv().unwrap().exists());
}

#[test]
fn a_server_that_is_killed_starts_again_on_what_it_has_left() -> Result<(), ServerError> {
    let server = Postgres::start()?;
    server.query("CREATE TABLE t (n bigint)")?;
    for _ in 0..2 {
        server.query("INSERT INTO t VALUES (7)")?;
        server.kill()?;
        server.start_again()?;
    }
    assert_eq!(server.query("SELECT count(*) FROM t")?, "2");
    let folder = server.folder().to_owned();
    drop(server);
    assert!(!folder.exists());
    Ok(())
}

#[test]
fn a_replica_leads_when_the_primary_is_killed() -> Result<(), ServerError> {
    let cluster = PostgresCluster::start()?;
    assert_eq!(cluster.url().matches("127.0.0.1").count(), 3);
    let primary = cluster.primary();
    primary.query("CREATE TABLE t (n bigint)")?;
    primary.query("INSERT INTO t VALUES (7)")?;
    cluster.fail_over()?;
    let limit = Duration::from_secs(10);
    assert!(until(limit, || primary.query("SELECT 1").is_err()));
    Ok(())
}

#[test]
fn what_is_missing_is_said_with_the_command_that_installs_it() {
    let missing = ServerError::Missing {
        program: "initdb",
        package: "postgresql",
    };
    assert_eq!(
        missing.to_string(),
        "there is no program `initdb` here: run `cargo xtask servers`, or `apt-get install postgresql`"
    );
}
