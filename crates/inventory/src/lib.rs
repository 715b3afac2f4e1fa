//! What a cloud says it holds: a trait that a host program implements, and a static file.
//!
//! ```
//! use atlas_inventory::{Ask, FileInventory, Inventory, Limits};
//!
//! let text = br#"{"version": 1, "locations": {"aws/us-east-1": {
//!   "images": [{"id": "ami-0ae8605ed708e3c3e", "name": "web-7", "architecture": "x86_64",
//!               "size_gb": 10}],
//!   "servers": [{"id": "i-0123456789abcdef0", "state": "operational",
//!                "image": "ami-0ae8605ed708e3c3e",
//!                "devices": [{"name": "/dev/sda1", "kind": "root", "size_gb": 10}]}]}}}"#;
//! let inventory = FileInventory::parse(text, &Limits::default())?;
//! let location = "aws/us-east-1".parse()?;
//! assert!(inventory.covers(&location));
//! let images = pollster::block_on(inventory.images(Ask::new(&location), None))?;
//! assert_eq!(images.items[0].image_id.as_str(), "ami-0ae8605ed708e3c3e");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! It calls no cloud: whoever has the rights to ask one implements [`Inventory`]. It knows no scopes
//! and no records either.
//!
//! | type | is |
//! |---|---|
//! | [`Inventory`] | describes images and servers, lists them, tells networks |
//! | [`Ask`] | where to look, and with which secret |
//! | [`Listed`] | a page of a list |
//! | [`FileInventory`], [`FileError`] | an inventory that was written down, and why it is refused |

mod file;
mod inventory;

pub use crate::{
    file::{Entry, EntryKind, FileError, FileInventory, JsonError, Limits},
    inventory::{Ask, Fut, Inventory, InventoryError, Listed},
};
