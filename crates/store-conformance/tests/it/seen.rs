//! Each flaw is found by the checks that are there for it, and each check finds one.

use crate::broken::{Flaw, KEPT, broken};
use atlas_store::{Capability, MemoryStore, StoreError};
use atlas_store_conformance::{Check, Guarantee, Harness, Lack, Outcome, checks, run, verify};
use std::{collections::BTreeSet, sync::Arc, time::Duration};

fn harness(flaw: Flaw) -> Harness {
    let harness = Harness::new(move || Ok(broken(flaw)))
        .with_rounds(12)
        .with_patience(Duration::from_millis(200));
    match flaw {
        Flaw::NeverExpires => harness.with_feed_retention(KEPT),
        _ => harness.without(Lack::FeedExpiry),
    }
}

/// Whether a check fails. Which interleavings a run has is up to the machine: where it is a matter
/// of chance, one of many shows the flaw.
fn sees(check: &'static str, flaw: Flaw) -> bool {
    (0..20).any(|seed| verify(check, &harness(flaw).with_seed(seed)).is_err())
}

#[test]
fn every_flaw_is_seen_by_the_checks_that_are_there_for_it() {
    for &flaw in Flaw::ALL {
        for check in flaw.seen_by() {
            assert!(sees(check, flaw), "{flaw:?} passes `{check}`");
        }
    }
}

#[test]
fn every_check_is_there_for_a_flaw() {
    let all: BTreeSet<_> = checks().iter().map(Check::name).collect();
    let seen: BTreeSet<_> = Flaw::ALL
        .iter()
        .flat_map(|flaw| flaw.seen_by())
        .copied()
        .collect();
    let blind: Vec<_> = all.difference(&seen).collect();
    assert!(blind.is_empty(), "never seen failing: {blind:?}");
    let unknown: Vec<_> = seen.difference(&all).collect();
    assert!(unknown.is_empty(), "no such checks: {unknown:?}");
}

#[test]
fn every_guarantee_is_broken_by_a_flaw() {
    let checked: BTreeSet<_> = checks().iter().map(Check::guarantee).collect();
    let broken: BTreeSet<_> = Flaw::ALL.iter().map(|flaw| flaw.breaks()).collect();
    assert_eq!(broken, checked);
    for &flaw in Flaw::ALL {
        let for_it = |check: &&Check| check.guarantee() == flaw.breaks();
        let names: Vec<_> = checks().iter().filter(for_it).map(Check::name).collect();
        assert!(
            flaw.seen_by().iter().any(|name| names.contains(name)),
            "{flaw:?} is said to break {:?}, which none of its checks is about",
            flaw.breaks()
        );
    }
}

#[test]
fn histories_show_what_single_steps_show() {
    for flaw in [
        Flaw::ForgetsRanges,
        Flaw::LosesUpdates,
        Flaw::ChecksOnlyWrites,
        Flaw::MovingSnapshots,
        Flaw::StaleSnapshots,
        Flaw::SplitsCommits,
        Flaw::ForgetsTokens,
        Flaw::LosesCommits,
    ] {
        assert!(
            sees("histories_are_serializable", flaw),
            "{flaw:?} is serializable"
        );
    }
}

#[test]
fn a_failure_says_what_and_how() {
    let harness = harness(Flaw::LosesUpdates);
    let failure = verify("lost_updates_are_refused", &harness).unwrap_err();
    assert_eq!(failure.check(), "lost_updates_are_refused");
    assert_eq!(failure.guarantee(), Guarantee::LostUpdate);
    assert_eq!(
        failure.to_string(),
        "check `lost_updates_are_refused` failed: no update is lost, but an update of a key that \
         had changed since it was read was committed"
    );
    let closed = Harness::new(|| Err(StoreError::Closed));
    let failure = verify("lost_updates_are_refused", &closed).unwrap_err();
    assert!(matches!(failure.store_error(), Some(StoreError::Closed)));
    assert!(verify("no_such_check", &harness).is_err());
}

#[test]
fn names_are_unique() {
    let names: BTreeSet<_> = checks().iter().map(Check::name).collect();
    assert_eq!(names.len(), checks().len());
}

#[test]
fn what_a_store_lacks_must_be_named_and_is_told() {
    let polled = || {
        let mut capability = Capability::new("polled");
        capability.max_operations = Some(100);
        capability.max_value_bytes = 200_000;
        let store = MemoryStore::new().with_capability(capability);
        Harness::new(move || Ok(Arc::new(store.clone())))
    };
    let lacks = |harness: Harness| match verify("lacks_are_those_that_were_named", &harness) {
        Ok(_) => String::new(),
        Err(failure) => failure.to_string(),
    };
    let mut harness = polled();
    for lack in [Lack::PushFeed, Lack::LargeValues, Lack::LargeCommits] {
        let unnamed = lacks(harness);
        assert!(unnamed.contains(&format!("`Lack::{lack:?}`")), "{unnamed}");
        harness = polled().without(Lack::PushFeed);
        if lack != Lack::PushFeed {
            harness = harness.without(Lack::LargeValues);
        }
    }
    let all = |harness: Harness| Lack::ALL.into_iter().fold(harness, Harness::without);
    assert_eq!(lacks(all(polled())), "");
    let boast = all(Harness::new(|| Ok(Arc::new(MemoryStore::new()))));
    assert!(lacks(boast).contains("the contrary of `Lack::PushFeed`"));
    let both = polled().with_feed_retention(3);
    assert!(lacks(all(both)).contains("how long feeds are"));
    // A feed that is never cut is no excuse unless somebody says so.
    assert!(verify("feeds_expire", &polled()).is_err());
    for check in checks() {
        if let Some(lack) = check.unless() {
            let outcome = check.run(&all(polled())).unwrap();
            assert_eq!(outcome, Outcome::Skipped(lack));
        }
    }
}

#[test]
fn a_report_names_what_it_skipped() {
    let limited = Harness::new(|| Ok(Arc::new(MemoryStore::limited())))
        .without(Lack::FeedExpiry)
        .without(Lack::LargeCommits)
        .with_rounds(2)
        .with_writers(2);
    let report = run(&limited);
    assert!(report.passed(), "{report}");
    let all = report.succeeded().len() + report.skipped().len();
    assert_eq!(all, checks().len());
    let mut lines = report.to_string();
    lines = lines.replace(
        &format!("{} checks", report.succeeded().len()),
        "so many checks",
    );
    assert_eq!(
        lines,
        "so many checks passed, 0 failed, 2 skipped\n\
         check `large_commits_are_whole` skipped: the store lacks it, it takes no commits of \
         1,000 writes\n\
         check `feeds_expire` skipped: the store lacks it, its feeds are not cut after so few \
         commits as a test makes"
    );
}
