//! What `atlas-fetch` promises, proved from outside.
#![expect(
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::panic,
    clippy::arithmetic_side_effects,
    clippy::as_conversions,
    clippy::cast_possible_truncation,
    clippy::disallowed_methods,
    reason = "a failed test is the right place for a panic, and tests make files"
)]

mod address;
mod answers;
mod fetching;
mod hostile;
mod messages;
mod processes;
mod resuming;
mod seeds;
mod server;
mod spool;
mod tls;

use atlas_fetch::{
    Clock, Fetch, FetchError, FetchPolicy, Fetched, Fetcher, Network, Resolve, Roots, Sha256,
    SourceUrl, Spool, Watch,
};
use core::{net::IpAddr, time::Duration};
use sha2::Digest as _;
use std::{
    fs,
    io::{self, Read as _},
    sync::{
        Arc, Mutex,
        atomic::{AtomicU64, Ordering},
    },
};
use tempfile::TempDir;

use server::Server;

/// A fetcher with a spool, and a server whose address alone is open.
struct Bench {
    server: Server,
    folder: TempDir,
    policy: FetchPolicy,
    ask: Fetch,
}

impl Bench {
    fn new(server: Server) -> Self {
        let mut policy = FetchPolicy::default();
        policy.is_http_allowed = true;
        policy.ports.insert(server.port);
        policy.networks.insert(Network::parse("127.0.0.1").unwrap());
        let ask = Fetch::new(server.url("images.test"));
        Self {
            server,
            folder: TempDir::new().unwrap(),
            policy,
            ask,
        }
    }

    /// One that finds `images.test` where the server is.
    fn fetcher(&self) -> Fetcher {
        Fetcher::new(self.policy.clone(), &Roots::none()).with_resolver(Hosts::at(&["127.0.0.1"]))
    }

    fn spool(&self) -> Spool {
        Spool::open(self.folder.path()).unwrap()
    }

    fn fetch(&self) -> Result<Fetched, FetchError> {
        self.fetch_by(&self.fetcher())
    }

    fn fetch_by(&self, fetcher: &Fetcher) -> Result<Fetched, FetchError> {
        fetcher.fetch(&self.ask, &self.spool(), Watch::default())
    }

    /// Fetches what must be these bytes.
    #[track_caller]
    fn gets(&self, bytes: &[u8]) {
        let fetched = self.fetch().unwrap();
        assert_is(fetched, bytes);
        assert_eq!(self.left(), [""; 0]);
    }

    /// Fetches in vain, and leaves nothing.
    #[track_caller]
    fn refuses(&self) -> FetchError {
        let error = self.fetch().unwrap_err();
        assert!(!error.is_retryable(), "{error}");
        assert_eq!(self.left(), [""; 0], "{error}");
        error
    }

    /// What lies in the spool, without what is secret of the names.
    fn left(&self) -> Vec<String> {
        left(self.folder.path())
    }
}

fn left(folder: &std::path::Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = entries
        .map(|entry| {
            let name = entry.unwrap().file_name().into_string().unwrap();
            let (key, kind) = name.split_once('.').unwrap();
            assert_eq!(key.len(), 64, "{name}");
            kind.to_owned()
        })
        .collect();
    names.sort();
    names
}

#[track_caller]
fn assert_is(mut fetched: Fetched, bytes: &[u8]) {
    let mut found = Vec::new();
    fetched.file.read_to_end(&mut found).unwrap();
    assert!(found == bytes, "{} and {} bytes", found.len(), bytes.len());
    assert_eq!(fetched.length, bytes.len() as u64);
    assert_eq!(fetched.sha256, sha256(bytes));
}

fn sha256(bytes: &[u8]) -> Sha256 {
    Sha256::from_bytes(sha2::Sha256::digest(bytes).into())
}

fn url(text: &str) -> SourceUrl {
    SourceUrl::parse(text).unwrap()
}

/// Bytes that are other ones at every place.
fn bytes(length: usize) -> Vec<u8> {
    let words = (0_u32..).flat_map(|number| number.wrapping_mul(2_654_435_761).to_le_bytes());
    words.take(length).collect()
}

/// Where hosts are: the first answer, then the second, and so on, the last one for ever.
#[derive(Debug)]
struct Hosts {
    answers: Mutex<Vec<Vec<IpAddr>>>,
    asked: AtomicU64,
}

impl Hosts {
    fn at(addresses: &[&str]) -> Arc<Self> {
        Self::in_turn(&[addresses])
    }

    fn in_turn(answers: &[&[&str]]) -> Arc<Self> {
        let read = |all: &&[&str]| all.iter().map(|it| it.parse().unwrap()).collect();
        Arc::new(Self {
            answers: Mutex::new(answers.iter().rev().map(read).collect()),
            asked: AtomicU64::new(0),
        })
    }
}

impl Resolve for Hosts {
    fn resolve(&self, host: &str) -> io::Result<Vec<IpAddr>> {
        assert!(host.split('.').next_back() == Some("test"), "{host}");
        self.asked.fetch_add(1, Ordering::SeqCst);
        let mut answers = self.answers.lock().unwrap();
        if answers.len() > 1 {
            return Ok(answers.pop().unwrap());
        }
        Ok(answers[0].clone())
    }
}

/// A clock that goes on by so many milliseconds whenever it is looked at, once a server was asked.
#[derive(Debug)]
struct Ticks {
    now: AtomicU64,
    step: u64,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Ticks {
    fn of(step: u64, server: &Server) -> Arc<Self> {
        Arc::new(Self {
            now: AtomicU64::new(0),
            step,
            requests: server.log(),
        })
    }
}

impl Clock for Ticks {
    fn now(&self) -> Duration {
        let is_asked = !self.requests.lock().unwrap().is_empty();
        let step = if is_asked { self.step } else { 0 };
        Duration::from_millis(self.now.fetch_add(step, Ordering::SeqCst))
    }
}
