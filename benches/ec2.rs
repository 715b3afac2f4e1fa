//! `atlas serve ec2` beside moto, an EC2 in Python that suites use: the same images in both, each
//! server in a process of its own, the same client for both. Requests are signed before the clock runs,
//! answers are read whole.
//!
//! `--images=100000` measures among so many, `--store=URL` with another store than a file of redb, which
//! must be empty, and `--alone` without moto, which takes minutes for many images.
#![expect(
    clippy::disallowed_methods,
    clippy::print_stderr,
    reason = "a bench starts the command and reads what it has used, and says what takes long"
)]

#[path = "ec2/beside_moto.rs"]
mod beside_moto;
#[path = "ec2/client.rs"]
mod client;
#[path = "ec2/fleet.rs"]
mod fleet;
#[path = "ec2/limits.rs"]
mod limits;
#[path = "ec2/load.rs"]
mod load;
#[path = "ec2/mixed.rs"]
mod mixed;
#[path = "ec2/ours.rs"]
mod ours;
#[path = "../crates/ec2/tests/it/signature/signer.rs"]
#[expect(
    dead_code,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "the signer of the protocol's own tests, of which less is needed here"
)]
mod signer;

use crate::{fleet::Fleet, mixed::Effort, ours::Ours};
use atlas_benches::is_quick;
use core::time::Duration;
use std::env;

type Fault = Box<dyn std::error::Error>;

/// How many clients register images at once.
const WRITERS: usize = 32;

fn main() -> Result<(), Fault> {
    let images = match option("--images=") {
        Some(images) => images.parse()?,
        None if is_quick() => 500,
        None => 10_000,
    };
    let folder = tempfile::tempdir()?;
    let file = format!("redb:{}", folder.path().join("atlas.redb").display());
    let ours = Ours::start(folder.path(), &option("--store=").unwrap_or(file))?;
    eprintln!("registering {images} images");
    let fleet = fleet::register(ours.target.kept(), images, WRITERS)?;
    // What 10,000 may take, and 100,000.
    let memory = if images > 10_000 { 500.0 } else { 100.0 };
    if let Some(seconds) = option("--mixed=") {
        let pause = option("--pause=").map_or(Ok(0), |pause| pause.parse())?;
        let effort = Effort {
            lasts: Duration::from_secs(seconds.parse()?),
            pause: Duration::from_millis(pause),
        };
        return mixed::run(&ours, &fleet, effort, memory);
    }
    if !env::args().any(|argument| argument == "--alone") {
        beside_moto::run(ours.target, &fleet)?;
    }
    limits::run(&ours, &fleet)
}

fn option(name: &str) -> Option<String> {
    env::args().find_map(|argument| argument.strip_prefix(name).map(str::to_owned))
}

/// So many requests for one image each, all over the fleet, one list a client.
fn by_id(target: client::Target, fleet: &Fleet, [clients, each]: [usize; 2]) -> Vec<Vec<Vec<u8>>> {
    // A stride that no size has as a factor meets them all.
    let mut ids = fleet.ids.iter().cycle().step_by(7_919);
    let request = |id: &String| target.request(&[("Action", "DescribeImages"), ("ImageId.1", id)]);
    let mut list = || ids.by_ref().take(each).map(request).collect();
    (0..clients).map(|_| list()).collect()
}

/// A filter that a group of images passes.
fn filtered<'a>(name: &'a str, value: &'a str) -> [(&'a str, &'a str); 3] {
    [
        ("Action", "DescribeImages"),
        ("Filter.1.Name", name),
        ("Filter.1.Value.1", value),
    ]
}
