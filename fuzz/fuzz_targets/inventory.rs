//! Inventories in files: any bytes; what is read is described under its own id, and listed once;
//! networks are those of the location.
#![no_main]

use atlas_inventory::{Ask, FileInventory, Inventory, Limits};
use core::{
    pin::pin,
    task::{Context, Poll, Waker},
};
use libfuzzer_sys::fuzz_target;
use std::error::Error;

/// The answer of an inventory that waits for nobody.
fn answer<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(answer) => answer,
        Poll::Pending => panic!("a file waits for nobody"),
    }
}

fuzz_target!(|text: &[u8]| {
    let inventory = match FileInventory::parse(text, &Limits::default()) {
        Ok(inventory) => inventory,
        Err(error) => {
            let mut error: &dyn Error = &error;
            assert!(!error.to_string().contains('\n'), "{error}");
            while let Some(source) = error.source() {
                error = source;
                assert!(!error.to_string().contains('\n'), "{error}");
            }
            return;
        }
    };
    for location in inventory.locations() {
        assert!(inventory.covers(location));
        let ask = Ask::new(location);
        let images = answer(inventory.images(ask, None)).expect("the first page is there");
        for image in &images.items {
            let at = Ask::new(&image.location);
            let found = answer(inventory.describe(at, &image.image_id)).expect("a file answers");
            assert_eq!(found.as_ref(), Some(image));
        }
        let servers = answer(inventory.servers(ask, None)).expect("the first page is there");
        for server in &servers.items {
            let found = answer(inventory.server(ask, &server.id)).expect("a file answers");
            assert!(found.is_some());
        }
        let networks = answer(inventory.networks(ask)).expect("a file answers");
        for network in networks.iter().flatten() {
            assert_eq!(network.location, *location);
        }
    }
});
