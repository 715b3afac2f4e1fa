//! How often a caller may ask.

use crate::{
    api::Hands,
    ec2::{Echo, keys, post, refused, signer},
    serving::{Exchange, Served, request_text},
};
use atlas_server::{Ec2, Ec2Answer, Ec2Caller, Ec2Limits, Ec2Rate, Ec2Request, ServeLimits};
use axum::{body::Body, response::Response};
use cloud_atlas::base::Timestamp;
use core::{convert::Infallible, num::NonZeroU32, time::Duration};
use futures_util::{StreamExt as _, stream};
use std::{
    io::{Read as _, Write as _},
    sync::{Arc, Mutex},
};

/// Two requests a second, five at once.
struct Limited {
    clock: Arc<Hands>,
    served: Served,
}

const NOON: &str = "2026-07-21T12:00:00Z";

impl Limited {
    fn new() -> Self {
        let clock = Arc::new(Hands(Mutex::new(NOON.parse().unwrap())));
        let mut limits = Ec2Limits::default();
        let number = |number| NonZeroU32::new(number).unwrap();
        limits.rate = Some(Ec2Rate {
            per_second: number(2),
            burst: number(5),
        });
        let api = Ec2::new(keys(), Echo, limits).with_clock(Arc::<Hands>::clone(&clock));
        let served = Served::start(api.router(), ServeLimits::default());
        Self { clock, served }
    }

    fn ask(&self, key: &str) -> Exchange {
        self.served.ask(&signer(key).sign(&post("/", "Action=x")))
    }

    /// How many of so many requests are answered.
    fn answered(&self, key: &str, count: usize) -> usize {
        let asked = (0..count).map(|_| self.ask(key).status);
        asked.filter(|status| *status == 200).count()
    }

    fn set(&self, milliseconds: i64) {
        let noon: Timestamp = NOON.parse().unwrap();
        let at = noon.as_micros() + milliseconds * 1000;
        *self.clock.0.lock().unwrap() = Timestamp::from_micros(at).unwrap();
    }
}

#[test]
fn who_asks_too_often_waits_and_nobody_else_does() {
    let limited = Limited::new();
    assert_eq!(limited.answered("AKONE", 8), 5);
    let reply = limited.ask("AKONE");
    let message = refused(&reply, 503, "RequestLimitExceeded");
    assert_eq!(message, "Request limit exceeded.");
    assert_eq!(reply.header("retry-after"), Some("1"));
    assert_eq!(limited.answered("AKTWO", 8), 5);

    // What was refused costs nothing.
    limited.set(499);
    assert_eq!(limited.answered("AKONE", 3), 0);
    limited.set(500);
    assert_eq!(limited.answered("AKONE", 3), 1);
    limited.set(10_000);
    assert_eq!(limited.answered("AKONE", 8), 5);
}

#[test]
fn who_is_not_known_uses_nothing_up() {
    let limited = Limited::new();
    let mut forged = signer("AKONE").sign(&post("/", "Action=x"));
    forged.body = b"Action=y".to_vec();
    for _ in 0..10 {
        refused(&limited.served.ask(&forged), 403, "SignatureDoesNotMatch");
    }
    assert_eq!(limited.answered("AKONE", 8), 5);
}

#[test]
fn a_clock_that_is_set_back_locks_nobody_out() {
    let limited = Limited::new();
    limited.set(600_000);
    assert_eq!(limited.answered("AKONE", 8), 5);
    limited.set(0);
    assert_eq!(limited.answered("AKONE", 8), 0);
    limited.set(3_000);
    assert!(limited.answered("AKONE", 8) > 0);
}

/// Never answers.
struct Never;

impl Ec2Answer for Never {
    async fn answer(&self, _: Ec2Caller, _: Ec2Request) -> Response {
        core::future::pending().await
    }
}

#[test]
fn an_answer_that_does_not_come_is_not_waited_for() {
    let mut limits = Ec2Limits::default();
    limits.answer_wait = Duration::from_millis(50);
    let clock = Arc::new(Hands(Mutex::new(NOON.parse().unwrap())));
    let api = Ec2::new(keys(), Never, limits).with_clock(clock);
    let served = Served::start(api.router(), ServeLimits::default());
    let reply = served.ask(&signer("AKONE").sign(&post("/", "Action=x")));
    let message = refused(&reply, 503, "ServiceUnavailable");
    assert!(message.contains("not known whether"), "{message}");
}

/// Begins an answer, and never ends it.
struct Endless;

impl Ec2Answer for Endless {
    async fn answer(&self, _: Ec2Caller, _: Ec2Request) -> Response {
        let begun = stream::iter([Ok::<_, Infallible>("begun")]);
        Response::new(Body::from_stream(begun.chain(stream::pending())))
    }
}

#[test]
fn an_answer_whose_end_does_not_come_is_cut() {
    let mut limits = Ec2Limits::default();
    limits.answer_wait = Duration::from_millis(50);
    let clock = Arc::new(Hands(Mutex::new(NOON.parse().unwrap())));
    let api = Ec2::new(keys(), Endless, limits).with_clock(clock);
    let served = Served::start(api.router(), ServeLimits::default());
    let mut stream = served.connect();
    let request = request_text(&signer("AKONE").sign(&post("/", "Action=x")));
    stream.write_all(&request).unwrap();
    let mut answer = String::new();
    // The connection ends, and not the patience of the client.
    stream.read_to_string(&mut answer).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n"), "{answer}");
    // There is no piece without bytes, by which an answer ends.
    assert!(answer.ends_with("\r\n\r\n5\r\nbegun\r\n"), "{answer}");
}
