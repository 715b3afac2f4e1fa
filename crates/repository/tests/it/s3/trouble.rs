//! Servers that are slow, say that they cannot, or break off.

use super::{
    bucket,
    proxy::{Fault, Proxy},
    server,
};
use crate::{
    id,
    laws::{assert_well, gc, ingest, whole},
    mixed, run,
};
use atlas_repository::{Pool, RepositoryError, Verify, Watch};
use core::time::Duration;
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

const FAULTS: [Fault; 6] = [
    Fault::Unheard,
    Fault::Unanswered,
    Fault::Cut,
    Fault::Stalled,
    Fault::Status(500),
    Fault::Status(503),
];

/// A pool behind a proxy, and the same pool without it.
struct Troubled {
    proxy: Proxy,
    pool: Pool,
    direct: Pool,
}

fn troubled() -> Troubled {
    let proxy = Proxy::before(server().port());
    let mut s3 = bucket(proxy.endpoint());
    s3.pause = Duration::from_millis(1);
    s3.retries = 2;
    s3.timeout = Duration::from_millis(500);
    let pool = s3.open().unwrap().into();
    s3.endpoint = Some(server().endpoint());
    s3.timeout = Duration::from_mins(1);
    let direct = s3.open().unwrap().into();
    Troubled {
        proxy,
        pool,
        direct,
    }
}

impl Troubled {
    /// From a request on there is trouble: so many times. Gives what counts down to it.
    fn plan(&self, fault: Fault, from: u64, times: u64) -> Arc<AtomicU64> {
        let left = Arc::new(AtomicU64::new(from));
        let (counted, mut times) = (Arc::clone(&left), times);
        self.proxy.plan(Box::new(move |_| {
            let now = counted.load(Ordering::Relaxed);
            counted.store(now.saturating_sub(1), Ordering::Relaxed);
            if now > 1 || times == 0 {
                return None;
            }
            times -= 1;
            Some(fault)
        }));
        left
    }
}

/// What stalls takes its time: some requests are enough.
fn step(fault: Fault) -> usize {
    if fault == Fault::Stalled { 5 } else { 1 }
}

/// Typed, and nothing that anybody would take for damage.
#[track_caller]
fn assert_typed(error: &RepositoryError, what: &str) {
    let is_right = error.is_retryable() || matches!(error, RepositoryError::Busy(_));
    assert!(is_right, "{what}: {error:?}");
}

/// Every image that is there is whole.
#[track_caller]
fn assert_whole(pool: &Pool, bytes: &[u8], what: &str) {
    for id in pool.images().unwrap() {
        let read = whole(pool, id.as_u128());
        assert!(read.is_ok_and(|read| read == bytes), "{what}: {id}");
    }
}

#[test]
fn an_ingest_in_trouble_is_whole_or_not_there() {
    let bytes = mixed(51, 1);
    for fault in FAULTS {
        let troubled = troubled();
        let (mut number, mut done, mut failed) = (0, 0, 0);
        // Once, and until it is given up.
        for times in [1, u64::MAX] {
            for from in (1..).step_by(step(fault)) {
                number += 1;
                let left = troubled.plan(fault, from, times);
                let what = format!("{fault:?} {times} times from {from}");
                match ingest(&troubled.pool, number, &bytes) {
                    Ok(_) => {
                        done += 1;
                        assert!(whole(&troubled.direct, number).unwrap() == bytes, "{what}");
                    }
                    Err(error) => {
                        failed += 1;
                        assert_typed(&error, &what);
                    }
                }
                assert_whole(&troubled.direct, &bytes, &what);
                troubled.direct.delete(id(number)).unwrap();
                if left.load(Ordering::Relaxed) > 0 {
                    break;
                }
            }
        }
        assert!(done > 2 && failed > 2, "{fault:?}: {done} and {failed}");
        // Nothing is left for good.
        for number in 1..4 {
            gc(&troubled.direct, number);
        }
        let verified = troubled.direct.verify(&Verify::default(), Watch::default());
        assert_eq!(verified.unwrap().packs, 0, "{fault:?}");
    }
}

#[test]
fn an_export_in_trouble_gives_the_right_bytes_or_says_so() {
    let bytes = mixed(52, 5);
    let troubled = troubled();
    ingest(&troubled.direct, 1, &bytes).unwrap();
    for fault in FAULTS {
        for times in [1, u64::MAX] {
            for from in (1..).step_by(step(fault)) {
                let left = troubled.plan(fault, from, times);
                let what = format!("{fault:?} {times} times from {from}");
                match whole(&troubled.pool, 1) {
                    Ok(read) => assert!(read == bytes, "{what}"),
                    Err(error) => {
                        assert!(times > 1, "one failure is made good: {what}: {error:?}");
                        assert_typed(&error, &what);
                    }
                }
                if left.load(Ordering::Relaxed) > 0 {
                    break;
                }
            }
        }
    }
}

#[test]
fn a_clean_up_in_trouble_harms_nothing() {
    let bytes = mixed(53, 1);
    for fault in [Fault::Unanswered, Fault::Cut, Fault::Status(503)] {
        let troubled = troubled();
        let mut number = 0;
        for times in [1, u64::MAX] {
            for from in (1..).step_by(4) {
                number += 2;
                ingest(&troubled.direct, number, &bytes).unwrap();
                ingest(&troubled.direct, number + 1, &mixed(number as u64, 1)).unwrap();
                troubled.direct.delete(id(number + 1)).unwrap();
                let left = troubled.plan(fault, from, times);
                let what = format!("{fault:?} {times} times from {from}");
                if let Err(error) = troubled.pool.gc(&run(number), Watch::default()) {
                    let is_ran = matches!(error, RepositoryError::Ran(_));
                    assert!(is_ran || error.is_retryable(), "{what}: {error:?}");
                }
                assert_whole(&troubled.direct, &bytes, &what);
                troubled.direct.delete(id(number)).unwrap();
                if left.load(Ordering::Relaxed) > 0 {
                    break;
                }
            }
        }
        for number in 1..4 {
            gc(&troubled.direct, 1_000_000 + number);
        }
        assert_well(&troubled.direct, 0);
        let verified = troubled.direct.verify(&Verify::default(), Watch::default());
        assert_eq!(verified.unwrap().packs, 0, "{fault:?}");
    }
}

/// S3 says so where somebody else puts or removes the same object at the same time. It is no answer to
/// whether something is there.
#[test]
fn a_conflict_is_no_sign_that_something_is_there() {
    let bytes = mixed(54, 3);
    for from in 1..3 {
        let troubled = troubled();
        let mut creates = 0;
        troubled.proxy.plan(Box::new(move |head| {
            creates += u64::from(head.contains("if-none-match: *"));
            let is_now = head.contains("if-none-match: *") && creates == from;
            is_now.then_some(Fault::Status(409))
        }));
        ingest(&troubled.pool, 1, &bytes).unwrap();
        assert!(whole(&troubled.direct, 1).unwrap() == bytes);
        assert_well(&troubled.direct, 1);
    }
    // Where it stays so, whoever gives an ingest up is not told that it is done.
    let troubled = troubled();
    let conflict = |head: &str| {
        head.contains("if-none-match: *")
            .then_some(Fault::Status(409))
    };
    troubled.proxy.plan(Box::new(conflict));
    let error = troubled.pool.abandon(id(1)).unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
}
