//! The engine on a PostgreSQL server of its own: single calls beside a bare client that sends the
//! same statements, and many committers beside the rates they must reach.

#[path = "postgres/bare.rs"]
mod bare;
#[path = "postgres/calls.rs"]
mod calls;
#[path = "postgres/writers.rs"]
mod writers;

use atlas_store_postgres::PostgresStore;
use atlas_test_servers::Postgres;
use pollster::block_on;

fn main() -> Result<(), bare::Fault> {
    // What a machine of some size gives a server; flushes are real.
    let settings = [
        "shared_buffers=512MB",
        "max_connections=200",
        "autovacuum=off",
    ];
    let server = Postgres::start_with(&settings)?;
    let store = |name: &str| {
        let url = format!("{}?schema={name}&pool=40", server.url());
        block_on(PostgresStore::create(&url))
    };
    // The peer's tables are those of a store that nobody has open.
    drop(store("bare")?);
    let bare = bare::Bare::connect(&server, "bare")?;
    calls::run(&store("ours")?, &bare)?;
    writers::run(&store)
}
