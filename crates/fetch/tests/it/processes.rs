//! Processes that fetch the same, and one that is killed.

use crate::{
    Bench, assert_is, bytes,
    server::{Reply, Server, raw, whole},
};
use atlas_fetch::{Fetch, FetchPolicy, Fetcher, Network, Roots, SourceUrl, Spool, Watch};
use std::{
    io::{BufRead as _, BufReader, Write as _},
    process::{Command, Stdio},
};

/// Tells the test binary that it is the child, with what it fetches.
const CHILD: &str = "ATLAS_TEST_FETCH_URL";
/// And where it keeps that.
const FOLDER: &str = "ATLAS_TEST_FETCH_SPOOL";

/// How much is there when it is killed.
const THERE: usize = 20 << 20;
/// How much of that counts at least: it is said every so often.
const COUNTED: usize = 16 << 20;

/// The child: fetches and tells how far it is, until it is killed. As a test of its own it does nothing.
#[test]
fn child() {
    let Ok(url) = std::env::var(CHILD) else {
        return;
    };
    let url = SourceUrl::parse(&url).unwrap();
    let mut policy = FetchPolicy::default();
    policy.is_http_allowed = true;
    policy.ports.insert(url.port());
    policy.networks.insert(Network::parse("127.0.0.1").unwrap());
    let spool = Spool::open(std::env::var_os(FOLDER).unwrap()).unwrap();
    let tell = |progress: atlas_fetch::Progress| {
        if progress.done == THERE as u64 {
            let mut out = std::io::stdout().lock();
            writeln!(out, "\nthere").unwrap();
            out.flush().unwrap();
        }
    };
    let watch = Watch::new(&|| false, &tell);
    let fetcher = Fetcher::new(policy, &Roots::none());
    fetcher.fetch(&Fetch::new(url), &spool, watch).unwrap();
}

#[test]
fn b01_two_processes_never_mix_and_what_a_killed_one_left_is_gone_on_with() {
    let file = bytes(THERE + 1_000_000);
    let length = format!("Content-Length: {}", file.len());
    let first = raw("200 OK", &[&length, "ETag: \"a\""], &file[..THERE]);
    let mut bench = Bench::new(Server::new(vec![
        Reply::Hold(first),
        whole("\"b\"", &file[5..]),
        Reply::From("\"a\"", file.clone()),
    ]));
    bench.ask.url = bench.server.url("127.0.0.1");

    let mut child = Command::new(std::env::current_exe().unwrap())
        .args([
            "--exact",
            "processes::child",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(CHILD, bench.ask.url.as_str())
        .env(FOLDER, bench.folder.path())
        // Nothing listens there: whoever used a proxy would get nowhere.
        .env("http_proxy", "http://127.0.0.1:1")
        .env("ALL_PROXY", "http://127.0.0.1:1")
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(lines.map_while(Result::ok).any(|line| line == "there"));

    // While the child has the part, another process gets what the source has now, in a file of its own.
    assert_is(bench.fetch().unwrap(), &file[5..]);
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success());

    bench.gets(&file);
    let ranges = bench.server.ranges();
    let from = ranges[2].split(['=', '-']).nth(1).unwrap();
    let from: usize = from.parse().unwrap();
    assert!((COUNTED..=THERE).contains(&from), "{ranges:?}");
}
