//! A store of a million image records: it answers like a small one, and like redb by hand.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a bench measures files, and itself in another process, and says what takes long"
)]

#[path = "scale/bare.rs"]
mod bare;
#[path = "scale/counted.rs"]
mod counted;
#[path = "scale/fleet.rs"]
mod fleet;
#[path = "scale/load.rs"]
mod load;
#[path = "scale/memory.rs"]
mod memory;
#[path = "scale/pages.rs"]
mod pages;
#[path = "scale/reads.rs"]
mod reads;

use atlas_benches::is_quick;
use pollster::block_on;
use std::path::{Path, PathBuf};

type Fault = Box<dyn std::error::Error>;

/// A file with a fleet in it.
struct Fleet {
    path: PathBuf,
    images: u64,
}

impl Fleet {
    fn make(folder: &Path, images: u64) -> Result<Self, Fault> {
        let path = folder.join(format!("{images}.redb"));
        eprintln!("making {images} image records");
        drop(block_on(fleet::make(&path, images))?);
        Ok(Self { path, images })
    }

    fn url(&self, cache: &str) -> String {
        format!("redb:{}?cache={cache}", self.path.display())
    }
}

fn main() -> Result<(), Fault> {
    if let Some(url) = memory::asked_for() {
        return memory::walk(&url);
    }
    // In /tmp there may be less room than a million records need.
    let folder = tempfile::tempdir_in(std::env::current_dir()?)?;
    let (few, many, loaded) = if is_quick() {
        (2_000, 10_000, 2_000)
    } else {
        (10_000, 1_000_000, 125_000)
    };
    load::run(folder.path(), loaded)?;
    let small = Fleet::make(folder.path(), few)?;
    let large = Fleet::make(folder.path(), many)?;
    reads::run(&small, &large)?;
    bare::run(folder.path(), &large)?;
    memory::run(&large)
}
