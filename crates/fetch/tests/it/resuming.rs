//! Connections that are cut, and what comes of what was there.

use crate::{
    Bench, Hosts, assert_is, bytes,
    server::{Reply, Server, cut, raw, reply, rest, whole},
};
use atlas_fetch::{FetchError, Progress, Watch};
use std::{fs, path::PathBuf, sync::Mutex};

const TAG: &str = "\"a\"";

type Change = fn(&Bench);

/// The file of the spool with that ending.
fn kept(bench: &Bench, kind: &str) -> PathBuf {
    let mut entries = fs::read_dir(bench.folder.path()).unwrap();
    let is_it = |path: &PathBuf| path.extension().is_some_and(|it| it == kind);
    entries
        .find_map(|it| Some(it.unwrap().path()).filter(is_it))
        .unwrap()
}

/// A bench after a call that brought so much and was cut, whose server then answers with these.
fn begun(file: &[u8], at: usize, then: Vec<Reply>) -> Bench {
    let mut replies = vec![cut(TAG, file, at)];
    replies.extend(then);
    let mut bench = Bench::new(Server::new(replies));
    bench.ask.limits.resumes = 0;
    match bench.fetch().unwrap_err() {
        FetchError::Cut { done, .. } => assert_eq!(done, at as u64),
        other => panic!("{other:?}"),
    }
    assert_eq!(bench.left(), ["part", "state"]);
    bench
}

#[test]
fn b01_a_cut_file_is_gone_on_with_in_the_same_call() {
    let file = bytes(400_000);
    let bench = Bench::new(Server::new(vec![
        cut(TAG, &file, 150_000),
        rest(TAG, &file, 150_000, 300_000),
        // A shorter part than was asked for is one too.
        reply(
            "206 Partial Content",
            &[
                "Content-Range: bytes 300000-349999/400000",
                "Content-Length: 50000",
            ],
            &file[300_000..350_000],
        ),
        rest(TAG, &file, 350_000, 400_000),
    ]));
    bench.gets(&file);
    assert_eq!(
        bench.server.ranges(),
        [
            "",
            "Range: bytes=150000-; If-Range: \"a\"",
            "Range: bytes=300000-; If-Range: \"a\"",
            "Range: bytes=350000-; If-Range: \"a\"",
        ]
    );
}

#[test]
fn b01_a_cut_file_is_gone_on_with_in_a_later_call() {
    let file = bytes(400_000);
    let bench = begun(&file, 150_000, vec![rest(TAG, &file, 150_000, 400_000)]);
    let told = Mutex::new(Vec::<Progress>::new());
    let tell = |progress| told.lock().unwrap().push(progress);
    let watch = Watch::new(&|| false, &tell);
    let done = bench.fetcher().fetch(&bench.ask, &bench.spool(), watch);
    assert_is(done.unwrap(), &file);
    assert_eq!(bench.left(), [""; 0]);
    assert_eq!(
        bench.server.ranges()[1],
        "Range: bytes=150000-; If-Range: \"a\""
    );
    assert_eq!(told.lock().unwrap()[0].done, 150_000);
}

#[test]
fn b01_the_time_of_the_last_change_will_do_if_the_answer_is_of_another() {
    let file = bytes(1_000);
    let changed = "Last-Modified: Sun, 06 Nov 1994 08:49:37 GMT";
    let length = "Content-Length: 1000";
    let dated = ["Date: Sun, 06 Nov 1994 08:49:38 GMT", changed, length];
    let same = ["Date: Sun, 06 Nov 1994 08:49:37 GMT", changed, length];
    let bench = Bench::new(Server::new(vec![
        reply("200 OK", &dated, &file[..500]),
        rest(TAG, &file, 500, 1_000),
        reply("200 OK", &same, &file[..500]),
        reply("200 OK", &[changed, length], &file[..500]),
        reply("200 OK", &[length, "ETag: W/\"a\""], &file[..500]),
    ]));
    bench.gets(&file);
    assert_eq!(
        bench.server.ranges()[1],
        "Range: bytes=500-; If-Range: Sun, 06 Nov 1994 08:49:37 GMT"
    );
    // Within one second it may be either, and the others say nothing about bytes.
    for _ in 0..3 {
        let failed = bench.fetch().unwrap_err();
        assert!(
            matches!(failed, FetchError::Cut { done: 500, .. }),
            "{failed:?}"
        );
        assert_eq!(bench.left(), [""; 0]);
    }
}

#[test]
fn b01_a_source_that_changed_is_fetched_anew() {
    let (old, new) = (
        bytes(3_000),
        bytes(2_000).into_iter().rev().collect::<Vec<_>>(),
    );
    for then in [
        // It says so as it is asked to, or by what follows, or has no such part.
        vec![whole("\"b\"", &new)],
        vec![rest("\"b\"", &new, 1_500, 2_000), whole("\"b\"", &new)],
        vec![
            reply(
                "416 Range Not Satisfiable",
                &["Content-Range: bytes */9"],
                b"",
            ),
            whole("\"b\"", &new),
        ],
    ] {
        let bench = begun(&old, 1_500, then);
        bench.gets(&new);
    }
}

#[test]
fn b01_a_source_without_parts_is_fetched_anew() {
    let file = bytes(3_000);
    let bench = Bench::new(Server::new(vec![
        cut(TAG, &file, 1_000),
        cut(TAG, &file, 2_000),
        whole(TAG, &file),
    ]));
    bench.gets(&file);
}

#[test]
fn b07_other_bytes_than_were_asked_for_are_refused() {
    let file = bytes(3_000);
    let length = "Content-Length: 1500";
    for headers in [
        &["Content-Range: bytes 0-1499/3000", length][..],
        &["Content-Range: bytes 1501-2999/3000"],
        &["Content-Range: bytes 1499-2998/3000", length],
        &["Content-Range: bytes 1500-2999/3001", length],
        &["Content-Range: bytes 1500-2999/*", length],
        &["Content-Range: bytes 1500-2998/3000", length],
        &[length],
        &["Content-Type: multipart/byteranges; boundary=a", length],
    ] {
        let odd = reply("206 Partial Content", headers, &file[1_500..]);
        let bench = begun(&file, 1_500, vec![odd]);
        let refused = bench.refuses();
        assert!(
            matches!(refused, FetchError::Range { from: 1_500, .. }),
            "{refused:?}"
        );
    }
    for range in [
        "bytes 1500-1499/3000",
        "bytes 1500-3000/3000",
        "1500-2999/3000",
        "bytes */3000",
    ] {
        let odd = format!("Content-Range: {range}");
        let odd = reply("206 Partial Content", &[&odd, length], &file[1_500..]);
        let bench = begun(&file, 1_500, vec![odd]);
        let refused = bench.refuses();
        assert!(matches!(refused, FetchError::Answer { .. }), "{refused:?}");
    }
}

#[test]
fn b07_a_part_that_makes_the_whole_too_large_is_refused() {
    let file = bytes(3_000);
    let chunked = ["Transfer-Encoding: chunked", "ETag: \"a\""];
    let begin = [
        b"3e8\r\n".to_vec(),
        file[..1_000].to_vec(),
        b"\r\n".to_vec(),
    ]
    .concat();
    let mut bench = Bench::new(Server::new(vec![
        reply("200 OK", &chunked, &begin),
        rest(TAG, &file, 1_000, 3_000),
    ]));
    bench.ask.limits.bytes = 2_000;
    let refused = bench.refuses();
    assert!(
        matches!(
            refused,
            FetchError::TooLarge {
                length: Some(3_000),
                ..
            }
        ),
        "{refused:?}"
    );
}

#[test]
fn b07_what_is_kept_is_compared_with_its_digest() {
    let file = bytes(3_000);
    let changes: [Change; 6] = [
        |bench| {
            let mut other = bytes(1_500);
            other[700] ^= 1;
            fs::write(kept(bench, "part"), other).unwrap();
        },
        |bench| fs::write(kept(bench, "part"), bytes(1_499)).unwrap(),
        |bench| fs::write(kept(bench, "state"), "").unwrap(),
        |bench| fs::write(kept(bench, "state"), b"\xff".repeat(100_000)).unwrap(),
        |bench| {
            let path = kept(bench, "state");
            let text = fs::read_to_string(&path).unwrap();
            fs::write(path, text.replace("kept 1500", "kept 1499")).unwrap();
        },
        |bench| fs::remove_file(kept(bench, "state")).unwrap(),
    ];
    for (number, change) in changes.iter().enumerate() {
        let bench = begun(&file, 1_500, vec![whole(TAG, &file)]);
        change(&bench);
        bench.gets(&file);
        assert_eq!(bench.server.ranges()[1], "", "{number}");
    }
    // What was written and not vouched for, as after a crash, is written again.
    let bench = begun(&file, 1_500, vec![rest(TAG, &file, 1_500, 3_000)]);
    fs::write(
        kept(&bench, "part"),
        [bytes(1_500), vec![7; 2_400]].concat(),
    )
    .unwrap();
    bench.gets(&file);
}

#[test]
fn b01_connections_that_bring_nothing_are_not_tried_for_ever() {
    let file = bytes(100);
    let bench = Bench::new(Server::new(vec![
        cut(TAG, &file, 50),
        cut(TAG, &file, 60),
        rest(TAG, &file, 60, 60),
        whole(TAG, &file),
    ]));
    let failed = bench.fetch().unwrap_err();
    assert!(
        matches!(failed, FetchError::Cut { done: 60, .. }),
        "{failed:?}"
    );
    assert_eq!(bench.server.requests().len(), 3);
    assert_eq!(bench.left(), ["part", "state"]);

    let replies = (0..100).map(|at| match at {
        0 => cut(TAG, &file, 1),
        at => rest(TAG, &file, at, at + 1),
    });
    let mut bench = Bench::new(Server::new(replies.collect()));
    bench.ask.limits.resumes = 7;
    let failed = bench.fetch().unwrap_err();
    assert!(
        matches!(failed, FetchError::Cut { done: 8, .. }),
        "{failed:?}"
    );
}

#[test]
fn b01_a_stop_keeps_what_is_there() {
    let file = bytes(400_000);
    let head = raw(
        "200 OK",
        &["Content-Length: 400000", "ETag: \"a\""],
        &file[..150_000],
    );
    let bench = Bench::new(Server::new(vec![
        Reply::Hold(head),
        rest(TAG, &file, 150_000, 400_000),
    ]));
    let done = Mutex::new(0);
    let stop = || *done.lock().unwrap() == 150_000;
    let tell = |progress: Progress| *done.lock().unwrap() = progress.done;
    let failed = bench
        .fetcher()
        .fetch(&bench.ask, &bench.spool(), Watch::new(&stop, &tell));
    assert!(matches!(failed.unwrap_err(), FetchError::Stopped));
    assert_eq!(bench.left(), ["part", "state"]);
    bench.gets(&file);
}

#[test]
fn b01_a_source_that_is_away_for_a_while_keeps_what_is_there() {
    let file = bytes(3_000);
    let mut then = vec![reply(
        "503 Service Unavailable",
        &["Content-Length: 0"],
        b"",
    )];
    then.push(reply("404 Not Found", &["Content-Length: 0"], b""));
    let bench = begun(&file, 1_500, then);
    assert!(bench.fetch().unwrap_err().is_retryable());
    assert_eq!(bench.left(), ["part", "state"]);
    let nobody = bench.fetcher().with_resolver(Hosts::at(&[]));
    assert!(bench.fetch_by(&nobody).unwrap_err().is_retryable());
    assert_eq!(bench.left(), ["part", "state"]);
    bench.refuses();
}
