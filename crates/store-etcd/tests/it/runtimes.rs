//! Callers that have a runtime of their own.

use crate::support;
use atlas_test_servers::until;
use cloud_atlas::{blocking::Atlas, store::FeedPosition};
use std::{thread, time::Duration};
use tokio::runtime::Builder;

#[test]
fn a_thread_of_a_runtime_may_block_on_any_number_of_calls() {
    let url = support::url();
    let caller = thread::spawn(move || {
        let runtime = Builder::new_current_thread().build();
        runtime.unwrap().block_on(async {
            let admin = Atlas::init(&url).unwrap().act_as(&"admin".parse().unwrap());
            let acme = "/acme".parse().unwrap();
            admin.add_scope(&acme).unwrap();
            // More than a task of tokio may do before it has to yield.
            for number in 0..100 {
                let name = format!("web {number}").parse().unwrap();
                admin.create_mci(&acme, name).unwrap();
                admin.events_wait(&acme, FeedPosition::START).unwrap();
            }
        });
    });
    assert!(until(Duration::from_mins(1), || caller.is_finished()));
    caller.join().unwrap();
}
