//! Callers that have a runtime of their own.

use crate::support;
use atlas_store::Store;
use atlas_store_postgres::Options;
use atlas_test_servers::until;
use std::{thread, time::Duration};
use tokio::runtime::Builder;

#[test]
fn a_thread_of_a_runtime_may_block_on_any_number_of_calls() {
    let url = support::url();
    let caller = thread::spawn(move || {
        let store = support::create(&url, Options::default());
        let runtime = Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            // More than a task of tokio may do before it has to yield.
            for _ in 0..1000 {
                drop(pollster::block_on(store.snapshot()).unwrap());
            }
        });
    });
    assert!(until(Duration::from_mins(1), || caller.is_finished()));
    caller.join().unwrap();
}
