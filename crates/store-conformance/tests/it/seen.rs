//! Each flaw is found by the check that is there for it.

use crate::broken::{Flaw, broken};
use atlas_store::StoreError;
use atlas_store_conformance::{Check, Failure, Guarantee, Harness, Report, checks, run, verify};
use std::{collections::BTreeSet, time::Duration};

#[track_caller]
fn report(flaw: Flaw) -> Report {
    let harness = Harness::new(move || Ok(broken(flaw)))
        .with_rounds(30)
        .with_patience(Duration::from_millis(200));
    run(&harness)
}

#[track_caller]
fn is_seen(flaw: Flaw, expected: &[&str]) {
    let report = report(flaw);
    let failed: Vec<_> = report.failures().iter().map(Failure::check).collect();
    for name in expected {
        assert!(failed.contains(name), "{flaw:?} passes `{name}`:\n{report}");
    }
}

#[test]
fn sees_forgotten_range_reads() {
    let expected = [
        "phantoms_by_insert_are_refused",
        "phantoms_by_delete_are_refused",
        "phantoms_in_an_empty_range_are_refused",
        "skew_over_ranges_is_refused",
        "changes_there_and_back_are_seen",
    ];
    is_seen(Flaw::ForgetsRanges, &expected);
}

#[test]
fn sees_lost_updates() {
    let expected = [
        "lost_updates_are_refused",
        "inserts_of_missing_keys_are_refused",
        "deletes_of_read_keys_are_refused",
        "write_skew_is_refused",
        "refused_commits_write_nothing",
    ];
    is_seen(Flaw::LosesUpdates, &expected);
}

#[test]
fn sees_moving_snapshots() {
    is_seen(Flaw::MovingSnapshots, &["snapshots_stay_fixed"]);
}

#[test]
fn sees_half_commits() {
    is_seen(
        Flaw::AppliesHalf,
        &["commits_are_whole", "commits_appear_at_once"],
    );
}

#[test]
fn sees_split_commits() {
    is_seen(Flaw::SplitsCommits, &["commits_appear_at_once"]);
}

#[test]
fn sees_forgotten_tokens() {
    is_seen(
        Flaw::ForgetsTokens,
        &["tokens_commit_once", "racing_tokens_commit_once"],
    );
}

#[test]
fn sees_deaf_waiters() {
    is_seen(
        Flaw::NeverWakes,
        &["waiters_are_woken", "waiting_for_the_past_ends_at_once"],
    );
}

#[test]
fn sees_gaps_in_the_feed() {
    let expected = [
        "feeds_are_gap_free_and_in_order",
        "feeds_are_gap_free_with_many_writers",
    ];
    is_seen(Flaw::DropsFeedEntries, &expected);
}

#[test]
fn sees_limits_that_are_not_kept() {
    is_seen(Flaw::IgnoresLimits, &["limits_are_answered"]);
}

#[test]
fn sees_changes_there_and_back() {
    is_seen(Flaw::ForgetsAba, &["changes_there_and_back_are_seen"]);
}

#[test]
fn sees_needless_conflicts() {
    is_seen(Flaw::ConflictsAlways, &["blind_writes_do_not_conflict"]);
}

#[test]
fn sees_pages_that_overlap() {
    is_seen(Flaw::OverlappingPages, &["pages_cover_a_range_once"]);
}

#[test]
fn histories_show_what_single_steps_show() {
    for flaw in [
        Flaw::ForgetsRanges,
        Flaw::LosesUpdates,
        Flaw::AppliesHalf,
        Flaw::MovingSnapshots,
    ] {
        // Which interleavings a run has is up to the machine: some of many show the flaw.
        let shown = (0..20).any(|seed| {
            let harness = Harness::new(move || Ok(broken(flaw)))
                .with_seed(seed)
                .with_rounds(60);
            verify("histories_are_serializable", &harness).is_err()
        });
        assert!(shown, "{flaw:?} is serializable");
    }
}

#[test]
fn a_failure_says_what_and_how() {
    let harness = Harness::new(|| Ok(broken(Flaw::LosesUpdates)));
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
