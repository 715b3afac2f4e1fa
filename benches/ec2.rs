//! `atlas serve ec2` beside moto, an EC2 in Python that suites use: the same images in both, each
//! server in a process of its own, the same client for both. Requests are signed before the clock runs,
//! answers are read whole.
//!
//! Without options it measures 10,000 images and 100,000 on a file of redb, and on PostgreSQL.
//! Otherwise `--images=100000` measures among so many, `--store=URL` on another store, which must be
//! empty, `--alone` without moto, and `--mixed=3600` nothing but so many seconds of clients that read and
//! write, each of which waits for `--pause=80` milliseconds between its requests.
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
use atlas_test_servers::Postgres;
use core::time::Duration;
use std::env;
use tempfile::TempDir;

type Fault = Box<dyn std::error::Error>;

/// How many clients register images at once.
const WRITERS: usize = 32;

fn main() -> Result<(), Fault> {
    if env::args().any(|argument| OPTIONS.iter().any(|known| argument.starts_with(known))) {
        return one();
    }
    let (some, many, seconds) = if is_quick() {
        (500, 1_000, 2)
    } else {
        (10_000, 100_000, 60)
    };
    let measured = Measured::on(None, some)?;
    measured.beside_moto()?;
    limits::run(&measured.ours, &measured.fleet, measured.memory())?;
    measured.mixed(Effort {
        lasts: Duration::from_secs(seconds),
        pause: Duration::ZERO,
    })?;
    drop(measured);
    let measured = Measured::on(None, many)?;
    measured.beside_moto()?;
    limits::run(&measured.ours, &measured.fleet, measured.memory())?;
    drop(measured);
    // What a machine of some size gives a server; flushes are real.
    let server = Postgres::start_with(&["shared_buffers=512MB"])?;
    let measured = Measured::on(Some(server.url()), some)?;
    limits::run_on_postgres(&measured.ours, &measured.fleet)?;
    drop(measured);
    drop(server);
    let server = Postgres::start_with(&["shared_buffers=512MB"])?;
    let measured = Measured::on(Some(server.url()), many)?;
    limits::run_on_postgres(&measured.ours, &measured.fleet)
}

/// What is measured alone.
const OPTIONS: [&str; 5] = ["--images=", "--store=", "--alone", "--mixed=", "--pause="];
/// How many images moto registers; more it reads from a file.
const REGISTERED: usize = 10_000;
/// How much memory a server may have with 10,000 images, and with 100,000: in MB.
const MEMORY: [f64; 2] = [100.0, 500.0];

fn one() -> Result<(), Fault> {
    let images = option("--images=").map_or(Ok(10_000), |images| images.parse())?;
    let measured = Measured::on(option("--store="), images)?;
    if let Some(seconds) = option("--mixed=") {
        let pause = option("--pause=").map_or(Ok(0), |pause| pause.parse())?;
        return measured.mixed(Effort {
            lasts: Duration::from_secs(seconds.parse()?),
            pause: Duration::from_millis(pause),
        });
    }
    if !env::args().any(|argument| argument == "--alone") {
        measured.beside_moto()?;
    }
    limits::run(&measured.ours, &measured.fleet, measured.memory())
}

/// A server with its images.
struct Measured {
    ours: Ours,
    fleet: Fleet,
    /// Goes when the server has gone.
    _folder: TempDir,
}

impl Measured {
    /// On an empty store, or a new file.
    fn on(store: Option<String>, images: usize) -> Result<Self, Fault> {
        let folder = tempfile::tempdir()?;
        let file = format!("redb:{}", folder.path().join("atlas.redb").display());
        let ours = Ours::start(folder.path(), &store.unwrap_or(file))?;
        eprintln!("registering {images} images");
        let fleet = fleet::register(ours.target.kept(), images, WRITERS)?;
        Ok(Self {
            ours,
            fleet,
            _folder: folder,
        })
    }

    fn beside_moto(&self) -> Result<(), Fault> {
        let run = if self.fleet.ids.len() > REGISTERED {
            beside_moto::run_with_many
        } else {
            beside_moto::run
        };
        run(self.ours.target, &self.fleet)
    }

    fn mixed(&self, effort: Effort) -> Result<(), Fault> {
        mixed::run(&self.ours, &self.fleet, effort, self.memory())
    }

    fn memory(&self) -> f64 {
        let [some, many] = MEMORY;
        if self.fleet.ids.len() > 10_000 {
            many
        } else {
            some
        }
    }
}

fn option(name: &str) -> Option<String> {
    env::args().find_map(|argument| argument.strip_prefix(name).map(str::to_owned))
}

/// So many requests for one image each, all over the fleet, one list a client.
fn by_id(target: client::Target, fleet: &Fleet, counts: [usize; 2]) -> Vec<Vec<Vec<u8>>> {
    by_id_with([client::KEY, client::SECRET], target, fleet, counts)
}

/// The same, signed with an access key: its id and its secret.
fn by_id_with(
    key: [&str; 2],
    target: client::Target,
    fleet: &Fleet,
    [clients, each]: [usize; 2],
) -> Vec<Vec<Vec<u8>>> {
    // A stride that no size has as a factor meets them all.
    let mut ids = fleet.ids.iter().cycle().step_by(7_919);
    let request =
        |id: &String| target.request_by(key, &[("Action", "DescribeImages"), ("ImageId.1", id)]);
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
