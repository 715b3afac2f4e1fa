//! Versions of MultiCloud Images beside the same contents as a JSON file in a git repository.

#[path = "versions/ancestry.rs"]
mod ancestry;
#[path = "versions/commits.rs"]
mod commits;
#[path = "versions/fleet.rs"]
mod fleet;
#[path = "versions/git.rs"]
mod git;
#[path = "versions/memory.rs"]
mod memory;

type Fault = Box<dyn std::error::Error>;

fn main() -> Result<(), Fault> {
    memory::run()?;
    ancestry::run()?;
    // In /tmp a flush may cost nothing.
    let folder = tempfile::tempdir_in(std::env::current_dir()?)?;
    commits::run(folder.path())
}
