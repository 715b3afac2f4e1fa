//! Real database servers for tests: started on this machine, on free ports of 127.0.0.1, in folders
//! that go away with them.
//!
//! ```
//! use atlas_test_servers::Postgres;
//!
//! let server = Postgres::start()?;
//! assert!(server.url().starts_with("postgres://atlas:"));
//! # Ok::<(), atlas_test_servers::ServerError>(())
//! ```
//!
//! | type | what it is |
//! |---|---|
//! | [`Postgres`] | one PostgreSQL server |
//! | [`PostgresCluster`] | a primary with two replicas, of which one must have each commit |
//! | [`Etcd`] | one etcd server |
//! | [`EtcdCluster`] | three etcd servers, of which two must have each commit |
//! | [`S3`] | one server that speaks S3, in memory |
//! | [`Machine`] | a machine of Debian with systemd, in namespaces of this one |
//! | [`ServerError`] | why a server is not there, with the command that installs it |
//! | [`run_script`], [`free_port`] | for scripts that start servers themselves |
//! | [`missing_packages`], [`install_python_packages`], [`install_node_packages`] | what has to be installed first |
//! | [`python_with_packages`], [`node_with_packages`] | Python and node with clients of AWS |
//! | [`until`] | waiting for a condition, with an end |
//!
//! A server stops when its value is dropped and when the process that started it is gone, however
//! that ended: beside each server waits a shell that notices. Nothing is ever stopped by its name.
//! Servers refuse to run as root; there the account `postgres` of the system packages runs them.
#![expect(
    clippy::disallowed_methods,
    reason = "this crate is for tests: it starts processes, looks for them in PATH, and waits"
)]

mod account;
mod cluster;
mod error;
mod etcd;
mod machine;
mod node;
mod postgres;
mod programs;
mod python;
mod s3;
mod script;
mod supervised;
mod wait;

pub use crate::{
    cluster::PostgresCluster,
    error::ServerError,
    etcd::{Etcd, EtcdCluster},
    machine::{Machine, MachineSaid},
    node::{install_node_packages, node_with_packages},
    postgres::{Postgres, free_port},
    programs::missing_packages,
    python::{install_python_packages, python_with_packages},
    s3::S3,
    script::run_script,
    wait::until,
};
