//! The Cloud Atlas store in PostgreSQL, for teams.
mod address;
mod commit;
mod error;
mod fault;
mod open;
mod options;
mod passfile;
mod pipeline;
mod pool;
mod reach;
mod rows;
mod runtime;
mod shared;
mod snapshot;
mod sql;
mod store;
mod tls;

pub use crate::{
    address::{Address, AddressError},
    error::{Found, OpenError, Place, PoolBusy},
    options::Options,
    sql::statements,
    store::PostgresStore,
};
