//! Tests of the examples that are programs of some size.
#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "tests may panic"
)]

#[path = "../../launch_service/client.rs"]
mod client;
#[path = "../../launch_service/fleet.rs"]
mod fleet;
#[path = "../../launch_service/service.rs"]
mod service;

mod blocking;
mod launch_service;
