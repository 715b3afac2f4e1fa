//! What comes of sources that mean well.

use crate::{
    Bench, Hosts, assert_is, bytes,
    server::{Reply, Server, redirect, reply, whole},
    sha256,
};
use atlas_fetch::{Fetcher, Progress, Roots, Watch};
use std::sync::Mutex;

#[test]
fn b01_a_file_is_fetched_with_its_digest() {
    let file = bytes(300_000);
    let bench = Bench::new(Server::new(vec![whole("\"a\"", &file)]));
    bench.gets(&file);
    let port = bench.server.port;
    assert_eq!(
        bench.server.requests(),
        [format!(
            "GET /a.qcow2?sig=secret HTTP/1.1\r\nHost: images.test:{port}\r\n\
             User-Agent: cloud-atlas/0.1.0\r\nAccept: */*\r\nAccept-Encoding: identity\r\n\
             Connection: close\r\n\r\n"
        )]
    );
}

#[test]
fn b01_empty_files_and_files_in_chunks_are_fetched() {
    let chunked = ["Transfer-Encoding: chunked"];
    let body = b"4;a=b\r\ndisk\r\n0a\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";
    let replies = vec![
        reply("200 OK", &["content-length:0"], b""),
        reply("200 OK", &chunked, body),
        reply("200 OK", &chunked, b"0\r\n\r\n"),
    ];
    let bench = Bench::new(Server::new(replies));
    bench.gets(b"");
    bench.gets(b"disk0123456789");
    bench.gets(b"");
}

#[test]
fn b01_an_answer_may_be_behind_others_that_say_to_wait() {
    let early = "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n";
    let answer = format!("{early}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndisk");
    let bench = Bench::new(Server::new(vec![Reply::Bytes(answer.into_bytes())]));
    bench.gets(b"disk");
}

#[test]
fn b01_what_ends_with_its_connection_is_taken_where_its_digest_is_known() {
    let answer = || reply("200 OK", &[], b"disk");
    let mut bench = Bench::new(Server::new(vec![answer(), answer()]));
    let refused = bench.refuses().to_string();
    assert!(refused.contains("does not say how long"), "{refused}");
    bench.ask.expected = Some(sha256(b"disk"));
    bench.gets(b"disk");
}

#[test]
fn b01_redirects_of_every_kind_are_followed() {
    let mirror = Server::new(vec![
        redirect("307 Temporary Redirect", "../c"),
        redirect("308 Permanent Redirect", "?d"),
        whole("\"a\"", b"disk"),
    ]);
    let elsewhere = format!("http://mirror.test:{}/b", mirror.port);
    let first = Server::new(vec![
        redirect("301 Moved Permanently", "/next?sig=other"),
        redirect("302 Found", "b"),
        redirect("303 See Other", &elsewhere),
    ]);
    let mut bench = Bench::new(first);
    bench.policy.ports.insert(mirror.port);
    let fetched = bench.fetch().unwrap();
    let last = format!("http://mirror.test:{}/c?d", mirror.port);
    assert_eq!(fetched.from.as_str(), last);
    assert_is(fetched, b"disk");
    let paths = |server: &Server| {
        let requests = server.requests();
        let path = |it: &String| it.split(' ').nth(1).unwrap().to_owned();
        requests.iter().map(path).collect::<Vec<_>>()
    };
    let asked = ["/a.qcow2?sig=secret", "/next?sig=other", "/b"];
    assert_eq!(paths(&bench.server), asked);
    assert_eq!(paths(&mirror), ["/b", "/c", "/c?d"]);
}

#[test]
fn b01_a_digest_that_is_expected_is_compared() {
    let mut bench = Bench::new(Server::new(vec![
        whole("\"a\"", b"disk"),
        whole("\"a\"", b"disk"),
    ]));
    bench.ask.expected = Some(sha256(b"disk"));
    bench.gets(b"disk");
    bench.ask.expected = Some(sha256(b"other"));
    let refused = bench.refuses().to_string();
    assert!(refused.contains(&sha256(b"disk").to_string()), "{refused}");
}

#[test]
fn b05_progress_only_grows() {
    let file = bytes(400_000);
    let bench = Bench::new(Server::new(vec![whole("\"a\"", &file)]));
    let told = Mutex::new(Vec::<Progress>::new());
    let tell = |progress| told.lock().unwrap().push(progress);
    let watch = Watch::new(&|| false, &tell);
    let done = bench.fetcher().fetch(&bench.ask, &bench.spool(), watch);
    assert_is(done.unwrap(), &file);
    let told = told.into_inner().unwrap();
    assert!(told.is_sorted_by(|a, b| a.done <= b.done), "{told:?}");
    assert!(told.iter().all(|it| it.total == Some(400_000)), "{told:?}");
    assert_eq!(told.last().unwrap().done, 400_000);
}

#[test]
fn b01_the_system_says_where_hosts_are_unless_another_does() {
    let mut bench = Bench::new(Server::new(vec![whole("\"a\"", b"disk")]));
    bench.ask.url = bench.server.url("localhost");
    let fetcher = Fetcher::new(bench.policy.clone(), &Roots::none());
    assert_is(bench.fetch_by(&fetcher).unwrap(), b"disk");
    let nobody = fetcher.with_resolver(Hosts::at(&[]));
    bench.ask.url = bench.server.url("nobody.test");
    let unknown = bench.fetch_by(&nobody).unwrap_err();
    assert_eq!(
        unknown.to_string(),
        "the host `nobody.test` has no address; look at its spelling, or at the name server"
    );
}
