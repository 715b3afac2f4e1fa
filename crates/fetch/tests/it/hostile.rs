//! Sources that mean harm. Each is refused, and leaves nothing.

use crate::{
    Bench, Hosts, Ticks, assert_is, bytes,
    server::{Reply, Server, cut, raw, redirect, reply, rest, whole},
};
use atlas_fetch::{AddressRange, FetchError, FetchRefusal, Watch};
use core::{error::Error as _, time::Duration};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Where a redirect leads that is not followed, and what that is.
const INSIDE: &[(&str, AddressRange)] = &[
    (
        "http://169.254.169.254/latest/meta-data/",
        AddressRange::Metadata,
    ),
    ("http://127.0.0.3/", AddressRange::Loopback),
    ("http://[::1]/", AddressRange::Loopback),
    ("http://[::ffff:127.0.0.3]/", AddressRange::Loopback),
    ("http://[::ffff:169.254.169.254]/", AddressRange::Metadata),
    ("//[::ffff:10.0.0.1]/", AddressRange::Private),
    ("http://10.1.2.3/", AddressRange::Private),
    ("https://192.168.0.1/", AddressRange::Private),
    ("http://[fd00:ec2::254]/", AddressRange::Metadata),
    ("http://[fd00::1]/", AddressRange::UniqueLocal),
    ("http://[fe80::1]/", AddressRange::LinkLocal),
    ("http://0.0.0.0/", AddressRange::Unspecified),
];

#[test]
fn b07_redirects_to_the_inside_are_not_followed() {
    for (location, inside) in INSIDE {
        let bench = Bench::new(Server::new(vec![redirect("302 Found", location)]));
        match bench.refuses() {
            FetchError::Refused(FetchRefusal::Address { range, .. }) => {
                assert_eq!(range, *inside, "{location}");
            }
            other => panic!("{location}: {other:?}"),
        }
        assert_eq!(bench.server.requests().len(), 1);
    }
}

#[test]
fn b07_redirects_to_what_is_no_source_are_not_followed() {
    for location in [
        "file:///etc/passwd",
        "ftp://images.test/a",
        "gopher://images.test/",
        "http://user@images.test/",
        "http://2130706433/",
        "http://images.test:22/",
        "",
    ] {
        let bench = Bench::new(Server::new(vec![redirect("301 Moved", location)]));
        let refused = bench.refuses();
        assert!(
            matches!(refused, FetchError::Refused(_)),
            "{location}: {refused:?}"
        );
    }
    let nowhere = Bench::new(Server::new(vec![reply("302 Found", &[], b"")]));
    let refused = nowhere.refuses();
    assert!(matches!(
        refused,
        FetchError::Refused(FetchRefusal::Location { .. })
    ));
}

#[test]
fn b07_circles_of_redirects_end_where_the_policy_says() {
    let replies = (0..10).map(|_| redirect("302 Found", "/a.qcow2?sig=secret"));
    let mut bench = Bench::new(Server::new(replies.collect()));
    bench.policy.redirects = 3;
    let refused = bench.refuses();
    let most = FetchRefusal::Redirects { most: 3 };
    assert!(
        matches!(&refused, FetchError::Refused(it) if *it == most),
        "{refused:?}"
    );
    assert_eq!(bench.server.requests().len(), 4);
}

#[test]
fn b07_a_name_that_leads_inside_is_not_connected_to() {
    let bench = Bench::new(Server::new(vec![whole("\"a\"", b"disk")]));
    for addresses in [
        &["10.0.0.1"][..],
        &["169.254.169.254", "::1"],
        &["::ffff:10.0.0.1"],
    ] {
        let fetcher = bench.fetcher().with_resolver(Hosts::at(addresses));
        let refused = bench.fetch_by(&fetcher).unwrap_err();
        let is_inside = matches!(refused, FetchError::Refused(FetchRefusal::Address { .. }));
        assert!(is_inside, "{refused:?}");
    }
    assert_eq!(bench.server.requests(), [""; 0]);
    // One that may be is enough, and the others are not connected to.
    let fetcher = bench
        .fetcher()
        .with_resolver(Hosts::at(&["10.0.0.1", "127.0.0.1"]));
    assert_is(bench.fetch_by(&fetcher).unwrap(), b"disk");
}

#[test]
fn b07_a_name_that_leads_elsewhere_the_second_time_is_asked_for_once() {
    let file = bytes(50_000);
    let tag = "\"a\"";
    let bench = Bench::new(Server::new(vec![
        redirect("302 Found", "/b"),
        cut(tag, &file, 20_000),
        redirect("302 Found", "/b"),
        rest(tag, &file, 20_000, 50_000),
    ]));
    let hosts = Hosts::in_turn(&[&["127.0.0.1"], &["169.254.169.254"]]);
    let fetcher = bench.fetcher().with_resolver(Arc::<Hosts>::clone(&hosts));
    assert_is(bench.fetch_by(&fetcher).unwrap(), &file);
    assert_eq!(hosts.asked.load(Ordering::SeqCst), 1);
    assert_eq!(bench.server.requests().len(), 4);
    // The next call asks again, and finds out.
    let refused = bench.fetch_by(&fetcher).unwrap_err();
    assert!(matches!(refused, FetchError::Refused(_)), "{refused:?}");
}

#[test]
fn b07_more_bytes_than_are_taken_are_refused() {
    let chunk = [b"400\r\n".to_vec(), bytes(1024), b"\r\n".to_vec()].concat();
    let mut bench = Bench::new(Server::new(vec![
        // Nobody waits for the body.
        Reply::Hold(raw("200 OK", &["Content-Length: 10001"], b"")),
        Reply::Endless(
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
            chunk,
        ),
        reply("200 OK", &["Content-Length: 10000"], &bytes(10_000)),
    ]));
    bench.ask.limits.bytes = 10_000;
    for said in [Some(10_001), None] {
        match bench.refuses() {
            FetchError::TooLarge { most, length, .. } => {
                assert_eq!((most, length), (10_000, said));
            }
            other => panic!("{other:?}"),
        }
    }
    bench.gets(&bytes(10_000));
}

#[test]
fn b07_heads_without_an_end_are_refused() {
    for (first, then) in [
        ("HTTP/1.1 200 OK\r\n", "A: b\r\n"),
        ("HTTP/1.1 200 OK\r\nA: ", "bbbbbbbb"),
        ("", "HTTP/1.1 103 Early Hints\r\n\r\n"),
    ] {
        let endless = Reply::Endless(first, then.repeat(100).into_bytes());
        let bench = Bench::new(Server::new(vec![endless]));
        let refused = bench.refuses();
        assert!(
            matches!(refused, FetchError::LongHead { most: 65_536, .. }),
            "{refused:?}"
        );
    }
}

#[test]
fn b07_answers_that_can_be_read_in_two_ways_are_refused() {
    for (headers, body, why) in [
        (
            &["Content-Length: 4", "Content-Length: 5"][..],
            "disk",
            "the answer has two lengths",
        ),
        (
            &["Content-Length: 4, 4"],
            "disk",
            "the answer has a length that is no number",
        ),
        (
            &["Content-Length: +4"],
            "disk",
            "the answer has a length that is no number",
        ),
        (
            &["Content-Length: 4", "Transfer-Encoding: chunked"],
            "4\r\ndisk\r\n0\r\n\r\n",
            "the answer has a length beside an encoding of its transfer",
        ),
        (
            &["Transfer-Encoding: gzip, chunked"],
            "0\r\n\r\n",
            "the answer has an encoding of its transfer other than `chunked`",
        ),
        (
            &["A: b", " folded"],
            "disk",
            "the answer is not one of HTTP/1",
        ),
        (
            &["Transfer-Encoding: chunked"],
            "4\r\ndisks\r\n0\r\n\r\n",
            "the answer has a chunk that is longer than it says",
        ),
        (
            &["Transfer-Encoding: chunked"],
            "-4\r\ndisk\r\n0\r\n\r\n",
            "the answer has a chunk whose size is no number",
        ),
        (
            &["Transfer-Encoding: chunked"],
            "11111111111111111\r\ndisk\r\n0\r\n\r\n",
            "the answer has a chunk whose size is no number",
        ),
    ] {
        let bench = Bench::new(Server::new(vec![reply("200 OK", headers, body.as_bytes())]));
        let refused = bench.refuses();
        assert!(
            matches!(refused, FetchError::Answer { .. }),
            "{headers:?}: {refused:?}"
        );
        assert_eq!(refused.source().unwrap().to_string(), why);
    }
    for (then, why) in [
        (
            "a",
            "the answer has a line of more than 1 KiB between its chunks",
        ),
        (
            "a: b\r\n",
            "the answer has more than 16 KiB behind its body",
        ),
    ] {
        let first = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n";
        let endless = Reply::Endless(first, then.repeat(100).into_bytes());
        let refused = Bench::new(Server::new(vec![endless])).refuses();
        assert_eq!(refused.source().unwrap().to_string(), why);
    }
}

#[test]
fn b07_a_file_that_is_packed_for_the_way_is_refused() {
    let packed = ["Content-Length: 4", "Content-Encoding: identity, gzip"];
    let plain = ["Content-Length: 4", "Content-Encoding: identity"];
    let bench = Bench::new(Server::new(vec![
        reply("200 OK", &packed, b"disk"),
        reply("200 OK", &plain, b"disk"),
    ]));
    match bench.refuses() {
        FetchError::Encoded { encoding, .. } => assert_eq!(encoding, "gzip"),
        other => panic!("{other:?}"),
    }
    bench.gets(b"disk");
}

#[test]
fn b07_what_is_no_file_is_refused_by_its_status() {
    for (status, is_retryable) in [
        (404, false),
        (403, false),
        (204, false),
        (503, true),
        (429, true),
    ] {
        let line = format!("{status} Said");
        let page = reply(&line, &["Content-Length: 4"], b"page");
        let bench = Bench::new(Server::new(vec![page]));
        let failed = bench.fetch().unwrap_err();
        assert!(matches!(failed, FetchError::Status { status: it, .. } if it == status));
        assert_eq!(failed.is_retryable(), is_retryable);
        assert_eq!(bench.left(), [""; 0]);
    }
}

#[test]
fn b07_a_part_that_nobody_asked_for_is_refused() {
    let bench = Bench::new(Server::new(vec![rest("\"a\"", b"disk", 0, 4)]));
    let refused = bench.refuses();
    assert!(
        matches!(refused, FetchError::Range { from: 0, .. }),
        "{refused:?}"
    );
}

#[test]
fn b07_a_slow_source_has_its_time_and_no_more() {
    // A byte, and another one, for ever: the clock goes on by a second whenever it is looked at.
    let trickle = Reply::Endless(
        "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"1\r\na\r\n".to_vec(),
    );
    let silence = Reply::Hold(b"HTTP/1.1 200 OK\r\n".to_vec());
    for reply in [trickle, silence] {
        let mut bench = Bench::new(Server::new(vec![reply]));
        bench.ask.limits.time = Duration::from_secs(40);
        bench.ask.limits.silence = Duration::from_hours(1);
        let fetcher = bench.fetcher().with_clock(Ticks::of(1_000, &bench.server));
        let failed = bench.fetch_by(&fetcher).unwrap_err();
        assert!(matches!(failed, FetchError::Time { .. }), "{failed:?}");
        assert_eq!(bench.left(), [""; 0]);
    }
}

#[test]
fn b07_a_silent_source_is_left() {
    for first in [
        &b""[..],
        b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\nETag: \"a\"\r\n\r\ndisk",
    ] {
        let mut bench = Bench::new(Server::new(vec![Reply::Hold(first.to_vec())]));
        bench.ask.limits.silence = Duration::from_secs(30);
        let fetcher = bench.fetcher().with_clock(Ticks::of(1_500, &bench.server));
        let failed = bench.fetch_by(&fetcher).unwrap_err();
        assert!(matches!(failed, FetchError::Silent { .. }), "{failed:?}");
        assert!(failed.is_retryable());
        let left: &[&str] = if first.is_empty() {
            &[]
        } else {
            &["part", "state"]
        };
        assert_eq!(bench.left(), left);
    }
}

#[test]
fn b07_a_caller_that_stops_is_heard_while_nothing_comes() {
    let bench = Bench::new(Server::new(vec![Reply::Hold(Vec::new())]));
    let asked = AtomicU64::new(0);
    let stop = || asked.fetch_add(1, Ordering::SeqCst) > 5;
    let watch = Watch::new(&stop, &|_| {});
    let failed = bench.fetcher().fetch(&bench.ask, &bench.spool(), watch);
    assert!(matches!(failed.unwrap_err(), FetchError::Stopped));
    assert_eq!(bench.left(), [""; 0]);
}

#[test]
fn b07_a_port_or_host_that_may_not_be_is_not_connected_to() {
    let mut bench = Bench::new(Server::new(vec![whole("\"a\"", b"disk")]));
    bench.policy.ports.clear();
    bench.policy.ports.insert(443);
    let refused = bench.refuses();
    assert!(matches!(
        refused,
        FetchError::Refused(FetchRefusal::Port { .. })
    ));
    bench.policy.is_http_allowed = false;
    let refused = bench.refuses();
    assert!(matches!(
        refused,
        FetchError::Refused(FetchRefusal::Scheme { .. })
    ));
    assert_eq!(bench.server.requests(), [""; 0]);
}
