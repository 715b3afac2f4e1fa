//! A million image records of a thousand accounts: who may see them, finding, listing and
//! registering them, beside an indexed table of `SQLite` and bare redb.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a bench makes files, and says what takes long"
)]

#[path = "records/captured.rs"]
mod captured;
#[path = "records/deciding.rs"]
mod deciding;
#[path = "records/finding.rs"]
mod finding;
#[path = "records/fleet.rs"]
mod fleet;
#[path = "records/layer.rs"]
mod layer;
#[path = "records/lists.rs"]
mod lists;
#[path = "records/registering.rs"]
mod registering;
#[path = "records/sqlite.rs"]
mod sqlite;

use atlas_benches::is_quick;
use fleet::Fleet;

type Fault = Box<dyn std::error::Error>;

/// What the store and the table keep in memory of their pages.
const CACHE_MIB: u32 = 256;

fn main() -> Result<(), Fault> {
    deciding::run()?;
    // In /tmp there may be less room than a million records need.
    let folder = tempfile::tempdir_in(std::env::current_dir()?)?;
    registering::run(folder.path())?;
    let fleet = if is_quick() {
        Fleet::new(20, 20_000, 40_000)
    } else {
        Fleet::new(1_000, 20_000, 1_000_000)
    };
    eprintln!("making {} image records", fleet.images);
    let url = fleet.make(folder.path())?;
    finding::run(&url, &fleet)?;
    lists::run(folder.path(), &url, &fleet)
}
