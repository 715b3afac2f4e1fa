//! Tests of the `atlas` command: they run the built program.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "tests may panic, and prepare files for the program"
)]

mod program;

#[cfg(target_os = "linux")]
mod appliance;
mod asked_too_much;
mod asking;
mod bad_input;
mod booting;
mod bounded;
mod channels;
mod checking;
mod clouds;
mod damage;
mod diffs;
mod disks;
#[cfg(unix)]
mod ec2_clients;
mod encoding;
#[cfg(feature = "etcd")]
mod etcd;
mod graphs;
mod guides;
mod help;
mod ids;
mod keeping;
mod keys;
mod launching;
mod lists;
mod lives;
mod loads;
mod locking;
mod main_job;
mod market;
mod merging;
mod mistakes;
mod operating;
#[cfg(all(target_os = "linux", feature = "postgres"))]
mod operations;
mod pictures;
mod plans;
mod reaching;
mod records;
mod referring;
mod registering;
mod roles;
mod schema;
mod servers;
#[cfg(unix)]
mod serving;
mod sharing;
mod showing;
#[cfg(unix)]
#[path = "../../../ec2/tests/it/signature/signer.rs"]
#[expect(
    dead_code,
    clippy::string_slice,
    reason = "the signer of the protocol's own tests, of which less is needed here"
)]
mod signer;
mod templates;
mod three_way_merge;
#[cfg(unix)]
mod under_load;
mod uses;
