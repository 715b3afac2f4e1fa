//! The embedded engine: single calls and many committers, beside redb by itself.

#[path = "store/bare.rs"]
mod bare;
#[path = "store/calls.rs"]
mod calls;
#[path = "store/writers.rs"]
mod writers;

fn main() -> Result<(), bare::Fault> {
    let folder = tempfile::tempdir()?;
    calls::run(folder.path())?;
    writers::run(folder.path())
}
