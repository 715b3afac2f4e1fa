//! Byte ranges.

use crate::{
    client::Reply,
    world::{World, disk},
};
use atlas_server::Limits;
use proptest::{prelude::*, test_runner::TestRunner};

/// The parts of an answer, each with where it begins.
fn parts(reply: &Reply, size: usize) -> Vec<(usize, Vec<u8>)> {
    assert_eq!((reply.status, reply.is_whole), (206, true));
    let kind = reply.header("content-type").unwrap();
    let Some(boundary) = kind.strip_prefix("multipart/byteranges; boundary=") else {
        let place = reply.header("content-range").unwrap();
        return vec![(begin(place, reply.body.len(), size), reply.body.clone())];
    };
    assert_eq!(reply.header("content-range"), None);
    let (mut rest, mut found) = (reply.body.as_slice(), Vec::new());
    let line = |rest: &mut &[u8]| {
        let end = rest.windows(2).position(|two| two == b"\r\n").unwrap();
        let line = String::from_utf8(rest[..end].to_vec()).unwrap();
        *rest = &rest[end + 2..];
        line
    };
    assert_eq!(line(&mut rest), format!("--{boundary}"));
    loop {
        assert_eq!(line(&mut rest), "Content-Type: application/octet-stream");
        let place = line(&mut rest);
        let place = place.strip_prefix("Content-Range: ").unwrap();
        assert_eq!(line(&mut rest), "");
        let (first, last) = bounds(place);
        let length = last + 1 - first;
        begin(place, length, size);
        found.push((first, rest[..length].to_vec()));
        rest = &rest[length..];
        assert_eq!(line(&mut rest), "");
        let end = line(&mut rest);
        if end == format!("--{boundary}--") {
            assert!(rest.is_empty());
            return found;
        }
        assert_eq!(end, format!("--{boundary}"));
    }
}

fn bounds(place: &str) -> (usize, usize) {
    let place = place.strip_prefix("bytes ").unwrap();
    let (range, _) = place.split_once('/').unwrap();
    let (first, last) = range.split_once('-').unwrap();
    (first.parse().unwrap(), last.parse().unwrap())
}

fn begin(place: &str, length: usize, size: usize) -> usize {
    let (first, last) = bounds(place);
    assert_eq!(last + 1 - first, length);
    assert!(place.ends_with(&format!("/{size}")), "{place}");
    first
}

#[derive(Debug, Clone)]
enum Spec {
    Within(usize, usize),
    From(usize),
    Last(usize),
}

impl Spec {
    fn text(&self) -> String {
        match self {
            Self::Within(first, last) => format!("{first}-{last}"),
            Self::From(first) => format!("{first}-"),
            Self::Last(length) => format!("-{length}"),
        }
    }

    /// Which bytes it means.
    fn bytes(&self, size: usize) -> core::ops::Range<usize> {
        match *self {
            Self::Within(first, last) => first.min(size)..(last + 1).min(size),
            Self::From(first) => first.min(size)..size,
            Self::Last(length) => size.saturating_sub(length)..size,
        }
    }
}

fn specs(size: usize) -> impl Strategy<Value = Vec<Spec>> {
    let at = || {
        prop_oneof![
            0..size + 5,
            size - 3..size + 5,
            0..3_usize,
            (0..size / 4096).prop_map(|page| page * 4096),
        ]
    };
    // Most are short, so that the answers are many.
    let spec = prop_oneof![
        6 => (at(), 0..5000_usize).prop_map(|(first, more)| Spec::Within(first, first + more)),
        1 => (at(), at()).prop_map(|(one, other)| Spec::Within(one.min(other), one.max(other))),
        1 => at().prop_map(Spec::From),
        1 => at().prop_map(Spec::Last),
        1 => (0..5000_usize).prop_map(Spec::Last),
    ];
    prop::collection::vec(spec, 1..8)
}

#[test]
fn any_set_of_ranges_gives_the_slices_of_the_bytes() {
    let mut limits = Limits::default();
    limits.buffer = 48 << 10; // so that it is met in the midst of chunks
    let world = World::with(limits, crate::world::with_hole());
    let size = world.bytes.len();
    let client = core::cell::RefCell::new(world.client());
    let mut runner = TestRunner::new(ProptestConfig::with_cases(64));
    let law = |specs: Vec<Spec>| {
        let texts: Vec<_> = specs.iter().map(Spec::text).collect();
        let asked = format!("bytes={}", texts.join(", "));
        let reply = client.borrow_mut().get(&world.path(), &[("Range", &asked)]);
        let mut wanted = vec![false; size];
        for spec in &specs {
            wanted[spec.bytes(size)].fill(true);
        }
        if !wanted.contains(&true) {
            prop_assert_eq!(reply.status, 416);
            return Ok(());
        }
        for (first, bytes) in parts(&reply, size) {
            let range = first..first + bytes.len();
            prop_assert!(bytes == world.bytes[range.clone()], "{asked}: {range:?}");
            // Each byte that is asked for comes once, and none else.
            prop_assert!(wanted[range.clone()].iter().all(|is_wanted| *is_wanted));
            wanted[range].fill(false);
        }
        prop_assert!(!wanted.contains(&true), "{asked}: not all of it came");
        Ok(())
    };
    runner.run(&specs(size), law).unwrap();
}

#[test]
fn ranges_are_read_as_rfc_9110_has_them() {
    let world = World::with(Limits::default(), disk(1 << 20));
    let mut client = world.client();
    let mut many = "bytes=0-0".to_owned();
    for at in 1..17 {
        many = format!("{many},{0}-{0}", at * 10);
    }
    let most = many.rsplit_once(',').unwrap().0.to_owned();
    let large = format!("bytes=5-{}", "9".repeat(60));
    let beyond = format!("bytes={}-", "9".repeat(60));
    for (asked, status, place) in [
        ("bytes=0-0", 206, "bytes 0-0/1048576"),
        ("bytes=0-", 206, "bytes 0-1048575/1048576"),
        ("bytes=10-19", 206, "bytes 10-19/1048576"),
        ("bytes=-5", 206, "bytes 1048571-1048575/1048576"),
        ("bytes=-1048577", 206, "bytes 0-1048575/1048576"),
        (
            "bytes=1048575-1048576",
            206,
            "bytes 1048575-1048575/1048576",
        ),
        ("BYTES=0-1", 206, "bytes 0-1/1048576"),
        ("bytes=, 1-2 ,", 206, "bytes 1-2/1048576"),
        (large.as_str(), 206, "bytes 5-1048575/1048576"),
        // One that is not there does not spoil the others, and those that touch are one.
        ("bytes=1048576-, 3-4", 206, "bytes 3-4/1048576"),
        ("bytes=5-9, 0-4", 206, "bytes 0-9/1048576"),
        ("bytes=1048576-", 416, "bytes */1048576"),
        ("bytes=-0", 416, "bytes */1048576"),
        ("bytes=5-2", 416, "bytes */1048576"),
        ("bytes=", 416, "bytes */1048576"),
        ("bytes=-", 416, "bytes */1048576"),
        ("bytes=a-b", 416, "bytes */1048576"),
        ("bytes=+1-2", 416, "bytes */1048576"),
        ("bytes=1-2 3-4", 416, "bytes */1048576"),
        ("bytes 0-1", 416, "bytes */1048576"),
        (beyond.as_str(), 416, "bytes */1048576"),
        (many.as_str(), 416, "bytes */1048576"),
        ("lines=0-1", 200, "-"),
    ] {
        let reply = client.get(&world.path(), &[("Range", asked)]);
        let found = reply.header("content-range").unwrap_or("-");
        assert_eq!((reply.status, found), (status, place), "{asked}");
        assert!(reply.is_whole);
        if status == 206 {
            parts(&reply, world.bytes.len());
        }
    }
    // As many as are allowed come, in the order in which they were asked for.
    let reply = client.get(&world.path(), &[("Range", &most)]);
    assert_eq!(parts(&reply, world.bytes.len()).len(), 16);
    let reply = client.get(&world.path(), &[("Range", "bytes=900-909, 100-109")]);
    let begun: Vec<_> = parts(&reply, world.bytes.len())
        .iter()
        .map(|it| it.0)
        .collect();
    assert_eq!(begun, [900, 100]);
    // Two lines of ranges are none that can be read.
    let twice = [("Range", "bytes=0-1"), ("Range", "bytes=2-3")];
    assert_eq!(client.get(&world.path(), &twice).status, 416);
}
